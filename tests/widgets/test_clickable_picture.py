"""The picture to click on, as Python sees it; `browser/` tests what the browser makes of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ipywidgets.widgets.widget import _instances

from netpol_lab.widgets.clickable_picture import TrafficMap
from netpol_lab.widgets.reasons_panel import STYLE
from tests.helpers.places import PACKAGE

STATIC = PACKAGE / "data" / "static"


def test_its_script_and_its_style_travel_with_it() -> None:
    assert TrafficMap()._esm == (STATIC / "traffic_map.js").read_text(encoding="utf-8")
    style = (STATIC / "traffic_map.css").read_text(encoding="utf-8")
    assert TrafficMap()._css == style + STYLE


def test_picture_and_explanation_are_sent_in_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[set[str]] = []
    picture = TrafficMap()
    monkeypatch.setattr(picture.exchange, "send_state", lambda key: sent.append(set(key)))
    picture.show("<svg/>", words=lambda: "nothing", explanation="because", details="<p>of this</p>")
    assert sent == [{"svg", "explanation", "details"}]


def test_what_is_said_under_it_is_sent_in_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[set[str]] = []
    picture = TrafficMap().show("<svg/>", words=lambda: "nothing")
    monkeypatch.setattr(picture.exchange, "send_state", lambda key: sent.append(set(key)))
    picture.explain("because", "<p>of this</p>")
    assert sent == [{"explanation", "details"}]


def test_there_are_no_details_where_nobody_gives_any() -> None:
    picture = TrafficMap().show("<svg/>", lambda: "nothing", "because", "<p>of this</p>")
    assert picture.show("<svg/>", lambda: "nothing", "because").details == ""


def test_whoever_owns_it_hears_what_was_chosen() -> None:
    heard: list[Any] = []
    picture = TrafficMap()
    picture.observe(lambda change: heard.append(change["new"]), "selected")
    picture.selected = "pod:shop/db"
    assert heard == ["pod:shop/db"]


def test_its_stored_form_keeps_what_anywidget_says_about_it() -> None:
    picture = TrafficMap().show("<svg/>", words=lambda: "nothing")
    data, metadata = picture._repr_mimebundle_()
    assert data["text/plain"] == "nothing"
    assert data["image/svg+xml"] == "<svg/>"
    assert isinstance(metadata, dict)


def test_the_script_asks_nothing_of_other_computers_and_trusts_no_text() -> None:
    script = (STATIC / "traffic_map.js").read_text(encoding="utf-8")
    assert not re.search(r"https?://|\bimport\b|fetch\(", script)
    assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|\beval\(", script)


def test_the_style_asks_nothing_of_other_computers() -> None:
    style = (STATIC / "traffic_map.css").read_text(encoding="utf-8")
    style = style.replace("xmlns='http://www.w3.org/2000/svg'", "")  # a name, not an address
    assert not re.search(r"https?://|@import|url\((?!\"data:)", style)


def test_closing_it_closes_what_it_speaks_through() -> None:
    before = len(_instances)
    TrafficMap().close()
    assert len(_instances) <= before + 2  # layouts, which may be shared, stay
