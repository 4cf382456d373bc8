"""Tables as text: columns that stand under each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

LOOKED_AT = 1000  # rows, before the first one is printed, to find how wide the columns are


def in_columns(
    rows: Iterable[Sequence[str]], gaps: Sequence[str] = (), widest: int | None = None
) -> Iterator[str]:
    r"""Yield a line for each row; the columns stand under each other, as wide as they need.

    Parameters
    ----------
    rows : iterable of sequence of str
        The first thousand of them decide how wide the columns are.
    gaps : sequence of str
        What stands between the columns; two spaces where there are too few.
    widest : int, optional
        The most characters that a column is padded to.

    Examples
    --------
    >>> print(*in_columns([("pod", "labels"), ("backend", "tier=2"), ("db", "")]), sep="\n")
    pod      labels
    backend  tier=2
    db
    >>> print(*in_columns([("web", "db", "80"), ("api", "web", "")], [" -> "]), sep="\n")
    web -> db   80
    api -> web
    """
    rows = iter(rows)
    first = [*islice(rows, LOOKED_AT)]
    widths = [max(map(len, column)) for column in zip(*first, strict=True)]
    if widest is not None:
        widths = [min(width, widest) for width in widths]
    between = ["", *gaps, *["  "] * (len(widths) - len(gaps))]
    for row in chain(first, rows):
        cells = zip(between, row, widths, strict=False)
        yield "".join(gap + cell.ljust(width) for gap, cell, width in cells).rstrip()
