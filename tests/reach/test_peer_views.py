"""How all ends look to the rules of one subject."""

from dataclasses import replace
from ipaddress import ip_network

import netpol_lab as lab
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.bitsets import ones
from netpol_lab.model.objects import Direction, IPBlock
from netpol_lab.reach.endpoint_index import EndpointIndex
from netpol_lab.reach.peer_views import PeerViews

CLUSTER = """
apiVersion: v1
kind: Pod
metadata: {name: both, namespace: shop}
status: {podIPs: [{ip: 10.0.0.1}, {ip: "2001:db8::1"}]}
---
apiVersion: v1
kind: Pod
metadata: {name: six, namespace: shop}
status: {podIP: "2001:db8::2"}
---
apiVersion: v1
kind: Pod
metadata: {name: unknown, namespace: shop}
spec:
  containers: [{name: main, image: web, ports: [{name: http, containerPort: 80}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: shop}
spec: {hostNetwork: true, nodeName: n1, containers: [{name: main, image: web}]}
status: {podIP: 192.0.2.1, hostIP: 192.0.2.1}
"""


def views(**assumed):
    cluster = lab.load(CLUSTER)
    index = EndpointIndex([cluster])
    return index, PeerViews(cluster, index, Assumptions(**assumed))


def names(index, bits):
    return [index.names[place] for place in ones(bits)]


def test_subjects_are_the_ends_that_are_read_as_pods():
    index, found = views()
    assert names(index, found.subjects) == ["shop/both", "shop/six", "shop/unknown"]
    index, found = views(host_network_as_pods=True)
    assert "shop/agent" in names(index, found.subjects)


def test_a_dual_stack_pod_shows_the_family_of_the_other_end():
    index, found = views()
    to_six = found.view((6,), Direction.INGRESS).inside(IPBlock(ip_network("2001:db8::1/128")))
    to_four = found.view((4,), Direction.INGRESS).inside(IPBlock(ip_network("10.0.0.1/32")))
    assert names(index, to_six) == names(index, to_four) == ["shop/both"]


def test_an_exception_takes_addresses_out_of_a_block():
    index, found = views()
    block = IPBlock(ip_network("192.0.2.0/24"), (ip_network("192.0.2.1/32"),))
    view = found.view((4,), Direction.INGRESS)
    assert "shop/agent" in names(index, view.inside(IPBlock(block.cidr)))
    assert "shop/agent" not in names(index, view.inside(block))


def test_ends_without_an_address_are_known_as_such():
    index, found = views()
    unknown = found.view((4,), Direction.EGRESS).unaddressed(Assumptions())
    assert {ranges: names(index, bits) for ranges, bits in unknown.items()} == {
        (): ["shop/unknown"]
    }


def test_the_node_of_a_pod_is_whoever_has_its_address_or_runs_on_it():
    index, found = views()
    view = found.view((4,), Direction.INGRESS)
    agent = found.ends[index.place_of["shop/agent"]].pod
    found = {index.names[place] for place in view.maybe_node(agent, Assumptions())}
    assert found == {"shop/agent", "192.0.2.1"}


def test_who_may_be_the_node_of_a_pod_of_unknown_node_is_assumed():
    index, found = views()
    view = found.view((4,), Direction.INGRESS)
    pods = {pod.name: pod for pod in found.pods.values()}
    assert view.maybe_node(pods["unknown"], Assumptions()) == set()
    yes = Assumptions(unknown_node_is_own=True)
    places = {index.names[place] for place in view.maybe_node(pods["unknown"], yes)}
    assert places == {"shop/agent", "192.0.2.1"}
    near = Assumptions(unknown_node_is_own=True, node_cidrs="192.0.2.0/30")
    elsewhere = replace(pods["both"], node="n2")
    assert {index.names[place] for place in view.maybe_node(elsewhere, yes)} == set()
    nameless = {index.names[place] for place in view.maybe_node(elsewhere, near)}
    assert nameless == {"192.0.2.2-255.255.255.255"}


def test_on_a_node_are_its_address_and_the_pods_that_use_it():
    index, found = views()
    view = found.view((4,), Direction.EGRESS)
    on = {name: names(index, ends) for name, ends in view.on_nodes(Assumptions()).items()}
    assert on == {"n1": ["shop/agent", "192.0.2.1"]}


def test_a_block_sees_pods_by_their_addresses_if_that_is_assumed():
    index, found = views()
    view = found.view((4,), Direction.EGRESS)
    everybody = view.seen_by_address(Assumptions())
    assert names(index, everybody) == [*index.names]
    blind = view.seen_by_address(Assumptions(ip_block_matches_pods=False))
    assert names(index, everybody & ~blind) == ["shop/both", "shop/six", "shop/unknown"]
    assert view.inside(IPBlock(ip_network("fd00::/8"))) == 0


def test_ends_are_told_apart_by_their_port_names():
    index, found = views()
    named = {ports[0].name: names(index, who) for ports, who in found.by_names.items() if ports}
    assert named == {"http": ["shop/unknown"]}
