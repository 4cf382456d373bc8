"""Stored answers: what is allowed now, compared with what a file says was allowed before.

Order and formatting count for nothing; only who reaches whom on which ports.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

from netpol_lab.errors import NetpolError, visible
from netpol_lab.groups import Connection
from netpol_lab.ports import PortSet, Protocol
from netpol_lab.reports.report import format_of

_T = TypeVar("_T")

Flows = dict[tuple[str, str], tuple[PortSet, PortSet]]  # allowed and undefined, by the two ends


class Difference(NamedTuple):
    """What differs between two ends: a sign, the ends, and the ports in words."""

    sign: str
    source: str
    destination: str
    ports: str

    def __str__(self) -> str:
        return visible(f"{self.sign} {self.source} -> {self.destination}  {self.ports}", 100_000)


def as_flows(connections: Iterable[Connection]) -> Flows:
    """Return connections by their ends."""
    return {(c.source, c.destination): (c.ports, c.undefined) for c in connections}


def differences(then: Flows, now: Flows) -> Iterator[Difference]:
    r"""Yield what was gained (+), what was lost (-), and what became or ceased to be undefined (?).

    Examples
    --------
    >>> then = as_flows([Connection("a", "b", PortSet.of("TCP", 80, 90))])
    >>> now = as_flows([Connection("a", "b", PortSet.of("TCP", 85, 95))])
    >>> print(*differences(then, now), sep="\n")
    + a -> b  TCP 91-95
    - a -> b  TCP 80-84
    """
    nothing = PortSet(), PortSet()
    for pair in dict.fromkeys((*then, *now)):
        (was, was_open), (is_, is_open) = then.get(pair, nothing), now.get(pair, nothing)
        changed = (
            ("+", is_ - was - was_open),
            ("-", was - is_ - is_open),
            ("?", (was_open - is_open) | (is_open - was_open)),
        )
        for sign, ports in changed:
            if ports:
                yield Difference(sign, *pair, str(ports))


# ---------------------------------------------------------------- reading


def format_of_snapshot(path: str) -> str:
    """Return the format of a snapshot, by its name.

    Raises
    ------
    NetpolError
        When the name tells another format, or none.
    """
    format = format_of(path)
    if format not in _READERS:
        raise NetpolError(f'"{path}" is no snapshot: its name has to end in .json, .csv or .txt.')
    return format


_NOT_OURS = (ValueError, KeyError, TypeError, AttributeError, RecursionError, csv.Error)


def read(path: str) -> Flows:
    """Return the flows that a snapshot holds.

    Parameters
    ----------
    path : str
        A file that `netpol-lab reach` has written: .json, .csv or .txt.

    Raises
    ------
    NetpolError
        For another kind of file, one that cannot be read, or one that holds something else.
    """
    reader = _READERS[format_of_snapshot(path)]
    try:
        return reader(Path(path).read_text("utf-8-sig"))
    except OSError as error:
        raise NetpolError(
            f"{path} cannot be read: {error.strerror}. --update writes a new one."
        ) from error
    except _NOT_OURS as error:
        raise NetpolError(
            f"{path} is not what `netpol-lab reach` writes: {visible(str(error), 200)}. "
            "--update writes it anew."
        ) from error


def _read_json(text: str) -> Flows:
    held = json.loads(text)
    allowed, undefined = (
        _once((_ends(item), _ports(item["ports"])) for item in items)
        for items in (
            [*held["connections"], *held.get("within", [])],
            held.get("undefined", []),
        )
    )
    return {
        pair: (allowed.get(pair, PortSet()), undefined.get(pair, PortSet()))
        for pair in dict.fromkeys((*allowed, *undefined))
    }


def _once(items: Iterable[tuple[tuple[str, str], _T]]) -> dict[tuple[str, str], _T]:
    """Return items by their ends; two about the same ones may come of a merge gone wrong."""
    found: dict[tuple[str, str], _T] = {}
    for ends, value in items:
        if found.setdefault(ends, value) != value:
            raise ValueError(f"{ends[0]} -> {ends[1]} stands there twice, with different ports")
    return found


def _ends(item: dict[str, str]) -> tuple[str, str]:
    return item["from"], item["to"]


def _ports(ranges: dict[str, list[list[int]]]) -> PortSet:
    parts = (PortSet.of(protocol, *pair) for protocol, pairs in ranges.items() for pair in pairs)
    return PortSet.union(*parts)


def _read_csv(text: str) -> Flows:
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if rows.fieldnames != ["from", "to", "ports", "undefined"]:
        raise ValueError("the first line is not from,to,ports,undefined")
    return _once(
        (_ends(row), (spoken_ports(row["ports"]), spoken_ports(row["undefined"]))) for row in rows
    )


_SUMMARY = re.compile(r"[\d,]+ connections?: ")
_LINE = re.compile(r"(\S+)\s+->\s+(\S+)\s+(.*?)\s*(?:\(undefined: (.*)\))?$")


def _read_text(text: str) -> Flows:
    *lines, summary = text.rstrip().splitlines() or [""]
    if not _SUMMARY.match(summary):
        raise ValueError("the last line does not say how many connections there are")
    return _once(_spoken(line) for line in lines if line)


def _spoken(line: str) -> tuple[tuple[str, str], tuple[PortSet, PortSet]]:
    parts = _LINE.match(line)
    if parts is None:
        raise ValueError(f'"{line}"')
    source, destination, ports, undefined = parts.groups()
    return (source, destination), (spoken_ports(ports), spoken_ports(undefined or ""))


_READERS = {"json": _read_json, "csv": _read_csv, "text": _read_text}


def spoken_ports(words: str) -> PortSet:
    """Return the ports that words mean: the way back from `str`.

    Raises
    ------
    ValueError

    Examples
    --------
    >>> spoken_ports("TCP 80, 8000-8100; UDP (all)") - PortSet.of("TCP", 8000, 8050)
    TCP 80, 8051-8100; UDP (all)
    """
    if words in ("", "all ports"):
        return PortSet.every() if words else PortSet()
    parts = (part.strip().partition(" ") for part in words.split(";"))
    return PortSet.union(*(_of_protocol(protocol, ranges) for protocol, _, ranges in parts))


def _of_protocol(protocol: str, ranges: str) -> PortSet:
    if ranges == "(all)":
        return PortSet.every(Protocol(protocol))
    pairs = ([int(number) for number in part.split("-")] for part in ranges.split(","))
    return PortSet.union(*(PortSet.of(protocol, *pair) for pair in pairs))
