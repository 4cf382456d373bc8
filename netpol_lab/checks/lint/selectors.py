"""NP201 and NP202: selectors that match nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, groupby

from netpol_lab.checks.lint.context import Survey
from netpol_lab.checks.lint.findings import Suspicion
from netpol_lab.checks.lint.labels import labels_meant
from netpol_lab.engine.semantics import matches, only_namespace
from netpol_lab.model.objects import Labels, Pod, Policy, Selector
from netpol_lab.model.policy_parts import listed_peers, peer_path, selectors_of


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
    for rule, i, peer in listed_peers(policy):
        for field, selector in selectors_of(peer).items():
            yield f"{peer_path(rule, i)}.{field}", selector


def _contradicted(selector: Selector) -> Iterator[str]:
    by_key = sorted(selector.requirements, key=lambda r: r.key)
    for key, found in groupby(by_key, lambda r: r.key):
        alone = Selector(tuple(found))
        values = chain.from_iterable(r.values for r in alone.requirements)
        labels: list[Labels] = [{}, {key: "\0"}, *({key: value} for value in values)]
        if not any(matches(alone, label) for label in labels):
            yield key


def is_contradictory(*selectors: Selector | None) -> bool:
    """Say whether one of some selectors contradicts itself."""
    return any(True for s in selectors if s is not None for _ in _contradicted(s))


def finished_bearers(
    survey: Survey, pods: Selector | None, namespaces: Selector | None
) -> Iterator[Pod]:
    """Yield the finished pods that selectors match: a Job that is over was meant all the same."""
    for pod in survey.cluster.pods:
        home = survey.cluster.namespaces[pod.namespace].labels
        if pod.finished and matches(pods or Selector(), pod.labels):
            yield from (pod,) if matches(namespaces or Selector(), home) else ()


def selects_nothing(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP202: a podSelector that no pod of the namespace matches (SEM-08)."""
    here = survey.pods_of(policy.namespace)
    if not here or survey.subjects(policy) or is_contradictory(policy.pod_selector):
        return
    if any(finished_bearers(survey, policy.pod_selector, only_namespace(policy.namespace))):
        return
    message = (
        f"no running pod of namespace {policy.namespace} has {policy.pod_selector}. "
        "A selector is compared with the labels of pods, not of Deployments or Services."
    )
    hint = labels_meant(survey, policy.pod_selector, here)
    yield Suspicion("NP202", policy, message, hint, "spec.podSelector")


OF_POLICIES = (contradictions, selects_nothing)
