"""Ends of flows: which address each uses, and what is refused."""

import pytest

from netpol_lab.errors import FlowError
from tests.helpers.plain_flows import DB, WEB, flow, pod


def test_the_address_of_a_host_network_pod_is_its_nodes():
    host = pod("shop/agent", "192.168.0.1", host_network=True)
    assert flow(WEB, host, "192.168.0.1", "web").source.pod is None
    assert flow(WEB, host, "agent", "web").source.pod is host


def test_ipv4_mapped_ipv6_is_ipv4():
    assert flow(WEB, DB, "::ffff:10.0.0.1", "db").source.pod is WEB


def test_dual_stack_pods_meet_in_the_destinations_first_common_family():
    both = pod("shop/both", "fd00::1", "10.0.0.7")
    assert str(flow(both, WEB, "both", "web").source.address) == "10.0.0.7"
    assert str(flow(both, WEB, "web", "both").destination.address) == "10.0.0.7"
    other = pod("shop/other", "10.0.0.8", "fd00::2")
    assert str(flow(both, other, "other", "both").destination.address) == "fd00::1"


def test_an_address_given_decides_the_family_of_the_other_end():
    both = pod("shop/both", "10.0.0.7", "fd00::1")
    assert str(flow(both, "2001:db8::1", "both").destination.address) == "fd00::1"


def test_a_flow_without_any_pod_is_refused():
    with pytest.raises(FlowError, match="is a pod, and policies judge only pods"):
        flow(WEB, "1.1.1.1", "8.8.8.8")


@pytest.mark.parametrize("port", [0, 65536, -1, None, "80", True, 80.0])
def test_a_port_outside_the_range_is_refused_in_words(port):
    with pytest.raises(FlowError, match=r"1 to 65535"):
        flow(WEB, DB, "web", "db", port=port)


def test_protocols_are_read_in_any_case_and_icmp_needs_no_port():
    assert flow(WEB, DB, "web", "db", protocol="udp").protocol == "UDP"
    assert (
        str(flow(WEB, DB, "web", "db", port=None, protocol="icmp")) == "shop/web -> shop/db  ICMP"
    )
    with pytest.raises(FlowError, match="Did you mean TCP"):
        flow(WEB, DB, "web", "db", protocol="T C P")


def test_loopback_is_the_pod_itself_and_no_source():
    assert flow(WEB, DB, "web", "127.0.0.1").destination.pod is WEB
    with pytest.raises(FlowError, match="name the pod instead"):
        flow(WEB, DB, "::1", "web")
