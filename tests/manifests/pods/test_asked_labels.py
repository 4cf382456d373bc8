"""What selectors ask of labels that controllers add, and of whose pods."""

import netpol_lab as lab
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.cluster_wide.stored import StoredPolicy
from netpol_lab.manifests.pods.asked_labels import AskedLabels

INDEX = "apps.kubernetes.io/pod-index"


def policy(subject=None, peer=None):
    rule = api.NetworkPolicyIngressRule(peers=(peer,)) if peer else None
    spec = api.NetworkPolicySpec(
        pod_selector=subject or api.LabelSelector(), egress=rule and (rule,)
    )
    return api.NetworkPolicy(metadata=api.ObjectMeta(name="p", namespace="shop"), spec=spec)


def asking(*values, key=INDEX, **equal):
    wanted = api.LabelSelectorRequirement(key, "NotIn", values)
    return api.LabelSelector(equal or None, (wanted,))


def test_every_operator_in_subjects_and_peers_asks_for_its_values():
    peer = api.NetworkPolicyPeer(pod_selector=asking("1", "2"))
    asked = AskedLabels({"NetworkPolicy": [policy(asking("0"), peer)]})
    assert asked.values(INDEX, "shop", {}) == ("0", "1", "2")
    assert asked.values(INDEX, "den", {}) is None


def test_a_peer_with_a_namespace_selector_asks_everywhere():
    peer = api.NetworkPolicyPeer(asking("1"), api.LabelSelector())
    asked = AskedLabels({"NetworkPolicy": [policy(peer=peer)]})
    assert asked.values(INDEX, "den", {}) == ("1",)


def test_a_cluster_wide_policy_asks_everywhere_in_its_subject_and_its_peers():
    def pods(value):
        return {"pods": {"podSelector": {"matchLabels": {INDEX: value}}}}

    spec = {"subject": pods("0"), "egress": [{"action": "Deny", "to": [{"nodes": {}}, pods("1")]}]}
    odd = {"pods": {"podSelector": {"matchExpressions": [{"key": INDEX, "operator": "Is"}]}}}
    spec["ingress"] = [{"action": "Deny", "from": [odd]}]
    asked = AskedLabels({"ClusterNetworkPolicy": [StoredPolicy(spec=spec)]})
    assert asked.values(INDEX, "den", {}) == ("0", "1")


def test_a_selector_that_wants_another_label_does_not_mean_these_pods():
    asked = AskedLabels({"NetworkPolicy": [policy(asking("1", app="db"))]})
    assert asked.values(INDEX, "shop", {"app": "db"}) == ("1",)
    assert asked.values(INDEX, "shop", {"app": "web"}) is None
    assert asked.values(INDEX, "shop", {}) is None


def test_labels_that_people_write_are_not_asked_about():
    asked = AskedLabels({"NetworkPolicy": [policy(asking("db", key="app"))]})
    assert asked.values("app", "shop", {}) is None


def test_huge_numbers_of_replicas_are_a_few_pods():
    text = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec: {replicas: 2147483647, ordinals: {start: 2147483000}, template: {metadata: {labels: {a: b}}}}
"""
    assert [pod.name for pod in lab.load(text).pods] == ["db-2147483000", "db-2147483001"]


def test_what_two_clusters_ask_for_is_joined():
    one, other = (AskedLabels({"NetworkPolicy": [policy(asking(n))]}) for n in ("0", "1"))
    assert (one | other).values(INDEX, "shop", {}) == ("0", "1")
    assert one.values(INDEX, "shop", {}) == ("0",)


def test_a_value_is_found_that_no_selector_lists():
    exists = api.LabelSelectorRequirement("team", "Exists")
    other = api.LabelSelectorRequirement("team", "NotIn", ("other-0", "other-1"))
    asked = AskedLabels({"NetworkPolicy": [policy(api.LabelSelector(None, (exists, other)))]})
    assert {"team": "other-2"} in [*asked.more("shop", {})]


def test_of_pods_of_other_kinds_no_more_labels_are_asked_for():
    both = api.LabelSelector({INDEX: "1", "team": "a"})
    asked = AskedLabels({"NetworkPolicy": [policy(both)]})
    assert [*asked.more("shop", {})] == []
    assert [*asked.more("shop", {INDEX: "1"})] == [{"team": "a"}]
    assert [*asked.more("shop", {INDEX: "2"})] == []
