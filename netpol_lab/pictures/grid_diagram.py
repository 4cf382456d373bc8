"""A grid of sources and destinations: the picture of more endpoints than arcs can show."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

from netpol_lab.pictures.legend import (
    COLOURS,
    GLOWS,
    MARGIN,
    TOP,
    Entry,
    Samples,
    flow_group,
    page,
    pod_group,
    sign,
)
from netpol_lab.pictures.nodes import Isolation, Node
from netpol_lab.pictures.palette import EDGE, FAINT, INK, MIST, MUTED, PAPER
from netpol_lab.pictures.shapes import Box, Group, Path, Rect, Shape, Sheet, Style, Text
from netpol_lab.pictures.text_width import shortened, text_width
from netpol_lab.pictures.traffic import Arc, Change, State, Traffic

WIDEST = 960.0
HEADER = 210.0  # the longest name that is shown in full beside the grid
HEADER_ABOVE = 170.0  # and above it
BAR = 6.0  # the width of the bar that says isolated


@dataclass(frozen=True, eq=False)
class Grid:
    """Where the cells are: row and column `k` both belong to endpoint `k`."""

    left: float
    top: float
    cell: float
    starts: tuple[float, ...]

    @property
    def size(self) -> float:
        """The length of a row, and of a column."""
        return self.starts[-1] + self.cell if self.starts else 0

    def at(self, i: int, j: int) -> Box:
        """Return the cell of the connection from endpoint `i` to endpoint `j`."""
        x, y = self.left + self.starts[j], self.top + self.starts[i]
        return Box(x + 1, y + 1, self.cell - 2, self.cell - 2)


def grid(nodes: Sequence[Node]) -> Grid:
    """Return a grid with some air between namespaces; the same one for the same endpoints."""
    return _grid(tuple((_called(node), node.namespace) for node in nodes))


def _called(node: Node) -> str:
    return node.name if node.pod else node.caption


@lru_cache(maxsize=64)
def _grid(ends: tuple[tuple[str, str | None], ...]) -> Grid:
    names = max((text_width(name) for name, _ in ends), default=0)
    header = min(HEADER, max(90.0, names)) + BAR + 12
    above = min(HEADER_ABOVE, names) + BAR + 12
    air = [0.0, *(8.0 * (a != b) for (_, a), (_, b) in pairwise(ends))]
    room = WIDEST - 2 * MARGIN - header - sum(air)
    cell = min(34.0, room // max(1, len(ends)))
    starts = tuple(k * cell + gap for k, gap in enumerate(accumulate(air[: len(ends)])))
    return Grid(MARGIN + header, TOP + above, cell, starts)


# ---------------------------------------------------------------- cells

HIT = Style(catches="all")
HALOS = {change: Style(colour, INK, 1) for change, colour in GLOWS.items()}
FACES = {
    State.ALLOWED: Style(COLOURS[State.ALLOWED]),
    State.BLOCKED: Style(PAPER, FAINT),
    State.UNDEFINED: Style(PAPER, COLOURS[State.UNDEFINED], 1, (2, 2)),
}
TICK = Style("none", PAPER, 1.8, round_ends=True)


@lru_cache(maxsize=8192)  # a switched policy leaves most cells as they were
def draw_cell(arc: Arc, places: Grid, i: int, j: int) -> Group:
    """Return one connection: always the same shapes, whatever its verdict."""
    box = places.at(i, j)
    halo = Rect(box, HALOS[arc.change], 3, kind="nl-halo", shown=arc.change is not Change.NONE)
    return flow_group(arc, (halo, Rect(box, HIT, 0, kind="nl-hit"), *_face(arc.state, box)))


def _face(state: State, box: Box) -> Iterator[Shape]:
    inner, (x, y), r = box.grown(-box.width // 10), box.middle, box.width * 0.2
    tick = (("M", x - r, y), ("L", x - r * 0.25, y + r * 0.75), ("L", x + r, y - r * 0.75))
    yield Rect(inner, FACES[state], 2, kind="nl-line")
    yield Path(tick, TICK, kind="nl-head", shown=state is State.ALLOWED)
    yield sign(state, box.middle, min(10.0, box.width * 0.5), ring=False)


# ---------------------------------------------------------------- names beside and above

_RULED = Style(PAPER, INK, 1.4)  # where no NetworkPolicy isolates, but tiers have rules


@lru_cache(maxsize=1024)
def draw_names(node: Node, places: Grid, k: int) -> Group:
    """Return what belongs to an endpoint: its names, their bars, the empty cell of its own."""
    own = places.at(k, k)
    beside = shortened(_called(node), places.left - MARGIN - BAR - 12)
    above = shortened(_called(node), places.top - TOP - BAR - 12)
    x, y = places.left - BAR - 8, places.top - BAR - 8
    shapes: tuple[Shape, ...] = (
        Text((x, own.middle[1] + 4.3), beside, anchor="end"),
        Text((own.middle[0] + 4.3, y), above, turned=True),
        *_bar(node, 1, Box(places.left - BAR - 2, own.y + 1, BAR, own.height - 2)),
        *_bar(node, 0, Box(own.x + 1, places.top - BAR - 2, own.width - 2, BAR)),
        Rect(own, Style(MIST)),
    )
    return pod_group(node, shapes)


def _bar(node: Node, way: int, box: Box) -> Iterator[Shape]:
    state = node.isolation[way] if node.isolation else Isolation.OPEN
    style = Style(INK) if state is Isolation.ISOLATED else Style(PAPER, EDGE, 1, (2, 2))
    if state is Isolation.OPEN and node.tiers[way]:
        style = _RULED
    shown = state is not Isolation.OPEN or bool(node.tiers[way])
    yield Rect(box, style, 2, kind="nl-badge", shown=shown)


# ---------------------------------------------------------------- the whole


def lay_out(traffic: Traffic, title: str | None = None, live: bool = False) -> Sheet:
    """Return the picture of the traffic as a grid."""
    places = grid(traffic.nodes)
    width = max(760, math.ceil(places.left + places.size + MARGIN))
    index = {node: k for k, node in enumerate(traffic.nodes)}
    corner = (places.left - BAR - 8, places.top - BAR - 8)
    shapes: tuple[Shape, ...] = (
        Text(corner, "from ↓, to →", anchor="end", colour=MUTED),
        *(draw_names(node, places, k) for node, k in index.items()),
        *(draw_cell(a, places, index[a.source], index[a.destination]) for a in traffic.arcs),
    )
    samples = _SAMPLES if any(node.isolation for node in traffic.nodes) else _WITHOUT_BARS
    samples = _WITH_TIERS if any(node.is_ruled for node in traffic.nodes) else samples
    return page(traffic, title, live, samples, width, places.top + places.size + 12, shapes)


def _sample(state: State, x: float, y: float) -> Iterator[Shape]:
    return _face(state, Box(x, y - 10, 20, 20))


def _halo_sample(x: float, y: float) -> Iterator[Shape]:
    for start, change in ((x, Change.OPENED), (x + 20, Change.CLOSED)):
        yield Rect(Box(start, y - 10, 20, 20), HALOS[change], 3)


def _bar_sample(x: float, y: float) -> Iterator[Shape]:
    yield Rect(Box(x + 14, y - 10, BAR, 20), Style(INK), 2)


_BARS = Entry(_bar_sample, 20, "isolated: rows for egress, columns for ingress")
_RULED_BARS = Entry(
    lambda x, y: (Rect(Box(x + 14, y - 10, BAR, 20), _RULED, 2),),
    20,
    "open but for tiers Admin, Baseline",
)
_SAMPLES = Samples(_sample, 20, _halo_sample, 40, (_BARS,))
_WITH_TIERS = _SAMPLES._replace(isolation=(_BARS, _RULED_BARS))
_WITHOUT_BARS = _SAMPLES._replace(isolation=())
