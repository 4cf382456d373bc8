"""Tables as text."""

from netpol_lab.pictures.text_table import in_columns


def test_columns_stand_under_each_other_and_lines_end_with_a_word():
    assert [*in_columns([("a", "b"), ("long", "")])] == ["a     b", "long"]


def test_no_rows_are_no_lines():
    assert [*in_columns([])] == []
