"""Whom a cluster-wide rule means, and where that cannot be known."""

from ipaddress import ip_address, ip_network

import pytest

import netpol_lab as lab
from netpol_lab.engine.cluster_peers import matched_peers, parts_told_apart, stands_for
from netpol_lab.engine.resolution import SinglePeer, resolution_of
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.cluster_policies import ClusterPeer, ClusterPolicy, ClusterRule, Tier
from netpol_lab.model.flows import Endpoint
from netpol_lab.model.objects import Direction
from netpol_lab.model.selectors import Operator, Requirement, Selector

NODES = """
apiVersion: v1
kind: Node
metadata: {name: n1, labels: {pool: a}}
status: {addresses: [{type: InternalIP, address: 192.0.2.1}]}
---
apiVersion: v1
kind: Node
metadata: {name: n2, labels: {pool: b}}
status: {addresses: [{type: InternalIP, address: 192.0.2.2}]}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: shop}
spec: {hostNetwork: true, nodeName: n1, containers: [{name: a, image: a}]}
---
apiVersion: v1
kind: Pod
metadata: {name: lost, namespace: shop}
spec: {hostNetwork: true, containers: [{name: a, image: a}]}
"""
CLUSTER = lab.load("three-tier", NODES)
POOL_A = ClusterPeer(nodes=Selector((Requirement("pool", Operator.IN, ("a",)),)))
EVERY_NODE = ClusterPeer(nodes=Selector())
EVERY_POD = ClusterPeer(Selector(), Selector())


def matched(peer, end, **assumed):
    rule = ClusterRule(Direction.EGRESS, 0, (peer,))
    ends = SinglePeer(CLUSTER.endpoint(end) if isinstance(end, str) else end)
    return tuple(matched_peers(resolution_of(CLUSTER), rule, ends, Assumptions(**assumed)))


YES, NO, MAYBE = (1, 0), (0, 0), (0, 1)


@pytest.mark.parametrize(
    ("peer", "end", "found"),
    [
        (EVERY_POD, "web", YES),
        (EVERY_POD, "agent", NO),
        (EVERY_POD, "203.0.113.7", NO),
        (POOL_A, "192.0.2.1", YES),
        (POOL_A, "192.0.2.2", NO),
        (POOL_A, "192.0.2.3", NO),
        (POOL_A, "agent", YES),
        (POOL_A, "lost", MAYBE),
        (POOL_A, "web", NO),
        (EVERY_NODE, "lost", YES),
        (EVERY_NODE, "192.0.2.2", YES),
        (EVERY_NODE, "203.0.113.7", NO),
    ],
)
def test_pods_and_nodes_are_told_apart(peer, end, found):
    assert matched(peer, end) == found


@pytest.mark.parametrize("peer", [POOL_A, EVERY_NODE])
def test_an_address_in_the_range_of_nodes_may_be_that_of_a_node(peer):
    assert matched(peer, "198.51.100.7", node_cidrs=["198.51.100.0/24"]) == MAYBE
    assert matched(peer, "192.0.2.7", node_cidrs=["198.51.100.0/24"]) == NO


@pytest.mark.parametrize(
    ("end", "named", "found"),
    [
        ("203.0.113.7", {}, MAYBE),
        ("203.0.113.7", {"api.example.com": ["203.0.113.7"]}, YES),
        ("203.0.113.8", {"api.example.com": ["203.0.113.7"]}, NO),
        ("203.0.113.8", {"example.com": ["203.0.113.8"]}, MAYBE),
        ("web", {}, MAYBE),
        ("web", {"api.example.com": []}, NO),
        ("lost", {"api.example.com": ["203.0.113.7"]}, MAYBE),
        ("192.0.2.1", {}, MAYBE),
        ("agent", {}, MAYBE),
    ],
)
def test_a_name_stands_for_the_addresses_that_somebody_gives(end, named, found):
    peer = ClusterPeer(domain_names=("api.example.com",))
    assert matched(peer, end, domain_names=named) == found


def test_a_wildcard_stands_for_further_names_than_those_that_are_given():
    peer, named = ClusterPeer(domain_names=("*.example.com",)), {"a.example.com": ["203.0.113.7"]}
    assert matched(peer, "203.0.113.7", domain_names=named) == YES
    assert matched(peer, "203.0.113.8", domain_names=named) == MAYBE
    assert matched(peer, "203.0.113.8", domain_names={"*.example.com": []}) == NO


@pytest.mark.parametrize(
    ("name", "stands"),
    [
        ("a.example.com", True),
        ("a.b.example.com", True),
        ("example.com", False),
        ("badexample.com", False),
    ],
)
def test_a_wildcard_stands_for_one_or_more_labels(name, stands):
    assert stands_for("*.example.com", name) is stands
    assert stands_for(name, name)


def test_a_name_without_a_wildcard_stands_for_itself_alone():
    for name in ("badexample.com", "a.example.com", "example.org", "*.example.com"):
        assert not stands_for("example.com", name)
    assert not stands_for("*.example.com", "a.example.org")
    peer, named = ClusterPeer(domain_names=("a.example.com",)), {"*.example.com": ["203.0.113.7"]}
    assert matched(peer, "203.0.113.7", domain_names=named) == MAYBE


def test_networks_cover_pods_and_nodes_by_their_address_and_the_unknown_by_the_reading():
    peer = ClusterPeer(networks=(ip_network("192.0.2.0/31"),))
    assert matched(peer, "192.0.2.1") == YES
    assert matched(peer, "192.0.2.2") == NO
    assert matched(peer, "web") == MAYBE
    assert matched(peer, "web", unknown_addresses_in_blocks=True) == YES
    inside, outside = ((ip_network("192.0.2.0/31"),), (ip_network("198.51.100.0/24"),))
    assert matched(peer, "web", unknown_within=(inside, outside)) == YES
    assert matched(peer, "web", unknown_within=(outside, inside)) == NO


def test_a_part_where_an_end_cannot_have_its_address_gives_way_to_the_next():
    peer = ClusterPeer(networks=(ip_network("192.0.2.0/31"),))
    parts = (ip_network("fd00::/8"),), (ip_network("192.0.2.0/31"),)
    rule = ClusterRule(Direction.EGRESS, 0, (peer,))
    ends = SinglePeer(Endpoint(CLUSTER.pod("web")), ip_address("10.0.0.1"))
    found = matched_peers(resolution_of(CLUSTER), rule, ends, Assumptions(unknown_within=parts))
    assert tuple(found) == YES


def test_the_parts_of_all_addresses_are_those_that_networks_tell_apart():
    peer = ClusterPeer(networks=(ip_network("0.0.0.0/1"), ip_network("0.0.0.0/2")))
    rule = ClusterRule(Direction.EGRESS, 0, (peer,))
    policy = ClusterPolicy("ClusterNetworkPolicy", "a", Tier.ADMIN, 1, egress=(rule,))
    assert [[*map(str, part)] for part in parts_told_apart((policy,))] == [
        ["0.0.0.0/2"],
        ["64.0.0.0/2"],
        ["128.0.0.0/1"],
        ["::/0"],
    ]


def test_a_single_address_is_a_part_of_its_own():
    rules = tuple(
        ClusterRule(Direction.EGRESS, i, (ClusterPeer(networks=(ip_network(network),)),))
        for i, network in enumerate(("0.0.0.0/32", "128.0.0.0/1", "2001:db8::1/128"))
    )
    policy = ClusterPolicy("ClusterNetworkPolicy", "a", Tier.ADMIN, 1, egress=rules)
    parts = [[*map(str, part)] for part in parts_told_apart((policy,))]
    assert [part for part in parts if len(part) == 1] == [
        ["0.0.0.0/32"],
        ["128.0.0.0/1"],
        ["2001:db8::1/128"],
    ]
    assert [len(part) for part in parts] == [1, 31, 1, 128, 1]
