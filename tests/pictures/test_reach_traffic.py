"""Traffic between groups of pods, and of some ends only."""

import pytest

import netpol_lab as lab
from netpol_lab.pictures.reach_traffic import between, grouped
from netpol_lab.pictures.scene import scene_of
from netpol_lab.pictures.traffic import Change, State
from netpol_lab.reach.reachability import side_by_side
from tests.helpers.changes import isolating, load, replicas

PODS = [*replicas("web", 2, "x"), *replicas("db", 1, "x")]
OLD, NEW = load(PODS), load([*PODS, isolating("db", {"number": "0"})])
WEB, DB = "shop/web", "shop/db"


@pytest.fixture(scope="module")
def sides():
    return side_by_side([OLD, NEW])


def arcs(traffic):
    return {(arc.source.name, arc.destination.name): arc for arc in traffic.arcs}


def test_a_group_may_what_any_of_its_pods_may(sides):
    found = arcs(grouped(sides[1], "workload", 80))
    assert found[WEB, DB].state is State.ALLOWED
    assert found["0.0.0.0-255.255.255.255", DB].state is State.BLOCKED


def test_pods_of_one_group_reach_each_other_where_there_are_two(sides):
    found = arcs(grouped(sides[0], "workload", 80))
    assert (WEB, WEB) in found
    assert (DB, DB) not in found


def test_what_changed_for_some_is_marked_and_said(sides):
    part = {(WEB, DB): Change.CLOSED}
    found = arcs(grouped(sides[1], "workload", 80, before=sides[0], in_part=part))
    assert found[WEB, DB].label == "shop/web to shop/db, TCP 80, allowed, just closed for some"
    assert found["0.0.0.0-255.255.255.255", DB].remark == "just closed"
    assert found[DB, WEB].change is Change.NONE


def test_a_group_that_is_new_has_not_changed():
    before, after = side_by_side([load(replicas("web", 2, "x")), OLD])
    found = arcs(grouped(after, "workload", 80, before=before))
    assert {arc.change for arc in found.values()} == {Change.NONE}


def test_more_groups_than_can_be_read_are_counted():
    many = load([pod for k in range(45) for pod in replicas(f"w{k}", 1, "x")])
    traffic = grouped(lab.reachability(many), "workload", 80)
    assert (len(traffic.nodes), traffic.left_out) == (40, 6)
    assert "6 endpoints too many to show" in traffic.counted


def test_only_ends_that_take_part_are_drawn(sides):
    found = between(grouped(sides[1], "workload", 80), [WEB], [DB])
    assert [node.name for node in found.nodes] == [WEB, DB]
    assert scene_of(found).desc.endswith("From shop/web: allowed to shop/db.")
    assert between(found, [], []).arcs == found.arcs
