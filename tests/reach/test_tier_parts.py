"""What the tiers say to all flows at once is what a verdict says to each."""

from itertools import product

import pytest

import netpol_lab as lab
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.tiers import LaneAnswer
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.cluster_policies import Tier
from netpol_lab.model.objects import Direction
from netpol_lab.reach.endpoint_index import EndpointIndex
from netpol_lab.reach.peer_views import PeerViews
from netpol_lab.reach.tier_parts import TierParts

WORLD = """
apiVersion: v1
kind: Namespace
metadata: {name: a, labels: {team: a}}
---
apiVersion: v1
kind: Namespace
metadata: {name: b, labels: {team: b}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: a, labels: {app: web}}
spec: {containers: [{name: c, image: c, ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: a, labels: {app: db}}
spec: {containers: [{name: c, image: c, ports: [{name: http, containerPort: 80}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: job, namespace: b, labels: {app: job}}
spec: {containers: [{name: c, image: c}]}
status: {podIP: 10.1.0.7}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: b}
spec: {hostNetwork: true, nodeName: n1, containers: [{name: c, image: c}]}
---
apiVersion: v1
kind: Node
metadata: {name: n1, labels: {pool: x}}
status: {addresses: [{type: InternalIP, address: 192.0.2.1}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: one, namespace: a}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress: [{from: [{podSelector: {}}, {ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 80}]}]
"""
POLICY = """
apiVersion: policy.networking.k8s.io/v1beta1
kind: ClusterNetworkPolicy
metadata: {{name: {name}}}
spec: {{tier: {tier}, priority: {priority}, subject: {{namespaces: {subject}}}, {rules}}}
"""
A = "{matchLabels: {team: a}}"
RULES = {
    "deny-one-port": "ingress: [{action: Deny, from: [{namespaces: {}}], "
    "protocols: [{tcp: {destinationPort: {number: 80}}}]}]",
    "accept-then-deny": "ingress: [{action: Accept, from: [{pods: {podSelector: {matchLabels: "
    "{app: job}}, namespaceSelector: {}}}]}, {action: Deny, from: [{namespaces: {}}]}]",
    "networks": "egress: [{action: Accept, to: [{networks: [10.1.0.0/16]}]}, "
    "{action: Deny, to: [{networks: [10.0.0.0/8, 192.0.2.0/24]}]}]",
    "pass": "egress: [{action: Pass, to: [{namespaces: " + A + "}]}, "
    "{action: Deny, to: [{networks: [0.0.0.0/0]}]}]",
    "named": "ingress: [{action: Deny, from: [{namespaces: {}}], protocols: "
    "[{tcp: {destinationPort: {number: 81}}}, {destinationNamedPort: http}]}]",
    "range": "egress: [{action: Deny, to: [{namespaces: {}}], "
    "protocols: [{udp: {destinationPort: {range: {start: 50, end: 60}}}}]}]",
}


def every_verdict_and_cell(cluster, **assumed):
    assumptions = Assumptions(**assumed)
    reach = lab.reachability(cluster, assumptions)
    ends = [*map(str, reach.running), *(str(part.first) for part in reach.index.ranges)]
    for source, destination in product(ends, ends):
        if source == destination or "/" not in source + destination:
            continue
        sure, open_ = reach.ports(source, destination), reach.undefined(source, destination)
        for protocol, port in reach.matrix.classes.examples:
            asked = source, destination, port, str(protocol), assumptions
            cell = (protocol, port) in sure or (None if (protocol, port) in open_ else False)
            yield lab.evaluate(cluster, *asked).allowed, cell


@pytest.mark.parametrize("tier", ["Admin", "Baseline"])
@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("skips", [None, True])
def test_each_cell_is_what_a_verdict_says(name, tier, skips):
    text = POLICY.format(name=name, tier=tier, priority=5, subject="{}", rules=RULES[name])
    cluster = lab.load(f"{WORLD}---{text}", channel="experimental")
    found = [*every_verdict_and_cell(cluster, any_isolation_skips_baseline=skips)]
    assert len(found) > 50
    assert all(verdict is cell for verdict, cell in found)


@pytest.mark.parametrize("priorities", [(1, 2), (2, 1), (1, 1)])
@pytest.mark.parametrize("pair", [("deny-one-port", "accept-then-deny"), ("networks", "pass")])
def test_two_policies_are_asked_in_the_same_order(pair, priorities):
    texts = (
        POLICY.format(name=name, tier="Admin", priority=priority, subject=A, rules=RULES[name])
        for name, priority in zip(pair, priorities, strict=True)
    )
    cluster = lab.load("---".join([WORLD, *texts]))
    found = [*every_verdict_and_cell(cluster)]
    assert all(verdict is cell for verdict, cell in found)
    assert (None in {verdict for verdict, _ in found}) or priorities != (1, 1)


def test_alike_subjects_are_asked_once_and_their_parts_are_disjoint():
    rules = RULES["accept-then-deny"]
    text = POLICY.format(name="p", tier="Admin", priority=5, subject="{}", rules=rules)
    cluster = lab.load(f"{WORLD}---{text}", channel="experimental")
    views = PeerViews(cluster, EndpointIndex([cluster]), Assumptions())
    tier = TierParts(resolution_of(cluster), views, Direction.INGRESS, Tier.ADMIN)
    for _, parts in tier:
        assert {part.answer for part in parts} == {
            LaneAnswer.ACCEPT,
            LaneAnswer.DENY,
            LaneAnswer.NEXT,
        }
        assert sum(part.peers.bit_count() for part in parts) == len(views.ends)


@pytest.mark.parametrize(
    ("name", "direction", "number"),
    [
        ("pass", Direction.EGRESS, 2),
        ("deny-one-port", Direction.INGRESS, 2),
        ("named", Direction.INGRESS, 3),
    ],
)
def test_names_of_ports_tell_subjects_apart_only_where_rules_ask_for_them(name, direction, number):
    text = POLICY.format(name="p", tier="Admin", priority=5, subject="{}", rules=RULES[name])
    cluster = lab.load(f"{WORLD}---{text}", channel="experimental")
    views = PeerViews(cluster, EndpointIndex([cluster]), Assumptions())
    found = [*TierParts(resolution_of(cluster), views, direction, Tier.ADMIN)]
    assert len(found) == number
    assert sum(alike.bit_count() for alike, _ in found) == 3  # web, db and job


def test_without_policies_of_the_tier_nothing_is_said():
    cluster = lab.load(WORLD)
    views = PeerViews(cluster, EndpointIndex([cluster]), Assumptions())
    assert [*TierParts(resolution_of(cluster), views, Direction.EGRESS, Tier.BASELINE)] == []
