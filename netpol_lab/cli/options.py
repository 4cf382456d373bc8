"""What several commands take: paths, formats, lenience, assumptions; and their exit statuses.

Everything heavy is imported where it is used: `netpol-lab --help` must be there at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from netpol_lab.model.assumptions import Assumptions
    from netpol_lab.model.cluster import Cluster

GOOD, FINDINGS, WRONG_USE = 0, 1, 2


def add_paths(sub: argparse.ArgumentParser) -> None:
    """Let a command read manifests."""
    sub.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="files, directories, packaged scenarios, or - for standard input",
    )


def add_output(sub: argparse.ArgumentParser) -> None:
    """Let a command print text or JSON."""
    sub.add_argument(
        "-o", "--output", choices=("text", "json"), default="text", help="default: text"
    )


def add_format(sub: argparse.ArgumentParser, formats: Sequence[str]) -> None:
    """Let the format and the file be chosen."""
    sub.add_argument(
        "-o",
        "--output",
        choices=formats,
        metavar="FORMAT",
        help=f"{', '.join(formats)}; default: what --out ends in, or text",
    )
    sub.add_argument(
        "--out", type=not_empty, metavar="FILE", help="write there, not to standard output"
    )


def add_lenient(sub: argparse.ArgumentParser) -> None:
    """Let a command read what a strict server would refuse."""
    sub.add_argument(
        "--lenient",
        action="store_true",
        help="drop unknown and repeated fields, as an old or non-strict server would",
    )


def add_assume(sub: argparse.ArgumentParser) -> None:
    """Let a command take for granted what plugins do differently."""
    sub.add_argument(
        "--assume",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="what to take for granted, see below",
    )
    sub.epilog = "\n".join(_assumptions_help())


def _assumptions_help() -> Iterator[str]:
    """Yield what can be assumed, for people who have only --help."""
    from netpol_lab.model.assumptions import OPEN_QUESTIONS, SETTLED

    yield "--assume NAME=VALUE; the rows (SEM-..) are in docs/semantics.md of the project"
    yield "\n true or false, true by default:"
    yield from (f"  {name:<28} {words}" for name, words in SETTLED.items())
    yield "\n true, false or open, open by default (then both are tried):"
    for name, question in OPEN_QUESTIONS.items():
        yield f"  {name:<28} {question.words} ({question.row})"


_VALUES = {"true": True, "false": False, "open": None}


def assumptions_of(options: argparse.Namespace) -> Assumptions:
    """Return the assumptions that were typed; the usual ones for the rest."""
    from dataclasses import replace

    from netpol_lab.model.assumptions import DEFAULTS

    assumed: dict[str, Any] = dict(map(_assumed, options.assume))
    return replace(DEFAULTS, **assumed)


def _assumed(text: str) -> tuple[str, bool | None]:
    """Read one NAME=VALUE."""
    from dataclasses import asdict

    from netpol_lab.errors import NetpolError, did_you_mean
    from netpol_lab.model.assumptions import DEFAULTS

    known = asdict(DEFAULTS)
    name, _, value = text.partition("=")
    name = name.replace("-", "_")
    if name not in known:
        raise NetpolError(f'nothing called "{name}" can be assumed. {did_you_mean(name, known)}')
    allowed = [word for word in _VALUES if word != "open" or known[name] is None]
    if value not in allowed:
        raise NetpolError(f'--assume {name}= takes {" or ".join(allowed)}, not "{value}"')
    return name, _VALUES[value]


def port_number(text: str) -> int:
    """Read a port; whether there is such a port is said by who judges flows.

    Examples
    --------
    >>> port_number("5432")
    5432
    """
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f'"{text}" is no number: a port is one from 1 to 65535')
    return int(text[:9])


def port_with_protocol(text: str) -> tuple[int, str]:
    """Read a port, and the protocol if it stands behind it; both are judged like `port_number`.

    Examples
    --------
    >>> port_with_protocol("53/udp"), port_with_protocol("80")
    ((53, 'UDP'), (80, ''))
    """
    number, _, protocol = text.partition("/")
    return port_number(number), protocol.upper()


def not_empty(text: str) -> str:
    """Read a name; an empty one is a variable that was not set, and would ask for nothing.

    Examples
    --------
    >>> not_empty("shop/db")
    'shop/db'
    """
    if not text:
        raise argparse.ArgumentTypeError("is empty; say what is meant, or leave it away")
    return text


def read_cluster(options: argparse.Namespace, *paths: str) -> Cluster:
    """Load the manifests a command was given, or those at other paths."""
    from netpol_lab.manifests.loader import load_files

    paths = paths or tuple(options.paths)
    refuse_input_twice(paths)
    return load_files(
        *paths,
        strict=not options.lenient,
        assumptions=assumptions_of(options),
    )


def refuse_input_twice(paths: Iterable[str]) -> None:
    """Refuse to read standard input again: there is nothing left in it.

    Examples
    --------
    >>> refuse_input_twice(["-", "policies/"])
    >>> refuse_input_twice(["-", "-"])
    Traceback (most recent call last):
    netpol_lab.errors.NetpolError: standard input can be named once: write it to a file, ...
    """
    from netpol_lab.errors import NetpolError

    if [*paths].count("-") > 1:
        raise NetpolError(
            "standard input can be named once: write it to a file, and name that wherever it is "
            "meant."
        )


def refuse_to_overwrite(paths: Iterable[str | Path], out: str | None) -> None:
    """Refuse to write over a file that is read."""
    from pathlib import Path

    from netpol_lab.errors import NetpolError

    read = (path for path in paths if out and Path(path).is_file() and Path(out).is_file())
    if any(Path(path).samefile(out or "") for path in read):
        raise NetpolError(f"{out} is read: writing there would lose it. Name another file.")


def print_warnings(cluster: Cluster, but: Cluster | None = None) -> None:
    """Say on standard error what was dropped, and what the server would warn of.

    Parameters
    ----------
    cluster : Cluster
    but : Cluster, optional
        Another one, of which the same was said already.
    """
    said = [*_warnings(but)] if but else []
    for warning in _warnings(cluster):
        if warning not in said:
            print(f"warning: {warning}\n", file=sys.stderr)


def _warnings(cluster: Cluster) -> Iterator[str]:
    from netpol_lab.manifests.loader import CLUSTER_WIDE

    yield from map(str, (*cluster.dropped, *cluster.warnings))
    for kind, number in cluster.ignored.items():
        if "NetworkPolicy" in kind and kind not in CLUSTER_WIDE:  # they have their warning already
            yield f"{number} {passed_over(kind)} passed over: only {_EVALUATED} is evaluated"


def passed_over(kind: str) -> str:
    """Return what to call a kind that is passed over; others have policies of this name, too.

    Examples
    --------
    >>> passed_over("ConfigMap"), passed_over("NetworkPolicy")
    ('ConfigMap', 'NetworkPolicy of another apiVersion')
    """
    return f"{kind} of another apiVersion" if kind == "NetworkPolicy" else kind


_EVALUATED = "NetworkPolicy of networking.k8s.io/v1"


def print_json(value: object) -> None:
    """Print JSON that people can read, too."""
    import json

    print(json.dumps(value, indent=2, ensure_ascii=False))
