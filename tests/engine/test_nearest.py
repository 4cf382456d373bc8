"""Which rule came closest to admitting a blocked flow."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

import netpol_lab as lab
from netpol_lab.engine.near_miss import UnmetPart, misses
from netpol_lab.engine.nearest import nearest, nearly_holds, nearness, unselecting
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.manifests.writer import as_yaml
from netpol_lab.model.selectors import Operator, Requirement, Selector
from tests.referee.random_clusters import clusters_with_flows

PODS = """
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db, role: primary-2}}
---
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: shop, labels: {app: client, tier: back}}
status: {podIP: 10.0.0.9}
---
apiVersion: v1
kind: Pod
metadata: {name: cache, namespace: shop, labels: {app: cache, role: primary}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
"""


def policy(rules, selector="{}", name="p", types="[Ingress]"):
    return f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: shop}}
spec: {{podSelector: {{matchLabels: {selector}}}, policyTypes: {types}, ingress: {rules}}}
"""


def closest(*policies, source="client", port=80):
    cluster = lab.load(PODS, *policies)
    return nearest(cluster, lab.evaluate(cluster, source, "db", port).ingress)


def from_app(app, *ports):
    listed = f", ports: [{', '.join(f'{{port: {port}}}' for port in ports)}]" if ports else ""
    return f"{{from: [{{podSelector: {{matchLabels: {{app: {app}}}}}}}]{listed}}}"


OTHER_PROTOCOL = "{from: [{podSelector: {}}], ports: [{port: 80, protocol: UDP}]}"
MONITORING, EVERYBODY_53 = from_app("monitoring", 80), "{ports: [{port: 53}]}"


@pytest.mark.parametrize(
    ("rules", "number"),
    [
        ([MONITORING, from_app("client", 81)], 2),
        ([from_app("client", 81), MONITORING], 1),
        ([EVERYBODY_53, MONITORING], 2),
        ([EVERYBODY_53, from_app("client", 81)], 2),
        ([from_app("monitoring"), MONITORING], 2),
        ([from_app("client", 81), from_app("clients", 80)], 2),
        ([from_app("monitoring, tier: back"), from_app("ui, tier: front")], 1),
        ([from_app("ui, tier: front"), from_app("monitoring, tier: back")], 2),
        (["{from: [{ipBlock: {cidr: 192.0.2.0/24}}]}", MONITORING], 2),
        ([from_app("client", 81), OTHER_PROTOCOL], 2),
        ([MONITORING, MONITORING], 1),
        ([EVERYBODY_53, "{from: [{ipBlock: {cidr: 192.0.2.0/24}}]}"], 2),
        ([EVERYBODY_53, '{from: [{ipBlock: {cidr: "::/0"}}]}'], 2),
        ([EVERYBODY_53, "{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}"], 2),
        ([EVERYBODY_53, "{from: [{namespaceSelector: {matchLabels: {a: b}}}]}"], 2),
        ([EVERYBODY_53, "{from: [{podSelector: {matchLabels: {a: b}}}], ports: [{port: 81}]}"], 1),
    ],
)  # fmt: skip
def test_what_fits_counts_and_not_the_order(rules, number):
    assert closest(policy(f"[{', '.join(rules)}]")).rule.number == number


def test_for_an_outside_address_a_block_elsewhere_is_nearer_than_pods():
    rules = "[{from: [{podSelector: {}}]}, {from: [{ipBlock: {cidr: 192.0.2.0/24}}]}]"
    assert closest(policy(rules), source="203.0.113.7").rule.number == 2


@pytest.mark.parametrize(
    "block",
    ["{cidr: 0.0.0.0/0, except: [203.0.113.0/24]}", "{cidr: 192.0.2.0/24}", '{cidr: "::/0"}'],
)
def test_the_rule_for_name_servers_is_farther_than_a_block_of_addresses(block):
    rules = f"[{EVERYBODY_53}, {{from: [{{ipBlock: {block}}}]}}]"
    assert closest(policy(rules), source="203.0.113.7").rule.number == 2


def test_a_policy_that_would_admit_it_but_fails_to_select_the_pod_by_one_label_is_named():
    miss = closest(policy("[{}]", "{app: db, role: primary-1}"))
    assert [str(unmet.wants) for unmet in miss.unmet] == ["role=primary-1"]
    assert miss.unmet[0].part is UnmetPart.SELECTED


@pytest.mark.parametrize(
    ("selector", "rules", "types"),
    [
        ("{app: web}", "[{}]", "[Ingress]"),  # of somebody else
        ("{app: dbs, role: replica}", "[{}]", "[Ingress]"),  # two labels differ
        ("{app: cache, tier: x}", "[{}]", "[Ingress]"),
        ("{app: db, role: primary-1}", "[{ports: [{port: 81}]}]", "[Ingress]"),  # no help
        ("{app: db, role: primary-1}", "[]", "[Ingress]"),
        ("{app: db, role: primary-1}", "[{}]", "[Egress]"),
        ("{}", "[{}]", "[Egress]"),
    ],
)
def test_other_policies_that_do_not_select_the_pod_are_not_named(selector, rules, types):
    cluster = lab.load(PODS, policy(rules, selector, types=types))
    side = lab.evaluate(cluster, "client", "db", 80).ingress
    assert [*unselecting(cluster, side)] == []


def test_a_policy_that_selects_nobody_may_lack_any_one_label():
    assert closest(policy("[{}]", "{app: db, zone: x}")).policy.name == "p"


def test_a_policy_that_selects_other_pods_is_named_after_the_rules_of_the_own_ones():
    for_cache = policy("[{}]", "{role: primary}", "of-cache")
    assert closest(for_cache).policy.name == "of-cache"
    assert closest(for_cache, policy(f"[{from_app('monitoring', 80)}]")).policy.name == "p"


SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {selector: {app: db}, ports: [{port: 443, targetPort: 80}]}
"""


def test_a_rule_for_a_port_alone_means_the_flow_if_a_service_with_that_port_leads_there():
    rules = policy(f"[{EVERYBODY_53}, {{ports: [{{port: 443}}]}}]")
    assert closest(rules).rule.number == 1
    assert closest(rules, SERVICE).rule.number == 2
    assert closest(rules, SERVICE.replace("targetPort: 80", "targetPort: 81")).rule.number == 1


def test_an_allowed_side_has_none():
    cluster = lab.load(PODS, policy("[{}]"), policy("[{}]", "{app: dbs}", "q"))
    side = lab.evaluate(cluster, "client", "db", 80).ingress
    assert nearest(cluster, side) is None


def denied_sides(pair):
    """The cluster of a random pair, and the sides that deny its flows in the usual reading."""
    cluster = lab.load("\n---\n".join(map(as_yaml, pair[0])))
    verdicts = (lab.evaluate(cluster, *flow) for flow in pair[1])
    return cluster, [side for verdict in verdicts for side in verdict.sides if not side.allowed]


@settings(max_examples=60)
@given(clusters_with_flows(5))
def test_without_the_one_label_the_policy_selects_the_pod_and_admits_the_flow(pair):
    cluster, sides = denied_sides(pair)
    for side in sides:
        for miss in unselecting(cluster, side):
            wanted = miss.policy.pod_selector.requirements
            (unmet,) = miss.unmet
            fewer = Selector(tuple(one for one in wanted if one != unmet.wants))
            mended = replace(miss.policy, pod_selector=fewer)
            policies = [mended if one == miss.policy else one for one in cluster.policies]
            changed = resolution_of(cluster.with_policies(policies))
            assert mended in changed.isolating(side.subject.pod, side.direction)
            assert changed.admits(mended, miss.rule, side.flow, lab.Assumptions())


@settings(max_examples=60)
@given(clusters_with_flows(5))
def test_of_all_rules_in_any_order_the_same_ones_are_nearest(pair):
    cluster, sides = denied_sides(pair)
    turned = cluster.with_policies(reversed(cluster.policies))
    for side in sides:
        if miss := nearest(cluster, side):
            least = nearness(cluster, side, miss)
            assert all(least <= nearness(cluster, side, one) for one in misses(cluster, side))
            back = replace(side, isolated_by=side.isolated_by[::-1])
            assert nearness(turned, back, nearest(turned, back)) == least


def test_of_a_policy_that_nearly_selects_one_rule_is_enough():
    cluster = lab.load(PODS, policy("[{}, {}]", "{app: db, role: primary-1}"))
    side = lab.evaluate(cluster, "client", "db", 80).ingress
    assert [miss.rule.number for miss in unselecting(cluster, side)] == [1]


def test_a_block_elsewhere_is_no_nearer_than_an_except_and_another_protocol():
    rules = (
        "[{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [203.0.113.0/24]}}], "
        "ports: [{port: 80, protocol: UDP}]}, "
        "{from: [{ipBlock: {cidr: 192.0.2.0/24}}], ports: [{port: 80}]}]"
    )
    assert closest(policy(rules), source="203.0.113.7").rule.number == 1


def test_an_except_shares_more_with_an_address_than_a_block_of_another_family():
    rules = (
        "[{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [203.0.113.0/24]}}], ports: [{port: 81}]}, "
        '{from: [{ipBlock: {cidr: "::/0"}}], ports: [{port: 80}]}]'
    )
    assert closest(policy(rules), source="203.0.113.7").rule.number == 1


def measured(*policies, source="client", **assumed):
    """How far each rule is from admitting a connection to db on port 80, in their order."""
    cluster, assumptions = lab.load(PODS, *policies), lab.Assumptions(**assumed)
    side = lab.evaluate(cluster, source, "db", 80, assumptions=assumptions).ingress
    found = [*misses(cluster, side, assumptions), *unselecting(cluster, side, assumptions)]
    return [nearness(cluster, side, miss) for miss in found]


def from_block(block, *ports):
    return from_app("x", *ports).replace(
        "podSelector: {matchLabels: {app: x}}", f"ipBlock: {block}"
    )


def from_namespace(labels, pods=None):
    listed = f", podSelector: {{matchLabels: {pods}}}" if pods else ""
    return f"{{from: [{{namespaceSelector: {{matchLabels: {labels}}}{listed}}}]}}"


UNLISTED = policy("[{}]", "{app: db}", "q", "[Egress]")
NOT_CLIENT = (
    "{from: [{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [client]}]}}]}"
)
HERE = "kubernetes.io/metadata.name: shop"


@pytest.mark.parametrize(
    ("rule", "far"),
    [
        (from_app("web"), (4, 0)),
        (from_app("clients"), (2, 0)),
        ("{from: [{podSelector: {matchLabels: {role: client}}}]}", (2, 0)),
        (from_app("web, tier: back"), (4, -1)),
        (from_app("web, tier: front"), (8, 0)),
        (NOT_CLIENT, (4, 0)),
        (from_app("web", 80), (4, -1)),
        (from_app("web, tier: back", 80), (4, -2)),
        (from_app("web", 81), (12, 0)),
        (from_app("web, tier: back", 81), (7, -1)),
        (from_app("client", 81), (3, -2)),
        (OTHER_PROTOCOL, (2, -2)),
        ("{from: [{podSelector: {}}], ports: [{port: http}]}", (3, -2)),
        ("{ports: [{port: 81}]}", (10, 0)),
        ("{ports: [{port: http}]}", (10, 0)),
        ("{ports: [{port: 80, protocol: UDP}]}", (9, 0)),
        (from_namespace("{a: b}"), (4, 0)),
        (from_namespace("{a: shop}"), (2, 0)),
        (from_namespace("{kubernetes.io/metadata.name: shops}"), (2, 0)),
        (from_namespace(f"{{{HERE}, a: b}}"), (4, -1)),
        (from_namespace(f"{{{HERE}}}", "{app: web}"), (4, -1)),
        (from_block("{cidr: 192.0.2.0/24}"), (8, 0)),
        (from_block("{cidr: 192.0.2.0/24}", 81), (16, 0)),
        (from_block('{cidr: "::/0"}'), (9, 0)),
        (from_block("{cidr: 10.0.0.0/8, except: [10.0.0.0/24]}"), (3, -1)),
        (from_block("{cidr: 10.0.0.0/8, except: [10.0.0.0/24]}", 80), (3, -2)),
        (from_block("{cidr: 10.0.0.0/8, except: [10.0.0.0/24]}", 81), (6, -1)),
    ],
)
def test_how_far_a_rule_is_from_a_pod_and_what_they_share(rule, far):
    assert measured(policy(f"[{rule}]")) == [far]


@pytest.mark.parametrize(
    ("rule", "far"),
    [
        ("{from: [{podSelector: {}}]}", (8, 0)),
        (from_block("{cidr: 192.0.2.0/24}"), (5, 0)),
        (from_block("{cidr: 192.0.2.0/24}", 80), (5, -1)),
        (from_block('{cidr: "::/0"}'), (6, 0)),
    ],
)
def test_how_far_a_rule_is_from_an_address(rule, far):
    assert measured(policy(f"[{rule}]"), source="203.0.113.7") == [far]


def test_how_far_a_rule_is_that_does_not_count_or_does_not_select_the_pod():
    assert measured(UNLISTED) == [(0, 0)]
    assert measured(policy("[{}]", "{app: db, zone: x}")) == [(2, 0)]
    assert measured(policy("[{}]", "{role: primary}")) == [(5, 0)]
    assert measured(policy("[{ports: [{port: 443}]}]"), SERVICE) == [(3, 0)]


def test_how_far_a_rule_is_from_a_pod_of_another_namespace_or_without_an_address():
    elsewhere = """
apiVersion: v1
kind: Pod
metadata: {name: far, namespace: other, labels: {app: client}}
"""
    assert measured(policy(f"[{from_app('client')}]"), elsewhere, source="far") == [(4, -1)]
    block = policy(f"[{from_block('{cidr: 10.0.0.0/8}')}]")
    assert measured(block, elsewhere, source="far", unknown_addresses_in_blocks=False) == [(8, 0)]
    assert measured(block, ip_block_matches_pods=False) == [(3, 0)]


def test_a_rule_of_a_policy_that_selects_the_pod_goes_before_an_equal_one_of_another():
    own, other = policy(f"[{from_app('clients')}]"), policy("[{}]", "{app: db, zone: x}", "q")
    assert measured(own, other) == [(2, 0), (2, 0)]
    assert closest(other, own).policy.name == "p"


def test_labels_nearly_hold_by_any_value_and_never_for_what_is_unlisted():
    assert nearly_holds(Requirement("a", Operator.IN, ("other", "back-end")), {"a": "backend"})
    assert nearly_holds(Requirement("a", Operator.IN, ("back",)), {"b": "x", "c": "back"})
    for operator in (Operator.NOT_IN, Operator.EXISTS):
        assert not nearly_holds(Requirement("a", operator, ("back",)), {"b": "back"})
