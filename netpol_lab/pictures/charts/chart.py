"""What every chart has: a title, a table of the same facts, and shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from netpol_lab.pictures.legend import MARGIN
from netpol_lab.pictures.palette import BLUE, EDGE, GREY, MUTED, PAPER, tinted
from netpol_lab.pictures.shapes import Box, Path, Rect, Shape, Sheet, Step, Style, Text
from netpol_lab.pictures.svg import DrawnTable, Picture
from netpol_lab.pictures.text_table import in_columns

WIDEST = 740.0  # what a notebook shows without making it smaller
NARROWEST = 660.0  # a notebook makes narrower pictures larger, and their letters with them
HEAD = 76.0  # where the two lines on top end
HATCH = 5.0  # between two lines
UNDEFINED = "undefined. A range goes from what is surely open to what may be."


def chart(
    title: str,
    note: str,
    table: Iterable[Sequence[str]],
    shapes: Sequence[Shape],
    width: float,
    foot: str = "",
    undefined: bool = False,
) -> Picture:
    """Return a chart: the shapes on white paper between its note and its foot.

    Parameters
    ----------
    title, note, foot : str
        What is shown, how to read it, and a remark under it, if there is one.
    table : iterable of sequence of str
        The same facts: the column names, then the rows.
    shapes : sequence of Shape
    width : float
        The least, in pixels.
    undefined : bool
        Whether something is hatched: then it is said what that means.
    """
    words = [
        Text((MARGIN, 34), title, 18, bold=True),
        Text((MARGIN, 56), note, 13, colour=MUTED),
    ]
    bottom = max(s.box.bottom for s in shapes if isinstance(s, Rect | Text)) + MARGIN
    sample: list[Shape] = []
    if undefined:
        sample = [*hatched_box(Box(MARGIN, bottom - 12, 24, 14), Style(PAPER, EDGE))]
        words.append(Text((MARGIN + 32, bottom), UNDEFINED, 13, colour=MUTED))
        bottom += MARGIN
    if foot:
        words.append(Text((MARGIN, bottom), foot, 13, colour=MUTED))
        bottom += MARGIN
    width = max(width, NARROWEST, *(text.box.right + MARGIN for text in words))
    hatched = f"Hatched: {UNDEFINED}" if undefined else ""
    (_, *names), *rows = table = [*table]
    sentences = (
        f"{first}: {', '.join(map(' '.join, zip(names, cells, strict=True)))}."
        for first, *cells in rows
    )
    return Picture(
        DrawnTable(
            sheet=Sheet.white(width, bottom, *words, *sample, *shapes),
            title=title,
            desc=" ".join(filter(None, [note, *sentences, hatched, foot])),
            state="chart",
            text="\n".join(filter(None, [title, note, *in_columns(table), hatched, foot])),
        )
    )


def hatched_box(box: Box, style: Style) -> Iterator[Shape]:
    """Yield a box with slanted lines in it: what is left open."""
    yield Rect(box, style)
    yield Path(tuple(_slanted(box)), Style("none", GREY, 1.2))


def _slanted(box: Box) -> Iterator[Step]:
    """Yield lines from the lower left to the upper right, each cut off at the edges of a box."""
    for k in range(1, int((box.width + box.height) // HATCH) + 1):
        ahead = k * HATCH  # how far along the left edge, then along the bottom, a line begins
        start = min(ahead, box.height), max(0.0, ahead - box.height)
        end = max(0.0, ahead - box.width), min(ahead, box.width)
        yield ("M", box.x + start[1], box.y + start[0])
        yield ("L", box.x + end[1], box.y + end[0])


def shade(part: float) -> str:
    """Return the colour of a part of a whole: from white to blue.

    Examples
    --------
    >>> shade(0), shade(1)
    ('#ffffff', '#0072b2')
    """
    return tinted(BLUE, part)


def ink_on(part: float) -> str:
    """Return the colour of text on `shade(part)` that can be read: black or white.

    Examples
    --------
    >>> ink_on(0), ink_on(1)
    ('#000000', '#ffffff')
    """
    return PAPER if part > 0.92 else "#000000"
