"""Kinds that are read and not understood: what passing them over means for the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, NamedTuple

from netpol_lab.errors import Complaint, Reason, visible
from netpol_lab.manifests.field_paths import get


class Meaning(Enum):
    """What is missing in the answers where objects of a kind are passed over, in words."""

    NOTHING = ""
    INSTALLER = "whatever this kind installs is missing here"
    MESH = "a mesh may still refuse what is allowed here"
    ELSEWHERE = "this kind decides nothing about the pod network, or nothing yet"
    PODS = "the pods that this kind makes are missing here"
    TEMPLATE = (
        "its pods have the labels of its template; others that selectors ask for are left open "
        "(SEM-78)"
    )
    UNCLEAR = "a part of it is not known here, and flows that it could decide are undefined"
    OF_NO_USE = (
        "a part of it cannot be used, and flows that this part could match are undefined (ANP-20)"
    )
    POLICY = "this kind is not evaluated yet, and flows that it could decide are undefined"
    TRAFFIC = "traffic arrives this way from the pods of a proxy: ask about those"
    UNKNOWN = "whether this kind makes pods, or decides about connections, is not known here"


_NOT_PASSED_OVER = (Meaning.TEMPLATE, Meaning.OF_NO_USE)
_ANY = ""  # stands for the kinds of a group that are not listed by name
_MOST_LOOKED_AT = 10_000  # parts of one object, in search of containers


class PassedOver(NamedTuple):
    """A kind of objects that are passed over; the group is empty for the core group."""

    kind: str
    group: str
    meaning: Meaning

    def words(self, number: int) -> str:
        """Return one line about all objects of the kind.

        Examples
        --------
        >>> print(PassedOver("Workflow", "argoproj.io", Meaning.PODS).words(2))
        2 Workflow (argoproj.io) passed over: the pods that this kind makes are missing here
        """
        done = "" if self.meaning in _NOT_PASSED_OVER else " passed over"
        return f"{number} {self}{done}: {self.meaning.value}"

    def __str__(self) -> str:
        return visible(f"{self.kind} ({self.group})" if self.group else self.kind)


def complaints(passed_over: Mapping[PassedOver, int]) -> Iterator[Complaint]:
    """Yield one line for each kind that can matter to an answer."""
    for kind, number in passed_over.items():
        if kind.meaning is not Meaning.NOTHING:
            words = kind.words(number)
            yield Complaint("", Reason.UNSUPPORTED, words, file="", document=0, object=kind.kind)


def kind_of(value: dict[str, Any]) -> PassedOver:
    """Return the kind of an object, with what passing it over means."""
    return PassedOver(value["kind"], group_of(value), meaning_of(value))


def numbers(passed_over: Mapping[PassedOver, int]) -> dict[str, int]:
    """Return how many objects of each kind are passed over: not those told of for other reasons."""
    found: Counter[str] = Counter()
    for kind, number in passed_over.items():
        if kind.meaning not in _NOT_PASSED_OVER:
            found[kind.kind] += number
    return dict(found)


def meaning_of(value: dict[str, Any]) -> Meaning:
    """Return what passing an object over means.

    Parameters
    ----------
    value : dict
        An object with a kind and an apiVersion that are text.

    Returns
    -------
    Meaning

    Examples
    --------
    >>> meaning_of({"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout"}).name
    'PODS'
    >>> meaning_of({"apiVersion": "v1", "kind": "ConfigMap"}).name
    'NOTHING'
    """
    kind, group = value["kind"], group_of(value)
    kinds = _KINDS.get(group, {})
    if kind in kinds:
        return kinds[kind]
    if "NetworkPolicy" in kind and kinds.get(_ANY) is not Meaning.ELSEWHERE:
        return Meaning.ELSEWHERE if kind.startswith("Staged") else Meaning.POLICY
    if _ANY in kinds:
        return kinds[_ANY]
    return Meaning.PODS if any(_containers(value)) else Meaning.UNKNOWN


def is_listed(kind: PassedOver) -> bool:
    """Say whether it is known what passing over this kind means, whatever its objects hold."""
    kinds = _KINDS.get(kind.group, {})
    return kind.kind in kinds or _ANY in kinds or "NetworkPolicy" in kind.kind


def group_of(value: dict[str, Any]) -> str:
    """Return the group of an object's apiVersion; empty for the core group."""
    return str(value["apiVersion"]).rpartition("/")[0]


def _containers(value: dict[str, Any]) -> Iterator[Any]:
    """Yield the lists of containers in an object: a custom resource with them makes pods."""
    parts: list[Any] = [value.get("spec")]
    for _ in range(_MOST_LOOKED_AT):
        if not parts:
            return
        part = parts.pop()
        if isinstance(part, dict):
            parts += part.values()
            found = part.get("containers")
            yield from (
                (found,)
                if isinstance(found, list) and any(get(one, "image") for one in found)
                else ()
            )
        elif isinstance(part, list):
            parts += part


def _each(meaning: Meaning, *kinds: str) -> dict[str, Meaning]:
    return dict.fromkeys(kinds, meaning)


def _all(meaning: Meaning, *groups: str) -> dict[str, dict[str, Meaning]]:
    return {group: {_ANY: meaning} for group in groups}


_OTHERS_DO_NOTHING = {_ANY: Meaning.NOTHING}
_OF_TRAEFIK = {
    **_each(Meaning.TRAFFIC, "IngressRoute", "IngressRouteTCP", "IngressRouteUDP"),
    **_OTHERS_DO_NOTHING,
}
_KINDS: dict[str, dict[str, Meaning]] = {
    "": {
        **_each(Meaning.PODS, "PodTemplate", "DeploymentConfig"),
        **_each(Meaning.POLICY, "EgressNetworkPolicy"),
        **_OTHERS_DO_NOTHING,
    },
    "apps": _OTHERS_DO_NOTHING,
    "batch": _OTHERS_DO_NOTHING,
    "extensions": _each(Meaning.TRAFFIC, "Ingress"),
    "networking.k8s.io": {**_each(Meaning.TRAFFIC, "Ingress"), **_OTHERS_DO_NOTHING},
    "gateway.networking.k8s.io": {
        **_each(
            Meaning.TRAFFIC,
            "Gateway", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute",
        ),
        **_OTHERS_DO_NOTHING,
    },
    **_all(
        Meaning.NOTHING,
        "acme.cert-manager.io", "admissionregistration.k8s.io", "apiextensions.k8s.io",
        "apiregistration.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "autoscaling",
        "autoscaling.k8s.io", "bitnami.com", "cert-manager.io", "certificates.k8s.io",
        "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "external-secrets.io",
        "flowcontrol.apiserver.k8s.io", "metrics.k8s.io", "node.k8s.io", "policy",
        "rbac.authorization.k8s.io", "resource.k8s.io", "scheduling.k8s.io",
        "snapshot.storage.k8s.io", "storage.k8s.io",
    ),
    # policies of plugins
    "policy.networking.k8s.io": {_ANY: Meaning.POLICY},
    "cilium.io": {**_each(Meaning.UNKNOWN, "CiliumLocalRedirectPolicy"), **_OTHERS_DO_NOTHING},
    "crd.antrea.io": _OTHERS_DO_NOTHING,
    "crd.projectcalico.org": _OTHERS_DO_NOTHING,
    "projectcalico.org": _OTHERS_DO_NOTHING,
    "k8s.cni.cncf.io": {**_each(Meaning.ELSEWHERE, "MultiNetworkPolicy"), **_OTHERS_DO_NOTHING},
    "k8s.ovn.org": {
        **_each(
            Meaning.POLICY, "EgressFirewall", "UserDefinedNetwork", "ClusterUserDefinedNetwork"
        ),
        **_OTHERS_DO_NOTHING,
    },
    "network.openshift.io": {**_each(Meaning.POLICY, "EgressNetworkPolicy"), **_OTHERS_DO_NOTHING},
    "networking.k8s.aws": _OTHERS_DO_NOTHING,
    "vpcresources.k8s.aws": {**_each(Meaning.POLICY, "SecurityGroupPolicy"), **_OTHERS_DO_NOTHING},
    # what checks or changes objects as they are made, and decides about no connection: a constraint
    # of Gatekeeper may be called K8sRequireNetworkPolicy
    **_all(
        Meaning.ELSEWHERE,
        "config.gatekeeper.sh", "constraints.gatekeeper.sh", "expansion.gatekeeper.sh",
        "mutations.gatekeeper.sh", "policies.kubewarden.io", "reports.kyverno.io",
        "templates.gatekeeper.sh", "wgpolicyk8s.io",
    ),
    # meshes
    **_all(
        Meaning.MESH,
        "consul.hashicorp.com", "kuma.io", "policy.linkerd.io", "security.istio.io",
    ),
    "networking.istio.io": {
        **_each(Meaning.TRAFFIC, "Gateway"),
        **_each(Meaning.NOTHING, "WorkloadEntry", "WorkloadGroup"),
        _ANY: Meaning.MESH,
    },
    # what makes pods, and what installs
    "apps.openshift.io": _each(Meaning.PODS, "DeploymentConfig"),
    "argoproj.io": {
        **_each(Meaning.INSTALLER, "Application", "ApplicationSet"),
        **_each(Meaning.NOTHING, "AppProject", "AnalysisTemplate", "ClusterAnalysisTemplate"),
        **_each(Meaning.PODS, "Rollout", "Workflow", "CronWorkflow"),
    },
    "helm.cattle.io": _each(Meaning.INSTALLER, "HelmChart"),
    **_all(Meaning.INSTALLER, "helm.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io"),
    **_all(Meaning.NOTHING, "source.toolkit.fluxcd.io"),
    "keda.sh": {**_each(Meaning.PODS, "ScaledJob"), **_OTHERS_DO_NOTHING},
    "kubevirt.io": _each(
        Meaning.PODS, "VirtualMachine", "VirtualMachineInstance", "VirtualMachineInstanceReplicaSet"
    ),
    "monitoring.coreos.com": {
        **_each(Meaning.PODS, "Prometheus", "PrometheusAgent", "Alertmanager", "ThanosRuler"),
        **_OTHERS_DO_NOTHING,
    },
    "postgresql.cnpg.io": {**_each(Meaning.PODS, "Cluster", "Pooler"), **_OTHERS_DO_NOTHING},
    "serving.knative.dev": _each(Meaning.PODS, "Service", "Configuration", "Revision"),
    # what lets traffic in
    "configuration.konghq.com": {
        **_each(Meaning.TRAFFIC, "TCPIngress", "UDPIngress"),
        **_OTHERS_DO_NOTHING,
    },
    "projectcontour.io": {**_each(Meaning.TRAFFIC, "HTTPProxy"), **_OTHERS_DO_NOTHING},
    "route.openshift.io": _each(Meaning.TRAFFIC, "Route"),
    "traefik.containo.us": _OF_TRAEFIK,
    "traefik.io": _OF_TRAEFIK,
}  # fmt: skip
