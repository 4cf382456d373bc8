"""Who is in a picture, in which order, and how pods are isolated."""

from dataclasses import replace
from ipaddress import ip_address

import pytest

import netpol_lab as lab
from netpol_lab.errors import FlowError, UnknownNameError
from netpol_lab.model.objects import Direction
from netpol_lab.model.services import Service
from netpol_lab.pictures.nodes import Isolation
from netpol_lab.pictures.traffic import gather
from tests.helpers.pictured import INTERNET, cluster, deny, with_pod


@pytest.fixture
def shop():
    return lab.load("three-tier")


def names_in(order, outside=()):
    nodes = gather(lab.load("neighbours"), outside=outside, order=order).nodes
    return [node.name for node in nodes]


def test_two_outside_addresses_have_nothing_to_say_to_each_other(shop):
    traffic = gather(shop, outside=[INTERNET, "198.51.100.7"])
    assert len(traffic.arcs) == 5 * 4 - 2


def test_pods_stand_together_by_namespace_behind_outside_addresses():
    pods = cluster(2, 1).pods
    shuffled = replace(cluster(2, 1), pods=(pods[0], pods[2], pods[1]))
    names = [node.name for node in gather(shuffled, outside=[INTERNET]).nodes]
    assert names == ["203.0.113.7", "team-a/pod-0", "team-a/pod-1", "team-b/pod-0"]


def test_an_outside_address_may_have_a_name(shop):
    named, bare = gather(shop, outside=[INTERNET, "198.51.100.7"]).nodes[:2]
    assert (named.caption, named.name) == INTERNET
    assert bare.caption == bare.name == "198.51.100.7"


def test_an_outside_address_given_twice_is_shown_once(shop):
    assert len(gather(shop, outside=["203.0.113.7", "203.0.113.7"]).nodes) == 4


def test_two_spellings_of_one_outside_address_are_one_endpoint(shop):
    traffic = gather(shop, outside=["2001:db8::1", "2001:0db8:0:0::1"])
    assert len(traffic.nodes) == 4


def test_addresses_of_nodes_and_services_are_called_what_they_are(shop):
    node = with_pod(shop, 0, node="n1", node_addresses=(ip_address("192.0.2.1"),))
    service = Service("shop", "db", addresses=(ip_address("192.0.2.2"),))
    made = replace(node, services=(service,))
    roles = [
        n.role for n in gather(made, outside=["192.0.2.1", "192.0.2.2", "192.0.2.3"]).nodes[:3]
    ]
    assert roles == ["node n1", "Service shop/db", "outside the cluster"]


def test_what_is_no_address_cannot_be_outside(shop):
    with pytest.raises(FlowError, match='"internet" is not an IP address'):
        gather(shop, outside=["internet"])


def test_the_address_of_a_pod_is_not_outside(shop):
    with pytest.raises(FlowError, match="it is the address of shop/db"):
        gather(shop, outside=["10.1.0.30"])


def test_isolation_is_shown_for_each_direction():
    node = gather(cluster(1, policies=[deny("team-a", Direction.EGRESS)])).nodes[0]
    assert node.isolation == (Isolation.OPEN, Isolation.ISOLATED)
    assert node.badges == ("ingress open", "egress isolated")
    assert node.label.endswith("isolated for egress")


def test_a_host_network_pod_that_a_policy_selects_is_undefined():
    made = with_pod(cluster(2, policies=[deny()]), 0, host_network=True)
    node = gather(made).nodes[0]
    assert node.isolation == (Isolation.UNDEFINED, Isolation.UNDEFINED)
    assert node.notes[0] == "hostNetwork"
    assert "isolation undefined for ingress and egress" in node.label


@pytest.mark.parametrize(
    ("as_pods", "isolation"), [(True, Isolation.ISOLATED), (False, Isolation.OPEN)]
)
def test_an_assumption_settles_how_host_network_pods_are_shown(as_pods, isolation):
    made = with_pod(cluster(2, policies=[deny()]), 0, host_network=True)
    traffic = gather(made, assumptions=lab.Assumptions(host_network_as_pods=as_pods))
    assert traffic.nodes[0].isolation == (isolation, isolation)


def test_an_order_moves_namespaces_as_a_whole_and_leaves_the_others_behind():
    usual = names_in(())
    last = next(name for name in usual if name.partition("/")[0] != usual[0].partition("/")[0])
    home = last.partition("/")[0]
    moved = names_in([last])
    assert moved[0] == last
    assert [name for name in moved if name.partition("/")[0] != home] == [
        name for name in usual if name.partition("/")[0] != home
    ]
    assert sorted(moved) == sorted(usual)


def test_an_outside_address_can_stand_anywhere_by_its_name_or_its_address():
    usual = names_in(())
    assert names_in([*usual, "203.0.113.7"], ["203.0.113.7"])[-1] == "203.0.113.7"
    assert names_in([*usual, "net"], [("net", "203.0.113.7")])[-1] == "203.0.113.7"


def test_nobody_is_isolated_where_no_plugin_enforces_policies(shop):
    found = gather(shop, 5432, assumptions=lab.Assumptions(enforced=False))
    assert {state for node in found.nodes for state in node.isolation} == {Isolation.OPEN}


@pytest.mark.parametrize("order", [["nope"], "nope", ["db", "shop/wed"]], ids=str)
def test_who_is_not_there_cannot_be_put_in_order(order):
    with pytest.raises(UnknownNameError, match=r"to draw\. (There are|Did you mean shop/web)"):
        lab.draw(lab.load("three-tier"), order=order)


def test_who_is_there_and_not_drawn_may_stand_in_an_order():
    shop = lab.load("three-tier")
    drawn = lab.draw(shop, order=["203.0.113.7", "db"]).scene.nodes
    assert drawn[0].caption == "db"
    assert lab.draw(shop, order="db").scene.nodes == drawn


def test_badges_tell_the_lanes_in_the_order_in_which_they_are_asked():
    nodes = {node.name: node for node in gather(lab.load("two-teams")).nodes}
    assert nodes["shop/db"].badges == ("ingress A·isolated", "egress open")
    assert nodes["blog/page"].badges == ("ingress A·B·open", "egress open")
    assert nodes["shop/db"].label.endswith("isolated for ingress, for ingress tier Admin is asked")
    assert "for ingress tier Admin and tier Baseline are asked" in nodes["blog/page"].label


def test_where_nothing_enforces_policies_no_tier_is_asked():
    nodes = gather(lab.load("two-teams"), assumptions=lab.Assumptions(enforced=False)).nodes
    assert not any(node.is_ruled for node in nodes)
