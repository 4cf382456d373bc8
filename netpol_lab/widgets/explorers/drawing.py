"""What the explorers' pictures share: the page, its heading, pills, and text that wraps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netpol_lab.pictures.legend import MARGIN
from netpol_lab.pictures.palette import EDGE, INK, MUTED, PAPER
from netpol_lab.pictures.shapes import Box, Group, Rect, Shape, Sheet, Style, Text
from netpol_lab.pictures.text_width import SMALL, clipped, text_width

WIDTH = 860.0
INNER = WIDTH - 2 * MARGIN


def heading(title: str, lines: Sequence[str]) -> tuple[float, Group]:
    """Return where the picture may begin, and a title with lines of text under it."""
    first = Text((MARGIN, 36), clipped(title, INNER, 18, bold=True), 18, bold=True)
    under = (
        Text((MARGIN, 60 + 20 * i), clipped(words, INNER, 14), 14, colour=MUTED)
        for i, words in enumerate(lines)
    )
    return 56 + 20.0 * len(lines), Group("nl-heading", (first, *under))


def page(bottom: float, *shapes: Shape) -> Sheet:
    """Return the shapes on white paper that ends there."""
    return Sheet(WIDTH, bottom, (Rect(Box(0, 0, WIDTH, bottom), Style(PAPER)), *shapes))


def pill(words: str, box: Box, dark: bool = False) -> Iterator[Shape]:
    """Yield a round frame with a word or two: dark for what stands out."""
    x, y = box.middle
    yield Rect(box, Style(INK if dark else PAPER, INK if dark else EDGE), 9.5)
    yield Text((x, y + 4.3), words, anchor="middle", colour=PAPER if dark else MUTED)


def wrapped(words: str, room: float, size: float = SMALL) -> list[str]:
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
        if text_width(word, size) > room and "/" in word:
            start, slash, word = word.partition("/")
            lines.append(clipped(start + slash, room, size))
            lines.append(clipped(word, room, size))
            continue
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(clipped(word, room, size))
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
