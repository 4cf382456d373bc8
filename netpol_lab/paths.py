"""Connections as a graph: what a compromised pod reaches in how many hops, and what is exposed."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from netpol_lab.ports import PortSet
from netpol_lab.reach import Connection, Reachability

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


def graph(reach: Reachability, by: str = "pod") -> networkx.DiGraph[str]:
    """Return the connections as a directed graph, for questions about paths.

    Parameters
    ----------
    reach : Reachability
    by : str
        As for `Reachability.connections`.

    Returns
    -------
    networkx.DiGraph
        Its edges carry ``ports`` and ``undefined``, each a PortSet; its nodes ``outside``, a bool.
        Connections that are only undefined are edges too, with no ports.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = graph(lab.reachability(lab.load("three-tier")))
    >>> shop.edges["shop/backend", "shop/db"]["ports"]
    all ports
    """
    import networkx

    found: networkx.DiGraph[str] = networkx.DiGraph()
    outside = {str(range_) for range_ in reach.frame.ranges}
    for name in reach.groups(by).names:
        found.add_node(name, outside=name in outside)
    for source, destination, ports, undefined in reach.connections(by):
        found.add_edge(source, destination, ports=ports, undefined=undefined)
    return found


def blast_radius(reach: Reachability, start: str, by: str = "pod") -> tuple[Reached, ...]:
    """Return what can be reached from a compromised pod, hop by hop over further pods.

    Only what is surely allowed counts, on any port. Addresses outside are ends of the way: nothing
    is known of what lies behind them.

    Parameters
    ----------
    reach : Reachability
    start : str
        A name as in `Reachability.connections`, or an address outside.
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
    >>> [(found.name, found.hops) for found in blast_radius(reach, "shop/web")]
    [('shop/backend', 1), ('0.0.0.0-255.255.255.255', 1), ('shop/db', 2)]
    """
    first = reach.name_of(start, by)
    groups = reach.groups(by)
    seen = groups.members[first]
    ways: dict[str, tuple[str, ...]] = {first: (first,)}
    queue = deque([first])
    while queue:
        here = queue.popleft()
        for name in groups.within(reach.spread(groups.members[here]) & ~seen):
            seen |= groups.members[name]
            ways[name] = (*ways[here], name)
            if groups.members[name] & reach.frame.inside:
                queue.append(name)
    return tuple(
        Reached(name, len(way) - 1, way, reach.between(way[-2], way[-1], by).ports)
        for name, way in ways.items()
        if name != first
    )


def exposure(reach: Reachability, by: str = "pod") -> tuple[Connection, ...]:
    """Return what addresses outside can open to pods.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> reach = lab.reachability(lab.load("three-tier"))
    >>> [(found.source, found.destination) for found in exposure(reach)]
    [('0.0.0.0-255.255.255.255', 'shop/web')]
    """
    return tuple(
        connection for range_ in reach.frame.ranges for connection in reach.out_of(str(range_), by)
    )
