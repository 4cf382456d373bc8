"""How policies see the ends of a flow."""

from ipaddress import ip_address

from netpol_lab.engine.endpoint_rules import (
    as_node,
    as_read,
    counts_as_pod,
    is_itself,
    is_own_node,
    named_ports,
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
    assert as_node(seen) == as_read(seen, Assumptions()) == Endpoint(None, NODE, "n1")
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
