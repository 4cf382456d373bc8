"""Which labels were meant by a selector that matches nothing: what the hints of NP202, NP203 say.

Nothing is proposed that matches no pod, nor what other peers admit already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from netpol_lab.checks.lint.context import Context
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.semantics import holds, matches
from netpol_lab.errors import near, some
from netpol_lab.model.objects import (
    ADDED_LABELS,
    NAME_LABEL,
    Labels,
    Peer,
    Policy,
    Requirement,
    Rule,
    Selector,
)

ADD_OR_REMOVE = "add the pods that it is about to the manifests, or remove it"
_LIKE, _VERY_LIKE = 0.5, 0.75  # from 0, not at all, to 1, the same


def told_by_siblings(context: Context, policy: Policy, rule: Rule, i: int) -> PodSet:
    """Return the pods that other peers of a policy admit on the same ports as one of its peers."""
    others = chain.from_iterable(
        (*r.peers[:i], *r.peers[i + 1 :]) if r is rule else r.peers
        for r in policy.rules(rule.direction)
        if not r.ports or r.ports == rule.ports
    )
    return context.peers(policy, *others).pods


def peer_meant(context: Context, policy: Policy, rule: Rule, i: int) -> str:
    """Return what is near to a peer that matches nothing, in words."""
    pods, namespaces = rule.peers[i].pod_selector, rule.peers[i].namespace_selector
    told = told_by_siblings(context, policy, rule, i)
    if namespaces is not None and not context.pod_index.in_namespaces(namespaces):
        return _namespaces_meant(context, policy, namespaces, pods or Selector(), told)
    if pods is None or not pods.requirements:
        return ADD_OR_REMOVE
    if context.pod_index.in_namespaces(pods) - told:
        return f"{pods} is a label of namespaces: use namespaceSelector"
    if namespaces is None:
        here = context.pods_of(policy.namespace)
        return labels_meant(context, pods, here, told, context.subjects(policy))
    if context.peers(policy, Peer(pods)).pods - told:
        return "both selectors of one item have to match: put a dash before the second to mean OR"
    return labels_meant(context, pods, context.pod_index.in_namespaces(namespaces), told)


def _namespaces_meant(
    context: Context, policy: Policy, wanted: Selector, pods: Selector, told: PodSet
) -> str:
    fitting = context.pod_index.labelled(pods) - told
    found = [ns for ns in context.cluster.namespaces.values() if context.pods_of(ns.name)]
    others = [ns for ns in found if context.pods_of(ns.name) & fitting]
    foreign = [ns for ns in others if ns.name != policy.namespace]
    lacking = [
        (requirement, rest)
        for requirement, rest in _one_by_one(wanted)
        if not any(holds(requirement, ns.labels) for ns in found)
    ]
    for among, cutoff in ((foreign, _LIKE), (others, _VERY_LIKE)):
        for requirement, rest in lacking:
            likely = _vocabulary(ns.labels for ns in among if matches(rest, ns.labels))
            if meant := _nearest(requirement, likely, rest, cutoff):
                return f"did you mean {meant}?"
    if context.peers(policy, Peer(wanted)).pods - told:
        return f"{wanted} is a label of pods: use podSelector"
    return f"the namespaces with pods have {_in_words(_vocabulary(ns.labels for ns in found))}"


def labels_meant(
    context: Context,
    selector: Selector,
    there: PodSet,
    told: PodSet | None = None,
    own: PodSet | None = None,
) -> str:
    """Return which labels of some pods are near to what a selector wants, in words.

    Parameters
    ----------
    context : Context
    selector : Selector
        Matches none of the pods.
    there : PodSet
        The pods among which it is looked for.
    told : PodSet, optional
        Those that others admit already: their labels are not what was meant.
    own : PodSet, optional
        The policy's own pods, which are seldom their own peers.
    """
    others = there if told is None else there - told
    lacking = [
        (wanted, rest, others & context.pod_index.labelled(rest))
        for wanted, rest in _one_by_one(selector)
        if not context.pod_index.labelled(Selector((wanted,))) & there
    ]
    for wanted, _, fitting in lacking:
        if made_by := _workloads_with(wanted, fitting):
            return (
                f"{wanted} is a label of {some(made_by)}, not of its pods: add it to the labels "
                "of the pod template, or leave it out here"
            )
    foreign = others if own is None else others - own
    for among, cutoff in ((foreign, _LIKE), (others, _VERY_LIKE)):
        for wanted, rest, fitting in lacking:
            likely = _vocabulary(pod.labels for pod in fitting & among)
            if meant := _nearest(wanted, likely, rest, cutoff):
                return f"did you mean {meant}?"
    if elsewhere := sorted({pod.namespace for pod in context.pod_index.labelled(selector) - there}):
        return f"pods with {selector} run in namespace {some(elsewhere)}"
    if foreign:
        return f"the pods there have {_in_words(_vocabulary(pod.labels for pod in foreign))}"
    return ADD_OR_REMOVE


def _one_by_one(selector: Selector) -> Iterator[tuple[Requirement, Selector]]:
    """Yield each requirement, and the selector without it."""
    for wanted in selector.requirements:
        yield wanted, Selector(tuple(r for r in selector.requirements if r is not wanted))


def _workloads_with(wanted: Requirement, pods: PodSet) -> list[str]:
    """Return the workloads of some pods that have a label which those pods lack."""
    found = (pod.workload for pod in pods if wanted.values and pod.workload is not None)
    return list(dict.fromkeys(str(w) for w in found if holds(wanted, w.labels) and w.labels))


def _vocabulary(things: Iterable[Labels]) -> dict[str, dict[str, None]]:
    """Return the values of each key, in the order they came."""
    found: dict[str, dict[str, None]] = {}
    for key, value in chain.from_iterable(labels.items() for labels in things):
        found.setdefault(key, {})[value] = None
    return found


_ADDED = (NAME_LABEL, *ADDED_LABELS)  # by Kubernetes


def _nearest(
    wanted: Requirement,
    labels: Mapping[str, Iterable[str]],
    rest: Selector,
    cutoff: float = _LIKE,
) -> str:
    """Return labels that are near to a requirement: a like value, the same value, a like key.

    No key is proposed for which the rest of the selector asks already.
    """
    taken = {requirement.key for requirement in rest.requirements}
    for value in wanted.values:
        if close := near(value, labels.get(wanted.key, ()), most=1, cutoff=cutoff):
            return f"{wanted.key}={close[0]}"
        if same := [key for key, values in labels.items() if value in values and key not in taken]:
            return f"{same[0]}={value}"
    keys = [key for key in labels if key not in _ADDED or "/" in wanted.key]
    close = near(wanted.key, (key for key in keys if key not in taken), most=1, cutoff=cutoff)
    return f"the key {close[0]}" if close and close[0] != wanted.key else ""


def _in_words(labels: Mapping[str, Iterable[str]]) -> str:
    """Return labels as they are written; what Kubernetes adds, only where there are no others."""
    told = [key for key in labels if key not in _ADDED] or labels
    pairs = [f"{key}={value}" for key in told for value in labels[key]]
    return some(pairs, 6) or "no labels"
