"""Bits of an integer behave like the set of numbers they stand for."""

from hypothesis import given
from hypothesis import strategies as st

from netpol_lab.model.bitsets import bits_by, bits_of, ones, union

SETS = st.frozensets(st.integers(0, 300))


@given(SETS)
def test_numbers_come_back_from_their_bits_in_order(numbers):
    assert list(ones(bits_of(numbers))) == sorted(numbers)


@given(st.lists(SETS))
def test_a_union_holds_what_any_set_holds(sets):
    assert set(ones(union(map(bits_of, sets)))) == set().union(*sets)


@given(SETS)
def test_numbers_with_the_same_key_are_put_together(numbers):
    found = bits_by(lambda number: number % 3, sorted(numbers))
    assert {rest: set(ones(bits)) for rest, bits in found.items()} == {
        rest: {n for n in numbers if n % 3 == rest} for rest in {n % 3 for n in numbers}
    }
