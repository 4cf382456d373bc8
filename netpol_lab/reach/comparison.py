"""Two reachability answers compared: between which ends ports were gained and lost."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from functools import partial
from operator import or_

from netpol_lab.model.bitsets import bits_by, bits_of, ones, union
from netpol_lab.model.ports import PortSet
from netpol_lab.reach.certainty import AllowedPorts, Destinations, Row
from netpol_lab.reach.reachability import Reachability

Pair = tuple[str, str]  # source and destination
Compared = tuple[Pair, AllowedPorts, AllowedPorts]  # before and after


def compare(before: Reachability, after: Reachability, by: str) -> Iterator[Compared]:
    """Yield the pairs between which something changed, with the ports before and after.

    Parameters
    ----------
    before, after : Reachability
        Of one index.
    by : str
        As for `Reachability.connections`.
    """
    if by == "pod":
        yield from _single_ends(before, after)
        return
    was, now = _allowed(before, by), _allowed(after, by)
    for pair in dict.fromkeys((*now, *was)):
        ports = was.get(pair, AllowedPorts()), now.get(pair, AllowedPorts())
        if ports[0] != ports[1]:
            yield pair, *ports


def _single_ends(before: Reachability, after: Reachability) -> Iterator[Compared]:
    """Compare pods and ranges outside; rows that several of them share are compared once."""
    names = after.index.names
    differences: dict[Hashable, list[tuple[AllowedPorts, AllowedPorts, int]]] = {}
    for place, name in enumerate(names):
        key = row_keys_of(before, after, place)
        if key not in differences:
            differences[key] = [*difference(before, after, place)]
        found = [
            (there, was, now)
            for was, now, ends in differences[key]
            for there in ones(ends & ~(1 << place))
        ]
        for there, was, now in sorted(found):
            yield (name, names[there]), was, now


def row_keys_of(before: Reachability, after: Reachability, place: int) -> Hashable:
    """Return a key that is equal for ends whose rows are equal, before and after."""
    return before.matrix.row_key(place), after.matrix.row_key(place)


def difference(
    before: Reachability, after: Reachability, place: int
) -> Iterator[tuple[AllowedPorts, AllowedPorts, int]]:
    """Yield what differs between the rows of one end, with the destinations where it does."""
    now = _whole(after.matrix.row(place))
    for was_ports, was_ends in _whole(before.matrix.row(place)):
        for now_ports, now_ends in now:
            ends = was_ends & now_ends
            if ends and was_ports != now_ports:
                yield was_ports, now_ports, ends


def _whole(row: Row) -> Row:
    """Return a row with the destinations that it does not reach, too."""
    return (*row, Destinations(AllowedPorts(), ~union(part.ends for part in row)))


def _allowed(reach: Reachability, by: str) -> dict[Pair, AllowedPorts]:
    bits = reach.matrix.classes.bits
    return {
        (source, destination): AllowedPorts(bits(ports), bits(ports | undefined))
        for source, destination, ports, undefined in reach.connections(by)
    }


def changed_for_some(
    before: Reachability, after: Reachability, by: str
) -> Iterator[tuple[Pair, PortSet, PortSet, PortSet]]:
    """Yield what any pods of a group gained, lost and have unsettled, of pods in both clusters.

    Parameters
    ----------
    before, after : Reachability
        Of one index.
    by : str
        ``"workload"`` or ``"namespace"``.
    """
    groups, place_of = after.groups(by), after.index.place_of
    names = before.groups("pod").members.keys() & after.groups("pod").members.keys()
    lasting = bits_of(place_of[name] for name in names)
    found: dict[Pair, list[int]] = {}
    row_keys = partial(row_keys_of, before, after)
    for sources in bits_by(row_keys, ones(lasting)).values():
        for was, now, ends in difference(before, after, next(ones(sources))):
            for pair in groups.pairs(sources, ends & lasting):
                bits = found.setdefault(pair, [0, 0, 0])
                bits[:] = map(or_, bits, signs(was, now))
    ports = after.matrix.classes.ports
    for pair in sorted(found, key=lambda pair: [*map(groups.order.__getitem__, pair)]):
        gained, lost, unsettled = map(ports, found[pair])
        yield pair, gained, lost, unsettled


def signs(was: AllowedPorts, now: AllowedPorts) -> tuple[int, int, int]:
    """Return the classes of ports that were gained, lost and unsettled, as bits.

    Examples
    --------
    >>> signs(AllowedPorts(0b001, 0b001), AllowedPorts(0b010, 0b110))
    (2, 1, 4)
    """
    return (
        now.certain & ~was.possible,
        was.certain & ~now.possible,
        was.undefined ^ now.undefined,
    )


def names_only_in(reach: Reachability, other: Reachability, by: str) -> tuple[str, ...]:
    """Return the names of pods or groups that one of two answers has and the other has not."""
    there = other.groups(by).members
    return tuple(name for name in reach.groups(by).names if name not in there)
