"""What several commands take and print: paths, formats, assumptions, warnings; their exit statuses.

Everything heavy is imported where it is used: `netpol-lab --help` must be there at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from netpol_lab.cli.reports.formats import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from netpol_lab.model.assumptions import Assumptions
    from netpol_lab.model.cluster import Cluster

GOOD, FINDINGS, WRONG_USE = 0, 1, 2


class CommandParser(argparse.ArgumentParser):
    """A parser that keeps the line breaks of its description and takes no abbreviated options."""

    def __init__(self, **options: Any) -> None:
        options["formatter_class"] = argparse.RawDescriptionHelpFormatter
        super().__init__(allow_abbrev=False, **options)


class Command(NamedTuple):
    """A command of ``netpol-lab``.

    Parameters
    ----------
    name : str
        What is typed.
    help : str
        One line, for the list of all commands.
    description : str
        What its own ``--help`` says.
    add_options : callable
        Adds its options to its parser.
    run : callable
        Takes what was typed, returns the exit status.
    """

    name: str
    help: str
    description: str
    add_options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


# ---------------------------------------------------------------- options


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


def add_assume(sub: argparse.ArgumentParser) -> None:
    """Add --lenient, and --assume with its explanation below the options."""
    words = "drop unknown and repeated fields, as an old or non-strict server would"
    sub.add_argument("--lenient", action="store_true", help=words)
    words = "what to assume where plugins differ; see below"
    sub.add_argument("--assume", action="append", default=[], metavar="NAME=VALUE", help=words)
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


_VALUES = {"true": True, "false": False, "open": None}


def assumptions_of(options: argparse.Namespace) -> Assumptions:
    """Return the assumptions that were typed; the defaults for the rest.

    Raises
    ------
    NetpolError
        For an unknown name, or a value that it cannot have.
    """
    from dataclasses import asdict, replace

    from netpol_lab.errors import NetpolError, did_you_mean
    from netpol_lab.model.assumptions import DEFAULTS

    usual = asdict(DEFAULTS)
    typed: dict[str, Any] = {}
    for text in options.assume:
        name, _, value = text.partition("=")
        name = name.replace("-", "_")
        if name not in usual:
            near = did_you_mean(name, usual)
            raise NetpolError(f'there is no assumption called "{name}". {near}')
        allowed = [word for word in _VALUES if word != "open" or usual[name] is None]
        if value not in allowed:
            raise NetpolError(f'--assume {name}= takes {" or ".join(allowed)}, not "{value}"')
        typed[name] = _VALUES[value]
    return replace(DEFAULTS, **typed)


def port_with_protocol(text: str) -> tuple[int, str]:
    """Parse a port with or without a protocol; whether there are such is checked in evaluation.

    Examples
    --------
    >>> port_with_protocol("53/udp"), port_with_protocol("80")
    ((53, 'UDP'), (80, ''))
    """
    number, _, protocol = text.partition("/")
    if not number.isascii() or not number.isdigit():
        raise argparse.ArgumentTypeError(
            f'"{number}" is not a number: a port is one from 1 to 65535'
        )
    return int(number[:9]), protocol.upper()


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


# ---------------------------------------------------------------- reading


def read_cluster(options: argparse.Namespace, *paths: str) -> Cluster:
    """Load the manifests that a command was given, or those at other paths."""
    from netpol_lab.manifests.loader import load_files

    paths = paths or tuple(options.paths)
    refuse_input_twice(paths)
    return load_files(*paths, strict=not options.lenient, assumptions=assumptions_of(options))


def refuse_input_twice(paths: Iterable[str]) -> None:
    """Refuse to read standard input twice: nothing would be left in it.

    Examples
    --------
    >>> refuse_input_twice(["-", "policies/"])
    >>> refuse_input_twice(["-", "-"])
    Traceback (most recent call last):
    netpol_lab.errors.NetpolError: standard input can be read only once: save it to a file, ...
    """
    from netpol_lab.errors import NetpolError

    if [*paths].count("-") > 1:
        raise NetpolError(
            "standard input can be read only once: save it to a file, and name that file wherever "
            "it is meant."
        )


def refuse_to_overwrite(paths: Iterable[str | Path], out: str | None) -> None:
    """Refuse to overwrite an input."""
    from pathlib import Path

    from netpol_lab.errors import NetpolError

    read = (Path(path) for path in paths if out and Path(path).is_file() and Path(out).is_file())
    if any(path.samefile(out or "") for path in read):
        raise NetpolError(
            f"{out} is one of the inputs: writing there would lose it. Name another file."
        )


# ---------------------------------------------------------------- printing


def print_complaints(complaints: Iterable[object], warnings: Iterable[object]) -> None:
    """Print complaints, then warnings, each followed by an empty line.

    Examples
    --------
    >>> print_complaints([], ["shop/db has no ports"])
    warning: shop/db has no ports
    <BLANKLINE>
    """
    for complaint in complaints:
        print(f"{complaint}\n")
    for warning in warnings:
        print(f"warning: {warning}\n")


def print_warnings(cluster: Cluster, told: Cluster | None = None) -> None:
    """Print on standard error what was dropped, and what the server would warn about.

    Parameters
    ----------
    cluster : Cluster
    told : Cluster, optional
        Another one, whose warnings were printed already.
    """
    known = [*_warnings(told)] if told else []
    for warning in _warnings(cluster):
        if warning not in known:
            print(f"warning: {warning}\n", file=sys.stderr)


def _warnings(cluster: Cluster) -> Iterator[str]:
    from netpol_lab.manifests.loader import CLUSTER_WIDE

    yield from map(str, (*cluster.dropped, *cluster.warnings))
    evaluated = "NetworkPolicy of networking.k8s.io/v1"
    for kind, number in cluster.ignored.items():
        if "NetworkPolicy" in kind and kind not in CLUSTER_WIDE:  # these have a warning already
            yield f"{number} {passed_over(kind)} passed over: only {evaluated} is evaluated"


def passed_over(kind: str) -> str:
    """Return what to call a kind that is passed over; other APIs have a NetworkPolicy, too.

    Examples
    --------
    >>> passed_over("ConfigMap"), passed_over("NetworkPolicy")
    ('ConfigMap', 'NetworkPolicy of another apiVersion')
    """
    return f"{kind} of another apiVersion" if kind == "NetworkPolicy" else kind


def print_json(value: object) -> None:
    """Print a value as indented JSON."""
    import json

    print(json.dumps(value, indent=2, ensure_ascii=False))
