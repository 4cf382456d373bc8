"""NP501 to NP504: what is needless changes nothing, and what keeps these checks quiet."""

import copy
import json
import re

import pytest

import netpol_lab as lab
from tests.helpers.linted import codes, findings, policy
from tests.referee.lint_search import load
from tests.referee.linted_clusters import linted_cluster
from tests.referee.random_clusters import random_cluster
from tests.referee.random_parts import namespace_of

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


@pytest.mark.parametrize("seed", range(60))
def test_all_that_is_needless_can_go_at_once(seed):
    documents = linted_cluster(seed)
    cluster = load(documents)
    told = [finding for finding in lab.lint(cluster) if finding.code in NEEDLESS]
    assert str(lab.diff(cluster, load(less(documents, cluster, told)))) in ("", "nothing changed")


def less(documents, cluster, told):
    """Documents without what is needless, the last items of each list first."""
    left = copy.deepcopy(documents)
    named = {f"{namespace_of(d)}/{d['metadata']['name']}": d for d in left if is_policy(d)}
    for name, document in named.items():
        document["spec"]["policyTypes"] = [d.value for d in cluster.policy(name).policy_types]
    for finding in sorted(told, key=lambda f: numbers_in(f.path), reverse=True):
        document = named[finding.policy]
        if finding.path == "metadata.name":
            left.remove(document)
            continue
        part, (_, *steps, last) = document["spec"], re.findall(r"\w+", finding.path)
        for step in steps:
            part = part[int(step) if step.isdigit() else step]
        del part[int(last)]
    return left


def is_policy(document):
    return document["kind"] == "NetworkPolicy"


def numbers_in(path):
    return [int(number) for number in re.findall(r"\d+", path)]


TO_HOST = "{to: [{ipBlock: {cidr: 192.0.2.7/32}}]}"
DNS = "{to: [{namespaceSelector: {}}], ports: [{port: 53}, {port: 53, protocol: UDP}]}"


def test_of_two_equal_rules_the_later_is_told_and_the_first_is_named():
    to_web = f"{{to: [{WEB}], ports: [{{port: 8080}}]}}"
    one = policy(f"policyTypes: [Egress], egress: [{DNS}, {to_web}]", "one")
    two = policy(f"policyTypes: [Egress], egress: [{TO_HOST}, {DNS}]", "two")
    (found,) = findings(one, two)
    assert (found.code, found.policy, found.path) == ("NP503", "shop/two", "spec.egress[1]")
    assert found.message == "rule 1 of shop/one admits everything that this one admits."
    assert found.hint == "remove this one, or narrow the other if it admits too much"


def test_a_policy_that_changes_nothing_is_told_rather_than_its_twin_of_a_rule():
    one = policy(f"policyTypes: [Egress], egress: [{DNS}]", "one")
    two = policy(f"policyTypes: [Egress], egress: [{DNS}, {TO_HOST}]", "two")
    assert [(f.code, f.policy) for f in findings(one, two)] == [("NP502", "shop/one")]


def test_a_rule_that_covers_another_of_its_own_policy_is_named_by_its_number():
    (found,) = findings(ingress(f"{{from: [{WEB}]}}", f"{{from: [{ANY}]}}"))
    assert found.path == "spec.ingress[0]"
    assert found.message == "rule 2 admits everything that this one admits."


def test_where_several_rules_cover_one_none_is_named():
    halves = [f"{{from: [{{ipBlock: {{cidr: {c}}}}}]}}" for c in ("192.0.2.0/25", "192.0.2.128/25")]
    (found,) = findings(ingress(*halves, "{from: [{ipBlock: {cidr: 192.0.2.0/24}}]}"))
    assert found.message.startswith("other rules for the same pods admit everything")


def test_no_flow_of_another_rule_is_shown_for_one_whose_peers_are_not_here():
    absent = "{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: away}}}]}"
    found = findings(ingress(f"{{from: [{WEB}]}}", absent, absent))
    assert [(f.code, f.path, f.witness) for f in found] == [("NP503", "spec.ingress[2]", None)]


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


def test_nothing_is_said_of_a_policy_without_pods():
    rules = f"ingress: [{{from: [{WEB}]}}, {{from: [{ANY}]}}]"
    assert codes(policy(f"{{podSelector: {{matchLabels: {{app: none}}}}, {rules}}}")) == ["NP202"]
