"""Reachability as a report: a list of connections, or a grid at one port."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from netpol_lab.cli.reports.dot_mermaid import (
    OUTSIDE,
    EdgeKind,
    Graph,
    GraphEdge,
    GraphNode,
    merge_two_way,
)
from netpol_lab.cli.reports.report import Report, as_json, json_items
from netpol_lab.cli.reports.tables import Table, aligned, one_line
from netpol_lab.errors import plural
from netpol_lab.model.ports import PortSet, spoken_port
from netpol_lab.pictures.scene import MOST_AS_DIAGRAM
from netpol_lab.pictures.svg import Picture, draw
from netpol_lab.pictures.traffic import USUAL_PORT
from netpol_lab.reach.grouping import BY, Connection, join_ranges
from netpol_lab.reach.reachability import Reachability

MOST_NOTED = 100_000  # connections kept for the later lists of JSON
LOOKED_AT = 20_000  # connections, to choose the port of a picture


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


class ReachQuery(NamedTuple):
    """Which connections are asked about: from where, to where, on which port, grouped how.

    An empty name means every end, and no port means every port.
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
    """Return the finest grouping that leaves at most so many names, else the coarsest.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> reach = lab.reachability(lab.load("three-tier"))
    >>> readable_by(reach, 300), readable_by(reach, 2)
    ('pod', 'namespace')
    """
    return next((by for by in BY if len(reach.groups(by).names) <= most), BY[-1])


def asked(reach: Reachability, query: ReachQuery) -> Iterator[Connection]:
    """Return the connections that a query is about.

    Parameters
    ----------
    reach : Reachability
    query : ReachQuery

    Returns
    -------
    iterator of Connection
        In the cluster's order, with only the ports that are asked about.

    Raises
    ------
    NetpolError
        At once, where a name is unknown.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> reach = lab.reachability(lab.load("three-tier"))
    >>> [c.source for c in asked(reach, ReachQuery(destination="db", port=Port(5432)))]
    ['shop/backend']
    """
    by, source, destination, port = query
    found: Iterable[Connection]
    if not destination:
        found = reach.out_of(source, by) if source else reach.connections(by)
    elif not source:
        found = reach.into(destination, by)
    else:
        out = set(reach.out_of(source, by))
        found = [connection for connection in reach.into(destination, by) if connection in out]
    return narrowed(found, port)


def narrowed(connections: Iterable[Connection], port: Port | None) -> Iterator[Connection]:
    """Return the connections that have a port, cut down to it; all where no port is given.

    Examples
    --------
    >>> found = [Connection("a", "b", PortSet.of("TCP", 80, 90)), Connection("b", "a")]
    >>> [(c.source, str(c.ports)) for c in narrowed(found, Port(85))]
    [('a', 'TCP 85')]
    """
    if port is None:
        return iter(connections)
    only = port.only
    cut = (
        Connection(c.source, c.destination, c.ports & only, c.undefined & only) for c in connections
    )
    return (connection for connection in cut if connection.ports or connection.undefined)


# ---------------------------------------------------------------- a list


class ReachReport(Report):
    r"""The connections that a query is about, one after the other.

    Parameters
    ----------
    reach : Reachability
    query : ReachQuery

    Examples
    --------
    >>> import netpol_lab as lab
    >>> reach = lab.reachability(lab.load("three-tier"))
    >>> print(*ReachReport(reach, ReachQuery(source="web", destination="backend")).text(), sep="\n")
    shop/web -> shop/backend  all ports
    <BLANKLINE>
    1 connection: from web, to backend
    """

    def __init__(self, reach: Reachability, query: ReachQuery) -> None:
        self.reach, self.query = reach, query
        self._number, self._left_open, self._within = 0, False, False

    @property
    def title(self) -> str:
        """Reachability, and which part is shown."""
        return f"Reachability: {scope(self.query)}"

    def connections(self) -> Iterator[Connection]:
        """Yield the connections and count them; neighbouring outside ranges are joined."""
        self._number, self._left_open, self._within = 0, False, False
        found = asked(self.reach, self.query)
        for connection in join_ranges(found, self.reach.index.ranges):
            self._number += 1
            self._left_open = self._left_open or bool(connection.undefined)
            self._within = self._within or _is_within(connection)
            yield connection

    def summary(self) -> str:
        """Say how many connections there are."""
        number = f"{self._number:,} {plural(self._number, 'connection')}"
        return f"{number}: {scope(self.query)}"

    def text(self) -> Iterator[str]:
        """Yield a line for each connection."""
        rows = ((c.source, c.destination, in_words(c)) for c in self.connections())
        yield from aligned(rows, [" -> "])
        yield from ("", self.summary())

    def data(self) -> Iterator[str]:
        """Yield JSON: "connections" are allowed, "undefined" ones are left open.

        What pods of one workload or namespace may open to each other is "within": no end
        connects to itself.
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
        """Yield the connections; keep those that later lists need, as long as they are few."""
        for connection in self.connections():
            if (connection.undefined or _is_within(connection)) and len(again) < MOST_NOTED:
                again.append(connection)
            yield connection

    def _once_more(self, again: list[Connection]) -> Iterable[Connection]:
        return again if len(again) < MOST_NOTED else self.connections()

    def table(self) -> Table:
        """Return a row for each connection."""
        rows = (
            (c.source, c.destination, words(c.ports), words(c.undefined))
            for c in self.connections()
        )
        return Table(("from", "to", "ports", "undefined"), rows)

    def graph(self) -> Graph:
        """Return the connections as edges; two that differ only in direction as one."""
        found = ((c.source, c.destination, c[2:]) for c in asked(self.reach, self.query))
        edges = edges_of(found, EdgeKind.ALLOWED, EdgeKind.UNDEFINED)
        nodes = graph_nodes(self.reach, self.query.by)
        graph = Graph(self.title, tuple(nodes), edges)
        part = self.query.source or self.query.destination
        return graph.without_lone_nodes() if part else graph

    def picture(self) -> Picture:
        """Return the picture at the port that was asked about, or at the most telling one."""
        found = [*islice(asked(self.reach, self.query), LOOKED_AT)]
        port = self.query.port or most_telling_port(
            [c.ports for c in found], [c.undefined for c in found]
        )
        return picture_of(self.reach, port)


def _is_within(connection: Connection) -> bool:
    return connection.source == connection.destination


def edges_of(
    found: Iterable[tuple[str, str, Sequence[PortSet]]], *kinds: EdgeKind
) -> tuple[GraphEdge, ...]:
    """Return an edge for each kind of ports that two ends have; there and back may be one edge."""
    return merge_two_way(
        GraphEdge(source, destination, str(ports), kind)
        for source, destination, parts in found
        for kind, ports in zip(kinds, parts, strict=True)
        if ports
    )


def picture_of(reach: Reachability, port: Port, **options: Any) -> Picture:
    """Return the picture at a port, with outside ranges as long as there is room."""
    outside = [(str(range_), str(range_.first)) for range_ in reach.index.ranges]
    return draw(
        reach.cluster,
        *port,
        outside=outside if len(reach.ends) <= MOST_AS_DIAGRAM else (),
        assumptions=reach.assumptions,
        **options,
    )


def scope(query: ReachQuery) -> str:
    """Say what is asked about.

    Examples
    --------
    >>> scope(ReachQuery("workload", source="shop/web")), scope(ReachQuery())
    ('from shop/web, by workload', 'all pods')
    """
    by, source, destination, port = query
    said = (
        f"from {source}" if source else "",
        f"to {destination}" if destination else "",
        str(port or ""),
        f"by {by}" if by != "pod" else "",
    )
    return ", ".join(filter(None, said)) or "all pods"


def graph_nodes(reach: Reachability, by: str) -> Iterator[GraphNode]:
    """Yield a node for every end: pods by namespace, and outside ranges in a group of their own."""
    ranges = outside_names(reach)
    for name in reach.groups(by).names:
        group, _, caption = name.rpartition("/")
        yield GraphNode(name, caption, OUTSIDE if name in ranges else group)


def _json_items(parts: Iterable[tuple[str, str, PortSet]]) -> Iterator[str]:
    return json_items(
        f'{{"from": {as_json(source)}, "to": {as_json(destination)}, "ports": {as_json(ports)}}}'
        for source, destination, ports in parts
        if ports
    )


@lru_cache(maxsize=65536)  # the same sets of ports recur
def words(ports: PortSet) -> str:
    """Return ports in words; an empty text for none."""
    return str(ports) if ports else ""


def in_words(connection: Connection) -> str:
    """Return the allowed and the undefined ports of a connection in words.

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


def most_telling_port(*found: Iterable[PortSet]) -> Port:
    """Return the port that most of the sets name; 80 where none does.

    Later collections count only where no earlier one names a port: allowed ports go before those
    left open, such as the port of an init container.

    Examples
    --------
    >>> most_telling_port([PortSet.every(), PortSet.of("TCP", 5432), PortSet.of("UDP", 53, 60)])
    Port(number=5432, protocol='TCP')
    >>> most_telling_port([PortSet.every()], [PortSet.of("TCP", 7000)])
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

_SIGNS: dict[bool | None, str] = {True: "+", False: ".", None: "?"}
_WORDS: dict[bool | None, str] = {True: "allowed", False: "blocked", None: "undefined"}
LEGEND = "+ allowed, . blocked, ? undefined; blank where neither end is a pod"


class ReachGridReport(ReachReport):
    r"""Who reaches whom at one port, as a grid: rows are sources, columns are destinations.

    Parameters
    ----------
    reach : Reachability
    query : ReachQuery
        With a port.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> reach = lab.reachability(lab.load("three-tier"))
    >>> print(*ReachGridReport(reach, ReachQuery(port=Port(5432))).text(), sep="\n")
    TCP 5432: who (row) reaches whom (column)
                              1 2 3 4
    1 shop/web                + + . +
    2 shop/backend            + + + +
    3 shop/db                 + . + +
    4 0.0.0.0-255.255.255.255 + . .
    <BLANKLINE>
    + allowed, . blocked, ? undefined; blank where neither end is a pod
    """

    def __init__(self, reach: Reachability, query: ReachQuery) -> None:
        super().__init__(reach, query)
        self._groups = reach.groups(query.by)
        self._port = query.port or Port(USUAL_PORT)
        self._outside = outside_names(reach)

    def rows(self) -> Iterator[tuple[str, tuple[bool | None, ...]]]:
        """Yield each source with its cells: None where undefined, or where neither end is a pod."""
        for source in self._groups.names:
            yield source, tuple(self._row(source))

    def _row(self, source: str) -> Iterator[bool | None]:
        port = self._port.protocol, self._port.number
        # One pod certainly reaches itself (SEM-49); two of a namespace need not reach each other.
        alone = self.query.by != "namespace" or self._groups.members[source].bit_count() == 1
        reached: dict[str, bool | None] = {source: alone}
        for _, destination, ports, undefined in self.reach.out_of(source, self.query.by):
            if port in ports or port in undefined:
                reached[destination] = True if port in ports else None
        for destination in self._groups.names:
            neither = self._neither(source, destination)
            yield None if neither else reached.get(destination, False)

    def _neither(self, source: str, destination: str) -> bool:
        return source in self._outside and destination in self._outside

    def _spoken(
        self, source: str, cells: Iterable[bool | None], said: dict[bool | None, str]
    ) -> Iterator[str]:
        """Yield the word for each cell; an empty one where neither end is a pod."""
        for destination, cell in zip(self._groups.names, cells, strict=True):
            yield "" if self._neither(source, destination) else said[cell]

    def summary(self) -> str:
        """Explain the cells."""
        return "Rows are sources, columns are destinations."

    def text(self) -> Iterator[str]:
        """Yield a row of signs for each source, under the numbers of the destinations."""
        names = self._groups.names
        numbers = [str(number) for number in range(1, len(names) + 1)]
        size, room = len(str(len(names))), max(map(len, names), default=0)
        yield f"{scope(self.query)}: who (row) reaches whom (column)"
        yield f"{'':{size + room + 1}} {' '.join(number.rjust(size) for number in numbers)}"
        for number, (source, cells) in zip(numbers, self.rows(), strict=True):
            signs = " ".join(sign.rjust(size) for sign in self._spoken(source, cells, _SIGNS))
            yield f"{number:>{size}} {one_line(source):{room}} {signs}".rstrip()
        yield from ("", LEGEND)

    def data(self) -> Iterator[str]:
        """Yield JSON: the port, the names, and a list of true, false or null for each of them."""
        port, protocol, names = self._port.number, self._port.protocol, [*self._groups.names]
        yield f'{{"port": {port}, "protocol": {as_json(protocol)}, "names": {json.dumps(names)},'
        yield '"cells": ['
        yield from json_items(json.dumps(cells) for _, cells in self.rows())
        yield "]}"

    def table(self) -> Table:
        """Return the grid in words."""
        rows = ((source, *self._spoken(source, cells, _WORDS)) for source, cells in self.rows())
        return Table(("from / to", *self._groups.names), rows)

    def table_for_people(self) -> Table:
        """Return a row for each connection."""
        return super().table()


def reach_report(reach: Reachability, query: ReachQuery) -> ReachReport:
    """Return the answer to a query: a grid where all is asked about at one port, else a list."""
    return (ReachGridReport if query.is_grid else ReachReport)(reach, query)
