"""What the explorers' pictures share: the page, its heading, pills, and text that wraps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from netpol_lab.pictures.legend import MARGIN
from netpol_lab.pictures.palette import EDGE, INK, MUTED, PAPER
from netpol_lab.pictures.shapes import Box, Group, Path, Point, Rect, Shape, Sheet, Style, Text
from netpol_lab.pictures.text_width import clipped, text_width

WIDTH = 860.0
INNER = WIDTH - 2 * MARGIN


@dataclass(frozen=True)
class Page:
    """White paper with a title and lines of text under it.

    Parameters
    ----------
    title : str
    lines : sequence of str
    """

    title: str
    lines: Sequence[str]

    @property
    def top(self) -> float:
        """Where the picture may begin."""
        return 56 + 20.0 * len(self.lines)

    def sheet(self, bottom: float, *shapes: Shape) -> Sheet:
        """Return the page with a picture on it that ends there."""
        title = Text((MARGIN, 36), clipped(self.title, INNER, 18, bold=True), 18, bold=True)
        fitted = [clipped(words, INNER, 14) for words in self.lines]
        under = column(fitted, (MARGIN, 60), 20, size=14, colour=MUTED)
        return Sheet.white(WIDTH, bottom, Group("nl-heading", (title, *under)), *shapes)


def part(kind: str, shapes: Iterable[Shape], **data: str) -> Group:
    """Return a part of the picture to choose, with what a redraw and a screen reader want."""
    return Group(kind, tuple(shapes), tuple(data.items()), data["label"])


def column(lines: Iterable[str], at: Point, step: float = 16, **look: Any) -> list[Text]:
    """Return lines of text under each other, from a place on."""
    x, y = at
    return [Text((x, y + step * i), words, **look) for i, words in enumerate(lines)]


def straight(
    start: Point, end: Point, colour: str = INK, width: float = 1, dash: tuple[float, ...] = ()
) -> Path:
    """Return a straight line."""
    return Path((("M", *start), ("L", *end)), Style("none", colour, width, dash))


def pill(words: str, box: Box, dark: bool = False) -> Iterator[Shape]:
    """Yield a round frame with a word or two: dark for what stands out."""
    x, y = box.middle
    yield Rect(box, Style(INK if dark else PAPER, INK if dark else EDGE), 9.5)
    yield Text((x, y + 4.3), words, anchor="middle", colour=PAPER if dark else MUTED)


def wrapped(words: str, room: float) -> list[str]:
    """Return a text in lines that fit; a word that is too long breaks after a slash.

    Examples
    --------
    >>> wrapped("one two three", 60)
    ['one two', 'three']
    >>> wrapped("kubernetes.io/metadata.name=shop", 200)
    ['kubernetes.io/', 'metadata.name=shop']
    """
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer) <= room:
            lines[-1] = longer
        elif text_width(word) > room and "/" in word:
            start, slash, rest = word.partition("/")
            lines += [clipped(start + slash, room), clipped(rest, room)]
        else:
            lines.append(clipped(word, room))
    return lines


def fitting(lines: Sequence[str], most: int, room: float) -> list[str]:
    """Return at most so many lines; the last one loses its end where there were more.

    Examples
    --------
    >>> fitting(["one", "two", "three"], 2, 50)
    ['one', 'two t…']
    """
    if len(lines) <= most:
        return list(lines)
    return [*lines[: most - 1], clipped(" ".join(lines[most - 1 :]), room)]
