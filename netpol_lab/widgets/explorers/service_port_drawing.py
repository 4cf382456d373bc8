"""The walk through a Service as boxes and arrows: client, Service, pod port, and the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from netpol_lab.pictures.legend import COLOURS, MARGIN, sign
from netpol_lab.pictures.palette import EDGE, MIST, MUTED, tinted
from netpol_lab.pictures.shapes import Box, Group, Path, Rect, Shape, Sheet, Style, Text
from netpol_lab.pictures.text_width import clipped, shortened
from netpol_lab.pictures.traffic import State
from netpol_lab.widgets.explorers.drawing import WIDTH, Page, column, fitting, part, pill, wrapped

GAP, TALL, PAD = 44.0, 128.0, 10.0
WIDTHS = (142.0, 176.0, 178.0, 184.0)
HEADS = ("client", "Service", "pod", "policies see")


class Station(NamedTuple):
    """One box: a name, a line that stands out, and more words."""

    name: str
    number: str = ""
    words: tuple[str, ...] = ()


class StopRow(NamedTuple):
    """One pod behind the Service: its box, and what the policies make of it."""

    key: str
    label: str
    state: str
    pod: Station
    seen: Station


def lay_out(
    title: str,
    counted: str,
    client: Station,
    service: Station,
    rows: Sequence[StopRow],
    nowhere: str,
) -> Sheet:
    """Return the walk as a drawing."""
    page = Page(title, [counted])
    first = page.top + 44
    height = max(1, len(rows)) * (TALL + 12) - 12
    bottom = first + height + MARGIN
    middle = first + height / 2 - TALL / 2
    here = [Box(x, middle, width, TALL) for x, width in _columns()]
    shapes = [*_captions(page.top + 24)]
    shapes += [*_arrow(here[0], here[1], EDGE), *_box(client, here[0]), *_box(service, here[1])]
    for i, row in enumerate(rows):
        shapes.append(_row(row, here[1], first + i * (TALL + 12)))
    if not rows:
        shapes += _nowhere(nowhere, here[1], here[2])
    return page.sheet(bottom, *shapes)


def _columns() -> Iterator[tuple[float, float]]:
    x = MARGIN
    for width in WIDTHS:
        yield x, width
        x += width + GAP


def _captions(y: float) -> Iterator[Shape]:
    for (x, width), words in zip(_columns(), HEADS, strict=True):
        yield Text((x + width / 2, y), words, 13, "middle", MUTED)


def _row(row: StopRow, service: Box, y: float) -> Group:
    (x, width), (far, wide) = list(_columns())[2:]
    pod, seen = Box(x, y, width, TALL), Box(far, y, wide, TALL)
    reached = row.state in COLOURS
    whole = Box(x, y, far + wide - x if reached else width, TALL)
    shapes: list[Shape] = [Rect(whole, Style(catches="all"))]  # between the boxes, too
    shapes += _arrow(service, pod, EDGE, dashed=not reached)
    shapes += _box(row.pod, pod, dashed=not reached)
    if reached:
        colour = COLOURS[State(row.state)]
        shapes += _arrow(pod, seen, colour)
        if row.state != "allowed":
            shapes.append(sign(State(row.state), ((pod.right + seen.x) / 2 - 5, pod.middle[1]), 9))
        shapes += _box(row.seen, seen, colour)
        shapes += pill(row.state, Box(seen.right - 84, seen.y + 8, 76, 19), row.state != "allowed")
    pod_name = row.key.removeprefix("pod:")
    return part("nl-pod", shapes, key=row.key, pod=pod_name, verdict=row.state, label=row.label)


def _box(station: Station, box: Box, colour: str = EDGE, dashed: bool = False) -> Iterator[Shape]:
    plain = colour == EDGE
    fill, width = (MIST, 1.5) if plain else (tinted(colour, 0.1), 2)
    look = Style(fill, colour, width, (5.0, 4.0) if dashed else ())
    yield Rect(box, look, 10, "nl-card" if plain else "nl-line")
    room, x, y = box.width - 2 * PAD, box.x + PAD, box.y + 22
    name = shortened(station.name, room, 14, bold=True)
    heads = list(filter(None, [name, clipped(station.number, room, 14, bold=True)]))
    yield from column(heads, (x, y), 22, size=14, bold=True)
    y += 22 * len(heads)
    lines = [line for words in station.words for line in wrapped(words, room)]
    shown = fitting(lines, int((box.bottom - y) // 16) + 1, room)
    yield from column(shown, (x, y), colour=MUTED)


def _arrow(start: Box, end: Box, colour: str, dashed: bool = False) -> Iterator[Shape]:
    (x, y), (far, there) = (start.right, start.middle[1]), (end.x, end.middle[1])
    third = (far - x) / 2
    dash = (4.0, 4.0) if dashed else ()
    curve = ("C", x + third, y, far - third, there, far - 11, there)
    pen = Style("none", colour, 2.5, dash)
    yield Path((("M", x + 1, y), curve), pen, "nl-line")
    head = (("M", far - 3, there), ("L", far - 13, there - 6), ("L", far - 13, there + 6), ("Z",))
    yield Path(head, Style(colour), "nl-head")


def _nowhere(words: str, service: Box, place: Box) -> Iterator[Shape]:
    wide = Box(place.x, place.y, WIDTH - MARGIN - place.x, place.height)
    yield from _arrow(service, wide, EDGE, dashed=True)
    yield from _box(Station("nowhere", "", (words,)), wide, dashed=True)
