"""One flow with its reasons; the cases prove the rules, these the shape of the answer."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

import netpol_lab as lab
from netpol_lab import Assumptions
from netpol_lab.engine.sides import Exemption
from netpol_lab.errors import UnknownNameError
from netpol_lab.model.assumptions import OPEN_QUESTIONS

SHOP = lab.load("three-tier")


def verdict(source, destination, port=5432, cluster=SHOP, **assumed):
    return lab.evaluate(cluster, source, destination, port, assumptions=Assumptions(**assumed))


def test_a_denial_names_the_isolating_policy_and_no_rule():
    side = verdict("web", "db").ingress
    assert [str(policy) for policy in side.isolated_by] == ["shop/db-access-ingress"]
    assert side.admitted_by == ()
    assert side.allowed is False


def test_an_admission_names_the_rule_and_its_place():
    ((policy, rule),) = verdict("backend", "db").ingress.admitted_by
    assert (str(policy), rule.number, rule.path) == (
        "shop/db-access-ingress", 1, "spec.ingress[0]",
    )  # fmt: skip


def test_a_verdict_is_never_taken_for_true_by_accident():
    with pytest.raises(TypeError, match="can also be undefined"):
        bool(verdict("web", "db"))


def test_repr_is_one_line_without_addresses():
    assert repr(verdict("web", "db")) == "<Verdict shop/web -> shop/db  TCP 5432: denied>"


def test_without_a_plugin_nothing_is_isolated():
    assert verdict("web", "db", enforced=False).allowed is True


def test_a_pod_reaches_itself_also_behind_a_default_deny():
    closed = lab.load("three-tier", DENY_ALL)
    assert verdict("db", "db", cluster=closed).egress.exemption is Exemption.ITSELF
    assert verdict("db", "10.1.0.30", cluster=closed).allowed is True
    assert verdict("web", "backend", cluster=closed).allowed is False


def test_unknown_pods_are_named_with_their_neighbours():
    with pytest.raises(UnknownNameError, match=r"Did you mean shop/db"):
        verdict("web", "shop/dbb")


DENY_ALL = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny-all, namespace: shop}
spec: {policyTypes: [Ingress, Egress]}
"""

HOST = """
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: shop, labels: {app: myapp, role: backend}}
spec: {hostNetwork: true, nodeName: n1}
status: {podIP: 192.168.0.1}
"""


def on_node_two():
    """The three tiers on one node, and a pod on the network of another."""
    shop = lab.load("three-tier", HOST)
    placed = (pod if pod.node else replace(pod, node="n2") for pod in shop.pods)
    return replace(shop, pods=tuple(placed))


def test_undefined_is_none_with_what_most_plugins_do():
    cluster = on_node_two()
    found = verdict("agent", "db", cluster=cluster)
    assert (found.allowed, found.common) == (None, False)
    assert len(found.outcomes) == 2


def test_an_assumption_settles_what_is_undefined():
    cluster = on_node_two()
    assert verdict("agent", "db", cluster=cluster, host_network_as_pods=True).allowed is True
    assert verdict("agent", "db", cluster=cluster, host_network_as_pods=False).allowed is False


def test_ip_blocks_match_pods_unless_assumed_otherwise():
    cluster = lab.load("three-tier", BLOCK)
    assert verdict("web", "db", cluster=cluster).allowed is True
    assert verdict("web", "db", cluster=cluster, ip_block_matches_pods=False).allowed is False


BLOCK = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: by-address, namespace: shop}
spec:
  podSelector: {matchLabels: {role: db}}
  ingress: [{from: [{ipBlock: {cidr: 10.1.0.0/16}}]}]
"""


UNKNOWN = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: shop}
spec: {hostNetwork: true, nodeName: n1}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {nodeName: n2}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}
"""


@pytest.mark.parametrize(
    ("source", "ranges", "allowed"),
    [
        ("web", {}, None),
        ("web", {"pod_cidrs": "10.244.0.0/16"}, True),
        ("web", {"pod_cidrs": "192.168.0.0/16"}, False),
        ("web", {"pod_cidrs": ["10.244.0.0/16", "fd00::/48"]}, None),
        ("web", {"pod_cidrs": "0.0.0.0/0"}, None),
        ("web", {"node_cidrs": "10.244.0.0/16"}, None),
        ("agent", {"pod_cidrs": "10.244.0.0/16"}, None),
        ("agent", {"node_cidrs": "10.0.0.0/24"}, True),
        ("agent", {"node_cidrs": "192.0.2.0/24"}, False),
    ],
)
def test_a_block_around_all_addresses_that_an_end_may_have_decides(source, ranges, allowed):
    assumptions, cluster = Assumptions(**ranges), lab.load(UNKNOWN)
    assert lab.evaluate(cluster, source, "db", 80, assumptions=assumptions).allowed is allowed
    reach = lab.reachability(cluster, assumptions)
    assert bool(reach.ports(f"shop/{source}", "shop/db")) is (allowed is True)
    assert bool(reach.undefined(f"shop/{source}", "shop/db")) is (allowed is None)


def test_an_address_in_the_range_of_nodes_may_be_that_of_the_own_node():
    cluster, near = lab.load(UNKNOWN), Assumptions(node_cidrs="192.0.2.0/24")
    found = lab.evaluate(cluster, "192.0.2.7", "db", 80, assumptions=near)
    assert found.allowed is None
    assert "on which node a pod runs, and its own node always gets in (SEM-50)" in str(found)
    assert lab.evaluate(cluster, "192.0.3.7", "db", 80, assumptions=near).allowed is False
    reach = lab.reachability(cluster, near)
    assert [
        str(c) for c in reach.into("db") if c.undefined and c.source.startswith("192.0.2.")
    ] != []


def test_what_a_rule_admits_from_a_node_is_not_put_down_to_the_node():
    cluster = lab.load(UNKNOWN.replace("cidr: 10.0.0.0/8", "cidr: 192.0.2.0/24"))
    near = Assumptions(node_cidrs="192.0.2.0/24")
    side = lab.evaluate(cluster, "192.0.2.7", "db", 80, assumptions=near).ingress
    assert side.exemption is None
    assert [rule.number for _, rule in side.admitted_by] == [1]


def test_only_behind_a_service_a_client_may_have_another_address():
    other = Assumptions(client_address_kept=False)
    denied = lab.evaluate(lab.load(UNKNOWN), "203.0.113.7", "db", 80, assumptions=other)
    assert denied.allowed is False
    allowed = lab.evaluate(lab.load(UNKNOWN), "10.1.2.3", "db", 80, assumptions=other)
    assert allowed.allowed is True


LOAD_BALANCED = """
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}], clusterIP: 10.96.0.9}
status: {loadBalancer: {ingress: [{ip: 192.0.2.80}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: clients}
spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]}
"""


@pytest.mark.parametrize("inside", [True, False, None])
def test_the_address_of_a_load_balancer_is_in_no_block_whatever_other_addresses_are(inside):
    assumed = Assumptions(unknown_addresses_in_blocks=inside)
    cluster = lab.load(LOAD_BALANCED)
    found = lab.evaluate(cluster, "203.0.113.7", "192.0.2.80", 80, assumptions=assumed)
    assert found.allowed is None


def test_the_sides_of_a_verdict_are_those_of_the_usual_reading():
    found = verdict("agent", "db", cluster=on_node_two())
    usual, other = found.outcomes
    assert usual.allowed is not other.allowed
    assert found.sides == (found.egress, found.ingress) == usual.sides != other.sides


EXPLAINED = Path(__file__).parent / "explanations"


@pytest.mark.parametrize(
    ("of", "ends", "port", "ways", "questions"),
    [
        ("rules", "web db", 5432, 1, ""),
        ("rules", "cache db", 80, 1, "unknown_addresses_in_blocks"),
        ("rules", "web db", None, 1, "icmp_filtered"),
        ("nodes", "agent db", 80, 1, "host_network_as_pods"),
        ("nodes", "db agent", 80, 1, "host_network_as_pods"),
        ("nodes", "web 192.168.0.1", 80, 1, "own_node_egress"),
        ("nodes", "web 192.168.0.2", 80, 1, ""),
        ("nodes", "192.168.0.1 web", 80, 1, ""),
        ("nodes", "web agent", 80, 1, "host_network_as_pods own_node_egress"),
        ("nodes", "lost 192.168.0.1", 80, 1,
         "own_node_egress unknown_addresses_in_blocks unknown_node_is_own"),
        ("nodes", "192.168.0.1 lost", 80, 1, "unknown_addresses_in_blocks unknown_node_is_own"),
        ("services", "web 10.96.0.1", 80, 2, "service_rewritten_first"),
        ("services", "web heads", 5432, 2, ""),
        ("services", "web 192.168.0.1", 30080, 2,
         "own_node_egress service_rewritten_first client_address_kept"),
        ("services", "203.0.113.7 198.51.100.8", 443, 1,
         "service_rewritten_first client_address_kept"),
        ("services", "db-2 local", 80, 1, "service_rewritten_first service_loopback"),
        ("services", "web 10.96.0.5", 80, 1,
         "service_rewritten_first unknown_endpoints_admit unknown_addresses_in_blocks"),
        ("services", "web 10.96.0.6", 80, 1, ""),
        ("tiers", "web db", 80, 1, "equal_priority_allows unknown_peers_allow"),
        ("tiers", "web 203.0.113.7", 80, 1, "unknown_peers_allow"),
        ("tiers", "198.51.100.7 web", 80, 1, "equal_priority_allows"),
        ("tiers", "db 198.51.100.7", 80, 1, "unknown_peers_allow any_isolation_skips_baseline"),
        ("other-kinds", "web db", 80, 1, "unknown_addresses_in_blocks only_network_policies"),
        ("unknown-addresses", "web lost", 80, 4, "unknown_addresses_in_blocks"),
        ("workloads", "web db", 80, 2, ""),
    ],
)  # fmt: skip
def test_only_what_could_matter_is_asked_in_every_way(of, ends, port, ways, questions):
    case = yaml.safe_load((EXPLAINED / f"{of}.yaml").read_text("utf-8"))
    cluster = lab.load(case["manifests"], channel=case.get("channel", "standard"))
    found = lab.evaluate(cluster, *ends.split(), port, "TCP" if port else "ICMP")
    asked = questions.split()
    for outcome in found.outcomes:
        answers = {name: getattr(outcome.assumptions, name) for name in OPEN_QUESTIONS}
        assert [name for name in answers if answers[name] is not None] == asked
    assert len(found.outcomes) == ways * 2 ** len(asked)


def test_names_of_ports_in_init_containers_are_asked_about_where_there_are_some():
    pod = """
apiVersion: v1
kind: Pod
metadata: {name: NAME, namespace: shop}
spec: {containers: [{name: c, ports: [{name: a, containerPort: 1}]}], INIT}
status: {podIP: 10.0.0.ADDRESS}
---
"""
    init = "initContainers: [{name: i, ports: [{name: b, containerPort: 2}]}]"
    with_init = pod.replace("NAME", "one").replace("INIT", init).replace("ADDRESS", "1")
    without = pod.replace("NAME", "two").replace(", INIT", "").replace("ADDRESS", "2")
    cluster = lab.load(with_init + without)
    for ends, asked in ((("two", "one"), [True, False]), (("one", "two"), [None])):
        outcomes = lab.evaluate(cluster, *ends, 80).outcomes
        assert [one.assumptions.init_port_names for one in outcomes] == asked


def test_where_the_destination_may_lie_says_nothing_of_where_a_client_does():
    case = yaml.safe_load((EXPLAINED / "halves.yaml").read_text("utf-8"))
    more = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: lost, namespace: shop}
spec: {podSelector: {matchLabels: {app: lost}}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/1}}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: outer, namespace: shop}
spec: {externalIPs: [192.0.2.1], selector: {app: lost}, ports: [{port: 80}]}
"""
    cluster = lab.load(case["manifests"], more)
    unknown = lab.evaluate(cluster, "bare", "lost", 80)
    assert len(unknown.outcomes) == 6
    for outcome in unknown.outcomes:
        assert outcome.ingress.allowed is outcome.assumptions.unknown_addresses_in_blocks
    hidden = lab.evaluate(cluster, "web", "192.0.2.1", 80)
    assert len(hidden.outcomes) == 24
    for outcome in hidden.outcomes:
        assert outcome.ingress.allowed is outcome.assumptions.client_address_kept
