"""Cards in namespace frames, and one arc for each direction of each pair.

Every connection and every endpoint is always made of the same shapes; policies only change their
colours, dashes and words, and hide or show them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from netpol_lab.pictures.arc_layout import BADGE, HEAD, Curve, plan
from netpol_lab.pictures.legend import (
    COLOURS,
    GLOWS,
    Entry,
    Samples,
    badge,
    flow_group,
    page,
    pod_group,
    sign,
)
from netpol_lab.pictures.nodes import Isolation, Node
from netpol_lab.pictures.palette import CHIP, EDGE, FAINT, INK, MIST, MUTED, PAPER
from netpol_lab.pictures.shapes import Box, Group, Path, Rect, Shape, Sheet, Step, Style, Text
from netpol_lab.pictures.text_width import clipped, shortened, text_width
from netpol_lab.pictures.traffic import Arc, Change, State, Traffic

HALF = 4.6  # half the width of an arrowhead


# ---------------------------------------------------------------- arcs

HIT = Style(width=14, catches="stroke")
HALOS = {
    change: Style(stroke=colour, width=12, opacity=0.45, round_ends=True)
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


@lru_cache(maxsize=8192)  # a switched policy leaves most arcs as they were
def draw_arc(arc: Arc, way: Curve, dense: bool = False) -> Group:
    """Return one connection: always the same shapes, whatever its verdict."""
    halo = Path(way.steps, HALOS[arc.change], kind="nl-halo", shown=arc.change is not Change.NONE)
    hit = Path(way.steps, HIT, kind="nl-hit")
    return flow_group(arc, (halo, hit, *_line(arc.state, way, dense)))


def _line(state: State, way: Curve, dense: bool = False) -> Iterator[Shape]:
    style = LINES[state, dense]
    colour = COLOURS[state]
    filled = Style(
        colour if state is State.ALLOWED else "none", colour, style.width, round_ends=True
    )
    yield Path(way.steps, style, kind="nl-line")
    yield Path(head(way, state, 0.72 if dense else 1), filled, kind="nl-head")
    yield sign(state, way.sign, 6 if dense else 7.5)


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


@lru_cache(maxsize=1024)
def draw_card(node: Node, box: Box, radius: float, upright: bool) -> Group:
    """Return one endpoint: always the same shapes, whatever the policies say."""
    inside = _lying(node, box) if upright else _standing(node, box)
    return pod_group(node, (Rect(box, _border(node), radius, kind="nl-card"), *inside))


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
    yield from _chip(node, x, box.y + 39, box.width - 10)
    for row, words in enumerate(node.badges):
        yield from badge(words, Box(x - BADGE / 2, box.y + 70 + 24 * row, BADGE, 20))


def _chip(node: Node, x: float, y: float, room: float) -> Iterator[Shape]:
    words = clipped(", ".join(node.notes) or "no labels", room - 14)
    width = text_width(words) + 14
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


def draw_frames(frames: Sequence[tuple[str, Box]]) -> Iterator[Group]:
    """Yield the frames of the namespaces; all of them say `namespace`, or none for lack of room."""
    spoken = [f"namespace {name}" for name, _ in frames]
    fits = all(
        text_width(words, 13) <= box.width - 32
        for words, (_, box) in zip(spoken, frames, strict=True)
    )
    for words, (name, box) in zip(spoken, frames, strict=True):
        words = words if fits else shortened(name, box.width - 32, 13)
        label = Text((box.x + 16, box.y + 21), words, 13, colour=MUTED)
        yield Group("nl-frame", (Rect(box, Style(MIST, FAINT, 1.5), 16), label))


# ---------------------------------------------------------------- the whole


def lay_out(traffic: Traffic, title: str | None = None, live: bool = False) -> Sheet:
    """Return the picture of the traffic as cards and arcs."""
    places = plan(traffic.nodes)
    cards = [
        draw_card(node, box, places.corner(k), places.upright)
        for k, (node, box) in enumerate(zip(places.nodes, places.boxes, strict=True))
    ]
    index = {node: k for k, node in enumerate(places.nodes)}
    dense = len(places.nodes) > 6
    arcs = (
        draw_arc(arc, places.curve(index[arc.source], index[arc.destination]), dense)
        for arc in traffic.arcs
    )
    shapes = (*draw_frames(places.frames), *arcs, *cards)
    samples = _WITH_TIERS if any(node.is_ruled for node in traffic.nodes) else _SAMPLES
    return page(traffic, title, live, samples, places.width, places.bottom + 14, shapes)


def _sample(state: State, x: float, y: float) -> Iterator[Shape]:
    a, b, tip = (x, y), (x + 42, y), (x + 52, y)
    return _line(state, Curve(20, a, a, a, b, b, b, tip))


def _halo_sample(x: float, y: float) -> Iterator[Shape]:
    for start, change in ((x + 6, Change.OPENED), (x + 44, Change.CLOSED)):
        yield Path((("M", start, y), ("L", start + 20, y)), HALOS[change])


_BADGES = (
    Entry(lambda x, y: badge("isolated", Box(x, y - 10, 70, 20)), 70, "only what a rule admits"),
    Entry(lambda x, y: badge("open", Box(x, y - 10, 52, 20)), 52, "everything"),
)
_ASKED = Entry(
    lambda x, y: badge("A·B", Box(x, y - 10, 52, 20)), 52, "tiers Admin, Baseline have rules, too"
)
_SAMPLES = Samples(_sample, 52, _halo_sample, 70, _BADGES)
_WITH_TIERS = _SAMPLES._replace(isolation=(*_BADGES, _ASKED))
