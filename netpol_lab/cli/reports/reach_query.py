"""A query about reachability, and how the connections it finds are shown: for reach and diff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from netpol_lab.cli.reports.dot_mermaid import OUTSIDE, EdgeKind, Graph, GraphEdge, GraphNode
from netpol_lab.model.ports import PortSet, spoken_port
from netpol_lab.pictures.scene import MOST_AS_DIAGRAM
from netpol_lab.pictures.svg import Picture, draw
from netpol_lab.pictures.traffic import USUAL_PORT
from netpol_lab.reach.grouping import BY, Connection
from netpol_lab.reach.reachability import Reachability


class Port(NamedTuple):
    """A port of one protocol."""

    number: int
    protocol: str = "TCP"

    def __str__(self) -> str:
        return spoken_port(self.number, self.protocol)

    @property
    def only(self) -> PortSet:
        """The port as a set."""
        return PortSet.of(self.protocol, self.number)


class ReachQuery(NamedTuple):
    """Which connections are asked about: from where, to where, on which port, grouped how.

    An empty name means every end, and no port means every port.

    Examples
    --------
    >>> print(ReachQuery("workload", source="shop/web"))
    from shop/web, by workload
    >>> print(ReachQuery())
    all pods
    """

    by: str = "pod"
    source: str = ""
    destination: str = ""
    port: Port | None = None

    def __str__(self) -> str:
        said = (
            f"from {self.source}" if self.source else "",
            f"to {self.destination}" if self.destination else "",
            str(self.port or ""),
            f"by {self.by}" if self.by != "pod" else "",
        )
        return ", ".join(filter(None, said)) or "all pods"

    @property
    def is_grid(self) -> bool:
        """Whether all is asked about at one port."""
        return self.port is not None and not (self.source or self.destination)


def readable_by(reach: Reachability, most: int) -> str:
    """Return the finest grouping that leaves at most so many names, else the coarsest.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> reach = lab.reachability(lab.load("three-tier"))
    >>> readable_by(reach, 300), readable_by(reach, 2)
    ('pod', 'namespace')
    """
    return next((by for by in BY if len(reach.groups(by).names) <= most), BY[-1])


def asked(reach: Reachability, query: ReachQuery) -> Iterator[Connection]:
    """Return the connections that a query is about.

    Parameters
    ----------
    reach : Reachability
    query : ReachQuery

    Returns
    -------
    iterator of Connection
        In the cluster's order, with only the ports that are asked about.

    Raises
    ------
    NetpolError
        At once, where a name is unknown.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> reach = lab.reachability(lab.load("three-tier"))
    >>> [c.source for c in asked(reach, ReachQuery(destination="db", port=Port(5432)))]
    ['shop/backend']
    """
    by, source, destination, port = query
    found: Iterable[Connection]
    if not destination:
        found = reach.out_of(source, by) if source else reach.connections(by)
    elif not source:
        found = reach.into(destination, by)
    else:
        out = set(reach.out_of(source, by))
        found = [connection for connection in reach.into(destination, by) if connection in out]
    return narrowed(found, port)


def narrowed(connections: Iterable[Connection], port: Port | None) -> Iterator[Connection]:
    """Return the connections that have a port, cut down to it; all where no port is given.

    Examples
    --------
    >>> found = [Connection("a", "b", PortSet.of("TCP", 80, 90)), Connection("b", "a")]
    >>> [(c.source, str(c.ports)) for c in narrowed(found, Port(85))]
    [('a', 'TCP 85')]
    """
    if port is None:
        return iter(connections)
    only = port.only
    cut = (
        Connection(c.source, c.destination, c.ports & only, c.undefined & only) for c in connections
    )
    return (connection for connection in cut if connection.ports or connection.undefined)


# ---------------------------------------------------------------- how connections are shown


@lru_cache(maxsize=65536)  # the same sets of ports recur
def words(ports: PortSet) -> str:
    """Return ports in words; an empty text for none."""
    return str(ports) if ports else ""


def graph_of(
    title: str,
    sides: Iterable[Reachability],
    by: str,
    found: Iterable[tuple[str, str, Sequence[PortSet]]],
    kinds: Sequence[EdgeKind],
) -> Graph:
    """Return a graph of all ends, with an edge for each kind of ports that two of them have.

    Pods are grouped by namespace, and outside ranges in a group of their own.
    """
    nodes = {}
    for reach in sides:
        outside = frozenset(map(str, reach.index.ranges))
        for name in reach.groups(by).names:
            group, _, caption = name.rpartition("/")
            nodes[name] = GraphNode(name, caption, OUTSIDE if name in outside else group)
    edges = (
        GraphEdge(source, destination, str(ports), kind)
        for source, destination, parts in found
        for kind, ports in zip(kinds, parts, strict=True)
        if ports
    )
    return Graph.both_ways(title, nodes.values(), edges)


def picture_of(reach: Reachability, port: Port, **options: Any) -> Picture:
    """Return the picture at a port, with outside ranges as long as there is room."""
    outside = [(str(range_), str(range_.first)) for range_ in reach.index.ranges]
    return draw(
        reach.cluster,
        *port,
        outside=outside if len(reach.ends) <= MOST_AS_DIAGRAM else (),
        assumptions=reach.assumptions,
        **options,
    )


def most_telling_port(*found: Iterable[PortSet]) -> Port:
    """Return the port that most of the sets name; 80 where none does.

    Later collections count only where no earlier one names a port: allowed ports go before those
    left open, such as the port of an init container.

    Examples
    --------
    >>> most_telling_port([PortSet.every(), PortSet.of("TCP", 5432), PortSet.of("UDP", 53, 60)])
    Port(number=5432, protocol='TCP')
    >>> most_telling_port([PortSet.every()], [PortSet.of("TCP", 7000)])
    Port(number=7000, protocol='TCP')
    """
    every = PortSet.every().ranges
    for sets in found:
        singled = Counter(
            Port(first, str(protocol))
            for ports in sets
            for protocol, first, last in ports.ranges
            if (protocol, first, last) not in every
        )
        if singled:
            return singled.most_common(1)[0][0]
    return Port(USUAL_PORT)
