"""NP501 to NP504: what could go without any change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from netpol_lab.checks.lint.context import Survey
from netpol_lab.checks.lint.coverage import covered_peers, covered_ports, covered_rule, within
from netpol_lab.checks.lint.findings import Suspicion, some
from netpol_lab.checks.lint.probes import admitted, with_anybody
from netpol_lab.checks.lint.witnesses import STAYS, STAYS_SHUT, Witness, difference
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Policy, Rule
from netpol_lab.model.policy_parts import is_empty, listed_rules, peer_path, port_path, with_rule


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
    return within(other.pod_selector, policy.pod_selector)


def _is_needless(survey: Survey, policy: Policy, others: list[Policy]) -> bool:
    """Say whether others isolate the same pods, and admit at least the same flows.

    A default deny stays, even where every pod is isolated anyway: it is there for what comes.
    """
    if not policy.pod_selector.requirements and not any(listed_rules(policy)):
        return any(_is_same(policy, other) for other in others)
    for direction in policy.policy_types:
        listing = [p for p in others if direction in p.policy_types]
        rules = [rule for p in listing for rule in p.rules(direction)]
        covered = (covered_rule(survey, policy, r, rules) for r in policy.rules(direction))
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
        if any(is_empty(rule) for rule in kept):  # NP505 says it all
            continue
        above = [r for p in others if direction in p.policy_types for r in p.rules(direction)]
        for rule in reversed(policy.rules(direction)):
            rest = [r for r in kept if r is not rule]
            if covered_rule(survey, policy, rule, [*rest, *above]):
                kept.remove(rule)
                yield _needless_rule(survey, policy, rule)
            else:
                yield from _needless_items(survey, policy, rule)


def _needless_rule(survey: Survey, policy: Policy, rule: Rule) -> Suspicion:
    variant = survey.instead(policy, with_rule(policy, rule))
    witness = _unchanged(survey, policy, [rule], variant, "without this rule")
    message = "other rules for the same pods admit everything that this one admits."
    hint = "remove it, or narrow the others if they admit too much"
    return Suspicion("NP503", policy, message, hint, rule.path, witness)


def _needless_items(survey: Survey, policy: Policy, rule: Rule) -> Iterator[Suspicion]:
    """Yield the items of `from`, `to` and `ports` that the others of their list cover."""
    for what, path, covered in _LISTS:
        kept = list(enumerate(getattr(rule, what)))
        for item in reversed(kept):
            rest = tuple(other for i, other in kept if i != item[0])
            if rest and covered(survey, policy, (item[1],), rest):
                kept.remove(item)
                left: dict[str, Any] = {what: rest}
                without_it = replace(rule, **left)
                yield _needless_item(survey, policy, rule, without_it, path(rule, item[0]), what)


_LISTS: tuple[tuple[str, Callable[..., str], Callable[..., bool]], ...] = (
    ("peers", peer_path, covered_peers),
    ("ports", port_path, covered_ports),
)


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
    spoken_of = chain.from_iterable(admitted(survey, policy, rule) for rule in rules)
    subjects = survey.subjects(policy)
    others = chain.from_iterable(with_anybody(survey, d, subjects) for d in policy.policy_types)
    return difference(survey, spoken_of, variant, change, STAYS) or difference(
        survey, others, variant, change, STAYS_SHUT, STAYS
    )


OF_CLUSTERS = (needless,)
