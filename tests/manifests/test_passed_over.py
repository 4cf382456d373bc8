"""Kinds that are passed over: what is said of them, and what of none."""

import pytest

from netpol_lab import load
from netpol_lab.manifests.passed_over import Meaning, meaning_of


def meaning(version, kind, spec=None):
    return meaning_of({"apiVersion": version, "kind": kind, "metadata": {}, "spec": spec})


@pytest.mark.parametrize(
    ("version", "kind", "expected"),
    [
        ("v1", "ConfigMap", Meaning.NOTHING),
        ("rbac.authorization.k8s.io/v1", "Role", Meaning.NOTHING),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition", Meaning.NOTHING),
        ("policy/v1", "PodDisruptionBudget", Meaning.NOTHING),
        ("crd.projectcalico.org/v1", "GlobalNetworkSet", Meaning.NOTHING),
        ("networking.k8s.io/v1", "Ingress", Meaning.TRAFFIC),
        ("networking.k8s.io/v1", "IngressClass", Meaning.NOTHING),
        ("gateway.networking.k8s.io/v1", "HTTPRoute", Meaning.TRAFFIC),
        ("traefik.io/v1alpha1", "IngressRoute", Meaning.TRAFFIC),
        ("networking.istio.io/v1", "Gateway", Meaning.TRAFFIC),
        ("security.istio.io/v1", "AuthorizationPolicy", Meaning.MESH),
        ("argoproj.io/v1alpha1", "Rollout", Meaning.PODS),
        ("argoproj.io/v1alpha1", "Application", Meaning.INSTALLER),
        ("monitoring.coreos.com/v1", "Prometheus", Meaning.PODS),
        ("monitoring.coreos.com/v1", "ServiceMonitor", Meaning.NOTHING),
        ("policy.networking.k8s.io/v1beta1", "ClusterNetworkPolicy", Meaning.POLICY),
        ("policy.networking.k8s.io/v9", "NewPolicy", Meaning.POLICY),
        ("projectcalico.org/v3", "NetworkPolicy", Meaning.POLICY),
        ("projectcalico.org/v3", "StagedNetworkPolicy", Meaning.ELSEWHERE),
        ("crd.antrea.io/v1beta1", "ClusterNetworkPolicy", Meaning.POLICY),
        ("networking.k8s.aws/v1alpha1", "ApplicationNetworkPolicy", Meaning.POLICY),
        ("k8s.cni.cncf.io/v1beta1", "MultiNetworkPolicy", Meaning.ELSEWHERE),
        ("k8s.ovn.org/v1", "EgressFirewall", Meaning.POLICY),
        ("constraints.gatekeeper.sh/v1beta1", "K8sRequireNetworkPolicy", Meaning.ELSEWHERE),
        ("templates.gatekeeper.sh/v1", "ConstraintTemplate", Meaning.ELSEWHERE),
        ("policies.kubewarden.io/v1", "ClusterAdmissionPolicy", Meaning.ELSEWHERE),
        ("kyverno.io/v1", "ClusterPolicy", Meaning.UNKNOWN),  # it may make policies
        ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", Meaning.NOTHING),
        ("policy/v1beta1", "PodSecurityPolicy", Meaning.NOTHING),
        ("example.com/v1", "Anything", Meaning.UNKNOWN),
    ],
)
def test_each_kind_has_its_meaning(version, kind, expected):
    assert meaning(version, kind) is expected


def test_a_custom_resource_with_containers_makes_pods():
    containers = [{"name": "a", "image": "a"}]
    deep = {"parts": [{"template": {"spec": {"containers": containers}}}]}
    assert meaning("example.com/v1", "Deployment", deep) is Meaning.PODS
    assert meaning("example.com/v1", "Crane", {"containers": 3}) is Meaning.UNKNOWN


def test_the_search_for_containers_ends():
    wide = {"a": [[]] * 20_000, "containers": [{"image": "a"}]}
    assert meaning("example.com/v1", "Anything", wide) in (Meaning.PODS, Meaning.UNKNOWN)


def test_one_line_says_it_of_all_objects_of_a_kind():
    workflow = "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: a}\n"
    found = load(f"{workflow}---\n{workflow}---\napiVersion: v1\nkind: Secret\n")
    assert [*map(str, found.warnings)] == [
        "2 Workflow (argoproj.io) passed over: the pods that this kind makes are missing here"
    ]
