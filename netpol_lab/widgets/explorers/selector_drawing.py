"""The pods of a cluster as cards in frames: which match, and what the others lack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from netpol_lab.model.objects import Namespace, Pod
from netpol_lab.pictures.legend import MARGIN
from netpol_lab.pictures.palette import BLUE, EDGE, FAINT, MIST, MUTED, PAPER, tinted
from netpol_lab.pictures.shapes import Box, Group, Rect, Shape, Sheet, Style, Text
from netpol_lab.pictures.text_width import shortened
from netpol_lab.widgets.explorers.drawing import INNER, Page, column, fitting, part, pill, wrapped

GAP, PAD, BETWEEN = 14.0, 12.0, 8.0
MOST_COLUMNS = 3
CARD = 270.0  # about how wide
LINE = 16.0


@dataclass(frozen=True)
class PodMark:
    """What the selectors make of one pod.

    Parameters
    ----------
    pod : Pod
    matched : bool or None
        None where Kubernetes leaves it open.
    why : str
        In a few words.
    verdict : str
        The same as `matched`, in a word or two.
    """

    pod: Pod
    matched: bool | None
    why: str
    verdict: str

    @property
    def key(self) -> str:
        """What a redraw knows this pod by."""
        return f"pod:{self.pod}"

    @property
    def label(self) -> str:
        """The pod in words."""
        return f"pod {self.pod.name} in namespace {self.pod.namespace}, {self.verdict}: {self.why}"


class NamespaceCards(NamedTuple):
    """A namespace: whether the policy is in it, whether its pods are looked at, and the pods."""

    namespace: Namespace
    home: bool
    looked_at: bool
    marks: tuple[PodMark, ...]


def lay_out(title: str, lines: Iterable[str], frames: Sequence[NamespaceCards]) -> Sheet:
    """Return a drawing of the namespaces, in columns of about the same height."""
    page = Page(title, list(lines))
    count = min(MOST_COLUMNS, max(1, len(frames)))
    width = (INNER - (count - 1) * GAP) / count
    shapes: list[Shape] = []
    bottoms = [page.top] * count
    for frame in frames:
        column = bottoms.index(min(bottoms))
        drawn = _frame(frame, MARGIN + column * (width + GAP), bottoms[column], width)
        shapes += drawn
        bottoms[column] = drawn[0].box.bottom + GAP  # type: ignore[union-attr]
    return page.sheet(max(bottoms) + MARGIN - GAP, *shapes)


def _frame(frame: NamespaceCards, x: float, y: float, width: float) -> list[Shape]:
    """Return a namespace with its pods; its frame comes first."""
    room = width - 2 * PAD
    pairs = map("=".join, frame.namespace.labels.items())
    labels = [line for pair in pairs for line in wrapped(pair, room)]
    cards, bottom = _cards(frame.marks, x + PAD, y + 36 + LINE * len(labels), room)
    if not frame.marks:
        cards, bottom = [Text((x + PAD, bottom + 12), "no pods", colour=MUTED)], bottom + 24
    return [*_head(frame, labels, Box(x, y, width, bottom + PAD - y)), *cards]


def _cards(marks: Sequence[PodMark], x: float, y: float, room: float) -> tuple[list[Shape], float]:
    """Return the cards from a place on, in rows, and their bottom."""
    across = max(1, round(room / CARD))
    width = (room - (across - 1) * BETWEEN) / across
    cards: list[Shape] = []
    for first in range(0, len(marks), across):
        row = marks[first : first + across]
        # The name, the labels, and two lines for the reason.
        tall = 38 + LINE * (2 + max(len(_labels(mark, width - 20)) for mark in row))
        for i, mark in enumerate(row):
            cards.append(_card(mark, Box(x + i * (width + BETWEEN), y, width, tall)))
        y += tall + BETWEEN
    return cards, y - (BETWEEN if marks else 0)


def _head(frame: NamespaceCards, labels: Sequence[str], box: Box) -> Iterator[Shape]:
    looked = Style(tinted(BLUE, 0.07), BLUE, 1.5)
    yield Rect(box, looked if frame.looked_at else Style(MIST, FAINT, 1.5, (5.0, 4.0)), 12)
    room = box.width - 2 * PAD - (112 if frame.home else 0)
    name = shortened(frame.namespace.name, room, 14, bold=True)
    yield Text((box.x + PAD, box.y + 22), name, 14, bold=True)
    if frame.home:
        yield from pill("policy is here", Box(box.right - PAD - 104, box.y + 7, 104, 20))
    yield from column(labels, (box.x + PAD, box.y + 42), colour=MUTED)


def _labels(mark: PodMark, room: float) -> list[str]:
    pairs = map("=".join, mark.pod.labels.items())
    return wrapped(", ".join(pairs) or "no labels", room)


def _card(mark: PodMark, box: Box) -> Group:
    lit, room, x = mark.matched is True, box.width - 20, box.x + 10
    look = Style(tinted(BLUE, 0.2), BLUE, 2.5) if lit else Style(PAPER, EDGE, 1.2)
    name = shortened(mark.pod.name, room - 100, 14, bold=True)
    labels, why = _labels(mark, room), fitting(wrapped(mark.why, room), 2, room)
    shapes = [
        Rect(box, look, 9, kind="nl-card nl-line"),
        Text((x, box.y + 22), name, 14, bold=True),
        *pill(mark.verdict, Box(box.right - 98, box.y + 7, 90, 20), dark=lit),
        *column(labels, (x, box.y + 42)),
        *column(why, (x, box.y + 44 + LINE * len(labels)), colour=MUTED),
    ]
    data = {"key": mark.key, "pod": str(mark.pod), "verdict": mark.verdict, "label": mark.label}
    return part("nl-pod", shapes, **data)
