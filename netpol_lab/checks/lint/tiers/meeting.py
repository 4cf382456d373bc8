"""Where policies of different owners meet: Admin over NetworkPolicies, equal priorities, blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, islice
from typing import NamedTuple

from netpol_lab.checks.lint.context import Context, Probe
from netpol_lab.checks.lint.findings import Finding, Witness
from netpol_lab.checks.lint.hints import removing
from netpol_lab.checks.lint.probes import between, by_rule
from netpol_lab.checks.lint.tiers.covering import never_asked
from netpol_lab.checks.lint.witnesses import OPENS, difference
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.semantics import ports_at
from netpol_lab.engine.tier_words import with_rank
from netpol_lab.engine.tiers import subjects
from netpol_lab.engine.verdict import evaluate
from netpol_lab.errors import some
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.cluster_policies import (
    EVERY_POD,
    Action,
    ClusterPeer,
    ClusterPolicy,
    ClusterRule,
    Tier,
    free_priorities,
)
from netpol_lab.model.objects import Direction, IPBlock, Policy, Rule
from netpol_lab.model.policy_parts import peer_path

EVERY_PEER = ClusterPeer(EVERY_POD.pod_selector, EVERY_POD.namespace_selector)
NEWER, VERSION = "ClusterNetworkPolicy", "v1beta1"


def with_policy(cluster: Cluster, policy: ClusterPolicy, *others: ClusterPolicy) -> Cluster:
    """Return a cluster with other cluster-wide policies, or none, in the place of one."""
    found: list[ClusterPolicy] = []
    for one in cluster.cluster_policies:
        found += [one] if one is not policy else others
    return replace(cluster, cluster_policies=tuple(found))


def _matched(context: Context, rule: ClusterRule) -> PodSet:
    """Return the pods that a rule means by selectors."""
    return context.resolution.cluster_pods(rule.peers)


# ---------------------------------------------------------------- Admin over NetworkPolicies


def overridden(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP704: what a NetworkPolicy admits is denied before by tier Admin (ANP-06)."""
    pods = context.subjects(policy) - context.on_hosts
    for way in policy.policy_types if pods and context.cluster.cluster_policies else ():
        for rule in policy.rules(way):
            out = removing(policy, rule, f"take rule {rule.number} out")
            if whole := _overridden(context, policy, rule, pods):
                words = f"{way} rule {rule.number}"
                yield _told(context, policy, whole, words, out, rule.path)
                continue
            alone = (replace(rule, peers=(peer,)) for peer in rule.peers)
            parts = [_overridden(context, policy, one, pods) for one in alone]
            for i, part in enumerate(parts):
                if part:
                    words = f"peer {i + 1} of {way} rule {rule.number}"
                    some_stay = not all(parts)  # a rule without peers would admit everybody
                    hint = f"take peer {i + 1} out of rule {rule.number}" if some_stay else out
                    yield _told(context, policy, part, words, hint, peer_path(rule, i))


class _Overridden(NamedTuple):
    """A rule of tier Admin that denies all that a rule admits, and a flow that shows it."""

    policy: ClusterPolicy
    rule: ClusterRule
    witness: Witness


def _told(
    context: Context, policy: Policy, found: _Overridden, what: str, hint: str, path: str
) -> Finding:
    above = found.policy
    message = (
        f"rule {found.rule.number} of {with_rank(above)} denies all that {what} admits, "
        "and tier Admin is asked first."
    )
    hint = f"{hint}, or ask the owner of {above} for an exception"
    return context.finding("NP704", policy, message, hint, path, found.witness)


def _overridden(context: Context, policy: Policy, rule: Rule, pods: PodSet) -> _Overridden | None:
    """Return what denies all that a rule admits, if something does, with its witness."""
    if (found := _denied_before(context, policy, rule, pods)) is None:
        return None
    above, deny = found
    probes = [*by_rule(context, policy, rule, context.peers(policy, *rule.peers).pods)]
    witness = _proof(context, above, probes)
    return _Overridden(above, deny, witness) if witness else None


def _proof(context: Context, above: ClusterPolicy, probes: list[Probe]) -> Witness | None:
    """Return a flow that a policy denies and NetworkPolicies allow, whatever others deny it too."""
    cluster, change = context.cluster, f"without {above}"
    if witness := difference(context, probes, with_policy(cluster, above), change, OPENS):
        return witness
    alone, none = (replace(cluster, cluster_policies=only) for only in ((above,), ()))
    change = f"{change} and the other cluster-wide policies"
    by_it = [p for p in probes if evaluate(alone, *p, context.assumptions).allowed is False]
    return difference(context, by_it, none, change, OPENS)


def _denied_before(
    context: Context, policy: Policy, rule: Rule, pods: PodSet
) -> tuple[ClusterPolicy, ClusterRule] | None:
    """Return the rule of tier Admin that denies all flows of a rule, if one does."""
    meant = context.peers(policy, *rule.peers)
    peers = meant.pods - context.on_hosts
    if meant.anyone or meant.blocks or not peers or meant.pods & context.on_hosts:
        return None
    for above in context.resolution.cluster_policies:
        its = subjects(context.resolution, above)
        if above.tier is not Tier.ADMIN or not its & pods:
            continue
        for one in above.rules(rule.direction):
            if above.unusable or one.unusable:
                return None  # nobody knows for whom
            if one.action is not Action.DENY:
                meets = not _is_by_selectors(one) or _matched(context, one) & peers
                if meets and not _on_other_ports(one, rule):
                    return None  # an exception, for some of them at least
            elif not pods - its and not peers - _matched(context, one) and _has_ports(one, rule):
                return above, one
    return None


def _is_by_selectors(rule: ClusterRule) -> bool:
    return all(peer.pod_selector is not None for peer in rule.peers)


def _has_ports(one: ClusterRule, rule: Rule) -> bool:
    """Say whether a rule covers all ports of another."""
    if not one.ports:
        return True
    known = bool(rule.ports) and not _names_ports(one, rule)
    return known and not ports_at(rule.ports, ()) - ports_at(one.ports, ())


def _on_other_ports(one: ClusterRule, rule: Rule) -> bool:
    """Say whether no port is one of both rules."""
    return not _names_ports(one, rule) and not ports_at(one.ports, ()) & ports_at(rule.ports, ())


def _names_ports(one: ClusterRule, rule: Rule) -> bool:
    return any(isinstance(port.port, str) for port in (*one.ports, *rule.ports))


# ---------------------------------------------------------------- equal priorities


def equal_priorities(context: Context) -> Iterator[Finding]:
    """NP705: nothing says which of two policies of a tier goes first (ANP-04)."""
    for one, other in combinations(context.resolution.cluster_policies, 2):
        ranked = one.is_ranked and other.is_ranked
        if one.tier is not other.tier or (ranked and one.priority != other.priority):
            continue
        pods = subjects(context.resolution, one) & subjects(context.resolution, other)
        moved = other if one.is_ranked else one
        places = _places(context, one, other) if pods else ()
        proven = [(p, _contradiction(context, one, other, p, pods)) for p in places]
        found = [(place, witness) for place, witness in proven if witness]
        plain = (pair for pair in found if not _hides(context, moved, pair[0]))
        for place, witness in islice((*plain, *found), 1):
            yield _of_no_order(context, one, other, place, witness)


def _of_no_order(
    context: Context,
    one: ClusterPolicy,
    other: ClusterPolicy,
    variant: ClusterPolicy,
    witness: Witness,
) -> Finding:
    why = "has the same tier and priority" if one.is_ranked else "has no priority"
    message = (
        f"{one} {why}, does something else with the same flows, and nothing says which of the two "
        "goes first."
    )
    place = f"such as {variant.priority}: the lower number goes first"
    hint = f"give it another priority, {place}"
    if not one.is_ranked:
        hint = f"make {one} a ClusterNetworkPolicy of tier {one.tier} with a priority, {place}"
    if _hides(context, other if one.is_ranked else one, variant):
        hint += ", and what it covers then is never asked"
    path = "spec.priority" if one.is_ranked else "spec.tier"
    return context.finding("NP705", other, message, hint, path, witness)


def _hides(context: Context, policy: ClusterPolicy, changed: ClusterPolicy) -> bool:
    """Say whether more rules would never be asked if a policy were changed."""
    variant = with_policy(context.cluster, policy, changed)
    before = never_asked(context.cluster.cluster_policies)
    return never_asked(variant.cluster_policies) > before


def _places(context: Context, one: ClusterPolicy, other: ClusterPolicy) -> Iterator[ClusterPolicy]:
    """Yield what would settle which of two policies goes first: one with another priority.

    It is the second, or the one that has none, as a ClusterNetworkPolicy.
    """
    before, after = free_priorities(context.cluster.cluster_policies, other)
    for number in (after, before):
        if number is None:
            continue
        if one.is_ranked:
            yield replace(other, priority=number)
        else:
            yield replace(one, kind=NEWER, version=VERSION, priority=number)


def _contradiction(
    context: Context,
    one: ClusterPolicy,
    other: ClusterPolicy,
    changed: ClusterPolicy,
    pods: PodSet,
) -> Witness | None:
    """Return a flow that two policies leave open, and that another number decides."""
    variant = with_policy(context.cluster, other if one.is_ranked else one, changed)
    change = f"with priority {changed.priority} for {changed}"
    for way in Direction:
        for mine in one.rules(way):
            for its in other.rules(way):
                if mine.action is its.action:
                    continue
                peers = _matched(context, mine) & _matched(context, its)
                probes = [*between(context, way, pods, peers, _as_rule(mine), _as_rule(its))]
                turns = ((None, True), (None, False))
                if witness := difference(context, probes, variant, change, *turns):
                    return witness
    return None


def _as_rule(rule: ClusterRule) -> Rule:
    """Return a rule for the ports alone."""
    return Rule(rule.direction, rule.index, (), rule.ports)


# ---------------------------------------------------------------- blocks


def pods_in_networks(context: Context) -> Iterator[Finding]:
    """NP706: the networks of a Deny take pods, too (ANP-12)."""
    for policy in context.resolution.cluster_policies:
        for rule in policy.egress if not policy.unusable else ():
            for i, peer in enumerate(rule.peers):
                denies = rule.action is Action.DENY and not rule.unusable
                if denies and isinstance(peer, ClusterPeer) and peer.networks:
                    yield from _taken(context, policy, rule, i, peer)


def _taken(
    context: Context, policy: ClusterPolicy, rule: ClusterRule, i: int, peer: ClusterPeer
) -> Iterator[Finding]:
    inside = PodSet(context.pod_index)
    for network in peer.networks:
        inside = inside | context.inside(IPBlock(network))
    inside = inside - context.on_hosts
    spans = any(network.prefixlen == 0 for network in peer.networks)
    if not inside or not spans:
        return
    others = (*rule.peers[:i], *rule.peers[i + 1 :])
    rules = [
        replace(one, peers=others) if one is rule else one
        for one in policy.egress
        if one is not rule or others
    ]
    numbered = tuple(replace(one, index=n) for n, one in enumerate(rules))
    variant = with_policy(context.cluster, policy, replace(policy, egress=numbered))
    pods = subjects(context.resolution, policy)
    probes = between(context, Direction.EGRESS, pods, inside, _as_rule(rule))
    change = f"without {', '.join(map(str, peer.networks))} in rule {rule.number}"
    if witness := difference(context, probes, variant, change, OPENS):
        message = (
            f"{', '.join(map(str, peer.networks))} holds the addresses of pods as well, such as "
            f"{some([str(pod) for pod in inside][:2])}: egress to them is denied, too."
        )
        hint = _for_the_outside(context, policy, rule)
        path = peer_path(rule, i)
        yield context.finding("NP706", policy, message, hint, path, witness)


def _for_the_outside(context: Context, policy: ClusterPolicy, rule: ClusterRule) -> str:
    """Return what to write where a Deny of all addresses is meant for the outside alone."""
    others = [one for one in policy.egress if one is not rule]
    pods = ClusterRule(Direction.EGRESS, 0, (EVERY_PEER,), action=_pass_on(policy))
    numbered = tuple(replace(one, index=n) for n, one in enumerate((*others, pods, rule)))
    changed = replace(policy, egress=numbered)
    last = "it last, and " if rule is not policy.egress[-1] else ""
    does = "Allow" if pods.action is Action.ACCEPT else pods.action
    hint = f"if only the outside is meant, put {last}a rule before it: {does} to namespaces: {{}}"
    if _hides(context, policy, changed):
        hint += "; what that rule covers then is never asked"
    return hint


def _pass_on(policy: ClusterPolicy) -> Action:
    return Action.PASS if policy.is_ranked else Action.ACCEPT  # ANP-16


OF_POLICIES = (overridden,)
OF_CLUSTERS = (equal_priorities, pods_in_networks)
