"""Colours that can be told apart, boxes around texts, and what is hidden."""

import pytest

from netpol_lab.pictures import shapes
from netpol_lab.pictures.shapes import BLUE, Box, Group, Rect, Sheet, Style, Text, tinted
from netpol_lab.pictures.text_width import text_width


def luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mixed(colour: str, share: float, ground: str) -> str:
    pairs = ((int(colour[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


@pytest.mark.parametrize("ground", [shapes.PAPER, shapes.MIST])
@pytest.mark.parametrize("ink", [shapes.INK, shapes.MUTED])
def test_text_can_be_read_on_every_ground(ink, ground):
    assert contrast(ink, ground) >= 4.5


def test_text_can_be_read_on_chips_and_badges():
    assert contrast(shapes.INK, shapes.CHIP) >= 4.5
    assert contrast(shapes.PAPER, shapes.INK) >= 4.5


@pytest.mark.parametrize("ground", [shapes.PAPER, shapes.MIST])
@pytest.mark.parametrize("line", [shapes.BLUE, shapes.VERMILLION, shapes.GREY, shapes.EDGE])
def test_lines_can_be_seen_on_every_ground(line, ground):
    assert contrast(line, ground) >= 3


@pytest.mark.parametrize("ground", [shapes.PAPER, shapes.MIST])
def test_lines_can_be_seen_on_what_glows(ground):
    from netpol_lab.pictures.arc_diagram import HALOS
    from netpol_lab.pictures.traffic import Change

    opened, closed = (HALOS[change] for change in (Change.OPENED, Change.CLOSED))
    assert contrast(shapes.BLUE, mixed(opened.stroke, opened.opacity, ground)) >= 3
    assert contrast(shapes.VERMILLION, mixed(closed.stroke, closed.opacity, ground)) >= 3


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


def test_a_tint_of_nothing_is_white():
    assert (tinted(BLUE, 0), tinted(BLUE, 1)) == ("#ffffff", BLUE.lower())
