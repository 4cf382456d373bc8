"""Reachability as a report: a list of connections, or a grid at one port."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice

from netpol_lab.cli.reports.dot_mermaid import EdgeKind, Graph, GraphEdge
from netpol_lab.cli.reports.reach_query import (
    Port,
    ReachQuery,
    asked,
    graph_of,
    most_telling_port,
    picture_of,
    words,
)
from netpol_lab.cli.reports.report import (
    Report,
    as_json,
    cautions_about,
    cautions_as_json,
    json_items,
)
from netpol_lab.cli.reports.tables import Table, aligned, one_line
from netpol_lab.errors import plural
from netpol_lab.model.ports import PortSet
from netpol_lab.pictures.svg import Picture
from netpol_lab.pictures.traffic import USUAL_PORT
from netpol_lab.reach.grouping import Connection, join_ranges
from netpol_lab.reach.reachability import Reachability

MOST_NOTED = 100_000  # connections kept for the later lists of JSON
LOOKED_AT = 20_000  # connections, to choose the port of a picture


# ---------------------------------------------------------------- a list


class ReachReport(Report):
    r"""The connections that a query is about, one after the other.

    Parameters
    ----------
    reach : Reachability
    query : ReachQuery

    Raises
    ------
    NetpolError
        Where an end of the query is unknown.

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
        self.reach, self.query, self.title = reach, query, f"Reachability: {query}"
        for name in filter(None, (query.source, query.destination)):
            reach.names_of(name, query.by)  # an unknown name is told before anything is written
        self._number, self._left_open, self._within, self._unsure = 0, False, False, 0

    def connections(self) -> Iterator[Connection]:
        """Yield the connections and count them; neighbouring outside ranges are joined."""
        self._number, self._left_open, self._within, self._unsure = 0, False, False, 0
        found = asked(self.reach, self.query)
        for connection in join_ranges(found, self.reach.index.ranges):
            self._number += 1
            self._left_open = self._left_open or bool(connection.undefined)
            self._unsure += not connection.ports
            self._within = self._within or _is_within(connection)
            yield connection

    def summary(self) -> str:
        """Say how many connections there are, and how many of them are undefined throughout."""
        number = f"{self._number:,} {plural(self._number, 'connection')}"
        unsure = f"; {self._unsure:,} of them undefined" if self._unsure else ""
        return f"{number}: {self.query}{unsure}"

    def cautions(self) -> list[str]:
        """Return what was passed over."""
        return cautions_about(self.reach.cluster)

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
        yield f"]{cautions_as_json(self.cautions())}}}"

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
        edges = (
            GraphEdge(c.source, c.destination, str(ports), kind)
            for c in asked(self.reach, self.query)
            for kind, ports in ((EdgeKind.ALLOWED, c.ports), (EdgeKind.UNDEFINED, c.undefined))
            if ports
        )
        graph = graph_of(self.title, [self.reach], self.query.by, edges)
        part = self.query.source or self.query.destination
        return graph.without_lone_nodes() if part else graph

    def picture(self) -> Picture:
        """Return the picture at the port that was asked about, or at the most telling one."""
        found = [*islice(asked(self.reach, self.query), LOOKED_AT)]
        port = self.query.port or most_telling_port(
            [c.ports for c in found], [c.undefined for c in found]
        )
        return picture_of(self.reach, self.query, port)


def _is_within(connection: Connection) -> bool:
    return connection.source == connection.destination


def _json_items(parts: Iterable[tuple[str, str, PortSet]]) -> Iterator[str]:
    return json_items(
        f'{{"from": {as_json(source)}, "to": {as_json(destination)}, "ports": {as_json(ports)}}}'
        for source, destination, ports in parts
        if ports
    )


def in_words(connection: Connection) -> str:
    """Return the allowed and the undefined ports of a connection in words.

    Examples
    --------
    >>> in_words(Connection("a", "b", PortSet.of("TCP", 80), PortSet.of("UDP", 53)))
    'TCP 80 (undefined: UDP 53)'
    """
    ports, undefined = words(connection.ports), words(connection.undefined)
    return f"{ports} (undefined: {undefined})".lstrip() if undefined else ports


# ---------------------------------------------------------------- a grid

_WORDS = {"+": "allowed", ".": "blocked", "?": "undefined", "": ""}
_VALUES = {"+": True, ".": False}  # else null
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
        self._outside = frozenset(map(str, reach.index.ranges))

    def rows(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each source with its signs; an empty one where neither end is a pod."""
        for source in self._groups.names:
            yield source, [*self._signs(source)]

    def _signs(self, source: str) -> Iterator[str]:
        port = self._port.protocol, self._port.number
        # One pod certainly reaches itself (SEM-49); two of a group need not reach each other.
        alone = self._groups.members[source].bit_count() == 1
        reached = {source: "+" if alone else "."}
        for _, destination, ports, undefined in self.reach.out_of(source, self.query.by):
            if port in ports or port in undefined:
                reached[destination] = "+" if port in ports else "?"
        for destination in self._groups.names:
            neither = source in self._outside and destination in self._outside
            yield "" if neither else reached.get(destination, ".")

    def summary(self) -> str:
        """Explain the cells."""
        return "Rows are sources, columns are destinations."

    def text(self) -> Iterator[str]:
        """Yield a row of signs for each source, under the numbers of the destinations."""
        names = self._groups.names
        numbers = [str(number) for number in range(1, len(names) + 1)]
        size, room = len(str(len(names))), max(map(len, names), default=0)
        yield f"{self.query}: who (row) reaches whom (column)"
        yield f"{'':{size + room + 1}} {' '.join(number.rjust(size) for number in numbers)}"
        for number, (source, signs) in zip(numbers, self.rows(), strict=True):
            cells = " ".join(sign.rjust(size) for sign in signs)
            yield f"{number:>{size}} {one_line(source):{room}} {cells}".rstrip()
        yield from ("", LEGEND)

    def data(self) -> Iterator[str]:
        """Yield JSON: the port, the names, and a list of true, false or null for each of them."""
        port, protocol, names = self._port.number, self._port.protocol, [*self._groups.names]
        yield f'{{"port": {port}, "protocol": {as_json(protocol)}, "names": {json.dumps(names)},'
        yield '"cells": ['
        yield from json_items(json.dumps([*map(_VALUES.get, signs)]) for _, signs in self.rows())
        yield f"]{cautions_as_json(self.cautions())}}}"

    def table(self) -> Table:
        """Return the grid in words."""
        rows = ((source, *map(_WORDS.__getitem__, signs)) for source, signs in self.rows())
        return Table(("from / to", *self._groups.names), rows)

    def table_for_people(self) -> Table:
        """Return a row for each connection."""
        return super().table()


def reach_report(reach: Reachability, query: ReachQuery) -> ReachReport:
    """Return the answer to a query: a grid where all is asked about at one port, else a list."""
    return (ReachGridReport if query.is_grid else ReachReport)(reach, query)
