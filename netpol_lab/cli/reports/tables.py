"""Rows as text, CSV and Markdown, streamed: there may be millions of them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from netpol_lab.errors import visible
from netpol_lab.pictures.text_table import in_columns

TableRow = tuple[str, ...]

WIDEST = 60  # characters that a column is padded to
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # cells that begin so are formulas to a spreadsheet


@dataclass(frozen=True)
class Table:
    r"""Rows under a header.

    Parameters
    ----------
    header : tuple of str
        The names of the columns.
    rows : iterable of tuple of str
        May be an iterator; it is then used up by the first who reads it.

    Examples
    --------
    >>> flows = Table(("from", "to"), [("shop/web", "shop/db"), ("shop/a", "blog/web")])
    >>> print(*flows.text(), sep="\n")
    from      to
    shop/web  shop/db
    shop/a    blog/web
    """

    header: TableRow
    rows: Iterable[TableRow]

    def text(self) -> Iterator[str]:
        """Yield lines with aligned columns."""
        return aligned(chain([self.header], self.rows))

    def csv(self) -> Iterator[str]:
        r"""Yield lines of comma-separated values, header first.

        A cell that a spreadsheet would take for a formula gets an apostrophe in front.

        Examples
        --------
        >>> list(Table(("a", "b"), [("x,y", "=1+1")]).csv())
        ['a,b', '"x,y",\'=1+1']
        """
        writer = csv.writer(_Echo())
        for row in chain([self.header], self.rows):
            yield writer.writerow(f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row)

    def markdown(self) -> Iterator[str]:
        r"""Yield lines of a Markdown table.

        Examples
        --------
        >>> list(Table(("a", "b"), [("x|y", "*z*")]).markdown())
        ['| a | b |', '| --- | --- |', '| x\\|y | \\*z\\* |']
        """
        cells = (map(markdown_text, row) for row in self.rows)
        for row in chain([self.header, ["---"] * len(self.header)], cells):
            yield f"| {' | '.join(row)} |"


def aligned(rows: Iterable[TableRow], gaps: Sequence[str] = ()) -> Iterator[str]:
    """Yield lines whose columns stand under each other, fit for a terminal; see `in_columns`."""
    return in_columns((tuple(map(one_line, row)) for row in rows), gaps, WIDEST)


class _Echo:
    """A file that hands each line back: `writerow` returns what `write` does."""

    def write(self, line: str) -> str:
        return line.removesuffix("\r\n")


@lru_cache(maxsize=65536)  # the same names recur
def one_line(cell: str) -> str:
    """Return a text on one line, fit for a terminal."""
    return visible(" ".join(cell.splitlines()), 1000)


_MARKS = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>|~"} | {"&": "&amp;"})


def markdown_text(text: str) -> str:
    r"""Return a text escaped for Markdown, on one line.

    Examples
    --------
    >>> print(markdown_text("<b>\nshop_1"))
    \<b\> shop\_1
    """
    return one_line(text).translate(_MARKS)
