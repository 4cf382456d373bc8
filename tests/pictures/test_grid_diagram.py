"""The grid: every cell in its place, and both names of every endpoint."""

from itertools import combinations, pairwise

import pytest

import netpol_lab as lab
from netpol_lab.model.objects import Direction
from netpol_lab.pictures.grid_diagram import grid
from netpol_lab.pictures.scene import compose
from netpol_lab.pictures.shapes import Box, Group, Rect
from netpol_lab.pictures.svg import paint
from netpol_lab.pictures.traffic import gather
from tests.helpers.pictured import INTERNET, LONG, cluster, deny, inside, overlap


def groups(scene, kind):
    return [s for s in scene.sheet.shapes if isinstance(s, Group) and s.kind == kind]


@pytest.mark.parametrize("counts", [(1,), (10,), (6, 6), (40,), (12, 1, 20)])
def test_cells_do_not_overlap_and_stay_on_the_sheet(counts):
    scene = compose(cluster(*counts), view="matrix")
    places = grid(scene.nodes)
    cells = [places.at(k, k + 1) for k in range(len(scene.nodes) - 1)]
    sheet = Box(0, 0, scene.sheet.width, scene.sheet.height)
    assert all(inside(cell, sheet) for cell in cells)
    assert not any(overlap(a, b) for a, b in combinations(cells, 2))


@pytest.mark.parametrize("name", ["pod", LONG])
@pytest.mark.parametrize("counts", [(10,), (40,)])
def test_the_sheet_is_as_wide_as_a_notebook_shows(counts, name):
    scene = compose(cluster(*counts, name=name))
    assert 760 <= scene.sheet.width <= 960
    assert grid(scene.nodes).cell >= 16


def test_rows_are_sources_and_columns_are_destinations():
    scene = compose(cluster(10))
    places = grid(scene.nodes)
    flow = next(g for g in groups(scene, "nl-flow") if ("source", "team-a/pod-2") in g.data)
    assert ("destination", "team-a/pod-0") in flow.data
    assert flow.shapes[0].box == places.at(2, 0)


def test_namespaces_stand_a_little_apart():
    starts = grid(gather(cluster(2, 2)).nodes).starts
    steps = [b - a for a, b in pairwise(starts)]
    assert steps[1] > steps[0] == steps[2]


def test_a_bar_shows_isolation_beside_rows_for_egress_and_above_columns_for_ingress():
    made = compose(cluster(10, policies=[deny("team-a", Direction.EGRESS)]))
    row, column = (s for s in groups(made, "nl-pod")[0].shapes if s.kind == "nl-badge")
    assert isinstance(row, Rect)
    assert (row.shown, column.shown) == (True, False)


def test_what_is_too_much_to_show_is_counted_in_the_heading():
    assert "2 endpoints too many to show" in paint(compose(cluster(41), outside=[INTERNET]))


def test_an_open_pod_with_rules_of_tiers_has_a_bar_and_the_legend_says_so():
    svg = paint(compose(lab.load("two-teams"), view="matrix"))
    assert "open but for tiers Admin, Baseline" in svg
    assert "open but for tiers" not in paint(compose(lab.load("three-tier"), view="matrix"))
