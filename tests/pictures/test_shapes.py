"""Boxes around texts, and what is hidden."""

import pytest

from netpol_lab.pictures.shapes import Box, Group, Rect, Sheet, Style, Text
from netpol_lab.pictures.text_width import text_width


def test_a_sheet_walks_through_groups_and_passes_by_what_is_hidden():
    text = Text((0, 10), "seen")
    hidden = Rect(Box(0, 0, 1, 1), Style(), shown=False)
    group = Group("g", (hidden, text, Group("h", (text,), shown=False)))
    assert list(Sheet(10, 10, (group, text)).walk()) == [text, text]


@pytest.mark.parametrize(("anchor", "left"), [("start", 100), ("middle", 90), ("end", 80)])
def test_the_box_of_a_text_lies_by_its_anchor(anchor, left):
    box = Text((100, 50), "x" * 10, 12, anchor).box
    width = text_width("x" * 10, 12)
    assert box.x == pytest.approx(100 - width * (100 - left) / 20)


def test_turned_text_runs_upwards():
    box = Text((100, 50), "shop/web", turned=True).box
    assert box.height > box.width
    assert box.bottom == 50
