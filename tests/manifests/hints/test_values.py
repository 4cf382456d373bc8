"""What to write instead of a value of the wrong type."""

import pytest

from netpol_lab.errors import Reason
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.hints.values import scalar
from tests.helpers.decoded import problem

SPEC, RULE, PEER, PORT = (
    api.NetworkPolicySpec, api.NetworkPolicyIngressRule, api.NetworkPolicyPeer,
    api.NetworkPolicyPort,
)  # fmt: skip
IN_NAMESPACE = "{matchLabels: {kubernetes.io/metadata.name: cafe}}"


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (api.LabelSelector, {"matchLabels": {"a": True}}, "in quotes"),
        (api.LabelSelector, {"matchLabels": {"a": 1.1}}, "in quotes"),
        (api.LabelSelector, {"matchLabels": {"a": -1}}, 'no label can have this value: write "1"'),
        (api.LabelSelector, {"matchLabels": {"a": ["b", "c"]}}, "for one of several values write "
         "matchExpressions: [{key: a, operator: In, values: [b, c]}]"),
        (api.LabelSelector, {"matchLabels": {"a": ["b"]}}, "b, without brackets or a dash"),
        (api.LabelSelector, {"matchLabels": {"a": {"name": "b"}}}, "b, without its name"),
        (api.LabelSelector, {"matchLabels": [{"app": "web"}]}, "no list: leave out the dash"),
        (api.LabelSelector, {"matchLabels": {"matchExpressions": []}},
         "matchExpressions belongs beside matchLabels: indent it less"),
        (api.LabelSelector, {"matchLabels": {"policyTypes": ["Ingress"]}},
         "policyTypes belongs beside podSelector: indent it less"),
        (api.LabelSelector, {"matchExpressions": "app in (a, b)"},
         "[{key: app, operator: In, values: [a, b]}]"),
        (api.LabelSelector, {"matchExpressions": {"app": "web"}},
         "[{key: app, operator: In, values: [web]}]"),
        (api.LabelSelector, {"matchExpressions": {"key": "app"}}, "put a dash before it"),
        (api.LabelSelector, {"matchExpressions": ["app!=web"]},
         "write {key: app, operator: NotIn, values: [web]}"),
        (api.LabelSelectorRequirement, {"values": "web"}, "write it as a list: [web]"),
        (api.LabelSelectorRequirement, {"values": "web, api"}, "write it as a list: [web, api]"),
        (api.LabelSelectorRequirement, {"values": "a b"}, "begins with a dash"),
        (api.LabelSelectorRequirement, {"operator": 1}, "the operators are In, NotIn"),
        (PORT, {"endPort": "90"}, "remove the quotes: write 90"),
        (PORT, {"endPort": "0"}, "a port is a number from 1 to 65535"),
        (PORT, {"port": [80]}, "80, without brackets or a dash"),
        (PORT, {"port": [80, 443]}, "write an item for each: {port: 80}, {port: 443}"),
        (PORT, {"port": {"number": 80}}, "only one goes here: 80, without its name"),
        (PORT, {"port": 80.5}, "such as 80 or http"),
        (PORT, {"protocol": ["TCP", "UDP"]}, "write an item of ports for each"),
        (PORT, {"protocol": 6}, "write TCP"),
        (PORT, {"protocol": 7}, "write TCP or UDP or SCTP"),
        (SPEC, {"policyTypes": "Ingress"}, "[Ingress]"),
        (SPEC, {"policyTypes": "ingress"}, "[Ingress]"),
        (SPEC, {"policyTypes": "Ingress, egress"}, "[Ingress, Egress]"),
        (SPEC, {"policyTypes": "both"}, "[Ingress, Egress]"),
        (SPEC, {"policyTypes": {"Ingress": True}}, "[Ingress]"),
        (SPEC, {"policyTypes": 5}, "begins with a dash"),
        (SPEC, {"policyTypes": [5]}, "write Ingress or Egress"),
        (SPEC, {"ingress": {"from": []}}, "put a dash before it"),
        (SPEC, {"ingress": {}}, "[] for no rule (nothing is admitted), or [{}]"),
        (SPEC, {"egress": "none"}, "[] for no rule"),
        (SPEC, {"egress": False}, "[] for no rule"),
        (SPEC, {"ingress": ["deny"]}, "to admit nothing leave it out"),
        (RULE, {"ports": 80}, "[{port: 80}]"),
        (RULE, {"ports": "80-90"}, "[{port: 80, endPort: 90}]"),
        (RULE, {"ports": "80,443/udp"}, "[{port: 80}, {port: 443, protocol: UDP}]"),
        (RULE, {"ports": "all"}, "leave it out to mean every port"),
        (RULE, {"ports": {}}, "leave it out to mean every port"),
        (RULE, {"ports": [80]}, "write {port: 80}"),
        (RULE, {"ports": ["http"]}, "write {port: http}"),
        (RULE, {"ports": ["80-90"]}, "write {port: 80, endPort: 90}"),
        (RULE, {"ports": ["80,443"]}, "write an item for each: {port: 80}, {port: 443}"),
        (RULE, {"ports": [70000]}, "for instance {port: 80}"),
        (RULE, {"from": {}}, "leave it out to mean everybody"),
        (RULE, {"from": "web"}, "- podSelector: {}"),
        (RULE, {"from": "10.0.0.1"}, "[{ipBlock: {cidr: 10.0.0.1/32}}]"),
        (RULE, {"from": "app=web"}, "[{podSelector: {matchLabels: {app: web}}}]"),
        (RULE, {"from": {"podSelector": {}}}, "put a dash before it"),
        (RULE, {"from": ["all"]}, "for anyone leave the whole list out"),
        (RULE, {"from": ["web"]}, "chosen by their labels"),
        (RULE, {"from": ["10.0.0.0/8"]}, "write {ipBlock: {cidr: 10.0.0.0/8}}"),
        (SPEC, {"podSelector": "app=web"}, "write {matchLabels: {app: web}}"),
        (SPEC, {"podSelector": "tier=1"}, 'write {matchLabels: {tier: "1"}}'),
        (SPEC, {"podSelector": "app=web,!old"}, "write {matchLabels: {app: web}, "
         "matchExpressions: [{key: old, operator: DoesNotExist}]}"),
        (SPEC, {"podSelector": "all"}, "{} to select all"),
        (SPEC, {"podSelector": []}, "{} to select all"),
        (SPEC, {"podSelector": "web"}, "for instance {matchLabels: {app: web}}"),
        (SPEC, {"podSelector": [{"app": "web"}]}, "write {matchLabels: {app: web}}"),
        (SPEC, {"podSelector": [{"matchLabels": {}}]}, "this is no list: leave out the dash"),
        (SPEC, {"podSelector": [{"matchLabels": {}}, {"matchLabels": {}}]}, "this is no list: "
         "leave out the dashes, and write its labels as one"),
        (SPEC, {"podSelector": [{"matchLabels": {}}, 5]}, "this is no list"),
        (SPEC, {"podSelector": [5]}, "or for instance {matchLabels: {app: web}}"),
        (api.LabelSelector, {"matchLabels": 'a/b:""'}, 'write a/b: "", with a space'),
        (PEER, {"namespaceSelector": "cafe"}, IN_NAMESPACE),
        (PEER, {"namespaceSelector": ["cafe"]}, IN_NAMESPACE),
        (PEER, {"namespaceSelector": "all"}, "write {} to select all"),
        (PEER, {"ipBlock": "10.0.0.0/8"}, "write {cidr: 10.0.0.0/8}"),
        (PEER, {"ipBlock": "*"}, "write {cidr: 0.0.0.0/0}"),
        (PEER, {"ipBlock": ["10.0.0.0/8"]}, "write {cidr: 10.0.0.0/8}"),
        (PEER, {"ipBlock": ["10.0.0.0/8", "10.0.0.1"]}, "each block is a peer of its own: "
         "{ipBlock: {cidr: 10.0.0.0/8}}, {ipBlock: {cidr: 10.0.0.1/32}}"),
        (PEER, {"ipBlock": "example.com"}, "not names of hosts"),
        (api.IPBlock, {"cidr": ["10.0.0.0/8"]}, "10.0.0.0/8, without brackets or a dash"),
        (api.IPBlock, {"cidr": ["web"]}, "not names of hosts"),
        (api.IPBlock, {"cidr": ["10.0.0.0/8", "10.0.0.1"]}, "{ipBlock: {cidr: 10.0.0.1/32}}"),
        (api.IPBlock, {"except": "10.1.0.0"}, "write it as a list: [10.1.0.0/32]"),
        (api.IPBlock, {"except": {"cidr": "10.1.0.0/16"}}, "write it as a list: [10.1.0.0/16]"),
        (api.IPBlock, {"except": [{"cidr": "10.1.0.0/16"}]}, "10.1.0.0/16, without its name"),
        (api.NetworkPolicy, {"metadata": "p"}, "write {name: p}"),
        (api.NetworkPolicy, {"metadata": "a b"}, "write its fields below it"),
        (api.NetworkPolicy, {"metadata": "name:p"}, "write name: p, with a space"),
        (api.ObjectMeta, {"labels": {"a": ["b", "c"]}}, "a label has one value"),
        (api.ObjectMeta, {"name": 5}, "put it in quotes"),
        (api.ObjectMeta, {"name": -5}, 'write "5"'),
        (api.ObjectMeta, {"generation": "5"}, "remove the quotes: write 5"),
    ],
)  # fmt: skip
def test_a_wrong_type_says_what_to_write_instead(kind, value, words):
    found = problem(kind, value)
    assert found.reason is Reason.TYPE
    assert words in found.hint


@pytest.mark.parametrize("text", ["app:ledger", "app = ledger", "app=ledger"])
def test_a_pair_that_is_no_pair_in_yaml_is_written_out(text):
    found = problem(api.LabelSelector, {"matchLabels": text})
    assert found.hint == "write app: ledger, with a space after the colon"


def test_a_value_that_is_nowhere_has_a_hint_as_well():
    assert scalar("true or false", 5, ()) == "write true or false"
