"""Where things are written."""

from __future__ import annotations

from typing import NamedTuple

from netpol_lab.errors import visible


class Place(NamedTuple):
    """Where something is written.

    Parameters
    ----------
    file : str
    line, column : int
        From 1.

    Examples
    --------
    >>> print(Place("shop.yaml", 3, 7))
    shop.yaml:3:7
    """

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{visible(self.file, 1000)}:{self.line}:{self.column}"
