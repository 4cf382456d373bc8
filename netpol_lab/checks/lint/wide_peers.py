"""NP206 to NP208: peers that match more than was probably meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from netpol_lab.checks.lint.context import Survey
from netpol_lab.checks.lint.findings import Suspicion, some
from netpol_lab.checks.lint.probes import by_rule
from netpol_lab.checks.lint.witnesses import CLOSES, STAYS, Witness, difference
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.model.objects import Operator, Peer, Policy, Requirement, Rule, Selector
from netpol_lab.model.policy_parts import (
    listed_peers,
    listed_rules,
    peer_path,
    selectors_of,
    with_peer,
    with_rule,
)


def either_or(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP206: namespaceSelector and podSelector in two items, which admit more than one (SEM-19)."""
    for rule in listed_rules(policy):
        for i, both, more in likely_pairs(survey, policy, rule):
            one = replace(rule, peers=(*rule.peers[:i], both, *rule.peers[i + 2 :]))
            probes = by_rule(survey, policy, rule, more or survey.peers(policy, both).pods)
            change = "with both selectors in one item"
            variant = survey.instead(policy, with_rule(policy, rule, one))
            turn = CLOSES if more else STAYS
            if witness := difference(survey, probes, variant, change, turn):
                yield _suspected_or(policy, rule, i + 1, both, witness)


def likely_pairs(survey: Survey, policy: Policy, rule: Rule) -> Iterator[tuple[int, Peer, PodSet]]:
    """Yield pairs of items that may be meant as one: the place, that one, and who gets in now.

    Nobody but those meant gets in where only such pods run there so far; then the second item
    speaks for one with both if it matches nothing at home.
    """
    for i, (first, second) in enumerate(pairwise(rule.peers)):
        both = _joined(first, second) or _joined(second, first)
        if both is not None:
            meant = survey.peers(policy, both).pods
            more = survey.peers(policy, first, second).pods - meant
            at_home = survey.peers(policy, replace(both, namespace_selector=None)).pods
            if meant and (more or not at_home):
                yield i, both, more


def _joined(first: Peer, second: Peer) -> Peer | None:
    """Return one item with both selectors, if each of two has one of them and it says something."""
    pods, namespaces = first.pod_selector, second.namespace_selector
    if pods is None or namespaces is None or first.namespace_selector or second.pod_selector:
        return None
    return Peer(pods, namespaces) if pods.requirements else None


def _suspected_or(policy: Policy, rule: Rule, i: int, both: Peer, witness: Witness) -> Suspicion:
    message = (
        f"two items mean OR: all pods of namespaces with {both.namespace_selector}, and pods with "
        f"{both.pod_selector} in {policy.namespace}. Such pods also run in those namespaces, so "
        "one item with both may be meant."
    )
    hint = "remove this dash, so that both selectors have to match; if OR is meant, leave it"
    return Suspicion("NP206", policy, message, hint, peer_path(rule, i), witness)


def unlabelled(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP207: NotIn is also met by what lacks the key (SEM-28)."""
    for rule, i, peer in listed_peers(policy):
        for name, selector in selectors_of(peer).items():
            for wanted in selector.requirements:
                if wanted.operator is Operator.NOT_IN:
                    yield from _lacking(survey, policy, rule, i, name, wanted)


def _lacking(
    survey: Survey, policy: Policy, rule: Rule, i: int, name: str, wanted: Requirement
) -> Iterator[Suspicion]:
    """Yield a suspicion if some peers are let in because they lack a key that others carry."""
    peer = rule.peers[i]
    present = Requirement(wanted.key, Operator.EXISTS)
    if name == "podSelector":
        strict = replace(peer, pod_selector=_and(peer.pod_selector, present))
    else:
        strict = replace(peer, namespace_selector=_and(peer.namespace_selector, present))
    carrying = survey.peers(policy, strict).pods
    lacking = survey.peers(policy, peer).pods - carrying
    if not carrying or not lacking:
        return
    variant = survey.instead(policy, with_peer(policy, rule, i, strict))
    probes = by_rule(survey, policy, rule, lacking)
    change = f"if {wanted.key} also has to exist"
    if witness := difference(survey, probes, variant, change, CLOSES):
        what = "pods" if name == "podSelector" else "namespaces"
        message = f"{wanted} is also met by {what} that have no label {wanted.key} at all."
        hint = f"add {{key: {wanted.key}, operator: Exists}}, or list the values with In"
        yield Suspicion("NP207", policy, message, hint, f"{peer_path(rule, i)}.{name}", witness)


def _and(selector: Selector | None, requirement: Requirement) -> Selector:
    return Selector((*(selector or Selector()).requirements, requirement))


def everywhere(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP208: namespaceSelector {} beside a podSelector whose pods also run at home."""
    for rule, i, peer in listed_peers(policy):
        wanted = peer.pod_selector.requirements if peer.pod_selector else ()
        if peer.namespace_selector != Selector() or not any(r.values for r in wanted):
            continue
        near_by = replace(peer, namespace_selector=None)
        at_home, all_pods = survey.peers(policy, near_by).pods, survey.peers(policy, peer).pods
        if not at_home:
            continue
        variant = survey.instead(policy, with_peer(policy, rule, i, near_by))
        probes = by_rule(survey, policy, rule, all_pods - at_home)
        witness = difference(survey, probes, variant, "without the namespaceSelector", CLOSES)
        if witness:
            others = sorted({pod.namespace for pod in all_pods - at_home})
            message = (
                f"pods with {peer.pod_selector} run in {policy.namespace}, and this admits those "
                f"of every namespace: also of {some(others)}, and of any made later."
            )
            hint = "remove namespaceSelector: {}, or name the namespaces that are meant"
            yield Suspicion("NP208", policy, message, hint, peer_path(rule, i), witness)


OF_POLICIES = (either_or, unlabelled, everywhere)
