"""What changed between two clusters, as a report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from netpol_lab.cli.reports.dot_mermaid import EdgeKind, Graph
from netpol_lab.cli.reports.reach_query import (
    ReachQuery,
    graph_of,
    most_telling_port,
    narrowed,
    picture_of,
    words,
)
from netpol_lab.cli.reports.report import Report, json_items
from netpol_lab.cli.reports.tables import Table
from netpol_lab.model.ports import PortSet
from netpol_lab.pictures.svg import Picture
from netpol_lab.reach.diff import Diff, FlowChange, in_lines, join_changes, notes
from netpol_lab.reach.grouping import Connection

MOST_NAMED = 20
_KINDS = (EdgeKind.GAINED, EdgeKind.LOST, EdgeKind.UNSETTLED)


class DiffReport(Report):
    r"""The flows that a change of manifests has opened and closed.

    Parameters
    ----------
    diff : Diff
    query : ReachQuery
        Which of the changes.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> from netpol_lab.reach.diff import diff
    >>> shop = lab.load("three-tier")
    >>> opened = diff(shop, shop.with_policies(["backend-access-ingress"]))
    >>> print(*DiffReport(opened, ReachQuery(source="web")).text(), sep="\n")
    + shop/web -> shop/db  all ports
        ingress: shop/db-access-ingress is gone; it isolated shop/db
    <BLANKLINE>
    1 of 2 connections that changed
    """

    def __init__(self, diff: Diff, query: ReachQuery) -> None:
        self.diff, self.query, self.title = diff, query, f"What changed: {query}"
        self._is_part = any(query[1:])  # then new and gone names are left out
        self.added, self.removed = ((), ()) if self._is_part else (diff.added, diff.removed)
        self._sources, self._destinations = map(self._meant, (query.source, query.destination))
        asked = filter(self._is_asked, diff.changes)
        self.changes = tuple(change for change in map(self._narrowed, asked) if any(_parts(change)))

    def _meant(self, name: str) -> tuple[str, ...]:
        """Return what a name means in the new cluster, or in the old one if it is gone."""
        side = self.diff.before if name in self.diff.removed else self.diff.after
        return side.names_of(name, self.query.by) if name else ()

    def _is_asked(self, found: FlowChange | Connection) -> bool:
        return (not self._sources or found.source in self._sources) and (
            not self._destinations or found.destination in self._destinations
        )

    def _narrowed(self, change: FlowChange) -> FlowChange:
        if self.query.port is None:
            return change
        only = self.query.port.only
        gained, lost, unsettled = (ports & only for ports in _parts(change))
        return replace(change, gained=gained, lost=lost, unsettled=unsettled)

    @cached_property
    def joined(self) -> tuple[FlowChange, ...]:
        """The changes with neighbouring ranges outside as one: what is listed and counted."""
        return tuple(join_changes(self.changes, self.diff.after.index.ranges))

    @cached_property
    def partial(self) -> tuple[Connection, ...]:
        """What only some of a group lost or gained."""
        return tuple(narrowed(filter(self._is_asked, self.diff.partial), self.query.port))

    def __bool__(self) -> bool:
        return bool(self.changes or self.added or self.removed or self.partial)

    def summary(self) -> str:
        """Say how many connections were gained and lost, and which names are new or gone."""
        said = [self._counted]
        for what, names in (("new", self.added), ("gone", self.removed)):
            more = [f"and {len(names) - MOST_NAMED:,} more"] if len(names) > MOST_NAMED else []
            said += [f"{what}: {', '.join([*names[:MOST_NAMED], *more])}"] if names else []
        return "; ".join(said)

    @property
    def _counted(self) -> str:
        part = f"{len(self.joined)} of {len(self.diff.joined)} connections that changed"
        return part if self._is_part else self.diff.summary

    def text(self) -> Iterator[str]:
        """Yield each change with its causes."""
        yield from in_lines(self.joined, self.added, self.removed)
        yield from notes(self.partial)
        yield from ["", self._counted] if self else [self._counted]

    def data(self) -> Iterator[str]:
        """Yield JSON: the changes, which names are new and gone, and what changed in part."""
        yield '{"changes": ['
        yield from json_items(
            json.dumps(_as_data(change), ensure_ascii=False) for change in self.joined
        )
        yield f'], "added": {json.dumps(self.added)}, "removed": {json.dumps(self.removed)}'
        if self.partial:
            yield f', "partial": {json.dumps([*map(_partial_as_data, self.partial)])}'
        yield "}"

    def table(self) -> Table:
        """Return a row for each pair of ends."""
        rows = (
            (c.source, c.destination, *map(words, _parts(c)), "; ".join(c.causes))
            for c in self.joined
        )
        return Table(("from", "to", *map(str, _KINDS), "causes"), rows)

    def graph(self) -> Graph:
        """Return what was gained and lost as edges."""
        found = ((change.source, change.destination, _parts(change)) for change in self.changes)
        sides = self.diff.after, self.diff.before
        return graph_of(self.title, sides, self.query.by, found, _KINDS).without_lone_nodes()

    def picture(self) -> Picture:
        """Return the picture of the new cluster, with halos where it differs from the old one."""
        port = self.query.port or most_telling_port(
            part for c in self.changes for part in _parts(c)
        )
        return picture_of(self.diff.after, port, before=self.diff.before.cluster)


def _parts(change: FlowChange) -> tuple[PortSet, PortSet, PortSet]:
    return change.gained, change.lost, change.unsettled


def _as_data(change: FlowChange) -> dict[str, object]:
    ports = {str(k): p.as_data() for k, p in zip(_KINDS, _parts(change), strict=True)}
    ends = {"from": change.source, "to": change.destination}
    return {**ends, **ports, "causes": [*change.causes]}


def _partial_as_data(found: Connection) -> dict[str, object]:
    ends = {"from": found.source, "to": found.destination}
    return {**ends, "gained": found.undefined.as_data(), "lost": found.ports.as_data()}
