"""NP501 to NP504: what could go without any change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from netpol_lab.checks.lint.context import Context
from netpol_lab.checks.lint.coverage import covered_peers, covered_ports, covered_rule, within
from netpol_lab.checks.lint.findings import Finding, Witness
from netpol_lab.checks.lint.probes import admitted, with_anybody
from netpol_lab.checks.lint.witnesses import STAYS, STAYS_SHUT, difference
from netpol_lab.errors import some
from netpol_lab.model import policy_parts as parts
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Policy, Rule


def needless(context: Context) -> Iterator[Finding]:
    """NP501 to NP504: policies, rules, peers and ports whose removal changes nothing.

    Later ones are found first, and count as removed from then on: all of them can go together.
    """
    for policies in context.policies_of.values():
        kept = list(policies)
        for policy in reversed(policies):
            selector = policy.pod_selector
            others = [p for p in kept if p is not policy and within(selector, p.pod_selector)]
            if not context.subjects(policy):
                continue
            if _is_needless(context, policy, others):
                kept.remove(policy)
                yield _needless_policy(context, policy, others)
            else:
                yield from _needless_rules(context, policy, others)


def _is_needless(context: Context, policy: Policy, others: list[Policy]) -> bool:
    """Say whether others isolate the same pods, and admit at least the same flows.

    A default deny stays, even where every pod is isolated anyway: it is there for what comes.
    """
    if not policy.pod_selector.requirements and not any(parts.listed_rules(policy)):
        return any(_is_same(policy, other) for other in others)
    for direction in policy.policy_types:
        listing = [p for p in others if direction in p.policy_types]
        rules = [rule for p in listing for rule in p.rules(direction)]
        covered = (covered_rule(context, policy, r, rules) for r in policy.rules(direction))
        if not listing or not all(covered):
            return False
    return True


def _is_same(policy: Policy, other: Policy) -> bool:
    return replace(other, name=policy.name) == policy


def _needless_policy(context: Context, policy: Policy, others: list[Policy]) -> Finding:
    rules, variant = list(parts.listed_rules(policy)), context.without(policy)
    witness = _unchanged(context, policy, rules, variant, "without this policy")
    same = next((other.name for other in others if _is_same(policy, other)), None)
    if same is not None:
        code, hint = "NP501", "remove one of the two"
        message = f"this policy is {same} again, under another name."
    else:
        code, hint = "NP502", "remove it, or narrow the others if they allow too much"
        names = some(other.name for other in others)
        message = f"other policies isolate the same pods and allow as much: {names}."
    return context.finding(code, policy, message, hint, "metadata.name", witness)


def _needless_rules(context: Context, policy: Policy, others: list[Policy]) -> Iterator[Finding]:
    for direction in policy.policy_types:
        kept = list(policy.rules(direction))
        if any(parts.is_empty(rule) for rule in kept):  # NP505 says it all
            continue
        above = [r for p in others if direction in p.policy_types for r in p.rules(direction)]
        for rule in reversed(policy.rules(direction)):
            rest = [r for r in kept if r is not rule]
            if not covered_rule(context, policy, rule, [*rest, *above]):
                yield from _needless_items(context, policy, rule)
                continue
            kept.remove(rule)
            variant = context.instead(policy, parts.with_rule(policy, rule))
            witness = _unchanged(context, policy, [rule], variant, "without this rule")
            message = "other rules for the same pods admit everything that this one admits."
            hint = "remove it, or narrow the others if they admit too much"
            yield context.finding("NP503", policy, message, hint, rule.path, witness)


_LISTS: tuple[tuple[str, Callable[..., str], Callable[..., bool]], ...] = (
    ("peers", parts.peer_path, covered_peers),
    ("ports", parts.port_path, covered_ports),
)


def _needless_items(context: Context, policy: Policy, rule: Rule) -> Iterator[Finding]:
    """Yield the items of `from`, `to` and `ports` that the others of their list cover."""
    for what, path_of, covered in _LISTS:
        kept = list(enumerate(getattr(rule, what)))
        for item in reversed(kept):
            rest = tuple(other for i, other in kept if i != item[0])
            if not rest or not covered(context, policy, (item[1],), rest):
                continue
            kept.remove(item)
            left: dict[str, Any] = {what: rest}
            variant = context.instead(policy, parts.with_rule(policy, rule, replace(rule, **left)))
            witness = _unchanged(context, policy, [rule], variant, "without this item")
            message = f"the other {what} of this rule cover it: items of one list are alternatives."
            hint, path = "remove it, or narrow the others", path_of(rule, item[0])
            yield context.finding("NP504", policy, message, hint, path, witness)


def _unchanged(
    context: Context, policy: Policy, rules: Iterable[Rule], variant: Cluster, change: str
) -> Witness | None:
    """Return a flow that stays as it is; where possible one that the needless rules allow."""
    spoken_of = list(chain.from_iterable(admitted(context, policy, rule) for rule in rules))
    subjects = context.subjects(policy)
    others = chain.from_iterable(with_anybody(context, d, subjects) for d in policy.policy_types)
    return (
        difference(context, spoken_of, variant, change, STAYS)
        or difference(context, spoken_of, variant, change, STAYS_SHUT)
        or difference(context, others, variant, change, STAYS_SHUT, STAYS)
    )
