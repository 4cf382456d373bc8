"""Ranges of whole numbers, both ends included: what port sets and address sets are made of."""

from __future__ import annotations

from collections.abc import Iterable

Range = tuple[int, int]


def merge(ranges: Iterable[Range]) -> list[Range]:
    """Return the same numbers as sorted ranges that neither overlap nor touch.

    Parameters
    ----------
    ranges : iterable of (int, int)
        First and last number of each, in any order; they may overlap.

    Returns
    -------
    list of (int, int)

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
    """Return the numbers that are in both; each argument is sorted and free of overlaps.

    Parameters
    ----------
    left, right : iterable of (int, int)

    Returns
    -------
    list of (int, int)

    Examples
    --------
    >>> overlap([(1, 5), (8, 9)], [(4, 8)])
    [(4, 5), (8, 8)]
    """
    found: list[Range] = []
    others = iter(right)
    other = next(others, None)
    for first, last in left:
        while other is not None and other[1] < first:
            other = next(others, None)
        while other is not None and other[0] <= last:
            found.append((max(first, other[0]), min(last, other[1])))
            if other[1] > last:  # it reaches into the next one, too
                break
            other = next(others, None)
    return found


def without(ranges: Iterable[Range], holes: Iterable[Range]) -> list[Range]:
    """Return the numbers of `ranges` that are in none of the `holes`.

    Parameters
    ----------
    ranges : iterable of (int, int)
        Sorted and free of overlaps.
    holes : iterable of (int, int)
        In any order; they may overlap.

    Returns
    -------
    list of (int, int)

    Examples
    --------
    >>> without([(1, 9)], [(3, 4), (9, 20)])
    [(1, 2), (5, 8)]
    """
    ranges, holes = list(ranges), merge(holes)
    if not ranges:
        return []
    starts = [ranges[0][0], *(last + 1 for _, last in holes)]
    ends = [*(first - 1 for first, _ in holes), ranges[-1][1]]
    gaps = zip(starts, ends, strict=True)
    return overlap(ranges, [(first, last) for first, last in gaps if first <= last])


def cut(whole: Range, starts: Iterable[int]) -> list[Range]:
    """Return one range in pieces, of which a new one begins at each of `starts` inside it.

    Parameters
    ----------
    whole : (int, int)
    starts : iterable of int
        In any order; those outside the range are ignored.

    Returns
    -------
    list of (int, int)

    Examples
    --------
    >>> cut((1, 10), [4, 5, 99])
    [(1, 3), (4, 4), (5, 10)]
    """
    first, last = whole
    begins = sorted({first, *(start for start in starts if first < start <= last)})
    return list(zip(begins, [*(start - 1 for start in begins[1:]), last], strict=True))
