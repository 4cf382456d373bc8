"""What an attempt opens or blocks beside the goals: on other ports, from other addresses.

Goals are some flows; a learner is told "nothing else", and that is about all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from netpol_lab.course.exercise_file import address_of
from netpol_lab.course.exercise_loader import LoadedExercise
from netpol_lab.course.goals import REST, Goal
from netpol_lab.manifests.field_paths import Path
from netpol_lab.model.addresses import Address, AddressRange, parse_address
from netpol_lab.model.ports import PortSet
from netpol_lab.reach.certainty import AllowedPorts
from netpol_lab.reach.endpoint_index import outside
from netpol_lab.reach.reachability import Reachability, side_by_side

INTO: Path = ("nothing_else_into",)
FROM: Path = ("nothing_else_from",)

# The first of these that is among some ports stands for them: one that people know.
FAMILIAR = (("TCP", 22), ("TCP", 443), ("UDP", 53), ("SCTP", 7))

_End = str | AddressRange  # a pod's name, or addresses outside
_Ports = tuple[PortSet, PortSet]  # those that are allowed for sure, and those that may be


class PortChange(NamedTuple):
    """What an attempt makes of the flows from one end to another."""

    source: _End
    destination: _End
    gained: PortSet
    lost: PortSet


def side_effects(
    exercise: LoadedExercise, start: Reachability, answered: Reachability, attempted: Reachability
) -> Iterator[Goal]:
    """Yield one flow for each pair of ends between which more is open, or blocked, than wanted.

    Into and from the pods that a file names, nothing may be open that the worked answer blocks.
    With ``otherwise: unchanged``, everything else is as it was at the start.

    Parameters
    ----------
    exercise : LoadedExercise
    start, answered, attempted : Reachability
        Of its cluster: before anything is written, with the worked answer, with an attempt.

    Examples
    --------
    >>> from netpol_lab.course.exercise_loader import find_exercise
    >>> from netpol_lab.reach.reachability import reachability
    >>> task = find_exercise("two-tiers")
    >>> start, answered = reachability(task.start), reachability(task.answered)
    >>> print(next(side_effects(task, start, answered, start)))
    library/page -> library/index on TCP 22
    """
    file = exercise.file
    into, out = _pods(exercise, file.nothing_else_into), _pods(exercise, file.nothing_else_from)
    if not (into or out):
        return
    addresses = map(parse_address, map(address_of, file.outsiders))
    drawn = [each for each in addresses if each and attempted.index.range_around(each)]
    for change in _changes(answered, attempted):
        if change.gained and change.destination in into:
            yield _goal(change, drawn, INTO)
        elif change.gained and change.source in out:
            yield _goal(change, drawn, FROM)
    for change in _changes(start, attempted) if file.otherwise == "unchanged" else ():
        if change.destination not in into and change.source not in out:
            yield _goal(change, drawn, REST)


def _pods(exercise: LoadedExercise, names: Sequence[str] | None) -> set[str]:
    """Return the pods that some names mean."""
    return {end.name for name in names or () for end in exercise.cluster.endpoint(name).each}


def _changes(before: Reachability, after: Reachability) -> Iterator[PortChange]:
    """Yield what differs between two clusters of the same pods, from pods first."""
    if _families(before) != _families(after):
        before, after = side_by_side([before.cluster, after.cluster])
    ranges = outside([before.cluster, after.cluster])
    ends: list[_End] = [*after.index.pods, *ranges]
    old, new = ([_place(reach, end) for end in ends] for reach in (before, after))
    differing: dict[object, list[tuple[_End, PortSet, PortSet]]] = {}
    for source, was_at, is_at in zip(ends, old, new, strict=True):
        keys = before.matrix.row_key(was_at), after.matrix.row_key(is_at)
        if keys not in differing:
            rows = zip(_row(before, was_at, old), _row(after, is_at, new), strict=True)
            pairs = zip(ends, rows, strict=True)
            differing[keys] = [(end, *_difference(*row)) for end, row in pairs if row[0] != row[1]]
        for destination, gained, lost in differing[keys]:
            if destination != source and (gained or lost):
                yield PortChange(source, destination, gained, lost)


def _families(reach: Reachability) -> set[int]:
    """Return the versions of IP that a cluster speaks of."""
    return {range_.version for range_ in reach.index.ranges}


def _place(reach: Reachability, end: _End) -> int:
    """Return the place of a pod, or that of the range around a part of it."""
    return reach.index.place_of[
        str(end if isinstance(end, str) else reach.index.range_around(end.first))
    ]


def _row(reach: Reachability, source: int, ends: Iterable[int]) -> Iterator[_Ports]:
    """Yield for each of some ends the ports that are allowed, and those that may be."""
    row, ports = reach.matrix.row(source), reach.matrix.classes.ports
    for there in ends:
        found = next((part.ports for part in row if part.ends >> there & 1), AllowedPorts())
        yield ports(found.certain), ports(found.possible)


@lru_cache(maxsize=256)  # few sets of ports occur in an exercise, attempt after attempt
def _difference(was: _Ports, now: _Ports) -> tuple[PortSet, PortSet]:
    """Return the ports that are gained and lost for sure."""
    return now[0] - was[1], was[0] - now[1]


def _goal(change: PortChange, drawn: Sequence[Address], path: Path) -> Goal:
    """Return a flow that was opened where it should not be, or blocked."""
    ports = change.gained or change.lost
    protocol, port = next((pair for pair in FAMILIAR if pair in ports), next(iter(ports)))
    here, there = _spoken(change.source, drawn), _spoken(change.destination, drawn)
    return Goal(here, there, port, protocol, not change.gained, path)


def _spoken(end: _End, drawn: Sequence[Address]) -> str:
    """Return a pod's name, or of a range of addresses one that the task draws, or the first."""
    if isinstance(end, str):
        return end
    return str(next((address for address in drawn if address in end), end.first))
