"""Errors say where, what, and what to type instead."""

from itertools import count

import pytest

from netpol_lab.errors import (
    MOST_COMPLAINTS,
    Complaint,
    ComplaintList,
    ManifestError,
    Reason,
    UnknownNameError,
    did_you_mean,
    is_slip,
    near,
    resembles,
    some,
)


def test_a_complaint_points_at_the_token_with_a_caret():
    complaint = Complaint(
        "spec.podSelectr", Reason.UNKNOWN, "unknown field", hint="did you mean podSelector?"
    ).at(7, 3, "  podSelectr: {}")
    assert str(complaint).splitlines() == [
        "<text>:7:3, document 1: spec.podSelectr",
        "  Unknown: unknown field",
        "  7 |   podSelectr: {}",
        "        ^",
        "  hint: did you mean podSelector?",
    ]


def test_a_complaint_without_position_names_the_file():
    text = str(Complaint("", Reason.SYNTAX, "is not UTF-8", file="a.yaml"))
    assert text.splitlines()[0] == "a.yaml, document 1"


def test_a_manifest_error_says_all_complaints():
    error = ManifestError([Complaint("a", Reason.TYPE, "x"), Complaint("b", Reason.TYPE, "y")])
    assert "a\n" in str(error)
    assert "b\n" in str(error)
    assert len(error.complaints) == 2


def test_near_names_come_first_and_far_ones_not_at_all():
    assert near("shop/wbe", ["shop/web", "shop/db", "kube-system/dns"])[0] == "shop/web"
    assert near("zzz", ["shop/web"]) == []


def test_few_options_are_all_listed_and_many_are_counted():
    assert did_you_mean("zzz", ["b", "a"]) == "There are: a, b."
    assert did_you_mean("zzz", [f"shop/pod-{i}" for i in range(30)]) == "There are 30 of them."
    assert did_you_mean("zzz", []) == "There are none."


def test_jupyter_shows_the_message_without_the_way_to_it():
    shown = UnknownNameError("no such pod")._render_traceback_()
    assert shown == ["UnknownNameError: no such pod"]


def test_a_few_names_are_given_and_the_rest_is_counted():
    assert some(["a"]) == "a"
    assert some(["a", "b", "c"]) == "a, b, c"
    assert some(range(9), most=1) == "0 and 8 more"
    assert some([]) == ""


def test_what_an_error_says_is_fit_for_a_terminal():
    error = UnknownNameError("no \x1b[31m pod\u202e\nof that name")
    assert str(error) == "no \\x1b[31m pod\\u202e\nof that name"
    assert error._render_traceback_() == [f"UnknownNameError: {error}"]
    hint = Complaint("", Reason.TYPE, "x", hint="write \x9b")
    assert str(ManifestError([hint])).endswith("hint: write \\x9b")


def test_reading_ends_with_the_complaint_that_is_one_too_many():
    found = ComplaintList()
    endless = (Complaint("", Reason.TYPE, "x", document=n) for n in count(1))
    with pytest.raises(ManifestError) as caught:
        found += endless
    assert len(caught.value.complaints) == MOST_COMPLAINTS + 1
    last = str(caught.value.complaints[-1])
    assert last == "<text>\n  NotRead: the rest: there are more than 1,000 complaints"


@pytest.mark.parametrize(
    ("word", "other", "slipped"),
    [
        ("bd", "db", True),
        ("wed", "web", True),
        ("web", "web", False),
        ("we", "wxyz", False),
        ("monitorin", "monitoring", True),
        ("mointorin", "monitoring", True),
        ("ingress", "postgres", False),
    ],
)
def test_a_slip_is_one_letter_or_two_in_long_words(word, other, slipped):
    assert is_slip(word, other) is slipped
    assert is_slip(other, word) is slipped


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Monitoring", "monitoring", True),
        ("prometheus", "kube-prometheus", True),
        ("controllr", "controller", True),
        ("back-end", "backend", True),
        ("wbe", "web", True),
        ("api", "app", False),
        ("a", "b", False),
        ("frontend", "backend", False),
        ("web-1", "web-2", False),
        ("shard1", "shard10", False),
        ("", "db", False),
    ],
)
def test_what_is_like_or_a_part_resembles_and_no_other_number(one, other, alike):
    assert resembles(one, other) is alike
    assert resembles(other, one) is alike
