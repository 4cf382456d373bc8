"""Which questions are open where cluster-wide policies are asked."""

import pytest

import netpol_lab as lab
from netpol_lab.engine.open_tiers import (
    in_turn,
    open_questions,
    open_questions_of,
    parts_of_unknown,
)
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.service_paths import FlowPath
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.flows import Flow

POLICY = """
apiVersion: policy.networking.k8s.io/v1beta1
kind: ClusterNetworkPolicy
metadata: {{name: {name}}}
spec: {{tier: {tier}, priority: {priority}, subject: {{namespaces: {{}}}}, {rules}}}
"""
UNADDRESSED = """
apiVersion: v1
kind: Pod
metadata: {name: lost, namespace: shop}
spec: {containers: [{name: a, image: a}]}
"""
DENY = "ingress: [{action: Deny, from: [{namespaces: {}}]}]"
OUT = "egress: [{action: Deny, to: [{namespaces: {}}]}]"
NAMED = "egress: [{action: Accept, to: [{domainNames: [example.com]}]}]"
NODES = "egress: [{action: Deny, to: [{nodes: {}}]}]"
NETWORKS = "egress: [{action: Deny, to: [{networks: [10.0.0.0/8]}]}]"


def policy(rules, name="one", tier="Admin", priority=1):
    return POLICY.format(rules=rules, name=name, tier=tier, priority=priority)


def path(cluster, source="web", destination="db"):
    flow = Flow.between(cluster, source, destination, 5432)
    return FlowPath(flow, flow)


@pytest.mark.parametrize(
    ("texts", "question"),
    [
        ([policy(DENY), policy(DENY, "two")], "equal_priority_allows"),
        ([policy(NAMED)], "unknown_peers_allow"),
        ([policy(NODES)], "unknown_peers_allow"),
        ([policy(OUT, tier="Baseline")], "any_isolation_skips_baseline"),
        ([policy(DENY), policy(DENY, "two", priority=2)], None),
        ([policy(DENY), policy(DENY, "two", tier="Baseline")], None),
        ([policy(DENY), policy(OUT, "two")], None),
        ([policy(NETWORKS)], None),
        ([policy(DENY, tier="Baseline")], None),
        ([policy(OUT)], None),
        ([policy(OUT, tier="Baseline"), policy(OUT, "two")], "any_isolation_skips_baseline"),
        ([policy(NAMED), policy(OUT, "two", priority=2)], "unknown_peers_allow"),
        ([policy(DENY), policy(DENY, "two"), policy(OUT, "three")], "equal_priority_allows"),
    ],
)
def test_a_question_is_asked_only_where_it_matters(texts, question):
    cluster = lab.load("three-tier", *texts, channel="experimental")
    found = [open_questions(resolution_of(cluster)), open_questions_of(
        resolution_of(cluster), path(cluster, "db", "web")
    )]  # fmt: skip
    for questions in found:
        assert [name for name, matters in questions.items() if matters] == (
            [question] if question else []
        )


def test_the_parts_matter_where_the_destination_has_no_address():
    cluster = lab.load("three-tier", UNADDRESSED, policy(NETWORKS))
    resolution, to = resolution_of(cluster), path(cluster, "web", "lost")
    assert len([*parts_of_unknown(resolution, to, Assumptions())]) == 3
    known = Assumptions(unknown_addresses_in_blocks=False)
    assert [*parts_of_unknown(resolution, to, known)] == [()]
    assert [*parts_of_unknown(resolution, path(cluster), Assumptions())] == [()]
    for ends in (("web", "203.0.113.7"), ("203.0.113.7", "lost")):
        assert [*parts_of_unknown(resolution, path(cluster, *ends), Assumptions())] == [()]


def test_each_part_comes_first_once():
    assert [parts[0] for parts in in_turn((("a",), ("b",)))] == [("a",), ("b",)]
    assert all(sorted(parts) == [("a",), ("b",)] for parts in in_turn((("a",), ("b",))))
