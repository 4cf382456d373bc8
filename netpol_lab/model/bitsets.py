"""Sets of small whole numbers, kept as the bits of one integer."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import reduce
from operator import or_
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def bits_of(numbers: Iterable[int]) -> int:
    """Return the integer whose bits are the given numbers.

    Parameters
    ----------
    numbers : iterable of int
        Not negative, in any order.

    Returns
    -------
    int

    Examples
    --------
    >>> bits_of([0, 3]), bits_of([])
    (9, 0)
    """
    numbers = list(numbers)
    buffer = bytearray(max(numbers, default=0) // 8 + 1)
    for number in numbers:
        buffer[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(buffer, "little")


def bits_by(key: Callable[[int], K], numbers: Iterable[int]) -> dict[K, int]:
    """Return the bits of the numbers that have the same key, for each key.

    Parameters
    ----------
    key : function of int
        What it returns is hashable.
    numbers : iterable of int
        Not negative, in any order.

    Returns
    -------
    dict of key to int
        In the order in which the keys come up.

    Examples
    --------
    >>> bits_by(lambda number: number % 2, [0, 1, 3])
    {0: 1, 1: 10}
    """
    found: dict[K, list[int]] = {}
    for number in numbers:
        found.setdefault(key(number), []).append(number)
    return {value: bits_of(alike) for value, alike in found.items()}


def union(sets: Iterable[int]) -> int:
    """Return the bits that are set in any of the integers.

    Parameters
    ----------
    sets : iterable of int

    Returns
    -------
    int

    Examples
    --------
    >>> union([1, 8]), union([])
    (9, 0)
    """
    return reduce(or_, sets, 0)


def ones(bits: int) -> Iterator[int]:
    """Yield the numbers of the bits that are set, in order.

    Parameters
    ----------
    bits : int
        Not negative.

    Yields
    ------
    int

    Examples
    --------
    >>> list(ones(9))
    [0, 3]
    """
    digits = bin(bits)[:1:-1]  # searched in C, which counts with ten thousand pods
    place = digits.find("1")
    while place >= 0:
        yield place
        place = digits.find("1", place + 1)
