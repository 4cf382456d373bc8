"""The rows of several readings laid over each other: what is certain, and what is possible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from netpol_lab.model.bitsets import union
from netpol_lab.reach import connectivity


class AllowedPorts(NamedTuple):
    """Classes of ports that are open in every reading, and in some reading, as bits."""

    certain: int = 0
    possible: int = 0

    @property
    def undefined(self) -> int:
        """Where the readings disagree."""
        return self.possible & ~self.certain


class Destinations(NamedTuple):
    """Some destinations of one source, with the classes of ports that it reaches there.

    Parameters
    ----------
    certain, possible : int
        Bits of the port classes that are open in every reading, and in some reading.
    ends : int
        Bits of the destinations.
    """

    certain: int
    possible: int
    ends: int


Row = tuple[Destinations, ...]


def overlay(rows: Iterable[connectivity.Row]) -> Row:
    """Return the rows that one source has in several readings as one.

    Examples
    --------
    >>> overlay([[(0b11, 0b01)], [(0b01, 0b11)]])  # as certain, as possible, for whom
    (Destinations(certain=1, possible=3, ends=1), Destinations(certain=0, possible=1, ends=2))
    """
    first, *others = rows
    parts = [Destinations(ports, ports, ends) for ports, ends in first]
    for row in others:
        parts = [*_overlaid(parts, row)]
    return tuple(parts)


def _overlaid(parts: Iterable[Destinations], row: connectivity.Row) -> Iterator[Destinations]:
    """Yield disjoint parts of one reading's row and of what the readings before it have left."""
    before = [*parts]
    for ports, ends in row:
        for part in before:
            if both := ends & part.ends:
                yield Destinations(part.certain & ports, part.possible | ports, both)
        if new := ends & ~union(part.ends for part in before):
            yield Destinations(0, ports, new)
    reached = union(ends for _, ends in row)
    for part in before:
        if left := part.ends & ~reached:
            yield Destinations(0, part.possible, left)
