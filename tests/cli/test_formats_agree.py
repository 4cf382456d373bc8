"""What the text of reach and diff shows, every other format shows, whatever the options."""

import csv
import io
import json
from html import escape
from itertools import product

import pytest

from netpol_lab.cli.reports.diff import DiffReport
from netpol_lab.cli.reports.dot_mermaid import mermaid_text, quoted
from netpol_lab.cli.reports.reach import ReachReport
from netpol_lab.cli.reports.reach_query import Port, ReachQuery
from netpol_lab.cli.reports.tables import markdown_text
from netpol_lab.manifests.loader import load
from netpol_lab.pictures.traffic import Change, State
from netpol_lab.reach.diff import diff
from netpol_lab.reach.reachability import reachability


def pod(namespace, name, labels, workload=""):
    kind = "apiVersion: apps/v1, kind: StatefulSet"
    owner = f"{{{kind}, name: {workload}, uid: u, controller: true}}"
    return (
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: {namespace}, "
        f"labels: {labels}, ownerReferences: [{owner if workload else ''}]}}\n---\n"
    )


def policy(namespace, name, spec):
    head = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
    return f"{head}metadata: {{name: {name}, namespace: {namespace}}}\nspec: {spec}\n---\n"


PODS = (
    pod("shop", "web-0", "{app: web, v: a}", "web")
    + pod("shop", "web-1", "{app: web, v: b}", "web")
    + pod("shop", "db-0", "{app: db}", "db")
    + pod("mon", "prom", "{app: prom}")
)
ONLY = "{podSelector: {matchLabels: {app: db}}, ingress: [{%s}]}"
BOTH, ONE = (
    ONLY % "from: [{podSelector: {}}]",
    ONLY % "from: [{podSelector: {matchLabels: {v: a}}}]",
)
BLOCK = "{podSelector: {matchLabels: {v: b}}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}"
PROM = (
    "{podSelector: {}, ingress: [{ports: [{port: 80}, {port: 443}]}, {from: [{podSelector: {}}]}]}"
)
SIDES = {
    "some lost": (PODS + policy("shop", "db", BOTH), PODS + policy("shop", "db", ONE)),
    "some gained": (PODS + policy("shop", "db", ONE), PODS + policy("shop", "db", BOTH)),
    "some unsettled": (PODS, PODS + policy("shop", "blocks", BLOCK)),
    "ports": (PODS + policy("mon", "prom", ONLY % ""), PODS + policy("mon", "prom", PROM)),
    "new and gone": (
        PODS + pod("old", "cron", "{app: cron}"),
        PODS + pod("lab", "probe", "{app: probe}") + policy("lab", "deny", "{podSelector: {}}"),
    ),
}
QUERIES = [
    ReachQuery(by, source, destination, port)
    for by, (source, destination), port in product(
        ("pod", "workload", "namespace"),
        (("", ""), ("from", ""), ("", "to"), ("from", "to")),
        (None, Port(80)),
    )
]
NAMES = {
    "pod": ("shop/web-1", "shop/db-0"),
    "workload": ("shop/web", "shop/db"),
    "namespace": ("shop", "mon"),
}


def named(query):
    """The query with names of its grouping."""
    ends = dict(zip(("from", "to"), NAMES[query.by], strict=True))
    source, destination = ends.get(query.source, ""), ends.get(query.destination, "")
    return query._replace(source=source, destination=destination)


REPORTS = {f"{name}: {query}": (name, query) for name in SIDES for query in map(named, QUERIES)}
each = pytest.mark.parametrize("name", REPORTS)


def diffed(name):
    sides, query = REPORTS[name]
    return DiffReport(diff(*map(load, SIDES[sides]), by=query.by), query)


def reached(name):
    sides, query = REPORTS[name]
    return ReachReport(reachability(load(SIDES[sides][1])), query)


def facts(report):
    """What the text of a diff says: for each line its words, and the words of its causes."""
    *lines, _ = report.text()
    for line in filter(None, "\n".join(lines).split("\n")):
        if not line.startswith("    "):
            yield line, []
            last = line
        else:
            yield last, [line.strip()]


SIGNS = {"+": "gained", "-": "lost", "?": "unsettled"}


def parts(line):
    """The note, the ends, the kind and the ports of a line."""
    for note in ("new", "gone"):
        if line.startswith(f"{note}: "):
            return note, line.removeprefix(f"{note}: ").partition(",")[0], "", "", ""
    if line.startswith("~ some of "):
        source, _, destination, kind, ports = line.removeprefix("~ some of ").split(" ", 4)
        return "some pods", source, destination, kind, ports
    sign, source, _, destination, ports = line.split(" ", 4)
    return "", source, destination, SIGNS[sign], ports.strip()


@each
def test_csv_holds_every_line_of_the_text_of_a_diff(name):
    report = diffed(name)
    rows = list(csv.DictReader(io.StringIO("\n".join(report.lines("csv")))))
    for line, causes in facts(report):
        note, source, destination, kind, ports = parts(line)
        ends = {"from": source, "to": destination, "note": note}
        (row,) = (row for row in rows if ends.items() <= row.items())
        assert not kind or row[kind] == ports, line
        assert all(cause in row["causes"] for cause in causes), line


@each
def test_json_holds_every_line_of_the_text_of_a_diff(name):
    report = diffed(name)
    held = json.loads("\n".join(report.lines("json")))
    for line, causes in facts(report):
        note, source, destination, kind, _ = parts(line)
        if note in ("new", "gone"):
            assert source in held["added" if note == "new" else "removed"]
            continue
        found = held["partial" if note else "changes"]
        (item,) = (c for c in found if (c["from"], c["to"]) == (source, destination))
        assert item[kind], line
        assert set(causes) <= {*item["causes"]}, line


@each
@pytest.mark.parametrize(("format", "as_written"), [("md", markdown_text), ("html", escape)])
def test_pages_hold_every_line_of_the_text_of_a_diff(name, format, as_written):
    report = diffed(name)
    page = "\n".join(report.lines(format)).replace("→", "-&gt;")
    opening, between = ("| ", " | ") if format == "md" else ("<tr><td>", "</td><td>")
    rows = [line for line in page.splitlines() if line.startswith(opening)]
    for line, causes in facts(report):
        note, source, destination, _, ports = parts(line)
        said = [as_written(words) for words in (note, ports, *causes)]
        start = opening + as_written(source) + between + as_written(destination)
        found = [row for row in rows if row.startswith(start)]
        assert any(all(words in row for words in said) for row in found), line


@each
@pytest.mark.parametrize(("format", "as_written"), [("dot", quoted), ("mermaid", mermaid_text)])
def test_graphs_hold_every_line_of_the_text_of_a_diff(name, format, as_written):
    report = diffed(name)
    graph = "\n".join(report.lines(format))
    captions = {node.name: node.caption for node in report.graph().nodes}
    edges = [
        (e.source, e.destination, f"{e.kind} {e.label}", e.remark) for e in report.graph().edges
    ]
    edges += [
        (e.destination, e.source, f"{e.kind} {e.label}", e.remark)
        for e in report.graph().edges
        if e.both
    ]
    for line, causes in facts(report):
        note, source, destination, kind, ports = parts(line)
        if note in ("new", "gone"):
            assert captions[source].endswith(f"({note})")
            assert as_written(captions[source]).strip('"') in graph
        elif {source, destination} <= captions.keys():
            label = f"{kind} for some: {ports}" if note else f"{kind} {ports}"
            (remark,) = (r for *edge, r in edges if edge == [source, destination, label])
            assert all(cause in remark for cause in causes)
            assert not remark or as_written(remark).strip('"') in graph


@each
def test_the_picture_marks_every_change_at_its_port(name):
    report = diffed(name)
    traffic = report.picture().scene.traffic
    asked = str(traffic.protocol), traffic.port
    names = {node.name: node.name for node in traffic.nodes} | {
        node.caption: node.name for node in traffic.nodes
    }
    arcs = {(arc.source.name, arc.destination.name): arc for arc in traffic.arcs}
    for change in (*report.changes, *report.in_part):
        ends = names.get(change.source), names.get(change.destination)
        new = {change.source, change.destination} & {*report.diff.added}
        if ends in arcs and not new and (asked in change.gained or asked in change.lost):
            assert arcs[ends].change is not Change.NONE
            assert arcs[ends].remark.endswith("for some") == change.part or not change.part


# ---------------------------------------------------------------- reach


def connections(report):
    """What the text of reach says: ends, ports, and the ports that are left open."""
    *lines, _, _ = report.text()
    for line in lines:
        source, _, rest = line.partition("->")
        destination, _, ports = rest.strip().partition(" ")
        ports, _, undefined = ports.strip().partition("(undefined: ")
        yield source.strip(), destination, ports.strip(), undefined.removesuffix(")")


@each
def test_tables_hold_every_line_of_the_text_of_reach(name):
    report = reached(name)
    rows = [*csv.reader(io.StringIO("\n".join(report.lines("csv"))))][1:]
    assert [*map(tuple, rows)] == [*connections(report)]
    pages = {format: "\n".join(report.lines(format)) for format in ("md", "html")}
    for words in connections(report):
        assert f"| {' | '.join(map(markdown_text, words))} |" in pages["md"]
        cells = "</td><td>".join(map(escape, words[:2]))
        assert f"<tr><td>{cells}</td>" in pages["html"]


@each
def test_json_holds_every_line_of_the_text_of_reach(name):
    report = reached(name)
    held = json.loads("\n".join(report.lines("json")))
    allowed = {(c["from"], c["to"]) for key in ("connections", "within") for c in held.get(key, ())}
    undefined = {(c["from"], c["to"]) for c in held.get("undefined", ())}
    assert allowed == {words[:2] for words in connections(report) if words[2]}
    assert undefined == {words[:2] for words in connections(report) if words[3]}


@each
def test_graphs_hold_every_line_of_the_text_of_reach(name):
    report = reached(name)
    graph = report.graph()
    edges = {(e.source, e.destination, e.kind.value, e.label) for e in graph.edges}
    edges |= {(e.destination, e.source, e.kind.value, e.label) for e in graph.edges if e.both}
    known = {node.name for node in graph.nodes}
    for source, destination, ports, undefined in connections(report):
        if {source, destination} <= known:
            assert not ports or (source, destination, "allowed", ports) in edges
            assert not undefined or (source, destination, "undefined", undefined) in edges


@each
def test_the_picture_shows_what_is_asked_about_grouped_as_it_is_asked(name):
    report = reached(name)
    traffic = report.picture().scene.traffic
    asked = str(traffic.protocol), traffic.port
    shown = {(caption(arc.source), caption(arc.destination)): arc.state for arc in traffic.arcs}
    found = {
        (c.source, c.destination): c for c in ReachReport(report.reach, report.query).connections()
    }
    every = report.reach.groups(report.query.by).names
    for pair, state in shown.items():
        assert {*pair} <= {*every}
        c = report.reach.between(*pair, report.query.by) if pair[0] != pair[1] else found.get(pair)
        expected = State.BLOCKED
        if c and asked in c.ports:
            expected = State.ALLOWED
        elif c and asked in c.undefined:
            expected = State.UNDEFINED
        assert state is expected, pair
    for pair, connection in found.items():
        if {*pair} <= {*every} and asked in connection.ports | connection.undefined:
            assert pair in shown
    for side, end in enumerate((report.query.source, report.query.destination)):
        assert not end or {pair[side] for pair in shown} == {end}


def caption(node):
    return node.name if node.pod else node.caption
