"""What every chart has."""

from netpol_lab.pictures.charts.chart import chart, ink_on, shade
from netpol_lab.pictures.shapes import Box, Rect, Style

ROWS = [("x", "a"), ("one", "1")]
ONE = chart("A title", "A note.", ROWS, [Rect(Box(0, 90, 9, 9), Style())], 90).scene


def test_the_text_is_title_note_and_an_aligned_table():
    assert ONE.text.splitlines() == ["A title", "A note.", "x    a", "one  1"]


def test_the_description_reads_each_row_as_a_sentence():
    assert ONE.desc == "A note. one: a 1."


def test_the_paper_is_white_and_holds_everything():
    paper = ONE.sheet.shapes[0]
    assert paper.style.fill == "#ffffff"
    assert ONE.sheet.height >= 99
    assert ONE.sheet.width >= 90


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_numbers_can_be_read_on_every_shade():
    for step in range(101):
        pair = sorted(luminance(colour) for colour in (shade(step / 100), ink_on(step / 100)))
        assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, step
