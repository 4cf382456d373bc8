"""Who reaches whom at one port, as a grid."""

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
        """Say whether a flow is allowed; None where that is left open, or neither is a pod."""
        places = self._places
        if source not in places or destination not in places:
            raise UnknownNameError(self._unknown(source if destination in places else destination))
        (row, here), (_, there) = places[source], places[destination]
        if here == there and here < self._pods:  # SEM-49
            return True
        if self.certain[row] >> there & 1:
            return True
        judged = here < self._pods or there < self._pods
        return False if judged and not self.possible[row] >> there & 1 else None

    @property
    def cells(self) -> Iterator[tuple[bool | None, ...]]:
        """The answers of `cell`, row by row, in the order of the names."""
        for source in self.names:
            yield tuple(self.cell(source, destination) for destination in self.names)

    def _unknown(self, name: str) -> str:
        return f'the grid has no "{name}". {did_you_mean(name, self.names)}'

    @cached_property
    def _places(self) -> dict[str, tuple[int, int]]:
        """For each name its row in the grid, and its place in the index."""
        return {name: (row, self.index.place_of[name]) for row, name in enumerate(self.names)}

    @cached_property
    def _pods(self) -> int:
        return len(self.index.pods)
