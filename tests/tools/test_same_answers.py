"""Two versions that answer differently are told apart, but for the words that are listed."""

import json

import pytest
from same_answers import Answer, compare, inputs, invocations, substitutions

from tests.helpers.places import ROOT

BEFORE = {
    "allowed": False,
    "open": [],
    "ingress": {"reason": "no rule lets web in", "by": ["shop/db"]},
}
TABLE = [("lets web in", "admits web")]


def answer(value, status=0):
    return Answer(status, json.dumps(value), "")


def test_equal_answers_differ_in_nothing():
    assert compare(answer(BEFORE), answer(BEFORE), TABLE[:0]) == ""


def test_a_listed_wording_is_wanted_where_it_applies():
    now = {**BEFORE, "ingress": {**BEFORE["ingress"], "reason": "no rule admits web"}}
    assert compare(answer(BEFORE), answer(now), TABLE) == ""
    assert compare(answer(BEFORE), answer(BEFORE), TABLE) != ""


def test_a_listed_wording_changes_no_other_field():
    before = {"explanation": "nobody lets web in"}
    assert compare(answer(before), answer(before), TABLE) == ""


@pytest.mark.parametrize(
    "now",
    [
        {**BEFORE, "allowed": None},
        {**BEFORE, "open": ["SEM-44"]},
        {**BEFORE, "more": 1},
        {key: BEFORE[key] for key in ("open", "allowed", "ingress")},
        {**BEFORE, "ingress": {**BEFORE["ingress"], "reason": "other words"}},
        {**BEFORE, "ingress": {**BEFORE["ingress"], "by": []}},
    ],
    ids=["value", "item", "key", "order of keys", "words that are not listed", "items"],
)
def test_every_other_difference_is_told(now):
    assert compare(answer(BEFORE), answer(now), TABLE[:0]) != ""


def test_another_exit_status_is_told_first():
    assert compare(answer(BEFORE), answer(BEFORE, status=1), []).startswith("exit status 0 -> 1")


def test_an_answer_that_became_empty_is_told():
    assert compare(answer(BEFORE, 2), Answer(2, "", ""), []) == "output lost"


def test_every_case_lint_input_and_scenario_is_asked_about(tmp_path):
    names = {name for name, _, _ in inputs(ROOT)}
    assert len(names) > 380
    assert {"scenarios/three-tier", "lint/NP101-rules-of-an-unlisted-direction-fires"} <= names
    asked = {name: [] for name in names}
    for question in invocations(ROOT, tmp_path):
        asked[question.name].append(question.words[0])
    assert all({"check", "lint", "reach", "diff"} <= set(words) for words in asked.values())


def test_the_table_of_words_replaces_something_by_something_else():
    assert all(before and now and before != now for before, now in substitutions())
