"""Which labels were meant by a selector that matches nothing: what the hints of NP202, NP203 say.

Nothing is proposed that matches no pod, nor what other peers admit already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from itertools import chain
from typing import NamedTuple

from netpol_lab.checks.lint.context import Context
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.semantics import holds, matches, namespaces_for
from netpol_lab.errors import is_slip, some
from netpol_lab.model.objects import Direction, Peer, Policy, Rule
from netpol_lab.model.selectors import (
    ADDED_LABELS,
    JOB_NAME_LABELS,
    NAME_LABEL,
    Labels,
    Requirement,
    Selector,
)

ADD_OR_REMOVE = "add the pods that it is about to the manifests, or remove it"
SYSTEM_NAMESPACES = (
    "default",
    "kube-system",
    "kube-public",
    "kube-node-lease",
)  # nobody misspelt them
_OF_NO_INTEREST = "pod-security.kubernetes.io/"


class Knows(Enum):
    """How much a hint knows of what was meant."""

    SLIP = "what was meant"
    OWNER = "whose label it is, such as a Deployment's"
    THERE = "only what the pods there have"
    ELSE = "something else"


class Hint(NamedTuple):
    """What to do about a selector that matches nothing, in words."""

    words: str
    knows: Knows = Knows.ELSE

    @property
    def knows_better(self) -> bool:
        """Whether it tells what was meant, and does not only say what there is."""
        return self.knows in (Knows.SLIP, Knows.OWNER)


def _did_you_mean(words: str) -> Hint:
    return Hint(f"did you mean {words}?", Knows.SLIP)


def told_by_siblings(context: Context, policy: Policy, rule: Rule, i: int) -> PodSet:
    """Return the pods that other peers of a policy admit on the same ports as one of its peers."""
    others = chain.from_iterable(
        (*r.peers[:i], *r.peers[i + 1 :]) if r is rule else r.peers
        for r in policy.rules(rule.direction)
        if not r.ports or r.ports == rule.ports
    )
    return context.peers(policy, *others).pods


def peer_meant(context: Context, policy: Policy, rule: Rule, i: int) -> Hint:
    """Return what is near to a peer that matches nothing."""
    pods, namespaces = rule.peers[i].pod_selector, rule.peers[i].namespace_selector
    told = told_by_siblings(context, policy, rule, i)
    if namespaces is not None and not context.pod_index.in_namespaces(namespaces):
        return _namespaces_meant(context, policy, namespaces, pods or Selector(), told)
    if pods is None or not pods.requirements:
        return Hint(ADD_OR_REMOVE)
    if context.pod_index.in_namespaces(pods) - told:
        return Hint(f"{pods} is a label of namespaces: use namespaceSelector", Knows.OWNER)
    if alias := _alias_meant(context, policy, rule, rule.peers[i]):
        return alias
    if namespaces is None:
        return labels_meant(context, pods, context.pods_of(policy.namespace), told)
    if context.peers(policy, Peer(pods)).pods - told:
        both = "both selectors of one item have to match"
        return Hint(f"{both}: put a dash before the second to mean OR")
    return labels_meant(context, pods, context.pod_index.in_namespaces(namespaces), told)


def _alias_meant(context: Context, policy: Policy, rule: Rule, peer: Peer) -> Hint | None:
    """Return what to write for a Service of type ExternalName, behind which no pods are."""
    values = {value for r in (peer.pod_selector or Selector()).requirements for value in r.values}
    homes = namespaces_for(peer, policy.namespace)
    for service in context.cluster.services if rule.direction is Direction.EGRESS else ():
        here = matches(homes, context.labels_of(service.namespace))
        if service.external_name and service.name in values and here:
            return Hint(
                f"{service.name} is a Service of type ExternalName ({service.external_name}), with "
                "no pods behind it, and no selector matches an address outside: use an ipBlock, "
                "or leave to out on these ports",
                Knows.OWNER,
            )
    return None


def _namespaces_meant(
    context: Context, policy: Policy, wanted: Selector, pods: Selector, told: PodSet
) -> Hint:
    fitting = context.pod_index.labelled(pods) - told
    found = [ns for ns in context.cluster.namespaces.values() if context.pods_of(ns.name)]
    others = [ns for ns in found if context.pods_of(ns.name) & fitting]
    for requirement, rest in one_by_one(wanted):
        if not any(holds(requirement, ns.labels) for ns in found):
            likely = _vocabulary(ns.labels for ns in others if matches(rest, ns.labels))
            if meant := _nearest(requirement, likely, rest):
                return _did_you_mean(meant)
    if context.peers(policy, Peer(wanted)).pods - told:
        return Hint(f"{wanted} is a label of pods: use podSelector", Knows.OWNER)
    known = _vocabulary(ns.labels for ns in others if ns.name != policy.namespace)
    theirs = {k: known[k] for k in known if not k.startswith(_OF_NO_INTEREST) and k != NAME_LABEL}
    if theirs:
        return Hint(f"the other namespaces with pods have {_in_words(theirs)}")
    return Hint(f"label the namespace that is meant, or choose it by {NAME_LABEL}")


def labels_meant(
    context: Context,
    selector: Selector,
    there: PodSet,
    told: PodSet | None = None,
) -> Hint:
    """Return which labels of some pods are near to what a selector wants.

    Parameters
    ----------
    context : Context
    selector : Selector
        Matches none of the pods.
    there : PodSet
        The pods among which it is looked for.
    told : PodSet, optional
        Those that others admit already: their labels are not what was meant.
    """
    others = there if told is None else there - told
    lacking = [
        (wanted, rest, others & context.pod_index.labelled(rest))
        for wanted, rest in one_by_one(selector)
        if not context.pod_index.labelled(Selector((wanted,))) & there
    ]
    for wanted, rest, _ in lacking:
        if wanted.key in JOB_NAME_LABELS and (run := _cron_jobs(wanted, there)):
            return Hint(
                f"the Jobs of CronJob {run[0]} are called {run[0]}-TIME, each anew: give its pod "
                "template a label, and ask for that"
            )
        if made_by := _workloads_with(wanted, rest, others):
            words = (
                f"{wanted} is a label of {some(made_by)}, not of its pods: add it to the labels "
                "of the pod template, or leave it out here"
            )
            return Hint(words, Knows.OWNER)
    for wanted, rest, fitting in lacking:
        if meant := _nearest(wanted, _vocabulary(pod.labels for pod in fitting), rest):
            return _did_you_mean(meant)
    if elsewhere := sorted({pod.namespace for pod in context.pod_index.labelled(selector) - there}):
        return Hint(f"pods with {selector} run in namespace {some(elsewhere)}")
    if others:
        labels = _in_words(_vocabulary(pod.labels for pod in others))
        return Hint(f"the pods there have {labels}", Knows.THERE)
    return Hint(ADD_OR_REMOVE)


def one_by_one(selector: Selector) -> Iterator[tuple[Requirement, Selector]]:
    """Yield each requirement, and the selector without it."""
    for wanted in selector.requirements:
        yield wanted, Selector(tuple(r for r in selector.requirements if r is not wanted))


def _workloads_with(wanted: Requirement, rest: Selector, pods: PodSet) -> list[str]:
    """Return the workloads that have a label which their pods lack, and all else that is asked."""
    found = (
        pod.workload
        for pod in pods
        if wanted.values and pod.workload is not None and pod.workload.labels
        if holds(wanted, pod.workload.labels)
        if matches(rest, {**pod.workload.labels, **pod.labels})
    )
    return list(dict.fromkeys(map(str, found)))


def _vocabulary(things: Iterable[Labels]) -> dict[str, dict[str, None]]:
    """Return the values of each key, in the order they came."""
    found: dict[str, dict[str, None]] = {}
    for key, value in chain.from_iterable(labels.items() for labels in things):
        found.setdefault(key, {})[value] = None
    return found


_ADDED = (NAME_LABEL, *ADDED_LABELS)  # by Kubernetes


def _nearest(wanted: Requirement, labels: Mapping[str, Iterable[str]], rest: Selector) -> str:
    """Return labels that are near to a requirement: a like value, the same value, a like key.

    No key is proposed for which the rest of the selector asks already, and none that Kubernetes
    gives to what it makes.
    """
    taken = {*_ADDED, *(requirement.key for requirement in rest.requirements)}
    names = labels.get(wanted.key, ()) if wanted.key not in ADDED_LABELS else ()
    for value in (value for value in wanted.values if value not in SYSTEM_NAMESPACES):
        if close := next((other for other in names if is_slip(value, other)), None):
            return f"{wanted.key}={close}"
        if same := [key for key, values in labels.items() if value in values and key not in taken]:
            return f"{same[0]}={value}"
    likely = (key for key in labels if key not in taken and key != wanted.key)
    close = next((key for key in likely if is_slip(wanted.key, key)), None)
    return f"the key {close}" if close else ""


def _cron_jobs(wanted: Requirement, pods: PodSet) -> list[str]:
    """Return the CronJobs among the workloads of some pods that a name of a Job is about."""
    made = {pod.workload.name for pod in pods if pod.workload and pod.workload.kind == "CronJob"}
    return sorted(n for n in made if any(v == n or v.startswith(f"{n}-") for v in wanted.values))


def _in_words(labels: Mapping[str, Iterable[str]]) -> str:
    """Return labels as they are written; what Kubernetes adds, only where there are no others."""
    told = [key for key in labels if key not in _ADDED] or labels
    pairs = [f"{key}={value}" for key in told for value in labels[key]]
    return some(pairs, 6) or "no labels"
