"""What is known of policies of other kinds; what is not clear concerns everything."""

import pytest

from netpol_lab import load
from netpol_lab.manifests.other_policies import other_policy
from netpol_lab.model.objects import Direction
from netpol_lab.model.other_policies import EVERY_POD, Rank

BOTH = tuple(Direction)
STANDARD = "policy.networking.k8s.io/v1alpha2"


def policy(kind="ClusterNetworkPolicy", version=STANDARD, namespace=None, **spec):
    metadata = {"name": "p", "namespace": namespace}
    return other_policy({"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec})


@pytest.mark.parametrize(
    ("kind", "tier", "rank"),
    [
        ("ClusterNetworkPolicy", "Admin", Rank.ADMIN),
        ("ClusterNetworkPolicy", "Baseline", Rank.BASELINE),
        ("ClusterNetworkPolicy", "baseline", Rank.ADMIN),  # no such tier: the stronger one
        ("AdminNetworkPolicy", None, Rank.ADMIN),
        ("BaselineAdminNetworkPolicy", None, Rank.BASELINE),
        ("SomeNetworkPolicy", None, Rank.FOREIGN),
    ],
)
def test_each_kind_has_its_rank(kind, tier, rank):
    assert policy(kind, tier=tier).rank is rank


@pytest.mark.parametrize("rules", [None, []])
def test_a_direction_without_rules_is_not_concerned(rules):
    assert policy(ingress=rules, egress=[{}]).directions == (Direction.EGRESS,)


@pytest.mark.parametrize("rules", [{}, "all", 1])
def test_rules_that_are_no_list_concern_their_direction(rules):
    assert policy(ingress=rules).directions == (Direction.INGRESS,)


def test_the_subject_is_pods_by_the_labels_of_both():
    namespaces = policy(subject={"namespaces": {"matchLabels": {"team": "a"}}}).subject
    assert (str(namespaces.namespace_selector), namespaces.pod_selector.requirements) == (
        "team=a",
        (),
    )
    pods = policy(subject={"pods": {"podSelector": {"matchLabels": {"app": "web"}}}}).subject
    assert (str(pods.pod_selector), pods.namespace_selector.requirements) == ("app=web", ())


@pytest.mark.parametrize(
    "subject",
    [
        None,
        {},
        "all",
        {"namespaces": None},
        {"namespaces": {}, "pods": {}, "serviceAccounts": {"matchLabels": {"a": "b"}}},
        {"pods": []},
        {"namespaces": {"matchLabels": {"team": 1}}},
        {"namespaces": {"matchLabels": {"team": None}}},
        {"namespaces": {"matchLabels": "team"}},
        {"namespaces": {"matchExpressions": [{"key": "team", "operator": "in"}]}},
        {"namespaces": {"matchExpressions": [{"key": "team", "operator": "In"}]}},
        {"namespaces": {"matchExpressions": [{"key": "a b", "operator": "Exists"}]}},
        {"namespaces": {"matchExpressions": "team"}},
        {"namespaces": {"matchLabel": {"team": "a"}}},
    ],
)
def test_a_subject_that_is_not_clear_is_every_pod(subject):
    assert policy(subject=subject).subject == EVERY_POD


def test_a_spec_that_is_no_mapping_concerns_everything():
    value = {"apiVersion": STANDARD, "kind": "ClusterNetworkPolicy", "spec": ["?"]}
    assert (other_policy(value).directions, other_policy(value).subject) == (BOTH, EVERY_POD)


def test_policies_of_plugins_concern_their_namespace_or_the_cluster():
    assert policy("CiliumNetworkPolicy", "cilium.io/v2").namespace == "default"
    assert policy("NetworkPolicy", "projectcalico.org/v3", "shop").namespace == "shop"
    assert policy("GlobalNetworkPolicy", "projectcalico.org/v3", "shop").subject == EVERY_POD
    assert policy("NetworkPolicy", "example.com/v1", "shop").subject == EVERY_POD
    assert policy("EgressFirewall", "k8s.ovn.org/v1").directions == (Direction.EGRESS,)


def test_the_same_policy_again_replaces_the_first():
    text = "apiVersion: crd.antrea.io/v1beta1\nkind: ClusterNetworkPolicy\nmetadata: {name: p}\n"
    assert len(load(f"{text}---\n{text}").other_policies) == 1
    cilium = text.replace("crd.antrea.io/v1beta1", "cilium.io/v2")
    assert len(load(f"{text}---\n{cilium}").other_policies) == 2
