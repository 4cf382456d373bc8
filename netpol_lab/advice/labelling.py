"""Labels that peers ask for, given to the pods or the namespace that lack them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netpol_lab.advice.edit import Edit, Touch, of_object
from netpol_lab.advice.telling import replicas, tells_version
from netpol_lab.engine.near_miss import NearMiss, UnmetPart
from netpol_lab.engine.semantics import holds
from netpol_lab.engine.sides import Side
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Namespace, Pod
from netpol_lab.model.selectors import ADDED_LABELS, NAME_LABEL, Labels, Requirement, spelt

TEMPLATES = {"CronJob": "spec.jobTemplate.spec.template.metadata"}
TEMPLATE = "spec.template.metadata"  # of all others
FIXED = ("Job",)  # the server refuses another template of what is there


def labellings(cluster: Cluster, side: Side, miss: NearMiss) -> Iterator[Edit]:
    """Yield how the other end could get the one label that it lacks of what a rule wants.

    Never a label that has a value already, that controllers or the server write, or that tells a
    version; and for the template of a Job, which
    cannot be changed, only one that the Job itself has.

    Parameters
    ----------
    cluster : Cluster
    side : Side
    miss : NearMiss
        One of its near misses.

    Yields
    ------
    Edit

    Examples
    --------
    >>> import netpol_lab as lab
    >>> from netpol_lab.engine.near_miss import misses
    >>> shop = lab.load("three-tier")
    >>> side = lab.evaluate(shop, "web", "db", port=5432).ingress
    >>> list(labellings(shop, side, next(misses(shop, side))))  # its role is another one
    []
    """
    if len(miss.unmet) != 1 or side.peer.pod is None:
        return
    (unmet,), pod = miss.unmet, side.peer.pod
    match unmet.part, unmet.wants:
        case UnmetPart.POD_LABELS, Requirement() as wanted:
            yield from _for_pod(cluster, pod, wanted, miss)
        case UnmetPart.NAMESPACE_LABELS, Requirement() as wanted:
            yield from _for_namespace(cluster.namespaces[pod.namespace], wanted, miss)


def _for_pod(cluster: Cluster, pod: Pod, wanted: Requirement, miss: NearMiss) -> Iterator[Edit]:
    made_by = pod.workload
    of_owner = made_by.labels if made_by is not None and holds(wanted, made_by.labels) else {}
    label = _missing(wanted, pod.labels, of_owner)
    if label is None or (made_by is not None and made_by.kind in FIXED and not of_owner):
        return
    title, path, because = f"Pod {pod}", "metadata", ""
    if made_by is not None:
        title = f"{made_by.kind} {pod.namespace}/{made_by.name}"
        path = TEMPLATES.get(made_by.kind, TEMPLATE)
        if of_owner:
            title, because = f"the pods of {title}", ": it has the label, its pods do not"
        if made_by.kind in FIXED:
            because += " (delete it first, its template cannot be changed)"
    pods = [replace(p, labels={**p.labels, **label}) for p in replicas(cluster, pod)]
    touch = Touch.OWN if pod.namespace == miss.policy.namespace else Touch.FOREIGN
    written = {key: value for key, value in pod.labels.items() if key not in ADDED_LABELS}
    yield _label(title, path, label, written, miss, *pods, because=because, touch=touch)


def _for_namespace(namespace: Namespace, wanted: Requirement, miss: NearMiss) -> Iterator[Edit]:
    label = _missing(wanted, namespace.labels, {})
    if label is not None:
        changed = replace(namespace, labels={**namespace.labels, **label})
        others = {key: value for key, value in namespace.labels.items() if key != NAME_LABEL}
        title = f"Namespace {namespace.name}"
        yield _label(title, "metadata", label, others, miss, changed, touch=Touch.FOREIGN)


def _missing(wanted: Requirement, labels: Labels, owners: Labels) -> dict[str, str] | None:
    """Return the label that would do, unless its key has a value: that one has its reasons.

    Of several values it is that of the owner; without one nobody knows which.
    """
    if wanted.key not in owners and len(wanted.values) > 1:
        return None
    label = {wanted.key: owners.get(wanted.key, next(iter(wanted.values), ""))}
    others = wanted.key in labels or wanted.key in ADDED_LABELS or tells_version(wanted.key)
    return None if others or not holds(wanted, label) else label


def _label(
    title: str,
    path: str,
    label: Labels,
    beside: Labels,
    miss: NearMiss,
    *changed: Pod | Namespace,
    because: str = "",
    touch: Touch,
) -> Edit:
    ((key, value),) = label.items()
    wants = f"rule {miss.rule.number} of {miss.policy} wants"
    words = f"give {title} the label {key}={spelt(value)}, which {wants}{because}"
    adds, thing = bool(beside), title.removeprefix("the pods of ")
    return of_object(words, thing, f"{path}.labels", label, *changed, adds=adds, touch=touch)
