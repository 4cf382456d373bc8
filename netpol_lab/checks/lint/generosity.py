"""NP505 to NP507: what opens more than it seems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from netpol_lab.checks.lint.codes import Severity
from netpol_lab.checks.lint.comments import are_explained, has_no_value
from netpol_lab.checks.lint.context import Context
from netpol_lab.checks.lint.findings import Finding
from netpol_lab.checks.lint.hints import removing, without
from netpol_lab.checks.lint.probes import admitted, with_anybody, with_strangers
from netpol_lab.checks.lint.witnesses import CLOSES, difference, stands
from netpol_lab.model import policy_parts as parts
from netpol_lab.model.objects import Direction, Peer, Policy, Rule
from netpol_lab.model.selectors import Operator


def empty_rule(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP505: an empty rule admits everything, so that those beside it say nothing (SEM-11)."""
    for direction in policy.policy_types:
        rules = policy.rules(direction)
        found = next(filter(parts.is_empty, rules), None)
        if found is None or all(map(parts.is_empty, rules)):
            continue
        variant = context.instead(policy, parts.with_rule(policy, found))
        probes = with_anybody(context, direction, context.subjects(policy))
        witness = difference(context, probes, variant, "without the empty rule", CLOSES)
        if stands(context, policy, witness):
            message = (
                f"rule {found.number} is empty, so it admits every peer on every port, even "
                "outside the cluster; the other rules add nothing to that."
            )
            hint = "remove the empty rule; if everything is meant, keep it alone"
            if direction is Direction.EGRESS:
                block = context.all_addresses(context.subjects(policy))
                hint = (
                    f"if the internet is meant, write to: [{{ipBlock: {{cidr: {block}}}}}] in it, "
                    "with the cluster's own ranges in except; if everything is meant, keep it "
                    "alone; otherwise, remove the empty rule"
                )
            finding = context.finding("NP505", policy, message, hint, found.path, witness)
            is_meant = are_explained(context, policy, found)
            yield replace(finding, severity=Severity.NOTE) if is_meant else finding


_OPENLY = re.compile("all|any|every|external|internet|open|public")


def empty_peers(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP506: an empty list of peers restricts nothing (SEM-12)."""
    for rule in parts.listed_rules(policy):
        path = parts.path_of_peers(rule)
        if rule.peers or _OPENLY.search(policy.name) or not context.cluster.place_of(policy, path):
            continue
        told = has_no_value(context, policy, path) and not _is_told(policy, rule)
        if rule.ports and not told and not _is_odd(policy, rule):
            continue  # the usual way to write "anywhere, on these ports"
        variant = context.instead(policy, parts.with_rule(policy, rule))
        probes = with_strangers(context, rule.direction, context.subjects(policy), rule)
        witness = difference(context, probes, variant, without(policy, rule), CLOSES)
        if stands(context, policy, witness):
            name = parts.list_of_peers(rule.direction)
            what = f"an empty {name}"
            if told:  # by a template, as a rule
                what = f"{name} has no value, so it is an empty list, which"
            message = f"{what} admits everybody, even outside the cluster, not nobody."
            hint = (
                f"to admit nobody, {removing(policy, rule)}; to admit everybody, leave {name} out"
            )
            yield context.finding("NP506", policy, message, hint, path, witness)


# What is opened to everybody as a rule: names, the web, time, the API server.
_FOR_THE_WORLD = {53, 80, 123, 443, 6443}


def _is_told(policy: Policy, rule: Rule) -> bool:
    """Say whether NP308 or NP312 tell it: of ingress, beside rules that name their peers."""
    return rule.direction is Direction.INGRESS and _has_peers_beside(policy, rule)


def _has_peers_beside(policy: Policy, rule: Rule) -> bool:
    return any(other.peers for other in policy.rules(rule.direction))


def _is_odd(policy: Policy, rule: Rule) -> bool:
    """Say whether an empty list with ports hardly means everybody; NP308 tells it of ingress."""
    others = _has_peers_beside(policy, rule)
    if others and policy.types_written and all(port.port in _FOR_THE_WORLD for port in rule.ports):
        return False
    return rule.direction is Direction.EGRESS and (others or not policy.types_written)


_BANS = {"deny", "block", "forbid", "reject", "ban", "no"}
_TURNS = {"but", "except", "other", "others", "only", "unless", "allow"}  # back to allowing


def misnamed_ban(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP507: there are no rules that deny; a rule for somebody lets them in (SEM-03)."""
    words = set(re.split(r"[-.]", policy.name))
    if not words & _BANS or words & _TURNS:
        return
    yield from _open_ban(context, policy, words)
    for rule, i, peer in parts.listed_peers(policy):
        named = words & _values(peer) - {policy.namespace}  # a ban that is named by its namespace
        probes = admitted(context, policy, replace(rule, peers=(peer,)))
        variant = context.instead(policy, parts.with_rule(policy, rule))
        change = without(policy, rule)
        if named and (witness := difference(context, probes, variant, change, CLOSES)):
            message = (
                f"going by its name, this policy should keep {min(named)} away, but this rule "
                "admits it: rules only allow. What no rule admits is denied."
            )
            hint = "to keep somebody away, write rules for all others, and none for them"
            yield context.finding("NP507", policy, message, hint, parts.peer_path(rule, i), witness)


_SAYS_ALL = {"all", "any", "default", "everything", "traffic"}


def _open_ban(context: Context, policy: Policy, words: set[str]) -> Iterator[Finding]:
    """Yield a finding if all that a ban on everything has is an empty rule (SEM-11)."""
    named = [direction for direction in policy.policy_types if str(direction) in words]
    if "deny" not in words or not (named or words & _SAYS_ALL):
        return
    rules = [policy.rules(direction) for direction in named or policy.policy_types]
    if not all(rules) or not all(map(parts.is_empty, chain.from_iterable(rules))):
        return
    for rule, *_ in rules:
        variant = context.instead(policy, parts.with_rules(policy, rule.direction, ()))
        probes = with_anybody(context, rule.direction, context.subjects(policy))
        witness = difference(context, probes, variant, f"with {rule.direction}: []", CLOSES)
        if stands(context, policy, witness):
            message = (
                f"going by its name, this policy denies, but {rule.direction}: [{{}}] has one rule "
                "that is empty: it admits every peer on every port. No rule at all denies "
                "everything."
            )
            hint = f"write {rule.direction}: [], with {rule.direction.value} in policyTypes"
            yield context.finding("NP507", policy, message, hint, rule.path, witness)


def _values(peer: Peer) -> set[str]:
    """Return the label values that a peer asks for."""
    wanted = chain.from_iterable(s.requirements for s in parts.selectors_of(peer).values())
    return {value for r in wanted if r.operator is Operator.IN for value in r.values}


OF_POLICIES = (empty_rule, empty_peers, misnamed_ban)
