"""The rule that came closest, and what it still wants."""

import pytest

import netpol_lab as lab
from netpol_lab import Assumptions
from netpol_lab.engine.near_miss import UnmetPart, misses
from netpol_lab.engine.nearest import nearest


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
    assert missing(policy(rules)) == [UnmetPart.NAMESPACE, UnmetPart.POD_LABELS]


def test_the_namespace_label_is_named():
    rules = "[{from: [{namespaceSelector: {matchLabels: {team: x}}}]}]"
    assert missing(policy(rules)) == [UnmetPart.NAMESPACE_LABELS]


def test_an_outside_address_is_no_pod():
    assert missing(policy("[{from: [{podSelector: {}}]}]"), "203.0.113.7") == [UnmetPart.POD]


def test_the_address_is_outside_the_block():
    assert missing(policy("[{from: [{ipBlock: {cidr: 192.0.2.0/24}}]}]")) == [UnmetPart.ADDRESS]


def test_a_plugin_that_ignores_pods_in_blocks_is_told_apart():
    assumed = Assumptions(ip_block_matches_pods=False)
    rules = "[{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]"
    assert missing(policy(rules), assumptions=assumed) == [UnmetPart.PODS_BY_BLOCK]


def test_the_port_alone_can_be_missing():
    assert missing(policy("[{ports: [{port: 81}]}]")) == [UnmetPart.PORT]


@pytest.mark.parametrize(
    ("port", "part"),
    [
        ("{port: 80, protocol: UDP}", UnmetPart.PROTOCOL),
        ("{port: 79, endPort: 81, protocol: SCTP}", UnmetPart.PROTOCOL),
        ("{protocol: UDP}", UnmetPart.PROTOCOL),
        ("{port: 81, protocol: UDP}", UnmetPart.PORT),
        ("{port: http}", UnmetPart.PORT_NAME),
    ],
)
def test_the_number_the_name_and_the_protocol_of_a_port_are_told_apart(port, part):
    assert missing(policy(f"[{{ports: [{port}]}}]")) == [part]


def test_an_excepted_address_is_told_from_one_outside_the_block():
    rules = "[{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/24]}}]}]"
    assert missing(policy(rules)) == [UnmetPart.EXCEPT]


def unlisted(rules):
    """A policy that selects db, with ingress rules that do not count."""
    return policy(rules).replace("name: p", "name: q").replace("spec: {", f"spec: {EGRESS_ONLY}")


EGRESS_ONLY = "{policyTypes: [Egress], "


def test_a_rule_that_fits_but_whose_direction_is_not_listed_is_the_closest():
    rules = "[{from: [{podSelector: {}}]}]"
    assert missing(policy(rules)) == [UnmetPart.NAMESPACE]
    both = policy(rules) + "---" + unlisted("[{}]")
    assert missing(both) == [UnmetPart.DIRECTION]


def test_a_rule_of_an_unlisted_direction_that_does_not_fit_is_no_near_miss():
    assert missing(policy("[]") + "---" + unlisted("[{ports: [{port: 81}]}]")) is None


def test_each_item_of_a_rule_is_a_miss_of_its_own():
    rules = "[{from: [{podSelector: {}}, {ipBlock: {cidr: 192.0.2.0/24}}]}]"
    cluster = lab.load(PODS, policy(rules))
    side = lab.evaluate(cluster, "other/client", "shop/db", 80).ingress
    found = [[unmet.part for unmet in miss.unmet] for miss in misses(cluster, side)]
    assert found == [[UnmetPart.NAMESPACE], [UnmetPart.ADDRESS]]


def test_the_closest_rule_wins_over_the_first():
    rules = "[{from: [{podSelector: {}}], ports: [{port: 81}]}, {ports: [{port: 82}]}]"
    assert missing(policy(rules)) == [UnmetPart.PORT]


@pytest.mark.parametrize(
    "blocks",
    [
        "{ipBlock: {cidr: 192.0.2.0/24}}, {ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/16]}}",
        '{ipBlock: {cidr: "2001:db8::/32"}}, '
        "{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/16]}}, {ipBlock: {cidr: 192.0.2.0/24}}",
    ],
)
def test_a_block_that_excepts_the_address_is_nearer_than_one_that_lies_elsewhere(blocks):
    assert missing(policy(f"[{{from: [{blocks}]}}]")) == [UnmetPart.EXCEPT]


def test_a_block_of_the_same_family_is_nearer():
    blocks = '{ipBlock: {cidr: "2001:db8::/32"}}, {ipBlock: {cidr: 192.0.2.0/24}}'
    cluster = lab.load(PODS, policy(f"[{{from: [{blocks}]}}]"))
    side = lab.evaluate(cluster, "other/client", "shop/db", 80).ingress
    assert nearest(cluster, side).unmet[0].wants.cidr.version == 4


def test_no_rule_means_no_near_miss():
    assert missing(policy("[]")) is None


def test_an_allowed_side_has_no_near_miss():
    assert missing(policy("[{}]")) is None
