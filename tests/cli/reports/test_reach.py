"""Reachability as lists and grids: each form is read back and equals the engine's answer."""

import csv
import json

import pytest

import netpol_lab as lab
from netpol_lab.cli.reports.reach import ReachGridReport, ReachReport, reach_report
from netpol_lab.cli.reports.reach_query import Port, ReachQuery
from netpol_lab.cli.reports.snapshots import as_flows, read
from netpol_lab.reach.grouping import join_ranges
from tests.helpers.changes import isolating, load, replicas
from tests.helpers.reached import MIXED, SHOP
from tests.helpers.reading_back import read_dot, read_mermaid

BOTH = pytest.mark.parametrize("reach", [SHOP, MIXED], ids=["shop", "mixed"])
BY = pytest.mark.parametrize("by", ["pod", "workload", "namespace"])


def joined(reach, by):
    return join_ranges(reach.connections(by), reach.index.ranges)


def data(found):
    return json.loads("\n".join(found.data()))


@BOTH
@BY
def test_json_holds_each_connection_once_and_exactly(reach, by):
    held = data(ReachReport(reach, ReachQuery(by)))
    kinds = (
        ("connections", 2, lambda c: c.source != c.destination),
        ("within", 2, lambda c: c.source == c.destination),
        ("undefined", 3, lambda c: True),
    )
    for key, part, belongs in kinds:
        expected = [
            {"from": c[0], "to": c[1], "ports": c[part].as_data()}
            for c in joined(reach, by)
            if c[part] and belongs(c)
        ]
        assert held.get(key, []) == expected


def test_nobody_is_connected_with_himself_in_json():
    for by in ("pod", "workload"):
        held = data(ReachReport(MIXED, ReachQuery(by)))["connections"]
        assert all(item["from"] != item["to"] for item in held)


@pytest.mark.parametrize("format", ["text", "json", "csv", "md", "html"])
def test_neighbouring_ranges_outside_are_one_in_every_list(format):
    written = "\n".join(ReachReport(MIXED, ReachQuery(source="db")).lines(format))
    assert "0.0.0.0-255.255.255.255" in written
    assert "10.9.0.0" not in written.partition("</svg>")[2] or format != "html"


def test_json_speaks_of_undefined_only_where_something_is():
    assert set(data(ReachReport(SHOP, ReachQuery()))) == {"connections"}
    assert set(data(ReachReport(MIXED, ReachQuery()))) == {"connections", "undefined"}


def test_a_name_meets_its_ports_as_people_know_them():
    held = data(ReachReport(MIXED, ReachQuery(source="web-1", destination="db")))
    assert held["connections"][0]["ports"] == {
        "TCP": [[5432, 5432], [8000, 8100]],
        "UDP": [[53, 53]],
    }


@BOTH
@BY
def test_csv_has_a_row_for_each_connection(reach, by):
    rows = list(csv.DictReader(ReachReport(reach, ReachQuery(by)).lines("csv")))
    expected = [
        [c.source, c.destination, *(str(p) if p else "" for p in c[2:])] for c in joined(reach, by)
    ]
    assert [[*row.values()] for row in rows] == expected


@BOTH
@pytest.mark.parametrize("port", [Port(5432), Port(80), Port(53, "UDP")], ids=str)
def test_the_grid_equals_the_engines(reach, port):
    grid = reach.at(*port)
    held = data(ReachGridReport(reach, ReachQuery(port=port)))
    assert held["cells"] == [[*row] for row in grid.cells]
    assert (held["names"], held["port"]) == ([*grid.names], port.number)


def test_the_text_of_a_grid_has_a_sign_for_each_cell():
    lines = list(ReachGridReport(SHOP, ReachQuery(port=Port(5432))).text())
    assert lines[1].split() == ["1", "2", "3", "4"]
    assert [line.split()[2:] for line in lines[2:4]] == [["+", "+", ".", "+"], ["+", "+", "+", "+"]]


def test_the_csv_of_a_grid_is_a_matrix_of_words():
    head, *rows = csv.reader(
        ReachGridReport(MIXED, ReachQuery("workload", port=Port(8000))).lines("csv")
    )
    assert head[1:] == [row[0] for row in rows]
    cells = {cell for row in rows for cell in row[1:]}
    assert cells == {"allowed", "blocked", "undefined", ""}


def test_graphviz_and_mermaid_read_the_same_graph():
    listing = ReachReport(MIXED, ReachQuery("workload"))
    drawn = read_dot("\n".join(listing.lines("dot")))
    (read,) = read_mermaid("\n".join(listing.lines("mermaid")))
    assert sorted(drawn["node"]) == sorted(read["nodes"].values())
    assert sorted(drawn["edge"]) == sorted(edge[-1].replace("<br>", " ") for edge in read["edges"])
    assert "TCP 5432, 8000-8100; UDP 53" in drawn["edge"]


def test_a_part_shows_only_whom_it_is_about():
    graph = ReachReport(SHOP, ReachQuery(destination="db")).graph()
    assert [node.name for node in graph.nodes] == ["shop/backend", "shop/db"]


def test_the_picture_takes_the_port_that_tells_most_and_says_it():
    assert "UDP 53" in reach_report(MIXED, ReachQuery(port=Port(53, "UDP"))).picture().text
    assert reach_report(MIXED, ReachQuery()).picture().text.startswith("TCP 8000: ")
    assert reach_report(SHOP, ReachQuery()).picture().text.startswith("TCP 80: ")


def test_rows_come_before_all_are_made():
    listing = ReachReport(SHOP, ReachQuery())
    next(iter(listing.data()))
    assert listing._number == 0


def test_the_summary_says_how_many_connections_are_only_undefined(tmp_path):
    cluster = lab.load(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\n"
        "apiVersion: v1\nkind: Pod\nmetadata: {name: b}\n---\n"
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\n"
        "spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}"
    )
    report = ReachReport(lab.reachability(cluster), ReachQuery())
    *_, last = report.text()
    assert last == "6 connections: all pods; 2 of them undefined"
    file = tmp_path / "snapshot.txt"
    file.write_text("\n".join(report.text()))
    assert as_flows(report.connections()) == read(str(file))


@pytest.mark.parametrize("by", ["workload", "namespace"])
def test_pods_of_one_group_that_do_not_reach_each_other_are_blocked_in_its_grid(by):
    pods = [*replicas("web", 2, "x"), *replicas("db", 1, "x"), isolating("web", {"app": "db"})]
    reach = lab.reachability(
        load([pod for pod in pods if by == "workload" or "db-" not in str(pod)])
    )
    rows = dict(ReachGridReport(reach, ReachQuery(by, port=Port(80))).rows())
    names = [*reach.groups(by).names]
    own = {"workload": "shop/web", "namespace": "shop"}[by]
    assert rows[own][names.index(own)] == "."
    assert by == "namespace" or rows["shop/db"][names.index("shop/db")] == "+"
