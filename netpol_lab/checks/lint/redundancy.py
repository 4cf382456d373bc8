"""NP501 to NP504: what could go without any change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any

from netpol_lab.checks.lint.context import Context
from netpol_lab.checks.lint.coverage import covered_peers, covered_ports, covered_rule, within
from netpol_lab.checks.lint.findings import Finding, Witness
from netpol_lab.checks.lint.hints import rule_of
from netpol_lab.checks.lint.probes import admitted, with_anybody
from netpol_lab.checks.lint.witnesses import STAYS, STAYS_SHUT, difference
from netpol_lab.errors import some
from netpol_lab.model import policy_parts as parts
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Policy, Rule


def needless(context: Context) -> Iterator[Finding]:
    """NP501 to NP504: policies, rules, peers and ports whose removal changes nothing.

    Whole policies are found before parts of others, and later ones before those above them. Each
    counts as removed from then on: all of them can go together. Of a policy without pods nothing is
    said, as no flow would show it.
    """
    for policies in context.policies_of.values():
        kept = dict(enumerate(policies))
        seen = [i for i, policy in kept.items() if context.subjects(policy)]
        for i in reversed(seen):
            policy, others = kept[i], _holding_as_well(kept, i)
            if _is_needless(context, policy, others):
                del kept[i]
                yield _needless_policy(context, policy, others)
        for i in reversed([i for i in seen if i in kept]):
            for finding, left in _needless_rules(context, kept[i], _holding_as_well(kept, i)):
                kept[i] = left
                yield finding


def _holding_as_well(kept: Mapping[int, Policy], i: int) -> list[Policy]:
    """Return the other policies that select at least the pods of one."""
    selector = kept[i].pod_selector
    return [p for k, p in kept.items() if k != i and within(selector, p.pod_selector)]


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
    change = "without this policy"
    witness = _unchanged(context, policy, rules, variant, change)
    if witness is None:  # it isolates as well, whomever its rules admit
        subjects, types = context.subjects(policy), policy.policy_types
        any_flow = chain.from_iterable(with_anybody(context, d, subjects) for d in types)
        witness = difference(context, any_flow, variant, change, STAYS_SHUT, STAYS)
    same = next((other.name for other in others if _is_same(policy, other)), None)
    if same is not None:
        code, hint = "NP501", "remove one of the two"
        message = f"this policy is {same} again, under another name."
    else:
        code, hint = "NP502", "remove it, or narrow the others if they allow too much"
        names = some(other.name for other in others)
        message = f"other policies isolate the same pods and allow as much: {names}."
    return context.finding(code, policy, message, hint, "metadata.name", witness)


def _needless_rules(
    context: Context, policy: Policy, others: list[Policy]
) -> Iterator[tuple[Finding, Policy]]:
    """Yield what could go from a policy, each time with what is left of it then."""
    left = policy
    for direction in policy.policy_types:
        if any(parts.is_empty(rule) for rule in policy.rules(direction)):  # NP505 says it all
            continue
        listing = (p for p in others if direction in p.policy_types)
        above = [(p, rule) for p in listing for rule in p.rules(direction)]
        for rule in reversed(policy.rules(direction)):
            beside = [(policy, other) for other in left.rules(direction) if other is not rule]
            if covered_rule(context, policy, rule, (r for _, r in (*beside, *above))):
                left = parts.with_rule(left, rule)
                yield _needless_rule(context, policy, rule, [*beside, *above]), left
                continue
            whole = left
            for finding, less in _needless_items(context, policy, rule):
                left = parts.with_rule(whole, rule, less)
                yield finding, left


def _needless_rule(
    context: Context, policy: Policy, rule: Rule, others: list[tuple[Policy, Rule]]
) -> Finding:
    variant = context.instead(policy, parts.with_rule(policy, rule))
    witness = _unchanged(context, policy, [rule], variant, "without this rule")
    one = next((o for o in others if covered_rule(context, policy, rule, [o[1]])), None)
    if one is None:
        message = "other rules for the same pods admit everything that this one admits."
        hint = "remove it, or narrow the others if they admit too much"
    else:
        message = f"{rule_of(*one, policy)} admits everything that this one admits."
        hint = "remove this one, or narrow the other if it admits too much"
    return context.finding("NP503", policy, message, hint, rule.path, witness)


_LISTS: tuple[tuple[str, Callable[..., str], Callable[..., bool]], ...] = (
    ("peers", parts.peer_path, covered_peers),
    ("ports", parts.port_path, covered_ports),
)


def _needless_items(context: Context, policy: Policy, rule: Rule) -> Iterator[tuple[Finding, Rule]]:
    """Yield the items of `from`, `to` and `ports` that the others of their list cover.

    With each goes what is left of the rule then.
    """
    left = rule
    for what, path_of, covered in _LISTS:
        kept = list(enumerate(getattr(rule, what)))
        for item in reversed(kept):
            rest = tuple(other for i, other in kept if i != item[0])
            if not rest or not covered(context, policy, (item[1],), rest):
                continue
            kept.remove(item)
            fewer: dict[str, Any] = {what: rest}
            variant = context.instead(policy, parts.with_rule(policy, rule, replace(rule, **fewer)))
            witness = _unchanged(context, policy, [rule], variant, "without this item")
            message = f"the other {what} of this rule cover it: items of one list are alternatives."
            hint, path = "remove it, or narrow the others", path_of(rule, item[0])
            left = replace(left, **fewer)
            yield context.finding("NP504", policy, message, hint, path, witness), left


def _unchanged(
    context: Context, policy: Policy, rules: Iterable[Rule], variant: Cluster, change: str
) -> Witness | None:
    """Return a flow that needless rules admit, and that stays as it is; best one that is allowed.

    None where nobody whom they admit is among the manifests: another flow would prove nothing.
    """
    spoken_of = list(chain.from_iterable(admitted(context, policy, rule) for rule in rules))
    turns = (STAYS, STAYS_SHUT)
    found = (difference(context, spoken_of, variant, change, turn) for turn in turns)
    return next(filter(None, found), None)
