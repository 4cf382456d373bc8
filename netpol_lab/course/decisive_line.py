"""The part of an attempt because of which a connection is not as an exercise wants it.

The verdict and its near misses say what decides; here that becomes one line to look at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from netpol_lab.advice.deciding_lines import admitting_items
from netpol_lab.course.goals import Goal
from netpol_lab.engine.near_miss import UnmetPart
from netpol_lab.engine.nearest import nearest
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.sides import Side
from netpol_lab.engine.verdict import Verdict
from netpol_lab.errors import NetpolError
from netpol_lab.manifests.field_paths import Path, format_path
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.cluster_policies import Tier
from netpol_lab.model.objects import Direction, Pod, Policy, Rule
from netpol_lab.model.policy_parts import peer_path, port_path
from netpol_lab.model.ports import spoken_port
from netpol_lab.reach.reachability import Reachability

SUBJECT, TYPES = "spec.podSelector", "spec.policyTypes"


class Decisive(NamedTuple):
    """The part of a policy that decides about a flow, and what it does."""

    policy: Policy
    path: str
    does: str


def decisive(goal: Goal, verdict: Verdict, answered: Reachability) -> Iterator[Decisive]:
    """Yield the parts of policies because of which a connection is not as wanted.

    Parameters
    ----------
    goal : Goal
    verdict : Verdict
        The verdict on it, with an attempt.
    answered : Reachability
        With the worked answer, which shows whether a pod has to be isolated at all.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> goal = Goal("web", "db", 5432, "TCP", allowed=True)
    >>> answered = lab.reachability(shop.with_policies([]))
    >>> [found.does for found in decisive(goal, goal.judged(shop), answered)]
    ['this isolates shop/db for ingress, as policyTypes is left out']
    """
    cluster, outcomes = verdict.cluster, verdict.outcomes
    outcome = next((o for o in outcomes if o.allowed is not goal.allowed), outcomes[0])
    for side, meant in zip(
        (outcome.egress, outcome.ingress), goal.judged(answered.cluster).sides, strict=True
    ):
        if side.overruled is not None:  # no line of the learner's decides that
            continue
        if side.ruling is not None:
            yield from _before_baseline(cluster, side)
            continue
        if goal.allowed and not side.allowed:
            refusing = meant.isolated or side.subject.pod is None
            yield _refusing(cluster, side, outcome.assumptions) if refusing else _isolating(side)
        elif not goal.allowed:
            wrong_port = _has_the_right_peer(goal, answered)
            for policy, rule in side.admitted_by:
                items = admitting_items(cluster, side, outcome.assumptions, policy, rule)
                yield (_on_wrong_port if wrong_port else _admitting)(side, policy, rule, items)
            if side.subject.pod and not side.isolated and not meant.allowed:
                yield from _other_way(cluster, side, side.subject.pod)


def _before_baseline(cluster: Cluster, side: Side) -> Iterator[Decisive]:
    """Yield what would be asked before tier Baseline if it isolated the pod this way, too."""
    if side.ruling and side.ruling.tier is Tier.BASELINE and side.subject.pod:
        yield from _other_way(cluster, side, side.subject.pod)


def _isolating(side: Side) -> Decisive:
    """Return what isolates a pod that nothing needs to isolate."""
    policy, both = side.isolated_by[0], set(Direction)
    path = TYPES if policy.types_written and both == set(policy.policy_types) else SUBJECT
    does = f"this isolates {side.subject} for {side.direction}{_as_filled_in(policy)}"
    return Decisive(policy, path, does)


def _as_filled_in(policy: Policy) -> str:
    """Return why a direction is filled in, or is not, where policyTypes is left out."""
    return "" if policy.types_written else ", as policyTypes is left out"


def _other_way(cluster: Cluster, side: Side, pod: Pod) -> Iterator[Decisive]:
    """Yield the policies that select a pod, and isolate it for the other direction alone."""
    for policy in resolution_of(cluster).isolating(pod, side.direction.opposite):
        does = f"this does not isolate {side.subject} for {side.direction}{_as_filled_in(policy)}"
        yield Decisive(policy, TYPES if policy.types_written else SUBJECT, does)


def _refusing(cluster: Cluster, side: Side, assumptions: Assumptions) -> Decisive:
    """Return the rule that comes closest, or what isolates the pod where there is no rule."""
    miss = nearest(cluster, side, assumptions)
    if miss is None:
        does = f"this isolates {side.subject} for {side.direction}, and no rule admits anybody"
        return Decisive(side.isolated_by[0], SUBJECT, does)
    if miss.unmet[0].part is UnmetPart.DIRECTION:
        does = f"this rule counts only if policyTypes lists {side.direction.value}"
        return Decisive(miss.policy, miss.rule.path, does)
    if miss.unmet[0].part is UnmetPart.SELECTED:
        admits = f"rule {miss.rule.number} would admit {side.peer}"
        return Decisive(miss.policy, SUBJECT, f"this does not select {side.subject}, and {admits}")
    if miss.wants_peer and miss.peer is not None:
        path = peer_path(miss.rule, miss.rule.peers.index(miss.peer))
        return Decisive(miss.policy, path, f"this does not mean {side.peer}")
    return Decisive(miss.policy, port_path(miss.rule, 0), "this is another port")


def _has_the_right_peer(goal: Goal, answered: Reachability) -> bool:
    """Say whether these two are to be connected, only not on this port."""
    try:
        ports = answered.ports(goal.source, goal.destination)
    except NetpolError:  # a Service, or an address that rules do not speak of
        return False
    return bool(ports) and goal.port is not None and (goal.protocol, goal.port) not in ports


def _on_wrong_port(side: Side, policy: Policy, rule: Rule, items: Sequence[Path]) -> Decisive:
    """Return the item of a rule that admits the right end on too many ports."""
    if not rule.ports:
        return Decisive(policy, rule.path, f"a rule without ports admits {side.peer} on every port")
    does = f"this admits {side.peer} on {spoken_port(side.flow.port, side.flow.protocol)}"
    return Decisive(policy, format_path(items[-1]), does)  # ports come last


def _admitting(side: Side, policy: Policy, rule: Rule, items: Sequence[Path]) -> Decisive:
    """Return the item of a rule that admits the other end of a side."""
    if not rule.peers:
        return Decisive(policy, rule.path, "a rule with no peers admits everybody")
    return Decisive(policy, format_path(items[0]), f"this means {side.peer} as well")
