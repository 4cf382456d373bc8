"""NP2xx: whom selectors and peers mean, and whom they were probably meant to mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, groupby, pairwise

from netpol_lab.errors import near
from netpol_lab.linting.policy_parts import (
    is_for_dns,
    listed_rules,
    peer_path,
    some,
    with_peers,
    with_rule,
)
from netpol_lab.linting.survey import CLOSES, OPENS, Probe, Survey, Suspicion, Witness
from netpol_lab.model import (
    NAME_LABEL,
    Labels,
    Operator,
    Peer,
    Policy,
    Requirement,
    Rule,
    Selector,
)
from netpol_lab.resolve import EndpointSet, holds, matches, only_namespace

NAMES = ("name", "namespace", "ns", "metadata.name", "kubernetes.io/name")  # what people try


def _items(policy: Policy) -> Iterator[tuple[Rule, int, Peer]]:
    """Yield each item of `from` and `to` that counts and is no ipBlock."""
    for rule in listed_rules(policy):
        for i, peer in enumerate(rule.peers):
            if peer.ip_block is None:
                yield rule, i, peer


def _changed(policy: Policy, rule: Rule, item: int, *peers: Peer) -> Policy:
    """Return a policy with other items, or none, in the place of one of `from` or `to`."""
    others = (*rule.peers[:item], *peers, *rule.peers[item + 1 :])
    return with_rule(policy, rule, with_peers(rule, others))


# ---------------------------------------------------------------- selectors that match nothing


def contradictions(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP201: requirements on one key that no value can meet (SEM-33)."""
    for path, selector in _selectors(policy):
        for key in _contradicted(selector):
            wanted = [str(r) for r in selector.requirements if r.key == key]
            message = f"no label can meet all of: {'; '.join(wanted)}. All have to hold at once."
            hint = f"keep one of them, or list the values together: {key} in (...)"
            yield Suspicion("NP201", policy, message, hint, path)


def _selectors(policy: Policy) -> Iterator[tuple[str, Selector]]:
    yield "spec.podSelector", policy.pod_selector
    for rule, i, peer in _items(policy):
        for name, selector in (
            ("podSelector", peer.pod_selector),
            ("namespaceSelector", peer.namespace_selector),
        ):
            if selector is not None:
                yield f"{peer_path(rule, i)}.{name}", selector


def _contradicted(selector: Selector) -> Iterator[str]:
    by_key = sorted(selector.requirements, key=lambda r: r.key)
    for key, found in groupby(by_key, lambda r: r.key):
        alone = Selector(tuple(found))
        values = chain.from_iterable(r.values for r in alone.requirements)
        labels: list[Labels] = [{}, {key: "\0"}, *({key: value} for value in values)]
        if not any(matches(alone, label) for label in labels):
            yield key


def _is_contradictory(*selectors: Selector | None) -> bool:
    return any(True for s in selectors if s is not None for _ in _contradicted(s))


def selects_nothing(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP202: a podSelector that no pod of the namespace matches (SEM-08)."""
    here = survey.pods_of(policy.namespace)
    if not here or survey.subjects(policy) or _is_contradictory(policy.pod_selector):
        return
    message = (
        f"no running pod of namespace {policy.namespace} has {policy.pod_selector}. "
        "A selector is compared with the labels of pods, not of Deployments or Services."
    )
    hint = _labels_meant(survey, policy.pod_selector, here)
    yield Suspicion("NP202", policy, message, hint, "spec.podSelector")


def _labels_meant(survey: Survey, selector: Selector, pods: EndpointSet) -> str:
    """Return which labels of some pods are near to what a selector wants, in words."""
    labels = _vocabulary(pod.labels for pod in pods)
    for wanted in selector.requirements:
        alone = survey.universe.labelled(Selector((wanted,)))
        if not alone & pods and (meant := _nearest(wanted, labels)):
            return f"did you mean {meant}?"
    if elsewhere := sorted({pod.namespace for pod in survey.universe.labelled(selector) - pods}):
        return f"pods with {selector} run in namespace {some(elsewhere)}"
    return f"the pods there have {_in_words(labels)}"


def _vocabulary(things: Iterable[Labels]) -> dict[str, dict[str, None]]:
    """Return the values of each key, in the order they came."""
    found: dict[str, dict[str, None]] = {}
    for labels in things:
        for key, value in labels.items():
            found.setdefault(key, {})[value] = None
    return found


def _nearest(wanted: Requirement, labels: Mapping[str, Iterable[str]]) -> str:
    """Return labels that are near to a requirement: a like value, the same value, a like key."""
    for value in wanted.values:
        if close := near(value, labels.get(wanted.key, ()), most=1):
            return f"{wanted.key}={close[0]}"
        if same := [key for key, values in labels.items() if value in values]:
            return f"{same[0]}={value}"
    if close := near(wanted.key, labels, most=1):
        return f"the key {close[0]}" if close[0] != wanted.key else ""
    return ""


def _in_words(labels: Mapping[str, Iterable[str]]) -> str:
    told = [key for key in labels if key != NAME_LABEL] or labels
    pairs = [f"{key}={value}" for key in told for value in labels[key]]
    return some(pairs, 6) or "no labels"


# ---------------------------------------------------------------- peers that match nothing


def matches_nothing(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP203 to NP205: a peer that no running pod matches."""
    if not survey.everyone:
        return
    for rule, i, peer in _items(policy):
        if survey.peers(policy, peer).pods or _is_told_elsewhere(survey, policy, rule, i):
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
    pairs = {place for j, *_ in _pairs(survey, policy, rule) for place in (j, j + 1)}
    contradictory = _is_contradictory(peer.pod_selector, peer.namespace_selector)
    return homeless or contradictory or i in pairs


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
    variant = survey.instead(policy, _changed(policy, rule, i, right))
    probes = _between(survey, policy, rule, survey.peers(policy, right).pods)
    witness = survey.difference(probes, variant, f"with {meant}", OPENS)
    message = (
        f"no namespace has {rule.peers[i].namespace_selector}. Namespaces are chosen by their "
        f"labels, and the one that holds the name is {NAME_LABEL}."
    )
    path = f"{peer_path(rule, i)}.namespaceSelector"
    return Suspicion("NP205", policy, message, f"write {meant}", path, witness)


def _elsewhere(survey: Survey, peer: Peer) -> EndpointSet | None:
    """Return the pods in other namespaces that a podSelector alone may be after."""
    if peer.namespace_selector is not None or not (peer.pod_selector or Selector()).requirements:
        return None
    return survey.universe.labelled(peer.pod_selector or Selector())


def _other_namespace(
    survey: Survey, policy: Policy, rule: Rule, i: int, pods: EndpointSet
) -> Suspicion:
    peer, names = rule.peers[i], sorted({pod.namespace for pod in pods})
    right = replace(peer, namespace_selector=only_namespace(names[0]))
    variant = survey.instead(policy, _changed(policy, rule, i, right))
    change = f"with a namespaceSelector for {names[0]} beside it"
    probes = _between(survey, policy, rule, survey.peers(policy, right).pods)
    witness = survey.difference(probes, variant, change, OPENS)
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
    wanted = {
        "pods": peer.pod_selector,
        "namespaces": peer.namespace_selector,
    }
    words = " in ".join(f"{kind} with {s}" for kind, s in wanted.items() if s and s.requirements)
    message = f"no running pod is meant by this peer: {words or 'every pod here'}."
    return Suspicion(
        "NP203", policy, message, _peer_meant(survey, policy, peer), peer_path(rule, i)
    )


def _peer_meant(survey: Survey, policy: Policy, peer: Peer) -> str:
    """Return what is near to a peer that matches nothing, in words."""
    namespaces = peer.namespace_selector
    if namespaces is not None and not survey.universe.in_namespaces(namespaces):
        found = survey.cluster.namespaces.values()
        known = _vocabulary(ns.labels for ns in found if survey.pods_of(ns.name))
        meant = (_nearest(wanted, known) for wanted in namespaces.requirements)
        if near_by := next(filter(None, meant), ""):
            return f"did you mean {near_by}?"
        if survey.universe.labelled(namespaces):
            return f"{namespaces} is a label of pods: use podSelector"
        return f"the namespaces with pods have {_in_words(known)}"
    if peer.pod_selector is None or not peer.pod_selector.requirements:
        return "add the pods that it is about to the manifests, or remove it"
    if survey.universe.in_namespaces(peer.pod_selector):
        return f"{peer.pod_selector} is a label of namespaces: use namespaceSelector"
    if namespaces is None:
        return _labels_meant(survey, peer.pod_selector, survey.pods_of(policy.namespace))
    if survey.universe.labelled(peer.pod_selector):
        return "both selectors of one item have to match: put a dash before the second to mean or"
    return _labels_meant(survey, peer.pod_selector, survey.universe.in_namespaces(namespaces))


def _between(survey: Survey, policy: Policy, rule: Rule, pods: EndpointSet) -> Iterator[Probe]:
    return survey.probes(rule.direction, survey.subjects(policy), pods, rule)


# ---------------------------------------------------------------- peers that match too much


def either_or(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP206: namespaceSelector and podSelector in two items, which admit more than one (SEM-19)."""
    for rule in listed_rules(policy):
        for i, both, more in _pairs(survey, policy, rule):
            one = with_peers(rule, (*rule.peers[:i], both, *rule.peers[i + 2 :]))
            probes = _between(survey, policy, rule, more)
            change = "with both selectors in one item"
            variant = survey.instead(policy, with_rule(policy, rule, one))
            if witness := survey.difference(probes, variant, change, CLOSES):
                yield _suspected_or(policy, rule, i + 1, both, witness)


def _pairs(survey: Survey, policy: Policy, rule: Rule) -> Iterator[tuple[int, Peer, EndpointSet]]:
    """Yield pairs of items that may be meant as one: the place, that one, and who gets in now."""
    for i, (first, second) in enumerate(pairwise(rule.peers)):
        both = _joined(first, second) or _joined(second, first)
        if both is not None:
            meant = survey.peers(policy, both).pods
            more = survey.peers(policy, first, second).pods - meant
            if meant and more:
                yield i, both, more


def _joined(first: Peer, second: Peer) -> Peer | None:
    """Return one item with both selectors, if each of two has one of them and it says something."""
    pods, namespaces = first.pod_selector, second.namespace_selector
    if pods is None or namespaces is None or first.namespace_selector or second.pod_selector:
        return None
    return Peer(pods, namespaces) if pods.requirements else None


def _suspected_or(policy: Policy, rule: Rule, i: int, both: Peer, witness: Witness) -> Suspicion:
    message = (
        f"two items mean or: all pods of namespaces with {both.namespace_selector}, and pods with "
        f"{both.pod_selector} in {policy.namespace}. Such pods run in those namespaces, too, so "
        "one item with both may be meant."
    )
    hint = "remove this dash, so that both selectors have to match; if you mean or, let it be"
    return Suspicion("NP206", policy, message, hint, peer_path(rule, i), witness)


def unlabelled(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP207: NotIn is also met by what lacks the key (SEM-28)."""
    for rule, i, peer in _items(policy):
        selectors = {"podSelector": peer.pod_selector, "namespaceSelector": peer.namespace_selector}
        for name, selector in selectors.items():
            for wanted in selector.requirements if selector else ():
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
    variant = survey.instead(policy, _changed(policy, rule, i, strict))
    probes = _between(survey, policy, rule, lacking)
    change = f"if {wanted.key} also has to exist"
    if witness := survey.difference(probes, variant, change, CLOSES):
        what = "pods" if name == "podSelector" else "namespaces"
        message = f"{wanted} is also met by {what} that have no label {wanted.key} at all."
        hint = f"add {{key: {wanted.key}, operator: Exists}}, or list the values with In"
        yield Suspicion("NP207", policy, message, hint, f"{peer_path(rule, i)}.{name}", witness)


def _and(selector: Selector | None, requirement: Requirement) -> Selector:
    return Selector((*(selector or Selector()).requirements, requirement))


def everywhere(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP208: namespaceSelector {} beside a podSelector whose pods also run at home."""
    for rule, i, peer in _items(policy):
        wanted = peer.pod_selector.requirements if peer.pod_selector else ()
        if peer.namespace_selector != Selector() or not any(r.values for r in wanted):
            continue
        near_by = replace(peer, namespace_selector=None)
        at_home, all_pods = survey.peers(policy, near_by).pods, survey.peers(policy, peer).pods
        if not at_home:
            continue
        variant = survey.instead(policy, _changed(policy, rule, i, near_by))
        probes = _between(survey, policy, rule, all_pods - at_home)
        witness = survey.difference(probes, variant, "without the namespaceSelector", CLOSES)
        if witness:
            others = sorted({pod.namespace for pod in all_pods - at_home})
            message = (
                f"pods with {peer.pod_selector} run in {policy.namespace}, and this admits those "
                f"of every namespace: also of {some(others)}, and of any that anybody makes."
            )
            hint = "remove namespaceSelector: {}, or name the namespaces that are meant"
            yield Suspicion("NP208", policy, message, hint, peer_path(rule, i), witness)


OF_POLICIES = (
    contradictions,
    selects_nothing,
    matches_nothing,
    either_or,
    unlabelled,
    everywhere,
)
