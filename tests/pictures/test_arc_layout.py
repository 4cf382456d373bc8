"""Cards apart, arcs apart, arrowheads where they can be seen."""

import math
from itertools import combinations, permutations

import pytest

from netpol_lab.pictures.arc_layout import HorizontalPlan, Plan, VerticalPlan, plan
from netpol_lab.pictures.shapes import Box
from netpol_lab.pictures.traffic import gather
from tests.helpers.pictured import INTERNET, LONG, SHAPES, cluster, inside, overlap

OUTSIDE = [INTERNET, "198.51.100.23"]
COUNTS = [counts for counts in SHAPES if sum(counts) <= 12]


def planned(*counts: int, name: str = "pod", outside: int = 0) -> Plan:
    return plan(gather(cluster(*counts, name=name), outside=OUTSIDE[:outside]).nodes)


@pytest.fixture(
    params=[
        (counts, name, outside) for counts in COUNTS for name in ("pod", LONG) for outside in (0, 2)
    ],
    ids=lambda p: f"{'-'.join(map(str, p[0]))} {p[1][:4]} {p[2]} outside",
    scope="module",
)
def places(request):
    counts, name, outside = request.param
    return planned(*counts, name=name, outside=outside)


def pairs(places: Plan):
    ends = permutations(range(len(places.nodes)), 2)
    return [(i, j) for i, j in ends if places.nodes[i].pod or places.nodes[j].pod]


def samples(curve, count=24):
    return [curve.start, *(curve.at(k / count) for k in range(count + 1)), curve.end]


def holds(box: Box, point) -> bool:
    return box.x < point[0] < box.right and box.y < point[1] < box.bottom


def distance(box: Box, point) -> float:
    dx = max(box.x - point[0], 0, point[0] - box.right)
    dy = max(box.y - point[1], 0, point[1] - box.bottom)
    return math.hypot(dx, dy)


def test_up_to_five_endpoints_stand_in_a_row_and_more_in_a_column():
    assert isinstance(planned(5), HorizontalPlan)
    assert isinstance(planned(6), VerticalPlan)


def test_long_names_make_a_column_where_there_is_room_for_them():
    assert isinstance(planned(3, name=LONG), VerticalPlan)


def test_no_two_cards_overlap(places):
    assert not any(overlap(a, b) for a, b in combinations(places.boxes, 2))


def test_frames_hold_their_own_cards_and_no_others(places):
    for name, frame in places.frames:
        for node, box in zip(places.nodes, places.boxes, strict=True):
            assert inside(box, frame) if node.namespace == name else not overlap(box, frame)


def test_no_two_frames_overlap(places):
    assert not any(overlap(a, b) for (_, a), (_, b) in combinations(places.frames, 2))


def test_the_sheet_is_as_wide_as_a_notebook_shows(places):
    assert 760 <= places.width <= 960


def test_every_arc_stays_on_the_sheet(places):
    for i, j in pairs(places):
        for x, y in samples(places.curve(i, j)):
            assert 8 <= x <= places.width - 8
            assert 70 <= y <= places.bottom


def test_no_arc_passes_a_card(places):
    for i, j in pairs(places):
        for point in samples(places.curve(i, j)):
            assert not any(holds(box, point) for box in places.boxes)


def test_arrows_end_just_outside_the_card_they_point_at(places):
    for i, j in pairs(places):
        tip = places.curve(i, j).tip
        assert 1.5 <= distance(places.boxes[j], tip) <= 6
        assert all(distance(box, tip) > 1.5 for box in places.boxes)


def test_no_two_arrowheads_share_a_tip(places):
    tips = [places.curve(i, j).tip for i, j in pairs(places)]
    assert all(math.dist(a, b) >= 5 for a, b in combinations(tips, 2))


def test_the_two_directions_of_a_pair_stay_apart(places):
    for i, j in pairs(places):
        there, back = samples(places.curve(i, j)), samples(places.curve(j, i))
        assert min(math.dist(a, b) for a in there for b in back) > 8


def test_signs_are_on_the_arc_and_not_on_a_card(places):
    for i, j in pairs(places):
        sign = places.curve(i, j).sign
        assert all(distance(box, sign) >= 8 for box in places.boxes)


def test_signs_do_not_hide_each_other_or_an_arrowhead(places):
    curves = {(i, j): places.curve(i, j) for i, j in pairs(places)}
    signs = [curve.sign for curve in curves.values()]
    tips = [curve.tip for curve in curves.values()]
    assert all(math.dist(a, b) >= 12 for a, b in combinations(signs, 2))
    assert all(math.dist(sign, tip) >= 12 for sign in signs for tip in tips)


def test_arcs_that_share_a_card_do_not_cross(places):
    """They lie inside each other: of two arcs from one card, the longer one swings out further."""
    for k in range(len(places.nodes)):
        for one, two in combinations(places.partners[k], 2):
            if (one < k) == (two < k):
                near, far = sorted((one, two), key=lambda other: abs(other - k))
                assert reach(places, k, near) < reach(places, k, far)
                assert span(places, k, near) < span(places, k, far)


def reach(places: Plan, i: int, j: int) -> float:
    across = 0 if places.upright else 1
    middle = places.boxes[i].middle[across]
    return max(abs(point[across] - middle) for point in samples(places.curve(i, j)))


def span(places: Plan, i: int, j: int) -> float:
    return abs(places.anchor(i, j) - places.anchor(j, i))


def test_the_places_do_not_depend_on_the_policies():
    from tests.helpers.pictured import deny

    closed = plan(gather(cluster(3, policies=[deny()])).nodes)
    assert closed.boxes == planned(3).boxes
    assert closed.curve(0, 2) == planned(3).curve(0, 2)
