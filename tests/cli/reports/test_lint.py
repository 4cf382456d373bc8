"""LintReport in every form: with their places, and the flows that prove them."""

import csv
import json

import netpol_lab as lab
from netpol_lab.checks.lint.run import lint
from netpol_lab.cli.reports.lint import LintReport

ONE_WAY = lab.load("one-way")
FOUND = lint(ONE_WAY)
REPORT = LintReport(ONE_WAY, FOUND)


def test_json_holds_everything_that_is_known_of_a_finding():
    held = json.loads("\n".join(REPORT.data()))
    assert [item["code"] for item in held] == [finding.code for finding in FOUND]
    assert {*held[0]} == {*FOUND[0].__dataclass_fields__}
    assert held[0]["place"] == {"file": "one-way.yaml", "line": FOUND[0].place.line, "column": 3}
    assert held[0]["witness"]["from"] == FOUND[0].witness.source


def test_csv_has_a_row_for_each_finding():
    rows = list(csv.DictReader(REPORT.lines("csv")))
    assert [row["code"] for row in rows] == [finding.code for finding in FOUND]
    assert rows[0]["witness"] == str(FOUND[0].witness)


def test_text_ends_with_the_numbers():
    assert [*REPORT.text()][-1] == "2 warnings, 1 note"
    assert [*LintReport(ONE_WAY, ()).text()] == ["no findings (3 pods, 1 namespace, 1 policy)"]


def test_the_graph_leads_from_the_policy_to_the_flow_that_proves_it():
    edges = [(edge.source, edge.destination) for edge in REPORT.graph().edges]
    first = FOUND[0]
    assert edges[:3] == [
        (f"policy {first.policy}", f"{first.code} {first.policy}"),
        (f"{first.code} {first.policy}", first.witness.source),
        (first.witness.source, first.witness.destination),
    ]


def test_every_end_of_the_graph_is_a_node():
    graph = REPORT.graph()
    names = {node.name for node in graph.nodes}
    assert {name for edge in graph.edges for name in (edge.source, edge.destination)} == names


def test_the_picture_marks_what_the_first_finding_is_about():
    scene = REPORT.picture().scene
    marked = {(arc.source.name, arc.destination.name) for arc in scene.arcs if arc.change != "none"}
    assert (FOUND[0].witness.source, FOUND[0].witness.destination) in marked
    assert scene.title.startswith(f"{FOUND[0].code} {FOUND[0].about}")


def test_an_address_that_proves_something_is_in_the_picture():
    away = LintReport(ONE_WAY, FOUND[1:]).picture().scene
    assert FOUND[1].witness.destination in {node.name for node in away.nodes}


def test_without_a_witness_the_picture_says_so():
    assert "none with a flow to show" in LintReport(ONE_WAY, ()).picture().scene.title


def test_without_pods_it_says_that_most_cannot_be_seen():
    policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}"
    cluster = lab.load(policy)
    said = LintReport(cluster, ()).summary()
    assert said.endswith("without the pods most mistakes cannot be seen)")
