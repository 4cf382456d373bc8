"""NP501 to NP504: what is needless changes nothing, and what keeps these checks quiet."""

import json

import pytest

import netpol_lab as lab
from tests.helpers.linted import codes, findings, policy
from tests.referee.random_clusters import random_cluster

WEB = "{podSelector: {matchLabels: {app: web}}}"
ANY = "{podSelector: {}}"
NEEDLESS = {"NP501", "NP502", "NP503", "NP504"}


def ingress(*rules):
    return policy(f"ingress: [{', '.join(rules)}]")


@pytest.mark.parametrize("seed", range(60))
def test_removing_what_is_needless_changes_nothing(seed):
    documents = random_cluster(seed)
    cluster = lab.load("\n---\n".join(map(json.dumps, documents)))
    for finding in lab.lint(cluster):
        if finding.code in NEEDLESS and finding.witness:
            assert str(lab.diff(cluster, finding.witness.variant)) in ("", "nothing changed")


def test_a_default_deny_is_never_needless():
    deny = policy("{podSelector: {}}", "default-deny")
    assert codes(deny, policy("{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}")) == []


def test_rules_that_only_todays_pods_make_needless_are_let_be():
    everyone_now = f"{{from: [{{podSelector: {{matchLabels: {{app: db}}}}}}, {WEB}]}}"
    assert codes(ingress(f"{{from: [{ANY}], ports: [{{port: 1}}]}}", everyone_now)) == []


def test_several_rules_can_cover_one():
    rules = (
        f"{{from: [{WEB}], ports: [{{port: 5432}}]}}",
        f"{{from: [{ANY}], ports: [{{port: 5433}}]}}",
        f"{{from: [{WEB}], ports: [{{port: 5432}}, {{port: 5433}}]}}",
    )
    assert codes(ingress(*rules)) == ["NP503"]


def test_several_blocks_can_cover_one():
    halves = ["192.0.2.0/25", "192.0.2.128/25", "192.0.2.0/24"]
    peers = ", ".join(f"{{ipBlock: {{cidr: {cidr}}}}}" for cidr in halves)
    assert [f.path for f in findings(ingress(f"{{from: [{peers}]}}"))] == [
        "spec.ingress[0].from[2]"
    ]


def test_of_three_alike_two_are_needless():
    alike = ingress(f"{{from: [{WEB}]}}")
    found = findings(
        alike, alike.replace("name: p", "name: q"), alike.replace("name: p", "name: r")
    )
    assert [(f.code, f.policy) for f in found] == [("NP501", "shop/q"), ("NP501", "shop/r")]


def test_a_name_is_covered_only_by_itself_or_by_every_port():
    named = f"{{from: [{WEB}], ports: [{{port: postgres}}, {{port: 5432}}]}}"
    assert codes(ingress(named)) == []
    assert codes(ingress(named.replace("port: 5432", "protocol: TCP"))) == ["NP504"]
