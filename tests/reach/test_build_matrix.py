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
