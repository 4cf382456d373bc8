"""NP505 to NP507: what keeps these checks quiet."""

import pytest

from tests.helpers.linted import codes, findings, policy


def test_an_empty_from_may_be_meant_where_the_name_says_so():
    rule = policy("ingress: [{from: []}]")
    assert codes(rule) == ["NP506"]
    assert codes(rule.replace("name: p", "name: db-public")) == []


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ("ingress: [{from: , ports: [{port: 5432}]}]", ["NP506"]),
        ("ingress: [{from: null, ports: [{port: 5432}]}]", ["NP506"]),
        ("ingress: [{from: ~, ports: [{port: 5432}]}]", ["NP506"]),
        ("ingress: [{from: [], ports: [{port: 5432}]}]", []),
        ("ingress: [{from: !!seq [], ports: [{port: 5432}]}]", []),
        ("ingress: [{ports: [{port: 5432}]}]", []),
        ("policyTypes: [Egress], egress: [{to: , ports: [{port: 443}]}]", ["NP506"]),
        ("policyTypes: [Egress], egress: [{to: [], ports: [{port: 443}]}]", []),
    ],
)
def test_a_key_without_a_value_is_odder_than_an_empty_list(spec, found):
    assert [code for code in codes(policy(spec)) if code != "NP304"] == found


def test_beside_rules_with_peers_another_code_tells_a_from_without_a_value():
    named = "{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 80}]}"
    found = codes(policy(f"ingress: [{named}, {{from: , ports: [{{port: 5432}}]}}]"))
    assert "NP506" not in found
    assert "NP308" in found


def test_an_empty_rule_alone_may_be_meant():
    assert codes(policy("ingress: [{}]")) == []


@pytest.mark.parametrize(
    ("name", "spec", "found"),
    [
        ("default-deny", "ingress: [{}]", ["NP507"]),
        ("deny-ingress", "policyTypes: [Ingress, Egress], ingress: [], egress: [{}]", []),
        ("deny-all", "policyTypes: [Ingress, Egress], ingress: [], egress: [{}]", []),
        ("deny-all-but-not-here", "ingress: [{}]", []),
        ("block-storage-ingress", "ingress: [{}]", []),
    ],
)
def test_a_ban_with_an_empty_rule_is_none_in_the_direction_it_names(name, spec, found):
    assert codes(policy(spec, name)) == found


def test_a_ban_may_name_whom_it_lets_through():
    rule = policy("ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]", "deny-web")
    assert codes(rule) == ["NP507"]
    assert codes(rule.replace("deny-web", "deny-all-but-web")) == []


BESIDE = "- to: [{podSelector: {matchLabels: {app: web}}}]"


def test_an_empty_rule_for_the_internet_is_told_what_to_write():
    outward = "egress: [{to: [{podSelector: {matchLabels: {app: web}}}]}, {}]"
    (found,) = findings(policy(f"policyTypes: [Egress], {outward}"))
    assert (found.code, found.severity) == ("NP505", "warning")
    assert "write to: [{ipBlock: {cidr: 0.0.0.0/0}}] in it" in found.hint
    inward = "ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}, {}]"
    assert "ipBlock" not in findings(policy(inward))[0].hint


def test_an_empty_rule_that_a_comment_explains_is_a_note():
    rules = f"ingress:\n  {BESIDE.replace('to:', 'from:')}\n  # whoever likes\n  - {{}}\n"
    text = policy("{}").replace("spec: {}", f"spec:\n  podSelector: {{}}\n  {rules}")
    assert [(f.code, f.severity) for f in findings(text)] == [("NP505", "note")]
    bare = text.replace("  # whoever likes\n", "")
    assert [(f.code, f.severity) for f in findings(bare)] == [("NP505", "warning")]
