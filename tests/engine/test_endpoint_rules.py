"""How policies see the ends of a flow."""

from ipaddress import ip_address, ip_network

import pytest

from netpol_lab.engine.endpoint_rules import (
    PERHAPS_A_NODE,
    as_node,
    as_read,
    counts_as_pod,
    is_itself,
    is_own_node,
    may_be_node,
    named_ports,
    node_behind,
    ranges_of_unknown,
    sees_address,
)
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.flows import Endpoint
from netpol_lab.model.objects import ContainerPort, Pod

NODE = ip_address("192.0.2.1")
POD = Pod("shop", "web", node="n1", node_addresses=(NODE,))
HOST = Pod("shop", "agent", node="n1", node_addresses=(NODE,), host_network=True)


def test_a_host_network_pod_is_read_as_its_node_unless_said_otherwise():
    seen = Endpoint(HOST, NODE)
    assert as_node(seen) == as_read(seen, Assumptions()) == Endpoint(None, NODE, "n1", is_node=True)
    assert as_read(seen, Assumptions(host_network_as_pods=True)) is seen


def test_whether_a_host_network_pod_counts_as_a_pod_is_open_unless_said():
    for said in (None, True, False):
        assumptions = Assumptions(host_network_as_pods=said)
        assert counts_as_pod(HOST, assumptions) is said
        assert counts_as_pod(POD, assumptions) is True


def test_any_other_end_is_read_as_it_is():
    for end in (Endpoint(POD), Endpoint(None, NODE)):
        assert as_read(end, Assumptions()) is end


def test_the_own_node_is_known_by_address_or_by_name():
    assert is_own_node(POD, Endpoint(None, NODE))
    assert is_own_node(POD, Endpoint(None, None, "n1"))
    assert not is_own_node(POD, Endpoint(None, ip_address("192.0.2.2"), "n2"))
    assert not is_own_node(POD, Endpoint(POD, NODE))


def test_a_host_network_pod_is_itself_at_its_nodes_address():
    assert is_itself(Endpoint(HOST), Endpoint(None, NODE))
    assert not is_itself(Endpoint(POD), Endpoint(None, NODE))
    assert not is_itself(Endpoint(None, NODE), Endpoint(HOST))


def test_ip_blocks_see_pods_only_where_assumed():
    blind = Assumptions(ip_block_matches_pods=False)
    assert sees_address(Endpoint(POD), Assumptions())
    assert not sees_address(Endpoint(POD), blind)
    assert sees_address(Endpoint(HOST), blind)
    assert sees_address(Endpoint(None, NODE), blind)


def test_port_names_of_init_containers_count_where_assumed():
    http, setup = ContainerPort("http", 80), ContainerPort("setup", 81, in_init_container=True)
    pod = Endpoint(Pod("shop", "web", ports=(http, setup)))
    assert named_ports(pod, Assumptions()) == (http,)
    assert named_ports(pod, Assumptions(init_port_names=True)) == (http, setup)
    assert named_ports(Endpoint(None, NODE), Assumptions()) == ()


ELSEWHERE = ip_address("192.0.2.2")
NAMELESS, UNPLACED = Endpoint(None, ELSEWHERE, is_node=True), Pod("shop", "pending")


def test_whether_a_node_is_the_own_one_is_open_where_neither_name_nor_address_tells():
    for pod, node in (
        (UNPLACED, NAMELESS),
        (UNPLACED, Endpoint(None, None, "n1", is_node=True)),
        (UNPLACED, Endpoint(None, None, is_node=True)),
        (Pod("shop", "web", node="n1"), NAMELESS),
        (Pod("shop", "web", node_addresses=(NODE,)), Endpoint(None, None, "n1", is_node=True)),
        (Pod("shop", "web", node_addresses=(ip_address("fd00::1"),)), NAMELESS),
    ):
        assert is_own_node(pod, node) is None
        for said in (True, False):
            assert is_own_node(pod, node, Assumptions(unknown_node_is_own=said)) is said


def test_a_node_known_by_another_name_or_another_address_of_the_family_is_not_the_own_one():
    yes = Assumptions(unknown_node_is_own=True)
    assert (
        is_own_node(Pod("a", "b", node="n1"), Endpoint(None, None, "n2", is_node=True), yes)
        is False
    )
    assert is_own_node(Pod("a", "b", node_addresses=(NODE,)), NAMELESS, yes) is False


def test_an_address_that_nobody_calls_a_nodes_is_none():
    outside, near = Endpoint(None, ELSEWHERE), Assumptions(node_cidrs=["192.0.2.0/24"])
    assert is_own_node(UNPLACED, outside) is False
    assert not may_be_node(outside, Assumptions())
    assert is_own_node(UNPLACED, outside, near) is None
    assert may_be_node(outside, near)
    assert not may_be_node(Endpoint(POD, ELSEWHERE), near)


def test_unknown_addresses_of_pods_and_of_nodes_lie_in_their_own_ranges():
    said = Assumptions(pod_cidrs=["10.0.0.0/8", "fd00::/48"], node_cidrs="192.0.2.0/24")
    pods, nodes = said.pod_cidrs, said.node_cidrs
    assert ranges_of_unknown(Endpoint(POD), None, said) == pods
    assert ranges_of_unknown(Endpoint(POD), NODE, said) == pods[:1]
    for host in (Endpoint(HOST), as_node(Endpoint(HOST))):
        assert ranges_of_unknown(host, NODE, said) == nodes
        assert ranges_of_unknown(host, ip_address("::1"), said) == ()
    assert ranges_of_unknown(Endpoint(), None, said) == ()


@pytest.mark.parametrize(
    ("end", "node"),
    [
        (Endpoint(HOST, NODE), "n1"),
        (Endpoint(Pod("shop", "agent", host_network=True), NODE), NODE),
        (Endpoint(Pod("shop", "agent", host_network=True)), ""),
        (Endpoint(None, NODE, "n1", is_node=True), "n1"),
        (NAMELESS, ELSEWHERE),
        (Endpoint(None, ELSEWHERE), PERHAPS_A_NODE),
        (Endpoint(None, ip_address("198.51.100.1")), None),
        (Endpoint(POD, NODE), None),
        (Endpoint(), None),
    ],
)
def test_the_node_behind_an_end_goes_by_its_name_then_by_its_address(end, node):
    near = Assumptions(node_cidrs=["192.0.2.0/24"])
    assert node_behind(end, near) == node
    assert may_be_node(end, near) is (end.pod is None and node is not None)
    assert node_behind(end, Assumptions()) == (None if node == PERHAPS_A_NODE else node)


def test_a_pod_on_the_network_of_its_node_is_itself_at_no_other_address():
    assert not is_itself(Endpoint(HOST), Endpoint(None, ELSEWHERE))
    assert not is_itself(Endpoint(HOST), Endpoint(None, ELSEWHERE, "n2", is_node=True))
    assert not is_itself(Endpoint(HOST), Endpoint(POD, NODE))
    assert is_itself(Endpoint(POD), Endpoint(Pod("shop", "web")))


def within(*parts, **ranges):
    return Assumptions(
        unknown_within=tuple(tuple(map(ip_network, part)) for part in parts), **ranges
    )


IPV4, IPV6 = ip_address("198.51.100.1"), ip_address("2001:db8::1")


@pytest.mark.parametrize(
    ("assumptions", "other", "ranges"),
    [
        (within(["10.0.0.0/8", "fd00::/8"]), None, ["10.0.0.0/8", "fd00::/8"]),
        (within(["10.0.0.0/8", "fd00::/8"]), IPV4, ["10.0.0.0/8"]),
        (within(["10.0.0.0/8", "fd00::/8"]), IPV6, ["fd00::/8"]),
        (within(["10.0.0.0/8"], ["fd00::/8"]), IPV6, ["fd00::/8"]),
        (within(["10.0.0.0/8"], ["11.0.0.0/8"]), IPV4, ["10.0.0.0/8"]),
        (within(["10.0.0.0/8"], pod_cidrs="10.1.0.0/16"), None, ["10.1.0.0/16"]),
        (within(["10.1.0.0/16"], pod_cidrs="10.0.0.0/8"), None, ["10.1.0.0/16"]),
        (within(["10.0.0.0/8"], pod_cidrs="10.0.0.0/16"), None, ["10.0.0.0/16"]),
        (within(["10.0.0.0/8"], pod_cidrs=["10.1.0.0/16", "11.0.0.0/8"]), None, ["10.1.0.0/16"]),
        (within(["10.0.0.0/8"], ["11.0.0.0/8"], pod_cidrs="11.2.0.0/16"), None, ["11.2.0.0/16"]),
        (within(["10.0.0.0/8"], pod_cidrs="11.0.0.0/8"), None, ["11.0.0.0/8"]),
        (within(["10.0.0.0/8"], node_cidrs="11.0.0.0/8"), None, ["10.0.0.0/8"]),
    ],
)
def test_an_unknown_address_lies_in_the_first_part_where_it_can_lie(assumptions, other, ranges):
    found = ranges_of_unknown(Endpoint(POD), other, assumptions)
    assert [*map(str, found)] == ranges
