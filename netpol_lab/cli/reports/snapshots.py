"""Snapshots: what is allowed now, compared with what a file says was allowed before.

Order and formatting are ignored; only who reaches whom on which ports counts.
"""

from __future__ import annotations

import csv
import io
import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from netpol_lab.cli.reports.formats import SUFFIXES
from netpol_lab.cli.reports.reach_query import ReachQuery
from netpol_lab.errors import NetpolError, visible
from netpol_lab.model.addresses import AddressRange, parse_address
from netpol_lab.model.intervals import cut
from netpol_lab.model.ports import PortSet, Protocol
from netpol_lab.reach.grouping import BY, Connection, join_ranges
from netpol_lab.reach.reachability import Reachability

Flows = dict[tuple[str, str], tuple[PortSet, PortSet]]  # allowed and undefined, by the two ends
ALLOWED, UNDEFINED = 0, 1
_Ports = tuple[int, str, str, PortSet]  # as a file holds them: one of the two, the ends, the ports


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


def differences(
    then: Flows, now: Flows, outside: Sequence[AddressRange] = ()
) -> Iterator[Difference]:
    r"""Yield what was gained (+), what was lost (-), and what became or ceased to be undefined (?).

    The two may split outside addresses differently: only addresses that differ are reported.

    Parameters
    ----------
    then, now : mapping
        As `as_flows` returns them.
    outside : sequence of AddressRange
        What is outside the cluster now, as in `EndpointIndex`.

    Examples
    --------
    >>> then = as_flows([Connection("a", "b", PortSet.of("TCP", 80, 90))])
    >>> now = as_flows([Connection("a", "b", PortSet.of("TCP", 85, 95))])
    >>> print(*differences(then, now), sep="\n")
    + a -> b  TCP 91-95
    - a -> b  TCP 80-84
    >>> now = as_flows([Connection("a", "10.0.0.0-10.0.0.9", PortSet.of("TCP", 80))])
    >>> then = as_flows([Connection("a", "10.0.0.3", PortSet.of("TCP", 80))])
    >>> print(*differences(then, now), sep="\n")
    + a -> 10.0.0.0-10.0.0.2  TCP 80
    + a -> 10.0.0.4-10.0.0.9  TCP 80
    """
    pieces = _pieces([*filter(None, map(_range, _ends_of(then, now)))], outside)
    changed = [*_changed(_cut_up(then, pieces), _cut_up(now, pieces))]
    for sign in dict.fromkeys(sign for sign, _ in changed):
        found = (connection for of, connection in changed if of == sign)
        for source, destination, ports, _ in join_ranges(found, pieces):
            yield Difference(sign, source, destination, str(ports))


def _changed(then: Flows, now: Flows) -> Iterator[tuple[str, Connection]]:
    """Yield what differs, with its sign, grouped by source."""
    nothing = PortSet(), PortSet()
    pairs = dict.fromkeys((*then, *now))
    place = {source: number for number, (source, _) in reversed([*enumerate(pairs)])}
    for pair in sorted(pairs, key=lambda pair: place[pair[0]]):
        signed = _signed(then.get(pair, nothing), now.get(pair, nothing))
        yield from ((sign, Connection(*pair, ports)) for sign, ports in signed)


@lru_cache(maxsize=65536)  # the same sets of ports recur
def _signed(
    then: tuple[PortSet, PortSet], now: tuple[PortSet, PortSet]
) -> tuple[tuple[str, PortSet], ...]:
    (was, was_open), (is_, is_open) = then, now
    signed = (
        ("+", is_ - was - was_open),
        ("-", was - is_ - is_open),
        ("?", (was_open - is_open) | (is_open - was_open)),
    )
    return tuple((sign, ports) for sign, ports in signed if ports)


# ---------------------------------------------------------------- addresses outside


def _ends_of(*flows: Flows) -> dict[str, None]:
    return dict.fromkeys(end for some in flows for pair in some for end in pair)


@lru_cache(maxsize=65536)  # the same names recur
def _range(name: str) -> AddressRange | None:
    """Return the address range that a name spells; None for the name of pods."""
    first, _, last = name.partition("-")
    start, end = parse_address(first), parse_address(last or first)
    if start is None or end is None or start.version != end.version or int(start) > int(end):
        return None
    return AddressRange(start, end)


def _pieces(named: Sequence[AddressRange], outside: Sequence[AddressRange]) -> list[AddressRange]:
    """Return disjoint pieces of the addresses, in order; each range consists of whole pieces.

    Gaps between the outside ranges are loopback addresses or pods, and not compared.
    """
    pieces = []
    for version in (4, 6):
        bounds = [range_.numbers for range_ in (*named, *outside) if range_.version == version]
        starts = {start for first, last in bounds for start in (first, last + 1)}
        whole = [r.numbers for r in outside if r.version == version]
        if starts and not whole:  # this family no longer occurs
            whole = [(min(starts), max(starts) - 1)]
        parts = (part for range_ in whole for part in cut(range_, starts))
        pieces += [AddressRange.between(version, *part) for part in parts]
    return pieces


def _cut_up(flows: Flows, pieces: Sequence[AddressRange]) -> Flows:
    """Return the same flows with each range replaced by its pieces."""
    starts = [(piece.version, int(piece.first)) for piece in pieces]

    def parts(name: str) -> list[str]:
        range_ = _range(name)
        if range_ is None:
            return [name]
        first, last = range_.numbers
        start = bisect_left(starts, (range_.version, first))
        return [*map(str, pieces[start : bisect_right(starts, (range_.version, last))])]

    parts_of = {name: parts(name) for name in _ends_of(flows)}
    return {
        (here, there): ports
        for (source, destination), ports in flows.items()
        for here in parts_of[source]
        for there in parts_of[destination]
    }


# ---------------------------------------------------------------- another question


def query_mismatch(then: Flows, reach: Reachability, query: ReachQuery) -> str:
    """Say how a snapshot seems to have been made, if by another query; nothing otherwise.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> reach = lab.reachability(lab.load("three-tier"))
    >>> then = as_flows(reach.connections("namespace"))
    >>> query_mismatch(then, reach, ReachQuery())
    'it is by namespace, and this asks by pod: add --by namespace'
    """
    names = [name for name in _ends_of(then) if _range(name) is None]
    known = {by: sum(name in reach.groups(by).members for name in names) for by in BY}
    by = max((query.by, *BY), key=known.__getitem__)
    if by != query.by:
        return f"it is by {by}, and this asks by {query.by}: add --by {by}"
    sides = (
        ("from", query.source, dict.fromkeys(source for source, _ in then)),
        ("to", query.destination, dict.fromkeys(end for _, end in then)),
    )
    return "; ".join(filter(None, (_other_end(*side, reach, by) for side in sides)))


def _other_end(word: str, asked: str, stored: Collection[str], reach: Reachability, by: str) -> str:
    """Say that the snapshot is about one end only, or about ends that the query leaves out."""
    if asked:
        meant = reach.names_of(asked, by)
        other = next((end for end in stored if end not in meant and _range(end) is None), "")
        return f"it is {word} {other} as well, and this asks only {word} {asked}" if other else ""
    several = len(reach.groups(by).names) > 2  # of only two, each connection has both
    if len(stored) != 1 or not several:
        return ""
    (only,) = stored
    return f"all of it is {word} {only}: was it made with --{word} {only}?"


# ---------------------------------------------------------------- reading


def format_of_snapshot(path: str) -> str:
    """Return the format of a snapshot, by its name.

    Raises
    ------
    NetpolError
        When the name tells another format, or none.
    """
    format = SUFFIXES.get(Path(path).suffix.lower())
    if format not in _READERS:
        raise NetpolError(f'"{path}" is not a snapshot: its name must end in .json, .csv or .txt.')
    return format


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
        return _collected(reader(Path(path).read_text("utf-8-sig")))
    except OSError as error:
        raise NetpolError(
            f"{path} cannot be read: {error.strerror}. --update writes a new one."
        ) from error
    except (ValueError, RecursionError, csv.Error) as error:
        plain = {UnicodeDecodeError: "it is not UTF-8 text", RecursionError: "lists within lists"}
        said = plain.get(type(error)) or visible(str(error), 200)
        raise NetpolError(
            f"{path} is not what `netpol-lab reach` writes: {said}. --update writes it again."
        ) from error


def _collected(found: Iterable[_Ports]) -> Flows:
    """Return ports by their ends; a botched merge may have left two lines for the same ends."""
    kinds: tuple[dict[tuple[str, str], PortSet], ...] = {}, {}
    for kind, source, destination, ports in found:
        if kinds[kind].setdefault((source, destination), ports) != ports:
            raise ValueError(f"{source} -> {destination} appears twice, with different ports")
    allowed, undefined = kinds
    nothing = PortSet()
    return {
        pair: (allowed.get(pair, nothing), undefined.get(pair, nothing))
        for pair in allowed | undefined
    }


def _read_json(text: str) -> Iterator[_Ports]:
    try:
        held = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}, column {error.colno} is not JSON") from error
    if not isinstance(held, dict) or not isinstance(held.get("connections"), list):
        raise ValueError('it has no list "connections"')
    for key, kind in (("connections", ALLOWED), ("within", ALLOWED), ("undefined", UNDEFINED)):
        if not isinstance(held.get(key, []), list):
            raise ValueError(f'"{key}" is not a list')
        for item in held.get(key, []):
            match item:
                case {"from": str(source), "to": str(destination), "ports": ports}:
                    yield kind, source, destination, _ports(ports)
                case _:
                    said = f"{json.dumps(item)} is not a connection: each has from, to and ports"
                    raise ValueError(said)


def _ports(ranges: Any) -> PortSet:
    try:
        parts = [
            PortSet.of(protocol, *pair) for protocol, pairs in ranges.items() for pair in pairs
        ]
    except (ValueError, TypeError, AttributeError) as error:
        said = f'{json.dumps(ranges)} are not ports: they look like {{"TCP": [[80, 80]]}}'
        raise ValueError(said) from error
    return PortSet.union(*parts)


def _read_csv(text: str) -> Iterator[_Ports]:
    rows = csv.reader(io.StringIO(text, newline=""))
    if next(rows, None) != ["from", "to", "ports", "undefined"]:
        raise ValueError("the first line is not from,to,ports,undefined")
    for row in filter(None, rows):
        if len(row) != 4:
            raise ValueError(f"line {rows.line_num} does not have four columns")
        yield from _spoken(*row)


_SUMMARY = re.compile(r"[\d,]+ connections?: ")
_LINE = re.compile(r"(\S+)\s+->\s+(\S+)\s+(.*?)\s*(?:\(undefined: (.*)\))?$")


def _read_text(text: str) -> Iterator[_Ports]:
    *lines, summary = text.rstrip().splitlines() or [""]
    if not _SUMMARY.match(summary):
        raise ValueError("the last line does not say how many connections there are")
    for line in filter(None, lines):
        parts = _LINE.match(line)
        if parts is None:
            raise ValueError(f'"{line}"')
        yield from _spoken(*parts.groups(""))


def _spoken(source: str, destination: str, ports: str, undefined: str) -> Iterator[_Ports]:
    yield ALLOWED, source, destination, parse_ports(ports)
    yield UNDEFINED, source, destination, parse_ports(undefined)


_READERS = {"json": _read_json, "csv": _read_csv, "text": _read_text}


def parse_ports(words: str) -> PortSet:
    """Parse ports as `str` writes them.

    Raises
    ------
    ValueError

    Examples
    --------
    >>> parse_ports("TCP 80, 8000-8100; UDP (all)") - PortSet.of("TCP", 8000, 8050)
    TCP 80, 8051-8100; UDP (all)
    """
    if words in ("", "all ports"):
        return PortSet.every() if words else PortSet()
    parts = (part.strip().partition(" ") for part in words.split(";"))
    try:
        return PortSet.union(*(_of_protocol(protocol, ranges) for protocol, _, ranges in parts))
    except (ValueError, TypeError) as error:
        said = f'"{words}" are not ports: they look like TCP 80, 8000-8100; UDP (all)'
        raise ValueError(said) from error


def _of_protocol(protocol: str, ranges: str) -> PortSet:
    if ranges == "(all)":
        return PortSet.every(Protocol(protocol))
    pairs = ([int(number) for number in part.split("-")] for part in ranges.split(","))
    return PortSet.union(*(PortSet.of(protocol, *pair) for pair in pairs))
