"""NP202 to NP205 and NP211: selectors, peers and values that match nothing here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netpol_lab.checks.lint.absent.put_in import labels_put_in
from netpol_lab.checks.lint.absent.unseen import (
    is_installed_elsewhere,
    is_of_openshift,
    made_by,
    may_be_unseen,
    unread_about,
    unread_label,
)
from netpol_lab.checks.lint.codes import Severity
from netpol_lab.checks.lint.context import MADE_UP_NAMES, Context
from netpol_lab.checks.lint.dns import is_for_dns
from netpol_lab.checks.lint.exclusions import EXCLUDES
from netpol_lab.checks.lint.findings import Finding
from netpol_lab.checks.lint.meant import (
    SYSTEM_NAMESPACES,
    Hint,
    Knows,
    labels_meant,
    one_by_one,
    peer_meant,
    told_by_siblings,
)
from netpol_lab.checks.lint.peers import is_contradictory, joinable
from netpol_lab.checks.lint.ports import is_here
from netpol_lab.checks.lint.probes import by_rule
from netpol_lab.checks.lint.told.intent import is_for_others
from netpol_lab.checks.lint.witnesses import OPENS, difference
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.semantics import holds, matches, only_namespace
from netpol_lab.errors import is_slip, some
from netpol_lab.model import policy_parts as parts
from netpol_lab.model.objects import Peer, Policy, Rule
from netpol_lab.model.selectors import NAME_LABEL, Operator, Requirement, Selector

# ---------------------------------------------------------------- selectors and values


def selects_nothing(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP202: a podSelector that no pod of the namespace matches (SEM-08)."""
    here, wanted = context.pods_of(policy.namespace), policy.pod_selector
    if not here or context.subjects(policy) or is_contradictory(wanted):
        return
    if not may_be_unseen(context, policy, Peer(wanted)):
        message = (
            f"no running pod of namespace {policy.namespace} has {wanted}. "
            "A selector is compared with the labels of pods, not of Deployments or Services."
        )
        hint = labels_meant(context, wanted, here)
        if is_of_openshift(policy.namespace) and not hint.knows_better:
            return
        made = made_by(context, policy, Peer(wanted), hint) or _of_others(context, wanted, hint)
        found = context.finding("NP202", policy, message, made or hint.words, "spec.podSelector")
        yield replace(found, severity=Severity.NOTE) if made else found


def dead_values(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP211: a value of an `In` list that no pod has, beside one that some pod has (SEM-27)."""
    peers = [("spec.podSelector", Peer(policy.pod_selector))]
    peers += ((parts.peer_path(r, i), peer) for r, i, peer in parts.listed_peers(policy))
    for path, peer in peers:
        if not peer.pod_selector or not is_here(context, peer):
            continue
        there = context.peers(policy, replace(peer, pod_selector=None)).pods
        if peer.namespace_selector is None:
            there = context.pods_of(policy.namespace)
        for alone, hint in _dead_values(context, policy, peer, there):
            where = "there" if peer.namespace_selector else f"of namespace {policy.namespace}"
            message = (
                f"this list has several values of {alone.key}, and no running pod {where} has "
                f"{alone}."
            )
            where = path if path.endswith("podSelector") else f"{path}.podSelector"
            yield context.finding("NP211", policy, message, hint, where)


def _dead_values(
    context: Context, policy: Policy, peer: Peer, there: PodSet
) -> Iterator[tuple[Requirement, str]]:
    """Yield values that no pod has, each as a requirement of its own, and what may be meant."""
    told = there & context.pod_index.labelled(peer.pod_selector or Selector())
    for wanted, rest in one_by_one(peer.pod_selector or Selector()):
        if wanted.operator is not Operator.IN or not told:
            continue
        for value in wanted.values:
            alone = replace(wanted, values=(value,))
            one = replace(peer, pod_selector=Selector((*rest.requirements, alone)))
            if context.pod_index.labelled(Selector((alone,))) & there:
                continue
            hint = labels_meant(context, one.pod_selector or Selector(), there, told)
            if may_be_unseen(context, policy, one) or made_by(context, policy, one, hint):
                continue
            add = "add such pods to the manifests, or remove the value"
            yield alone, add if hint.knows is Knows.THERE else hint.words


# ---------------------------------------------------------------- peers that match nothing


def matches_nothing(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP203 to NP205: a peer that no running pod matches."""
    for rule, i, peer in parts.listed_peers(policy) if context.everyone else ():
        if peer.ip_block is not None or context.peers(policy, peer).pods:
            continue
        if _is_told_elsewhere(context, policy, rule, i) or _only_excludes(context, peer):
            continue
        pods = peer.pod_selector or Selector()
        if named := _by_wrong_name(context, peer):
            yield _wrong_name(context, policy, rule, i, named)
        elif may_be_unseen(context, policy, peer) or _is_for_a_quiet_namespace(context, peer):
            continue
        elif (
            peer.namespace_selector is None
            and any(r.operator in (Operator.IN, Operator.EXISTS) for r in pods.requirements)
            and (elsewhere := context.pod_index.labelled(pods))
        ):
            if elsewhere - told_by_siblings(context, policy, rule, i):
                yield _other_namespace(context, policy, rule, i, elsewhere)
        elif not _may_be_outside(context, rule, peer):
            yield from _nobody(context, policy, rule, i)


def _only_excludes(context: Context, peer: Peer) -> bool:
    """Say whether a peer asks for no label of pods, and only leaves out those that are here."""
    wanted, chosen = peer.pod_selector, peer.namespace_selector
    somewhere = chosen is None or bool(context.pod_index.in_namespaces(chosen))
    asked = {r.operator for r in wanted.requirements} if wanted else set()
    return somewhere and bool(asked) and asked.issubset(EXCLUDES)


def _nobody(context: Context, policy: Policy, rule: Rule, i: int) -> Iterator[Finding]:
    """Yield that a peer matches nothing: a note where somebody else may well provide for it."""
    peer, path = rule.peers[i], parts.peer_path(rule, i)
    wanted = {"pods": peer.pod_selector, "namespaces": peer.namespace_selector}
    asked = [f"{kind} with {s}" for kind, s in wanted.items() if s and s.requirements]
    words = " in ".join(asked) or "any pod"
    place = f" in namespace {policy.namespace} alone" if peer.namespace_selector is None else ""
    message = f"this peer matches no running pod; it asks for {words}{place}."
    near = peer_meant(context, policy, rule, i)
    unlabelled = _missing_label(context, peer, near)
    made = made_by(context, policy, peer, near) or _of_others(context, peer.pod_selector, near)
    if unlabelled:
        if str(peer.namespace_selector) in context.told:
            return  # it is said once
        if unlabelled.key not in MADE_UP_NAMES and is_for_others(context, policy, unlabelled.key):
            return
        context.told.add(str(peer.namespace_selector))
        hint = _how_to_choose(unlabelled)
        if unread := unread_label(context, unlabelled):
            hint = f"all is well if {unread}, which is not read, sets {unlabelled}"
        elif any(unlabelled.key in ns.labels for ns in context.cluster.namespaces.values()):
            hint = f"all is well if a namespace elsewhere has {unlabelled}; otherwise, {near.words}"
    elif made:
        hint = made
    else:
        by_name = None if near.knows is Knows.SLIP else _made_up_name(context, peer)
        hint = _how_to_choose(by_name) if by_name else near.words
    if put_in := labels_put_in(context, policy, peer, path):
        message += f" The labels of a kustomization have put {put_in} into it."
        hint = f"pods of other namespaces hardly have {put_in}: keep such labels out of selectors"
    found = context.finding("NP203", policy, message, hint, path)
    yield replace(found, severity=Severity.NOTE) if unlabelled or made else found


def _of_others(context: Context, pods: Selector | None, near: Hint) -> str:
    """Return a hint about a component of which nothing here has the name."""
    if near.knows_better or not is_installed_elsewhere(context, pods):
        return ""
    return f"all is well if pods with {pods} are installed by other means; otherwise remove it"


def _is_for_a_quiet_namespace(context: Context, peer: Peer) -> bool:
    """Say whether a peer chooses namespaces that are known and have no pods so far."""
    chosen = peer.namespace_selector
    if chosen is None or not chosen.requirements:
        return False
    known = context.cluster.namespaces.values()
    found = [ns.name for ns in known if matches(chosen, ns.labels)]
    return bool(found) and not any(map(context.pods_of, found))


def _missing_label(context: Context, peer: Peer, near: Hint) -> Requirement | None:
    """Return what is asked of namespaces and none of them has, so that it may be set elsewhere.

    Where a value is like one that they have, or a like label is known otherwise, that is meant.
    """
    known = [namespace.labels for namespace in context.cluster.namespaces.values()]
    return next(
        (
            wanted
            for wanted in (peer.namespace_selector or Selector()).requirements
            if wanted.operator in (Operator.IN, Operator.EXISTS)
            and not any(holds(wanted, labels) for labels in known)
            and not context.pod_index.labelled(Selector((wanted,)))
            and (
                not any(wanted.key in labels for labels in known)
                or not (near.knows_better or wanted.key in (*MADE_UP_NAMES, NAME_LABEL))
            )
        ),
        None,
    )


def _made_up_name(context: Context, peer: Peer) -> Requirement | None:
    """Return what is asked of a name label that no namespace has by itself, and none has so."""
    made_up = context.misnamed(peer.namespace_selector or Selector())
    return next((wanted for wanted in made_up if len(wanted.values) == 1), None)


def _how_to_choose(wanted: Requirement) -> str:
    """Return how namespaces are chosen whose label nobody has written down."""
    if wanted.key in MADE_UP_NAMES and len(wanted.values) == 1:
        return f"write {NAME_LABEL}: {wanted.values[0]}, which every namespace has by itself"
    return (
        f"no namespace here has the label {wanted.key}: all is well if it is set elsewhere; "
        f"otherwise set it, or choose by {NAME_LABEL}"
    )


def _is_told_elsewhere(context: Context, policy: Policy, rule: Rule, i: int) -> bool:
    """Say whether NP107, NP201 or NP206 already tells why a peer matches nothing."""
    peer = rule.peers[i]
    homeless = peer.namespace_selector is None and not context.pods_of(policy.namespace)
    pairs = {place for j, *_ in joinable(context, policy, rule) for place in (j, j + 1)}
    return homeless or i in pairs or is_contradictory(peer.pod_selector, peer.namespace_selector)


def _by_wrong_name(context: Context, peer: Peer) -> Selector | None:
    """Return the namespace selector that a made-up name label was meant to be."""
    chosen = peer.namespace_selector or Selector()
    for made_up in context.misnamed(chosen):
        listed = made_up.operator is Operator.IN
        if listed and context.cluster.namespaces.keys() & set(made_up.values):
            named = replace(made_up, key=NAME_LABEL)
            return Selector(tuple(named if r is made_up else r for r in chosen.requirements))
    return None


def _wrong_name(context: Context, policy: Policy, rule: Rule, i: int, meant: Selector) -> Finding:
    """Yield what a name label should be: a warning where somebody else may have set it."""
    wanted = rule.peers[i].namespace_selector
    by_name = [ns for ns in context.cluster.namespaces.values() if matches(meant, ns.labels)]
    is_known = all(namespace.listed for namespace in by_name)
    right = replace(rule.peers[i], namespace_selector=meant)
    variant = context.instead(policy, parts.with_peer(policy, rule, i, right))
    probes = by_rule(context, policy, rule, context.peers(policy, right).pods)
    witness = difference(context, probes, variant, f"with {meant}", OPENS)
    lacking = (
        f"no namespace has {wanted}"
        if is_known
        else f"no namespace has {wanted}, unless somebody labels it elsewhere"
    )
    message = (
        f"{lacking}. Namespaces are chosen by their labels, and the one that holds the name is "
        f"{NAME_LABEL}."
    )
    pods = context.peers(policy, right).pods
    is_told = pods and not pods - told_by_siblings(context, policy, rule, i)
    hint = f"remove it: another item says {meant}" if is_told else f"write {meant}"
    path = f"{parts.peer_path(rule, i)}.namespaceSelector"
    found = context.finding("NP205", policy, message, hint, path, witness)
    return found if is_known else replace(found, severity=Severity.WARNING)


def _other_namespace(context: Context, policy: Policy, rule: Rule, i: int, pods: PodSet) -> Finding:
    peer, names = rule.peers[i], sorted({pod.namespace for pod in pods})
    right = replace(peer, namespace_selector=only_namespace(names[0]))
    variant = context.instead(policy, parts.with_peer(policy, rule, i, right))
    change = f"with a namespaceSelector for {names[0]} beside it"
    probes = by_rule(context, policy, rule, context.peers(policy, right).pods)
    witness = difference(context, probes, variant, change, OPENS)
    message = (
        f"without a namespaceSelector, {peer.pod_selector} is looked for in namespace "
        f"{policy.namespace} alone, and such pods run only in {some(names)}."
    )
    hint = (
        f"add to this item, without a dash: namespaceSelector: {{matchLabels: {{{NAME_LABEL}: "
        f"{names[0]}}}}}"
    )
    if unread := unread_about(context, peer.pod_selector):
        hint += f"; {unread} in namespace {policy.namespace}"
    found = context.finding("NP204", policy, message, hint, parts.peer_path(rule, i), witness)
    return replace(found, severity=Severity.NOTE) if unread else found


def _may_be_outside(context: Context, rule: Rule, peer: Peer) -> bool:
    """Say whether a peer may be about what the manifests lack: name servers, a namespace."""
    wanted = peer.namespace_selector.requirements if peer.namespace_selector else ()
    names = {value for r in wanted if r.key == NAME_LABEL for value in r.values}
    known = {name for name in context.cluster.namespaces if context.pods_of(name)}
    alike = any(is_slip(name, other) for name in names - {*SYSTEM_NAMESPACES} for other in known)
    return is_for_dns(rule.ports) or (bool(names - known) and not alike)


OF_POLICIES = (selects_nothing, dead_values, matches_nothing)
