"""Heading, legend, badges and signs: what every picture of traffic shares."""

from itertools import combinations

import pytest

from netpol_lab.pictures.legend import Entry, badge, halo_words, heading, legend, occurring, sign
from netpol_lab.pictures.palette import INK, PAPER
from netpol_lab.pictures.shapes import Box, Circle, Text
from netpol_lab.pictures.traffic import State, gather
from netpol_lab.pictures.traffic_words import BESIDE
from tests.helpers.pictured import INTERNET, cluster, deny, inside, overlap


def entries(shown=True):
    return tuple(Entry(lambda x, y: (), 40, f"what number {k} means", shown) for k in range(8))


def test_a_legend_that_does_not_fit_goes_on_in_the_next_line():
    group, _ = legend(entries(), 760, 100)
    boxes = [entry.shapes[-1].box for entry in group.shapes]
    assert len({box.y for box in boxes}) > 1
    assert all(box.right <= 760 - 24 for box in boxes)
    assert not any(overlap(a, b) for a, b in combinations(boxes, 2))


def test_what_does_not_occur_is_left_out_of_a_legend():
    short, lower = legend((*entries()[:2], *entries(shown=False)), 760, 100)
    assert repr((short, lower)) == repr(legend(entries()[:2], 760, 100))


def test_what_a_live_legend_hides_keeps_its_place():
    (shown, one), (hidden, other) = (legend(entries(s), 760, 100, True) for s in (True, False))
    assert one == other
    assert [e.shapes for e in shown.shapes] == [e.shapes for e in hidden.shapes]
    assert not any(entry.shown for entry in hidden.shapes)


def test_the_sheet_ends_below_its_legend():
    group, end = legend(entries(), 760, 100)
    assert end > max(entry.shapes[-1].box.bottom for entry in group.shapes)


@pytest.mark.parametrize(
    ("words", "fill", "dashed"),
    [
        ("ingress isolated", INK, False),
        ("ingress open", PAPER, False),
        ("ingress undefined", PAPER, True),
    ],
)
def test_badges_differ_by_more_than_their_words(words, fill, dashed):
    pill, text = badge(words, Box(0, 0, 126, 20))
    assert (pill.style.fill, bool(pill.style.dash)) == (fill, dashed)
    assert inside(text.box, pill.box)


def test_a_cross_is_not_a_question_mark_and_all_signs_lie_in_their_circle():
    blocked, undefined = (sign(state, (50, 50), 8) for state in (State.BLOCKED, State.UNDEFINED))
    assert blocked.shapes[1].steps != undefined.shapes[1].steps
    for mark in (blocked, undefined):
        circle, strokes = mark.shapes
        assert isinstance(circle, Circle)
        numbers = [number for step in strokes.steps for number in step[1:]]
        assert all(42 < number < 58 for number in numbers)


def test_what_is_allowed_has_a_hidden_sign():
    assert not sign(State.ALLOWED, (0, 0), 8).shown
    assert sign(State.BLOCKED, (0, 0), 8).shown


def test_a_long_title_is_cut_to_the_width_of_the_sheet():
    group = heading(gather(cluster(2)), "On and on " * 40, 760)
    assert all(isinstance(line, Text) and line.box.right <= 736 for line in group.shapes)


def test_only_what_is_there_occurs():
    before, now = cluster(2), cluster(2, policies=[deny()])
    assert occurring(gather(now, outside=[INTERNET])) == (False, False)
    assert occurring(gather(now, before=before)) == (True, False)
    assert occurring(gather(now, protocol="ICMP")) == (False, True)


def test_a_halo_around_what_is_undefined_is_not_said_to_mean_blocked():
    before, now = cluster(2), cluster(2, policies=[deny()])
    asked = {"before": before, "wording": BESIDE}
    assert halo_words(gather(now, **asked)) == "allowed only here, blocked only here"
    pinged = gather(now, protocol="ICMP", **asked)
    assert halo_words(pinged) == "allowed only here, undefined only here"
