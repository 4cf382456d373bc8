"""A grid of sources and destinations: the picture of more endpoints than arcs can show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, pairwise

from netpol_lab.captions import (
    COLOURS,
    GLOWS,
    MARGIN,
    TOP,
    Entry,
    flow_group,
    heading,
    legend,
    occurring,
    pod_group,
    sign,
)
from netpol_lab.shapes import (
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
    shortened,
    text_width,
)
from netpol_lab.traffic import Arc, Change, Isolation, Node, State, Traffic

WIDEST = 960.0
HEADER = 210.0  # the longest name that is shown in full
BAR = 6.0  # the width of the bar that says isolated


@dataclass(frozen=True)
class Grid:
    """Where the cells are: row and column `k` both belong to endpoint `k`."""

    left: float
    top: float
    cell: float
    starts: tuple[float, ...]

    @property
    def size(self) -> float:
        """The length of a row, and of a column."""
        return self.starts[-1] + self.cell

    def at(self, i: int, j: int) -> Box:
        """Return the cell of the connection from endpoint `i` to endpoint `j`."""
        x, y = self.left + self.starts[j], self.top + self.starts[i]
        return Box(x + 1, y + 1, self.cell - 2, self.cell - 2)


def grid(nodes: Sequence[Node]) -> Grid:
    """Return a grid with some air between namespaces."""
    names = max(text_width(node.name) for node in nodes)
    header = min(HEADER, max(90.0, names)) + BAR + 12
    air = [0.0, *(8.0 * (a.namespace != b.namespace) for a, b in pairwise(nodes))]
    room = WIDEST - 2 * MARGIN - header - sum(air)
    cell = min(30.0, room // len(nodes))
    starts = tuple(k * cell + gap for k, gap in enumerate(accumulate(air)))
    return Grid(MARGIN + header, TOP + 22 + header, cell, starts)


def _square(box: Box) -> tuple[Step, ...]:
    corners = ((box.right, box.y), (box.right, box.bottom), (box.x, box.bottom))
    return (("M", box.x, box.y), *(("L", *corner) for corner in corners), ("Z",))


# ---------------------------------------------------------------- cells

HIT = Style(catches="all")
FACES = {
    State.ALLOWED: Style(COLOURS[State.ALLOWED], COLOURS[State.ALLOWED]),
    State.BLOCKED: Style(PAPER, FAINT),
    State.UNDEFINED: Style(PAPER, COLOURS[State.UNDEFINED], 1, (2, 2)),
}
TICK = Style("none", PAPER, 1.8, round_ends=True)


def draw_cell(arc: Arc, box: Box) -> Group:
    """Return one connection: always the same shapes, whatever its verdict."""
    halo = Path(_square(box), Style("none", INK, 3), "nl-halo", arc.change is not Change.NONE)
    return flow_group(arc, (halo, Path(_square(box), HIT, "nl-hit"), *_face(arc.state, box)))


def _face(state: State, box: Box) -> Iterator[Shape]:
    yield Path(_square(box), FACES[state], "nl-line")
    yield Path(_tick(box), TICK, "nl-head", state is State.ALLOWED)
    yield sign(state, box.middle, min(8.0, box.width * 0.45))


def _tick(box: Box) -> tuple[Step, ...]:
    (x, y), r = box.middle, box.width * 0.22
    return (("M", x - r, y), ("L", x - r * 0.25, y + r * 0.75), ("L", x + r, y - r * 0.75))


# ---------------------------------------------------------------- names beside and above


def draw_names(node: Node, places: Grid, k: int) -> Group:
    """Return what belongs to an endpoint: its names, their bars, the empty cell of its own."""
    own = places.at(k, k)
    name = shortened(node.name, places.left - MARGIN - BAR - 12)
    x, y = places.left - BAR - 8, places.top - BAR - 8
    shapes = (
        Text((x, own.middle[1] + 4.3), name, anchor="end"),
        Text((own.middle[0] + 4.3, y), name, turned=True),
        *_bar(node, 1, Box(places.left - BAR - 2, own.y + 1, BAR, own.height - 2)),
        *_bar(node, 0, Box(own.x + 1, places.top - BAR - 2, own.width - 2, BAR)),
        Path(_square(own), Style(MIST)),
    )
    return pod_group(node, shapes)


def _bar(node: Node, way: int, box: Box) -> Iterator[Shape]:
    state = node.isolation[way] if node.isolation else Isolation.OPEN
    style = Style(INK) if state is Isolation.ISOLATED else Style(PAPER, EDGE, 1, (2, 2))
    yield Rect(box, style, 2, "nl-badge", state is not Isolation.OPEN)


# ---------------------------------------------------------------- the whole


def lay_out(traffic: Traffic, title: str | None = None) -> Sheet:
    """Return the picture of the traffic as a grid."""
    places = grid(traffic.nodes)
    width = max(760.0, places.left + places.size + MARGIN)
    notes, height = legend(_entries(traffic), width, places.top + places.size + 12)
    shapes = (
        Rect(Box(0, 0, width, height), Style(PAPER)),
        Text((MARGIN, places.top - 8), "from", 13, colour=MUTED, bold=True),
        Text((places.left + 4, TOP + 12), "to", 13, colour=MUTED, bold=True),
        *(draw_names(node, places, k) for k, node in enumerate(traffic.nodes)),
        *_cells(traffic, places),
        heading(traffic, title, width),
        notes,
    )
    return Sheet(width, height, shapes)


def _cells(traffic: Traffic, places: Grid) -> Iterator[Group]:
    index = {node.key: k for k, node in enumerate(traffic.nodes)}
    for arc in traffic.arcs:
        yield draw_cell(arc, places.at(index[arc.source.key], index[arc.destination.key]))


def _entries(traffic: Traffic) -> Iterator[Entry]:
    changed, undefined = occurring(traffic)
    yield Entry(partial(_sample, State.ALLOWED), 20, "allowed")
    yield Entry(partial(_sample, State.BLOCKED), 20, "blocked")
    yield Entry(_bar_sample, 20, "isolated: rows for egress, columns for ingress")
    yield Entry(_halo_sample, 20, "just changed", changed)
    yield Entry(partial(_sample, State.UNDEFINED), 20, "left open by Kubernetes", undefined)


def _sample(state: State, x: float, y: float) -> Iterator[Shape]:
    return _face(state, Box(x, y - 10, 20, 20))


def _bar_sample(x: float, y: float) -> Iterator[Shape]:
    yield Rect(Box(x + 14, y - 10, BAR, 20), Style(INK), 2)


def _halo_sample(x: float, y: float) -> Iterator[Shape]:
    yield Path(_square(Box(x, y - 10, 20, 20)), Style("none", INK, 3))
