"""The register of codes."""

import re

from netpol_lab.checks.lint.codes import CODES, Severity, table


def test_codes_come_in_order_and_once():
    assert list(CODES) == sorted(CODES)
    assert all(re.fullmatch(r"NP[1-5]\d\d", code) for code in CODES)


def test_every_code_is_taught_in_a_chapter_and_says_how_it_is_proven():
    assert {code.chapter for code in CODES.values()} <= set(range(1, 13))
    assert all(code.proof.startswith(("a flow", "none")) for code in CODES.values())


def test_titles_tell_codes_apart():
    assert len({code.title for code in CODES.values()}) == len(CODES)


def test_the_table_has_a_row_for_each_code():
    rows = table().splitlines()[2:]
    assert [row.split(" | ")[0].strip("| ") for row in rows] == list(CODES)
    assert {row.split(" | ")[1] for row in rows} == set(Severity)
