"""Colours that can be told apart."""

import pytest

from netpol_lab.pictures import palette
from netpol_lab.pictures.palette import BLUE, tinted


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


@pytest.mark.parametrize("ground", [palette.PAPER, palette.MIST])
@pytest.mark.parametrize("ink", [palette.INK, palette.MUTED])
def test_text_can_be_read_on_every_ground(ink, ground):
    assert contrast(ink, ground) >= 4.5


def test_text_can_be_read_on_chips_and_badges():
    assert contrast(palette.INK, palette.CHIP) >= 4.5
    assert contrast(palette.PAPER, palette.INK) >= 4.5


@pytest.mark.parametrize("ground", [palette.PAPER, palette.MIST])
@pytest.mark.parametrize("line", [palette.BLUE, palette.VERMILLION, palette.GREY, palette.EDGE])
def test_lines_can_be_seen_on_every_ground(line, ground):
    assert contrast(line, ground) >= 3


@pytest.mark.parametrize("ground", [palette.PAPER, palette.MIST])
def test_lines_can_be_seen_on_what_glows(ground):
    from netpol_lab.pictures.arc_diagram import HALOS
    from netpol_lab.pictures.traffic import Change

    opened, closed = (HALOS[change] for change in (Change.OPENED, Change.CLOSED))
    assert contrast(palette.BLUE, mixed(opened.stroke, opened.opacity, ground)) >= 3
    assert contrast(palette.VERMILLION, mixed(closed.stroke, closed.opacity, ground)) >= 3


def test_a_tint_of_nothing_is_white():
    assert (tinted(BLUE, 0), tinted(BLUE, 1)) == ("#ffffff", BLUE.lower())
