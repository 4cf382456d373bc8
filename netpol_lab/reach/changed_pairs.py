"""Which two pods stand for a change between groups: the same two before and after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from netpol_lab.model.bitsets import bits_by, bits_of, ones
from netpol_lab.model.objects import Pod
from netpol_lab.model.selectors import ADDED_LABELS
from netpol_lab.reach.certainty import AllowedPorts
from netpol_lab.reach.comparison import difference, row_keys_of, signs
from netpol_lab.reach.reachability import Reachability

if TYPE_CHECKING:
    from netpol_lab.reach.diff import Diff, FlowChange

Places = tuple[int, int]  # of a source and a destination
Wanted = Callable[[AllowedPorts, AllowedPorts], int]  # the classes of ports that changed so


class ChangedPair(NamedTuple):
    """A source and a destination before a change, and after it.

    Parameters
    ----------
    before, after : tuple of (int, int)
        Their places; they differ where a pod was replaced by one like it.
    """

    before: Places
    after: Places


def changed_pair(diff: Diff, change: FlowChange, protocol: str, port: int) -> ChangedPair | None:
    """Return two ends of a change whose flow at one port changed as the change says.

    None where no two ends that are there before and after tell it.
    """
    class_, kind = _asked(diff, change, protocol, port)
    for wanted in _WANTED[kind]:
        if places := _lasting(diff, change, class_, wanted):
            return ChangedPair(places, places)
    return None if change.part else _replaced(diff, change, class_, kind)


def come_and_gone(diff: Diff, change: FlowChange, protocol: str, port: int) -> dict[str, bool]:
    """Return the pods of a change that only one side has: whether each is gone, else it is new.

    Only those count that could open a connection at the port, or be reached there.
    """
    class_, kind = _asked(diff, change, protocol, port)
    found: dict[str, bool] = {}
    for is_old, here, other in _sides(diff, kind):
        only = bits_of(_pods(here).keys() - _pods(other).keys())
        for sources, destinations in _open_parts(here, diff.by, change, class_, kind):
            ends = sources | destinations
            if destinations and ends.bit_count() > 1:  # not just one and itself
                found |= {here.index.names[place]: is_old for place in ones(ends & only)}
    return found


def _asked(diff: Diff, change: FlowChange, protocol: str, port: int) -> tuple[int, str]:
    """Return the class of a port, and what became of it."""
    class_ = diff.before.matrix.classes.class_of(protocol, port)
    return class_, next(kind for kind, ports in change.kinds.items() if (protocol, port) in ports)


def _sides(diff: Diff, kind: str) -> Iterator[tuple[bool, Reachability, Reachability]]:
    """Yield the side where a change shows, whether it is the old one, and the other side."""
    if kind != "lost":
        yield False, diff.after, diff.before
    if kind != "gained":
        yield True, diff.before, diff.after


def _any(was: AllowedPorts, now: AllowedPorts) -> int:
    gained, lost, unsettled = signs(was, now)
    return gained | lost | unsettled


_WANTED: dict[str, tuple[Wanted, ...]] = {
    "gained": (lambda was, now: signs(was, now)[0],),
    "lost": (lambda was, now: signs(was, now)[1],),
    "unsettled": (lambda was, now: signs(was, now)[2], _any),
}


def _lasting(diff: Diff, change: FlowChange, class_: int, wanted: Wanted) -> Places | None:
    """Return two ends that are there before and after, between which a class of ports changed."""
    before, after = diff.before, diff.after
    was_in, now_in = before.groups(diff.by).members, after.groups(diff.by).members
    sources, destinations = (
        was_in[name] & now_in[name] for name in (change.source, change.destination)
    )
    for alike in bits_by(lambda end: row_keys_of(before, after, end), ones(sources)).values():
        for was, now, ends in difference(before, after, next(ones(alike))):
            places = next(_pairs([(alike, ends & destinations)]), None)
            if places and wanted(was, now) & class_:
                return places
    return None


# ---------------------------------------------------------------- pods that were replaced


def _replaced(diff: Diff, change: FlowChange, class_: int, kind: str) -> ChangedPair | None:
    """Return two ends on one side, with those that stand for them on the other."""
    for is_old, here, other in _sides(diff, kind):
        parts = _open_parts(here, diff.by, change, class_, kind)
        for places in islice(_pairs(parts), MOST_TRIED):
            source, destination = (_counterpart(here, other, place) for place in places)
            if source is not None and destination is not None and source != destination:
                there = source, destination
                return ChangedPair(places, there) if is_old else ChangedPair(there, places)
    return None


MOST_TRIED = 100  # pairs of pods


def _open_parts(
    reach: Reachability, by: str, change: FlowChange, class_: int, kind: str
) -> Iterator[tuple[int, int]]:
    """Yield sources and destinations between which a class of ports is allowed, or may be."""
    members = reach.groups(by).members
    for alike, row in reach.matrix.distinct_rows(members[change.source]):
        for ports, ends in row:
            if (ports.possible if kind == "unsettled" else ports.certain) & class_:
                yield alike, ends & members[change.destination]


def _pairs(parts: Iterable[tuple[int, int]]) -> Iterator[Places]:
    """Yield each source with each of its destinations, itself aside."""
    for sources, destinations in parts:
        for here in ones(sources):
            yield from ((here, there) for there in ones(destinations & ~(1 << here)))


def _counterpart(here: Reachability, other: Reachability, place: int) -> int | None:
    """Return who stands for an end on the other side: itself, or a replica of the same labels.

    Where all replicas there have one set of labels, any of them will do.
    """
    if place not in _pods(here) or place in _pods(other):
        return place
    pod = _pods(here)[place]
    replicas = _replicas(other).get((pod.namespace, pod.workload), {}) if pod.workload else {}
    if len(replicas) == 1:
        return next(iter(replicas.values()))
    return replicas.get(_labels(pod))


@lru_cache(maxsize=4)
def _pods(reach: Reachability) -> dict[int, Pod]:
    """Return the running pods by their places."""
    return {reach.index.place_of[str(pod)]: pod for pod in reach.running}


@lru_cache(maxsize=4)
def _replicas(reach: Reachability) -> dict[object, dict[object, int]]:
    """Return, for each workload, the first pod with each set of labels that people write."""
    found: dict[object, dict[object, int]] = defaultdict(dict)
    for place, pod in _pods(reach).items():
        if pod.workload:
            found[pod.namespace, pod.workload].setdefault(_labels(pod), place)
    return found


def _labels(pod: Pod) -> frozenset[tuple[str, str]]:
    return frozenset((k, v) for k, v in pod.labels.items() if k not in ADDED_LABELS)
