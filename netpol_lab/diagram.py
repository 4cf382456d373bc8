"""Cards in namespace frames, and one arc for each direction of each pair.

The endpoints stand in one line, so an arc never has to pass a card: in a row, arcs to the right
run above the cards and arcs to the left below; in a column, arcs down run on the right and arcs up
on the left. Neighbours in a row talk through the gap between them. Nothing here depends on the
policies but colours, dashes and words, so a picture keeps its shape when policies change.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from netpol_lab.captions import MARGIN, MARKS, TOP, badge, heading, legend, line_style
from netpol_lab.shapes import (
    CHIP,
    EDGE,
    FAINT,
    INK,
    LIGHT_BLUE,
    MIST,
    MUTED,
    PAPER,
    SAND,
    Box,
    Circle,
    Group,
    Path,
    Point,
    Rect,
    Sheet,
    Style,
    Text,
    clipped,
    shortened,
    text_width,
)
from netpol_lab.traffic import Arc, Change, Isolation, Node, State, Traffic

MOST = 12  # endpoints; with more, a grid is easier to read
LONGEST_ROW = 5
BADGE = 126.0  # the width of a badge
PAD = 14.0  # between a frame and the cards in it
HEAD, HALF = 10.0, 4.6  # an arrowhead's length, and half its width


# ---------------------------------------------------------------- where the endpoints stand


@dataclass(frozen=True)
class Plan:
    """Where the endpoints stand, in a row or (upright) in a column.

    Parameters
    ----------
    nodes : tuple of Node
    upright : bool
    boxes : tuple of Box
        The cards, in the order of the nodes.
    frames : tuple of (str, Box)
        The namespaces around them.
    width, bottom : float
        The sheet's width, and where the legend may begin.
    reach : float
        How far the longest arc may swing out from the cards.
    """

    nodes: tuple[Node, ...]
    upright: bool
    boxes: tuple[Box, ...]
    frames: tuple[tuple[str, Box], ...]
    width: float
    bottom: float
    reach: float

    def beside(self, i: int, j: int) -> bool:
        """Say whether two endpoints talk through the gap between them."""
        return not self.upright and abs(i - j) == 1

    @cached_property
    def pitch(self) -> float:
        """The room between two arcs at the edge of a card, where it is tightest."""
        return min((self._pitch(k) for k in range(len(self.nodes))), default=0)

    def _pitch(self, k: int) -> float:
        box, gaps = self.boxes[k], max(1, len(self._partners(k)) - 1)
        room = box.height - 16 if self.upright else box.width - 2 * corner(self, k) - 8
        return min(11.0 if self.upright else 26.0, room / gaps)

    def _partners(self, k: int) -> list[int]:
        """Return whom endpoint `k` has arcs with, in the order they leave its edge.

        Near ones first towards the start of the line, far ones first towards its end: then arcs
        that share a card lie inside each other and never cross.
        """
        order = [*range(k - 1, -1, -1), *range(len(self.nodes) - 1, k, -1)]
        pods = (self.nodes[k].pod, *(node.pod for node in self.nodes))
        return [j for j in order if (pods[0] or pods[j + 1]) and not self.beside(k, j)]

    def anchor(self, k: int, other: int) -> float:
        """Return where on the edge of `k` its arcs with `other` begin and end."""
        partners, box = self._partners(k), self.boxes[k]
        steps = partners.index(other) - (len(partners) - 1) / 2
        return box.middle[1 if self.upright else 0] + steps * self._pitch(k)

    def swing(self, i: int, j: int) -> float:
        """Return how far an arc swings out: the further apart its ends, the further."""
        nearest = 1 if self.upright else 2
        share = (abs(i - j) - nearest) / max(1, len(self.nodes) - 1 - nearest)
        least = min(self.reach, 40.0)
        return least + (self.reach - least) * share


def corner(plan: Plan, k: int) -> float:
    """Return the radius of a card's corners; outside nodes are rounder."""
    if plan.nodes[k].pod is not None:
        return 12
    return 16 if plan.upright else plan.boxes[k].height / 2


def plan(nodes: Sequence[Node]) -> Plan:
    """Return places for the endpoints: a row where that can hold them, else a column."""
    fits = len(nodes) <= LONGEST_ROW and all(
        text_width(node.caption, 13, bold=True) <= _row_card(len(nodes)) - 16 for node in nodes
    )
    return _row(tuple(nodes)) if fits else _column(tuple(nodes))


def _row_card(count: int) -> float:
    return {4: 150.0, 5: 140.0}.get(count, 160.0)


def _row(nodes: tuple[Node, ...]) -> Plan:
    count, card = len(nodes), _row_card(len(nodes))
    width = {4: 860.0, 5: 960.0}.get(count, 760.0)
    left = MARGIN + (PAD if nodes and nodes[0].pod else 0)
    room = width - left - MARGIN - PAD
    gap = min(200.0, (room - count * card) / max(1, count - 1))
    left += (room - count * card - (count - 1) * gap) / 2
    reach = 36.0 * max(0, count - 2) if count > 2 else 0.0
    top = TOP + 36 + reach + 8
    boxes = tuple(_standing(node, left + i * (card + gap), top, card) for i, node in enumerate(nodes))
    height = 36 + 2 * reach + 8 + CARD_HEIGHT + 22
    frames = tuple(
        (name, Box(min(b.x for b in group) - PAD, TOP, 0, height)._replace(
            width=max(b.right for b in group) - min(b.x for b in group) + 2 * PAD))
        for name, group in _by_namespace(nodes, boxes)
    )
    return Plan(nodes, False, boxes, frames, width, TOP + height, reach)


CARD_HEIGHT = 124.0


def _standing(node: Node, x: float, top: float, width: float) -> Box:
    height = CARD_HEIGHT if node.pod else 76.0
    return Box(x, top + (CARD_HEIGHT - height) / 2, width, height)


def _by_namespace(
    nodes: Sequence[Node], boxes: Sequence[Box]
) -> Iterator[tuple[str, list[Box]]]:
    pairs = zip(nodes, boxes, strict=True)
    for name, group in groupby(pairs, key=lambda pair: pair[0].namespace):
        if name is not None:
            yield name, [box for _, box in group]


def _column(nodes: tuple[Node, ...]) -> Plan:
    count = len(nodes)
    width = 860.0 if count <= 8 else 960.0
    wanted = max((text_width(node.caption, 14, bold=True) for node in nodes), default=0)
    card = min(max(wanted, 120), 240) + BADGE + 36
    height = max(52.0, 5.5 * (count - 1) + 16)
    x, y = (width - card) / 2, TOP
    boxes: list[Box] = []
    frames: list[tuple[str, Box]] = []
    for name, group in groupby(nodes, key=lambda node: node.namespace):
        members = len(list(group))
        y += 30 if name is not None else 0
        start = y
        for _ in range(members):
            tall = height if name is not None else 48.0
            boxes.append(Box(x, y, card, tall))
            y += tall + 10
        if name is not None:
            frames.append((name, Box(x - PAD, start - 30, card + 2 * PAD, y - start + 30 + 2)))
            y += 14
    reach = (width - card) / 2 - MARGIN - 4
    return Plan(nodes, True, tuple(boxes), tuple(frames), width, y - 12, reach)


# ---------------------------------------------------------------- arcs


class Curve(NamedTuple):
    """A cubic curve and the tip of its arrow."""

    start: Point
    first: Point
    second: Point
    end: Point
    tip: Point

    @property
    def heading(self) -> Point:
        """The direction of the arrowhead, of length 1."""
        dx, dy = self.tip[0] - self.end[0], self.tip[1] - self.end[1]
        length = math.hypot(dx, dy) or 1
        return dx / length, dy / length

    def at(self, t: float) -> Point:
        """Return the point at `t`, 0 at the start and 1 at the end."""
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        return (
            a * self.start[0] + b * self.first[0] + c * self.second[0] + d * self.end[0],
            a * self.start[1] + b * self.first[1] + c * self.second[1] + d * self.end[1],
        )

    def before_end(self, distance: float) -> Point:
        """Return the point so far from the end, or the middle if the curve is short."""
        t, last, walked = 1.0, self.end, 0.0
        while walked < distance and t > 0.5:
            t -= 0.04
            here = self.at(t)
            walked += math.dist(last, here)
            last = here
        return last


def curve(plan: Plan, i: int, j: int) -> Curve:
    """Return the way of the arc from endpoint `i` to endpoint `j`."""
    return _through_the_gap(plan, i, j) if plan.beside(i, j) else _around(plan, i, j)


def _through_the_gap(plan: Plan, i: int, j: int) -> Curve:
    a, b, way = plan.boxes[i], plan.boxes[j], 1 if i < j else -1
    start, tip = (a.right + 1, b.x - 2) if way > 0 else (a.x - 1, b.right + 2)
    y, bow = a.middle[1] - way * 13, -way * 11
    third = (tip - start) / 3
    length = math.hypot(third, bow)
    end = tip - HEAD * third / length, y + HEAD * bow / length
    return Curve((start, y), (start + third, y + bow), (tip - third, y + bow), end, (tip, y))


def _around(plan: Plan, i: int, j: int) -> Curve:
    """Return an arc that leaves and meets the cards' edges at right angles."""
    out = 1 if (i < j) == plan.upright else -1
    a, b = plan.anchor(i, j), plan.anchor(j, i)
    edges = [_edge(plan, k, out) for k in (i, j)]
    line = max(edges) if out > 0 else min(edges)
    crest = line + out * plan.swing(i, j) / 0.75
    tip = edges[1] + out * 2
    points = [(edges[0] + out, a), (crest, a), (crest, b), (tip + out * HEAD, b), (tip, b)]
    return Curve(*(p if plan.upright else (p[1], p[0]) for p in points))


def _edge(plan: Plan, k: int, out: int) -> float:
    box = plan.boxes[k]
    if plan.upright:
        return box.right if out > 0 else box.x
    return box.bottom if out > 0 else box.y


HIT = Style(stroke="#000000", width=14, opacity=0)
HALOS = {
    Change.NONE: Style(stroke=LIGHT_BLUE, width=12, opacity=0.75, round_ends=True),
    Change.OPENED: Style(stroke=LIGHT_BLUE, width=12, opacity=0.75, round_ends=True),
    Change.CLOSED: Style(stroke=SAND, width=12, opacity=0.75, round_ends=True),
}


def draw_arc(arc: Arc, way: Curve, asked: str, back: float, dense: bool) -> Group:
    """Return one connection: always the same shapes, whatever its verdict."""
    style = line_style(arc.state, dense)
    steps = (("M", *way.start), ("C", *way.first, *way.second, *way.end))
    colour = Style(style.stroke if arc.state is State.ALLOWED else "none", style.stroke, style.width)
    x, y = way.before_end(back)
    r = 6.0 if dense else 7.5
    return Group(
        "nl-flow",
        (
            Path(steps, HALOS[arc.change], "nl-halo", arc.change is not Change.NONE),
            Path(steps, HIT, "nl-hit"),
            Path(steps, style, "nl-line"),
            Path(head(way, arc.state, 0.72 if dense else 1), colour, "nl-head"),
            mark(arc.state, x, y, r),
        ),
        (
            ("key", arc.key),
            ("source", arc.source.name),
            ("destination", arc.destination.name),
            ("verdict", str(arc.state)),
            ("changed", str(arc.change)),
            ("label", arc.label),
        ),
    )


def mark(state: State, x: float, y: float, r: float) -> Group:
    """Return the sign in a white circle: a cross, a question mark, or (hidden) none."""
    style = line_style(state, False)
    shown = state is not State.ALLOWED
    ring = Style(PAPER, style.stroke, 1.6)
    pen = Style("none", style.stroke, 1.8, round_ends=True)
    steps = tuple(
        (step[0], *(v * r / 8 + (x, y)[i % 2] for i, v in enumerate(step[1:])))
        for step in MARKS[state]
    )
    return Group("nl-mark", (Circle((x, y), r, ring), Path(steps, pen)), shown=shown)


def head(way: Curve, state: State, scale: float = 1) -> tuple:
    """Return an arrowhead: a full one for what is allowed, else an open one with its stem."""
    (x, y), (ex, ey), (dx, dy) = way.tip, way.end, way.heading
    half = HALF * scale
    back = (x - dx * HEAD * scale, y - dy * HEAD * scale)
    left = ("L", back[0] + dy * half, back[1] - dx * half)
    right = (back[0] - dy * half, back[1] + dx * half)
    if state is State.ALLOWED:
        return (("M", x, y), left, ("L", *right), ("Z",), ("M", ex, ey), ("L", *back))
    return (("M", ex, ey), ("L", x, y), ("M", *left[1:]), ("L", x, y), ("L", *right))


# ---------------------------------------------------------------- cards and frames


def draw_card(node: Node, box: Box, plan: Plan, k: int) -> Group:
    """Return one endpoint: always the same shapes, whatever the policies say."""
    radius = corner(plan, k)
    inside = _lying(node, box) if plan.upright else _upright(node, box)
    return Group(
        "nl-pod",
        (Rect(box, _border(node), radius, "nl-card"), *inside),
        (("key", node.key), ("pod", node.name), ("label", node.label)),
        tooltip="\n".join([node.name, *_all_labels(node)]),
    )


def _all_labels(node: Node) -> list[str]:
    return [f"{key}={value}" for key, value in node.pod.labels.items()] if node.pod else []


def _border(node: Node) -> Style:
    if node.pod is None:
        return Style(PAPER, EDGE, 1.6, (2, 4))
    isolated = Isolation.ISOLATED in node.isolation
    dash = (7, 4) if node.pod.host_network else ()
    return Style(PAPER, INK if isolated else EDGE, 2 if isolated else 1.4, dash)


def _upright(node: Node, box: Box) -> Iterator[object]:
    """Yield what stands on a card of a row: name, labels, badges, one under the other."""
    x, room = box.middle[0], box.width - 16
    size = next((s for s in (17, 16, 15, 14) if text_width(node.caption, s, True) <= room), 13)
    y = box.y + (28 if node.pod else box.height / 2 - 4)
    yield Text((x, y), shortened(node.caption, room, size, True), size, "middle", bold=True)
    if node.pod is None:
        yield Text((x, y + 20), clipped(" ".join(node.notes), room), anchor="middle", colour=MUTED)
        return
    yield from _chip(node, x, box.y + 39, room)
    for row, words in enumerate(node.badges):
        yield from badge(words, Box(x - BADGE / 2, box.y + 70 + 24 * row, BADGE, 20))


def _chip(node: Node, x: float, y: float, room: float) -> Iterator[object]:
    words = clipped(", ".join(node.notes) or "no labels", room - 16)
    width = text_width(words) + 16
    style = Style(CHIP if node.notes else "none")
    yield Rect(Box(x - width / 2, y, width, 22), style, 11)
    yield Text((x, y + 15.5), words, anchor="middle", colour=INK if node.notes else MUTED)


def _lying(node: Node, box: Box) -> Iterator[object]:
    """Yield what stands on a card of a column: name over labels, and the badges to their right."""
    x, middle = box.x + 12, box.middle[1]
    room = box.width - 24 - (BADGE + 10 if node.pod else 0)
    yield Text((x, middle - 4), shortened(node.caption, room, 14, True), 14, bold=True)
    notes = clipped(", ".join(node.notes) or "no labels", room)
    yield Text((x, middle + 15), notes, colour=MUTED)
    for row, words in enumerate(node.badges):
        yield from badge(words, Box(box.right - BADGE - 7, middle - 21 + 22 * row, BADGE, 20))


def draw_frame(name: str, box: Box) -> Group:
    """Return the frame of a namespace."""
    room = box.width - 32
    words = clipped(f"namespace {name}", room, 13)
    return Group(
        "nl-frame",
        (
            Rect(box, Style(MIST, FAINT, 1.5), 16),
            Text((box.x + 16, box.y + 21), words, 13, colour=MUTED),
        ),
    )


# ---------------------------------------------------------------- the whole


def lay_out(traffic: Traffic, title: str | None = None) -> Sheet:
    """Return the picture of the traffic as cards and arcs."""
    places = plan(traffic.nodes)
    dense = len(traffic.nodes) > 6
    index = {node.key: i for i, node in enumerate(traffic.nodes)}
    pairs = [(arc, index[arc.source.key], index[arc.destination.key]) for arc in traffic.arcs]
    arcs = [
        draw_arc(arc, curve(places, i, j), traffic.asked, _mark_distance(places, i, j), dense)
        for arc, i, j in pairs
    ]
    cards = [
        draw_card(node, box, places, k)
        for k, (node, box) in enumerate(zip(places.nodes, places.boxes, strict=True))
    ]
    frames = [draw_frame(name, box) for name, box in places.frames]
    notes, height = legend(traffic, places.width, places.bottom + 14, _directions(places))
    paper = Rect(Box(0, 0, places.width, height), Style(PAPER))
    shapes = (paper, *frames, *arcs, *cards, heading(traffic, title, places.width), notes)
    return Sheet(places.width, height, shapes)


def _mark_distance(places: Plan, i: int, j: int) -> float:
    """Return how far before the arrowhead the sign stands; where arcs are close, in turns."""
    if places.beside(i, j) or places.pitch >= 16:
        return 16
    return 12 + 14 * ((abs(i - j) - 1) % 3)


def _directions(places: Plan) -> str:
    if places.upright:
        return "arcs on the right run down, arcs on the left run up"
    return "upper arcs run to the right, lower arcs to the left"
