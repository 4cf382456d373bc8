"""What changed, in every form: gained and lost are told apart, and the causes are named."""

import csv
import json

import pytest

import netpol_lab as lab
from netpol_lab.cli.reports.diff import DiffReport
from netpol_lab.cli.reports.reach_query import Port, ReachQuery
from netpol_lab.errors import NetpolError
from netpol_lab.reach.diff import diff
from tests.helpers.changes import edited

SHOP = lab.load("three-tier")
ONE = SHOP.with_policies(["backend-access-ingress"])
NONE = SHOP.with_policies([])


def changes(old=SHOP, new=ONE, **asked):
    query = ReachQuery(**asked)
    return DiffReport(diff(old, new, by=query.by), query)


def data(report):
    return json.loads("\n".join(report.data()))


def test_json_names_ends_ports_and_causes():
    held = data(changes(source="web"))
    assert set(held) == {"changes", "added", "removed"}
    assert held["changes"] == [
        {
            "from": "shop/web",
            "to": "shop/db",
            "gained": {p: [[1, 65535]] for p in ("TCP", "UDP", "SCTP")},
            "lost": {},
            "unsettled": {},
            "causes": ["ingress: shop/db-access-ingress is gone; it isolated shop/db"],
        }
    ]


def test_there_and_back_gains_what_was_lost():
    gained, lost = data(changes())["changes"], data(changes(ONE, SHOP))["changes"]
    assert [c["gained"] for c in gained] == [c["lost"] for c in lost]


def test_csv_has_a_row_for_each_change():
    rows = list(csv.DictReader(changes().lines("csv")))
    assert [row["to"] for row in rows] == ["shop/db"] * len(rows)
    assert rows[0]["gained"] == "all ports"


def test_a_port_narrows_the_changes_to_itself():
    held = data(changes(port=Port(5432), source="web"))
    assert held["changes"][0]["gained"] == {"TCP": [[5432, 5432]]}


def test_nothing_changed_is_false_and_says_so():
    same = changes(SHOP, SHOP)
    assert not same
    assert list(same.text()) == ["nothing changed"]
    assert not changes(destination="web")


def test_who_is_new_and_who_is_gone_is_named():
    other = lab.load("one-way")
    held = data(changes(SHOP, other))
    assert held["removed"] == ["shop/web", "shop/backend", "shop/db"]
    assert "gone: shop/web, shop/backend, shop/db" in changes(SHOP, other).summary()
    assert changes(SHOP, other, source="shop/web").changes


def test_an_unknown_end_is_refused():
    with pytest.raises(NetpolError, match="wbe"):
        changes(source="shop/wbe")


def test_gained_and_lost_are_words_in_a_graph():
    assert {edge.kind.value for edge in changes(NONE, SHOP).graph().edges} == {"lost"}
    assert {edge.kind.value for edge in changes().graph().edges} == {"gained"}


def test_the_picture_has_halos_on_what_changed():
    changed = [arc.label for arc in changes().picture().scene.arcs if arc.change != "none"]
    assert len(changed) == len(changes().changes)


@pytest.mark.parametrize(("number", "end"), [(20, "p19"), (21, "and 1 more")])
def test_many_new_names_are_counted_and_no_more_where_there_are_none(number, end):
    pods = "\n---\n".join(
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p{k:02}, namespace: z}}"
        for k in range(number)
    )
    shop = lab.load("three-tier")
    summary = DiffReport(diff(shop, lab.load("three-tier", pods)), ReachQuery()).summary()
    assert summary.endswith(end)


def test_the_picture_says_what_of_a_change_it_does_not_show():
    new = edited(
        "[{from: [{podSelector: {matchLabels: {role: backend}}}], ports: [{port: 5432}]},"
        " {from: [{podSelector: {matchLabels: {role: web}}}], ports: [{port: 5432}]}]"
    )
    other = SHOP.with_policies([*new, "backend-access-ingress"])
    shown = changes(SHOP, other).picture().scene
    assert "1 more change not shown, TCP 5432: " in shown.title  # backend to db, on all other ports
    assert "not shown" not in changes(SHOP, other, source="web").picture().scene.title
