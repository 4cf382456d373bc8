"""Graphs are read back by Graphviz and by Mermaid, also where names are hostile."""

import json

import pytest

from netpol_lab.cli.reports.dot_mermaid import (
    EdgeKind,
    Graph,
    GraphEdge,
    GraphNode,
    merge_two_way,
    mermaid_text,
    quoted,
)
from netpol_lab.errors import NetpolError
from tests.helpers.reading_back import read_dot, read_mermaid

WEB, DB, ANY = (
    GraphNode("shop/web", "web", "shop"),
    GraphNode("shop/db", "db", "shop"),
    GraphNode("any", "any"),
)
HOSTILE = [
    'say "hi"', "end", "a]b", "x --> y", "<script>alert(1)</script>", "&lt;b&gt;", "#quot;",
    "back\\slash\\N\\", "`code`", "%% comment", "subgraph", "style:#1;", "1. list", "- list",
    "+ list", "_under_", "*star*", "漢字 ünï", "{curly}", "|pipe|", "click", ":::class",
    "line\nbreak", "\x1b[0m", "$$x$$", "a;b", "\u202etrap",
]  # fmt: skip
SEEN = [text.replace("\n", "\\n").replace("\x1b", "\\x1b").replace("\u202e", "\\u202e")
        for text in HOSTILE]  # fmt: skip


def graph(*edges, nodes=(WEB, DB, ANY), title="a title"):
    return Graph(title, nodes, edges)


def dot(graph):
    return read_dot("\n".join(graph.dot()))


def mermaid(graph):
    return read_mermaid("\n".join(graph.mermaid()))[0]


KINDS = [
    GraphEdge("shop/web", "shop/db", "TCP 80", kind, both) for kind in EdgeKind for both in (0, 1)
]
LABELS = ["TCP 80" if e.kind is EdgeKind.ALLOWED else f"{e.kind} TCP 80" for e in KINDS]


def test_graphviz_reads_nodes_groups_and_labels():
    drawn = dot(graph(*KINDS))
    assert (drawn["graph"], drawn["cluster"]) == (["a title"], ["shop"])
    assert drawn["node"] == ["web", "db", "any"]
    assert drawn["edge"] == LABELS


def test_mermaid_reads_nodes_groups_and_labels():
    read = mermaid(graph(*KINDS))
    assert read["groups"] == [["shop", ["n0", "n1"]]]
    assert read["nodes"] == {"n0": "web", "n1": "db", "n2": "any"}
    assert [edge[-1] for edge in read["edges"]] == LABELS


def test_every_kind_of_edge_looks_different_without_colour():
    read = mermaid(graph(*KINDS))
    assert len({tuple(edge[2:]) for edge in read["edges"]}) == len(KINDS)
    assert len(set(graph(*KINDS).dot())) == len([*graph(*KINDS).dot()])


def test_hostile_names_are_only_names_to_graphviz():
    nodes = tuple(GraphNode(name, name, name) for name in HOSTILE)
    edges = [GraphEdge("end", "end", name) for name in HOSTILE]
    drawn = dot(graph(*edges, nodes=nodes, title=" ".join(HOSTILE)))
    assert drawn["node"] == SEEN
    assert drawn["cluster"] == SEEN
    assert drawn["edge"] == SEEN


def test_hostile_names_are_only_names_to_mermaid():
    nodes = tuple(GraphNode(name, name, name) for name in HOSTILE)
    edges = [GraphEdge("end", "end", name) for name in HOSTILE]
    read = mermaid(graph(*edges, nodes=nodes, title='say "hi": <b>'))
    assert list(read["nodes"].values()) == SEEN
    assert [edge[-1] for edge in read["edges"]] == SEEN


def test_both_ways_is_one_edge_only_if_it_says_the_same():
    there, back = GraphEdge("a", "b", "TCP 80"), GraphEdge("b", "a", "TCP 80")
    assert merge_two_way([there, back]) == (GraphEdge("a", "b", "TCP 80", both=True),)
    assert len(merge_two_way([there, GraphEdge("b", "a", "TCP 81")])) == 2
    assert len(merge_two_way([there, GraphEdge("b", "a", "TCP 80", EdgeKind.UNDEFINED)])) == 2


def test_long_labels_are_broken_into_lines():
    long = ", ".join(str(port) for port in range(1000, 1200, 2))
    assert all(len(line) <= 40 for line in GraphEdge("a", "b", long).lines)
    assert GraphEdge("a", "b", long).lines[-1].endswith("...")


@pytest.mark.parametrize("edges", [501, 499])
def test_what_mermaid_would_not_show_is_refused(edges):
    large = graph(*(GraphEdge("shop/web", "shop/db", "long" * 30) for _ in range(edges)))
    with pytest.raises(NetpolError, match="Mermaid shows at most"):
        list(large.mermaid())


def test_quotes_and_codes_are_escaped():
    assert quoted('"') == '"\\""'
    assert json.loads(f'"{mermaid_text(chr(34))}"') == "#34;"
