"""Tables as text, for whoever cannot see the picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def in_columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    r"""Yield a line for each row; the columns stand under each other, two spaces apart.

    Examples
    --------
    >>> print(*in_columns([("pod", "labels"), ("backend", "tier=2"), ("db", "")]), sep="\n")
    pod      labels
    backend  tier=2
    db
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
