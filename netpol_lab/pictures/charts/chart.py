"""What every chart has: a title, a table of the same facts, and shapes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from netpol_lab.pictures.legend import MARGIN
from netpol_lab.pictures.palette import BLUE, MUTED, PAPER, tinted
from netpol_lab.pictures.shapes import Rect, Shape, Sheet, Text
from netpol_lab.pictures.svg import DrawnTable, Picture
from netpol_lab.pictures.text_table import in_columns

WIDEST = 740.0  # what a notebook shows without making it smaller
NARROWEST = 660.0  # a notebook makes narrower pictures larger, and their letters with them
HEAD = 76.0  # where the two lines on top end


def chart(
    title: str,
    note: str,
    table: Iterable[Sequence[str]],
    shapes: Sequence[Shape],
    width: float,
    foot: str = "",
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
    """
    words = [
        Text((MARGIN, 34), title, 18, bold=True),
        Text((MARGIN, 56), note, 13, colour=MUTED),
    ]
    bottom = max(s.box.bottom for s in shapes if isinstance(s, Rect | Text)) + MARGIN
    if foot:
        words.append(Text((MARGIN, bottom), foot, 13, colour=MUTED))
        bottom += MARGIN
    width = max(width, NARROWEST, *(text.box.right + MARGIN for text in words))
    (_, *names), *rows = table = [*table]
    sentences = (
        f"{first}: {', '.join(map(' '.join, zip(names, cells, strict=True)))}."
        for first, *cells in rows
    )
    return Picture(
        DrawnTable(
            sheet=Sheet.white(width, bottom, *words, *shapes),
            title=title,
            desc=" ".join(filter(None, [note, *sentences, foot])),
            state="chart",
            text="\n".join(filter(None, [title, note, *in_columns(table), foot])),
        )
    )


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
