"""NP203 to NP205: peers that match nothing, and whom they were probably meant to match."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netpol_lab.checks.lint.context import Survey
from netpol_lab.checks.lint.dns import is_for_dns
from netpol_lab.checks.lint.findings import Suspicion, some
from netpol_lab.checks.lint.labels import in_words, labels_meant, nearest, vocabulary
from netpol_lab.checks.lint.probes import by_rule
from netpol_lab.checks.lint.selectors import finished_bearers, is_contradictory
from netpol_lab.checks.lint.wide_peers import likely_pairs
from netpol_lab.checks.lint.witnesses import OPENS, difference
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.semantics import holds, only_namespace
from netpol_lab.errors import near
from netpol_lab.model.objects import NAME_LABEL, Operator, Peer, Policy, Rule, Selector
from netpol_lab.model.policy_parts import listed_peers, peer_path, with_peer

NAMES = ("name", "namespace", "ns", "metadata.name", "kubernetes.io/name")  # what people try


def matches_nothing(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP203 to NP205: a peer that no running pod matches."""
    if not survey.everyone:
        return
    for rule, i, peer in listed_peers(policy):
        if peer.ip_block is not None or survey.peers(policy, peer).pods:
            continue
        if _is_told_elsewhere(survey, policy, rule, i) or _has_ended(survey, policy, peer):
            continue
        named = _by_wrong_name(survey, peer)
        if named is not None:
            yield _wrong_name(survey, policy, rule, i, named)
        elif elsewhere := _elsewhere(survey, peer):
            yield _other_namespace(survey, policy, rule, i, elsewhere)
        elif not _may_be_outside(survey, rule, peer):
            yield _no_match(survey, policy, rule, i)


def _is_told_elsewhere(survey: Survey, policy: Policy, rule: Rule, i: int) -> bool:
    """Say whether NP107, NP201 or NP206 already tells why an item matches nothing."""
    peer = rule.peers[i]
    homeless = peer.namespace_selector is None and not survey.pods_of(policy.namespace)
    pairs = {place for j, *_ in likely_pairs(survey, policy, rule) for place in (j, j + 1)}
    contradictory = is_contradictory(peer.pod_selector, peer.namespace_selector)
    return homeless or contradictory or i in pairs


def _has_ended(survey: Survey, policy: Policy, peer: Peer) -> bool:
    """Say whether a peer means pods that have finished, such as those of a Job."""
    where = peer.namespace_selector or only_namespace(policy.namespace)
    return any(finished_bearers(survey, peer.pod_selector, where))


def _by_wrong_name(survey: Survey, peer: Peer) -> Selector | None:
    """Return the namespace selector that a made-up name label was meant to be."""
    wanted = peer.namespace_selector.requirements if peer.namespace_selector else ()
    namespaces = survey.cluster.namespaces
    for made_up in wanted:
        listed = made_up.operator is Operator.IN and made_up.key in NAMES
        if not listed or not namespaces.keys() & set(made_up.values):
            continue
        if not any(holds(made_up, namespace.labels) for namespace in namespaces.values()):
            named = replace(made_up, key=NAME_LABEL)
            return Selector(tuple(named if r is made_up else r for r in wanted))
    return None


def _wrong_name(survey: Survey, policy: Policy, rule: Rule, i: int, meant: Selector) -> Suspicion:
    right = replace(rule.peers[i], namespace_selector=meant)
    variant = survey.instead(policy, with_peer(policy, rule, i, right))
    probes = by_rule(survey, policy, rule, survey.peers(policy, right).pods)
    witness = difference(survey, probes, variant, f"with {meant}", OPENS)
    message = (
        f"no namespace has {rule.peers[i].namespace_selector}. Namespaces are chosen by their "
        f"labels, and the one that holds the name is {NAME_LABEL}."
    )
    path = f"{peer_path(rule, i)}.namespaceSelector"
    return Suspicion("NP205", policy, message, f"write {meant}", path, witness)


def _elsewhere(survey: Survey, peer: Peer) -> PodSet | None:
    """Return the pods in other namespaces that a podSelector alone may be after."""
    if peer.namespace_selector is not None or not (peer.pod_selector or Selector()).requirements:
        return None
    return survey.pod_index.labelled(peer.pod_selector or Selector())


def _other_namespace(survey: Survey, policy: Policy, rule: Rule, i: int, pods: PodSet) -> Suspicion:
    peer, names = rule.peers[i], sorted({pod.namespace for pod in pods})
    right = replace(peer, namespace_selector=only_namespace(names[0]))
    variant = survey.instead(policy, with_peer(policy, rule, i, right))
    change = f"with a namespaceSelector for {names[0]} beside it"
    probes = by_rule(survey, policy, rule, survey.peers(policy, right).pods)
    witness = difference(survey, probes, variant, change, OPENS)
    message = (
        f"without a namespaceSelector, {peer.pod_selector} is looked for in namespace "
        f"{policy.namespace} alone, and such pods run only in {some(names)}."
    )
    hint = (
        f"add to this item, without a dash: namespaceSelector: {{matchLabels: {{{NAME_LABEL}: "
        f"{names[0]}}}}}"
    )
    return Suspicion("NP204", policy, message, hint, peer_path(rule, i), witness)


def _may_be_outside(survey: Survey, rule: Rule, peer: Peer) -> bool:
    """Say whether a peer may mean what the manifests leave out: name servers, a whole namespace."""
    if is_for_dns(rule.ports):
        return True
    wanted = peer.namespace_selector.requirements if peer.namespace_selector else ()
    names = {value for r in wanted if r.key == NAME_LABEL for value in r.values}
    known = {name for name in survey.cluster.namespaces if survey.pods_of(name)}
    return bool(names - known) and not any(near(name, known, most=1) for name in names)


def _no_match(survey: Survey, policy: Policy, rule: Rule, i: int) -> Suspicion:
    peer = rule.peers[i]
    wanted = {"pods": peer.pod_selector, "namespaces": peer.namespace_selector}
    words = " in ".join(f"{kind} with {s}" for kind, s in wanted.items() if s and s.requirements)
    message = f"this peer matches no running pod; it asks for {words or 'any pod here'}."
    return Suspicion(
        "NP203", policy, message, _peer_meant(survey, policy, peer), peer_path(rule, i)
    )


def _peer_meant(survey: Survey, policy: Policy, peer: Peer) -> str:
    """Return what is near to a peer that matches nothing, in words."""
    namespaces = peer.namespace_selector
    if namespaces is not None and not survey.pod_index.in_namespaces(namespaces):
        found = survey.cluster.namespaces.values()
        known = vocabulary(ns.labels for ns in found if survey.pods_of(ns.name))
        meant = (nearest(wanted, known) for wanted in namespaces.requirements)
        if near_by := next(filter(None, meant), ""):
            return f"did you mean {near_by}?"
        if survey.pod_index.labelled(namespaces):
            return f"{namespaces} is a label of pods: use podSelector"
        return f"the namespaces with pods have {in_words(known)}"
    if peer.pod_selector is None or not peer.pod_selector.requirements:
        return "add the pods that it is about to the manifests, or remove it"
    if survey.pod_index.in_namespaces(peer.pod_selector):
        return f"{peer.pod_selector} is a label of namespaces: use namespaceSelector"
    if namespaces is None:
        return labels_meant(survey, peer.pod_selector, survey.pods_of(policy.namespace))
    if survey.pod_index.labelled(peer.pod_selector):
        return "both selectors of one item have to match: put a dash before the second to mean OR"
    return labels_meant(survey, peer.pod_selector, survey.pod_index.in_namespaces(namespaces))


OF_POLICIES = (matches_nothing,)
