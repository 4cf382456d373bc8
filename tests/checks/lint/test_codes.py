"""The register of codes, and the page that tells people about them."""

import re

from netpol_lab.checks.lint.codes import CODES, Severity
from tests.helpers.linted import page_rows


def test_codes_come_in_order_and_once():
    assert list(CODES) == sorted(CODES)
    assert all(re.fullmatch(r"NP[1-7]\d\d", code) for code in CODES)


def test_every_code_is_taught_in_a_chapter():
    assert {code.chapter for code in CODES.values()} <= set(range(1, 13))


def test_titles_tell_codes_apart():
    assert len({code.title for code in CODES.values()}) == len(CODES)


def test_the_page_for_people_lists_the_codes_as_they_are():
    listed = [(c.code, c.severity, c.title, f"{c.chapter:02}") for c in CODES.values()]
    assert [tuple(row[:4]) for row in page_rows()] == listed
    assert {code.severity for code in CODES.values()} == set(Severity)


def test_the_page_for_people_says_of_every_code_how_it_is_proven():
    assert all(proof.startswith(("a flow", "none: ")) for *_, proof in page_rows())
