"""What every picture of traffic shares: the heading, the legend, and the signs it explains."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from netpol_lab.shapes import (
    BLUE,
    EDGE,
    GREY,
    INK,
    LIGHT_BLUE,
    MUTED,
    PAPER,
    SAND,
    VERMILLION,
    Box,
    Group,
    Path,
    Rect,
    Shape,
    Step,
    Style,
    Text,
    clipped,
    text_width,
)
from netpol_lab.traffic import Change, State, Traffic

MARGIN = 24.0
TOP = 80.0  # where the heading ends

_STROKES: dict[State, tuple[str, tuple[float, ...]]] = {
    State.ALLOWED: (BLUE, ()),
    State.BLOCKED: (VERMILLION, (7, 5)),
    State.UNDEFINED: (GREY, (2, 4)),
}
LINES = {
    (state, dense): Style("none", colour, 1.7 if dense else 2.4, dash)
    for state, (colour, dash) in _STROKES.items()
    for dense in (False, True)
}

# A cross and a question mark, in a square from -8 to 8.
_CROSS: tuple[Step, ...] = (("M", -3.4, -3.4), ("L", 3.4, 3.4), ("M", -3.4, 3.4), ("L", 3.4, -3.4))
_QUESTION: tuple[Step, ...] = (
    ("M", -2.5, -2.2),
    ("C", -2.5, -5.8, 2.9, -5.6, 2.7, -2.2),
    ("C", 2.6, -0.4, 0, -0.4, 0, 1.6),
    ("M", 0, 4.3),
    ("L", 0, 4.6),
)
MARKS = {State.ALLOWED: _CROSS, State.BLOCKED: _CROSS, State.UNDEFINED: _QUESTION}


def line_style(state: State, dense: bool) -> Style:
    """Return how the line of a connection looks."""
    return LINES[state, dense]


def badge(words: str, box: Box) -> Iterator[Shape]:
    """Yield a pill: dark for what is isolated, an outline for what is open."""
    dark = words.endswith("isolated")
    dash = (3.0, 3.0) if words.endswith("undefined") else ()
    style = Style(INK if dark else PAPER, INK if dark else EDGE, 1, dash)
    x, y = box.middle
    yield Rect(box, style, box.height / 2, "nl-badge")
    yield Text((x, y + 4.3), words, anchor="middle", colour=PAPER if dark else MUTED)


def heading(traffic: Traffic, title: str | None, width: float) -> Group:
    """Return the two lines on top: what was asked, and the numbers."""
    first = title or traffic.asked
    numbers = [*([traffic.asked] if title else []), *traffic.counted]
    room = width - 2 * MARGIN
    return Group(
        "nl-heading",
        (
            Text((MARGIN, 36), clipped(first, room, 18, True), 18, bold=True),
            Text((MARGIN, 58), clipped(" · ".join(numbers), room, 14), 14, colour=MUTED),
        ),
    )


class _Entry(NamedTuple):
    sample: float  # the sample's width
    words: str
    shown: bool = True


def legend(traffic: Traffic, width: float, top: float, note: str) -> tuple[Group, float]:
    """Return the legend from `top` on, and where the sheet ends below it.

    What does not occur keeps its place but is hidden, so that nothing moves when it does.
    """
    changes, states = traffic.changes, traffic.states
    entries = {
        "allowed": _Entry(36, "allowed"),
        "blocked": _Entry(36, "blocked"),
        "isolated": _Entry(70, "a policy selects this pod"),
        "open": _Entry(52, "no policy does"),
        "undefined": _Entry(36, "Kubernetes leaves it open", states[State.UNDEFINED] > 0),
        "opened": _Entry(36, "just opened", changes[Change.OPENED] > 0),
        "closed": _Entry(36, "just closed", changes[Change.CLOSED] > 0),
    }
    x, y, groups = MARGIN, top + 12, []
    for name, entry in entries.items():
        wide = entry.sample + 8 + text_width(entry.words, 13)
        if x + wide > width - MARGIN or name == "undefined":
            x, y = MARGIN, y + 28
        text = Text((x + entry.sample + 8, y + 4.5), entry.words, 13)
        shapes = (*_sample(name, x, y), text)
        groups.append(Group("nl-legend-entry", shapes, shown=entry.shown))
        x += wide + 26
    return Group("nl-legend", tuple(groups)), y + 24


def _sample(name: str, x: float, y: float) -> Iterator[Shape]:
    if name in ("isolated", "open"):
        yield from badge(name, Box(x, y - 10, 70 if name == "isolated" else 52, 20))
        return
    if name in ("opened", "closed"):
        colour = LIGHT_BLUE if name == "opened" else SAND
        yield Path((("M", x + 6, y), ("L", x + 30, y)), Style("none", colour, 12, round_ends=True))
    state = {"opened": State.ALLOWED, "closed": State.BLOCKED}.get(name) or State(name)
    yield Path((("M", x, y), ("L", x + 36, y)), LINES[state, False])
