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
from functools import cached_property, partial
from itertools import groupby
from typing import NamedTuple

from netpol_lab.captions import (
    COLOURS,
    GLOWS,
    MARGIN,
    TOP,
    Entry,
    badge,
    badge_entries,
    flow_group,
    heading,
    legend,
    occurring,
    pod_group,
    sign,
)
from netpol_lab.shapes import (
    CHIP,
    EDGE,
    FAINT,
    INK,
    MIST,
    MUTED,
    PAPER,
    Box,
    Group,
    Path,
    Point,
    Rect,
    Shape,
    Sheet,
    Step,
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
    def lead(self) -> float:
        """How far arcs run straight before they bend: room for the signs, in turns."""
        return 14 + 14.0 * self.turns if self.upright else 0

    @cached_property
    def turns(self) -> int:
        """How many arcs side by side have to put their signs at different distances."""
        return math.ceil(14 / self.pitch) if self.pitch else 1

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

    def sign_distance(self, i: int, j: int) -> float:
        """Return how far before the arrowhead the sign stands; where arcs are close, in turns."""
        if not self.upright:
            return 16
        return 10 + 14.0 * (self._partners(j).index(i) % self.turns)

    def swing(self, i: int, j: int) -> float:
        """Return how far an arc swings out: the further apart its ends, the further."""
        levels = self._levels
        return self.least + (self.reach - self.least) * levels[abs(i - j), min(i, j)]

    @property
    def least(self) -> float:
        """How far the shortest arcs swing out."""
        return min(self.reach, self.lead + 16 if self.upright else 40.0)

    @cached_property
    def _levels(self) -> dict[tuple[int, int], float]:
        """Return a share of the reach for each pair, the longer the pair the larger."""
        nearest = 1 if self.upright else 2
        spans = [
            (d, i) for d in range(nearest, len(self.nodes)) for i in range(len(self.nodes) - d)
        ]
        if self.upright:
            return {(d, i): (d - 1) / max(1, len(self.nodes) - 2) for d, i in spans}
        return {span: k / max(1, len(spans) - 1) for k, span in enumerate(spans)}


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
    reach = {3: 40.0, 4: 78.0, 5: 126.0}.get(count, 0.0)
    top = TOP + 36 + reach + 8
    boxes = tuple(
        _row_box(node, left + i * (card + gap), top, card) for i, node in enumerate(nodes)
    )
    height = 36 + 2 * reach + 8 + CARD_HEIGHT + 22
    frames = tuple(
        (
            name,
            Box(min(b.x for b in group) - PAD, TOP, 0, height)._replace(
                width=max(b.right for b in group) - min(b.x for b in group) + 2 * PAD
            ),
        )
        for name, group in _by_namespace(nodes, boxes)
    )
    return Plan(nodes, False, boxes, frames, width, TOP + height, reach)


CARD_HEIGHT = 124.0


def _row_box(node: Node, x: float, top: float, width: float) -> Box:
    height = CARD_HEIGHT if node.pod else 76.0
    return Box(x, top + (CARD_HEIGHT - height) / 2, width, height)


def _by_namespace(nodes: Sequence[Node], boxes: Sequence[Box]) -> Iterator[tuple[str, list[Box]]]:
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
    """The way of an arc: straight, a cubic curve, straight again, and the tip of its arrow."""

    start: Point
    bend: Point
    first: Point
    second: Point
    unbend: Point
    end: Point
    tip: Point

    @property
    def steps(self) -> tuple[Step, ...]:
        """The line, without the arrowhead."""
        curve = ("C", *self.first, *self.second, *self.unbend)
        return (("M", *self.start), ("L", *self.bend), curve, ("L", *self.end))

    @property
    def heading(self) -> Point:
        """The direction of the arrowhead, of length 1."""
        dx, dy = self.tip[0] - self.end[0], self.tip[1] - self.end[1]
        length = math.hypot(dx, dy) or 1
        return dx / length, dy / length

    def at(self, t: float) -> Point:
        """Return the point of the curved part at `t`, 0 at its start and 1 at its end."""
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = self.bend, self.first, self.second, self.unbend
        return a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy

    def before_end(self, distance: float) -> Point:
        """Return the point so far before the end, or the middle where the way is short."""
        straight = math.dist(self.unbend, self.end)
        if distance <= straight:
            (x, y), (dx, dy) = self.end, self.heading
            return x - dx * distance, y - dy * distance
        t, last, walked = 1.0, self.unbend, straight
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
    begin, first, second = (start, y), (start + third, y + bow), (tip - third, y + bow)
    return Curve(begin, begin, first, second, end, end, (tip, y))


def _around(plan: Plan, i: int, j: int) -> Curve:
    """Return an arc that leaves and meets the cards' edges at right angles."""
    out = 1 if (i < j) == plan.upright else -1
    a, b = plan.anchor(i, j), plan.anchor(j, i)
    begin, edge = _edge(plan, i, out), _edge(plan, j, out)
    tip = edge + 2 * out
    end = tip + HEAD * out
    line = (max if out > 0 else min)(begin, edge) + plan.lead * out
    crest = line + (plan.swing(i, j) - plan.lead) * out / 0.75
    points = [(begin + out, a), (begin + out + plan.lead * out, a), (crest, a), (crest, b)]
    points += [(end + max(0, plan.lead - 13) * out, b), (end, b), (tip, b)]
    return Curve(*(p if plan.upright else (p[1], p[0]) for p in points))


def _edge(plan: Plan, k: int, out: int) -> float:
    box = plan.boxes[k]
    if plan.upright:
        return box.right if out > 0 else box.x
    return box.bottom if out > 0 else box.y


HIT = Style(width=14, catches="stroke")
HALOS = {
    change: Style(stroke=colour, width=12, opacity=0.75, round_ends=True)
    for change, colour in GLOWS.items()
}
_DASHES: dict[State, tuple[float, ...]] = {
    State.ALLOWED: (),
    State.BLOCKED: (7, 5),
    State.UNDEFINED: (2, 4),
}
LINES = {
    (state, dense): Style("none", COLOURS[state], 1.7 if dense else 2.4, dash)
    for state, dash in _DASHES.items()
    for dense in (False, True)
}


def draw_arc(arc: Arc, way: Curve, back: float, dense: bool = False) -> Group:
    """Return one connection: always the same shapes, whatever its verdict."""
    shapes = (
        Path(way.steps, HALOS[arc.change], "nl-halo", arc.change is not Change.NONE),
        Path(way.steps, HIT, "nl-hit"),
        *_line(arc.state, way, back, dense),
    )
    return flow_group(arc, shapes)


def _line(state: State, way: Curve, back: float, dense: bool = False) -> Iterator[Shape]:
    style = LINES[state, dense]
    colour = COLOURS[state]
    filled = Style(colour if state is State.ALLOWED else "none", colour, style.width)
    yield Path(way.steps, style, "nl-line")
    yield Path(head(way, state, 0.72 if dense else 1), filled, "nl-head")
    yield sign(state, way.before_end(back), 6 if dense else 7.5)


def head(way: Curve, state: State, scale: float = 1) -> tuple[Step, ...]:
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


def draw_card(node: Node, box: Box, radius: float, upright: bool) -> Group:
    """Return one endpoint: always the same shapes, whatever the policies say."""
    inside = _lying(node, box) if upright else _standing(node, box)
    return pod_group(node, (Rect(box, _border(node), radius, "nl-card"), *inside))


def _border(node: Node) -> Style:
    if node.pod is None:
        return Style(PAPER, EDGE, 1.6, (2, 4))
    isolated = Isolation.ISOLATED in node.isolation
    dash = (7, 4) if node.pod.host_network else ()
    return Style(PAPER, INK if isolated else EDGE, 2 if isolated else 1.4, dash)


def _standing(node: Node, box: Box) -> Iterator[Shape]:
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


def _chip(node: Node, x: float, y: float, room: float) -> Iterator[Shape]:
    words = clipped(", ".join(node.notes) or "no labels", room - 16)
    width = text_width(words) + 16
    style = Style(CHIP if node.notes else "none")
    yield Rect(Box(x - width / 2, y, width, 22), style, 11)
    yield Text((x, y + 15.5), words, anchor="middle", colour=INK if node.notes else MUTED)


def _lying(node: Node, box: Box) -> Iterator[Shape]:
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
    frames = [draw_frame(name, box) for name, box in places.frames]
    cards = [
        draw_card(node, box, corner(places, k), places.upright)
        for k, (node, box) in enumerate(zip(places.nodes, places.boxes, strict=True))
    ]
    notes, height = legend(_entries(traffic), places.width, places.bottom + 14)
    paper = Rect(Box(0, 0, places.width, height), Style(PAPER))
    head = heading(traffic, title, places.width)
    shapes = (paper, *frames, *_arcs(traffic, places), *cards, head, notes)
    return Sheet(places.width, height, shapes)


def _arcs(traffic: Traffic, places: Plan) -> Iterator[Group]:
    index = {node.key: k for k, node in enumerate(traffic.nodes)}
    dense = len(traffic.nodes) > 6
    for arc in traffic.arcs:
        i, j = index[arc.source.key], index[arc.destination.key]
        yield draw_arc(arc, curve(places, i, j), places.sign_distance(i, j), dense)


def _entries(traffic: Traffic) -> Iterator[Entry]:
    changed, undefined = occurring(traffic)
    yield Entry(partial(_sample, State.ALLOWED), 44, "allowed")
    yield Entry(partial(_sample, State.BLOCKED), 44, "blocked")
    yield from badge_entries()
    yield Entry(_halo_sample, 66, "just opened, just closed", changed)
    yield Entry(partial(_sample, State.UNDEFINED), 44, "left open by Kubernetes", undefined)


def _sample(state: State, x: float, y: float) -> Iterator[Shape]:
    a, b, tip = (x, y), (x + 34, y), (x + 44, y)
    return _line(state, Curve(a, a, a, b, b, b, tip), 12)


def _halo_sample(x: float, y: float) -> Iterator[Shape]:
    for start, change in ((x + 6, Change.OPENED), (x + 36, Change.CLOSED)):
        yield Path((("M", start, y), ("L", start + 24, y)), HALOS[change])
