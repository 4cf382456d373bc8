"""Ways over several connections: what a compromised pod gets to, and what the outside can open."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from netpol_lab.model.bitsets import union
from netpol_lab.model.ports import PortSet
from netpol_lab.reach.endpoint_index import EndpointIndex
from netpol_lab.reach.grouping import Connection, Groups

if TYPE_CHECKING:
    import networkx


class Reached(NamedTuple):
    """Something that an intruder gets to.

    Parameters
    ----------
    name : str
    hops : int
        How many connections it takes.
    path : tuple of str
        The names on a shortest way, both ends included.
    ports : PortSet
        What the last connection of that way is allowed on.
    """

    name: str
    hops: int
    path: tuple[str, ...]
    ports: PortSet


class Paths(ABC):
    """What can be asked about ways, by whoever knows the connections: `Reachability`."""

    index: EndpointIndex

    @abstractmethod
    def connections(self, by: str = "pod") -> Iterator[Connection]:
        """Yield what is allowed or undefined between different ends."""

    @abstractmethod
    def out_of(self, name: str, by: str = "pod") -> tuple[Connection, ...]:
        """Return where one of those that `connections` speaks of can go."""

    @abstractmethod
    def between(self, source: str, destination: str, by: str = "pod") -> Connection:
        """Return the connection between two of those that `connections` speaks of."""

    @abstractmethod
    def groups(self, by: str = "pod") -> Groups:
        """Return whom `connections` speaks of."""

    @abstractmethod
    def names_of(self, name: str, by: str = "pod") -> tuple[str, ...]:
        """Return what `connections` calls those that a name or an address means."""

    @abstractmethod
    def spread(self, places: int) -> int:
        """Return whom some ends surely reach, on any port; both as bits of the index."""

    def graph(self, by: str = "pod") -> networkx.DiGraph[str]:
        """Return the connections as a directed graph, for questions about ways.

        Parameters
        ----------
        by : str
            As for `Reachability.connections`.

        Returns
        -------
        networkx.DiGraph
            Its edges carry ``ports`` and ``undefined``, each a PortSet; its nodes ``outside``, a
            bool. Connections that are only undefined are edges too, with no ports.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> shop = lab.reachability(lab.load("three-tier")).graph()
        >>> shop.edges["shop/backend", "shop/db"]["ports"]
        all ports
        """
        import networkx

        found: networkx.DiGraph[str] = networkx.DiGraph()
        outside = {str(range_) for range_ in self.index.ranges}
        for name in self.groups(by).names:
            found.add_node(name, outside=name in outside)
        for source, destination, ports, undefined in self.connections(by):
            found.add_edge(source, destination, ports=ports, undefined=undefined)
        return found

    def blast_radius(self, start: str, by: str = "pod") -> tuple[Reached, ...]:
        """Return what can be reached from a compromised pod, hop by hop over further pods.

        Only what is surely allowed counts, on any port. Addresses outside are ends of the way:
        nothing is known of what lies behind them.

        Parameters
        ----------
        start : str
            A name as in `Reachability.connections`, a workload (then from any of its pods), or an
            address outside.
        by : str
            As for `Reachability.connections`.

        Returns
        -------
        tuple of Reached
            The nearest first.

        Raises
        ------
        UnknownNameError, AmbiguousNameError

        Examples
        --------
        >>> import netpol_lab as lab
        >>> reach = lab.reachability(lab.load("three-tier"))
        >>> [(found.name, found.hops) for found in reach.blast_radius("web")]
        [('shop/backend', 1), ('0.0.0.0-255.255.255.255', 1), ('shop/db', 2)]
        """
        ways = self._ways(self.names_of(start, by), by)
        return tuple(
            Reached(name, len(way) - 1, way, self.between(way[-2], way[-1], by).ports)
            for name, way in ways.items()
            if len(way) > 1
        )

    def _ways(self, starts: tuple[str, ...], by: str) -> dict[str, tuple[str, ...]]:
        """Return a shortest way to whatever is reached, breadth first."""
        groups = self.groups(by)
        seen = union(groups.members[start] for start in starts)
        ways: dict[str, tuple[str, ...]] = {start: (start,) for start in starts}
        queue = deque(starts)
        while queue:
            here = queue.popleft()
            for name in groups.within(self.spread(groups.members[here]) & ~seen):
                seen |= groups.members[name]
                ways[name] = (*ways[here], name)
                if groups.members[name] & self.index.pod_bits:
                    queue.append(name)
        return ways

    def exposure(self, by: str = "pod") -> tuple[Connection, ...]:
        """Return what addresses outside can open to pods.

        Parameters
        ----------
        by : str
            As for `connections`.

        Returns
        -------
        tuple of Connection

        Examples
        --------
        >>> import netpol_lab as lab
        >>> reach = lab.reachability(lab.load("three-tier"))
        >>> [(found.source, found.destination) for found in reach.exposure()]
        [('0.0.0.0-255.255.255.255', 'shop/web')]
        """
        return tuple(
            connection
            for range_ in self.index.ranges
            for connection in self.out_of(str(range_), by)
        )
