"""What each rule grants, for all ends at once: from which sources, to whom, on which ports.

A side that is not isolated is a grant, too, and so is an exemption from policies. What tier Admin
has decided before NetworkPolicy is cut out of these grants (`tier_parts`), and tier Baseline out of
those of sides that are not isolated. That leaves one law: a side allows a flow when any of its
grants does, and a flow passes when both sides allow it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from netpol_lab.engine import other_policies
from netpol_lab.engine.endpoint_rules import is_own_node
from netpol_lab.engine.resolution import Resolution
from netpol_lab.engine.semantics import ports_at
from netpol_lab.engine.tiers import LaneAnswer
from netpol_lab.model.bitsets import bits_by, bits_of, ones, union
from netpol_lab.model.cluster_policies import Tier
from netpol_lab.model.objects import Direction, Policy, Rule
from netpol_lab.model.ports import PortSet
from netpol_lab.reach.peer_views import PeerViews
from netpol_lab.reach.tier_parts import Alike, Part, TierParts


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission of one side: from any of the sources to any of the destinations.

    Parameters
    ----------
    ports : PortSet
    sources, destinations : int
        Bits of an `EndpointIndex`.
    policy, rule : Policy and Rule, optional
        The rule of a NetworkPolicy that grants it; None where the side is open whatever those say.
    """

    ports: PortSet
    sources: int
    destinations: int
    policy: Policy | None = None
    rule: Rule | None = None


def grants(
    resolution: Resolution, views: PeerViews, direction: Direction, others: bool | None = None
) -> Iterator[Grant]:
    """Yield everything that one side of all flows permits, under one reading.

    Parameters
    ----------
    resolution : Resolution
        Of a cluster, with the pods of the view's index.
    views : PeerViews
    direction : Direction
        Egress is the sources' side, ingress the destinations'.
    others : bool, optional
        Whether policies of other kinds allow or block all that they could decide (SEM-70);
        where left out they decide nothing.
    """
    found = _by_policies(resolution, views, direction)
    if others is None or not views.pods:
        yield from found
        return
    touched = other_policies.touched(resolution, direction)
    if others:
        yield from found
        if touched:
            yield _open(direction, touched, views.everyone)
        return
    mine, _ = _ends_of(direction)
    for grant in found:
        if left := getattr(grant, mine) & ~touched:
            yield replace(grant, **{mine: left})
    if direction is Direction.EGRESS:  # nothing keeps a pod from itself
        yield from (_open(direction, *own) for own in _own_addresses(views, touched))


def _by_policies(resolution: Resolution, views: PeerViews, direction: Direction) -> Iterator[Grant]:
    """Yield what the three lanes permit together (ANP-02)."""
    if not views.assumptions.enforced:  # SEM-58
        yield _open(direction, views.everyone, views.everyone)
        return
    found = _by_network_policies(resolution, views, direction)
    if not (resolution.cluster_policies and views.pods):
        yield from found
        return
    above = [*TierParts(resolution, views, direction, Tier.ADMIN)]
    yield from _in_parts(direction, above, lambda part: part.answer is LaneAnswer.ACCEPT)
    yield from _cut(found, direction, above)


def _in_parts(
    direction: Direction, parts: Iterable[Alike], wanted: Callable[[Part], bool]
) -> Iterator[Grant]:
    """Yield a grant for each of the parts of a tier that is wanted."""
    for subjects, its in parts:
        for part in filter(wanted, its):
            ends = (subjects, part.peers)
            sources, destinations = ends if direction is Direction.EGRESS else reversed(ends)
            yield Grant(part.ports, sources, destinations)


def _cut(found: Iterable[Grant], direction: Direction, above: Sequence[Alike]) -> Iterator[Grant]:
    """Yield what is left of grants where the tier before them has not answered."""
    left: dict[tuple[tuple[PortSet, int], ...], int] = {}
    for subjects, parts in above:
        to = tuple((p.ports, p.peers) for p in parts if p.answer is LaneAnswer.NEXT)
        left[to] = left.get(to, 0) | subjects
    concerned = union(left.values())
    both = cache(PortSet.__and__)
    mine, theirs = _ends_of(direction)
    for grant in found:
        whose = getattr(grant, mine)
        if whose & ~concerned:
            yield replace(grant, **{mine: whose & ~concerned})
        for to, subjects in left.items():
            for ports, peers in to if whose & subjects else ():
                common, met = both(grant.ports, ports), getattr(grant, theirs) & peers
                if common and met:
                    yield replace(grant, ports=common, **{mine: whose & subjects, theirs: met})


def _ends_of(direction: Direction) -> tuple[str, str]:
    """Return the fields of a grant for its subjects and for their peers."""
    ways = ("sources", "destinations")
    return ways if direction is Direction.EGRESS else (ways[1], ways[0])


def _by_network_policies(
    resolution: Resolution, views: PeerViews, direction: Direction
) -> Iterator[Grant]:
    isolated = 0
    for policy in resolution.policies:
        subjects = resolution.isolated_by(policy, direction).bits & views.subjects
        isolated |= subjects
        for rule in policy.rules(direction):
            yield from _by_rule(resolution, views, policy, rule, subjects)
    yield from _not_isolated(resolution, views, direction, views.everyone & ~isolated)
    for subjects, peers in _exempt(views, direction, isolated):
        yield _open(direction, subjects, peers)


def _not_isolated(
    resolution: Resolution, views: PeerViews, direction: Direction, subjects: int
) -> Iterator[Grant]:
    """Yield what subjects are granted whom no NetworkPolicy isolates: all but Baseline's Deny."""
    skipped = 0
    if views.assumptions.any_isolation_skips_baseline:  # ANP-09
        skipped = resolution.isolated(direction.opposite).bits
    below = [*TierParts(resolution, views, direction, Tier.BASELINE, subjects & ~skipped)]
    subjects &= ~union(found for found, _ in below)
    yield from _in_parts(direction, below, lambda part: part.answer is not LaneAnswer.DENY)
    yield _open(direction, subjects, views.everyone)


def _open(direction: Direction, subjects: int, peers: int) -> Grant:
    """Return the grant of a side that lets everything through, whatever the rules say."""
    ends = (subjects, peers) if direction is Direction.EGRESS else (peers, subjects)
    return Grant(PortSet.every(), *ends)


def _by_rule(
    resolution: Resolution, views: PeerViews, policy: Policy, rule: Rule, subjects: int
) -> Iterator[Grant]:
    meant = resolution.peers(policy.namespace, rule.peers)
    outward = rule.direction is Direction.EGRESS
    for profile, alike in views.by_profile.items():
        if some := subjects & alike:
            peers = meant.admits(views.view(profile, rule.direction), views.assumptions)
            for ports, reached in _ports(views, rule, destinations=peers if outward else some):
                yield Grant(ports, some if outward else peers, reached, policy, rule)


def _ports(views: PeerViews, rule: Rule, destinations: int) -> Iterator[tuple[PortSet, int]]:
    """Yield the ports that a rule means, which can differ between destinations (SEM-39)."""
    end_port = views.assumptions.end_port
    if not any(isinstance(entry.port, str) for entry in rule.ports):
        yield ports_at(rule.ports, (), end_port), destinations
        return
    for names, alike in views.by_names.items():
        if destinations & alike:
            yield ports_at(rule.ports, names, end_port), destinations & alike


def _exempt(views: PeerViews, direction: Direction, isolated: int) -> Iterator[tuple[int, int]]:
    """Yield isolated subjects with the peers that policies cannot keep from them."""
    if direction is Direction.EGRESS:
        yield from _own_addresses(views, isolated)
    if direction is Direction.INGRESS or views.assumptions.own_node_egress:
        yield from _own_nodes(views, direction, isolated)


def _own_addresses(views: PeerViews, isolated: int) -> Iterator[tuple[int, int]]:
    """Yield the pods that share their node's address, with that address (SEM-49)."""
    outside = [(place, end) for place, end in views.ends.items() if end.pod is None]
    for place in ones(isolated):
        if (pod := views.pods[place]).host_network:
            yield (
                1 << place,
                bits_of(
                    there for there, end in outside if is_own_node(pod, end, views.assumptions)
                ),
            )


def _own_nodes(views: PeerViews, direction: Direction, isolated: int) -> Iterator[tuple[int, int]]:
    """Yield the pods of each node, with whatever is their node (SEM-50)."""

    def node_of(place: int) -> Hashable:
        return views.pods[place].node, views.pods[place].node_addresses

    for profile, alike in views.by_profile.items():
        view = views.view(profile, direction)
        for places in bits_by(node_of, ones(isolated & alike)).values():
            pod = views.pods[next(ones(places))]
            assumed = views.assumptions
            nodes = view.maybe_node(pod, assumed)
            if own := bits_of(n for n in nodes if is_own_node(pod, view.ends[n], assumed)):
                yield places, own
