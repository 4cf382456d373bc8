"""Custom resources that make pods: what is known of pods that are not in the manifests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netpol_lab.errors import visible
from netpol_lab.manifests.field_paths import get
from netpol_lab.manifests.passed_over import Meaning, PassedOver
from netpol_lab.model.pod_makers import PodMaker

# Where kinds keep labels for their pods: operators, those with a template, CloudNativePG.
_LABELS = (
    ("spec", "podMetadata", "labels"),
    ("spec", "template", "metadata", "labels"),
    ("spec", "inheritedMetadata", "labels"),
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
        name = visible(_text(value, "metadata", "name"))
        home = _home(value, kind, usual)
        yield PodMaker(str(kind), name, home, labels, certain=certain)


def _home(value: dict[str, Any], kind: PassedOver, usual: str) -> str:
    """Return the namespace where pods of an object run; nothing where it may be any."""
    own = _text(value, "metadata", "namespace")
    if kind.meaning is Meaning.UNKNOWN:  # it may have no namespace by nature
        return own
    if kind.meaning is Meaning.PODS:
        return own or usual
    if kind.kind == "Application":
        is_chart = any(get(one, "chart") for one in _sources(value))
        return _text(value, "spec", "destination", "namespace") if is_chart else _ANYWHERE
    if kind.kind in ("HelmChart", "HelmRelease"):  # a folder of manifests names its own
        return _text(value, "spec", "targetNamespace") or own or usual
    return _ANYWHERE


def _sources(application: dict[str, Any]) -> list[Any]:
    several = get(application, "spec", "sources")
    return [get(application, "spec", "source"), *(several if isinstance(several, list) else ())]


def _text(value: Any, *path: str) -> str:
    found = get(value, *path)
    return found if isinstance(found, str) else ""


def _texts(labels: Any) -> Iterator[tuple[str, str]]:
    """Yield labels as far as they are text."""
    for key, label in labels.items() if isinstance(labels, dict) else ():
        if isinstance(key, str) and isinstance(label, str):
            yield key, label
