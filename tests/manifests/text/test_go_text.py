"""Texts as Go measures and prints them."""

import pytest

from netpol_lab.manifests.text.go_text import MOST_SHOWN, shown, size


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('say "a\\b"', r'"say \"a\\b\""'),
        ("\a\b\f\n\r\t\v", r'"\a\b\f\n\r\t\v"'),
        ("\x00\x1b\x7f", r'"\x00\x1b\x7f"'),
        ("\u0080\u00a0\u2028", r'"\u0080\u00a0\u2028"'),
        ("\U000e0001", r'"\U000e0001"'),
        ("é€😀", '"é€😀"'),
    ],
)
def test_a_text_is_quoted_as_go_quotes_it(text, quoted):
    assert shown(text) == quoted


def test_a_text_without_end_is_cut():
    assert len(shown("x" * 10 * MOST_SHOWN)) == MOST_SHOWN + len('"..."')


def test_what_is_no_text_is_printed_as_the_json_of_go():
    assert shown(["<a&b>", None, True, 1]) == r'["\u003ca\u0026b\u003e",null,true,1]'


def test_bytes_are_counted():
    assert [size(text) for text in ("", "a", "é", "€", "😀", "\ud800")] == [0, 1, 2, 3, 4, 3]
