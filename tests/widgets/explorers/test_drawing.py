"""What the explorers' pictures share."""

import pytest

from netpol_lab.pictures.shapes import Box, Text
from netpol_lab.pictures.text_width import text_width
from netpol_lab.widgets.explorers.drawing import WIDTH, Page, fitting, pill, wrapped


@pytest.mark.parametrize("room", [60, 90, 200, 700])
def test_wrapped_lines_fit_and_lose_no_short_word(room):
    words = "a pod that no policy selects is open"
    lines = wrapped(words, room)
    assert all(text_width(line) <= room for line in lines)
    assert " ".join(lines) == words


def test_a_long_label_breaks_after_its_slash():
    lines = wrapped("kubernetes.io/metadata.name=kube-system", 240)
    assert lines == ["kubernetes.io/", "metadata.name=kube-system"]


def test_a_word_that_cannot_break_loses_its_end():
    (line,) = wrapped("x" * 99, 100)
    assert line.endswith("…")


def test_nothing_wraps_into_no_lines():
    assert wrapped("", 100) == []


def test_more_lines_than_fit_end_with_an_ellipsis():
    assert fitting(["a", "b"], 2, 100) == ["a", "b"]
    assert len(fitting(["long line"] * 5, 2, 100)) == 2


def test_a_long_title_stays_on_the_page():
    _, group = Page("w" * 200, ["m" * 200]).sheet(100).shapes
    assert all(text.box.right <= WIDTH for text in group.shapes)


def test_every_line_under_the_title_moves_the_picture_down():
    assert Page("title", ["one", "two"]).top > Page("title", ["one"]).top


def test_a_dark_pill_has_light_words():
    dark, light = (list(pill("blocked", Box(0, 0, 70, 20), dark)) for dark in (True, False))
    assert isinstance(dark[1], Text)
    assert dark[0].style.fill == light[1].colour or dark[1].colour != light[1].colour
