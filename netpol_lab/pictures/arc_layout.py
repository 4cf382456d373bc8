"""Where the endpoints stand, and the ways of the arcs between them: geometry alone.

The endpoints stand in one line, so an arc never has to cross a card. In a row, arcs to the right
run above the cards and arcs to the left below; neighbours use the gap between them. In a column,
arcs down run on the right and arcs up on the left. Policies play no part here, so a picture keeps
its shape when they change.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import groupby
from typing import ClassVar, NamedTuple

from netpol_lab.pictures.legend import MARGIN, TOP
from netpol_lab.pictures.nodes import Node
from netpol_lab.pictures.shapes import Box, Point, Step
from netpol_lab.pictures.text_width import text_width

LONGEST_ROW = 5  # endpoints
PAD = 14.0  # between a frame and the cards in it
BADGE = 126.0  # the width of a badge
GAP = 3.0  # between the tip of an arrow and the card it points at
HEAD = 10.0  # the length of an arrowhead
SIGN = 14.0  # the room that a sign on an arc needs

NamespaceFrame = tuple[str, Box]  # a namespace and its place


class Curve(NamedTuple):
    """The way of an arc: straight, a cubic curve, straight again, and the tip of its arrow.

    `back` is how far before the arrowhead its sign stands.
    """

    back: float
    start: Point
    bend: Point
    first: Point
    second: Point
    unbend: Point
    end: Point
    tip: Point

    @property
    def sign(self) -> Point:
        """Where the sign stands."""
        return self.before_end(self.back)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The line, without the arrowhead."""
        curve: Step = ("C", *self.first, *self.second, *self.unbend)
        if self.start == self.bend:
            return (("M", *self.start), curve)
        return (("M", *self.start), ("L", *self.bend), curve, ("L", *self.end))

    @property
    def heading(self) -> Point:
        """The direction of the arrowhead, of length 1."""
        dx, dy = self.tip[0] - self.end[0], self.tip[1] - self.end[1]
        length = math.hypot(dx, dy)
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


# ---------------------------------------------------------------- a line of endpoints


@dataclass(frozen=True)
class Plan(ABC):
    """Where the endpoints stand.

    "Along" is the direction of the line, "out" is across it, away from the cards.

    Parameters
    ----------
    nodes : tuple of Node
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
    boxes: tuple[Box, ...]
    frames: tuple[NamespaceFrame, ...]
    width: float
    bottom: float
    reach: float

    upright: ClassVar[bool]
    loose: ClassVar[float]  # the room between two arcs at the edge of a card, if there is plenty

    @cached_property
    def curve(self) -> Callable[[int, int], Curve]:
        """The way of the arc from one endpoint to another."""
        return cache(self._curve)

    @abstractmethod
    def _curve(self, i: int, j: int) -> Curve: ...

    def corner(self, k: int) -> float:
        """Return the radius of a card's corners; outside nodes are rounder."""
        return 12 if self.nodes[k].pod else 14 if self.upright else self.boxes[k].height / 2

    def joined(self, k: int, other: int) -> bool:
        """Say whether an arc around the cards joins two endpoints."""
        return self.nodes[k].pod is not None or self.nodes[other].pod is not None

    @cached_property
    def partners(self) -> tuple[list[int], ...]:
        """Each endpoint's neighbours by arcs, in the order in which the arcs leave its edge.

        Near ones first towards the start of the line, far ones first towards its end: then arcs
        that share a card lie inside each other and never cross.
        """
        count = len(self.nodes)
        orders = ([*range(k - 1, -1, -1), *range(count - 1, k, -1)] for k in range(count))
        return tuple(
            [other for other in order if self.joined(k, other)] for k, order in enumerate(orders)
        )

    def pitch(self, k: int) -> float:
        """Return the room between two arcs at the edge of a card."""
        box = self.boxes[k]
        room = (box.height if self.upright else box.width) - 2 * self.corner(k) + 8
        return min(self.loose, room / max(1, len(self.partners[k]) - 1))

    def anchor(self, k: int, other: int) -> float:
        """Return where along the edge of `k` its arcs with `other` begin and end."""
        partners = self.partners[k]
        steps = partners.index(other) - (len(partners) - 1) / 2
        return self.boxes[k].middle[self.upright] + steps * self.pitch(k)

    def around(self, i: int, j: int, swing: float, back: float, lead: float = 0) -> Curve:
        """Return an arc that leaves and meets the cards' edges at right angles.

        It first runs straight for the length of `lead`.
        """
        out = 1 if (i < j) == self.upright else -1
        along, beyond = self.anchor(i, j), self.anchor(j, i)
        begin, edge = self.edge(i, out), self.edge(j, out)
        furthest = (max if out > 0 else min)(begin, edge)
        crest = furthest + (lead + (swing - lead) / 0.75) * out  # a cubic goes 3/4 of the way
        tip = edge + GAP * out
        end = tip + HEAD * out
        bend, unbend = begin + (1 + lead) * out, end + max(0, lead + 1 - GAP - HEAD) * out
        near = ((begin + out, along), (bend, along), (crest, along))
        far = ((crest, beyond), (unbend, beyond), (end, beyond), (tip, beyond))
        return Curve(back, *(p if self.upright else (p[1], p[0]) for p in (*near, *far)))

    def edge(self, k: int, out: int) -> float:
        """Return where the edge of a card is, on the side that `out` points to."""
        box = self.boxes[k]
        near, far = (box.x, box.right) if self.upright else (box.y, box.bottom)
        return far if out > 0 else near


class HorizontalPlan(Plan):
    """From left to right, with the arcs of neighbours in the gaps."""

    upright = False
    loose = 26.0

    def joined(self, k: int, other: int) -> bool:
        """Say whether an arc around the cards joins two endpoints."""
        return abs(k - other) > 1 and super().joined(k, other)

    def _curve(self, i: int, j: int) -> Curve:
        if abs(i - j) == 1:
            return self._through_the_gap(i, j)
        return self.around(i, j, self._swings[min(i, j), max(i, j)], 16)

    def _through_the_gap(self, i: int, j: int) -> Curve:
        a, b, way = self.boxes[i], self.boxes[j], 1 if i < j else -1
        start, tip = (a.right + 1, b.x - GAP) if way > 0 else (a.x - 1, b.right + GAP)
        y, bow = a.middle[1] - way * 13, -way * 11
        third = (tip - start) / 3
        length = math.hypot(third, bow)
        end = tip - HEAD * third / length, y + HEAD * bow / length
        begin, first, second = (start, y), (start + third, y + bow), (tip - third, y + bow)
        return Curve(16, begin, begin, first, second, end, end, (tip, y))

    @cached_property
    def _swings(self) -> dict[tuple[int, int], float]:
        """How far each pair's arcs swing out: every pair a little further than shorter ones."""
        count, least = len(self.nodes), 40.0
        pairs = [(i, i + d) for d in range(2, count) for i in range(count - d)]
        step = (self.reach - least) / max(1, len(pairs) - 1)
        return {pair: least + k * step for k, pair in enumerate(pairs)}


class VerticalPlan(Plan):
    """From top to bottom, with all arcs at the sides."""

    upright = True
    loose = 11.0

    def _curve(self, i: int, j: int) -> Curve:
        back = 10 + SIGN * (self.partners[j].index(i) % self._turns)  # close signs take turns
        lead = SIGN * (1 + self._turns)
        least = lead + 16
        share = (abs(i - j) - 1) / max(1, len(self.nodes) - 2)
        return self.around(i, j, least + (self.reach - least) * share, back, lead)

    @cached_property
    def _turns(self) -> int:
        """How many arcs side by side have to put their signs at different distances."""
        return math.ceil(SIGN / min(self.pitch(k) for k in range(len(self.nodes))))


# ---------------------------------------------------------------- finding places


@lru_cache(maxsize=64)  # the same endpoints are drawn again and again
def plan(nodes: tuple[Node, ...]) -> Plan:
    """Return places for the endpoints: a row where that can hold them and their names.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> from netpol_lab.pictures.traffic import gather
    >>> type(plan(gather(lab.load("three-tier")).nodes)).__name__
    'HorizontalPlan'
    """
    room = _card_in_row(len(nodes)) - 16
    names = (text_width(node.caption, 13, bold=True) for node in nodes)
    in_row = len(nodes) <= LONGEST_ROW and all(name <= room for name in names)
    return _horizontal(nodes) if in_row else _vertical(nodes)


def _card_in_row(count: int) -> float:
    return {4: 150.0, 5: 140.0}.get(count, 160.0)


def _horizontal(nodes: tuple[Node, ...]) -> HorizontalPlan:
    count, card, tall = len(nodes), _card_in_row(len(nodes)), 124.0
    width = {4: 860.0, 5: 960.0}.get(count, 760.0)
    reach = {3: 40.0, 4: 78.0, 5: 126.0}.get(count, 0.0)
    left = MARGIN + (PAD if nodes and nodes[0].pod else 0)
    spare = width - left - MARGIN - PAD - count * card
    gap = min(200.0, spare / max(1, count - 1))
    left += (spare - gap * (count - 1)) / 2
    top = TOP + 44 + reach
    boxes = tuple(
        Box(left + k * (card + gap), top, card, tall)
        if node.pod
        else Box(left + k * (card + gap), top + 24, card, tall - 48)
        for k, node in enumerate(nodes)
    )
    bottom = top + tall + reach + 22
    frames = tuple(
        (name, Box(group[0].x - PAD, TOP, group[-1].right - group[0].x + 2 * PAD, bottom - TOP))
        for name, group in _by_namespace(nodes, boxes)
    )
    return HorizontalPlan(nodes, boxes, frames, width, bottom, reach)


def _by_namespace(nodes: Sequence[Node], boxes: Sequence[Box]) -> Iterator[tuple[str, list[Box]]]:
    pairs = zip(nodes, boxes, strict=True)
    for name, group in groupby(pairs, key=lambda pair: pair[0].namespace):
        if name is not None:
            yield name, [box for _, box in group]


def _vertical(nodes: tuple[Node, ...]) -> VerticalPlan:
    count = len(nodes)
    width = 760.0 if count <= 6 else 860.0 if count <= 8 else 960.0
    longest = max(text_width(node.caption, 14, bold=True) for node in nodes)
    card = min(max(longest, 120.0), 240.0) + BADGE + 36
    tall = max(52.0, 5.5 * (count - 1) + 16)
    boxes = tuple(_stacked(nodes, (width - card) / 2, card, tall))
    frames = tuple(
        (
            name,
            Box(
                group[0].x - PAD,
                group[0].y - 30,
                card + 2 * PAD,
                group[-1].bottom - group[0].y + 42,
            ),
        )
        for name, group in _by_namespace(nodes, boxes)
    )
    reach = (width - card) / 2 - MARGIN - 4
    return VerticalPlan(nodes, boxes, frames, width, boxes[-1].bottom + 12, reach)


def _stacked(nodes: Sequence[Node], x: float, card: float, tall: float) -> Iterator[Box]:
    y = TOP
    for namespace, group in groupby(nodes, key=lambda node: node.namespace):
        y += 30 if namespace else 0  # the frame's head
        for _ in group:
            yield Box(x, y, card, tall)
            y += tall + 10
        y += 14 if namespace else 4
