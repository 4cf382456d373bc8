"""Words for changes that hints propose, so that whoever makes them gets what is said."""

from __future__ import annotations

from netpol_lab.model.objects import Direction, Policy, Rule

_TYPES = "policyTypes: [Ingress, Egress]"


def _needs_types(policy: Policy, rule: Rule) -> bool:
    """Say whether a policy isolates for egress only because it has this one rule (DEF-01)."""
    last = rule.direction is Direction.EGRESS and len(policy.rules(rule.direction)) == 1
    return last and not policy.types_written


def removing(policy: Policy, rule: Rule, how: str = "remove this rule") -> str:
    """Return how to remove a rule so that its pods stay isolated.

    Examples
    --------
    >>> rule = Rule(Direction.EGRESS, 0)
    >>> print(removing(Policy("shop", "p", egress=(rule,), types_written=False), rule))
    remove this rule and write policyTypes: [Ingress, Egress] (left out, it means Ingress alone)
    """
    more = f" and write {_TYPES} (left out, it means Ingress alone)"
    return f"{how}{more if _needs_types(policy, rule) else ''}"


def without(policy: Policy, rule: Rule) -> str:
    """Return the words for a variant of a policy that lacks a rule and isolates as before."""
    return f"without this rule{f', with {_TYPES}' if _needs_types(policy, rule) else ''}"


def rule_of(policy: Policy, rule: Rule, seen_from: Policy) -> str:
    """Return what a rule is called in a finding about a policy, its own or another.

    Examples
    --------
    >>> rule, here, there = Rule(Direction.EGRESS, 0), Policy("shop", "p"), Policy("shop", "q")
    >>> rule_of(here, rule, here), rule_of(there, rule, here)
    ('rule 1', 'rule 1 of shop/q')
    """
    return f"rule {rule.number}" + ("" if policy is seen_from else f" of {policy}")
