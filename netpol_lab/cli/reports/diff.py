"""What changed between two clusters, as a report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property

from netpol_lab.cli.reports.dot_mermaid import Edge, Graph, Kind, joined
from netpol_lab.cli.reports.reach import (
    Question,
    graph_nodes,
    picture_of,
    scope,
    telling_port,
    words,
)
from netpol_lab.cli.reports.report import Report, json_items
from netpol_lab.cli.reports.tables import Table
from netpol_lab.model.ports import PortSet
from netpol_lab.pictures.svg import Picture
from netpol_lab.reach.diff import Diff, FlowChange, in_lines, join_changes, notes
from netpol_lab.reach.grouping import Connection


class Changes(Report):
    r"""The flows that a change of manifests has opened and closed.

    Parameters
    ----------
    diff : Diff
    question : Question
        Which of the changes.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> from netpol_lab.reach.diff import diff
    >>> shop = lab.load("three-tier")
    >>> opened = diff(shop, shop.with_policies(["backend-access-ingress"]))
    >>> print(*Changes(opened, Question(source="web")).text(), sep="\n")
    + shop/web -> shop/db  all ports
        ingress: shop/db-access-ingress is gone; it isolated shop/db
    <BLANKLINE>
    1 of 2 connections that changed
    """

    def __init__(self, diff: Diff, question: Question) -> None:
        self.question = question
        self.diff = diff
        self.changes = tuple(_asked(diff, question))

    @cached_property
    def joined(self) -> tuple[FlowChange, ...]:
        """The changes with neighbouring ranges outside as one: what is listed and counted."""
        return tuple(join_changes(self.changes, self.diff.after.index.ranges))

    @cached_property
    def partial(self) -> tuple[Connection, ...]:
        """What only some of a group lost or gained."""
        by, source, destination, port = self.question
        ends = _meant(self.diff, source, by), _meant(self.diff, destination, by)
        only = PortSet.every() if port is None else port.only
        narrow = (
            Connection(found.source, found.destination, found.ports & only, found.undefined & only)
            for found in self.diff.partial
            if _is_one(found.source, ends[0]) and _is_one(found.destination, ends[1])
        )
        return tuple(found for found in narrow if found.ports or found.undefined)

    @property
    def title(self) -> str:
        """What changed, and whose part of it."""
        return f"What changed: {scope(self.question)}"

    def __bool__(self) -> bool:
        return bool(self.changes or self.added or self.removed or self.partial)

    @property
    def added(self) -> tuple[str, ...]:
        """The names that are new; nothing where only some flows are asked about."""
        return () if self._is_part else self.diff.added

    @property
    def removed(self) -> tuple[str, ...]:
        """The names that are gone; nothing where only some flows are asked about."""
        return () if self._is_part else self.diff.removed

    @property
    def _is_part(self) -> bool:
        return any(self.question[1:])

    def summary(self) -> str:
        """Say how many connections were gained and lost, and who is new or gone."""
        new = f"new: {_some(self.added)}" if self.added else ""
        gone = f"gone: {_some(self.removed)}" if self.removed else ""
        return "; ".join(filter(None, (self._counted, new, gone)))

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
        header = ("from", "to", "gained", "lost", "unsettled", "causes")
        return Table(header, map(_as_row, self.joined))

    def graph(self) -> Graph:
        """Return what was gained and lost as edges between those that it concerns."""
        edges = joined(edge for change in self.changes for edge in _edges(change))
        names = {name for edge in edges for name in (edge.source, edge.destination)}
        after = graph_nodes(self.diff.after, self.question.by)
        before = graph_nodes(self.diff.before, self.question.by)
        nodes = {node.name: node for node in (*after, *before) if node.name in names}
        return Graph(self.title, tuple(nodes.values()), edges)

    def picture(self) -> Picture:
        """Return the picture of the new cluster, with halos where it differs from the old one."""
        port = self.question.port or telling_port(part for c in self.changes for part in _parts(c))
        return picture_of(self.diff.after, port, before=self.diff.before.cluster)


MOST_NAMED = 20


def _some(names: tuple[str, ...]) -> str:
    more = [f"and {len(names) - MOST_NAMED:,} more"] if len(names) > MOST_NAMED else []
    return ", ".join([*names[:MOST_NAMED], *more])


def _asked(diff: Diff, question: Question) -> Iterator[FlowChange]:
    by, source, destination, port = question
    sources, destinations = _meant(diff, source, by), _meant(diff, destination, by)
    for change in diff.changes:
        if not (_is_one(change.source, sources) and _is_one(change.destination, destinations)):
            continue
        narrow = change if port is None else _narrowed(change, port.only)
        if any(_parts(narrow)):
            yield narrow


def _is_one(name: str, of: tuple[str, ...]) -> bool:
    return not of or name in of


def _meant(diff: Diff, name: str, by: str) -> tuple[str, ...]:
    """Return what a name means in the new cluster, or in the old one if it is gone."""
    gone = name in diff.removed
    return (diff.before if gone else diff.after).names_of(name, by) if name else ()


def _narrowed(change: FlowChange, only: PortSet) -> FlowChange:
    gained, lost, unsettled = (ports & only for ports in _parts(change))
    return replace(change, gained=gained, lost=lost, unsettled=unsettled)


def _parts(change: FlowChange) -> tuple[PortSet, PortSet, PortSet]:
    return change.gained, change.lost, change.unsettled


_KINDS = (Kind.GAINED, Kind.LOST, Kind.UNSETTLED)


def _as_data(change: FlowChange) -> dict[str, object]:
    ports = {str(k): p.as_data() for k, p in zip(_KINDS, _parts(change), strict=True)}
    ends = {"from": change.source, "to": change.destination}
    return {**ends, **ports, "causes": [*change.causes]}


def _partial_as_data(found: Connection) -> dict[str, object]:
    ends = {"from": found.source, "to": found.destination}
    return {**ends, "gained": found.undefined.as_data(), "lost": found.ports.as_data()}


def _as_row(change: FlowChange) -> tuple[str, ...]:
    ports = map(words, _parts(change))
    return (change.source, change.destination, *ports, "; ".join(change.causes))


def _edges(change: FlowChange) -> Iterable[Edge]:
    for kind, ports in zip(_KINDS, _parts(change), strict=True):
        if ports:
            yield Edge(change.source, change.destination, str(ports), kind)
