"""What a terminal would obey is shown as an escape; everything else stays as it is."""

import json
import unicodedata

import pytest

from netpol_lab.harmless import harmless, harmless_json

CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"]
BIDI = [*"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]
BREAKS = ["\u2028", "\u2029"]


@pytest.mark.parametrize("sign", [*CONTROLS, *BIDI, *BREAKS], ids=ascii)
def test_what_a_terminal_obeys_is_shown_as_an_escape(sign):
    assert harmless(f"a{sign}b") == f"a{ascii(sign)[1:-1]}b"
    assert harmless_json(f'"a{sign}b"') == f'"a\\u{ord(sign):04x}b"'


def test_every_control_character_and_every_turn_of_direction_is_among_them():
    turns = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    for sign in map(chr, range(0x10000)):
        obeyed = unicodedata.category(sign) == "Cc" or unicodedata.bidirectional(sign) in turns
        if obeyed and sign not in "\t\n":
            assert sign not in harmless(sign)


def test_letters_of_every_script_lines_and_tabs_stay_as_they_are():
    text = "shop/web\n\tähnlich — 東京 → שלום мир 👩\u200d👧 a\u00a0b"
    assert harmless(text) == text


def test_json_that_was_made_harmless_is_the_same_value():
    value = {"".join(CONTROLS): ["".join(BIDI + BREAKS), "é"]}
    assert json.loads(harmless_json(json.dumps(value, ensure_ascii=False))) == value
