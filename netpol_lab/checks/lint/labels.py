"""Which labels may have been meant by a selector that matches nothing, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from netpol_lab.checks.lint.context import Survey
from netpol_lab.checks.lint.findings import some
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.errors import near
from netpol_lab.model.objects import ADDED_LABELS, NAME_LABEL, Labels, Requirement, Selector

_ADDED = (NAME_LABEL, *ADDED_LABELS)  # by Kubernetes


def labels_meant(survey: Survey, selector: Selector, pods: PodSet) -> str:
    """Return which labels of some pods are near to what a selector wants, in words."""
    labels = vocabulary(pod.labels for pod in pods)
    for wanted in selector.requirements:
        alone = survey.pod_index.labelled(Selector((wanted,)))
        if not alone & pods and (meant := nearest(wanted, labels)):
            return f"did you mean {meant}?"
    if elsewhere := sorted({pod.namespace for pod in survey.pod_index.labelled(selector) - pods}):
        return f"pods with {selector} run in namespace {some(elsewhere)}"
    return f"the pods there have {in_words(labels)}"


def vocabulary(things: Iterable[Labels]) -> dict[str, dict[str, None]]:
    """Return the values of each key, in the order they came."""
    found: dict[str, dict[str, None]] = {}
    for labels in things:
        for key, value in labels.items():
            found.setdefault(key, {})[value] = None
    return found


def nearest(wanted: Requirement, labels: Mapping[str, Iterable[str]]) -> str:
    """Return labels that are near to a requirement: a like value, the same value, a like key."""
    for value in wanted.values:
        if close := near(value, labels.get(wanted.key, ()), most=1):
            return f"{wanted.key}={close[0]}"
        if same := [key for key, values in labels.items() if value in values]:
            return f"{same[0]}={value}"
    keys = [key for key in labels if key not in _ADDED or "/" in wanted.key]
    if close := near(wanted.key, keys, most=1):
        return f"the key {close[0]}" if close[0] != wanted.key else ""
    return ""


def in_words(labels: Mapping[str, Iterable[str]]) -> str:
    """Return labels as they are written; what Kubernetes adds, only where there are no others."""
    told = [key for key in labels if key not in _ADDED] or labels
    pairs = [f"{key}={value}" for key in told for value in labels[key]]
    return some(pairs, 6) or "no labels"
