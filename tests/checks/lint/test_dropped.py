"""NP508: what is said of each part that has lost a field, and of which nothing."""

import pytest

import netpol_lab as lab
from tests.helpers.linted import WORLD, policy


def left_over(*specs):
    cluster = lab.load(WORLD, "".join(map(policy, specs)), strict=False)
    assert cluster.dropped
    return [f for f in lab.lint(cluster) if f.code == "NP508"]


@pytest.mark.parametrize(
    ("spec", "path", "said"),
    [
        ("ingress: [{form: [{podSelector: {}}], ports: [{port: 80}]}]", "spec.ingress[0]",
         "this rule has no from and admits everybody on TCP 80, even outside the cluster"),
        ("ingress: [{form: []}]", "spec.ingress[0]", "admits everybody on every port"),
        ("ingress: [{from: [{podSelector: {}}], port: 80}]", "spec.ingress[0]",
         "this rule has no ports and admits its peers on every port"),
        ("ingress: [{from: [{podSelector: {matchLabel: {app: web}}}]}]", "spec.ingress[0].from[0]",
         "this peer matches every pod of namespace shop"),
        ("ingress: [{from: [{namespaceSelector: {}, podSelectors: {}}]}]",
         "spec.ingress[0].from[0]", "this peer matches every pod of every namespace"),
        ("ingress: [{from: [{podSelector: {matchLabels: {app: web}}, namespace: x}]}]",
         "spec.ingress[0].from[0]", "this peer matches pods with app=web of namespace shop"),
        ("ingress: [{from: [{namespaceSelector: {matchLabels: {team: ops}}, podselector: {}}]}]",
         "spec.ingress[0].from[0]", "matches every pod of the namespaces with team=ops"),
        ("policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, excepts: []}}]}]",
         "spec.egress[0].to[0]", "this peer covers all of 10.0.0.0/8"),
        ("ingress: [{ports: [{prt: 80}]}]", "spec.ingress[0].ports[0]",
         "this port is every TCP port"),
        ("ingress: [{ports: [{port: 80}, {prt: 81}]}]", "spec.ingress[0].ports[1]",
         "this port is every TCP port"),
        ("{podSelector: {matchLabel: {app: db}}}", "spec.podSelector",
         "the policy applies to every pod of namespace shop"),
        ("{podselector: {matchLabels: {app: db}}}", "spec",
         "the policy applies to every pod of namespace shop"),
    ],
)  # fmt: skip
def test_what_is_left_of_each_part_is_said(spec, path, said):
    (finding,) = left_over(spec)
    assert said in finding.message
    assert finding.path.startswith(path)
    assert finding.place is not None
    assert finding.hint
    assert finding.witness


@pytest.mark.parametrize(
    "spec",
    [
        "ingress: [{from: [{podSelector: {}}], ports: [{port: 80}], comment: x}]",
        "ingress: [{from: [{podSelector: {matchLabels: {app: web}, comment: x}}]}]",
        "ingress: [{ports: [{port: 80, comment: x}]}]",
        "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/9], comment: x}}]}]",
        "policyTypes: [Egress], ingress: [{form: []}]",
        "comment: x",
    ],
)
def test_where_what_is_left_is_as_selective_nothing_is_said(spec):
    assert left_over(spec) == []


def test_a_field_of_a_policy_that_another_replaces_is_not_held_against_it():
    assert left_over("ingress: [{form: []}]", "ingress: [{from: [{podSelector: {}}]}]") == []
    assert left_over("ingress: [{from: [{podSelector: {}}]}]", "ingress: [{form: []}]") != []
