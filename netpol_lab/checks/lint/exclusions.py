"""NP207 and NP210: whom a selector leaves out, or seems to."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lab.checks.lint.context import Context
from netpol_lab.checks.lint.coverage import covered_peers, covered_ports, within
from netpol_lab.checks.lint.findings import Finding, Witness
from netpol_lab.checks.lint.hints import rule_of
from netpol_lab.checks.lint.probes import between, by_rule
from netpol_lab.checks.lint.witnesses import CLOSES, difference
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.errors import some
from netpol_lab.model import policy_parts as parts
from netpol_lab.model.objects import Peer, Policy, Rule
from netpol_lab.model.selectors import Operator, Requirement, Selector

EXCLUDES = (Operator.NOT_IN, Operator.DOES_NOT_EXIST)


def unlabelled(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP207: NotIn lets in pods that lack a key which others carry (SEM-28)."""
    for rule, i, peer in parts.listed_peers(policy):
        selectors = parts.selectors_of(peer)
        asked = ((name, wanted) for name, s in selectors.items() for wanted in s.requirements)
        for name, wanted in asked:
            if wanted.operator is not Operator.NOT_IN:
                continue
            present = Requirement(wanted.key, Operator.EXISTS)
            both = selectors | {name: Selector((*selectors[name].requirements, present))}
            strict = Peer(both.get("podSelector"), both.get("namespaceSelector"))
            carrying = context.peers(policy, strict).pods
            lacking = context.peers(policy, peer).pods - carrying
            if not carrying or not lacking:
                continue
            variant = context.instead(policy, parts.with_peer(policy, rule, i, strict))
            probes = by_rule(context, policy, rule, lacking)
            change = f"if {wanted.key} also has to exist"
            if witness := difference(context, probes, variant, change, CLOSES):
                what = "pods" if name == "podSelector" else "namespaces"
                message = f"{wanted} is also met by {what} that have no label {wanted.key} at all."
                hint = f"add {{key: {wanted.key}, operator: Exists}}, or list the values with In"
                path = f"{parts.peer_path(rule, i)}.{name}"
                yield context.finding("NP207", policy, message, hint, path, witness)


def let_in_again(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP210: an exclusion only makes its own peer smaller; a wider one voids it (SEM-20)."""
    for rule, i, peer in parts.listed_peers(policy):
        for field, wanted, excluded in _exclusions(context, policy, peer):
            if found := _wider(context, policy, rule, i, excluded):
                other, whom, witness = found
                message = (
                    f"{wanted} leaves out {some(whom)} here, and {other} admits all that this item "
                    "does, and those too. An exclusion is no ban: it only makes its own item "
                    "smaller, and rules add up."
                )
                hint = f"ask for {wanted} in the {field} there as well, or remove {other}"
                path = f"{parts.peer_path(rule, i)}.{field}"
                yield context.finding("NP210", policy, message, hint, path, witness)
                break


def _exclusions(
    context: Context, policy: Policy, peer: Peer
) -> Iterator[tuple[str, Requirement, PodSet]]:
    """Yield what excludes pods from a peer, with the field and those pods."""
    selectors, admitted = parts.selectors_of(peer), context.peers(policy, peer).pods
    for field, selector in selectors.items():
        for wanted in selector.requirements:
            if wanted.operator in EXCLUDES:
                rest = Selector(tuple(r for r in selector.requirements if r is not wanted))
                all_others = selectors | {field: rest}
                wider = Peer(all_others.get("podSelector"), all_others.get("namespaceSelector"))
                yield field, wanted, context.peers(policy, wider).pods - admitted


def _wider(
    context: Context, policy: Policy, rule: Rule, i: int, excluded: PodSet
) -> tuple[str, PodSet, Witness | None] | None:
    """Return a peer that covers one and admits whom it excludes: where, whom, and the proof.

    One for other ports, for fewer pods, or for the excluded alone is there on purpose.
    """
    subjects, peer = context.subjects(policy), rule.peers[i]
    for other, their in context.rules_for(rule.direction, subjects):
        as_wide = other is policy or within(policy.pod_selector, other.pod_selector)
        if not as_wide or not covered_ports(context, policy, rule.ports, their.ports):
            continue
        for j, another in enumerate(their.peers):
            again = excluded & context.peers(other, another).pods
            if not again or not covered_peers(context, policy, (peer,), (another,)):
                continue
            what = _words(policy, rule, other, their, j)
            probes = [*between(context, rule.direction, subjects, again, rule, their)]
            variant = context.instead(other, parts.with_peer(other, their, j))
            witness = difference(context, probes, variant, f"without {what}", CLOSES)
            if witness or not probes:
                return what, again, witness
    return None


def _words(policy: Policy, rule: Rule, other: Policy, their: Rule, j: int) -> str:
    """Return where a peer stands: its rule where it is the only one there."""
    if their is rule:
        return f"item {j + 1} of the same list"
    item = f"item {j + 1} of " if len(their.peers) > 1 else ""
    return item + rule_of(other, their, policy)


OF_POLICIES = (
    unlabelled,
    let_in_again,
)
