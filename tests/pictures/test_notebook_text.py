"""Text as a notebook shows it."""

from __future__ import annotations

from netpol_lab.pictures.notebook_text import Words, breakable


def test_words_are_shown_as_they_are() -> None:
    assert repr(Words("one\ntwo")) == "one\ntwo"
    assert Words("one") == "one"


def test_a_long_name_may_break_after_its_namespace_and_is_escaped() -> None:
    assert breakable("a/<b>") == "a/<wbr>&lt;b&gt;"
