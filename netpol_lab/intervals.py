"""Ranges of whole numbers, both ends included: what port sets and address sets are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

Range = tuple[int, int]


def merge(ranges: Iterable[Range]) -> list[Range]:
    """Return the same numbers as sorted ranges that neither overlap nor touch.

    Examples
    --------
    >>> merge([(5, 9), (1, 2), (3, 3), (8, 12)])
    [(1, 3), (5, 12)]
    """
    merged: list[Range] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def overlap(left: Iterable[Range], right: Iterable[Range]) -> list[Range]:
    """Return the numbers that are in both; each argument is free of overlaps in itself.

    Examples
    --------
    >>> overlap([(1, 5), (8, 9)], [(4, 8)])
    [(4, 5), (8, 8)]
    """
    right = tuple(right)
    pairs = ((max(a, c), min(b, d)) for a, b in left for c, d in right)
    return [(first, last) for first, last in pairs if first <= last]


def without(ranges: Iterable[Range], holes: Iterable[Range]) -> list[Range]:
    """Return the numbers of `ranges` that are in none of the `holes`.

    Examples
    --------
    >>> without([(1, 9)], [(3, 4), (9, 20)])
    [(1, 2), (5, 8)]
    """
    holes = merge(holes)
    return [part for whole in ranges for part in _gaps(whole, holes)]


def _gaps(whole: Range, holes: Iterable[Range]) -> Iterator[Range]:
    """Yield what sorted `holes` leave of one range."""
    start, end = whole
    for first, last in overlap([whole], holes):
        if start < first:
            yield start, first - 1
        start = last + 1
    if start <= end:
        yield start, end


def cut(whole: Range, starts: Iterable[int]) -> list[Range]:
    """Return one range in pieces, of which a new one begins at each of `starts` inside it.

    Examples
    --------
    >>> cut((1, 10), [4, 5, 99])
    [(1, 3), (4, 4), (5, 10)]
    """
    first, last = whole
    begins = sorted({first, *(start for start in starts if first < start <= last)})
    return list(zip(begins, [*(start - 1 for start in begins[1:]), last], strict=True))
