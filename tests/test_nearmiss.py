"""The rule that came closest, and what it still wants."""

import netpol_lab as lab
from netpol_lab import Assumptions
from netpol_lab.nearmiss import Part, nearest


def missing(policy, source="other/client", port=80, assumptions=None):
    cluster = lab.load(PODS, policy)
    verdict = lab.evaluate(
        cluster, source, "shop/db", port, assumptions=assumptions or Assumptions()
    )
    miss = nearest(cluster, verdict.ingress, assumptions or Assumptions())
    return miss and [unmet.part for unmet in miss.unmet]


PODS = """
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
---
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: other, labels: {app: client}}
status: {podIP: 10.0.0.9}
"""


def policy(rules):
    return f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: p, namespace: shop}}
spec: {{ingress: {rules}}}
"""


def test_a_wrong_pod_label_and_the_wrong_namespace_are_two_misses():
    rules = "[{from: [{podSelector: {matchLabels: {app: web}}}]}]"
    assert missing(policy(rules)) == [Part.NAMESPACE, Part.POD_LABELS]


def test_the_namespace_label_is_named():
    rules = "[{from: [{namespaceSelector: {matchLabels: {team: x}}}]}]"
    assert missing(policy(rules)) == [Part.NAMESPACE_LABELS]


def test_an_outside_address_is_no_pod():
    assert missing(policy("[{from: [{podSelector: {}}]}]"), "203.0.113.7") == [Part.POD]


def test_the_address_is_outside_the_block():
    assert missing(policy("[{from: [{ipBlock: {cidr: 192.0.2.0/24}}]}]")) == [Part.ADDRESS]


def test_a_plugin_that_ignores_pods_in_blocks_is_told_apart():
    assumed = Assumptions(ip_block_matches_pods=False)
    rules = "[{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]"
    assert missing(policy(rules), assumptions=assumed) == [Part.PODS_BY_BLOCK]


def test_the_port_alone_can_be_missing():
    assert missing(policy("[{ports: [{port: 81}]}]")) == [Part.PORT]


def test_the_closest_rule_wins_over_the_first():
    rules = "[{from: [{podSelector: {}}], ports: [{port: 81}]}, {ports: [{port: 82}]}]"
    assert missing(policy(rules)) == [Part.PORT]


def test_no_rule_means_no_near_miss():
    assert missing(policy("[]")) is None


def test_an_allowed_side_has_no_near_miss():
    assert missing(policy("[{}]")) is None
