"""NP5xx: what could go without any change, and what opens more than it seems.

Something is said to change nothing only if that follows from the selectors themselves: a rule that
others cover only with the pods of today would be missed tomorrow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import chain

from netpol_lab.cluster import Cluster
from netpol_lab.intervals import without
from netpol_lab.linting.policy_parts import (
    list_of_peers,
    listed_rules,
    peer_path,
    port_path,
    some,
    with_peers,
    with_rule,
)
from netpol_lab.linting.survey import CLOSES, STAYS, STAYS_SHUT, Survey, Suspicion, Witness
from netpol_lab.model import IPBlock, Operator, Peer, Policy, PolicyPort, Rule, Selector
from netpol_lab.ports import PortSet
from netpol_lab.resolve import addresses_of, matches, ports_at

# ---------------------------------------------------------------- one part within another


def _within(inner: Selector | None, outer: Selector | None) -> bool:
    """Say whether a selector can match only what another matches: it asks for all that and more."""
    wanted = set(outer.requirements) if outer else set()
    return wanted <= set(inner.requirements if inner else ())


def _covered_ports(
    survey: Survey, entries: tuple[PolicyPort, ...], by: tuple[PolicyPort, ...]
) -> bool:
    """Say whether ports are among others at every destination."""
    if not by or not entries:
        return not by
    found = _numbers(by, survey.assumptions.end_port)
    return all(e in by or not _numbers_of(e, survey.assumptions.end_port) - found for e in entries)


@lru_cache(maxsize=8192)
def _numbers(entries: tuple[PolicyPort, ...], end_port: bool) -> PortSet:
    """Return the ports that are meant at every destination, whatever its port names are."""
    numbered = tuple(entry for entry in entries if not isinstance(entry.port, str))
    return ports_at(numbered, (), end_port) if numbered else PortSet()


def _numbers_of(entry: PolicyPort, end_port: bool) -> PortSet:
    """Return the ports that may be meant somewhere: for a name, any of its protocol."""
    if isinstance(entry.port, str):
        return PortSet.every(entry.protocol)
    return _numbers((entry,), end_port)


def _covered_peers(
    survey: Survey, namespace: str, peers: Iterable[Peer], by: Iterable[Peer]
) -> bool:
    """Say whether each of some peers is covered by one of others, or by several blocks."""
    by = tuple(by)
    blocks = tuple(peer.ip_block for peer in by if peer.ip_block is not None)
    return all(
        _covered_block(peer.ip_block, blocks)
        if peer.ip_block is not None
        else any(_covered_peer(survey, namespace, peer, other) for other in by)
        for peer in peers
    )


def _covered_block(block: IPBlock, by: tuple[IPBlock, ...]) -> bool:
    """Say whether all addresses of a block, and those that nobody knows, are in others."""
    parts = [part for other in by for part in addresses_of(other)]
    holes = [part.numbers for part in parts if part.version == block.cidr.version]
    return bool(by) and not without((part.numbers for part in addresses_of(block)), holes)


def _covered_peer(survey: Survey, namespace: str, peer: Peer, other: Peer) -> bool:
    if other.ip_block is not None or not _within(peer.pod_selector, other.pod_selector):
        return False
    if peer.namespace_selector is None and other.namespace_selector is not None:
        return matches(other.namespace_selector, survey.cluster.namespaces[namespace].labels)
    if other.namespace_selector is None:
        return peer.namespace_selector is None
    return _within(peer.namespace_selector, other.namespace_selector)


def _covered_rule(survey: Survey, policy: Policy, rule: Rule, others: Iterable[Rule]) -> bool:
    """Say whether other rules of the same subjects admit all that a rule admits."""
    others = tuple(others)
    alone: list[tuple[PolicyPort, ...]] = [(entry,) for entry in rule.ports]
    for entries in alone or [()]:
        fitting = [other for other in others if _covered_ports(survey, entries, other.ports)]
        if any(not other.peers for other in fitting):
            continue
        found = (peer for other in fitting for peer in other.peers)
        if not rule.peers or not _covered_peers(survey, policy.namespace, rule.peers, found):
            return False
    return True


# ---------------------------------------------------------------- what could go


def needless(survey: Survey) -> Iterator[Suspicion]:
    """NP501 to NP504: policies, rules and items whose removal changes nothing.

    Later ones are found first, and count as removed from then on: all of them can go together.
    """
    for policies in survey.policies_of.values():
        kept: list[Policy] = list(policies)
        for policy in reversed(policies):
            others = [p for p in kept if p is not policy and _selects_all_of(p, policy)]
            if not survey.subjects(policy):
                continue
            if _is_needless(survey, policy, others):
                kept.remove(policy)
                yield _needless_policy(survey, policy, others)
            else:
                yield from _needless_rules(survey, policy, others)


def _selects_all_of(policy: Policy, other: Policy) -> bool:
    return _within(other.pod_selector, policy.pod_selector)


def _is_needless(survey: Survey, policy: Policy, others: list[Policy]) -> bool:
    """Say whether others isolate the same pods, and admit at least the same flows.

    A default deny stays, even where every pod is isolated anyway: it is there for what comes.
    """
    if not policy.pod_selector.requirements and not any(listed_rules(policy)):
        return any(_is_same(policy, other) for other in others)
    for direction in policy.policy_types:
        listing = [p for p in others if direction in p.policy_types]
        rules = [rule for p in listing for rule in p.rules(direction)]
        covered = (_covered_rule(survey, policy, r, rules) for r in policy.rules(direction))
        if not listing or not all(covered):
            return False
    return True


def _is_same(policy: Policy, other: Policy) -> bool:
    return replace(other, name=policy.name) == policy


def _needless_policy(survey: Survey, policy: Policy, others: list[Policy]) -> Suspicion:
    rules = list(listed_rules(policy))
    witness = _unchanged(survey, policy, rules, survey.without(policy), "without this policy")
    same = [other.name for other in others if _is_same(policy, other)]
    if same:
        message = f"this policy is {same[0]} again, under another name."
        return Suspicion("NP501", policy, message, "remove one of the two", _NAME, witness)
    message = (
        f"other policies isolate the same pods and allow as much: {some(o.name for o in others)}."
    )
    hint = "remove it, or narrow the others if they allow too much"
    return Suspicion("NP502", policy, message, hint, _NAME, witness)


_NAME = "metadata.name"


def _needless_rules(survey: Survey, policy: Policy, others: list[Policy]) -> Iterator[Suspicion]:
    for direction in policy.policy_types:
        kept = list(policy.rules(direction))
        if any(_is_empty(rule) for rule in kept):  # NP505 says it all
            continue
        above = [r for p in others if direction in p.policy_types for r in p.rules(direction)]
        for rule in reversed(policy.rules(direction)):
            rest = [r for r in kept if r is not rule]
            if _covered_rule(survey, policy, rule, [*rest, *above]):
                kept.remove(rule)
                yield _needless_rule(survey, policy, rule)
            else:
                yield from _needless_peers(survey, policy, rule)
                yield from _needless_ports(survey, policy, rule)


def _needless_rule(survey: Survey, policy: Policy, rule: Rule) -> Suspicion:
    variant = survey.instead(policy, with_rule(policy, rule))
    witness = _unchanged(survey, policy, [rule], variant, "without this rule")
    message = "other rules for the same pods admit everything that this one admits."
    hint = "remove it, or narrow the others if they admit too much"
    return Suspicion("NP503", policy, message, hint, rule.path, witness)


def _needless_peers(survey: Survey, policy: Policy, rule: Rule) -> Iterator[Suspicion]:
    kept = list(enumerate(rule.peers))
    for item in reversed(kept):
        rest = [peer for i, peer in kept if i != item[0]]
        if rest and _covered_peers(survey, policy.namespace, [item[1]], rest):
            kept.remove(item)
            without_it = with_peers(rule, rest)
            path = peer_path(rule, item[0])
            yield _needless_item(survey, policy, rule, without_it, path, "peers")


def _needless_ports(survey: Survey, policy: Policy, rule: Rule) -> Iterator[Suspicion]:
    kept = list(enumerate(rule.ports))
    for item in reversed(kept):
        rest = tuple(entry for i, entry in kept if i != item[0])
        if rest and _covered_ports(survey, (item[1],), rest):
            kept.remove(item)
            without_it = replace(rule, ports=rest)
            path = port_path(rule, item[0])
            yield _needless_item(survey, policy, rule, without_it, path, "ports")


def _needless_item(
    survey: Survey, policy: Policy, rule: Rule, without_it: Rule, path: str, what: str
) -> Suspicion:
    variant = survey.instead(policy, with_rule(policy, rule, without_it))
    witness = _unchanged(survey, policy, [rule], variant, "without this item")
    message = f"the other {what} of this rule cover it: items of one list are alternatives."
    return Suspicion("NP504", policy, message, "remove it, or narrow the others", path, witness)


def _unchanged(
    survey: Survey, policy: Policy, rules: Iterable[Rule], variant: Cluster, change: str
) -> Witness | None:
    """Return a flow that what is needless speaks of, and that stays as it is."""
    admitted = chain.from_iterable(survey.admitted(policy, rule) for rule in rules)
    others = chain.from_iterable(
        survey.anybody(direction, survey.subjects(policy)) for direction in policy.policy_types
    )
    return survey.difference(admitted, variant, change, STAYS) or survey.difference(
        others, variant, change, STAYS_SHUT, STAYS
    )


# ---------------------------------------------------------------- what opens more than it seems


def _is_empty(rule: Rule) -> bool:
    return not rule.peers and not rule.ports


def empty_rule(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP505: an empty rule admits everything, so that those beside it say nothing (SEM-11)."""
    for direction in policy.policy_types:
        rules = policy.rules(direction)
        found = next(filter(_is_empty, rules), None)
        if found is None or all(map(_is_empty, rules)):
            continue
        variant = survey.instead(policy, with_rule(policy, found))
        probes = survey.anybody(direction, survey.subjects(policy))
        witness = survey.difference(probes, variant, "without the empty rule", CLOSES)
        if survey.tells(policy, witness):
            message = (
                f"rule {found.number} is empty, which admits every peer on every port, also "
                "outside the cluster; the other rules add nothing to that."
            )
            hint = "remove the empty rule; if everything is meant, keep it alone"
            yield Suspicion("NP505", policy, message, hint, found.path, witness)


_OPENLY = re.compile("all|any|every|external|internet|open|public")


def empty_peers(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP506: an empty list of peers restricts nothing (SEM-12)."""
    for rule in listed_rules(policy):
        path = f"{rule.path}.{list_of_peers(rule)}"
        if rule.peers or _OPENLY.search(policy.name) or not survey.cluster.place_of(policy, path):
            continue
        variant = survey.instead(policy, with_rule(policy, rule))
        probes = survey.strangers(rule.direction, survey.subjects(policy), rule)
        witness = survey.difference(probes, variant, "without this rule", CLOSES)
        if survey.tells(policy, witness):
            name = list_of_peers(rule)
            message = f"an empty {name} means everybody, also outside the cluster, not nobody."
            hint = f"to admit nobody, remove the rule; to admit everybody, leave {name} out"
            yield Suspicion("NP506", policy, message, hint, path, witness)


_BANS = {"deny", "block", "forbid", "reject", "ban", "no"}
_TURNS = {"but", "except", "other", "others", "only", "unless", "allow"}  # back to allowing


def misnamed_ban(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP507: there are no rules that deny; a rule for somebody lets them in (SEM-03)."""
    words = set(re.split(r"[-.]", policy.name))
    if not words & _BANS or words & _TURNS:
        return
    for rule in listed_rules(policy):
        for i, peer in enumerate(rule.peers):
            named = words & _values(peer)
            probes = survey.admitted(policy, with_peers(rule, [peer]))
            variant = survey.instead(policy, with_rule(policy, rule))
            change = "without this rule"
            if named and (witness := survey.difference(probes, variant, change, CLOSES)):
                message = (
                    f"by its name this policy keeps {min(named)} away, and this rule admits it: "
                    "rules only allow. What no rule admits is denied."
                )
                hint = "to keep somebody away, write rules for all others, and none for them"
                yield Suspicion("NP507", policy, message, hint, peer_path(rule, i), witness)


def _values(peer: Peer) -> set[str]:
    """Return the label values that a peer asks for."""
    selectors = (s for s in (peer.pod_selector, peer.namespace_selector) if s is not None)
    wanted = chain.from_iterable(selector.requirements for selector in selectors)
    return {value for r in wanted if r.operator is Operator.IN for value in r.values}


OF_POLICIES = (empty_rule, empty_peers, misnamed_ban)
OF_CLUSTERS = (needless,)
