"""Connections, and the groups that they are between: pods, workloads or namespaces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from netpol_lab.errors import UnknownNameError, visible
from netpol_lab.model.addresses import AddressRange
from netpol_lab.model.bitsets import bits_by, bits_of, ones
from netpol_lab.model.objects import Pod, Workload
from netpol_lab.model.ports import PortSet
from netpol_lab.reach.endpoint_index import EndpointIndex

BY = ("pod", "workload", "namespace")


def checked_grouping(by: str, known: Sequence[str] = BY) -> str:
    """Return what pods are grouped by.

    Raises
    ------
    UnknownNameError
        When that is not one of the known ways.

    Examples
    --------
    >>> checked_grouping("workload")
    'workload'
    """
    if by not in known:
        *others, last = known
        ways = f"{', '.join(others)} or {last}"
        raise UnknownNameError(f'there is no grouping by "{visible(str(by))}": write {ways}.')
    return by


class Connection(NamedTuple):
    """The ports on which one pod or group can open connections to another.

    Parameters
    ----------
    source, destination : str
    ports : PortSet
        Allowed under every permitted reading.
    undefined : PortSet
        Those on which Kubernetes or the manifests leave the answer open.
    """

    source: str
    destination: str
    ports: PortSet = PortSet()
    undefined: PortSet = PortSet()


class Groups:
    """The groups that connections are between, and the ends in each.

    Parameters
    ----------
    by : str
        ``"pod"``, ``"workload"`` or ``"namespace"``. Addresses outside stand for themselves.
    pods : iterable of Pod
    index : EndpointIndex

    Attributes
    ----------
    owner : dict of int to str
        The group of each end.
    members : dict of str to int
        The ends of each group, as bits.
    order : dict of str to int
        The number of each group, in the cluster's order.
    unsure : int
        The pods in groups of which only some exist (SEM-68), as bits.
    """

    def __init__(self, by: str, pods: Iterable[Pod], index: EndpointIndex) -> None:
        self._within = by != "pod"
        pods = tuple(pods)
        if by == "workload":
            named = workload_names(pods)
        else:
            named = {str(pod): pod.namespace if by == "namespace" else str(pod) for pod in pods}
        named |= {str(range_): str(range_) for range_ in index.ranges}
        self.owner = {index.place_of[end]: group for end, group in named.items()}
        self.members = bits_by(self.owner.__getitem__, self.owner)
        self.order = {group: number for number, group in enumerate(self.members)}
        self._instead: dict[int, object] = {
            index.place_of[str(pod)]: (pod.namespace, pod.workload)
            for pod in pods
            if pod.supposed and self._within
        }
        self.unsure = bits_of(self._instead)

    def units(self, group: str) -> tuple[int, ...]:
        """Return the ends of a group, one by one; pods of which only some exist count as one."""
        ends = ones(self.members[group])
        return tuple(bits_by(lambda place: self._instead.get(place, place), ends).values())

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, in the cluster's order."""
        return tuple(self.members)

    def within(self, ends: int) -> tuple[str, ...]:
        """Return the groups that some ends are in."""
        return tuple(dict.fromkeys(self.owner[place] for place in ones(ends)))

    def touched(self, source: str, among: int, ends: int) -> Iterator[str]:
        """Yield the groups that some ends are in, as destinations of members of a group.

        Its own group is one only where there is another pod in it to reach.
        """
        for group in self.within(ends):
            own = ends & self.members[group]
            if group != source or (self._within and not (own == among and own.bit_count() == 1)):
                yield group

    def pairs(self, sources: int, destinations: int) -> Iterator[tuple[str, str]]:
        """Yield the groups of some sources, each with those that some destinations are in."""
        for source in self.within(sources):
            for other in self.touched(source, sources & self.members[source], destinations):
                yield source, other


def workload_names(pods: Iterable[Pod]) -> dict[str, str]:
    """Return the name of each pod's workload, with its kind where two of them share a name.

    Parameters
    ----------
    pods : iterable of Pod

    Returns
    -------
    dict of str to str
        By the name of the pod; a pod without a workload stands for itself.

    Examples
    --------
    >>> from netpol_lab.model.objects import Pod, Workload
    >>> web = Workload("Deployment", "web")
    >>> workload_names([Pod("shop", "web-1", workload=web), Pod("shop", "db")])
    {'shop/web-1': 'shop/web', 'shop/db': 'shop/db'}
    """
    made = [(pod, pod.workload or Workload("Pod", pod.name)) for pod in pods]
    named = [(str(pod), f"{pod.namespace}/{by.name}", by.kind) for pod, by in made]
    kinds: dict[str, set[str]] = {}
    for _, name, kind in named:
        kinds.setdefault(name, set()).add(kind)
    return {pod: f"{name}[{kind}]" if len(kinds[name]) > 1 else name for pod, name, kind in named}


def join_ranges(
    connections: Iterable[Connection], ranges: Sequence[AddressRange]
) -> Iterator[Connection]:
    """Yield the same connections, neighbouring ranges outside as one where their ports are equal.

    For people: ranges that only a policy for other pods tells apart are one line again. Connections
    from outside come last.

    Parameters
    ----------
    connections : iterable of Connection
    ranges : sequence of AddressRange
        All of them, as in `EndpointIndex`.

    Yields
    ------
    Connection

    Examples
    --------
    >>> from ipaddress import ip_network
    >>> ranges = [AddressRange.of(ip_network(cidr)) for cidr in ("0.0.0.0/1", "128.0.0.0/1")]
    >>> found = [Connection("shop/web", str(part), PortSet.every()) for part in ranges]
    >>> [str(c.destination) for c in join_ranges(found, ranges)]
    ['0.0.0.0-255.255.255.255']
    """
    place = {str(range_): number for number, range_ in enumerate(ranges)}
    inward: dict[tuple[Any, ...], list[int]] = {}
    for source, some in groupby(connections, key=lambda connection: connection.source):
        outward: dict[tuple[Any, ...], list[int]] = {}
        for connection in some:
            _, destination, *ports = connection
            if source in place:
                inward.setdefault((None, destination, *ports), []).append(place[source])
            elif destination in place:
                outward.setdefault((source, None, *ports), []).append(place[destination])
            else:
                yield connection
        yield from _with_runs(outward, ranges)
    yield from _with_runs(inward, ranges)


def _with_runs(
    found: dict[tuple[Any, ...], list[int]], ranges: Sequence[AddressRange]
) -> Iterator[Connection]:
    """Yield a connection for each run of the ranges that its missing end stands for."""
    for (source, destination, *ports), numbers in found.items():
        for _, name in runs(numbers, ranges):
            yield Connection(source or name, destination or name, *ports)


def runs(
    numbers: Iterable[int], ranges: Sequence[AddressRange]
) -> Iterator[tuple[tuple[int, ...], str]]:
    """Yield each run of neighbouring ranges of one family: their numbers, and all as one range.

    Parameters
    ----------
    numbers : iterable of int
    ranges : sequence of AddressRange

    Yields
    ------
    tuple of (tuple of int, str)

    Examples
    --------
    >>> from ipaddress import ip_network
    >>> ranges = [AddressRange.of(ip_network(cidr)) for cidr in ("0.0.0.0/1", "128.0.0.0/1")]
    >>> [*runs([1, 0], ranges)]
    [((0, 1), '0.0.0.0-255.255.255.255')]
    """
    for _, run in groupby(
        enumerate(sorted(numbers)), key=lambda pair: (pair[1] - pair[0], ranges[pair[1]].version)
    ):
        members = tuple(number for _, number in run)
        yield members, str(AddressRange(ranges[members[0]].first, ranges[members[-1]].last))
