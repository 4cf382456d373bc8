"""The table beside a board's picture."""

from xml.etree import ElementTree

import netpol_lab as lab
from netpol_lab.pictures.traffic import gather
from netpol_lab.widgets.board_table import FlowTable, table_html


def test_the_table_is_one_for_screen_readers():
    table = ElementTree.fromstring(table_html(gather(lab.load("three-tier"), 5432)))
    assert table.findtext("caption") == "TCP 5432: 4 of 6 connections allowed, 2 blocked"
    assert {head.get("scope") for head in table.iterfind("thead//th")} == {"col"}
    assert [row.find("th").get("scope") for row in table.iterfind("tbody/tr")] == ["row"] * 6


def test_the_table_is_made_only_while_it_is_open():
    table = FlowTable()
    table.show(gather(lab.load("three-tier"), 5432))
    assert table.children[1].value == ""
    table.shown.value = True
    assert "<table" in table.children[1].value
