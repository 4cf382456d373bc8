"""What an attempt opens or blocks beside the goals: on other ports, from other addresses.

Goals are some flows; a learner is told "nothing else", and that is about all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple

from netpol_lab.course.exercise_file import address_of
from netpol_lab.course.exercise_loader import LoadedExercise
from netpol_lab.course.goals import REST, Goal, listed_goals
from netpol_lab.manifests.field_paths import Path
from netpol_lab.model.addresses import Address, AddressRange, parse_address
from netpol_lab.model.ports import PortSet
from netpol_lab.reach.certainty import AllowedPorts
from netpol_lab.reach.endpoint_index import outside
from netpol_lab.reach.reachability import Reachability, side_by_side

# The first of these that is among some ports stands for them: one that people know.
FAMILIAR = (("TCP", 22), ("TCP", 443), ("UDP", 53), ("SCTP", 7))

# Addresses that people recognise as outside; most are reserved for examples (RFC 5737, RFC 3849).
OUTSIDE = tuple(
    map(ip_address, ("203.0.113.7", "198.51.100.7", "192.0.2.7", "1.1.1.1", "2001:db8::7"))
)

_End = str | AddressRange  # a pod's name, or addresses outside
_Ports = tuple[PortSet, PortSet]  # those that are allowed for sure, and those that may be


class PortChange(NamedTuple):
    """What an attempt makes of the flows from one end to another.

    `gained` may be open and surely was not; `lost` was surely open and is no more.
    """

    source: _End
    destination: _End
    gained: PortSet
    lost: PortSet

    def without(self, ports: PortSet) -> PortChange:
        """Return the change on all other ports."""
        return self._replace(gained=self.gained - ports, lost=self.lost - ports)


def side_effects(
    exercise: LoadedExercise, start: Reachability, answered: Reachability, attempted: Reachability
) -> Iterator[Goal]:
    """Yield one flow for each pair of ends between which more is open, or blocked, than wanted.

    Into and from the pods that a file names, nothing may be open that the worked answer blocks.
    With ``otherwise: unchanged``, what it lets through there stays open on the goal's ports, and
    everything else is as it was at the start, on every port. With ``otherwise: exact`` all is as
    with the worked answer, on every port.

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
    guarded, otherwise = exercise.guarded, exercise.file.otherwise
    unchanged, exact = otherwise == "unchanged", otherwise == "exact"
    if not (exact or any(guarded)):
        return
    start, answered, attempted = _alike(start, answered, attempted)
    drawn = [end for end in drawn_addresses(exercise) if attempted.index.range_around(end)]
    asked = asked_ports(exercise) if unchanged else PortSet()
    for change in port_changes(answered, attempted):
        if exact:
            yield from _wrong(change.without(_undefined(answered, change)), drawn, REST)
        elif path := guarded.place(change.source, change.destination):
            yield from _wrong(change._replace(lost=change.lost & asked), drawn, path)
    for change in port_changes(start, attempted) if unchanged else ():
        if not guarded.place(change.source, change.destination):
            yield from _wrong(change.without(_undefined(answered, change)), drawn, REST)


@lru_cache(maxsize=16)
def asked_ports(exercise: LoadedExercise) -> PortSet:
    """Return the ports that the goal is about."""
    asked = {(goal.protocol, goal.port) for goal in listed_goals(exercise)}
    asked |= {(probe.protocol, probe.port) for probe in exercise.file.asked}
    return PortSet.union(*(PortSet.of(protocol, port) for protocol, port in asked if port))


def drawn_addresses(exercise: LoadedExercise) -> list[Address]:
    """Return the outside addresses that the file names to be drawn."""
    found = map(parse_address, map(address_of, exercise.file.outsiders))
    return [address for address in found if address]


def _undefined(reach: Reachability, change: PortChange) -> PortSet:
    """Return the ports on which Kubernetes leaves the flows between two ends open."""
    cell = reach.matrix.cell(_place(reach, change.source), _place(reach, change.destination))
    return reach.matrix.classes.ports(cell.undefined)


def port_changes(before: Reachability, after: Reachability) -> Iterator[PortChange]:
    """Yield what differs between two clusters of the same pods, from pods first."""
    before, after = _alike(before, after)
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
            change = PortChange(source, destination, gained, lost)
            if destination != source and (gained or lost) and _may_meet(before, change):
                yield change


def _alike(*reaches: Reachability) -> Sequence[Reachability]:
    """Return the same clusters, all with addresses of the same versions of IP."""
    versions = {frozenset(range_.version for range_ in reach.index.ranges) for reach in reaches}
    return side_by_side([reach.cluster for reach in reaches]) if len(versions) > 1 else reaches


def _may_meet(reach: Reachability, change: PortChange) -> bool:
    """Say whether two ends can have addresses of the same version of IP."""
    pods = reach.cluster.pods_by_name
    ends = (change.source, change.destination)
    versions = [
        {end.version} if isinstance(end, AddressRange)
        else {address.version for address in pods[end].addresses} or {4, 6}
        for end in ends
    ]  # fmt: skip
    return bool(versions[0] & versions[1])


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
    """Return the ports that may be open and surely were not, and those no longer surely open."""
    return now[1] - was[1], was[0] - now[0]


def _wrong(change: PortChange, drawn: Sequence[Address], path: Path) -> Iterator[Goal]:
    """Yield a flow that was opened and should not be, or else one that was blocked."""
    here, there = spoken(change.source, drawn), spoken(change.destination, drawn)
    if ports := change.gained or change.lost:
        protocol, port = next((pair for pair in FAMILIAR if pair in ports), next(iter(ports)))
        place = path if change.gained else REST
        yield Goal(here, there, port, protocol, not change.gained, place)


def spoken(end: _End, drawn: Sequence[Address]) -> str:
    """Return a pod's name, or an address from a range: one that is drawn or well known if possible.

    Examples
    --------
    >>> spoken(AddressRange.between(4, 0, 2**32 - 1), ())
    '203.0.113.7'
    """
    if isinstance(end, str):
        return end
    usable = end.first + 1 if end.first.is_unspecified and end.first != end.last else end.first
    return str(next((address for address in (*drawn, *OUTSIDE) if address in end), usable))
