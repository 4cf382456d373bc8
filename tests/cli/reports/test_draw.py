"""The facts of a picture, in other forms."""

import csv
import json

import netpol_lab as lab
from netpol_lab.cli.reports.dot_mermaid import EdgeKind
from netpol_lab.cli.reports.draw import DrawReport
from netpol_lab.pictures.scene import compose

SCENE = compose(lab.load("three-tier"), 5432)
REPORT = DrawReport(SCENE)


def test_text_is_the_table_of_flows():
    assert "\n".join(REPORT.text()) == SCENE.text


def test_json_and_csv_hold_every_connection_with_its_reason():
    held = json.loads("\n".join(REPORT.data()))
    rows = list(csv.DictReader(REPORT.lines("csv")))
    assert held["connections"] == rows
    assert (held["port"], held["protocol"], len(rows)) == (5432, "TCP", len(SCENE.arcs))


def test_the_graph_has_an_edge_for_what_is_allowed():
    graph = REPORT.graph()
    number = sum(2 if edge.both else 1 for edge in graph.edges)
    assert number == sum(SCENE.traffic.verdict(arc).allowed is True for arc in SCENE.arcs)
    assert {edge.kind for edge in graph.edges} == {EdgeKind.ALLOWED}


def test_the_policies_are_named():
    assert REPORT.summary() == "Policies: backend-access-ingress, db-access-ingress."


def test_json_lists_cluster_wide_policies_beside_the_others():
    found = json.loads("".join(DrawReport(lab.draw(lab.load("two-teams")).scene).data()))
    assert found["policies"] == ["shop/api-for-the-blog", "shop/db-for-all-of-us"]
    assert found["cluster_policies"][0] == "ClusterNetworkPolicy closed-by-default"
