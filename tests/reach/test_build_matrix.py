"""From clusters to matrices."""

import random
from itertools import product

import pytest

import netpol_lab as lab
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.model.addresses import AddressRange
from netpol_lab.model.assumptions import OPEN_QUESTIONS, SETTLED
from netpol_lab.reach.build_matrix import build_matrices, extremes
from netpol_lab.reach.endpoint_index import EndpointIndex
from tests.referee.every_flow import asked, with_replica
from tests.referee.random_clusters import random_cluster, random_ranges
from tests.referee.random_tiers import mixed_cluster
from tests.referee.soak import as_text


def test_one_reading_is_enough_where_nothing_is_left_open():
    cluster = lab.load("three-tier")
    known = lab.Assumptions(unknown_addresses_in_blocks=False, own_node_egress=True)
    assert len([*extremes(cluster, known, resolution_of(cluster))]) == 1


def test_matrices_of_several_clusters_share_their_port_classes():
    shop = lab.load("three-tier")
    clusters = [shop, shop.with_policies([])]
    before, after = build_matrices(clusters, EndpointIndex(clusters), lab.Assumptions())
    assert before.classes is after.classes
    assert before.row_key(0) != before.row_key(1)
    assert after.row_key(0) == after.row_key(1)


@pytest.mark.parametrize(("selector", "number"), [("selector: {role: db}, ", 1), ("", 2)])
def test_where_a_service_leads_is_asked_only_where_one_without_selector_does(selector, number):
    service = f"""
apiVersion: v1
kind: Service
metadata: {{name: api, namespace: shop}}
spec: {{{selector}clusterIP: 10.96.0.1, ports: [{{port: 80}}]}}
"""
    clusters = [lab.load("three-tier", service)]
    known = lab.Assumptions(unknown_addresses_in_blocks=False)
    (matrix,) = build_matrices(clusters, EndpointIndex(clusters), known)
    assert len(matrix.by_reading) == number


HERE = "status: {podIP: 10.0.0.1}"
PLACED = f"""
---
{{apiVersion: v1, kind: Pod, metadata: {{name: a, namespace: s}}, spec: {{nodeName: n1}}, {HERE}}}
"""
NOWHERE = PLACED.replace(HERE, "status: {phase: PHASE}").replace("name: a", "name: b")
NODE = """
---
apiVersion: v1
kind: Node
metadata: {name: n1}
status: {addresses: [{type: InternalIP, address: 192.0.2.1}]}
"""
HOST = PLACED.replace("nodeName", "hostNetwork: true, nodeName")
UNADDRESSED = HOST.replace(HERE, "status: {}")
INIT = PLACED.replace(
    "spec: {",
    "spec: {initContainers: [{name: i, image: i, ports: [{name: p, containerPort: 80}]}], ",
)
ELSE = (
    "---\n{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: e, namespace: s}}"
)
WIDE = """
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: all}
spec: {tier: Admin, priority: 1, subject: {namespaces: {}},
       egress: [{action: Deny, to: [{networks: [10.0.0.0/8, 11.0.0.0/8]}]}]}
"""
NODES = ("own_node_egress", "unknown_node_is_own")


@pytest.mark.parametrize(
    ("text", "assumed", "number", "differing"),
    [
        (PLACED, {}, 1, []),
        (PLACED, {"node_cidrs": ["192.0.2.0/24"]}, 2, NODES),
        (PLACED + NOWHERE.replace("PHASE", "Running"), {}, 2, ["unknown_addresses_in_blocks"]),
        (PLACED + NOWHERE.replace("PHASE", "Failed"), {}, 1, []),
        (PLACED + NODE, {}, 2, NODES),
        (PLACED + NODE, {"own_node_egress": False}, 2, ["unknown_node_is_own"]),
        (PLACED + NODE, dict.fromkeys(NODES, True), 1, []),
        (HOST, {}, 4, ["host_network_as_pods", *NODES]),
        (HOST, {"host_network_as_pods": True}, 2, NODES),
        (UNADDRESSED, {"unknown_addresses_in_blocks": True}, 4, ["host_network_as_pods", *NODES]),
        (INIT, {}, 2, ["init_port_names"]),
        (INIT + WIDE, {}, 2, ["init_port_names"]),
        (INIT + WIDE + NODE, {}, 4, ["init_port_names", *NODES]),
        (PLACED + ELSE, {}, 2, []),
        (PLACED + ELSE, {"only_network_policies": True}, 1, []),
        (PLACED + ELSE, {"enforced": False}, 1, []),
        (PLACED + WIDE, {}, 1, []),
        (NOWHERE.replace("PHASE", "Running") + WIDE, {}, 8, ["unknown_addresses_in_blocks"]),
    ],
)
def test_there_are_as_many_readings_as_the_questions_that_matter_need(
    text, assumed, number, differing
):
    cluster = lab.load(text)
    found = [*extremes(cluster, lab.Assumptions(**assumed), resolution_of(cluster))]
    assert len(found) == number
    for name in OPEN_QUESTIONS:
        said = {getattr(reading, name) for reading, _ in found}
        assert said == ({True, False} if name in differing else {assumed.get(name)})
    others = [None] * number if "Cilium" not in text or assumed else [False, True]
    assert [others for _, others in found] == others


def some_assumptions(rng, seed):
    """Every open question answered with yes, with no, or not at all; nearly all else as usual."""
    said = {name: rng.choice([True, False, None]) for name in OPEN_QUESTIONS}
    said |= {name: rng.random() < 0.9 for name in SETTLED}
    pods, nodes = random_ranges(seed)
    return lab.Assumptions(pod_cidrs=pods, node_cidrs=nodes, **said)


def is_told_roughly(cluster, destination, protocol, port):
    """Is it a place where reachability may leave open what a verdict knows?"""
    for service in cluster.services:
        local = service.addresses if service.stays_on_node else ()
        if str(destination) in map(str, (*service.outer_addresses, *local)):
            return True
    return any((port, protocol) in service.node_ports for service in cluster.services)


@pytest.mark.parametrize("draw", [random_cluster, mixed_cluster])
@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_assumed_reachability_says_what_verdicts_say(seed, draw):
    rng = random.Random(seed)
    assumptions = some_assumptions(rng, seed)
    cluster = lab.load(as_text(with_replica(draw(seed))), channel="experimental")
    reach = lab.reachability(cluster, assumptions)
    pairs = [
        pair
        for pair in product(reach.ends, repeat=2)
        if not all(isinstance(end, AddressRange) for end in pair)
    ]
    for pair in rng.sample(pairs, 16):
        sure, undefined = reach.ports(*pair), reach.undefined(*pair)
        for protocol, port in reach.matrix.classes.examples:
            found = (protocol, port) in sure or (None if (protocol, port) in undefined else False)
            flow = *(asked(end, rng) for end in pair), port, protocol
            said = lab.evaluate(cluster, *flow, assumptions).allowed
            rough = found is None and is_told_roughly(cluster, pair[1], protocol, port)
            assert found is said or rough, (flow, assumptions)
