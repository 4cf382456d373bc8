"""Ports that no rule tells apart, one bit for each class, so that sets of ports are bits too."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import cache

from netpol_lab.model.bitsets import bits_of, ones
from netpol_lab.model.intervals import cut
from netpol_lab.model.ports import MAX_PORT, MIN_PORT, PortSet, Protocol


class PortClasses:
    """The classes that some sets of ports fall into.

    Parameters
    ----------
    sets : iterable of PortSet

    Examples
    --------
    >>> classes = PortClasses([PortSet.of("TCP", 80), PortSet.of("TCP", 80, 90)])
    >>> both = classes.bits(PortSet.of("TCP", 80, 90))
    >>> both.bit_count(), classes.ports(both)
    (2, TCP 80-90)
    """

    def __init__(self, sets: Iterable[PortSet]) -> None:
        ranges = {range_ for ports in set(sets) for range_ in ports.ranges}
        self._classes: list[tuple[Protocol, int, int]] = []
        self._starts: dict[Protocol, tuple[int, list[int]]] = {}
        for protocol in Protocol:
            mine = [(first, last + 1) for p, first, last in ranges if p is protocol]
            parts = cut((MIN_PORT, MAX_PORT), {start for pair in mine for start in pair})
            self._starts[protocol] = len(self._classes), [first for first, _ in parts]
            self._classes += [(protocol, *part) for part in parts]
        self.all = (1 << len(self._classes)) - 1
        self.bits = cache(self._bits)
        self.ports = cache(self._ports)

    def _bits(self, ports: PortSet) -> int:
        """Return the classes of a set that was given, or of one made of such sets."""
        return bits_of(
            place
            for protocol, first, last in ports.ranges
            for place in range(self._place(protocol, first), self._place(protocol, last + 1))
        )

    def _place(self, protocol: Protocol, port: int) -> int:
        before, starts = self._starts[protocol]
        return before + bisect_left(starts, port)

    def _ports(self, bits: int) -> PortSet:
        """Return the ports of some classes."""
        return PortSet.union(*(PortSet((self._classes[place],)) for place in ones(bits)))

    @property
    def examples(self) -> tuple[tuple[Protocol, int], ...]:
        """One port of each class."""
        return tuple((protocol, first) for protocol, first, _ in self._classes)

    def class_of(self, protocol: str, port: int) -> int:
        """Return the bit of one port's class."""
        return 1 << next(
            place
            for place, (p, first, last) in enumerate(self._classes)
            if p == protocol and first <= port <= last
        )
