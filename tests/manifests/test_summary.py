"""What a policy says, in one line."""

from ipaddress import ip_network

import pytest

import netpol_lab as lab
from netpol_lab.manifests.summary import cluster_policy_words, peer_words, policy_words
from netpol_lab.model.cluster_policies import ClusterPeer, ClusterPolicy, Tier
from netpol_lab.model.selectors import Selector

POLICY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
"""


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("{}", "every pod: no ingress"),
        ("{ingress: [{}]}", "every pod: any ingress"),
        ("{policyTypes: [Egress]}", "every pod: no egress"),
        ("{policyTypes: [Ingress, Egress]}", "every pod: no ingress; no egress"),
        ("{egress: [{ports: [{port: 53, protocol: UDP}]}]}",
         "every pod: no ingress; egress to anyone, only on UDP 53"),
        ("{ingress: [{from: [{podSelector: {}}, {namespaceSelector: {}}]}]}",
         "every pod: ingress only from every pod of the namespace or every pod of every namespace"),
        ("{ingress: [{from: [{namespaceSelector: {matchLabels: {a: b}}}], ports: [{port: 1, "
         "endPort: 9}, {}]}]}",
         "every pod: ingress only from every pod of namespaces with a=b on TCP 1-9 "
         "or TCP (any port)"),
        ("{ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: a}}}]}"
         "]}",
         "every pod: ingress only from every pod of namespace a"),
    ],
)  # fmt: skip
def test_a_policy_fits_in_one_line(spec, words):
    assert policy_words(lab.load(f"{POLICY.rstrip()} {spec}").policies[0]) == words


def test_a_cluster_wide_policy_is_said_with_its_rank_and_what_each_rule_does():
    said = cluster_policy_words(lab.load("two-teams").cluster_policies[1])
    assert said == (
        "Admin, priority 20; every pod of namespaces with team=shop: "
        "Pass from every pod of namespaces with team=shop, then "
        "Pass from every pod of every namespace on TCP 8080, then "
        "Deny from every pod of every namespace"
    )


@pytest.mark.parametrize(
    ("peer", "said"),
    [
        (ClusterPeer(nodes=Selector()), "every node"),
        (ClusterPeer(networks=(ip_network("0.0.0.0/0"),)), "addresses in 0.0.0.0/0"),
        (ClusterPeer(domain_names=("a.example", "b.example")), "a.example or b.example"),
    ],
)
def test_peers_of_cluster_wide_rules_that_are_no_pods_are_said_as_well(peer, said):
    assert peer_words(peer) == said


def test_a_cluster_wide_policy_may_have_no_rules():
    policy = ClusterPolicy("ClusterNetworkPolicy", "a", Tier.BASELINE, 5)
    assert cluster_policy_words(policy).endswith("every pod of every namespace: no rules")


def test_one_rule_that_admits_all_is_enough_and_one_with_peers_as_well():
    said = policy_words(
        lab.load(f"{POLICY.rstrip()} {{ingress: [{{ports: [{{port: 1}}]}}, {{}}]}}").policies[0]
    )
    assert said.endswith(": any ingress")
    rules = "[{ports: [{port: 1}]}, {from: [{podSelector: {}}], ports: [{port: 2}]}]"
    said = policy_words(lab.load(f"{POLICY.rstrip()} {{ingress: {rules}}}").policies[0])
    assert said.endswith(
        "ingress only from anyone on TCP 1, or from every pod of the namespace on TCP 2"
    )
