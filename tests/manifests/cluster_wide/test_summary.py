"""A cluster-wide policy in one line."""

import pytest

from netpol_lab import load
from netpol_lab.manifests.cluster_wide.summary import cluster_policy_words

HEAD = """\
apiVersion: policy.networking.k8s.io/v1beta1
kind: ClusterNetworkPolicy
metadata: {name: c}
spec:
  tier: Baseline
  priority: 3
  subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: shop}}}
"""


def words(rest):
    (policy,) = load(f"{HEAD}  {rest}", channel="experimental").cluster_policies
    return cluster_policy_words(policy).partition(": ")[2]


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("ingress: []", "no rules"),
        (
            "ingress: [{action: Pass, from: [{namespaces: {matchLabels: {a: b}}}]}]",
            "ingress Pass from every pod of namespaces with a=b",
        ),
        (
            "egress: [{action: Accept, to: [{networks: [10.0.0.0/8, '::/0']}, {nodes: {}}]}, "
            "{action: Accept, to: [{nodes: {matchLabels: {a: b}}}, {domainNames: [Example.com.]}]"
            "}]",
            "egress Accept to addresses in 10.0.0.0/8 or ::/0 or every node, then Accept to nodes "
            "with a=b or example.com",
        ),
        (
            "ingress: [{action: Deny, from: [{namespaces: {}}], protocols: [{destinationNamedPort: "
            "web}, {tcp: {destinationPort: {range: {start: 1, end: 9}}}}]}]",
            "ingress Deny from every pod of every namespace on port web or TCP 1-9",
        ),
    ],
)
def test_rules_are_said_in_their_order(rest, said):
    assert words(rest) == said


def test_the_tier_and_the_subject_come_first():
    (policy,) = load(HEAD).cluster_policies
    said = cluster_policy_words(policy)
    assert said == "tier Baseline, priority 3, every pod of namespace shop: no rules"
