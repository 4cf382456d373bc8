"""What files of a folder that are not read say of pods: those left out, templates, charts' values.

A workload that is left out has labels that can be told. Of the rest only the words are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from netpol_lab.manifests.field_paths import get, get_list, get_text
from netpol_lab.manifests.passed_over import kind_of
from netpol_lab.manifests.pods.custom_kinds import maker_instead, makers_in
from netpol_lab.manifests.pods.workloads import KINDS
from netpol_lab.manifests.text.files import ManifestText
from netpol_lab.manifests.text.yaml_reader import Document, documents
from netpol_lab.model.pod_makers import PodMaker, UnreadFile

_WORD = re.compile(r"[A-Za-z0-9](?:[\w./-]*[A-Za-z0-9])?")  # as keys and values of labels are
_OF_OBJECTS = re.compile(r"^[\s{\"'-]*kind[\"']?\s*:|/metadata/labels\b", re.MULTILINE)
_OF_PODS = re.compile(r"\bcontainers\b|[lL]abels\b|\bNamespace\b")
_KIND = re.compile(r"^[{\"'-]*kind[\"']?\s*:\s*[\"']?(\w+)", re.MULTILINE)
# What makes no pods and gives labels to none, whatever labels stand in it.
_WITHOUT_PODS = re.compile(
    r"(HTTP)?ScaledObject|(Cluster)?TriggerAuthentication|HorizontalPodAutoscaler|VerticalPodAutoscaler|PodDisruptionBudget"
    r"|\w*NetworkPolicy|Service|Ingress|\w*Route|ConfigMap|\w*Secret|PersistentVolume(Claim)?"
    r"|(Cluster)?Role(Binding)?|ServiceAccount|(Service|Pod)Monitor|Probe|PrometheusRule"
    r"|ResourceQuota|LimitRange|PriorityClass|StorageClass|Certificate|(Cluster)?Issuer"
)
_WITHOUT_SELECTOR = ("Pod", "Job", "CronJob")


def said_of_pods(text: ManifestText) -> tuple[list[PodMaker], list[UnreadFile]]:
    """Return what makes pods in a text that is left out, or else the words of the text.

    Parameters
    ----------
    text : ManifestText
        Its namespace is that of objects which name none; empty where that may be any.
    """
    objects = [one for document in documents(text.text, text.name)[0] for one in _objects(document)]
    makers = [maker for one in objects for maker in _makers(one, text.namespace)]
    if makers and all(map(_is_told, objects)):
        return makers, []
    return makers, [*unread(text)]


def unread(text: ManifestText) -> Iterator[UnreadFile]:
    """Yield the words of a text that may speak of pods: a template, a patch, values of a chart."""
    file = FilePath(text.name)
    name = file.name.lower()
    kinds = _KIND.findall(text.text)
    if kinds and all(map(_WITHOUT_PODS.fullmatch, kinds)):
        return
    of_chart = name == "chart.yaml" or ("values" in name and not name.endswith(".json"))
    if of_chart or (_OF_OBJECTS.search(text.text) and _OF_PODS.search(text.text)):
        words = {*_WORD.findall(text.text), *file.parts, file.stem}
        yield UnreadFile(text.name, frozenset(words))


def _objects(document: Document) -> Iterator[dict[str, Any]]:
    """Yield the objects of a document, those of a List one by one."""
    value = document.value
    todo: Sequence[Any] = get_list(value, "items") or [value]
    for one in todo:
        if get_text(one, "kind") and get_text(one, "apiVersion"):
            yield one


def _is_told(value: dict[str, Any]) -> bool:
    """Say whether all that an object says of labels is told by what makes its pods."""
    return value["kind"] not in ("Namespace", *KINDS) or _is_whole(value)


def _is_whole(value: dict[str, Any]) -> bool:
    """Say whether a workload is no mere patch of another one."""
    return value["kind"] in _WITHOUT_SELECTOR or get(value, "spec", "selector") is not None


def _makers(value: dict[str, Any], usual: str) -> Iterator[PodMaker]:
    if value["kind"] != "Pod" and value["kind"] not in KINDS:
        yield from makers_in(value, kind_of(value), usual)
    elif _is_whole(value) and (found := maker_instead(value, usual)) and found.labels:
        yield replace(found, complete=True)
