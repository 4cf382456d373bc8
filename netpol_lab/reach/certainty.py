"""What is certain in every reading and what is possible in some: who reaches whom, as bits.

A *reading* is one permitted set of answers to what Kubernetes and the manifests leave open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

from netpol_lab.model.bitsets import bits_by, ones, union
from netpol_lab.reach import connectivity
from netpol_lab.reach.port_classes import PortClasses


class AllowedPorts(NamedTuple):
    """Classes of ports that are allowed in every reading, and in some reading, as bits."""

    certain: int = 0
    possible: int = 0

    @property
    def undefined(self) -> int:
        """Where the readings disagree."""
        return self.possible & ~self.certain

    def __or__(self, other: AllowedPorts) -> AllowedPorts:
        return AllowedPorts(self.certain | other.certain, self.possible | other.possible)


class Destinations(NamedTuple):
    """Some destinations of one source, as bits, with the ports that it reaches there."""

    ports: AllowedPorts
    ends: int


Row = tuple[Destinations, ...]  # disjoint in the ends
RowKey = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class ReachMatrix:
    """Who reaches whom on which ports: a row for each source, all readings together.

    Parameters
    ----------
    classes : PortClasses
    by_reading : sequence of Connectivity
        One for each reading.
    """

    classes: PortClasses
    by_reading: Sequence[connectivity.Connectivity]

    def row(self, source: int) -> Row:
        """Return whom one end reaches; itself aside.

        Parameters
        ----------
        source : int
            Its place in the index.

        Returns
        -------
        tuple of Destinations

        Examples
        --------
        >>> import netpol_lab as lab
        >>> matrix = lab.reachability(lab.load("three-tier")).matrix
        >>> len(matrix.row(0))  # web reaches backend and the outside, on the same ports
        1
        """
        return self._row_of(self.row_key(source))

    def row_key(self, source: int) -> RowKey:
        """Return a key that is equal for equal rows.

        Parameters
        ----------
        source : int
            A place in the index.

        Returns
        -------
        tuple of int
            One for each reading.
        """
        return tuple(one.row_ids[source] for one in self.by_reading)

    @cached_property
    def _row_of(self) -> Callable[[RowKey], Row]:
        def row_of(key: RowKey) -> Row:
            return overlay(one.rows[k] for one, k in zip(self.by_reading, key, strict=True))

        return cache(row_of)

    def cell(self, source: int, destination: int) -> AllowedPorts:
        """Return the ports on which one end reaches another."""
        if source == destination:  # SEM-49
            return AllowedPorts(self.classes.all, self.classes.all)
        found = (part.ports for part in self.row(source) if part.ends >> destination & 1)
        return next(found, AllowedPorts())

    def distinct_rows(self, sources: int) -> Iterator[tuple[int, Row]]:
        """Yield each different row of some sources, with the sources that share it.

        Parameters
        ----------
        sources : int
            Bits of the index.

        Yields
        ------
        tuple of (int, tuple of Destinations)
            The sources as bits, and their row.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> matrix = lab.reachability(lab.load("three-tier")).matrix
        >>> [bin(alike) for alike, _ in matrix.distinct_rows(0b111)]
        ['0b1', '0b10', '0b100']
        """
        for key, alike in bits_by(self.row_key, ones(sources)).items():
            yield alike, self._row_of(key)

    def spread(self, sources: int, perhaps: bool = False) -> int:
        """Return whom some sources certainly reach, on any port.

        Parameters
        ----------
        sources : int
            Bits of the index.
        perhaps : bool
            Also whom they reach in some reading only.

        Returns
        -------
        int
            Bits of the index.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> matrix = lab.reachability(lab.load("three-tier")).matrix
        >>> bin(matrix.spread(0b1))  # web: itself, backend, and the outside
        '0b1011'
        """
        parts = (part for _, row in self.distinct_rows(sources) for part in row)
        return union(part.ends for part in parts if perhaps or part.ports.certain)


def overlay(rows: Iterable[connectivity.Row]) -> Row:
    """Return the rows that one source has in several readings as one.

    Examples
    --------
    >>> for ports, ends in overlay([[(0b11, 0b01)], [(0b01, 0b11)]]):
    ...     print(ports, ends)
    AllowedPorts(certain=1, possible=3) 1
    AllowedPorts(certain=0, possible=1) 2
    """
    first, *others = rows
    parts = [Destinations(_settled(ports), ends) for ports, ends in first]
    for row in others:
        parts = [*_overlaid(parts, row)]
    return tuple(parts)


@lru_cache(maxsize=4096)  # few sets of ports occur, row after row
def _settled(ports: int) -> AllowedPorts:
    return AllowedPorts(ports, ports)


def _overlaid(parts: list[Destinations], row: connectivity.Row) -> Iterator[Destinations]:
    """Yield disjoint parts of one reading's row and of what the readings before it have left."""
    before = union(part.ends for part in parts)
    for ports, ends in row:
        for (certain, possible), where in parts:
            if both := ends & where:
                yield Destinations(AllowedPorts(certain & ports, possible | ports), both)
        if new := ends & ~before:
            yield Destinations(AllowedPorts(0, ports), new)
    reached = union(ends for _, ends in row)
    for part in parts:
        if left := part.ends & ~reached:
            yield Destinations(AllowedPorts(0, part.ports.possible), left)
