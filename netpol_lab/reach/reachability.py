"""Every flow at once: who reaches whom, on exactly which ports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache, reduce
from itertools import chain, product
from operator import and_
from typing import Any

from netpol_lab.engine.resolution import Resolution
from netpol_lab.engine.verdict import resolution_of
from netpol_lab.errors import AmbiguousNameError, FlowError, NetpolError
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.bitsets import bits_of, ones, union
from netpol_lab.model.cluster import Cluster, checked_cluster
from netpol_lab.model.flows import Endpoint, checked_port
from netpol_lab.model.objects import Direction, Pod
from netpol_lab.model.ports import PortSet, is_governed
from netpol_lab.reach.blast_radius import Paths
from netpol_lab.reach.certainty import AllowedPorts, Row, overlay
from netpol_lab.reach.connectivity import Connectivity, combine
from netpol_lab.reach.endpoint_index import End, EndpointIndex
from netpol_lab.reach.grants import Grant, grants
from netpol_lab.reach.grouping import BY, Connection, Groups, join_ranges
from netpol_lab.reach.peer_views import PeerViews
from netpol_lab.reach.port_classes import PortClasses
from netpol_lab.reach.port_matrix import PortMatrix


def reachability(cluster: Cluster, assumptions: Assumptions = DEFAULTS) -> Reachability:
    """Return every flow of a cluster, between its pods and with addresses outside.

    Parameters
    ----------
    cluster : Cluster
    assumptions : Assumptions
        What to take for granted where plugins differ.

    Returns
    -------
    Reachability

    Examples
    --------
    >>> import netpol_lab as lab
    >>> reach = lab.reachability(lab.load("three-tier"))
    >>> reach.ports("backend", "db"), reach.ports("web", "db")
    (all ports, no port)
    """
    return side_by_side([cluster], assumptions)[0]


@lru_cache(maxsize=4)
def reachability_of(cluster: Cluster, assumptions: Assumptions) -> Reachability:
    """Return the same as `reachability`, kept for whoever asks again; clusters go by identity."""
    return reachability(cluster, assumptions)


def side_by_side(
    clusters: Sequence[Cluster], assumptions: Assumptions = DEFAULTS
) -> tuple[Reachability, ...]:
    """Return the flows of several clusters, spoken of in the same ends and port classes."""
    for cluster in clusters:
        checked_cluster(cluster)
    index = EndpointIndex(clusters)
    alone = len(clusters) == 1
    granted = []
    for cluster in clusters:
        resolution = resolution_of(cluster) if alone else Resolution(cluster, index.pods)
        granted.append([*_granted(cluster, resolution, index, assumptions)])
    sets = (
        grant.ports
        for readings in granted
        for sides in readings
        for side in sides
        for grant in side
    )
    classes = PortClasses(sets)
    size = len(index.names)
    return tuple(
        Reachability(
            cluster,
            assumptions,
            index,
            classes,
            tuple(combine(size, index.pod_bits, *sides, classes) for sides in readings),
        )
        for cluster, readings in zip(clusters, granted, strict=True)
    )


def _granted(
    cluster: Cluster, resolution: Resolution, index: EndpointIndex, assumptions: Assumptions
) -> Iterator[tuple[list[Grant], list[Grant]]]:
    for answered in extremes(cluster, assumptions):
        views = PeerViews(cluster, index, answered)
        egress, ingress = (
            [*grants(resolution, views, direction)]
            for direction in (Direction.EGRESS, Direction.INGRESS)
        )
        yield egress, ingress


def extremes(cluster: Cluster, assumptions: Assumptions) -> Iterator[Assumptions]:
    """Yield the readings between which every other permitted one lies, as far as pods go.

    All open questions but that about hostNetwork pods can only add flows when answered with yes,
    so answering all with no, then all with yes, gives the least and the most there can be.
    """
    pods = [pod for pod in cluster.pods if not pod.finished]
    relevant = {
        "own_node_egress": any(pod.node or pod.node_addresses for pod in pods),
        "init_port_names": any(port.in_init_container for pod in pods for port in pod.ports),
        "unknown_addresses_in_blocks": not all(pod.known_addresses for pod in pods),
    }
    names = [n for n, matters in relevant.items() if matters and getattr(assumptions, n) is None]
    hosts = assumptions.host_network_as_pods
    as_pods = (False, True) if hosts is None and any(p.host_network for p in pods) else (hosts,)
    for host, answer in product(as_pods, (False, True) if names else (False,)):
        answers: dict[str, Any] = dict.fromkeys(names, answer)
        yield replace(assumptions, host_network_as_pods=host, **answers)


@dataclass(frozen=True, eq=False)
class Reachability(Paths):
    """Every flow of one cluster. Made by `reachability`.

    Parameters
    ----------
    cluster : Cluster
    assumptions : Assumptions
    index : EndpointIndex
        The ends that the bits stand for.
    classes : PortClasses
    by_reading : tuple of Connectivity
        One for each reading.
    """

    cluster: Cluster
    assumptions: Assumptions
    index: EndpointIndex
    classes: PortClasses
    by_reading: tuple[Connectivity, ...]

    def __repr__(self) -> str:
        counts = ((len(self._running), "pod"), (len(self.index.ranges), "range"))
        pods, ranges = (f"{n} {word}{'s' * (n != 1)}" for n, word in counts)
        return f"Reachability: {pods}, {ranges} of addresses outside"

    def __str__(self) -> str:
        joined = join_ranges(self.connections(), self.index.ranges)
        return "\n".join(map(_line, joined)) or "no connection"

    @cached_property
    def ends(self) -> tuple[End, ...]:
        """The running pods in the cluster's order, then ranges of addresses outside."""
        return (*self._running.values(), *self.index.ranges)

    @cached_property
    def _running(self) -> dict[str, Pod]:
        return {str(pod): pod for pod in self.cluster.pods if not pod.finished}

    # One pair

    def ports(self, source: End | str, destination: End | str) -> PortSet:
        """Return the ports on which a flow is allowed under every permitted reading.

        Parameters
        ----------
        source, destination : Pod, AddressRange or str
            An end of `ends`, its name, a workload (one of its pods) or an address.

        Returns
        -------
        PortSet

        Raises
        ------
        UnknownNameError, AmbiguousNameError, FlowError

        Examples
        --------
        >>> import netpol_lab as lab
        >>> lab.reachability(lab.load("three-tier")).ports("203.0.113.7", "web")
        all ports
        """
        return self.classes.ports(self._cell(source, destination).certain)

    def undefined(self, source: End | str, destination: End | str) -> PortSet:
        """Return the ports on which Kubernetes or the manifests leave the answer open.

        Parameters
        ----------
        source, destination : Pod, AddressRange or str
            As for `ports`.

        Returns
        -------
        PortSet

        Examples
        --------
        >>> import netpol_lab as lab
        >>> reach = lab.reachability(lab.load("three-tier"))
        >>> reach.undefined("web", "db")
        no port
        """
        return self.classes.ports(self._cell(source, destination).undefined)

    def _cell(self, source: End | str, destination: End | str) -> AllowedPorts:
        here, there = self._places(source), self._places(destination)
        if min(here[0], there[0]) >= len(self.index.pods):
            raise FlowError(f"neither {source} nor {destination} is a pod: name one at least.")
        pairs = [pair for pair in product(here, there) if pair[0] != pair[1]]
        cells = [self._pair(*pair) for pair in pairs or [(here[0], there[0])]]
        certain = reduce(and_, (cell.certain for cell in cells))
        return AllowedPorts(certain, union(cell.possible for cell in cells))

    def _pair(self, here: int, there: int) -> AllowedPorts:
        if here == there:  # SEM-49
            return AllowedPorts(self.classes.all, self.classes.all)
        parts = (part for part in self.row(here) if part.ends >> there & 1)
        return next((AllowedPorts(part.certain, part.possible) for part in parts), AllowedPorts())

    def _places(self, end: End | str) -> tuple[int, ...]:
        """Return the place of an end, or those of all pods of a workload."""
        name = str(end)
        place = self.index.place_of.get(name)
        if place is not None and (place >= len(self.index.pods) or name in self._running):
            return (place,)
        found = self.cluster.endpoint(name)
        if found.pod is not None:
            _refuse_one_of_several(found)
            return tuple(self.index.place_of[one.name] for one in found.each)
        range_ = found.address and self.index.range_around(found.address)
        if found.service or not range_:
            raise FlowError(
                f"{end} is neither a pod nor an address outside: name a pod. "
                "Rules speak of pods and their own ports, so Services do not occur here."
            )
        return (self.index.place_of[str(range_)],)

    # Whole rows

    def row(self, source: int) -> Row:
        """Return whom one end reaches; itself aside.

        Parameters
        ----------
        source : int
            Its place in the index.

        Returns
        -------
        tuple of Destinations
            Ports, certain and possible, and the ends they lead to, as bits.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> reach = lab.reachability(lab.load("three-tier"))
        >>> len(reach.row(0))  # web reaches backend and the outside, on the same ports
        1
        """
        return self._combined(self.row_key(source))

    def row_key(self, source: int) -> tuple[int, ...]:
        """Return what an end's row can be told by: equal for equal rows.

        Parameters
        ----------
        source : int
            A place in the index.

        Returns
        -------
        tuple of int
            One for each reading.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> reach = lab.reachability(lab.load("three-tier"))
        >>> reach.row_key(0) == reach.row_key(1)  # web and backend
        False
        """
        return tuple(plane.row_ids[source] for plane in self.by_reading)

    @cached_property
    def _combined(self) -> Callable[[tuple[int, ...]], Row]:
        return cache(self._combine)

    def _combine(self, key: tuple[int, ...]) -> Row:
        return overlay(plane.rows[k] for plane, k in zip(self.by_reading, key, strict=True))

    # Lists of connections

    def connections(self, by: str = "pod") -> Iterator[Connection]:
        """Yield what is allowed or undefined between different ends.

        Parameters
        ----------
        by : str
            ``"pod"``; ``"workload"`` or ``"namespace"`` put pods together: then a port counts when
            any pod of the one may open it to any pod of the other. Pods without a workload stand
            for themselves.

        Returns
        -------
        iterator of Connection

        Examples
        --------
        >>> import netpol_lab as lab
        >>> for connection in lab.reachability(lab.load("three-tier")).connections():
        ...     if connection.destination == "shop/db":
        ...         print(connection.source, connection.ports)
        shop/backend all ports
        """
        groups = self.groups(by)
        for name in groups.names:
            yield from self._from_group(name, groups)

    def out_of(self, name: str, by: str = "pod") -> tuple[Connection, ...]:
        """Return where one of those that `connections` speaks of can go.

        Parameters
        ----------
        name : str
        by : str
            As for `connections`.

        Returns
        -------
        tuple of Connection

        Examples
        --------
        >>> import netpol_lab as lab
        >>> [c.destination for c in lab.reachability(lab.load("three-tier")).out_of("web")]
        ['shop/backend', '0.0.0.0-255.255.255.255']
        """
        groups = self.groups(by)
        found = (self._from_group(source, groups) for source in self.names_of(name, by))
        return tuple(chain.from_iterable(found))

    def into(self, name: str, by: str = "pod") -> tuple[Connection, ...]:
        """Return who can reach one of those that `connections` speaks of.

        Parameters
        ----------
        name : str
        by : str
            As for `connections`.

        Returns
        -------
        tuple of Connection

        Examples
        --------
        >>> import netpol_lab as lab
        >>> [c.source for c in lab.reachability(lab.load("three-tier")).into("db")]
        ['shop/backend']
        """
        groups = self.groups(by)
        among = union(groups.members[one] for one in self.names_of(name, by))
        found = (self._from_group(source, groups, among) for source in groups.names)
        return tuple(chain.from_iterable(found))

    def groups(self, by: str = "pod") -> Groups:
        """Return whom `connections` speaks of, and the ends that each stands for.

        Parameters
        ----------
        by : str
            As for `connections`.

        Returns
        -------
        Groups

        Raises
        ------
        NetpolError
            When ends cannot be put together so.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> reach = lab.reachability(lab.load("three-tier"))
        >>> reach.groups("namespace").names
        ('shop', '0.0.0.0-255.255.255.255')
        """
        return self._groups(by)

    @cached_property
    def _groups(self) -> Callable[[str], Groups]:
        return cache(self._grouped)

    def _grouped(self, by: str) -> Groups:
        if by not in BY:
            raise NetpolError(f'connections are put together by {", ".join(BY)}; got "{by}".')
        return Groups(by, self._running.values(), self.index)

    def names_of(self, name: str, by: str = "pod") -> tuple[str, ...]:
        """Return what `connections` calls those that a name or an address means.

        Several where a workload is named and pods are told apart.

        Parameters
        ----------
        name : str
        by : str
            As for `connections`.

        Returns
        -------
        tuple of str

        Examples
        --------
        >>> import netpol_lab as lab
        >>> lab.reachability(lab.load("three-tier")).names_of("203.0.113.7")
        ('0.0.0.0-255.255.255.255',)
        """
        groups = self.groups(by)
        if name in groups.members:
            return (name,)
        return tuple(dict.fromkeys(groups.owner[place] for place in self._places(name)))

    def between(self, source: str, destination: str, by: str = "pod") -> Connection:
        """Return the connection between two of those that `connections` speaks of.

        Parameters
        ----------
        source, destination : str
        by : str
            As for `connections`.

        Returns
        -------
        Connection

        Raises
        ------
        UnknownNameError, AmbiguousNameError
            The latter also for a workload of several pods, if pods are told apart.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> lab.reachability(lab.load("three-tier")).between("web", "db").ports
        no port
        """
        groups = self.groups(by)
        ends = self._one(source, by), self._one(destination, by)
        return next(self._from_group(ends[0], groups, groups.members[ends[1]]), Connection(*ends))

    def _one(self, name: str, by: str) -> str:
        first, *others = self.names_of(name, by)
        if others:
            pods = ", ".join((first, *others))
            raise AmbiguousNameError(
                f"{name} has several pods: {pods}. Name one, or ask by workload."
            )
        return first

    def spread(self, places: int) -> int:
        """Return whom some ends surely reach, on any port.

        Parameters
        ----------
        places : int
            Ends as bits of the index.

        Returns
        -------
        int
            Ends as bits of the index.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> reach = lab.reachability(lab.load("three-tier"))
        >>> bin(reach.spread(0b1))  # web: itself, backend, and the outside
        '0b1011'
        """
        rows = map(self._combined, self.alike(places))
        return union(part.ends for row in rows for part in row if part.certain)

    def _from_group(self, name: str, groups: Groups, among: int = -1) -> Iterator[Connection]:
        """Yield what the members of a group may open to others, or only to some ends."""
        reached: dict[str, AllowedPorts] = {}
        for kinds, alike in self.alike(groups.members[name]).items():
            for certain, possible, ends in self._combined(kinds):
                for other in groups.touched(name, alike, ends & among):
                    had = reached.get(other, AllowedPorts())
                    reached[other] = AllowedPorts(had.certain | certain, had.possible | possible)
        ports = self.classes.ports
        for other in sorted(reached, key=groups.order.__getitem__):
            found = reached[other]
            yield Connection(name, other, ports(found.certain), ports(found.undefined))

    def alike(self, places: int) -> dict[tuple[int, ...], int]:
        """Return who of some ends shares a row with whom.

        Parameters
        ----------
        places : int
            Ends as bits of the index.

        Returns
        -------
        dict of tuple to int
            For each kind of row the ends that have it, as bits.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> reach = lab.reachability(lab.load("three-tier"))
        >>> sorted(map(bin, reach.alike(0b111).values()))
        ['0b1', '0b10', '0b100']
        """
        found: dict[tuple[int, ...], list[int]] = {}
        for place in ones(places):
            found.setdefault(self.row_key(place), []).append(place)
        return {kinds: bits_of(alike) for kinds, alike in found.items()}

    # One port

    def at(self, port: int, protocol: str = "TCP") -> PortMatrix:
        """Return who reaches whom at one port.

        Parameters
        ----------
        port : int
        protocol : str

        Returns
        -------
        PortMatrix

        Raises
        ------
        FlowError
            For something that is no port, or a protocol that policies do not speak of.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> grid = lab.reachability(lab.load("three-tier")).at(5432)
        >>> grid.cell("shop/backend", "shop/db"), grid.cell("shop/web", "shop/db")
        (True, False)
        """
        _, protocol = checked_port(port, protocol)
        if not is_governed(protocol):
            raise FlowError(f"policies say nothing about {protocol}: ask about a port.")
        class_ = self.classes.class_of(protocol, port)
        rows = [self.row(self.index.place_of[str(end)]) for end in self.ends]
        return PortMatrix(
            self.index,
            f"{protocol} {port}",
            tuple(map(str, self.ends)),
            tuple(union(part.ends for part in row if part.certain & class_) for row in rows),
            tuple(union(part.ends for part in row if part.possible & class_) for row in rows),
        )


def _line(connection: Connection) -> str:
    source, destination, ports, undefined = connection
    left_open = f" (undefined: {undefined})" if undefined else ""
    return f"{source} -> {destination}  {ports}{left_open}"


def _refuse_one_of_several(end: Endpoint) -> None:
    """Refuse an address of a pod with two families: the answers are about the one it would use."""
    if end.address and end.pod and len({own.version for own in end.pod.addresses}) > 1:
        raise FlowError(
            f"{end.address} is one of several addresses of {end.pod}: name the pod, "
            "or ask evaluate about this address."
        )
