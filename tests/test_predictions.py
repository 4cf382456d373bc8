"""Predictions, driven as a learner drives them."""

import pytest
from boards import inside
from ipywidgets import HTML, Button, RadioButtons

import netpol_lab as lab
from netpol_lab.errors import FlowError, UnknownNameError

SHOP = lab.load("three-tier")


def button(widget, words):
    return next(found for found in inside(widget, Button) if found.description == words)


@pytest.fixture
def guess():
    return lab.predict(SHOP, port=5432)


def test_nothing_is_marked_at_the_start(guess):
    assert [field.value for field in inside(guess, RadioButtons)] == [None] * 6
    assert guess.words.count("not marked") == 6


def mark_all(guess, **wrong):
    """Mark every connection as it is, but those that are named by source the other way round."""
    for arc in guess._arcs.values():
        ends = arc.source.name, arc.destination.name
        turned = wrong.get(arc.source.caption) == arc.destination.caption
        guess.mark(*ends, arc.verdict.allowed is not turned)


def test_checking_without_a_mark_reveals_nothing(guess):
    assert guess.check() == "6 connections are not marked yet."
    assert guess.svg == ""


def test_a_check_gives_nothing_away_while_a_connection_is_not_marked(guess):
    mark_all(guess, web="db")
    guess.mark("db", "web", None)
    assert guess.check() == "1 connection is not marked yet."
    assert guess.svg == ""
    assert "it is" not in guess.words
    assert not any("right" in html.value for html in inside(guess, HTML))


def test_a_wrong_mark_is_answered_by_the_reasons_of_the_verdict(guess):
    mark_all(guess, web="db")
    said = guess.check()
    assert said.startswith("5 of 6 right on TCP 5432.\n\nweb -> db: ")
    assert "web -> db: you marked it allowed, it is blocked." in said
    assert str(lab.evaluate(SHOP, "web", "db", port=5432)) in said


def test_all_right_is_said_without_more_words(guess):
    mark_all(guess)
    assert guess.check() == "6 of 6 right on TCP 5432."
    assert guess.right == 6


def test_a_mark_can_be_changed_and_taken_away(guess):
    guess.mark("web", "db", allowed=True)
    guess.mark("web", "db", allowed=False)
    assert guess.right == 1
    guess.mark("web", "db", None)
    assert guess.right == 0
    assert guess.check() == "6 connections are not marked yet."


def test_radio_buttons_and_the_button_do_what_mark_and_check_do(guess):
    field = next(f for f in inside(guess, RadioButtons) if f.description == "web -> db")
    mark_all(guess)
    field.value = "allowed"
    button(guess, "Check").click()
    assert any("you marked it allowed" in html.value for html in inside(guess, HTML))


def test_the_picture_comes_when_all_is_marked_and_checked(guess):
    mark_all(guess)
    guess.check()
    data, _ = guess._repr_mimebundle_()
    assert data["image/svg+xml"] == lab.draw(SHOP, port=5432).svg


def test_only_the_wanted_connections_are_asked_in_their_order():
    guess = lab.predict(SHOP, port=5432, flows=[("db", "web"), ("shop/web", "db")])
    fields = [field.description for field in inside(guess, RadioButtons)]
    assert fields == ["db -> web", "web -> db"]


def test_pods_of_several_namespaces_are_called_by_their_full_names():
    guess = lab.predict(lab.load("neighbours"), port=80)
    assert "blog/reader -> shop/db" in guess.words


def test_an_outside_address_is_called_by_its_caption():
    guess = lab.predict(SHOP, port=80, outside=[("internet", "203.0.113.7")])
    assert "internet -> web" in guess.words
    mark_all(guess)
    guess.mark("203.0.113.7", "web", allowed=True)
    assert guess.check().startswith("12 of 12 right")


@pytest.mark.parametrize(("ends", "message"), [(("wed", "db"), "web"), (("db", "db"), "not asked")])
def test_a_mark_on_nothing_says_what_is_meant(guess, ends, message):
    with pytest.raises(UnknownNameError, match=message):
        guess.mark(*ends, allowed=True)


def test_a_flow_that_is_not_in_the_picture_is_refused():
    with pytest.raises(UnknownNameError, match="not in the picture"):
        lab.predict(SHOP, port=80, flows=[("web", "203.0.113.7")])


def test_a_connection_without_a_right_answer_is_refused():
    with pytest.raises(FlowError, match="open"):
        lab.predict(SHOP, protocol="ICMP")


def test_a_prediction_leaves_its_questions_in_the_notebook(guess):
    data, _ = guess._repr_mimebundle_()
    assert data["text/plain"] == repr(guess)
    assert "blocked  " not in data["text/plain"]
    assert "image/svg+xml" not in data
