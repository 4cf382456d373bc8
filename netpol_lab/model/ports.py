"""Protocols and exact sets of ports, as values with set operators."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from netpol_lab.model.intervals import Range, merge, overlap, without

MIN_PORT, MAX_PORT = 1, 65535


class Protocol(StrEnum):
    """The protocols NetworkPolicy speaks of; everything else is left undefined (SEM-57)."""

    TCP = "TCP"
    UDP = "UDP"
    SCTP = "SCTP"


def is_governed(protocol: str) -> bool:
    """Say whether NetworkPolicy speaks of a protocol at all (SEM-57).

    Parameters
    ----------
    protocol : str
        In upper case.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_governed("SCTP"), is_governed("ICMP")
    (True, False)
    """
    return protocol in Protocol.__members__


def spoken_port(port: int | None, protocol: str) -> str:
    """Return a port as people write it.

    Parameters
    ----------
    port : int or None
        None for a protocol without ports.
    protocol : str

    Returns
    -------
    str

    Examples
    --------
    >>> spoken_port(53, "UDP"), spoken_port(None, "ICMP")
    ('UDP 53', 'ICMP')
    """
    return str(protocol) if port is None else f"{protocol} {port}"


@dataclass(frozen=True, slots=True)
class PortSet:
    """An exact set of (protocol, port) pairs.

    Parameters
    ----------
    ranges : tuple of (Protocol, int, int)
        Sorted, disjoint, never touching. Use :meth:`of`, :meth:`every` and the operators
        ``|``, ``&`` and ``-`` instead of building this by hand.

    Examples
    --------
    >>> PortSet.of("TCP", 80) | PortSet.of("TCP", 8000, 8100)
    TCP 80, 8000-8100
    >>> PortSet.of("TCP", 80, 90) - PortSet.of("TCP", 85)
    TCP 80-84, 86-90
    >>> ("UDP", 53) in PortSet.every("UDP")
    True
    >>> PortSet()
    no port
    """

    ranges: tuple[tuple[Protocol, int, int], ...] = ()

    @classmethod
    def of(cls, protocol: str, first: int, last: int | None = None) -> PortSet:
        """Return the ports `first` to `last` (both included) of one protocol.

        Parameters
        ----------
        protocol : str
            ``"TCP"``, ``"UDP"`` or ``"SCTP"``.
        first : int
            A port, 1 to 65535.
        last : int, optional
            The end of the range; the same as `first` when left out.

        Returns
        -------
        PortSet

        Raises
        ------
        ValueError
            For another protocol, a port outside 1-65535, or a range that runs backwards.

        Examples
        --------
        >>> PortSet.of("SCTP", 7)
        SCTP 7
        """
        last = first if last is None else last
        if not MIN_PORT <= first <= last <= MAX_PORT:
            raise ValueError(f"{first}-{last} is not a range of ports ({MIN_PORT}-{MAX_PORT})")
        return cls(((Protocol(protocol), first, last),))

    @classmethod
    def every(cls, *protocols: str) -> PortSet:
        """Return all ports of the given protocols; of all three when none is given.

        Parameters
        ----------
        *protocols : str
            ``TCP``, ``UDP``, ``SCTP``.

        Returns
        -------
        PortSet

        Examples
        --------
        >>> PortSet.every()
        all ports
        >>> PortSet.every("TCP")
        TCP (all)
        """
        return cls(
            tuple((p, MIN_PORT, MAX_PORT) for p in Protocol if not protocols or p in protocols)
        )

    @classmethod
    def union(cls, *sets: PortSet) -> PortSet:
        """Return the ports that are in any of the sets.

        Parameters
        ----------
        *sets : PortSet

        Returns
        -------
        PortSet

        Examples
        --------
        >>> PortSet.union(PortSet.of("TCP", 80), PortSet.of("UDP", 53), PortSet.of("TCP", 81))
        TCP 80-81; UDP 53
        """
        return _collect(
            (p, merge(part for ports in sets for part in ports.of_protocol(p))) for p in Protocol
        )

    def of_protocol(self, protocol: str) -> tuple[Range, ...]:
        """Return the ranges of one protocol as (first, last) pairs.

        Parameters
        ----------
        protocol : str

        Returns
        -------
        tuple of (int, int)
            Sorted and disjoint; both ends belong to a range.

        Examples
        --------
        >>> PortSet.of("TCP", 80, 90).of_protocol("TCP")
        ((80, 90),)
        """
        return tuple((first, last) for p, first, last in self.ranges if p == protocol)

    def as_data(self) -> dict[str, list[list[int]]]:
        """Return the set as plain values, for JSON: [first, last] ranges by protocol.

        Returns
        -------
        dict of str to list

        Examples
        --------
        >>> (PortSet.of("TCP", 80) | PortSet.of("UDP", 53, 54)).as_data()
        {'TCP': [[80, 80]], 'UDP': [[53, 54]]}
        """
        found: dict[str, list[list[int]]] = {}
        for protocol, first, last in self.ranges:
            found.setdefault(str(protocol), []).append([first, last])
        return found

    def __or__(self, other: PortSet) -> PortSet:
        return PortSet.union(self, other)

    def __and__(self, other: PortSet) -> PortSet:
        return _collect((p, overlap(self.of_protocol(p), other.of_protocol(p))) for p in Protocol)

    def __sub__(self, other: PortSet) -> PortSet:
        return _collect((p, without(self.of_protocol(p), other.of_protocol(p))) for p in Protocol)

    def __contains__(self, protocol_and_port: tuple[str, int]) -> bool:
        protocol, port = protocol_and_port
        return any(p == protocol and first <= port <= last for p, first, last in self.ranges)

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def __len__(self) -> int:
        return sum(last - first + 1 for _, first, last in self.ranges)

    def __iter__(self) -> Iterator[tuple[Protocol, int]]:
        for protocol, first, last in self.ranges:
            for port in range(first, last + 1):
                yield protocol, port

    def __repr__(self) -> str:
        if not self.ranges:
            return "no port"
        if self == PortSet.every():
            return "all ports"
        words = ((p, _in_words(self.of_protocol(p))) for p in Protocol)
        return "; ".join(f"{p} {text}" for p, text in words if text)

    __str__ = __repr__


def _collect(parts: Iterable[tuple[Protocol, Iterable[Range]]]) -> PortSet:
    return PortSet(tuple((p, first, last) for p, ranges in parts for first, last in ranges))


def _in_words(ranges: tuple[Range, ...]) -> str:
    if ranges == ((MIN_PORT, MAX_PORT),):
        return "(all)"
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in ranges)
