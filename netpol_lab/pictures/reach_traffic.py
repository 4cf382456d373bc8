"""The traffic of a picture from reachability: between groups of pods, or of some ends only."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import product

from netpol_lab.errors import counted
from netpol_lab.model.ports import spoken_port
from netpol_lab.pictures.answers import Answers
from netpol_lab.pictures.nodes import MOST_SHOWN, Node
from netpol_lab.pictures.traffic import Arc, Change, State, Traffic, all_policy_names
from netpol_lab.pictures.traffic_words import SINCE
from netpol_lab.reach.reachability import Reachability

Pair = tuple[str, str]  # source and destination


@dataclass(frozen=True, eq=False)
class GroupAnswers(Answers):
    """Whether flows between groups are allowed; no single pod answers for a group, so not why."""

    states: Mapping[Pair, bool | None] = field(default_factory=dict)

    def _allowed(self, source: str, destination: str) -> bool | None:
        return self.states.get((source, destination), False)

    def reason(self, source: str, destination: str) -> str:
        """Return nothing: each pod has reasons of its own."""
        return ""


def grouped(
    reach: Reachability,
    by: str,
    port: int,
    protocol: str = "TCP",
    before: Reachability | None = None,
    in_part: Mapping[Pair, Change] | None = None,
) -> Traffic:
    """Return the traffic between groups of pods on one port; allowed is what any of them may open.

    Parameters
    ----------
    reach : Reachability
    by : str
        ``"workload"`` or ``"namespace"``.
    port : int
    protocol : str
    before : Reachability, optional
        The same groups before a change.
    in_part : mapping of (str, str) to Change, optional
        What became of a connection for some pods of a group only.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> found = grouped(lab.reachability(lab.load("market")), "namespace", 8080)
    >>> found.counted
    ['105 of 105 connections allowed']
    """
    now, part = _states(reach, by, port, protocol), in_part or {}
    was = _earlier(before, by, port, protocol, now) if before else now
    every = _nodes(reach, by)
    nodes, size = every[:MOST_SHOWN], _sizes(reach, by)
    return Traffic(
        nodes=nodes,
        arcs=tuple(
            _arc(source, destination, spoken_port(port, protocol), was, now, part)
            for source, destination in product(nodes, repeat=2)
            if _is_shown(source, destination, size)
        ),
        port=port,
        protocol=protocol,
        policies=all_policy_names(reach.cluster),
        finished=sum(pod.finished for pod in reach.cluster.pods),
        left_out=len(every) - len(nodes),
        wording=SINCE,
        answers=GroupAnswers(reach.cluster, port, protocol, reach.assumptions, now),
    )


def between(traffic: Traffic, sources: Collection[str], destinations: Collection[str]) -> Traffic:
    """Return only the connections from some ends and to some; an empty collection means all."""
    arcs = tuple(
        arc
        for arc in traffic.arcs
        if (not sources or arc.source.name in sources)
        and (not destinations or arc.destination.name in destinations)
    )
    ends = {node for arc in arcs for node in (arc.source, arc.destination)}
    return replace(traffic, arcs=arcs, nodes=tuple(node for node in traffic.nodes if node in ends))


def _states(reach: Reachability, by: str, port: int, protocol: str) -> dict[Pair, bool | None]:
    """Return what is allowed (True) or undefined (None) at one port."""
    asked = protocol, port
    return {
        (found.source, found.destination): True if asked in found.ports else None
        for found in reach.connections(by)
        if asked in found.ports or asked in found.undefined
    }


def _earlier(
    before: Reachability, by: str, port: int, protocol: str, now: Mapping[Pair, bool | None]
) -> dict[Pair, bool | None]:
    """Return what was before; what was not there has not changed."""
    there = before.groups(by).members
    new = {pair: state for pair, state in now.items() if not there.keys() >= {*pair}}
    return {**_states(before, by, port, protocol), **new}


def _sizes(reach: Reachability, by: str) -> dict[str, int]:
    """Return the number of pods in each group; none where it is an address range."""
    return {
        name: (bits & reach.index.pod_bits).bit_count()
        for name, bits in reach.groups(by).members.items()
    }


def _nodes(reach: Reachability, by: str) -> tuple[Node, ...]:
    return tuple(_node(name, by, size) for name, size in _sizes(reach, by).items())


@lru_cache(maxsize=1024)
def _node(name: str, by: str, size: int) -> Node:
    if not size:
        return Node(name, name, notes=("outside the cluster",), role="outside the cluster")
    return Node(name, name, notes=(counted(size, "pod"),), role=f"a {by} of {counted(size, 'pod')}")


def _is_shown(source: Node, destination: Node, size: Mapping[str, int]) -> bool:
    """Say whether there may be such a connection: not within one pod, not among addresses."""
    if source is destination:
        return size[source.name] > 1
    return bool(size[source.name] or size[destination.name])


def _arc(
    source: Node,
    destination: Node,
    asked: str,
    was: Mapping[Pair, bool | None],
    now: Mapping[Pair, bool | None],
    in_part: Mapping[Pair, Change],
) -> Arc:
    pair = source.name, destination.name
    before, after = was.get(pair, False), now.get(pair, False)
    change, whom = Change.between(before, after), ""
    if change is Change.NONE and pair in in_part:
        change, whom = in_part[pair], " for some"
    remark = f"just {change}{whom}" if change is not Change.NONE else ""
    return Arc(source, destination, asked, State.of(after), change, remark)
