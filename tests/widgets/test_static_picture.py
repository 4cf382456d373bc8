"""The picture without anywidget: a list to choose from."""

from __future__ import annotations

from xml.etree import ElementTree

import ipywidgets
import pytest

import netpol_lab as lab
from netpol_lab.model.cluster import Cluster
from netpol_lab.widgets.static_picture import StillMap
from tests.helpers.boards import board_of, field, html_of, inside

WEB_TO_DB = "flow:shop/web>shop/db"


@pytest.fixture
def shop() -> Cluster:
    return lab.load("three-tier")


def test_both_pictures_have_the_same_parts(shop: Cluster) -> None:
    still = board_of(shop, picture="html")
    keys = [key for _, key in field(still, "Why?").options if key]
    root = ElementTree.fromstring(board_of(shop).svg)
    assert keys == [node.get("data-key") for node in root.iter() if node.get("data-key")]


def test_choosing_from_the_list_is_choosing(shop: Cluster) -> None:
    board = board_of(shop, picture="html", on=None)
    field(board, "Why?").value = WEB_TO_DB
    assert board.selected == WEB_TO_DB
    assert "no rule admits shop/web" in html_of(board)
    board.set(db_access_ingress=False)
    assert field(board, "Why?").value == WEB_TO_DB


def test_its_explanation_is_escaped() -> None:
    picture = StillMap().show("<svg/>", words=str, explanation="<b>")
    assert "&lt;b&gt;" in html_of(picture)


def test_its_controls_are_core_widgets(shop: Cluster) -> None:
    board = board_of(shop, picture="html")
    assert {type(widget).__module__.split(".")[0] for widget in inside(board, object)} <= {
        "ipywidgets",
        "netpol_lab",
    }
    assert len(list(inside(board, ipywidgets.Dropdown))) == 2


def test_the_yaml_behind_a_choice_stands_under_the_words(shop: Cluster) -> None:
    still = board_of(shop, picture="html", on=["db-access-ingress"])
    still.choose("web", "db")
    assert "role: backend" in html_of(still)
    still.reset()
    assert "role: backend" not in html_of(still)
