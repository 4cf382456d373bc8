"""Single changes: each kind says what to type, where, and what it changes."""

import pytest
import yaml

import netpol_lab as lab
from netpol_lab.advice.edit import Touch
from netpol_lab.advice.edits import edits
from tests.helpers.proposed import PODS, first, proposals


def test_a_new_policy_isolates_no_pod_that_is_open():
    replicas = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: cache, namespace: shop}
spec: {replicas: 2, template: {metadata: {labels: {app: cache}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: primary, namespace: shop}
spec: {podSelector: {matchLabels: {statefulset.kubernetes.io/pod-name: cache-0}}}
"""
    cluster = lab.load(PODS, replicas)
    (new,) = edits(cluster, lab.evaluate(cluster, "shop/web", "shop/cache-0", 80).ingress)
    assert "(pods with statefulset.kubernetes.io/pod-name=cache-0: ingress only" in new.words
    after = new.apply(cluster)
    assert lab.evaluate(after, "shop/db", "shop/cache-1", 80).allowed is True


def test_a_port_is_added_where_the_peer_fits():
    assert first("{ingress: [{ports: [{port: 81}]}]}") == (
        "in shop/p, let rule 1 also admit TCP 80",
        "NetworkPolicy shop/p",
        "spec.ingress[0].ports",
        [{"protocol": "TCP", "port": 80}],
    )


@pytest.mark.parametrize("section", ["", "ingress: , ", "ingress: [], "])
def test_a_policy_without_a_rule_in_one_direction_gets_the_whole_section(section):
    rule = {
        "from": [{"podSelector": {"matchLabels": {"tier": "web"}}}],
        "ports": [{"protocol": "TCP", "port": 80}],
    }
    (only,) = proposals(f"{{policyTypes: [Ingress, Egress], {section}egress: [{{}}]}}")
    assert only.words == "in shop/p, add an ingress rule for pods with tier=web on TCP 80"
    assert only.what_to_do == "spec.ingress becomes"  # no second key beside one that is empty
    assert yaml.safe_load(only.yaml) == [rule]


def test_a_rule_is_added_where_both_parts_are_missing():
    spec = "{ingress: [{from: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 81}]}]}"
    (only,) = proposals(spec)
    assert only.path == "spec.ingress"
    assert [rule.number for rule in only.changed[0].ingress] == [1, 2]


def test_beside_a_default_deny_a_whole_policy_is_proposed():
    (only,) = proposals("{}")
    assert yaml.safe_load(only.yaml)["spec"] == {
        "podSelector": {"matchLabels": {"app": "db"}},
        "policyTypes": ["Ingress"],
        "ingress": [
            {
                "from": [{"podSelector": {"matchLabels": {"tier": "web"}}}],
                "ports": [{"protocol": "TCP", "port": 80}],
            }
        ],
    }
    assert only.lines == len(only.yaml.splitlines())


UNLISTED = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: q, namespace: shop}
spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Egress], ingress: [{}]}
"""


@pytest.mark.parametrize("written", ["[Egress]", "[Egress, Egress]"])  # more than two are refused
def test_a_direction_is_listed_where_the_rule_is_there_already(written):
    edit = proposals("{}", more=UNLISTED.replace("[Egress]", written))[0]
    assert edit.words == "in shop/q, list Ingress in policyTypes, so that rule 1 counts"
    assert edit.what_to_do == "spec.policyTypes becomes"
    assert yaml.safe_load(edit.yaml) == ["Egress", "Ingress"]


@pytest.mark.parametrize(
    ("excepted", "left", "lines"),
    [
        ("10.0.0.9/32", [], 1),
        ("10.0.0.8/31", ["10.0.0.8/32"], 1),
        ("10.0.0.8/30", ["10.0.0.8/32", "10.0.0.10/31"], 2),
    ],
)
def test_an_exception_is_narrowed_by_one_address(excepted, left, lines):
    rule = f"{{ingress: [{{from: [{{ipBlock: {{cidr: 10.0.0.0/8, except: [{excepted}]}}}}]}}]}}"
    edit = proposals(rule, "other/client")[0]
    assert edit.words == "in shop/p, take 10.0.0.9 out of the except of rule 1"
    assert yaml.safe_load(edit.yaml).get("except", []) == left
    assert (edit.lines, edit.adds) == (lines, False)


def test_there_is_nothing_to_change_at_a_side_that_allows():
    shop = lab.load(PODS, UNLISTED)
    denied = lab.evaluate(shop, "shop/db", "shop/web", 80)
    assert [*edits(shop, denied.egress)]
    assert not [*edits(shop, denied.ingress)]


ICMP = lab.Assumptions(icmp_filtered=True)
ONLY_RULE = "on every port, as ICMP is let through only by rules that list no ports"


def test_icmp_gets_a_rule_without_ports_and_no_rule_with_ports_is_touched():
    with_ports = UNLISTED.replace(
        "ingress: [{}]", "egress: [{to: [{podSelector: {}}], ports: [{}]}]"
    )
    shop = lab.load(PODS, with_ports)
    denied = lab.evaluate(shop, "shop/db", "shop/web", protocol="ICMP", assumptions=ICMP)
    (only,) = edits(shop, denied.egress, ICMP)
    assert only.words == f"in shop/q, add an egress rule for pods with tier=web {ONLY_RULE}"
    assert "ports" not in only.yaml


def test_icmp_gets_a_policy_without_ports_beside_a_default_deny():
    shop = lab.load(PODS, UNLISTED.replace(", ingress: [{}]", ""))
    denied = lab.evaluate(shop, "shop/db", "shop/web", protocol="ICMP", assumptions=ICMP)
    (only,) = edits(shop, denied.egress, ICMP)
    assert only.words.endswith(f"egress only to pods with tier=web {ONLY_RULE})")
    assert "ports" not in only.yaml


def test_an_edit_reads_as_a_sentence_and_what_to_type():
    text = str(proposals("{ingress: [{ports: [{port: 81}]}]}")[0])
    assert text == (
        "in shop/p, let rule 1 also admit TCP 80\n"
        "  add to spec.ingress[0].ports:\n"
        "    - protocol: TCP\n"
        "      port: 80"
    )


def test_a_range_of_another_protocol_is_meant_as_a_whole():
    edit = proposals("{ingress: [{ports: [{port: 70, endPort: 90, protocol: UDP}, {port: 81}]}]}")[
        0
    ]
    assert yaml.safe_load(edit.yaml) == [{"protocol": "TCP", "port": 70, "endPort": 90}]


SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {selector: {app: db}, ports: [{port: PORT, targetPort: 80}]}
"""


@pytest.mark.parametrize(
    ("rule", "port", "is_meant"),
    [
        ("{from: [{podSelector: {}}], ports: [{port: 8080}]}", 8080, True),
        ("{from: [{podSelector: {}}], ports: [{port: 8081}]}", 8080, False),
        ("{from: [{podSelector: {}}], ports: [{port: 8080, protocol: UDP}]}", 8080, False),
        ("{ports: [{port: 8080}]}", 8080, False),  # it is for anyone
        ("{ports: [{port: 53}]}", 53, True),  # but this one is for name servers
    ],
)
def test_a_rule_for_the_port_of_a_service_is_meant_for_that_of_its_pods(rule, port, is_meant):
    found = proposals(f"{{ingress: [{rule}]}}", more=SERVICE.replace("PORT", str(port)))[0]
    assert found.words.startswith("in shop/p, let rule 1 also admit TCP 80")
    assert found.words.endswith(", as Service shop/db leads there") is is_meant
    assert (found.touch is Touch.ODD) is is_meant
