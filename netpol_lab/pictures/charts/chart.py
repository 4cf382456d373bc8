"""What every chart has: a title, a table of the same facts, and shapes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from netpol_lab.pictures.legend import MARGIN
from netpol_lab.pictures.palette import BLUE, MUTED, PAPER, tinted
from netpol_lab.pictures.shapes import Box, Rect, Shape, Sheet, Style, Text
from netpol_lab.pictures.text_table import in_columns

WIDEST = 740.0  # what a notebook shows without making it smaller
NARROWEST = 660.0  # a notebook makes narrower pictures larger, and their letters with them
HEAD = 76.0  # where the two lines on top end


@dataclass(frozen=True)
class Chart:
    """A drawing that can also be read as a table.

    Parameters
    ----------
    title, note, foot : str
        What is shown, how to read it, and a remark under it, if there is one.
    table : tuple of tuple of str
        The column names, then the rows.
    sheet : Sheet
    """

    title: str
    note: str
    foot: str
    table: tuple[tuple[str, ...], ...]
    sheet: Sheet

    state = "chart"

    @property
    def text(self) -> str:
        """Title, note and table, and what stands under it."""
        lines = [self.title, self.note, *in_columns(self.table), self.foot]
        return "\n".join(filter(None, lines))

    @property
    def desc(self) -> str:
        """The note, and each row as a sentence."""
        (_, *names), *rows = self.table
        said = [self.note]
        for first, *cells in rows:
            pairs = (f"{name} {cell}" for name, cell in zip(names, cells, strict=True))
            said.append(f"{first}: {', '.join(pairs)}.")
        return " ".join(filter(None, [*said, self.foot]))


def chart(
    title: str,
    note: str,
    table: Iterable[tuple[str, ...]],
    shapes: Sequence[Shape],
    width: float,
    foot: str = "",
) -> Chart:
    """Return a chart: the shapes on white paper between its note and its foot."""
    words = [
        Text((MARGIN, 34), title, 18, bold=True),
        Text((MARGIN, 56), note, 13, colour=MUTED),
    ]
    bottom = max(s.box.bottom for s in shapes if isinstance(s, Rect | Text)) + MARGIN
    if foot:
        words.append(Text((MARGIN, bottom), foot, 13, colour=MUTED))
        bottom += MARGIN
    width = max(width, NARROWEST, *(text.box.right + MARGIN for text in words))
    paper = Rect(Box(0, 0, width, bottom), Style(PAPER))
    return Chart(title, note, foot, tuple(table), Sheet(width, bottom, (paper, *words, *shapes)))


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
