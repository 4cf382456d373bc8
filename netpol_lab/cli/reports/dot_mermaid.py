"""Ends and connections as a graph in the languages of Graphviz (dot) and of Mermaid.

Ids are numbers and only labels hold names, so that a name can never be read as part of the graph.
How a connection is drawn differs in line or arrowhead, and its label says it in words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from textwrap import wrap

from netpol_lab.errors import NetpolError, visible

MOST_EDGES = 500  # Mermaid's own limits: it shows an error in place of a larger graph
MOST_CHARACTERS = 50_000
LABEL_WIDTH, LABEL_LINES = 40, 6


class Kind(StrEnum):
    """What an edge says of a connection; all but the first are words in front of its label."""

    ALLOWED = "allowed"
    UNDEFINED = "undefined"
    GAINED = "gained"
    LOST = "lost"
    UNSETTLED = "unsettled"
    WITNESS = "witness"


@dataclass(frozen=True)
class Node:
    """One end: its name, the words inside it, and the group it stands in, if any."""

    name: str
    caption: str
    group: str = ""


@dataclass(frozen=True)
class Edge:
    """One connection from one name to another, or both ways."""

    source: str
    destination: str
    label: str
    kind: Kind = Kind.ALLOWED
    both: bool = False

    @property
    def lines(self) -> list[str]:
        """The label as short lines; what does not fit is left out with dots."""
        words = self.label if self.kind is Kind.ALLOWED else f"{self.kind} {self.label}"
        return wrap(visible(words, 1000), LABEL_WIDTH, max_lines=LABEL_LINES, placeholder=" ...")


@dataclass(frozen=True)
class Graph:
    r"""A titled graph.

    Parameters
    ----------
    title : str
    nodes : tuple of Node
    edges : tuple of Edge
        Between names of nodes.

    Examples
    --------
    >>> graph = Graph(
    ...     "one flow",
    ...     (Node("shop/web", "web", "shop"), Node("shop/db", "db", "shop")),
    ...     (Edge("shop/web", "shop/db", "TCP 5432"),),
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
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def dot(self) -> Iterator[str]:
        """Yield the lines of a Graphviz file."""
        yield "digraph {"
        yield f"  graph [label={quoted(self.title)}, labelloc=t, rankdir=LR, {_FONT}]"
        yield f'  node [shape=box, style="rounded,filled", fillcolor=white, {_FONT}]'
        yield f"  edge [fontsize=10, {_FONT}]"
        ids = self._ids()
        for number, (group, nodes) in enumerate(self._groups()):
            lines = [f"{ids[node.name]} [label={quoted(node.caption)}]" for node in nodes]
            yield from _dot_group(number, group, lines)
        for edge in self.edges:
            label = quoted(*edge.lines)
            both = ", dir=both" if edge.both else ""
            ends = f"{ids[edge.source]} -> {ids[edge.destination]}"
            yield f"  {ends} [label={label}, {_DOT_LOOKS[edge.kind]}{both}]"
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
                "with --from, --to or --port, take --by namespace, or -o dot."
            )
        yield from lines

    def _mermaid(self) -> Iterator[str]:
        title = json.dumps(visible(self.title, 1000), ensure_ascii=False)
        yield from ("---", f"title: {title}", "---", "flowchart LR")
        ids = self._ids()
        for number, (group, nodes) in enumerate(self._groups()):
            lines = [f'{ids[node.name]}["{mermaid_text(node.caption)}"]' for node in nodes]
            yield from _mermaid_group(number, group, lines)
        for edge in self.edges:
            label = "<br>".join(map(mermaid_text, edge.lines))
            arrow = _MERMAID_ARROWS[edge.kind][edge.both] + (f'|"{label}"|' if label else "")
            yield f"  {ids[edge.source]} {arrow} {ids[edge.destination]}"

    def _ids(self) -> dict[str, str]:
        return {node.name: f"n{number}" for number, node in enumerate(self.nodes)}

    def _groups(self) -> Iterator[tuple[str, list[Node]]]:
        """Yield each group with its nodes, in the order of the first of them."""
        order = {node.group: i for i, node in reversed([*enumerate(self.nodes)])}
        nodes = sorted(self.nodes, key=lambda node: order[node.group])
        for group, members in groupby(nodes, key=lambda node: node.group):
            yield group, list(members)


def joined(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """Return the edges with two that differ only in their direction drawn as one.

    Examples
    --------
    >>> there, back = Edge("a", "b", "TCP 80"), Edge("b", "a", "TCP 80")
    >>> [(edge.source, edge.destination, edge.both) for edge in joined([there, back])]
    [('a', 'b', True)]
    """
    kept: dict[tuple[str, str, str, Kind], Edge] = {}
    for edge in edges:
        back = edge.destination, edge.source, edge.label, edge.kind
        if back in kept:
            kept[back] = Edge(*back, both=True)
        else:
            kept[edge.source, edge.destination, edge.label, edge.kind] = edge
    return tuple(kept.values())


# ---------------------------------------------------------------- Graphviz

_FONT = 'fontname="Helvetica,Arial,sans-serif"'
_DOT_LOOKS = {
    Kind.ALLOWED: 'color="#0072b2"',
    Kind.UNDEFINED: 'color="#6b6b6b", style=dashed',
    Kind.GAINED: 'color="#0072b2", penwidth=3',
    Kind.LOST: 'color="#d55e00", arrowhead=tee, arrowtail=tee',
    Kind.UNSETTLED: 'color="#6b6b6b", style=dashed, penwidth=3',
    Kind.WITNESS: 'color="#d55e00", style=bold',
}


def quoted(*lines: str) -> str:
    r"""Return lines as one quoted string of Graphviz, which knows escapes and HTML's entities.

    Examples
    --------
    >>> print(quoted('a"b', "c\\d", "&lt;"))
    "a\"b\nc\\d\n&amp;lt;"
    """
    return '"' + "\\n".join(map(_dot_text, lines)) + '"'


def _dot_text(line: str) -> str:
    clean = visible(line, 1000)
    return clean.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")


def _dot_group(number: int, group: str, lines: Iterable[str]) -> Iterator[str]:
    if not group:
        yield from (f"  {line}" for line in lines)
        return
    yield f"  subgraph cluster_{number} {{"
    yield f'    graph [label={quoted(group)}, style="rounded,filled", fillcolor="#f2f2f2"]'
    yield from (f"    {line}" for line in lines)
    yield "  }"


# ---------------------------------------------------------------- Mermaid

# One way, and both ways.
_MERMAID_ARROWS = {
    Kind.ALLOWED: ("-->", "<-->"),
    Kind.UNDEFINED: ("-.->", "<-.->"),
    Kind.GAINED: ("==>", "<==>"),
    Kind.LOST: ("--x", "x--x"),
    Kind.UNSETTLED: ("-.->", "<-.->"),
    Kind.WITNESS: ("==>", "<==>"),
}
# What is left stands for itself, also at the start of a line: "1. " and "- " would be lists.
_NEEDS_A_CODE = re.compile(r"^-|\.(?= |$)|_|[^\w ./,-]")


def mermaid_text(text: str) -> str:
    """Return a text with a code for every sign that Mermaid, Markdown or HTML might understand.

    Examples
    --------
    >>> mermaid_text('web "x" [1]')
    'web #34;x#34; #91;1#93;'
    """
    return _NEEDS_A_CODE.sub(lambda sign: f"#{ord(sign[0])};", visible(text, 1000))


def _mermaid_group(number: int, group: str, lines: Iterable[str]) -> Iterator[str]:
    if not group:
        yield from (f"  {line}" for line in lines)
        return
    yield f'  subgraph g{number}["{mermaid_text(group)}"]'
    yield from (f"    {line}" for line in lines)
    yield "  end"
