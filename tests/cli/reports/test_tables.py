"""Rows as text, CSV and Markdown, read back."""

import csv

import pytest

from netpol_lab.cli.reports.tables import Table, aligned, markdown_text, one_line

ROWS = [("shop/web", 'say "hi", twice', "a|b"), ("x", "line\nbreak", "*z* <b> &amp; `c` \\")]


def test_csv_is_read_back_as_it_was():
    read = list(csv.reader(Table(("a", "b", "c"), ROWS).csv(), strict=True))
    assert read == [["a", "b", "c"], *map(list, ROWS)]


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_spreadsheet_runs_no_cell(formula):
    _, row = Table(("a",), [(formula,)]).csv()
    assert next(csv.reader([row])) == [f"'{formula}"]


def test_markdown_keeps_its_columns_and_says_what_was_written():
    lines = list(Table(("a", "b", "c"), ROWS).markdown())
    cells = [line.replace("\\|", "").count("|") for line in lines]
    assert cells == [4] * 4
    assert "\\*z\\* \\<b\\> &amp;amp; \\`c\\` \\\\" in lines[-1]


def test_columns_are_as_wide_as_their_rows():
    lines = list(Table(("from", "to"), [("a", "bb"), ("long-name", "c")]).text())
    assert lines == ["from       to", "a          bb", "long-name  c"]


def test_the_first_line_comes_before_the_last_row_is_made():
    endless = ((str(number), "x") for number in iter(int, 1))
    assert next(aligned(endless)) == "0  x"


def test_control_characters_and_line_breaks_do_not_get_through():
    assert one_line("a\nb\x1b[0m") == "a b\\x1b[0m"
    assert markdown_text("a\n| b") == "a \\| b"
