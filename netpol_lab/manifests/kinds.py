"""Kinds of objects: those that are understood, and what a misspelt one was meant to be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from netpol_lab.errors import Complaint, Reason, did_you_mean, near, visible
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.cluster_wide.channels import GROUP
from netpol_lab.manifests.cluster_wide.definitions import KINDS as CLUSTER_WIDE
from netpol_lab.manifests.cluster_wide.definitions import VERSIONS
from netpol_lab.manifests.field_paths import get_text
from netpol_lab.manifests.passed_over import Meaning, meaning_of
from netpol_lab.manifests.pods import workloads
from netpol_lab.manifests.rules.server_words import Problem
from netpol_lab.manifests.services import endpoint_types
from netpol_lab.manifests.text import streams
from netpol_lab.manifests.text.typos import glued

KINDS: dict[tuple[str, str], type] = {
    ("NetworkPolicy", "networking.k8s.io/v1"): api.NetworkPolicy,
    ("Pod", "v1"): api.Pod,
    ("Namespace", "v1"): api.Namespace,
    ("Node", "v1"): api.Node,
    ("Service", "v1"): api.Service,
    ("Endpoints", "v1"): endpoint_types.Endpoints,
    ("EndpointSlice", "discovery.k8s.io/v1"): endpoint_types.EndpointSlice,
    **dict.fromkeys(workloads.KINDS.items(), api.Workload),
}
_KNOWN = dict.fromkeys((*KINDS, *CLUSTER_WIDE))

_OF_OBJECTS = "policies have apiVersion: networking.k8s.io/v1; pods and namespaces v1"
_OF_KUSTOMIZE = "this is a kustomization: name its folder, and it is built"
_KINDS_OF_OBJECTS = "policies have kind: NetworkPolicy; pods kind: Pod"
_OF_TESTS = "this is a file of tests, for netpol-lab test; name only the folder of manifests"


def kind_problems(value: dict[str, Any], strict: bool = True, text: str = "") -> Iterator[Problem]:
    """Yield why an object's apiVersion and kind name no resource (VAL-01, VAL-02).

    Parameters
    ----------
    value : dict
        The object; a kind that is real but not evaluated is no problem.
    strict : bool
        Whether kubectl validates it; with ``--validate=ignore`` only its reader complains.
    text : str
        The document, in which a second object may begin unnoticed.

    Yields
    ------
    Problem

    Examples
    --------
    >>> for problem in kind_problems({"apiVersion": "v1", "kind": "Pood"}):
    ...     print(problem.message, problem.hint, sep="; ")
    no matches for kind "Pood" in version "v1"; did you mean Pod?
    """
    kind, version = value.get("kind"), value.get("apiVersion")
    if not version:
        hints = {"expect": _OF_TESTS, "resources": _OF_KUSTOMIZE, "bases": _OF_KUSTOMIZE}
        hint = next((hints[key] for key in hints if key in value), _OF_OBJECTS)
        yield _not_set("apiVersion", value, hint)
    if not kind:
        missing = _not_set("kind", value, _KINDS_OF_OBJECTS)
        yield missing if strict else missing._replace(message=_without_kind(value))
    for name in ("apiVersion", "kind"):
        if value.get(name) and not isinstance(value[name], str):
            yield Problem((name,), Reason.TYPE, "must be text", "such as v1 or Pod")
    if isinstance(version, str) and isinstance(kind, str) and (kind, version) not in _KNOWN:
        later = version.rpartition("/")[0] == GROUP and get_text(value, "metadata", "uid")
        for problem in () if later else _no_match(kind, version):  # a server has it: it exists
            yield problem._replace(hint=glued(text) or problem.hint)


def _not_set(name: str, value: dict[str, Any], hint: str = "") -> Problem:
    """Return the complaint about a field that is missing, or capitalised differently."""
    spelt = next((key for key in value if key.lower() == name.lower() and key != name), None)
    path = (spelt or name,)
    hint = f"write {name}: upper and lower case matter" if spelt else hint
    return Problem(path, Reason.REQUIRED, f"{name} not set", hint, of_key=bool(spelt))


def _without_kind(value: dict[str, Any]) -> str:
    """Return what kubectl's reader says of an object without kind."""
    written = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"Object 'Kind' is missing in '{written}'"


def _no_match(kind: str, version: str) -> Iterator[Problem]:
    """Yield why there is no such kind; those of other vendors' groups are left alone."""
    message = f'no matches for kind "{visible(kind)}" in version "{visible(version)}"'
    if version.rpartition("/")[0] == GROUP:
        yield from _no_match_of_group(kind, version, message)
        return
    for known, right in _KNOWN:
        if kind == known and _is_builtin_group(version):
            other = f"{kind} belongs to another group: " if known in VERSIONS else ""
            yield Problem(("apiVersion",), Reason.NO_MATCH, message, f"{other}write {right}")
            return
        if kind.lower() == known.lower() and version == right:
            yield Problem(("kind",), Reason.NO_MATCH, message, f"write {known}")
            return
    if version == "networking.k8s.io/v1" and kind.removesuffix("List") not in _OF_NETWORKING:
        hint = _of_another_group(kind) or did_you_mean(kind, _OF_NETWORKING)
        path = "apiVersion" if _of_another_group(kind) else "kind"
        yield Problem((path,), Reason.NO_MATCH, message, hint)
    elif kind == "NetworkPolicy" and near(version.rpartition("/")[0], [_OUR_GROUP], cutoff=0.9):
        yield Problem(("apiVersion",), Reason.NO_MATCH, message, f"write {_OUR_GROUP}/v1")
    elif meant := _misspelt(kind, version):
        hint = f"did you mean {meant[0]}?"
        hint += "" if meant[1] == version else f" Its apiVersion is {meant[1]}"
        yield Problem(("kind",), Reason.NO_MATCH, message, hint)


def _no_match_of_group(kind: str, version: str, message: str) -> Iterator[Problem]:
    """Yield why the group of cluster-wide policies has no such kind in this version."""
    name, served = kind.removesuffix("List"), version.rpartition("/")[2]
    if name in VERSIONS and served in VERSIONS[name]:
        return  # a list of them, without items
    if name == "ClusterNetworkPolicy":
        hint = f"write {GROUP}/{VERSIONS[name][0]}"
        yield Problem(("apiVersion",), Reason.NO_MATCH, message, hint)
        return
    meant = near(name, VERSIONS, most=1)
    hint = f"did you mean {meant[0]}?" if meant else f"there are {', '.join(VERSIONS)}"
    if name in VERSIONS:
        hint = (
            f"{name} is of {GROUP}/{VERSIONS[name][0]}; since v1alpha2 a ClusterNetworkPolicy has "
            "its place"
        )
    elif [known for known in VERSIONS if known.lower() == name.lower()]:
        hint = f"write {meant[0]}"
    yield Problem(("kind",), Reason.NO_MATCH, message, hint)


def _misspelt(kind: str, version: str) -> tuple[str, str] | None:
    """Return the kind, with its version, that a kind which does not exist was meant to be."""
    if version not in _OTHER_KINDS or kind.removesuffix("List") in _OTHER_KINDS[version]:
        return None
    meant = near(kind, (known for known, _ in KINDS), most=1, cutoff=0.75)
    return next((found for found in KINDS if found[0] in meant), None)


def _of_another_group(kind: str) -> str:
    """Return which apiVersion a kind has that belongs to a plugin, or to another group."""
    found = next((version for version, kinds in _OF_OTHERS.items() if kind in kinds), "")
    return f"{kind} belongs to another group: write {found}" if found else ""


_OF_OTHERS = {
    "cilium.io/v2": ("CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"),
    "gateway.networking.k8s.io/v1": ("Gateway", "GatewayClass", "GRPCRoute", "HTTPRoute"),
    "networking.istio.io/v1": ("DestinationRule", "ServiceEntry", "Sidecar", "VirtualService"),
    "projectcalico.org/v3": ("GlobalNetworkPolicy", "GlobalNetworkSet", "NetworkSet"),
}
_OUR_GROUP = "networking.k8s.io"
_OF_NETWORKING = ("IPAddress", "Ingress", "IngressClass", "NetworkPolicy", "ServiceCIDR")
_OTHER_KINDS = {  # real ones that are not evaluated, the last two of old OpenShift
    "v1": (
        "Binding", "ComponentStatus", "ConfigMap", "Event", "LimitRange", "",
        "PersistentVolume", "PersistentVolumeClaim", "PodStatusResult", "PodTemplate",
        "ResourceQuota", "Secret", "ServiceAccount", "Status",
        "DeploymentConfig", "EgressNetworkPolicy",
    ),
    "apps/v1": ("ControllerRevision", "Scale"),
    "batch/v1": (),
}  # fmt: skip


def _is_builtin_group(version: str) -> bool:
    """Say whether a group is Kubernetes' own; others, such as Calico's, have like-named kinds."""
    group = version.rpartition("/")[0]
    return "." not in group or group.endswith(".k8s.io")


# ---------------------------------------------------------------- what cannot be read

_HEAD = re.compile(r"^(apiVersion|kind)[ \t]*:[ \t]*([^\s#]+)[ \t]*(?:#.*)?$", re.MULTILINE)
_A_POLICY = re.compile(r"NetworkPolicy|podSelector|policyTypes", re.IGNORECASE)


def broken_apart(broken: Sequence[Complaint], text: str) -> tuple[list[Complaint], list[Complaint]]:
    """Return the complaints about documents that may matter, and about those that cannot.

    Parameters
    ----------
    broken : sequence of Complaint
        What is wrong with documents of a text.
    text : str

    Returns
    -------
    (list of Complaint, list of Complaint)
    """
    if not broken or streams.looks_like_json(text):
        return [*broken], []
    harmless = {n for n, part in enumerate(streams.yaml_parts(text), 1) if is_harmless(part.text)}
    matter = [complaint for complaint in broken if complaint.document not in harmless]
    return matter, [complaint for complaint in broken if complaint.document in harmless]


def is_harmless(text: str) -> bool:
    r"""Say whether a document is surely of a kind that has nothing to do with traffic.

    It is not if another object could be hidden in it, where three dashes are missing.

    Examples
    --------
    >>> is_harmless("apiVersion: v1\nkind: ConfigMap\ndata: [")
    True
    >>> is_harmless("apiVersion: v1\nkind: Pod\ndata: [")
    False
    """
    heads = _HEAD.findall(text)
    value = dict(heads)
    if len(heads) != 2 or len(value) != 2 or _A_POLICY.search(text):
        return False
    is_known = (value["kind"], value["apiVersion"]) not in KINDS and not any(kind_problems(value))
    is_list = value["kind"].endswith("List")
    return is_known and not is_list and meaning_of(value) is Meaning.NOTHING
