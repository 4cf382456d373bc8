"""From clusters to matrices."""

import netpol_lab as lab
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.reach.build_matrix import build_matrices, extremes
from netpol_lab.reach.endpoint_index import EndpointIndex


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
