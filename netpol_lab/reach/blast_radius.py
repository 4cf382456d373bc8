"""Ways over several connections: what a compromised pod gets to, and what the outside can open.

These functions are methods of `Reachability`, which stands first among their parameters.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from netpol_lab.model.bitsets import union
from netpol_lab.model.ports import PortSet
from netpol_lab.reach.grouping import Connection

if TYPE_CHECKING:
    import networkx

    from netpol_lab.reach.reachability import Reachability


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
    sure : bool
        Whether some way is allowed in every reading; else some connection of it is left open.
    """

    name: str
    hops: int
    path: tuple[str, ...]
    ports: PortSet
    sure: bool


def graph(reach: Reachability, by: str = "pod") -> networkx.DiGraph[str]:
    """Return the connections as a directed graph, for questions about ways.

    Parameters
    ----------
    reach : Reachability
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
    outside = set(map(str, reach.index.ranges))
    for name in reach.groups(by).names:
        found.add_node(name, outside=name in outside)
    for source, destination, ports, undefined in reach.connections(by):
        found.add_edge(source, destination, ports=ports, undefined=undefined)
    return found


def blast_radius(
    reach: Reachability, start: str, by: str = "pod", perhaps: bool = False
) -> tuple[Reached, ...]:
    """Return what can be reached from a compromised pod, hop by hop over further pods.

    Only what is certainly allowed counts, on any port, unless `perhaps` asks for more. No way leads
    on from an address outside: nothing is known of what lies behind it.

    Parameters
    ----------
    reach : Reachability
    start : str
        A name as in `Reachability.connections`, a workload (then from any of its pods), or an
        address outside.
    by : str
        As for `Reachability.connections`.
    perhaps : bool
        Also what may be reached as some connection is undefined; this comes last, and is not
        `sure`.

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
    sure = _ways(reach, start, by, perhaps=False)
    more = _ways(reach, start, by, perhaps=True) if perhaps else {}
    rest = {name: way for name, way in more.items() if name not in sure}
    return tuple(
        Reached(name, len(way) - 1, way, reach.between(way[-2], way[-1], by).ports, name in sure)
        for name, way in (sure | rest).items()
        if len(way) > 1
    )


def _ways(reach: Reachability, start: str, by: str, perhaps: bool) -> dict[str, tuple[str, ...]]:
    """Return a shortest way to each group that is reached; the start's own is itself."""
    groups, starts = reach.groups(by), reach.names_of(start, by)
    seen = union(groups.members[name] for name in starts)
    ways: dict[str, tuple[str, ...]] = {name: (name,) for name in starts}
    queue = deque(starts)
    while queue:  # breadth first, so that each way is a shortest one
        here = queue.popleft()
        reached = reach.matrix.spread(groups.members[here], perhaps)
        for name in groups.within(reached & ~seen):
            if not perhaps and groups.unsure and not reach.between(here, name, by).ports:
                continue
            seen |= groups.members[name]
            ways[name] = (*ways[here], name)
            if groups.members[name] & reach.index.pod_bits:
                queue.append(name)
    return ways


def exposure(reach: Reachability, by: str = "pod") -> tuple[Connection, ...]:
    """Return what addresses outside can open to pods.

    Parameters
    ----------
    reach : Reachability
    by : str
        As for `Reachability.connections`.

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
        connection for range_ in reach.index.ranges for connection in reach.out_of(str(range_), by)
    )
