"""Reasons in words: every line a newcomer can act on."""

from pathlib import Path

import pytest
import yaml

import netpol_lab as lab
from netpol_lab.engine.explain import as_data, describe_pod, explain
from netpol_lab.engine.left_open import left_open
from netpol_lab.errors import NetpolError

PODS = """
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: c, ports: [{name: sql, containerPort: 5432}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: other, labels: {app: client}}
status: {podIP: 10.0.0.9}
---
apiVersion: v1
kind: Pod
metadata: {name: nowhere, namespace: other}
"""


def cluster(spec, *more):
    policy = f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: p, namespace: shop}}
spec: {spec}
"""
    return lab.load(PODS, policy, *more)


def closest(spec, source="other/client", port=80):
    text = explain(lab.evaluate(cluster(spec), source, "shop/db", port))
    return text.splitlines()[-1].strip()


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("{ingress: [{from: [{podSelector: {}}]}]}",
         "closest: rule 1 wants a pod of namespace shop, other/client is in another"),
        ("{ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}]}]}",
         "closest: rule 1 wants app=web, other/client has app=client"),
        ("{ingress: [{from: [{namespaceSelector: {matchLabels: {team: x}}}]}]}",
         "closest: rule 1 wants a namespace with team=x, namespace other has no label team"),
        ("{ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/24}}]}]}",
         "closest: rule 1 wants an address in 192.0.2.0/24, not other/client (10.0.0.9)"),
        ('{ingress: [{from: [{ipBlock: {cidr: "::/0"}}]}]}',
         "closest: rule 1 wants an address in ::/0, which holds IPv6 only, not other/client "
         "(10.0.0.9)"),
        ("{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/24]}}]}]}",
         "closest: rule 1 excepts 10.0.0.0/24 from 10.0.0.0/8, "
         "and other/client (10.0.0.9) is in it"),
        ("{ingress: [{ports: [{port: 5432}]}]}",
         "closest: rule 1 wants TCP 5432, the flow uses TCP 80"),
        ("{ingress: [{ports: [{port: http}]}]}",
         "closest: rule 1 names a port that shop/db does not have, the flow uses TCP 80"),
        ("{ingress: [{ports: [{port: 80, protocol: UDP}]}]}",
         "closest: rule 1 wants UDP 80, the flow uses TCP 80: the port is right, the protocol is "
         "not"),
    ],
)  # fmt: skip
def test_a_denial_says_what_the_closest_rule_still_wants(spec, words):
    assert closest(spec) == words


def test_an_address_that_nobody_gives_leaves_a_block_open():
    shop = cluster("{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}")
    verdict = lab.evaluate(shop, "nowhere", "shop/db", 80)
    assert verdict.allowed is None
    assert "the manifests give no address for an end" in explain(verdict)
    outside = lab.Assumptions(unknown_addresses_in_blocks=False)
    words = explain(lab.evaluate(shop, "nowhere", "shop/db", 80, assumptions=outside))
    assert words.endswith("other/nowhere has none in the manifests")


def test_a_rule_for_the_services_port_is_told_from_the_pods_port():
    service = """
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {selector: {app: db}, ports: [{port: 80, targetPort: sql}]}
"""
    shop = cluster("{ingress: [{ports: [{port: 80}]}]}", service)
    words = str(lab.evaluate(shop, "client", "shop/db", 5432))
    assert words.endswith(
        "wants TCP 80, the flow uses TCP 5432 (80 is the port of Service shop/db, not of its pods)"
    )


def test_a_rule_whose_direction_is_not_listed_is_named_with_its_policy():
    other = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: q, namespace: shop}
spec: {policyTypes: [Egress], ingress: [{}]}
"""
    words = explain(lab.evaluate(cluster("{}", other), "client", "db", 80))
    assert words.endswith(
        "closest: rule 1 of shop/q fits, but the policyTypes of shop/q do not list Ingress"
    )


def test_a_policy_that_nearly_selects_the_pod_is_named_with_the_label_that_differs():
    nearly = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: q, namespace: shop}
spec: {podSelector: {matchLabels: {app: dbs}}, ingress: [{}]}
"""
    words = explain(lab.evaluate(cluster("{}", nearly), "client", "db", 80))
    assert words.endswith(
        "closest: rule 1 of shop/q fits, but its podSelector wants app=dbs, shop/db has app=db"
    )


def test_several_ports_are_alternatives():
    ports = "[{port: 53}, {port: 53, protocol: UDP}]"
    assert "wants TCP 53 or UDP 53, " in closest(f"{{ingress: [{{ports: {ports}}}]}}")


def test_isolation_without_any_rule_is_said_so():
    assert "no ingress rule is listed" in closest("{}")


def test_of_several_rules_that_admit_the_first_is_named():
    found = lab.evaluate(cluster("{ingress: [{ports: [{port: 81}]}, {}, {}]}"), "client", "db", 80)
    assert "its rule 2 admits other/client" in str(found)


def test_the_policy_is_named_where_several_isolate():
    other = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: q, namespace: shop}
spec: {ingress: [{ports: [{port: 81}]}]}
"""
    both = cluster("{ingress: [{ports: [{port: 80}]}]}", other)
    words = str(lab.evaluate(both, "client", "db", 80))
    assert "shop/db is isolated by shop/p, shop/q; shop/p, rule 1 admits other/client" in words
    denied = str(lab.evaluate(both, "client", "db", 82))
    assert "closest: rule 1 of shop/p wants TCP 80" in denied


def test_a_port_name_of_another_protocol_is_told_from_a_missing_one():
    assert closest("{ingress: [{ports: [{port: sql, protocol: UDP}]}]}") == (
        "closest: rule 1 wants UDP sql, which is a TCP port of shop/db"
    )


def test_the_own_node_is_no_reason_where_nothing_isolates():
    pod = """
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: free}
status: {podIP: 10.0.0.1, hostIP: 192.168.0.1}
"""
    words = str(lab.evaluate(lab.load(pod), "a", "192.168.0.1", 80))
    assert "free/a is not isolated for egress" in words


def test_a_finished_pod_is_described_as_such():
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nstatus: {phase: Failed}"
    shop = lab.load(pod)
    assert "has finished" in describe_pod(shop, shop.pods[0])


def test_a_dual_stack_pod_is_judged_for_the_addresses_that_are_named():
    pod = """
apiVersion: v1
kind: Pod
metadata: {name: both, namespace: shop}
status: {podIPs: [{ip: fd00::1}, {ip: 10.0.0.1}]}
"""
    words = str(lab.evaluate(cluster("{}", pod), "client", "both", 80))
    assert "address  judged for 10.0.0.9 -> 10.0.0.1" in words


def test_icmp_is_undefined_in_words():
    words = str(lab.evaluate(cluster("{}"), "client", "db", protocol="ICMP"))
    assert words.splitlines()[0] == "other/client -> shop/db  ICMP: undefined"
    assert "protocols other than TCP, UDP and SCTP are filtered (SEM-57)" in words


def test_backends_that_differ_leave_a_service_undefined():
    service = """
apiVersion: v1
kind: Service
metadata: {name: s, namespace: shop}
spec: {clusterIP: 10.96.0.1, selector: {tier: x}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: shop, labels: {tier: x, app: db}}
---
apiVersion: v1
kind: Pod
metadata: {name: b, namespace: shop, labels: {tier: x}}
"""
    shop = cluster("{podSelector: {matchLabels: {app: db}}}", service)
    words = str(lab.evaluate(shop, "client", "10.96.0.1", 80))
    assert "undefined" in words.splitlines()[0]
    assert "the Service may lead to any of its pods, and they differ" in words


def test_a_pod_tells_what_isolates_it():
    shop = cluster("{policyTypes: [Egress]}")
    words = describe_pod(shop, shop.pod("db"))
    assert "ingress  not isolated" in words
    assert "egress   isolated by shop/p" in words


def test_the_address_of_a_service_is_told_from_a_pod_of_its_name():
    names = lab.load("lookup")
    found = lab.evaluate(names, "web", "service:store/api", port=80)
    assert "no rule admits the address of Service store/api" in str(found)


def test_a_pods_own_node_is_told_by_direction():
    nodes = lab.load("two-nodes")
    assert "its own node can always open connections to it" in str(
        lab.evaluate(nodes, "192.168.50.1", "web", port=80)
    )
    assert "allowed, if a pod may always connect to its own node" in str(
        lab.evaluate(nodes.with_policies(["web-opens-nothing"]), "web", "192.168.50.1", port=443)
    )


def test_ends_of_two_families_are_told_that_there_is_no_such_connection():
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {{name: {0}}}\nstatus: {{podIP: '{1}'}}\n---\n"
    town = lab.load(pod.format("old", "10.0.0.1") + pod.format("new", "2001:db8::1"))
    said = str(lab.evaluate(town, "old", "new", port=80))
    assert "10.0.0.1 and 2001:db8::1 share no family: there is no such connection" in said


REPLICAS = "---".join(
    f"""
apiVersion: v1
kind: Pod
metadata:
  name: web-{place}
  namespace: shop
  ownerReferences: [{{apiVersion: apps/v1, kind: StatefulSet, name: web, uid: u, controller: true}}]
status: {{podIP: 10.0.0.{place}}}
"""
    for place in (1, 2, 3)
)
ONE_BLOCK = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: only-the-second, namespace: shop}
spec: {policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.2/32}}]}]}
"""


@pytest.mark.parametrize("source", ["shop/web", "shop/web-1"])
def test_a_pod_that_calls_its_own_workload_is_told_that_its_pods_differ(source):
    verdict = lab.evaluate(lab.load(REPLICAS, ONE_BLOCK), source, "shop/web", port=80)
    assert (str(verdict.flow.source), str(verdict.flow.destination)) == ("shop/web-1", "shop/web-2")
    assert left_open(verdict) == [
        "the workload has several pods, and they differ: name one of them"
    ]


TWO_PLACES = """
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {clusterIP: 10.96.0.1, selector: {app: two}, ports: [{port: 80}]}
""" + "".join(
    f"""---
apiVersion: v1
kind: Pod
metadata: {{name: db-{i}, namespace: shop, labels: {{app: two}}}}
status: {{podIP: 10.0.1.{i}, podIPs: [{{ip: 10.0.1.{i}}}, {{ip: "2001:db8::{i}"}}]}}
"""
    for i in (1, 2)
)


def test_behind_a_service_the_addresses_are_those_of_the_pod_that_is_judged():
    calls = lab.evaluate(lab.load(PODS, TWO_PLACES), "other/client", "10.96.0.1", port=80)
    words = str(calls)
    assert "rewritten to shop/db-1 port 80 or shop/db-2 port 80" in words
    assert "address  judged for 10.0.0.9 -> 10.0.1.1" in words
    assert "ingress  shop/db-1 is not isolated" in words


SERVICE_WITH_DIFFERING_PODS = """
apiVersion: v1
kind: Service
metadata: {name: two, namespace: shop}
spec: {selector: {app: two}, ports: [{port: 80, targetPort: http}]}
""" + "".join(
    f"""---
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: shop, labels: {{app: two}}}}
spec: {{containers: [{{ports: [{{name: http, containerPort: {port}}}]}}]}}
"""
    for name, port in (("old", 80), ("new", 8080))
)


def test_where_pods_behind_a_service_differ_the_other_one_is_told_with_its_reason():
    shop = lab.load(
        PODS,
        SERVICE_WITH_DIFFERING_PODS,
        """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec: {podSelector: {matchLabels: {app: two}}, ingress: [{ports: [{port: 80}]}]}
""",
    )
    assert str(lab.evaluate(shop, "client", "svc/two", 80)).splitlines()[-2:] == [
        "  else     denied at shop/new port 8080: shop/new is isolated by shop/p; "
        "no rule admits other/client",
        "           closest: rule 1 wants TCP 80, the flow uses TCP 8080 "
        "(where Service shop/two leads on shop/new)",
    ]


def test_of_many_pods_behind_a_service_the_first_four_are_named():
    more = "---".join(
        f"""
apiVersion: v1
kind: Pod
metadata: {{name: two-{i}, namespace: shop, labels: {{app: two}}}}
"""
        for i in range(1, 5)
    )
    calls = lab.evaluate(lab.load(PODS, TWO_PLACES, more), "other/client", "10.96.0.1", port=80)
    line = next(line for line in str(calls).splitlines() if line.startswith("  service"))
    assert line.count(" port 80") == 4
    assert line.endswith(" or 2 more")


EXPLANATIONS = sorted((Path(__file__).parent / "explanations").glob("*.yaml"))


def said(cluster, asked):
    """The whole explanation of a flow, or why it cannot be asked about."""
    assumed = lab.Assumptions(**asked.get("assume", {}))
    ends, port = (asked["from"], asked["to"]), asked.get("port")
    try:
        return str(lab.evaluate(cluster, *ends, port, asked.get("protocol", "TCP"), assumed))
    except NetpolError as error:
        return str(error)


@pytest.mark.parametrize("file", EXPLANATIONS, ids=lambda file: file.stem)
def test_whole_explanations_read_as_written(file):
    case = yaml.safe_load(file.read_text("utf-8"))
    cluster = lab.load(case["manifests"], channel=case.get("channel", "standard"))
    for one in case["verdicts"]:
        assert said(cluster, one["asked"]) == one["says"]
    for pod, words in case.get("pods", {}).items():
        assert describe_pod(cluster, cluster.pod(pod)) == words


def test_as_plain_values_a_verdict_has_both_sides_with_all_that_decides():
    case = yaml.safe_load((EXPLANATIONS[0].parent / "tiers.yaml").read_text("utf-8"))
    cluster = lab.load(case["manifests"], channel="experimental")
    found = as_data(lab.evaluate(cluster, "cache", "db", port=5432))
    assert {key: found[key] for key in list(found)[:6]} == {
        "from": "shop/cache", "to": "shop/db", "port": 5432, "protocol": "TCP", "allowed": None,
        "common": None,
    }  # fmt: skip
    names, first, default = (
        "ClusterNetworkPolicy first", {"priority": 5, "tier": "Admin"},
        {"priority": 1, "tier": "Baseline", "policy": "ClusterNetworkPolicy default"},
    )  # fmt: skip
    accepts = {**first, "decides": True, "policy": names, "rule": 1, "action": "Accept"}
    passes = {**first, "decides": False, "policy": names, "rule": 3, "action": "Pass"}
    denies = {**default, "decides": False, "rule": 1, "action": "Deny"}
    assert found["egress"] == {
        "allowed": True, "isolated": False, "by": [], "admitted_by": [], "other_policies": [],
        "reason": 'rule 1 "names" of ClusterNetworkPolicy first (Admin, priority 5) accepts '
        "shop/db, if it means that",
        "tiers": [accepts, denies],
    }  # fmt: skip
    assert found["ingress"] == {
        "allowed": True, "isolated": True, "by": ["shop/db"], "other_policies": [],
        "admitted_by": [{"policy": "shop/db", "rule": 1}],
        "reason": "shop/db is isolated by shop/db; its rule 1 admits shop/cache",
        "tiers": [passes, denies],
    }  # fmt: skip
    assert found["open"] == left_open(lab.evaluate(cluster, "cache", "db", port=5432))
    assert found["explanation"].startswith("shop/cache -> shop/db  TCP 5432: undefined\n")
    unmatched = as_data(lab.evaluate(cluster, "198.51.100.7", "web", port=80))["ingress"]["tiers"]
    nothing = {"decides": False, "policy": None, "priority": None, "rule": None, "action": None}
    assert unmatched == [{"tier": tier, **nothing} for tier in ("Admin", "Baseline")]
