"""NP505 to NP507: what opens more than it seems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from netpol_lab.checks.lint.context import Survey
from netpol_lab.checks.lint.findings import Suspicion
from netpol_lab.checks.lint.probes import admitted, with_anybody, with_strangers
from netpol_lab.checks.lint.witnesses import CLOSES, difference, stands
from netpol_lab.model.objects import Operator, Peer, Policy
from netpol_lab.model.policy_parts import (
    is_empty,
    list_of_peers,
    listed_peers,
    listed_rules,
    path_of_peers,
    peer_path,
    selectors_of,
    with_rule,
    with_rules,
)


def empty_rule(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP505: an empty rule admits everything, so that those beside it say nothing (SEM-11)."""
    for direction in policy.policy_types:
        rules = policy.rules(direction)
        found = next(filter(is_empty, rules), None)
        if found is None or all(map(is_empty, rules)):
            continue
        variant = survey.instead(policy, with_rule(policy, found))
        probes = with_anybody(survey, direction, survey.subjects(policy))
        witness = difference(survey, probes, variant, "without the empty rule", CLOSES)
        if stands(survey, policy, witness):
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
        path = path_of_peers(rule)
        if rule.peers or _OPENLY.search(policy.name) or not survey.cluster.place_of(policy, path):
            continue
        variant = survey.instead(policy, with_rule(policy, rule))
        probes = with_strangers(survey, rule.direction, survey.subjects(policy), rule)
        witness = difference(survey, probes, variant, "without this rule", CLOSES)
        if stands(survey, policy, witness):
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
    yield from _open_ban(survey, policy, words)
    for rule, i, peer in listed_peers(policy):
        named = words & _values(peer)
        probes = admitted(survey, policy, replace(rule, peers=(peer,)))
        variant = survey.instead(policy, with_rule(policy, rule))
        change = "without this rule"
        if named and (witness := difference(survey, probes, variant, change, CLOSES)):
            message = (
                f"by its name this policy keeps {min(named)} away, and this rule admits it: "
                "rules only allow. What no rule admits is denied."
            )
            hint = "to keep somebody away, write rules for all others, and none for them"
            yield Suspicion("NP507", policy, message, hint, peer_path(rule, i), witness)


_SAYS_ALL = {"all", "any", "default", "everything", "traffic"}


def _open_ban(survey: Survey, policy: Policy, words: set[str]) -> Iterator[Suspicion]:
    """Yield a suspicion if all that a ban on everything has is an empty rule (SEM-11)."""
    named = [direction for direction in policy.policy_types if str(direction) in words]
    if "deny" not in words or not (named or words & _SAYS_ALL):
        return
    rules = [policy.rules(direction) for direction in named or policy.policy_types]
    if not all(rules) or not all(map(is_empty, chain.from_iterable(rules))):
        return
    for rule in (first for first, *_ in rules):
        variant = survey.instead(policy, with_rules(policy, rule.direction, ()))
        probes = with_anybody(survey, rule.direction, survey.subjects(policy))
        witness = difference(survey, probes, variant, f"with {rule.direction}: []", CLOSES)
        if stands(survey, policy, witness):
            message = (
                f"by its name this policy denies, and {rule.direction}: [{{}}] has one rule that "
                "is empty: it admits every peer on every port. No rule at all denies everything."
            )
            hint = f"write {rule.direction}: [], with {rule.direction.value} in policyTypes"
            yield Suspicion("NP507", policy, message, hint, rule.path, witness)


def _values(peer: Peer) -> set[str]:
    """Return the label values that a peer asks for."""
    wanted = chain.from_iterable(s.requirements for s in selectors_of(peer).values())
    return {value for r in wanted if r.operator is Operator.IN for value in r.values}


OF_POLICIES = (empty_rule, empty_peers, misnamed_ban)
