"""Which connections a picture has, in which order, and the words for them."""

from dataclasses import replace

import pytest

import netpol_lab as lab
from netpol_lab.errors import FlowError
from netpol_lab.model.objects import Direction
from netpol_lab.pictures.nodes import Isolation
from netpol_lab.pictures.traffic import Change, State, gather
from tests.helpers.pictured import cluster, deny, from_role, with_pod


@pytest.fixture
def shop():
    return lab.load("three-tier")


def changes(now, before):
    arcs = gather(now, before=before).arcs
    return {(a.source.caption, a.destination.caption): a.change for a in arcs}


def test_every_ordered_pair_of_pods_is_a_connection_and_no_pod_talks_to_itself(shop):
    ends = [(arc.source.caption, arc.destination.caption) for arc in gather(shop).arcs]
    assert len(ends) == len(set(ends)) == 6
    assert all(source != destination for source, destination in ends)


def test_the_port_is_80_when_none_is_given_and_there_is_none_for_icmp(shop):
    assert gather(shop).asked == "TCP 80"
    assert gather(shop, protocol="udp").asked == "UDP 80"
    assert gather(shop, protocol="icmp").asked == "ICMP"


def test_a_port_that_is_none_is_refused(shop):
    with pytest.raises(FlowError, match="70000 is not a port"):
        gather(shop, 70000)


def test_completed_pods_are_left_out_and_counted(shop):
    traffic = gather(with_pod(shop, 0, finished=True))
    assert [node.caption for node in traffic.nodes] == ["backend", "db"]
    assert traffic.finished == 1


def test_no_more_than_forty_endpoints_are_shown_and_the_rest_is_counted():
    traffic = gather(cluster(43))
    assert len(traffic.nodes) == 40
    assert traffic.counted[-1] == "3 endpoints too many to show"


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


def test_what_was_taken_for_granted_before_can_be_what_changed(shop):
    off = lab.Assumptions(enforced=False)
    found = gather(shop, 5432, assumptions=off, earlier=lab.Assumptions())
    assert found.changed == gather(shop, 5432).states[State.BLOCKED] == 2


def test_cluster_wide_policies_are_named_before_the_others():
    assert gather(lab.load("two-teams")).policies == (
        "ClusterNetworkPolicy closed-by-default",
        "ClusterNetworkPolicy guard-the-shop",
        "ClusterNetworkPolicy let-monitoring-in",
        "shop/api-for-the-blog",
        "shop/db-for-all-of-us",
    )
