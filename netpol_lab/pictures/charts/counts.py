"""How much of what pods listen on is open, and to whom; how many pods are isolated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from netpol_lab.engine.endpoint_rules import counts_as_pod
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.errors import counted
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.bitsets import bits_of, union
from netpol_lab.model.cluster import Cluster, checked_cluster
from netpol_lab.model.objects import Direction, Pod
from netpol_lab.reach.certainty import Destinations
from netpol_lab.reach.grouping import workload_names
from netpol_lab.reach.reachability import Reachability, reachability_of

OUTSIDE = "outside"  # any address outside the cluster
Port = tuple[str, int]  # protocol and number


class Share(NamedTuple):
    """So many of so many, and how many more where what is left open turns out so.

    Examples
    --------
    >>> print(Share(3, 4), Share(0, 4), Share(1, 1000), Share(999, 1000), Share(0, 0))
    75% 0% 1% 99% -
    >>> print(Share(1, 4, undefined=1), Share(0, 2, undefined=2))
    25-50% 0-100%
    """

    open: int = 0
    of: int = 0
    undefined: int = 0

    @property
    def part(self) -> float:
        """Between 0 and 1."""
        return self.open / self.of if self.of else 0.0

    @property
    def most(self) -> float:
        """The part that it may be, between 0 and 1."""
        return (self.open + self.undefined) / self.of if self.of else 0.0

    def __str__(self) -> str:
        if not self.of:
            return "-"
        least = _percent(self.open, self.of)
        if not self.undefined:
            return f"{least}%"
        return f"{least}-{max(least + 1, _percent(self.open + self.undefined, self.of))}%"


def _percent(number: int, of: int) -> int:
    """Return a part in percent: only all is 100, and only none is 0."""
    percent = round(100 * number / of)
    return min(max(percent, 1), 99) if 0 < number < of else percent


class Count(Share):
    """So many of so many, said as numbers.

    Examples
    --------
    >>> print(Count(3, 4), Count(0, 0))
    3 of 4 -
    """

    __slots__ = ()

    def __str__(self) -> str:
        return f"{self.open} of {self.of}" if self.of else "-"


def spoken(cell: Iterable[Share]) -> str:
    """Return what a cell says before and after, once where it is the same."""
    return " -> ".join(dict.fromkeys(map(str, cell)))


class Ends(NamedTuple):
    """Destinations that are reached in every reading, and those in some reading, as bits."""

    surely: int
    possibly: int


class Source(NamedTuple):
    """Pods with the same destinations: how many, their bits, and the destinations on each port."""

    number: int
    members: int
    reached: Mapping[Port, Ends]

    def share(self, wanted: int, port: Port) -> Share:
        """Return how many of the wanted pods they reach, each of them counted by itself."""
        surely, possibly = (ends & wanted for ends in self.reached[port])
        return Share(self._pairs(surely), self._pairs(wanted), self._pairs(possibly & ~surely))

    def _pairs(self, others: int) -> int:
        # A pod reaches itself whatever the policies say, so that is not counted.
        return self.number * others.bit_count() - (others & self.members).bit_count()


@dataclass(frozen=True, eq=False)
class Openness:
    """How many of the ports that pods listen on are open, between groups of pods.

    One is counted for each source pod, each other pod, and each port that the other pod's
    containers declare; open is what is allowed under every permitted reading, undefined what is
    allowed under some. Made by `openness`.

    Parameters
    ----------
    reach : Reachability
    members : mapping of str to tuple of Pod
        The groups.
    listening : mapping of (str, int) to set of str
        For each port the pods whose access is counted.
    """

    reach: Reachability
    members: Mapping[str, tuple[Pod, ...]]
    listening: Mapping[Port, Set[str]]

    def share(self, source: str, destination: str) -> Share:
        """Return how much of one group is open to another, or to any address outside."""
        return self._open_to(self._sources[source], destination)

    def share_of_others(self, destination: str) -> Share:
        """Return how much of one group is open to the pods of all the others."""
        others = (own for name, own in self._sources.items() if name not in (destination, OUTSIDE))
        return self._open_to([*chain(*others)], destination)

    def _open_to(self, sources: Iterable[Source], destination: str) -> Share:
        there = self._bits(self.members[destination])
        asked = self._asked.items()
        shares = [s.share(wanted & there, port) for port, wanted in asked for s in sources]
        return Share(*map(sum, zip(*shares, strict=True))) if shares else Share()

    def way_out(self, source: str) -> Share:
        """Return how many pods of a group may open some connection to some address outside."""
        pods, place_of = self.members[source], self.reach.index.place_of
        beyond = bits_of(place_of[name] for name in self._outside)
        places, spread = [1 << place_of[str(pod)] for pod in pods], self.reach.matrix.spread
        surely = sum(bool(spread(place) & beyond) for place in places)
        possibly = sum(bool(spread(place, perhaps=True) & beyond) for place in places)
        return Share(surely, len(pods), possibly - surely)

    @property
    def uncounted(self) -> str:
        """How many pods declare no port, in words: what is open there is not counted."""
        listening = set().union(*self.listening.values())
        silent = sum(str(pod) not in listening for pods in self.members.values() for pod in pods)
        return f"Not counted: {counted(silent, 'pod')} without ports." if silent else ""

    @cached_property
    def _sources(self) -> dict[str, list[Source]]:
        """What the members of each group reach, and what addresses outside reach."""
        inside = {group: self._alike(pods) for group, pods in self.members.items()}
        matrix, place_of = self.reach.matrix, self.reach.index.place_of
        rows = [part for name in self._outside for part in matrix.row(place_of[name])]
        return inside | {OUTSIDE: [Source(1, 0, self._reached(rows))]}

    def _alike(self, pods: Iterable[Pod]) -> list[Source]:
        """Return the pods with those together that reach the same."""
        return [
            Source(members.bit_count(), members, self._reached(row))
            for members, row in self.reach.matrix.distinct_rows(self._bits(pods))
        ]

    def _reached(self, row: Iterable[Destinations]) -> Mapping[Port, Ends]:
        """Return the destinations of a row on each port."""
        row = list(row)
        return {
            port: Ends(
                union(part.ends for part in row if part.ports.certain & class_),
                union(part.ends for part in row if part.ports.possible & class_),
            )
            for port, class_ in self._classes.items()
        }

    @cached_property
    def _classes(self) -> dict[Port, int]:
        return {port: self.reach.matrix.classes.class_of(*port) for port in self.listening}

    @cached_property
    def _outside(self) -> tuple[str, ...]:
        """The ranges of addresses outside, without the nodes: a pod's own node may always come."""
        nodes = self.reach.cluster.node_names
        return tuple(
            str(end)
            for end in self.reach.index.ranges
            if not (end.first == end.last and end.first in nodes)
        )

    @cached_property
    def _asked(self) -> dict[Port, int]:
        place = self.reach.index.place_of.__getitem__
        return {port: bits_of(map(place, names)) for port, names in self.listening.items()}

    def _bits(self, pods: Iterable[Pod]) -> int:
        return bits_of(self.reach.index.place_of[str(pod)] for pod in pods)


def openness(
    cluster: Cluster,
    by: str = "namespace",
    port: Port | None = None,
    assumptions: Assumptions = DEFAULTS,
) -> Openness:
    """Return how much is open between the namespaces or workloads of a cluster.

    Parameters
    ----------
    cluster : Cluster
    by : str
        ``"namespace"`` or ``"workload"``.
    port : (str, int), optional
        Ask about this one on every pod, in place of the ports that containers declare.
    assumptions : Assumptions

    Examples
    --------
    >>> import netpol_lab as lab
    >>> found = openness(lab.load("three-tier"), by="workload")
    >>> print(found.share("shop/web", "shop/db"), found.share("shop/backend", "shop/db"))
    0% 100%
    """
    pods = running(cluster)
    listening = _declared(pods) if port is None else {port: set(map(str, pods))}
    return Openness(reachability_of(cluster, assumptions), members(pods, by), listening)


def running(cluster: Cluster) -> list[Pod]:
    """Return the pods that are not completed."""
    return [pod for pod in checked_cluster(cluster).pods if not pod.finished]


def members(pods: Iterable[Pod], by: str) -> dict[str, tuple[Pod, ...]]:
    """Return the groups that pods are in, in their order."""
    pods = list(pods)
    owner = workload_names(pods) if by == "workload" else {str(p): p.namespace for p in pods}
    groups: dict[str, list[Pod]] = {}
    for pod in pods:
        groups.setdefault(owner[str(pod)], []).append(pod)
    return {name: tuple(found) for name, found in groups.items()}


def _declared(pods: Iterable[Pod]) -> dict[Port, set[str]]:
    """Return the ports that containers declare, with the pods that do."""
    found: dict[Port, set[str]] = {}
    for pod in pods:
        for port in pod.ports:
            if port.listens:
                found.setdefault((str(port.protocol), port.port), set()).add(str(pod))
    return dict(sorted(found.items()))


class Coverage(NamedTuple):
    """How many pods of a namespace are isolated in each direction, and how many are not counted.

    These are the pods on their node's network: policies do not select them for sure (SEM-54).
    """

    namespace: str
    ingress: Count
    egress: Count
    on_node: int


def coverage(cluster: Cluster) -> Iterator[Coverage]:
    """Yield for each namespace how many of its pods are isolated.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> for found in coverage(lab.load("three-tier")):
    ...     print(found.namespace, found.ingress.open, "of", found.ingress.of)
    shop 2 of 3
    """
    for namespace, pods in members(running(cluster), "namespace").items():
        own = [pod for pod in pods if counts_as_pod(pod, DEFAULTS)]
        isolating = resolution_of(cluster).isolating
        ingress, egress = (
            Count(sum(bool(isolating(pod, way)) for pod in own), len(own)) for way in Direction
        )
        yield Coverage(namespace, ingress, egress, len(pods) - len(own))
