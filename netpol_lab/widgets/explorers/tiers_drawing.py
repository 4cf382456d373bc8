"""The gates of a flow as boxes in two columns, and the line that falls through them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from netpol_lab.pictures.legend import COLOURS, MARGIN, sign
from netpol_lab.pictures.palette import EDGE, INK, MIST, MUTED, PAPER, tinted
from netpol_lab.pictures.shapes import Box, Circle, Group, Path, Rect, Shape, Sheet, Style, Text
from netpol_lab.pictures.text_width import SMALL, shortened, text_width
from netpol_lab.pictures.traffic import State
from netpol_lab.widgets.explorers.drawing import INNER, Page, part, pill, straight, wrapped

if TYPE_CHECKING:
    from netpol_lab.widgets.explorers.tiers_facts import Gate, GateRow, TierFall

MOST_ROWS = 7  # rules at one gate
BETWEEN = 40.0  # the columns
TRACK = 26.0  # beside each column, where the flow falls
COLUMN = (INNER - BETWEEN) / 2
HEAD, ROW, PAD, GAP = 34.0, 18.0, 10.0, 14.0
PILL = 122.0  # the width of an answer

_LOOKS = {"accepted": State.ALLOWED, "denied": State.BLOCKED, "left open": State.UNDEFINED}


def draw_fall(fall: TierFall) -> Sheet:
    """Return the gates of both sides, and the flow falling through them."""
    ends = f"{fall.verdict.flow.source} -> {fall.verdict.flow.destination}"
    remarks = (line for words in fall.remarks for line in wrapped(words, INNER * SMALL / 14))
    page = Page(f"{fall.asked}: {fall.outcome}", [ends, *remarks])
    pairs = list(zip(fall.egress, fall.ingress, strict=True))
    tall = [HEAD + max(len(_shown(a)), len(_shown(b)), 1) * ROW + PAD for a, b in pairs]
    first = page.top + 46
    tops = list(accumulate((height + GAP for height in tall[:-1]), initial=first))
    shapes: list[Shape] = []
    lefts = (MARGIN, MARGIN + COLUMN + BETWEEN)
    for gates, left, head, note in zip(
        (fall.egress, fall.ingress), lefts, fall.heads(), ("", fall.note), strict=True
    ):
        shapes += _head(left, page.top + 14, head, note)
        boxes = [
            Box(left + TRACK, y, COLUMN - TRACK, height)
            for y, height in zip(tops, tall, strict=True)
        ]
        reached = not note
        state = fall.leaves if gates is fall.egress else fall.arrives
        shapes += _track(gates, boxes, state, reached)
        shapes += [_gate(gate, box) for gate, box in zip(gates, boxes, strict=True)]
        if gates is fall.egress and fall.leaves is not State.BLOCKED:
            shapes.append(_across(boxes[_last(gates)], lefts[1] + TRACK / 2, first, fall.leaves))
    return page.sheet(tops[-1] + tall[-1] + MARGIN, *shapes)


def _head(x: float, y: float, words: str, note: str) -> Iterator[Shape]:
    yield Text((x, y), shortened(words, COLUMN, 14, bold=True), 14, bold=True)
    if note:
        yield Text((x + TRACK, y + 18), shortened(note, COLUMN - TRACK), colour=MUTED)


def _last(gates: Sequence[Gate]) -> int:
    """Return the place of the gate where the fall ends."""
    unasked = [str(gate.answer) == "not asked" for gate in gates]
    ends = [k for k, gate in enumerate(gates) if str(gate.answer) in _LOOKS]
    return ends[0] if ends else unasked.index(False)


# ---------------------------------------------------------------- the line


def _track(
    gates: Sequence[Gate], boxes: Sequence[Box], state: State, reached: bool
) -> Iterator[Shape]:
    """Yield the line beside the gates of one side, down to the one that decides."""
    last, x = _last(gates), boxes[0].x - TRACK / 2
    end, top = boxes[last], boxes[0].y - 12
    y = end.y + HEAD / 2
    colour = COLOURS[state] if reached else EDGE
    dash = () if reached and state is State.ALLOWED else (6.0, 4.0)
    yield straight((x, top), (x, y), colour, 2.6, dash)
    yield straight((x, y), (end.x - 4, y), colour, 2.6, dash)
    yield Circle((x, top), 5, Style(colour))
    for box in boxes[:last]:
        yield Circle((x, box.y + HEAD / 2), 4, Style(PAPER, colour, 2))
    if state is State.ALLOWED:
        yield _arrowhead(end.x, y, colour)
    elif reached:
        yield sign(state, (x, y), 8)


def _arrowhead(x: float, y: float, colour: str) -> Path:
    steps = (("M", x, y), ("L", x - 9, y - 5.5), ("L", x - 9, y + 5.5), ("Z",))
    return Path(steps, Style(colour), kind="nl-head")


def _across(start: Box, x: float, top: float, state: State) -> Path:
    """Return the way from the gate that lets a flow out to the gates that may let it in."""
    y, middle = start.y + HEAD / 2, (start.right + x) / 2 - 4
    steps = (
        ("M", start.right, y), ("L", middle, y), ("L", middle, top - 12), ("L", x, top - 12),
    )  # fmt: skip
    dash = () if state is State.ALLOWED else (6.0, 4.0)
    return Path(steps, Style("none", COLOURS[state], 2.6, dash), kind="nl-line")


# ---------------------------------------------------------------- a gate


def _gate(gate: Gate, box: Box) -> Group:
    """Return one gate: its answer, and its rules under it."""
    answer = str(gate.answer)
    state, unasked = _LOOKS.get(answer), answer == "not asked"
    colour = COLOURS[state] if state else EDGE
    fill = tinted(colour, 0.1) if state else PAPER if unasked else MIST
    look = Style(fill, colour, 2 if state else 1.3, (5.0, 4.0) if unasked else ())
    shapes: list[Shape] = [Rect(box, look, 10, kind="nl-card")]
    title = Text((box.x + PAD, box.y + 22), gate.name, 14, bold=True, colour=_ink(unasked))
    shapes += [title, *pill(answer, _pill(box), state is not None)]
    for k, row in enumerate(_shown(gate)):
        shapes += _row(row, box, box.y + HEAD + ROW * k + 13, unasked)
    if not gate.rows and gate.note:
        words = shortened(gate.note, box.width - 2 * PAD)
        shapes.append(Text((box.x + PAD, box.y + HEAD + 13), words, colour=MUTED))
    return part("nl-pod", shapes, key=gate.key, verdict=answer, label=gate.label)


def _pill(box: Box) -> Box:
    return Box(box.right - PILL - 8, box.y + 8, PILL, 19)


def _ink(unasked: bool) -> str:
    return MUTED if unasked else INK


def _row(row: GateRow, box: Box, y: float, unasked: bool) -> Iterator[Shape]:
    bold, colour = row.decides, INK if row.decides and not unasked else MUTED
    room = box.width - 3 * PAD - text_width(row.says, bold=bold)
    yield Text((box.x + PAD, y), shortened(row.words, room, bold=bold), bold=bold, colour=colour)
    yield Text((box.right - PAD, y), row.says, anchor="end", colour=colour, bold=bold)


def _shown(gate: Gate) -> list[GateRow]:
    """Return the rows of a gate that there is room for: the one that decides is among them."""
    rows = list(gate.rows)
    if len(rows) <= MOST_ROWS:
        return rows
    place = next((k for k, row in enumerate(rows) if row.decides), 0)
    start = max(0, min(place - MOST_ROWS + 3, len(rows) - MOST_ROWS + 1))
    shown = rows[start : start + MOST_ROWS - 1]
    rest = type(rows[0])(f"… {len(rows) - len(shown)} more rules", "")
    return [*shown, rest]
