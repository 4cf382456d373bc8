"""Who reaches whom at one port."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from netpol_lab.errors import UnknownNameError, did_you_mean
from netpol_lab.reach.endpoint_index import EndpointIndex


@dataclass(frozen=True, eq=False)
class PortMatrix:
    """Who reaches whom at one port. Made by `Reachability.at`.

    Parameters
    ----------
    index : EndpointIndex
    asked : str
        The port in words, as ``TCP 80``.
    names : tuple of str
        Pods, then ranges of addresses outside.
    certain, possible : tuple of int
        For each name the bits of those it reaches in every reading, and in some reading.
    """

    index: EndpointIndex
    asked: str
    names: tuple[str, ...]
    certain: tuple[int, ...]
    possible: tuple[int, ...]

    def cell(self, source: str, destination: str) -> bool | None:
        """Say whether a flow is allowed.

        Parameters
        ----------
        source, destination : str
            Two of the names.

        Returns
        -------
        bool or None
            None where the answer is left open, or neither end is a pod.

        Raises
        ------
        UnknownNameError
        """
        for name in (source, destination):
            if name not in self._rows:
                words = f'the grid has no "{name}". {did_you_mean(name, self.names)}'
                raise UnknownNameError(words)
        row, pods = self._rows[source], len(self.index.pods)
        here, there = self.index.place_of[source], self.index.place_of[destination]
        if here == there < pods or self.certain[row] >> there & 1:  # SEM-49
            return True
        judged = min(here, there) < pods
        return False if judged and not self.possible[row] >> there & 1 else None

    @property
    def cells(self) -> Iterator[tuple[bool | None, ...]]:
        """The answers of `cell`, row by row, in the order of the names."""
        for source in self.names:
            yield tuple(self.cell(source, destination) for destination in self.names)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.names)}
