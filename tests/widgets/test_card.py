"""What tasks leave in a notebook, and the keys they guard."""

import ipywidgets
import pytest

from netpol_lab.widgets.card import Card, button, preformatted, shield
from netpol_lab.widgets.clickable_picture import TrafficMap


class Note(Card):
    words = "two words"


def test_a_card_leaves_its_words_and_no_empty_picture():
    data, _ = Note([])._repr_mimebundle_()
    assert data["text/plain"] == repr(Note([])) == "two words"
    assert "image/svg+xml" not in data


def test_a_card_shows_the_live_widget_where_there_is_a_kernel():
    data, _ = Note([])._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data


def test_a_card_has_the_guard_against_jupyterlabs_keys_and_does_not_show_it():
    (guard,) = [child for child in Note([]).children if isinstance(child, TrafficMap)]
    assert guard.layout.display == "none"


def test_without_anywidget_there_is_a_card_all_the_same(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "netpol_lab.widgets.clickable_picture", None)
    assert shield() == []
    assert Note([]).children == ()


@pytest.mark.parametrize("words", ["<b>", "a & b", '"', "<script>alert(1)</script>"])
def test_words_are_never_taken_for_html(words):
    html = preformatted(words)
    assert words not in html.partition(">")[2].removesuffix("</pre>") or words == '"'
    assert html.count("<") == 2


def test_no_words_leave_no_empty_box():
    assert preformatted("") == ""


def test_a_button_calls_what_it_is_for():
    pressed = []
    made = button("Check", lambda: pressed.append(True))
    assert isinstance(made, ipywidgets.Button)
    made.click()
    assert pressed == [True]
