"""Texts that fit, whatever font a painter finds."""

import string

import pytest

from netpol_lab.pictures.text_width import ELLIPSIS, clipped, shortened, text_width

PRINTED = string.ascii_letters + string.digits + string.punctuation + " "
matplotlib = pytest.importorskip("matplotlib")


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("words", [PRINTED, "shop/web", "ingress isolated", "illicit-jill-tilt"])
def test_texts_are_thought_wider_than_the_widest_font_writes_them(words, bold):
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    font = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")
    written = TextPath((0, 0), words.replace("$", r"\$"), 100, prop=font).get_extents().width
    assert written <= text_width(words, 100, bold) <= written * 1.2


def test_other_scripts_count_as_wide():
    assert text_width("支払い", 10) >= 30


@pytest.mark.parametrize("cut", [clipped, shortened])
@pytest.mark.parametrize("room", [0, 5, 20, 60, 200, 2000])
def test_a_cut_text_fits_or_is_a_lone_ellipsis(cut, room):
    words = cut("payment-processing-worker-7d4b9c5f6d-x2x9k", room)
    assert text_width(words) <= room or words == ELLIPSIS


@pytest.mark.parametrize("cut", [clipped, shortened])
def test_a_text_that_fits_stays_as_it_is(cut):
    assert cut("web", 100) == "web"


def test_a_shortened_name_keeps_both_its_ends():
    short = shortened("payment-processing-worker-7d4b9c5f6d-x2x9k", 150)
    assert short.startswith("payment")
    assert short.endswith("x2x9k")
