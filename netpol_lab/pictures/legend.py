"""What every picture of traffic shares: the heading, the legend, badges and signs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from typing import NamedTuple

from netpol_lab.pictures.nodes import Node
from netpol_lab.pictures.palette import BLUE, EDGE, GREY, INK, MUTED, PAPER, SAND, SKY, VERMILLION
from netpol_lab.pictures.shapes import (
    Box,
    Circle,
    Group,
    Path,
    Point,
    Rect,
    Shape,
    Sheet,
    Step,
    Style,
    Text,
)
from netpol_lab.pictures.text_width import clipped, text_width
from netpol_lab.pictures.traffic import Arc, Change, State, Traffic

MARGIN = 24.0
TOP = 80.0  # where the heading ends

COLOURS = {State.ALLOWED: BLUE, State.BLOCKED: VERMILLION, State.UNDEFINED: GREY}
GLOWS = {Change.NONE: SKY, Change.OPENED: SKY, Change.CLOSED: SAND}

# A cross and a question mark, in a square from -8 to 8.
_CROSS: tuple[Step, ...] = (("M", -3.4, -3.4), ("L", 3.4, 3.4), ("M", -3.4, 3.4), ("L", 3.4, -3.4))
_QUESTION: tuple[Step, ...] = (
    ("M", -2.5, -2.2),
    ("C", -2.5, -5.8, 2.9, -5.6, 2.7, -2.2),
    ("C", 2.6, -0.4, 0, -0.4, 0, 1.6),
    ("M", 0, 4.3),
    ("L", 0, 4.6),
)
_SIGNS = {State.ALLOWED: _CROSS, State.BLOCKED: _CROSS, State.UNDEFINED: _QUESTION}


def sign(state: State, at: Point, radius: float, ring: bool = True) -> Group:
    """Return a cross or a question mark, in a white circle; hidden where all is well."""
    pen = Style("none", COLOURS[state], 1.8, round_ends=True)
    strokes = Path(tuple(_moved(step, at, radius / 8) for step in _SIGNS[state]), pen)
    circle = Circle(at, radius, Style(PAPER, COLOURS[state], 1.6))
    shapes: tuple[Shape, ...] = (circle, strokes) if ring else (strokes,)
    return Group("nl-mark", shapes, shown=state is not State.ALLOWED)


def _moved(step: Step, to: Point, scale: float) -> Step:
    command, *numbers = step
    return (command, *(n * scale + to[i % 2] for i, n in enumerate(numbers)))


def badge(words: str, box: Box) -> Iterator[Shape]:
    """Yield a pill: dark for what is isolated, an outline for what is open."""
    dark = words.endswith("isolated")
    dash = (3.0, 3.0) if words.endswith("undefined") else ()
    x, y = box.middle
    yield Rect(
        box, Style(INK if dark else PAPER, INK if dark else EDGE, 1, dash), 10, kind="nl-badge"
    )
    yield Text((x, y + 4.3), words, anchor="middle", colour=PAPER if dark else MUTED)


def flow_group(arc: Arc, shapes: Iterable[Shape]) -> Group:
    """Return the shapes of one connection with what a redraw and a screen reader want."""
    data = (
        ("key", arc.key),
        ("source", arc.source.name),
        ("destination", arc.destination.name),
        ("verdict", str(arc.state)),
        ("changed", str(arc.change)),
        ("label", arc.label),
    )
    return Group("nl-flow", tuple(shapes), data)


def pod_group(node: Node, shapes: Iterable[Shape]) -> Group:
    """Return the shapes of one endpoint with what a redraw and a screen reader want."""
    labels = node.pod.labels.items() if node.pod else ()
    tooltip = "\n".join([node.name, *(f"{key}={value}" for key, value in labels)])
    data = (("key", node.key), ("pod", node.name), ("label", node.label))
    return Group("nl-pod", tuple(shapes), data, tooltip)


def heading(traffic: Traffic, title: str | None, width: float) -> Group:
    """Return the two lines on top: what was asked, and the numbers."""
    numbers = [*([traffic.asked] if title else []), *traffic.counted]
    room = width - 2 * MARGIN
    first = clipped(title or traffic.asked, room, 18, bold=True)
    second = clipped(" · ".join(numbers), room, 14)
    lines = Text((MARGIN, 36), first, 18, bold=True), Text((MARGIN, 58), second, 14, colour=MUTED)
    return Group("nl-heading", lines)


# ---------------------------------------------------------------- the legend


class Entry(NamedTuple):
    """One thing a legend explains: how to draw a sample of it, how wide that is, and words."""

    sample: Callable[[float, float], Iterable[Shape]]
    width: float
    words: str
    shown: bool = True


class Samples(NamedTuple):
    """How a kind of diagram draws what its legend explains, and how wide that is."""

    line: Callable[[State, float, float], Iterable[Shape]]
    line_width: float
    halo: Callable[[float, float], Iterable[Shape]]
    halo_width: float
    isolation: tuple[Entry, ...]


@lru_cache(maxsize=16)
def _entries(samples: Samples, halo: str, changed: bool, undefined: bool) -> tuple[Entry, ...]:
    lines = {state: partial(samples.line, state) for state in State}
    return (
        Entry(lines[State.ALLOWED], samples.line_width, "allowed"),
        Entry(lines[State.BLOCKED], samples.line_width, "blocked"),
        *samples.isolation,
        Entry(samples.halo, samples.halo_width, halo, changed),
        Entry(lines[State.UNDEFINED], samples.line_width, "undefined", undefined),
    )


@lru_cache(maxsize=64)  # the same for nearly every picture of a notebook
def legend(
    entries: tuple[Entry, ...], width: float, top: float, live: bool = False
) -> tuple[Group, float]:
    """Return the legend from `top` on, and where the sheet ends below it.

    What does not occur is left out. In a live picture it keeps its place but is hidden, so that
    nothing moves when it does.
    """
    x, y, groups = MARGIN, top + 12, []
    for entry in entries:
        if not (entry.shown or live):
            continue
        wide = entry.width + 8 + text_width(entry.words, 13)
        if x + wide > width - MARGIN:
            x, y = MARGIN, y + 28
        text = Text((x + entry.width + 8, y + 4.5), entry.words, 13)
        shapes = (*entry.sample(x, y), text)
        groups.append(Group("nl-legend-entry", shapes, shown=entry.shown))
        x += wide + 24
    return Group("nl-legend", tuple(groups)), math.ceil(y + 24)


def page(
    traffic: Traffic,
    title: str | None,
    live: bool,
    samples: Samples,
    width: float,
    bottom: float,
    shapes: Iterable[Shape],
) -> Sheet:
    """Return a diagram on white paper, with its heading above and its legend from `bottom` on."""
    entries = _entries(samples, halo_words(traffic), *occurring(traffic))
    notes, height = legend(entries, width, bottom, live)
    return Sheet.white(width, height, *shapes, heading(traffic, title, width), notes)


def halo_words(traffic: Traffic) -> str:
    """Return what the two halos mean: an undefined connection is not called blocked or allowed."""

    def states(change: Change, usual: State) -> str:
        found = {arc.state for arc in traffic.arcs if arc.change is change}
        return " or ".join(state for state in State if state in (found or {usual}))

    return traffic.wording.legend.format(
        opened=states(Change.OPENED, State.ALLOWED), closed=states(Change.CLOSED, State.BLOCKED)
    )


def occurring(traffic: Traffic) -> tuple[bool, bool]:
    """Say whether anything changed, and whether anything is undefined."""
    return traffic.changed > 0, traffic.states[State.UNDEFINED] > 0
