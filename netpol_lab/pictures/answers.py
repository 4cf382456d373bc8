"""Whether flows on one port are allowed, and why, for all pairs of ends; computed when asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache, partial
from itertools import product

from netpol_lab.engine.verdict import Verdict, evaluate
from netpol_lab.errors import NetpolError
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.pictures.traffic_words import reason, reason_of_sides
from netpol_lab.reach.port_matrix import PortMatrix
from netpol_lab.reach.port_sides import PortSides
from netpol_lab.reach.reachability import Reachability, reachability_of


@dataclass(frozen=True, eq=False)
class Answers:
    """Whether flows on one port are allowed, and why; each answer is computed once, on request.

    Read from reachability where that covers both ends; `evaluate` answers for the rest, such as a
    Service address, and gives the verdicts.

    Parameters
    ----------
    cluster : Cluster
    port : int, optional
    protocol : str
    assumptions : Assumptions
    """

    cluster: Cluster
    port: int | None
    protocol: str
    assumptions: Assumptions

    @cached_property
    def allowed(self) -> Callable[[str, str], bool | None]:
        """Say whether a flow is allowed, by the names of its ends; None where it is undefined.

        Of a workload it says what holds for all its pods.
        """
        return cache(self._allowed)

    @cached_property
    def verdict(self) -> Callable[[str, str], Verdict]:
        """Return the verdict on a flow, by the names of its ends."""
        return cache(self._judged)

    def reason(self, source: str, destination: str) -> str:
        """Return why a flow is allowed, blocked or undefined, in one line."""
        allowed = self.allowed(source, destination)
        here, there = self._called(source), self._called(destination)
        if allowed is None or not len(here) == len(there) == 1:
            return reason(self.verdict(source, destination))
        return reason_of_sides(self._sides.between(*here, *there), allowed)

    def _allowed(self, source: str, destination: str) -> bool | None:
        here, there = self._called(source), self._called(destination)
        if not (here and there):
            return self.verdict(source, destination).allowed
        if len(here) == len(there) == 1:
            return self._matrix.cell(*here, *there)
        found = {self._matrix.cell(a, b) for a, b in product(here, there) if a != b}
        return found.pop() if len(found) == 1 else None

    def _judged(self, source: str, destination: str) -> Verdict:
        asked = self.port, self.protocol, self.assumptions
        return evaluate(self.cluster, source, destination, *asked)

    @cached_property
    def _called(self) -> Callable[[str], tuple[str, ...]]:
        """Return what reachability calls an end; nothing for a Service's address, and the like."""
        return cache(partial(_names_in, None if self.port is None else self._reach))

    @cached_property
    def _reach(self) -> Reachability:
        return reachability_of(self.cluster, self.assumptions)

    @cached_property
    def _matrix(self) -> PortMatrix:
        assert self.port is not None
        return self._reach.at(self.port, self.protocol)

    @cached_property
    def _sides(self) -> PortSides:
        assert self.port is not None
        return PortSides(self._reach, self.port, self.protocol)


answers_to = lru_cache(maxsize=4)(Answers)  # a redraw asks about the picture before again


def _names_in(reach: Reachability | None, name: str) -> tuple[str, ...]:
    try:
        return reach.names_of(name) if reach else ()
    except NetpolError:
        return ()
