"""Text as a notebook shows it."""

from __future__ import annotations

from netpol_lab.pictures.notebook_text import Words


def test_words_are_shown_as_they_are() -> None:
    assert repr(Words("one\ntwo")) == "one\ntwo"
    assert Words("one") == "one"
