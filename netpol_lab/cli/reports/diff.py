"""What changed between two clusters, as a report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain

from netpol_lab.cli.reports.dot_mermaid import EdgeKind, Graph, GraphEdge
from netpol_lab.cli.reports.reach_query import (
    ReachQuery,
    graph_of,
    most_telling_port,
    picture_of,
    words,
)
from netpol_lab.cli.reports.report import (
    Report,
    cautions_about,
    cautions_as_json,
    json_items,
)
from netpol_lab.cli.reports.tables import Table
from netpol_lab.cli.terminal import json_text
from netpol_lab.errors import counted, some
from netpol_lab.pictures.svg import Picture
from netpol_lab.pictures.traffic import Change
from netpol_lab.reach.diff import FEW_CHANGES, Diff, FlowChange, in_lines, join_changes

MOST_NAMED = 20
_COLUMNS = ("from", "to", "gained", "lost", "unsettled", "causes")


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
        self.changes = self._narrowed(diff.changes)

    def _meant(self, name: str) -> tuple[str, ...]:
        """Return what a name means in the new cluster, or in the old one if it is gone."""
        side = self.diff.before if name in self.diff.removed else self.diff.after
        return side.names_of(name, self.query.by) if name else ()

    def _narrowed(self, changes: Iterable[FlowChange]) -> tuple[FlowChange, ...]:
        """Return what is asked about, with only the port that is asked about."""
        asked = (
            change
            for change in changes
            if (not self._sources or change.source in self._sources)
            and (not self._destinations or change.destination in self._destinations)
        )
        if self.query.port is None:
            return tuple(asked)
        only = self.query.port.only
        return tuple(filter(None, (change.only(only) for change in asked)))

    @cached_property
    def joined(self) -> tuple[FlowChange, ...]:
        """The changes with neighbouring ranges outside as one: what is listed and counted."""
        return tuple(join_changes(self.changes, self.diff.after.index.ranges))

    @cached_property
    def in_part(self) -> tuple[FlowChange, ...]:
        """What changed for some pods of a group only."""
        return self._narrowed(self.diff.in_part)

    @cached_property
    def partial(self) -> tuple[FlowChange, ...]:
        """The same, with neighbouring ranges outside as one."""
        return tuple(join_changes(self.in_part, self.diff.after.index.ranges))

    def __bool__(self) -> bool:
        return bool(self.changes or self.added or self.removed or self.in_part or self.unjudged)

    @property
    def unjudged(self) -> Sequence[str]:
        """What may have changed without showing in the connections; left out of a part."""
        return () if self._is_part else self.diff.unjudged

    def cautions(self) -> list[str]:
        """Return what was passed over on either side, and what could not be judged."""
        sides = (side.cluster for side in (self.diff.before, self.diff.after))
        return [*self.unjudged, *cautions_about(*sides)]

    def summary(self) -> str:
        """Say how many connections were gained and lost, and which names are new or gone."""
        said = [self._counted]
        for what, names in (("new", self.added), ("gone", self.removed)):
            said += [f"{what}: {some(names, MOST_NAMED)}"] if names else []
        return "; ".join(said)

    @property
    def _counted(self) -> str:
        part = f"{len(self.joined)} of {len(self.diff.joined)} connections that changed"
        return part if self._is_part else self.diff.summary

    def text(self) -> Iterator[str]:
        """Yield each change with its causes."""
        yield from in_lines(self.joined, self.added, self.removed)
        yield from map(str, self.partial)
        yield from (f"! {words}" for words in self.unjudged)
        yield from ["", self._counted] if self else [self._counted]

    def data(self) -> Iterator[str]:
        """Yield JSON: the changes, which names are new and gone, and what changed in part."""
        yield '{"changes": ['
        yield from json_items(map(_as_json, self.joined))
        yield f'], "added": {json.dumps(self.added)}, "removed": {json.dumps(self.removed)}'
        if self.partial:
            yield ', "partial": ['
            yield from json_items(map(_as_json, self.partial))
            yield "]"
        yield f"{cautions_as_json(self.cautions())}}}"

    def table(self) -> Table:
        """Return a row for each pair of ends, and for each name that is new or gone.

        The note says which of them, or that only some pods of the groups are concerned.
        """
        return Table(
            (*_COLUMNS, "note"), chain(map(_row, (*self.joined, *self.partial)), self._names)
        )

    def table_for_people(self) -> Table:
        """Return the same, without the notes where there are none."""
        if self.partial or self.added or self.removed:
            return self.table()
        return Table(_COLUMNS, (_row(change)[:-1] for change in self.joined))

    @property
    def _names(self) -> Iterator[tuple[str, ...]]:
        for note, names in (("new", self.added), ("gone", self.removed)):
            yield from ((name, *[""] * (len(_COLUMNS) - 1), note) for name in names)

    def graph(self) -> Graph:
        """Return what was gained and lost as edges, and the names that are new or gone."""
        every = *self.changes, *self.in_part
        told = len(every) <= FEW_CHANGES
        edges = (
            GraphEdge(
                change.source,
                change.destination,
                f"for some: {ports}" if change.part else str(ports),
                EdgeKind(kind),
                remark="; ".join(change.causes) if told else "",
            )
            for change in every
            for kind, ports in change.kinds.items()
            if ports
        )
        graph = graph_of(self.title, (self.diff.after, self.diff.before), self.query.by, edges)
        notes = {**dict.fromkeys(self.added, "new"), **dict.fromkeys(self.removed, "gone")}
        nodes = (
            replace(node, caption=f"{node.caption} ({notes[node.name]})")
            if node.name in notes
            else node
            for node in graph.nodes
        )
        return replace(graph, nodes=tuple(nodes)).without_lone_nodes(*notes)

    def picture(self) -> Picture:
        """Return the picture of the new cluster, with halos where it differs from the old one."""
        every = *self.changes, *self.in_part
        port = self.query.port or most_telling_port(
            ports for change in every for ports in change.kinds.values()
        )
        at = (port.protocol, port.number)
        in_part = {
            (change.source, change.destination): _direction(change, at)
            for change in self.in_part
            if at in change.lost or at in change.gained
        }
        left_out = sum(not _is_drawn(change, at) for change in every)
        beside = f"{counted(left_out, 'more change')} not shown" if left_out else ""
        return picture_of(self.diff.after, self.query, port, self.diff.before, in_part, beside)


def _is_drawn(change: FlowChange, at: tuple[str, int]) -> bool:
    """Say whether a picture at one port marks a change."""
    return at in change.gained | change.lost or (at in change.unsettled and not change.part)


def _direction(change: FlowChange, at: tuple[str, int]) -> Change:
    return Change.CLOSED if at in change.lost else Change.OPENED


def _row(change: FlowChange) -> tuple[str, ...]:
    ports = map(words, change.kinds.values())
    note = "some pods" if change.part else ""
    return change.source, change.destination, *ports, "; ".join(change.causes), note


def _as_json(change: FlowChange) -> str:
    ports = {kind: ports.as_data() for kind, ports in change.kinds.items()}
    ends = {"from": change.source, "to": change.destination}
    return json_text({**ends, **ports, "causes": [*change.causes]})
