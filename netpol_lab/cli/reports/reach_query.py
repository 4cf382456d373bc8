"""A query about reachability, and how the connections it finds are shown: for reach and diff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from netpol_lab.cli.reports.dot_mermaid import OUTSIDE, Graph, GraphEdge, GraphNode
from netpol_lab.model.ports import PortSet, spoken_port
from netpol_lab.pictures.nodes import MOST_SHOWN
from netpol_lab.pictures.reach_traffic import between, grouped
from netpol_lab.pictures.scene import scene_of
from netpol_lab.pictures.svg import Picture
from netpol_lab.pictures.traffic import USUAL_PORT, Change, Traffic, gather
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
    def is_part(self) -> bool:
        """Whether only some ends are asked about, or groups of them."""
        return bool(self.source or self.destination or self.by != "pod")

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
    edges: Iterable[GraphEdge],
) -> Graph:
    """Return a graph of all ends; pods in groups by namespace, and outside ranges in their own."""
    nodes = {}
    for reach in sides:
        outside = frozenset(map(str, reach.index.ranges))
        for name in reach.groups(by).names:
            group, _, caption = name.rpartition("/")
            nodes[name] = GraphNode(name, caption, OUTSIDE if name in outside else group)
    return Graph.both_ways(title, nodes.values(), edges)


def picture_of(
    reach: Reachability,
    query: ReachQuery,
    port: Port,
    before: Reachability | None = None,
    in_part: Mapping[tuple[str, str], Change] | None = None,
    beside: str = "",
) -> Picture:
    """Return the picture of what a query is about, at one port.

    Parameters
    ----------
    reach : Reachability
    query : ReachQuery
        Its ends and its grouping.
    port : Port
    before : Reachability, optional
        What was before a change, to mark what differs.
    in_part : mapping of (str, str) to Change, optional
        What differs for some pods of a group only.
    beside : str
        What the picture does not show.
    """
    if query.by == "pod":
        traffic = _between_pods(reach, query, port, before)
    else:
        traffic = grouped(reach, query.by, *port, before, in_part)
    ends = (_drawn(reach, query, name) for name in (query.source, query.destination))
    asked = str(query._replace(port=None)) if query.is_part else ""
    title = "; ".join(filter(None, (asked, beside))) or None
    return Picture(
        scene_of(between(traffic, *ends), title=title, view=None if query.by == "pod" else "matrix")
    )


def _between_pods(
    reach: Reachability, query: ReachQuery, port: Port, before: Reachability | None
) -> Traffic:
    """Return the traffic of all pods; those that are asked about are drawn first."""
    outside = [(str(range_), str(range_.first)) for range_ in reach.index.ranges]
    first = [
        end for name in (query.source, query.destination) for end in _drawn(reach, query, name)
    ]
    return gather(
        reach.cluster,
        *port,
        outside=outside,
        before=before.cluster if before else None,
        assumptions=reach.assumptions,
        order=[*first, *map(str, reach.running)] if first or len(reach.ends) > MOST_SHOWN else (),
    )


def _drawn(reach: Reachability, query: ReachQuery, name: str) -> tuple[str, ...]:
    """Return what a picture calls the ends that a name means: an address range its first one."""
    if not name:
        return ()
    first = {str(range_): str(range_.first) for range_ in reach.index.ranges}
    found = reach.names_of(name, query.by)
    return tuple(first.get(end, end) for end in found) if query.by == "pod" else found


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
