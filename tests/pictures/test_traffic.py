"""Which connections a picture has, in which order, and the words for them."""

from dataclasses import replace
from ipaddress import ip_address

import pytest

import netpol_lab as lab
from netpol_lab.errors import FlowError
from netpol_lab.model.objects import Direction, Service
from netpol_lab.pictures.traffic import Change, Isolation, State, gather
from tests.helpers.pictured import INTERNET, cluster, deny, from_role


@pytest.fixture
def shop():
    return lab.load("three-tier")


def with_pod(made, k, **changes):
    pods = list(made.pods)
    pods[k] = replace(pods[k], **changes)
    return replace(made, pods=tuple(pods))


def changes(now, before):
    arcs = gather(now, before=before).arcs
    return {(a.source.caption, a.destination.caption): a.change for a in arcs}


def test_every_ordered_pair_of_pods_is_a_connection_and_no_pod_talks_to_itself(shop):
    ends = [(arc.source.caption, arc.destination.caption) for arc in gather(shop).arcs]
    assert len(ends) == len(set(ends)) == 6
    assert all(source != destination for source, destination in ends)


def test_two_outside_addresses_have_nothing_to_say_to_each_other(shop):
    traffic = gather(shop, outside=[INTERNET, "198.51.100.7"])
    assert len(traffic.arcs) == 5 * 4 - 2


def test_the_port_is_80_when_none_is_given_and_there_is_none_for_icmp(shop):
    assert gather(shop).asked == "TCP 80"
    assert gather(shop, protocol="udp").asked == "UDP 80"
    assert gather(shop, protocol="icmp").asked == "ICMP"


def test_a_port_that_is_none_is_refused(shop):
    with pytest.raises(FlowError, match="70000 is not a port"):
        gather(shop, 70000)


def test_pods_stand_together_by_namespace_behind_outside_addresses():
    pods = cluster(2, 1).pods
    shuffled = replace(cluster(2, 1), pods=(pods[0], pods[2], pods[1]))
    names = [node.name for node in gather(shuffled, outside=[INTERNET]).nodes]
    assert names == ["203.0.113.7", "team-a/pod-0", "team-a/pod-1", "team-b/pod-0"]


def test_completed_pods_are_left_out_and_counted(shop):
    traffic = gather(with_pod(shop, 0, finished=True))
    assert [node.caption for node in traffic.nodes] == ["backend", "db"]
    assert traffic.finished == 1


def test_no_more_than_forty_endpoints_are_shown_and_the_rest_is_counted():
    traffic = gather(cluster(43))
    assert len(traffic.nodes) == 40
    assert traffic.counted[-1] == "3 endpoints too many to show"


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


def test_isolation_agrees_with_the_sides_of_the_verdicts():
    made = with_pod(cluster(3, 2, policies=[deny(), from_role("role-0")]), 1, host_network=True)
    traffic = gather(made)
    for arc in traffic.arcs:
        outcomes = traffic.verdict(arc).outcomes
        for node, way, side in zip(
            (arc.source, arc.destination), (1, 0), ("egress", "ingress"), strict=True
        ):
            isolated = {getattr(outcome, side).isolated for outcome in outcomes}
            shown = node.isolation[way]
            assert shown is Isolation.UNDEFINED or isolated == {shown is Isolation.ISOLATED}


def test_what_a_policy_closes_and_opens_is_marked(shop):
    open_to_all = shop.with_policies([])
    assert changes(shop, open_to_all)["web", "db"] is Change.CLOSED
    assert changes(open_to_all, shop)["web", "db"] is Change.OPENED
    assert changes(shop, open_to_all)["web", "backend"] is Change.NONE


def test_what_was_not_there_before_has_not_changed(shop):
    fewer = replace(shop.with_policies([]), pods=shop.pods[:2])
    assert changes(shop, fewer)["web", "db"] is Change.NONE
    assert changes(shop, fewer)["backend", "web"] is Change.NONE


def test_becoming_undefined_counts_as_closed_or_opened():
    host = with_pod(cluster(2), 0, host_network=True)
    undefined = replace(host, policies=(deny("team-a", Direction.INGRESS),))
    assert changes(undefined, host)["pod-1", "pod-0"] is Change.CLOSED
    assert changes(host, undefined)["pod-1", "pod-0"] is Change.OPENED


def test_policies_are_named_without_the_namespace_where_there_is_only_one(shop):
    assert gather(shop).policies == ("backend-access-ingress", "db-access-ingress")
    assert gather(cluster(1, 1, policies=[deny()])).policies == ("team-a/deny",)


def names_in(order, outside=()):
    nodes = gather(lab.load("neighbours"), outside=outside, order=order).nodes
    return [node.name for node in nodes]


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


def test_what_was_taken_for_granted_before_can_be_what_changed(shop):
    off = lab.Assumptions(enforced=False)
    found = gather(shop, 5432, assumptions=off, earlier=lab.Assumptions())
    assert found.changes[Change.OPENED] == gather(shop, 5432).states[State.BLOCKED] == 2


def test_nobody_is_isolated_where_no_plugin_enforces_policies(shop):
    found = gather(shop, 5432, assumptions=lab.Assumptions(enforced=False))
    assert {state for node in found.pods for state in node.isolation} == {Isolation.OPEN}
