"""Ends and connections as a graph, written for Graphviz (dot) and for Mermaid.

Ids are numbers and only labels hold names, so that a name can never be read as part of the graph.
How a connection is drawn differs in line or arrowhead, and its label says it in words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from textwrap import wrap

from netpol_lab.errors import NetpolError, visible

MOST_EDGES = 500  # Mermaid's own limits: it shows an error in place of a larger graph
MOST_CHARACTERS = 50_000
LABEL_WIDTH, LABEL_LINES = 40, 6
OUTSIDE = "outside the cluster"  # the group of nodes that are not pods


class EdgeKind(StrEnum):
    """What an edge says about a connection; all but the first are named in its label."""

    ALLOWED = "allowed"
    UNDEFINED = "undefined"
    GAINED = "gained"
    LOST = "lost"
    UNSETTLED = "unsettled"
    WITNESS = "witness"


@dataclass(frozen=True)
class GraphNode:
    """One end: its name, the text inside it, and its group, if any."""

    name: str
    caption: str
    group: str = ""


@dataclass(frozen=True)
class GraphEdge:
    """One connection from one name to another, or both ways."""

    source: str
    destination: str
    label: str
    kind: EdgeKind = EdgeKind.ALLOWED
    both: bool = False
    remark: str = ""  # more about it, where there is room

    @property
    def lines(self) -> list[str]:
        """The label as short lines, ending in dots where it was too long."""
        words = self.label if self.kind is EdgeKind.ALLOWED else f"{self.kind} {self.label}"
        return wrap(visible(words, 1000), LABEL_WIDTH, max_lines=LABEL_LINES, placeholder=" ...")


@dataclass(frozen=True)
class Graph:
    r"""A titled graph.

    Parameters
    ----------
    title : str
    nodes : tuple of GraphNode
    edges : tuple of GraphEdge
        Between names of nodes.

    Examples
    --------
    >>> graph = Graph(
    ...     "one flow",
    ...     (GraphNode("shop/web", "web", "shop"), GraphNode("shop/db", "db", "shop")),
    ...     (GraphEdge("shop/web", "shop/db", "TCP 5432"),),
    ... )
    >>> print(*graph.mermaid(), sep="\n")
    ---
    title: "one flow"
    ---
    flowchart LR
      subgraph g0["shop"]
        n0["web"]
        n1["db"]
      end
      n0 -->|"TCP 5432"| n1
    """

    title: str
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]

    @classmethod
    def both_ways(cls, title: str, nodes: Iterable[GraphNode], edges: Iterable[GraphEdge]) -> Graph:
        """Return a graph in which two edges that differ only in direction are one."""
        return cls(title, tuple(nodes), merge_two_way(edges))

    def without_lone_nodes(self, *kept: str) -> Graph:
        """Return the same graph without the nodes that have no edge, but with those named.

        Examples
        --------
        >>> nodes = tuple(GraphNode(name, name) for name in "abc")
        >>> graph = Graph("", nodes, (GraphEdge("a", "b", "TCP 80"),))
        >>> [node.name for node in graph.without_lone_nodes().nodes]
        ['a', 'b']
        """
        ends = {name for edge in self.edges for name in (edge.source, edge.destination)} | {*kept}
        return replace(self, nodes=tuple(node for node in self.nodes if node.name in ends))

    def dot(self) -> Iterator[str]:
        """Yield the lines of a Graphviz file."""
        yield "digraph {"
        yield f"  graph [label={quoted(self.title)}, labelloc=t, rankdir=LR, {_FONT}]"
        yield f'  node [shape=box, style="rounded,filled", fillcolor=white, {_FONT}]'
        yield f"  edge [fontsize=10, {_FONT}]"
        yield from self._node_lines(quoted, "{} [label={}]", _DOT_CLUSTER, "}")
        for edge in self.edges:
            label, look = quoted(*edge.lines), _LOOKS[edge.kind][0]
            both = ", dir=both" if edge.both else ""
            remark = f", tooltip={quoted(edge.remark)}" if edge.remark else ""
            source, destination = self._ids[edge.source], self._ids[edge.destination]
            yield f"  {source} -> {destination} [label={label}, {look}{both}{remark}]"
        yield "}"

    def mermaid(self) -> Iterator[str]:
        """Yield the lines of a Mermaid flowchart.

        Raises
        ------
        NetpolError
            When it is larger than Mermaid shows.
        """
        lines = [*self._mermaid()]
        if len(self.edges) > MOST_EDGES or sum(map(len, lines)) > MOST_CHARACTERS - len(lines):
            raise NetpolError(
                f"this graph has {len(self.nodes)} nodes and {len(self.edges)} edges, and Mermaid "
                f"shows at most {MOST_EDGES} edges and {MOST_CHARACTERS} characters. Ask for less "
                "with --from, --to or --port, use --by namespace, or -o dot."
            )
        yield from lines

    def _mermaid(self) -> Iterator[str]:
        title = json.dumps(visible(self.title, 1000), ensure_ascii=False)
        yield from ("---", f"title: {title}", "---", "flowchart LR")
        yield from self._node_lines(mermaid_text, '{}["{}"]', 'subgraph g{}["{}"]', "end")
        for edge in self.edges:
            label = "<br>".join(map(mermaid_text, edge.lines))
            arrow = _LOOKS[edge.kind][2 if edge.both else 1] + (f'|"{label}"|' if label else "")
            yield f"  {self._ids[edge.source]} {arrow} {self._ids[edge.destination]}"
            if edge.remark:
                yield f"  %% {mermaid_text(edge.remark)}"

    @cached_property
    def _ids(self) -> dict[str, str]:
        return {node.name: f"n{number}" for number, node in enumerate(self.nodes)}

    def _node_lines(
        self, text: Callable[[str], str], line: str, opening: str, closing: str
    ) -> Iterator[str]:
        """Yield a line for each node, by groups in the order of the first node of each."""
        groups: dict[str, list[str]] = {}
        for node in self.nodes:
            written = line.format(self._ids[node.name], text(node.caption))
            groups.setdefault(node.group, []).append(written)
        for number, (group, lines) in enumerate(groups.items()):
            if group:
                yield f"  {opening.format(number, text(group))}"
            yield from (f"    {line}" if group else f"  {line}" for line in lines)
            if group:
                yield f"  {closing}"


def merge_two_way(edges: Iterable[GraphEdge]) -> tuple[GraphEdge, ...]:
    """Return the edges, two that differ only in direction merged into one that goes both ways.

    Examples
    --------
    >>> there, back = GraphEdge("a", "b", "TCP 80"), GraphEdge("b", "a", "TCP 80")
    >>> [(edge.source, edge.destination, edge.both) for edge in merge_two_way([there, back])]
    [('a', 'b', True)]
    """
    kept: dict[tuple[str, str, str, EdgeKind], GraphEdge] = {}
    for edge in edges:
        back = edge.destination, edge.source, edge.label, edge.kind
        if back in kept:
            remarks = dict.fromkeys(filter(None, (kept[back].remark, edge.remark)))
            kept[back] = GraphEdge(*back, both=True, remark="; ".join(remarks))
        else:
            kept[edge.source, edge.destination, edge.label, edge.kind] = edge
    return tuple(kept.values())


# How each kind looks: to Graphviz; to Mermaid one way, and both ways.
_LOOKS = {
    EdgeKind.ALLOWED: ('color="#0072b2"', "-->", "<-->"),
    EdgeKind.UNDEFINED: ('color="#6b6b6b", style=dashed', "-.->", "<-.->"),
    EdgeKind.GAINED: ('color="#0072b2", penwidth=3', "==>", "<==>"),
    EdgeKind.LOST: ('color="#d55e00", arrowhead=tee, arrowtail=tee', "--x", "x--x"),
    EdgeKind.UNSETTLED: ('color="#6b6b6b", style=dashed, penwidth=3', "-.->", "<-.->"),
    EdgeKind.WITNESS: ('color="#d55e00", style=bold', "==>", "<==>"),
}
_FONT = 'fontname="Helvetica,Arial,sans-serif"'
_DOT_CLUSTER = """subgraph cluster_{} {{
    graph [label={}, style="rounded,filled", fillcolor="#f2f2f2"]"""
# All else is literal, also at the start of a line, where "1. " and "- " would make lists.
_NEEDS_A_CODE = re.compile(r"^-|\.(?= |$)|_|[^\w ./,-]")


def quoted(*lines: str) -> str:
    r"""Return lines as one quoted string; Graphviz interprets backslashes and HTML entities.

    Examples
    --------
    >>> print(quoted('a"b', "c\\d", "&lt;"))
    "a\"b\nc\\d\n&amp;lt;"
    """
    text = "\n".join(visible(line, 1000) for line in lines)
    for sign, code in (("\\", "\\\\"), ('"', '\\"'), ("&", "&amp;"), ("\n", "\\n")):
        text = text.replace(sign, code)
    return f'"{text}"'


def mermaid_text(text: str) -> str:
    """Return a text with a code for every character that Mermaid, Markdown or HTML interprets.

    Examples
    --------
    >>> mermaid_text('web "x" [1]')
    'web #34;x#34; #91;1#93;'
    """
    return _NEEDS_A_CODE.sub(lambda sign: f"#{ord(sign[0])};", visible(text, 1000))
