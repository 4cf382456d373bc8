"""Both sides of every flow laid over each other, under one reading: who reaches whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from netpol_lab.model.bitsets import ones
from netpol_lab.reach.grants import Grant
from netpol_lab.reach.port_classes import PortClasses

Sharing = tuple[int, int]  # bits of port classes, and the bits of the ends they are about
Row = tuple[Sharing, ...]  # disjoint in the ends


@dataclass(frozen=True)
class Connectivity:
    """Every flow under one reading.

    Sources that the same grants are about share one row: that is what makes many pods cheap.

    Parameters
    ----------
    row_ids : sequence of int
        For each source the number of its row.
    rows : sequence of Row
        Whom such a source reaches, on which port classes; a pod reaching itself aside (SEM-49).
    """

    row_ids: Sequence[int]
    rows: Sequence[Row]


def combine(
    size: int, pods: int, egress: Iterable[Grant], ingress: Iterable[Grant], classes: PortClasses
) -> Connectivity:
    """Return the flows that both sides permit.

    Parameters
    ----------
    size : int
        How many ends there are.
    pods : int
        The bits of those that are pods: one end of a flow has to be.
    egress, ingress : iterable of Grant
    classes : PortClasses
        Made of the ports of these grants at least.
    """
    leaving, arriving = (_Side(size, side, classes) for side in (egress, ingress))
    keys = [
        (bool(pods >> place & 1), leaving.grants_of[place], arriving.grants_of[place])
        for place in range(size)
    ]
    ids = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    rows = [
        _both(leaving.row(out), arriving.row(into), -1 if is_pod else pods)
        for is_pod, out, into in ids
    ]
    return Connectivity([ids[key] for key in keys], rows)


class _Side:
    """What one side permits each source."""

    def __init__(self, size: int, grants: Iterable[Grant], classes: PortClasses) -> None:
        merged: dict[Sharing, int] = {}
        for grant in grants:
            key = classes.bits(grant.ports), grant.sources
            merged[key] = merged.get(key, 0) | grant.destinations
        self._parts = [(ports, ends) for (ports, _), ends in merged.items()]
        about: list[list[int]] = [[] for _ in range(size)]
        for number, (_, sources) in enumerate(merged):
            for place in ones(sources):
                about[place].append(number)
        self.grants_of = [*map(tuple, about)]
        self.row = cache(self._row)

    def _row(self, numbers: tuple[int, ...]) -> Row:
        """Return what some grants permit together, in parts that are disjoint in the ends."""
        by_ports: dict[int, int] = {}
        for ports, ends in (self._parts[number] for number in numbers):
            by_ports[ports] = by_ports.get(ports, 0) | ends
        parts: dict[int, int] = {}
        for ports, ends in by_ports.items():
            parts = _added(parts, ports, ends)
        return tuple(parts.items())


def _added(parts: dict[int, int], ports: int, ends: int) -> dict[int, int]:
    """Return disjoint parts with more ports for some ends."""
    added: dict[int, int] = {}
    for had, where in parts.items():
        for now, some in ((had | ports, where & ends), (had, where & ~ends)):
            if some:
                added[now] = added.get(now, 0) | some
        ends &= ~where
    if ends:
        added[ports] = added.get(ports, 0) | ends
    return added


def _both(leaving: Row, arriving: Row, ends: int) -> Row:
    """Return what both sides permit, to some ends."""
    both: dict[int, int] = {}
    for ports, where in leaving:
        for more_ports, there in arriving:
            common, some = ports & more_ports, where & there & ends
            if common and some:
                both[common] = both.get(common, 0) | some
    return tuple(both.items())
