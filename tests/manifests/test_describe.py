"""A policy as kubectl describes it."""

import pytest

import netpol_lab as lab
from netpol_lab.errors import AmbiguousNameError
from netpol_lab.model.cluster import Cluster

HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec:\n"


def spec_of(text):
    lines = lab.describe(lab.load(HEAD + text), "p").splitlines()
    return [line.strip() for line in lines[3:]]


def test_an_empty_selector_is_printed_as_none_although_it_means_all_pods():
    first, *_ = spec_of("  podSelector: {}\n")
    assert first.startswith("PodSelector:     <none> (Allowing the specific traffic to all pods")


def test_no_rule_is_printed_as_none_and_isolates():
    lines = spec_of("  podSelector: {}\n  policyTypes: [Ingress, Egress]\n")
    assert lines[1:] == [
        "Allowing ingress traffic:",
        "<none> (Selected pods are isolated for ingress connectivity)",
        "Allowing egress traffic:",
        "<none> (Selected pods are isolated for egress connectivity)",
        "Policy Types: Ingress, Egress",
    ]


def test_two_rules_are_parted_by_a_line_and_two_peers_are_not():
    lines = spec_of(
        "  podSelector: {matchLabels: {b: z, a: x}}\n"
        "  ingress:\n"
        "  - from:\n"
        "    - podSelector: {}\n"
        "    - {namespaceSelector: {}, podSelector: {matchLabels: {a: x}}}\n"
        "  - ports: [{port: 80}, {port: http, protocol: UDP}, {port: 5, endPort: 9},\n"
        "      {protocol: UDP}]\n"
    )
    assert lines == [
        "PodSelector:     a=x,b=z",
        "Allowing ingress traffic:",
        "To Port: <any> (traffic allowed to all ports)",
        "From:",
        "PodSelector: <none>",
        "From:",
        "NamespaceSelector: <none>",
        "PodSelector: a=x",
        "----------",
        "To Port: 80/TCP",
        "To Port: http/UDP",
        "To Port Range: 5-9/TCP",
        "To Port: <nil>/UDP",
        "From: <any> (traffic not restricted by source)",
        "Not affecting egress traffic",
        "Policy Types: Ingress",
    ]


def test_blocks_and_expressions_are_spelt_as_kubectl_does():
    lines = spec_of(
        "  podSelector: {matchExpressions: [{key: a, operator: NotIn, values: [z, x]},\n"
        "    {key: b, operator: DoesNotExist}, {key: c, operator: Exists},\n"
        "    {key: d, operator: In, values: [q, p]}]}\n"
        "  policyTypes: [Egress]\n"
        "  egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]\n"
    )
    assert lines[0] == "PodSelector:     a notin (x,z),!b,c,d in (p,q)"
    assert lines[4:7] == ["To:", "IPBlock:", "CIDR: 10.0.0.0/8"]
    assert lines[7] == "Except: 10.1.0.0/16"


def test_a_policy_may_be_given_in_place_of_its_name():
    shop = lab.load("three-tier")
    assert lab.describe(shop, shop.policies[0]) == lab.describe(shop, str(shop.policies[0]))


def test_an_expression_of_one_value_is_no_label():
    lines = spec_of(
        "  podSelector: {matchLabels: {b: c}, matchExpressions: [\n"
        "    {key: a, operator: In, values: [z]}, {key: b, operator: NotIn, values: [q]},\n"
        "    {key: b, operator: In, values: [c, c]}]}\n"
    )
    assert lines[0] == "PodSelector:     a in (z),b=c,b notin (q),b in (c,c)"


def test_policy_types_are_printed_as_often_as_they_are_written():
    lines = spec_of("  policyTypes: [Egress, Egress]\n")
    assert lines[1:] == [
        "Not affecting ingress traffic",
        "Allowing egress traffic:",
        "<none> (Selected pods are isolated for egress connectivity)",
        "Policy Types: Egress, Egress",
    ]
    assert spec_of("  egress: [{}]\n")[-1] == "Policy Types: Ingress, Egress"


def test_cidrs_are_printed_as_they_are_written():
    block = "{cidr: '2001:DB8:0::/32', except: ['2001:db8:0:1::/64', '2001:DB8:2::/48']}"
    lines = spec_of(f"  ingress: [{{from: [{{ipBlock: {block}}}]}}]\n")
    assert lines[5:7] == ["CIDR: 2001:DB8:0::/32", "Except: 2001:db8:0:1::/64, 2001:DB8:2::/48"]


def test_a_policy_that_nobody_wrote_is_described_as_we_would_write_it():
    shop = lab.load("three-tier")
    alone = Cluster(shop.namespaces, shop.pods, shop.policies)
    assert lab.describe(alone, "db-access-ingress") == lab.describe(shop, "db-access-ingress")


ABOVE = """
apiVersion: policy.networking.k8s.io/v1beta1
kind: ClusterNetworkPolicy
metadata: {name: db}
spec:
  tier: Admin
  priority: 1
  subject: {namespaces: {matchLabels: {app: web}}}
  ingress: [{action: Deny, from: [{namespaces: {}}]}]
"""


def test_a_cluster_wide_policy_is_printed_as_an_object_of_an_unknown_kind():
    cluster = lab.load(ABOVE)
    said = """\
Name:         db
Namespace:
API Version:  policy.networking.k8s.io/v1beta1
Kind:         ClusterNetworkPolicy
Spec:
  Ingress:
    Action:  Deny
    From:
      Namespaces:
  Priority:  1
  Subject:
    Namespaces:
      Match Labels:
        App:  web
  Tier:       Admin"""
    assert lab.describe(cluster, "db") == said
    assert lab.describe(cluster, cluster.cluster_policies[0]) == said


def test_a_name_of_two_policies_is_said_with_namespace_or_kind():
    below = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: db}\n"
    cluster = lab.load(ABOVE + below + "spec: {podSelector: {}}")
    with pytest.raises(AmbiguousNameError, match=r"ClusterNetworkPolicy/db, default/db"):
        lab.describe(cluster, "db")
    assert "API Version" in lab.describe(cluster, "ClusterNetworkPolicy/db")
    assert "PodSelector" in lab.describe(cluster, "default/db")
