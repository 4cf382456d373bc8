"""Reachability as a report: a list of connections, or a grid at one port."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from netpol_lab.cli.reports.dot_mermaid import Edge, Graph, Kind, Node, joined
from netpol_lab.cli.reports.report import Report, as_json, json_items
from netpol_lab.cli.reports.tables import Table, aligned, one_line
from netpol_lab.model.ports import PortSet
from netpol_lab.pictures.scene import MOST_AS_DIAGRAM
from netpol_lab.pictures.svg import Picture, draw
from netpol_lab.pictures.traffic import USUAL_PORT, spoken_port
from netpol_lab.reach.grouping import BY, Connection, join_ranges
from netpol_lab.reach.reachability import Reachability

MOST_NOTED = 100_000  # connections that are kept to be told of again
LOOKED_AT = 20_000  # connections, to find the port that tells most
OUTSIDE = "outside the cluster"


class Port(NamedTuple):
    """A port of one protocol."""

    number: int
    protocol: str = "TCP"

    def __str__(self) -> str:
        return spoken_port(self.number, self.protocol)

    @property
    def only(self) -> PortSet:
        """The port as a set."""
        return PortSet.of(self.protocol, self.number)


class Question(NamedTuple):
    """Which connections are asked about: from whom, to whom, on which port, put together how.

    An empty name means everybody, and no port all of them.
    """

    by: str = "pod"
    source: str = ""
    destination: str = ""
    port: Port | None = None

    @property
    def is_grid(self) -> bool:
        """Whether all is asked about at one port."""
        return self.port is not None and not (self.source or self.destination)


def readable_by(reach: Reachability, most: int) -> str:
    """Return the finest way to put pods together that leaves at most so many, if there is one.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> reach = lab.reachability(lab.load("three-tier"))
    >>> readable_by(reach, 300), readable_by(reach, 2)
    ('pod', 'namespace')
    """
    return next((by for by in BY if len(reach.groups(by).names) <= most), BY[-1])


def asked(reach: Reachability, question: Question) -> Iterator[Connection]:
    """Yield the connections that a question is about.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> reach = lab.reachability(lab.load("three-tier"))
    >>> [c.source for c in asked(reach, Question(destination="db", port=Port(5432)))]
    ['shop/backend']
    """
    found = _between(reach, question)
    return found if question.port is None else _narrowed(found, question.port.only)


def _between(reach: Reachability, question: Question) -> Iterator[Connection]:
    by, source, destination, _ = question
    if not source and not destination:
        return reach.connections(by)
    if not destination:
        return iter(reach.out_of(source, by))
    into = reach.into(destination, by)
    if not source:
        return iter(into)
    out = set(reach.out_of(source, by))
    return (connection for connection in into if connection in out)


def _narrowed(connections: Iterable[Connection], only: PortSet) -> Iterator[Connection]:
    for source, destination, ports, undefined in connections:
        if ports & only or undefined & only:
            yield Connection(source, destination, ports & only, undefined & only)


# ---------------------------------------------------------------- a list


class Listing(Report):
    r"""The connections that a question is about, one after the other.

    Parameters
    ----------
    reach : Reachability
    question : Question

    Examples
    --------
    >>> import netpol_lab as lab
    >>> reach = lab.reachability(lab.load("three-tier"))
    >>> print(*Listing(reach, Question(source="web", destination="backend")).text(), sep="\n")
    shop/web -> shop/backend  all ports
    <BLANKLINE>
    1 connection: from web, to backend
    """

    def __init__(self, reach: Reachability, question: Question) -> None:
        self.reach, self.question = reach, question
        self._number, self._left_open, self._within = 0, False, False

    @property
    def title(self) -> str:
        """Reachability, and what of it."""
        return f"Reachability: {scope(self.question)}"

    def connections(self) -> Iterator[Connection]:
        """Yield the connections, and count them; neighbouring ranges outside are one."""
        self._number, self._left_open, self._within = 0, False, False
        found = asked(self.reach, self.question)
        for connection in join_ranges(found, self.reach.index.ranges):
            self._number += 1
            self._left_open = self._left_open or bool(connection.undefined)
            self._within = self._within or _is_within(connection)
            yield connection

    def summary(self) -> str:
        """Say how many connections there are."""
        several = "" if self._number == 1 else "s"
        return f"{self._number:,} connection{several}: {scope(self.question)}"

    def text(self) -> Iterator[str]:
        """Yield a line for each connection."""
        rows = ((c.source, c.destination, in_words(c)) for c in self.connections())
        yield from aligned(rows, [" -> "])
        yield from ("", self.summary())

    def data(self) -> Iterator[str]:
        """Yield JSON: "connections" are allowed, "undefined" ones left open.

        What pods of one workload or namespace may open to each other is "within": nobody is
        connected with himself.
        """
        again: list[Connection] = []
        yield '{"connections": ['
        yield from _json_items(c[:3] for c in self._noted(again) if not _is_within(c))
        if self._within:
            yield '], "within": ['
            yield from _json_items(c[:3] for c in self._once_more(again) if _is_within(c))
        if self._left_open:
            yield '], "undefined": ['
            yield from _json_items((c[0], c[1], c.undefined) for c in self._once_more(again))
        yield "]}"

    def _noted(self, again: list[Connection]) -> Iterator[Connection]:
        """Yield the connections; note those that are told of again, as long as they are few."""
        for connection in self.connections():
            if (connection.undefined or _is_within(connection)) and len(again) < MOST_NOTED:
                again.append(connection)
            yield connection

    def _once_more(self, again: list[Connection]) -> Iterable[Connection]:
        return again if len(again) < MOST_NOTED else self.connections()

    def table(self) -> Table:
        """Return a row for each connection."""
        return _table(self.connections())

    def table_for_people(self) -> Table:
        """Return a row for each connection, also of what is a grid to programs."""
        return _table(self.connections())

    def graph(self) -> Graph:
        """Return the connections as edges; two that differ only in direction as one."""
        edges = joined(self._edges())
        seen = {name for edge in edges for name in (edge.source, edge.destination)}
        everybody = not (self.question.source or self.question.destination)
        nodes = (
            node
            for node in graph_nodes(self.reach, self.question.by)
            if everybody or node.name in seen
        )
        return Graph(self.title, tuple(nodes), edges)

    def _edges(self) -> Iterator[Edge]:
        for source, destination, ports, undefined in asked(self.reach, self.question):
            for kind, part in ((Kind.ALLOWED, ports), (Kind.UNDEFINED, undefined)):
                if part:
                    yield Edge(source, destination, str(part), kind)

    def picture(self) -> Picture:
        """Return the picture at the port that was asked about, or at the one that tells most."""
        found = [*islice(asked(self.reach, self.question), LOOKED_AT)]
        allowed, open_ = [c.ports for c in found], [c.undefined for c in found]
        port = self.question.port or telling_port(allowed, open_)
        return picture_of(self.reach, port)


def _is_within(connection: Connection) -> bool:
    return connection.source == connection.destination


def _table(connections: Iterable[Connection]) -> Table:
    rows = ((c.source, c.destination, words(c.ports), words(c.undefined)) for c in connections)
    return Table(("from", "to", "ports", "undefined"), rows)


def picture_of(reach: Reachability, port: Port, **options: Any) -> Picture:
    """Return the picture at a port; who is outside is in it as long as there is room."""
    outside = [(str(range_), str(range_.first)) for range_ in reach.index.ranges]
    return draw(
        reach.cluster,
        *port,
        outside=outside if len(reach.ends) <= MOST_AS_DIAGRAM else (),
        assumptions=reach.assumptions,
        **options,
    )


def scope(question: Question) -> str:
    """Say what is asked about.

    Examples
    --------
    >>> scope(Question("workload", source="shop/web")), scope(Question())
    ('from shop/web, by workload', 'all pods')
    """
    by, source, destination, port = question
    said = (
        f"from {source}" if source else "",
        f"to {destination}" if destination else "",
        str(port or ""),
        f"by {by}" if by != "pod" else "",
    )
    return ", ".join(filter(None, said)) or "all pods"


def graph_nodes(reach: Reachability, by: str) -> Iterator[Node]:
    """Yield a node for everybody: pods in the groups of their namespaces, and who is outside."""
    ranges = outside_names(reach)
    for name in reach.groups(by).names:
        group, _, caption = name.rpartition("/")
        yield Node(name, caption, OUTSIDE if name in ranges else group)


def _json_items(parts: Iterable[tuple[str, str, PortSet]]) -> Iterator[str]:
    return json_items(
        f'{{"from": {as_json(source)}, "to": {as_json(destination)}, "ports": {as_json(ports)}}}'
        for source, destination, ports in parts
        if ports
    )


@lru_cache(maxsize=65536)  # the same sets of ports come again and again
def words(ports: PortSet) -> str:
    """Return ports in words, and nothing where there are none."""
    return str(ports) if ports else ""


def in_words(connection: Connection) -> str:
    """Return the ports of a connection, and those that are left open, in words.

    Examples
    --------
    >>> in_words(Connection("a", "b", PortSet.of("TCP", 80), PortSet.of("UDP", 53)))
    'TCP 80 (undefined: UDP 53)'
    """
    ports, undefined = words(connection.ports), words(connection.undefined)
    return f"{ports} (undefined: {undefined})".lstrip() if undefined else ports


def outside_names(reach: Reachability) -> frozenset[str]:
    """Return the names of the ranges of addresses outside the cluster."""
    return frozenset(map(str, reach.index.ranges))


def telling_port(*found: Iterable[PortSet]) -> Port:
    """Return the port that most of the sets single out; 80 where none does.

    Sets are looked at only where none before singles out a port: what is allowed before what is
    left open, such as the port of an init container.

    Examples
    --------
    >>> telling_port([PortSet.every(), PortSet.of("TCP", 5432), PortSet.of("UDP", 53, 60)])
    Port(number=5432, protocol='TCP')
    >>> telling_port([PortSet.every()], [PortSet.of("TCP", 7000)])
    Port(number=7000, protocol='TCP')
    """
    every = PortSet.every().ranges
    for sets in found:
        singled = Counter(
            Port(first, str(protocol))
            for ports in sets
            for protocol, first, last in ports.ranges
            if (protocol, first, last) not in every
        )
        if singled:
            return singled.most_common(1)[0][0]
    return Port(USUAL_PORT)


# ---------------------------------------------------------------- a grid

_SIGNS = {True: "+", False: ".", None: "?"}
_WORDS = {True: "allowed", False: "blocked", None: "undefined"}
LEGEND = "+ allowed, . blocked, ? undefined; blank where neither end is a pod"


class Grid(Listing):
    r"""Who reaches whom at one port, as a grid: rows are sources, columns are destinations.

    Parameters
    ----------
    reach : Reachability
    question : Question
        With a port.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> reach = lab.reachability(lab.load("three-tier"))
    >>> print(*Grid(reach, Question(port=Port(5432))).text(), sep="\n")
    TCP 5432: who (row) reaches whom (column)
                              1 2 3 4
    1 shop/web                + + . +
    2 shop/backend            + + + +
    3 shop/db                 + . + +
    4 0.0.0.0-255.255.255.255 + . .
    <BLANKLINE>
    + allowed, . blocked, ? undefined; blank where neither end is a pod
    """

    def __init__(self, reach: Reachability, question: Question) -> None:
        super().__init__(reach, question)
        self._groups = reach.groups(question.by)
        self._port = question.port or Port(USUAL_PORT)
        self._outside = outside_names(reach)

    def rows(self) -> Iterator[tuple[str, tuple[bool | None, ...]]]:
        """Yield each source with its cells: None where it is left open, or neither is a pod."""
        for source in self._groups.names:
            yield source, tuple(self._row(source))

    def _row(self, source: str) -> Iterator[bool | None]:
        pair = self._port.protocol, self._port.number
        reached: dict[str, bool | None] = {source: self._reaches_itself(source)}
        for _, destination, ports, undefined in self.reach.out_of(source, self.question.by):
            if pair in ports or pair in undefined:
                reached[destination] = True if pair in ports else None
        for destination in self._groups.names:
            neither = self._neither(source, destination)
            yield None if neither else reached.get(destination, False)

    def _reaches_itself(self, name: str) -> bool:
        """Say whether a name stands for one that certainly reaches itself (SEM-49)."""
        return self.question.by != "namespace" or self._groups.members[name].bit_count() == 1

    def _neither(self, source: str, destination: str) -> bool:
        return source in self._outside and destination in self._outside

    def summary(self) -> str:
        """Explain the cells."""
        return "Rows are sources, columns are destinations."

    def text(self) -> Iterator[str]:
        """Yield a row of signs for each source, under the numbers of the destinations."""
        names = self._groups.names
        numbers = [str(number) for number in range(1, len(names) + 1)]
        size, room = len(str(len(names))), max(map(len, names), default=0)
        yield f"{scope(self.question)}: who (row) reaches whom (column)"
        yield f"{'':{size + room + 1}} {' '.join(number.rjust(size) for number in numbers)}"
        for number, (source, cells) in zip(numbers, self.rows(), strict=True):
            signs = (
                self._sign(source, *cell).rjust(size) for cell in zip(names, cells, strict=True)
            )
            yield f"{number:>{size}} {one_line(source):{room}} {' '.join(signs)}".rstrip()
        yield from ("", LEGEND)

    def _sign(self, source: str, destination: str, cell: bool | None) -> str:
        return " " if self._neither(source, destination) else _SIGNS[cell]

    def data(self) -> Iterator[str]:
        """Yield JSON: the port, the names, and a list of true, false or null for each of them."""
        port, protocol, names = self._port.number, self._port.protocol, [*self._groups.names]
        yield f'{{"port": {port}, "protocol": {as_json(protocol)}, "names": {json.dumps(names)},'
        yield '"cells": ['
        yield from json_items(json.dumps(cells) for _, cells in self.rows())
        yield "]}"

    def table(self) -> Table:
        """Return the grid in words."""
        names = self._groups.names
        rows = (
            (source, *(self._word(source, *cell) for cell in zip(names, cells, strict=True)))
            for source, cells in self.rows()
        )
        return Table(("from / to", *names), rows)

    def _word(self, source: str, destination: str, cell: bool | None) -> str:
        return "" if self._neither(source, destination) else _WORDS[cell]


def report(reach: Reachability, question: Question) -> Listing:
    """Return the answer to a question: a grid where all is asked about at one port, else a list."""
    return (Grid if question.is_grid else Listing)(reach, question)
