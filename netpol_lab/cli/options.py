"""A command, and the options that several of them have.

Everything heavy is imported where it is used: `netpol-lab --help` must be there at once.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from textwrap import dedent
from typing import TYPE_CHECKING, NamedTuple

from netpol_lab.cli.reports.formats import FORMATS

if TYPE_CHECKING:
    from netpol_lab.model.addresses import Address, Network


class Command(NamedTuple):
    """A command of ``netpol-lab``.

    Parameters
    ----------
    name : str
        What is typed.
    help : str
        One line, for the list of all commands.
    options : tuple of callable
        Each adds options to the command's parser.
    run : callable
        Takes what was typed; returns whether there are complaints, findings or changes, which the
        exit status tells. Its docstring is what the command's ``--help`` says.
    """

    name: str
    help: str
    options: tuple[Callable[[argparse.ArgumentParser], None], ...]
    run: Callable[[argparse.Namespace], bool]

    @property
    def description(self) -> str:
        """What the command's own ``--help`` says."""
        first, _, rest = (self.run.__doc__ or "").partition("\n")
        return f"{first}\n{dedent(rest)}"


def add_paths(sub: argparse.ArgumentParser) -> None:
    """Let a command read manifests."""
    words = "files, directories, packaged scenarios, or - for standard input"
    sub.add_argument("paths", nargs="+", metavar="PATH", help=words)


def add_output(sub: argparse.ArgumentParser, *formats: str) -> None:
    """Let a command print text, JSON, or one of some more formats."""
    choices = ("text", "json", *formats)
    sub.add_argument("-o", "--output", choices=choices, default="text", help="default: text")


def add_format(sub: argparse.ArgumentParser, formats: Sequence[str] = FORMATS) -> None:
    """Let the format and the output file be chosen."""
    words = f"{', '.join(formats)}; default: by the suffix of --out, or text"
    sub.add_argument("-o", "--output", choices=formats, metavar="FORMAT", help=words)
    words = "write to this file, not to standard output"
    sub.add_argument("--out", type=not_empty, metavar="FILE", help=words)


def add_namespace(sub: argparse.ArgumentParser) -> None:
    """Let a command read files that name no namespace, as kubectl does with its own."""
    words = "the namespace of what names none; default: default"
    sub.add_argument("-n", "--namespace", default="default", metavar="NAME", help=words)


def add_assume(sub: argparse.ArgumentParser) -> None:
    """Add --lenient, --channel, the ranges of addresses, and --assume with what can be assumed."""
    words = "drop unknown and repeated fields, as an old or non-strict server would"
    sub.add_argument("--lenient", action="store_true", help=words)
    words = "which definitions of cluster-wide policies the cluster has; default: as a definition "
    words += "among the files tells, or else standard"
    choices = ("standard", "experimental")
    sub.add_argument("--channel", choices=choices, default=None, help=words)
    words = "what to assume where plugins differ; see below"
    sub.add_argument("--assume", action="append", default=[], metavar="NAME=VALUE", help=words)
    for kind in ("pod", "node"):
        words = f"where addresses of {kind}s lie that the manifests do not give; repeatable"
        sub.add_argument(
            f"--{kind}-cidr", action="append", default=[], type=cidr, metavar="CIDR", help=words
        )
    words = "the addresses of a name that cluster-wide policies mention, all of them; repeatable"
    metavar = "NAME=ADDRESS,…"
    sub.add_argument("--name", action="append", default=[], type=named, metavar=metavar, help=words)
    sub.epilog = "\n".join(_assumptions_help())


def _assumptions_help() -> Iterator[str]:
    """Yield all that can be assumed, for readers who have only --help."""
    from netpol_lab.model.assumptions import OPEN_QUESTIONS, SETTLED

    yield "--assume NAME=VALUE; the rows (SEM-..) are in docs/semantics.md of the project"
    yield "\n true or false, true by default:"
    yield from (f"  {name:<28} {words}" for name, words in SETTLED.items())
    yield "\n true, false or open, open by default (then both are tried):"
    for name, question in OPEN_QUESTIONS.items():
        yield f"  {name:<28} {question.words} ({question.row})"


def cidr(text: str) -> Network:
    """Parse a range of addresses.

    Examples
    --------
    >>> cidr("10.244.0.0/16")
    IPv4Network('10.244.0.0/16')
    """
    from netpol_lab.errors import NetpolError
    from netpol_lab.model.addresses import checked_network

    try:
        return checked_network(text)
    except NetpolError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def named(text: str) -> tuple[str, tuple[Address, ...]]:
    """Parse a name with its addresses.

    Examples
    --------
    >>> name, addresses = named("api.example.com=203.0.113.7,203.0.113.8")
    >>> name, [*map(str, addresses)]
    ('api.example.com', ['203.0.113.7', '203.0.113.8'])
    """
    from netpol_lab.errors import NetpolError
    from netpol_lab.model.addresses import checked_address

    name, _, addresses = text.partition("=")
    found = [one.strip() for one in addresses.split(",") if one.strip()]
    if not name.strip() or not found:
        said = f'"{text}" is no name with addresses: write --name api.example.com=203.0.113.7'
        raise argparse.ArgumentTypeError(said)
    if name.startswith("*"):
        said = f"{name} stands for many names: give the addresses of each name by itself"
        raise argparse.ArgumentTypeError(said)
    try:
        return name.strip(), tuple(map(checked_address, found))
    except NetpolError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def not_empty(text: str) -> str:
    """Refuse an empty name: most likely an unset shell variable.

    Examples
    --------
    >>> not_empty("shop/db")
    'shop/db'
    """
    if not text:
        raise argparse.ArgumentTypeError("is empty; give a value, or leave the option out")
    return text
