"""Ranges of numbers behave like the sets of numbers they stand for."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from netpol_lab.model.intervals import cut, merge, overlap, without

NUMBERS = st.integers(0, 30)
RANGES = st.lists(st.tuples(NUMBERS, NUMBERS).map(lambda pair: tuple(sorted(pair))), max_size=6)


def numbers(ranges):
    return {n for first, last in ranges for n in range(first, last + 1)}


@given(RANGES)
def test_merged_ranges_hold_the_same_numbers_and_never_touch(ranges):
    merged = merge(ranges)
    assert numbers(merged) == numbers(ranges)
    assert all(last + 1 < first for (_, last), (first, _) in itertools.pairwise(merged))


@given(RANGES, RANGES)
def test_overlap_is_what_both_hold(left, right):
    assert numbers(overlap(merge(left), merge(right))) == numbers(left) & numbers(right)


@given(RANGES, RANGES)
def test_without_takes_the_holes_away(ranges, holes):
    assert numbers(without(merge(ranges), holes)) == numbers(ranges) - numbers(holes)


@given(st.lists(st.integers(-5, 40)))
def test_cut_pieces_are_the_whole_and_begin_where_asked(starts):
    pieces = cut((3, 30), starts)
    assert [n for first, last in pieces for n in range(first, last + 1)] == list(range(3, 31))
    assert {first for first, _ in pieces} == {3} | {n for n in starts if 3 < n <= 30}
