"""Who reaches whom at one port, as a grid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from netpol_lab.errors import UnknownNameError, did_you_mean
from netpol_lab.frame import Frame


@dataclass(frozen=True, eq=False)
class PortGrid:
    """Who reaches whom at one port. Made by `Reachability.at`.

    Parameters
    ----------
    frame : Frame
    asked : str
        The port in words, as ``TCP 80``.
    names : tuple of str
        Pods, then ranges of addresses outside.
    sure, possible : tuple of int
        For each name the bits of those it reaches in every reading, and in some reading.
    """

    frame: Frame
    asked: str
    names: tuple[str, ...]
    sure: tuple[int, ...]
    possible: tuple[int, ...]

    def cell(self, source: str, destination: str) -> bool | None:
        """Say whether a flow is allowed; None where that is left open, or neither is a pod."""
        here, there = self._place(source), self._place(destination)
        pods = len(self.frame.pods)
        if here >= pods and there >= pods:
            return None
        if here == there or self._bit(self.sure, source, there):  # SEM-49
            return True
        return None if self._bit(self.possible, source, there) else False

    @property
    def cells(self) -> Iterator[tuple[bool | None, ...]]:
        """The answers of `cell`, row by row, in the order of the names."""
        for source in self.names:
            yield tuple(self.cell(source, destination) for destination in self.names)

    def _place(self, name: str) -> int:
        if name not in self._rows:
            raise UnknownNameError(f'the grid has no "{name}". {did_you_mean(name, self.names)}')
        return self.frame.index[name]

    def _bit(self, rows: tuple[int, ...], source: str, there: int) -> bool:
        return bool(rows[self._rows[source]] >> there & 1)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.names)}
