"""The policies of a cluster, resolved: who is isolated, and whom a rule admits."""

from ipaddress import ip_address, ip_network

import netpol_lab as lab
from netpol_lab.engine.resolution import Resolution, SinglePeer
from netpol_lab.model.flows import Endpoint
from netpol_lab.model.objects import Direction, IPBlock, Peer
from netpol_lab.model.selectors import Selector

SHOP = lab.load("three-tier")
RESOLVED = Resolution(SHOP)
EVERY_POD = Peer(pod_selector=Selector())
BLOCK = Peer(ip_block=IPBlock(ip_network("192.0.2.0/24")))


def admitted(end, *peers, **assumed):
    """Whether `from: peers` of a policy in shop admits one end."""
    meant = RESOLVED.peers("shop", peers)
    return bool(meant.admits(SinglePeer(end), lab.Assumptions(**assumed)))


def test_a_policy_isolates_whom_it_selects_and_only_in_its_directions():
    db = SHOP.policy("db-access-ingress")
    assert repr(RESOLVED.isolated_by(db, Direction.INGRESS)) == "{shop/db}"
    assert not RESOLVED.isolated_by(db, Direction.EGRESS)
    assert db in RESOLVED.isolating(SHOP.pod("db"), Direction.INGRESS)
    assert RESOLVED.isolating(SHOP.pod("web"), Direction.INGRESS) == ()


def test_no_peers_admit_everybody_and_any_peer_will_do():
    outside, web = Endpoint(address=ip_address("192.0.2.1")), SHOP.endpoint("web")
    assert admitted(outside)
    assert admitted(web)
    assert admitted(web, EVERY_POD)
    assert not admitted(outside, EVERY_POD)
    assert admitted(web, BLOCK, EVERY_POD)
    assert admitted(outside, BLOCK, EVERY_POD)


def test_an_unknown_address_is_inside_a_block_only_where_it_is_assumed():
    unknown = Endpoint()
    assert admitted(unknown, BLOCK, unknown_addresses_in_blocks=True)
    assert not admitted(unknown, BLOCK)


def test_names_can_be_given_their_bits_so_that_several_clusters_agree():
    agreed = Resolution(SHOP, ["shop/new", "shop/web", "shop/db", "shop/backend"])
    assert agreed.pod_index.place_of["shop/web"] == 1
    assert "shop/new" not in agreed.pod_index.place_of


def test_what_is_no_pod_may_be_among_everybody_and_in_blocks_but_not_among_pods():
    for peers, may_be in (((), True), ((BLOCK,), True), ((EVERY_POD,), False)):
        assert RESOLVED.peers("shop", peers).has_addresses is may_be
    assert RESOLVED.peers("shop", (BLOCK, EVERY_POD)).has_addresses


def test_one_peer_alone_is_one_bit_in_every_set_where_it_is():
    outside, web = Endpoint(address=ip_address("192.0.2.1")), SHOP.endpoint("web")
    pods, node = RESOLVED.pod_index.labelled(Selector()), Endpoint(None, None, "n1", is_node=True)
    assumed = lab.Assumptions()
    for end, among, inside, unaddressed, on_nodes in (
        (outside, 0, 1, {}, {}),
        (web, 1, 0, {(): 1}, {}),
        (node, 0, 0, {(): 1}, {"n1": 1}),
    ):
        peer = SinglePeer(end)
        assert (peer.everyone, peer.among(pods), peer.inside(BLOCK.ip_block)) == (1, among, inside)
        assert (peer.unaddressed(assumed), peer.on_nodes(assumed)) == (unaddressed, on_nodes)
        assert peer.seen_by_address(assumed) == 1
    blind = lab.Assumptions(ip_block_matches_pods=False)
    assert SinglePeer(web).seen_by_address(blind) == 0


def test_pods_alone_are_never_admitted_for_an_address_that_nobody_knows():
    assert not admitted(Endpoint(), EVERY_POD, unknown_addresses_in_blocks=True)
    assert admitted(SHOP.endpoint("web"), BLOCK, unknown_addresses_in_blocks=True)
    assert not admitted(SHOP.endpoint("web"), BLOCK)
