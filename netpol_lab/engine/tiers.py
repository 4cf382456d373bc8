"""The tiers above and below NetworkPolicy: what each says to one flow (ANP-02 to ANP-07).

One law for both: of the policies that are about a pod, by priority and then rule by rule, the first
rule that matches decides. Where it cannot be known whether a rule matches, or which of two goes
first, a reading takes what lets most through, and another what lets least through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, auto
from functools import reduce
from itertools import groupby
from operator import or_
from typing import NamedTuple

from netpol_lab.engine.cluster_peers import Matched, matched_peers
from netpol_lab.engine.endpoint_rules import as_node
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.resolution import Resolution, SinglePeer
from netpol_lab.engine.semantics import admits_port
from netpol_lab.model.addresses import Address
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.cluster_policies import Action, ClusterPolicy, ClusterRule, Tier
from netpol_lab.model.flows import Endpoint, Flow
from netpol_lab.model.objects import Direction, Pod


class LaneAnswer(IntEnum):
    """What a tier says to a flow, by how much it lets through."""

    DENY = auto()
    NEXT = auto()  # the next tier is asked: after a Pass, or where no rule matches
    ACCEPT = auto()


_ANSWERS = {
    Action.DENY: LaneAnswer.DENY,
    Action.PASS: LaneAnswer.NEXT,
    Action.ACCEPT: LaneAnswer.ACCEPT,
}


class Match(NamedTuple):
    """A rule that matches a flow, or may: then it is not sure.

    Parameters
    ----------
    policy : ClusterPolicy
    rule : ClusterRule
    sure : bool
        Whether the rule matches wherever its policy is about the subject.
    closed : bool
        Whether it is taken as failing closed, so that it denies (ANP-20).
    """

    policy: ClusterPolicy
    rule: ClusterRule
    sure: bool = True
    closed: bool = False

    @property
    def action(self) -> Action:
        """What it does with the flow."""
        return Action.DENY if self.closed else self.rule.action

    @property
    def unusable(self) -> str:
        """Why nobody can know whether it matches; empty for most (ANP-20)."""
        return self.rule.unusable or self.policy.unusable

    @property
    def is_certain(self) -> bool:
        """Whether the flow surely meets the rule."""
        return self.sure and not self.policy.unusable


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one tier says to one side of a flow.

    Parameters
    ----------
    tier : Tier
    matches : tuple of Match
        The rules that match, in the order in which they are asked.
    decisive : Match, optional
        The one that decides in this reading.
    """

    tier: Tier
    matches: tuple[Match, ...]
    decisive: Match | None

    @property
    def answer(self) -> LaneAnswer:
        """What the tier says."""
        return answer_of(self.decisive)


def answer_of(match: Match | None) -> LaneAnswer:
    """Return what a tier says where this match decides, or none does (ANP-05 to ANP-08).

    Parameters
    ----------
    match : Match, optional

    Returns
    -------
    LaneAnswer

    Examples
    --------
    >>> answer_of(None).name
    'NEXT'
    """
    return LaneAnswer.NEXT if match is None else _ANSWERS[match.action]


def by_priority(matches: Iterable[Match]) -> list[tuple[int, list[Match]]]:
    """Return each priority with the matches that have it, the lowest number first (ANP-03).

    Parameters
    ----------
    matches : iterable of Match
        Of one tier, in the order in which they are asked; those without a priority are left out.

    Returns
    -------
    list of (int, list of Match)

    Examples
    --------
    >>> by_priority([])
    []
    """
    ranked = (match for match in matches if match.policy.is_ranked)
    return [(p, [*alike]) for p, alike in groupby(ranked, lambda m: m.policy.priority)]


def decisive(matches: Sequence[Match], assumptions: Assumptions) -> Match | None:
    """Return the match that decides what a tier says; None where nothing matches (ANP-03, ANP-08).

    Parameters
    ----------
    matches : sequence of Match
        By priority; of each policy the rules in their order, up to the first that surely matches.
    assumptions : Assumptions
        A reading, with the open questions answered that matter here.

    Returns
    -------
    Match or None

    Examples
    --------
    >>> deny = ClusterRule(Direction.INGRESS, 0, action=Action.DENY)
    >>> one, two = (ClusterPolicy("ClusterNetworkPolicy", n, Tier.ADMIN, 5) for n in "ab")
    >>> tie = [Match(one, deny), Match(two, ClusterRule(Direction.INGRESS, 0))]
    >>> print(decisive(tie, Assumptions(equal_priority_allows=False)).policy)
    ClusterNetworkPolicy a
    """
    anywhere = [match for match in matches if not match.policy.is_ranked]
    first = _settled(anywhere, _in_turn(matches, None, assumptions), assumptions)
    last = _in_turn(matches, _settled(anywhere, None, assumptions), assumptions)
    return _choice([first, last], assumptions.equal_priority_allows)


def _in_turn(
    matches: Iterable[Match], found: Match | None, assumptions: Assumptions
) -> Match | None:
    """Return the match that decides among those with a priority; if none does, the one found."""
    for _, alike in reversed(by_priority(matches)):
        found = _settled(alike, found, assumptions)
    return found


def _settled(alike: Sequence[Match], later: Match | None, assumptions: Assumptions) -> Match | None:
    """Return which of some matches decides that go first together, or what is found after them."""
    certain = [match for match in alike if match.is_certain]
    found = _choice(certain, assumptions.equal_priority_allows) if certain else later
    unknown = (match for match in alike if not (match.sure or match.unusable))
    found = _choice([found, *unknown], assumptions.unknown_peers_allow)
    unusable = (match for match in alike if match.unusable)
    return _choice([found, *unusable], assumptions.unusable_rules_allow)


def _choice(options: Sequence[Match | None], allows: bool | None) -> Match | None:
    """Return the first of those options that let most through, or least."""
    return max(options, key=answer_of) if allows else min(options, key=answer_of)


def contradicting(matches: Sequence[Match]) -> Iterator[list[Match]]:
    """Yield rules that surely match, do different things and may each go first (ANP-04).

    They have one priority; or one has none, and contradicts those that would decide without it.

    Parameters
    ----------
    matches : sequence of Match
        Of one tier.

    Yields
    ------
    list of Match

    Examples
    --------
    >>> policy = ClusterPolicy("ClusterNetworkPolicy", "a", Tier.ADMIN, 5)
    >>> accept = Match(policy, ClusterRule(Direction.INGRESS, 0))
    >>> deny = Match(policy, ClusterRule(Direction.INGRESS, 0, action=Action.DENY))
    >>> [len([*contradicting(both)]) for both in ([accept, accept], [accept, deny])]
    [0, 1]
    """
    certain = [match for match in matches if match.is_certain]
    groups = [alike for _, alike in by_priority(certain)]
    anywhere = [match for match in certain if not match.policy.is_ranked]
    for alike in [*groups, *([*anywhere, *one] for one in groups[:1] if anywhere)]:
        if len({match.action for match in alike}) > 1:
            yield alike


# ---------------------------------------------------------------- of a cluster


def subjects(resolution: Resolution, policy: ClusterPolicy) -> PodSet:
    """Return the pods that a policy is about: never those of their node's network (ANP-10).

    Parameters
    ----------
    resolution : Resolution
    policy : ClusterPolicy

    Returns
    -------
    PodSet

    Examples
    --------
    >>> import netpol_lab as lab
    >>> every = ClusterPolicy("ClusterNetworkPolicy", "all", Tier.ADMIN, 5)
    >>> len(subjects(Resolution(lab.load("three-tier")), every))
    3
    """
    return resolution.cluster_pods((policy.subject,))


def concerned(resolution: Resolution, direction: Direction) -> PodSet:
    """Return the pods whose side NetworkPolicies or cluster-wide policies may close.

    Parameters
    ----------
    resolution : Resolution
    direction : Direction

    Returns
    -------
    PodSet

    Examples
    --------
    >>> import netpol_lab as lab
    >>> concerned(Resolution(lab.load("three-tier")), Direction.INGRESS)
    {shop/backend, shop/db}
    """
    with_rules = (p for p in resolution.cluster_policies if p.rules(direction))
    found = (subjects(resolution, policy) for policy in with_rules)
    return reduce(or_, found, resolution.isolated(direction))


def about(resolution: Resolution, pod: Pod, direction: Direction) -> tuple[ClusterPolicy, ...]:
    """Return the policies that have rules for a pod, those of a tier in the order of priority.

    Parameters
    ----------
    resolution : Resolution
    pod : Pod
    direction : Direction

    Returns
    -------
    tuple of ClusterPolicy

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> about(Resolution(shop), shop.pod("web"), Direction.INGRESS)
    ()
    """
    return tuple(
        policy
        for policy in resolution.cluster_policies
        if policy.rules(direction) and pod in subjects(resolution, policy)
    )


def rulings(
    resolution: Resolution, pod: Pod, direction: Direction, flow: Flow, assumptions: Assumptions
) -> dict[Tier, Ruling]:
    """Return what each tier says to one side of a flow, where it has rules for the pod.

    Parameters
    ----------
    resolution : Resolution
    pod : Pod
        The subject of the side.
    direction : Direction
    flow : Flow
        As this side sees it.
    assumptions : Assumptions
        A reading.

    Returns
    -------
    dict of Tier to Ruling

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> flow = Flow.between(shop, "web", "db", 5432)
    >>> rulings(Resolution(shop), shop.pod("db"), Direction.INGRESS, flow, Assumptions())
    {}
    """
    found: dict[Tier, list[Match]] = {}
    for policy in about(resolution, pod, direction):
        met = found.setdefault(policy.tier, [])
        met += _matches(resolution, policy, direction, flow, assumptions)
    return {
        tier: Ruling(tier, tuple(met), decisive(met, assumptions)) for tier, met in found.items()
    }


def _matches(
    resolution: Resolution,
    policy: ClusterPolicy,
    direction: Direction,
    flow: Flow,
    assumptions: Assumptions,
) -> Iterator[Match]:
    """Yield the rules of one policy that match or may, up to the first that surely does."""
    for rule in policy.rules(direction):
        for closed in rule.ways:
            surely, perhaps = met_by(resolution, rule, flow, assumptions, closed)
            if surely or perhaps:
                yield Match(policy, rule, bool(surely), closed)
            if surely:
                return


def met_by(
    resolution: Resolution,
    rule: ClusterRule,
    flow: Flow,
    assumptions: Assumptions,
    closed: bool = False,
) -> Matched:
    """Return whether a flow meets a rule, and whether it may.

    Parameters
    ----------
    resolution : Resolution
    rule : ClusterRule
    flow : Flow
        As the side of the rule sees it.
    assumptions : Assumptions
        A reading.
    closed : bool
        Whether it fails closed: then it is about every port (ANP-20).

    Returns
    -------
    Matched

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> flow = Flow.between(shop, "web", "db", 5432)
    >>> nobody = ClusterRule(Direction.INGRESS, 0)
    >>> met_by(Resolution(shop), nobody, flow, Assumptions())
    Matched(surely=0, perhaps=0)
    """
    source, destination = map(as_node, flow.ends)  # no rule selects hostNetwork pods (ANP-10)
    flow = Flow(source, destination, flow.port, flow.protocol)
    if not assumptions.end_port:  # ranges are no endPort (SEM-42)
        assumptions = replace(assumptions, end_port=True)
    if not (closed or admits_port(rule, flow, assumptions)):
        return Matched(0, 0)
    subject, end = (flow.subject(way) for way in (rule.direction, rule.direction.opposite))
    peer = SinglePeer(end, _own_address(subject))
    return matched_peers(resolution, rule, peer, assumptions, closed)


def _own_address(end: Endpoint) -> Address | None:
    """Return an address of the only family that an end has; None where it may use another."""
    known = {address.version: address for address in end.known_addresses}
    return known.popitem()[1] if len(known) == 1 else None


def is_isolated_otherwise(resolution: Resolution, pod: Pod, direction: Direction) -> bool:
    """Say whether NetworkPolicies isolate a pod in the other direction only (ANP-09).

    Parameters
    ----------
    resolution : Resolution
    pod : Pod
    direction : Direction

    Returns
    -------
    bool

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> is_isolated_otherwise(Resolution(shop), shop.pod("db"), Direction.EGRESS)
    True
    """
    isolated = resolution.isolated
    return pod in isolated(direction.opposite) and pod not in isolated(direction)
