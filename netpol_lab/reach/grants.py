"""What each rule grants, for everybody at once: from which sources, to whom, on which ports.

A side that is not isolated grants too, and so does one to which policies do not matter. One law
remains: a side allows a flow when any of its grants does, and a flow passes when both sides allow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netpol_lab.engine.endpoint_rules import is_itself, is_own_node
from netpol_lab.engine.semantics import Resolution, ports_at
from netpol_lab.model.bitsets import bits_of, ones
from netpol_lab.model.objects import Direction, Pod, Policy, Rule
from netpol_lab.model.ports import PortSet
from netpol_lab.reach.peer_views import View


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission of one side: from any of the sources to any of the destinations.

    Parameters
    ----------
    ports : PortSet
    sources, destinations : int
        Bits of a `Frame`.
    policy, rule : Policy and Rule, optional
        The rule that grants it; None where a side is open whatever the rules say.
    """

    ports: PortSet
    sources: int
    destinations: int
    policy: Policy | None = None
    rule: Rule | None = None


def grants(resolution: Resolution, view: View, direction: Direction) -> Iterator[Grant]:
    """Yield everything that one side of all flows permits, under one reading.

    Parameters
    ----------
    resolution : Resolution
        Of a cluster, with the pods of the view's frame.
    view : View
    direction : Direction
        Egress is the sources' side, ingress the destinations'.
    """
    everyone = view.everyone
    if not view.reading.enforced:  # SEM-58
        yield _open(direction, everyone, everyone)
        return
    isolated = 0
    for policy in resolution.policies:
        subjects = resolution.isolated_by(policy, direction).bits & view.subjects
        isolated |= subjects
        for rule in policy.rules(direction):
            yield from _by_rule(resolution, view, policy, rule, subjects)
    yield _open(direction, everyone & ~isolated, everyone)
    for subjects, peers in _exempt(view, direction, isolated):
        yield _open(direction, subjects, peers)


def _open(direction: Direction, subjects: int, peers: int) -> Grant:
    """Return the grant of a side that lets everything through, whatever the rules say."""
    ends = (subjects, peers) if direction is Direction.EGRESS else (peers, subjects)
    return Grant(PortSet.every(), *ends)


def _by_rule(
    resolution: Resolution, view: View, policy: Policy, rule: Rule, subjects: int
) -> Iterator[Grant]:
    meant = resolution.peers(policy.namespace, rule.peers)
    outward = rule.direction is Direction.EGRESS
    for profile, alike in view.by_profile.items():
        if some := subjects & alike:
            peers = meant.admits(view.onlookers(profile, rule.direction), view.reading)
            for ports, reached in _ports(view, rule, destinations=peers if outward else some):
                yield Grant(ports, some if outward else peers, reached, policy, rule)


def _ports(view: View, rule: Rule, destinations: int) -> Iterator[tuple[PortSet, int]]:
    """Yield the ports that a rule means, which can differ between destinations (SEM-39)."""
    end_port = view.reading.end_port
    if not any(isinstance(entry.port, str) for entry in rule.ports):
        yield ports_at(rule.ports, (), end_port), destinations
        return
    for names, alike in view.by_names.items():
        if destinations & alike:
            yield ports_at(rule.ports, names, end_port), destinations & alike


def _exempt(view: View, direction: Direction, isolated: int) -> Iterator[tuple[int, int]]:
    """Yield isolated subjects with the peers that policies cannot keep from them."""
    if direction is Direction.EGRESS:
        yield from _own_addresses(view, isolated)
    if direction is Direction.INGRESS or view.reading.own_node_egress:
        yield from _own_nodes(view, direction, isolated)


def _own_addresses(view: View, isolated: int) -> Iterator[tuple[int, int]]:
    """Yield the pods that share their node's address, with that address (SEM-49)."""
    outside = [(place, end) for place, end in view.ends.items() if end.pod is None]
    for place in ones(isolated):
        pod = view.ends[place].pod
        if pod is not None and pod.host_network:
            own = (there for there, end in outside if is_itself(view.ends[place], end))
            yield 1 << place, bits_of(own)


def _own_nodes(view: View, direction: Direction, isolated: int) -> Iterator[tuple[int, int]]:
    """Yield the pods of each node, with whatever is their node (SEM-50)."""
    for profile, alike in view.by_profile.items():
        crowd = view.onlookers(profile, direction)
        for pod, places in _by_node(view, isolated & alike):
            own = bits_of(
                place for place in crowd.maybe_node(pod) if is_own_node(pod, crowd.ends[place])
            )
            if own:
                yield places, own


def _by_node(view: View, places: int) -> Iterator[tuple[Pod, int]]:
    """Yield one pod of each node, with the places of all of them."""
    found: dict[object, tuple[Pod, list[int]]] = {}
    for place in ones(places):
        pod = view.ends[place].pod
        if pod is not None and (pod.node or pod.node_addresses):
            found.setdefault((pod.node, pod.node_addresses), (pod, []))[1].append(place)
    return ((pod, bits_of(those)) for pod, those in found.values())
