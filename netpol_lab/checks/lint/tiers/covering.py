"""Rules of cluster-wide policies that are never reached, and policies that never act."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lab.checks.lint.context import Context
from netpol_lab.checks.lint.findings import Finding
from netpol_lab.engine.cluster_peers import stands_for
from netpol_lab.engine.semantics import ports_at
from netpol_lab.engine.tier_words import with_rank
from netpol_lab.engine.tiers import subjects
from netpol_lab.model.addresses import Network
from netpol_lab.model.cluster_policies import ClusterPeer, ClusterPolicy, ClusterRule, Tier
from netpol_lab.model.objects import Direction, Peer
from netpol_lab.model.selectors import Selector


def never_reached(context: Context) -> Iterator[Finding]:
    """NP701, NP702: a rule is never asked where an earlier one matches all that it matches."""
    policies = context.resolution.cluster_policies
    for policy, rule in _rules(policies):
        if earlier := _within(policy, rule):
            yield _in_one_policy(context, policy, rule, earlier)
        elif found := _before(policies, policy, rule):
            yield _by_priority(context, policy, rule, *found)


def never_asked(policies: tuple[ClusterPolicy, ...]) -> int:
    """Return how many rules of some policies NP701 and NP702 would tell of."""
    found = (_within(one, rule) or _before(policies, one, rule) for one, rule in _rules(policies))
    return sum(map(bool, found))


def _rules(policies: tuple[ClusterPolicy, ...]) -> Iterator[tuple[ClusterPolicy, ClusterRule]]:
    return ((one, rule) for one in policies for way in Direction for rule in one.rules(way))


def _within(policy: ClusterPolicy, rule: ClusterRule) -> ClusterRule | None:
    """Return an earlier rule of the same policy that covers one."""
    mine = policy.rules(rule.direction)[: rule.index]
    return next((one for one in mine if _covers_rule(one, rule)), None)


def _in_one_policy(
    context: Context, policy: ClusterPolicy, rule: ClusterRule, earlier: ClusterRule
) -> Finding:
    message = (
        f"rule {earlier.number} matches all that {rule.direction} rule {rule.number} matches, and "
        "the first rule that matches decides."
    )
    hint = f"take rule {rule.number} out"
    if rule.action is not earlier.action:
        hint += f", or, if it is an exception, put it before rule {earlier.number}"
    return context.finding("NP701", policy, message, hint, rule.path)


def _before(
    policies: tuple[ClusterPolicy, ...], policy: ClusterPolicy, rule: ClusterRule
) -> tuple[ClusterPolicy, ClusterRule] | None:
    """Return a rule of a policy with a lower number that covers one, for all its pods."""
    for other in policies:
        ranked = other.is_ranked and policy.is_ranked
        first = ranked and other.tier is policy.tier and other.priority < policy.priority
        if first and not other.unusable and _is_wider(other.subject, policy.subject):
            for one in other.rules(rule.direction):
                if _covers_rule(one, rule):
                    return other, one
    return None


def _by_priority(
    context: Context,
    policy: ClusterPolicy,
    rule: ClusterRule,
    other: ClusterPolicy,
    earlier: ClusterRule,
) -> Finding:
    message = (
        f"rule {earlier.number} of {with_rank(other)} is asked first and matches all that "
        f"{rule.direction} rule {rule.number} matches."
    )
    hint = f"take rule {rule.number} out"
    if rule.action is not earlier.action:
        hint += f", or give {policy} a priority below {other.priority}" if other.priority else ""
    return context.finding("NP702", policy, message, hint, rule.path)


def idle_baseline(context: Context) -> Iterator[Finding]:
    """NP703: Baseline is not asked about isolated pods (ANP-09)."""
    for policy in context.resolution.cluster_policies:
        pods = subjects(context.resolution, policy)
        ways = [way for way in Direction if policy.rules(way)]
        if policy.tier is not Tier.BASELINE or not pods or not ways:
            continue
        if not any(pods - context.isolated[way] for way in ways):
            both = " and ".join(map(str, ways))
            message = (
                f"NetworkPolicies isolate all its pods for {both}, and tier Baseline is asked only "
                "about pods that are not isolated."
            )
            hint = "keep it for pods to come, or put what must always hold into tier Admin"
            yield context.finding("NP703", policy, message, hint, "spec.subject")


# ---------------------------------------------------------------- what covers what


def _covers_rule(one: ClusterRule, other: ClusterRule) -> bool:
    """Say whether a rule matches all that another matches, whatever pods there are."""
    if one.unusable or other.unusable:  # of such nobody knows what they match
        return False
    return _covers_ports(one, other) and all(
        any(_covers_peer(mine, its) for mine in one.peers) for its in other.peers
    )


def _covers_ports(one: ClusterRule, other: ClusterRule) -> bool:
    if not one.ports:
        return True
    by_number = not any(isinstance(port.port, str) for port in (*one.ports, *other.ports))
    if by_number and other.ports:
        return not ports_at(other.ports, ()) - ports_at(one.ports, ())
    return bool(other.ports) and set(other.ports) <= set(one.ports)


def _covers_peer(one: Peer, other: Peer) -> bool:
    if not (isinstance(one, ClusterPeer) and isinstance(other, ClusterPeer)):
        return False
    if other.networks:
        return all(
            any(_inside(network, mine) for mine in one.networks) for network in other.networks
        )
    if other.nodes is not None:
        return one.nodes is not None and _asks_less(one.nodes, other.nodes)
    if other.domain_names:
        known = one.domain_names
        return all(any(stands_for(mine, name) for mine in known) for name in other.domain_names)
    return _is_wider(one, other)


def _inside(network: Network, wider: Network) -> bool:
    return network.version == wider.version and network.subnet_of(wider)  # type: ignore[arg-type]


def _is_wider(one: Peer, other: Peer) -> bool:
    """Say whether selectors of pods and namespaces match all that others match."""
    pairs = zip(_selectors(one), _selectors(other), strict=True)
    return all(
        mine is not None and its is not None and _asks_less(mine, its) for mine, its in pairs
    )


def _selectors(peer: Peer) -> tuple[Selector | None, Selector | None]:
    return peer.pod_selector, peer.namespace_selector


def _asks_less(one: Selector, other: Selector) -> bool:
    return set(one.requirements) <= set(other.requirements)


OF_CLUSTERS = (never_reached, idle_baseline)
