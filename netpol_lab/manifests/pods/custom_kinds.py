"""Custom resources that make pods: from a template, or in a way that only their operator knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from netpol_lab.errors import Reason, visible
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.decoding import Problem, decoder
from netpol_lab.manifests.field_paths import get, get_list, get_text
from netpol_lab.manifests.passed_over import Meaning, PassedOver, is_listed
from netpol_lab.manifests.pods.workloads import KINDS, KNOWN_CUSTOM_KINDS
from netpol_lab.manifests.rules.metadata_rules import check_namespace
from netpol_lab.manifests.rules.naming_rules import check_labels
from netpol_lab.manifests.rules.object_rules import check_workload
from netpol_lab.model.pod_makers import PodMaker

# ---------------------------------------------------------------- with a template


def workload_in(value: dict[str, Any], kind: PassedOver) -> api.Workload | None:
    """Return a custom resource as the workload that it is, if its pods are those of a template.

    Rollouts and DeploymentConfigs are known; any other kind that has `spec.template` with
    containers makes as many pods as `spec.replicas` says, one where it does not (SEM-78).

    Parameters
    ----------
    value : dict
        An object with a kind and an apiVersion that are text.
    kind : PassedOver
        Its kind.

    Returns
    -------
    Workload or None

    Examples
    --------
    >>> template = {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "a"}]}}
    >>> value = {"metadata": {"name": "a"}, "spec": {"replicas": 2, "template": template}}
    >>> workload_in(value, PassedOver("Crane", "example.com", Meaning.PODS)).spec.replicas
    2
    """
    spec = get(value, "spec")
    containers = get(spec, "template", "spec", "containers")
    if not isinstance(containers, list) or not any(isinstance(one, dict) for one in containers):
        return None
    if is_known(kind):
        labels, usual = _KNOWN[kind.kind](value)
    elif is_listed(kind):
        return None
    else:
        labels, usual = {}, 1
    replicas = get(spec, "replicas")
    number = 0 if get(spec, "test") is True and usual == 0 else replicas
    size = {"replicas": usual if number is None else number}
    plain = {"metadata": value.get("metadata"), "spec": {**size, "template": spec["template"]}}
    return _with_labels(plain, labels)


def _with_labels(plain: dict[str, Any], labels: dict[str, str]) -> api.Workload | None:
    """Return a workload with more labels in its template; None if no server would take it."""
    problems: list[Problem] = []
    found: api.Workload = decoder(api.Workload)(plain, (), problems)
    if any(problem.reason is not Reason.UNKNOWN for problem in problems):
        return None
    template = found.spec.template
    meta = replace(template.metadata, labels={**(template.metadata.labels or {}), **labels})
    spec = replace(found.spec, template=replace(template, metadata=meta))
    made = replace(found, spec=spec)
    return None if any(check_workload(made)) else made


def _of_rollout(value: dict[str, Any]) -> tuple[dict[str, str], int]:
    """Return the labels that stable pods of a Rollout have besides, and how many are usual."""
    canary, blue_green = ("canary", "stableMetadata"), ("blueGreen", "activeMetadata")
    found = (get(value, "spec", "strategy", *path, "labels") for path in (canary, blue_green))
    return dict(chain.from_iterable(map(_texts, found))), 1


def _of_deployment_config(value: dict[str, Any]) -> tuple[dict[str, str], int]:
    # Without a number there are none; for a test there are some only while it runs.
    return {"deploymentconfig": get_text(value, "metadata", "name")}, 0


_KNOWN = {"Rollout": _of_rollout, "DeploymentConfig": _of_deployment_config}


def is_known(kind: PassedOver) -> bool:
    """Say whether all labels are known that a kind's controller gives to pods of its template."""
    return (kind.kind, kind.group) in KNOWN_CUSTOM_KINDS


# ---------------------------------------------------------------- without


# Where kinds keep labels for their pods: operators, those with a template, CloudNativePG, CronJob.
_LABELS = (
    ("spec", "podMetadata", "labels"),
    ("spec", "template", "metadata", "labels"),
    ("spec", "inheritedMetadata", "labels"),
    ("spec", "jobTemplate", "spec", "template", "metadata", "labels"),
)
_ANYWHERE = ""
_CERTAIN = {Meaning.PODS: True, Meaning.INSTALLER: True, Meaning.UNKNOWN: False}


def makers_in(value: dict[str, Any], kind: PassedOver, usual: str) -> Iterator[PodMaker]:
    """Yield what an object that is passed over may make pods of; nothing if it makes none.

    Parameters
    ----------
    value : dict
        An object with a kind and an apiVersion that are text.
    kind : PassedOver
        Its kind, with what passing it over means.
    usual : str
        The namespace of objects that name none.

    Yields
    ------
    PodMaker

    Examples
    --------
    >>> metadata = {"name": "k8s", "namespace": "monitoring"}
    >>> value = {
    ...     "apiVersion": "monitoring.coreos.com/v1",
    ...     "kind": "Prometheus",
    ...     "metadata": metadata,
    ... }
    >>> kind = PassedOver("Prometheus", "monitoring.coreos.com", Meaning.PODS)
    >>> [maker.namespace for maker in makers_in(value, kind, "default")]
    ['monitoring']
    """
    certain = _CERTAIN.get(kind.meaning)
    if certain is not None:
        labels = {k: v for path in _LABELS for k, v in _texts(get(value, *path))}
        name = visible(get_text(value, "metadata", "name"))
        labels |= _labels_of_operators(kind, name)
        home = _home(value, kind, usual)
        yield PodMaker(str(kind), name, home, labels, certain=certain)


# What the operator of Prometheus calls the pods of its kinds, whatever `podMetadata` says.
_OF_PROMETHEUS_OPERATOR = {
    "Prometheus": ("prometheus", "prometheus"),
    "PrometheusAgent": ("prometheus-agent", ""),
    "Alertmanager": ("alertmanager", "alertmanager"),
    "ThanosRuler": ("thanos-ruler", "thanos-ruler"),
}


def _labels_of_operators(kind: PassedOver, name: str) -> dict[str, str]:
    """Return the labels that an operator is known to give to the pods of an object."""
    if kind.group != "monitoring.coreos.com" or kind.kind not in _OF_PROMETHEUS_OPERATOR:
        return {}
    app, key = _OF_PROMETHEUS_OPERATOR[kind.kind]
    named = {"app.kubernetes.io/name": app, "app.kubernetes.io/instance": name}
    return {**named, **({key: name} if key else {})}


def _home(value: dict[str, Any], kind: PassedOver, usual: str) -> str:
    """Return the namespace where pods of an object run; nothing where it may be any."""
    own = get_text(value, "metadata", "namespace")
    if kind.meaning is Meaning.UNKNOWN:  # it may have no namespace by nature
        return own
    if kind.meaning is Meaning.PODS:
        return own or usual
    if kind.kind == "Application":
        is_chart = any(get(one, "chart") for one in _sources(value))
        return get_text(value, "spec", "destination", "namespace") if is_chart else _ANYWHERE
    if kind.kind in ("HelmChart", "HelmRelease"):  # a folder of manifests names its own
        return get_text(value, "spec", "targetNamespace") or own or usual
    return _ANYWHERE


def _sources(application: dict[str, Any]) -> list[Any]:
    return [get(application, "spec", "source"), *get_list(application, "spec", "sources")]


def _texts(labels: Any) -> Iterator[tuple[str, str]]:
    """Yield labels as far as they are text."""
    for key, label in labels.items() if isinstance(labels, dict) else ():
        if isinstance(key, str) and isinstance(label, str):
            yield key, label


def maker_instead(value: Any, usual: str) -> PodMaker | None:
    """Return what stands for the pods of a pod or workload that the server refuses.

    What is wrong about it may be its namespace, or labels: then they are not known.

    Examples
    --------
    >>> job = {"kind": "Job", "metadata": {"name": "A", "namespace": "${HOME}"}}
    >>> maker_instead(job, "default").namespace
    ''
    >>> print(maker_instead({"kind": "Role"}, "default"))
    None
    """
    kind = get(value, "kind")
    if kind != "Pod" and kind not in KINDS:
        return None
    paths = (("metadata", "labels"),) if kind == "Pod" else _LABELS
    written = (pair for path in paths for pair in _texts(get(value, *path)))
    labels = {key: label for key, label in written if not any(check_labels({key: label}, ()))}
    home = get_text(value, "metadata", "namespace") or usual
    name = visible(get_text(value, "metadata", "name"))
    return PodMaker(kind, name, _ANYWHERE if any(check_namespace(home)) else home, labels)
