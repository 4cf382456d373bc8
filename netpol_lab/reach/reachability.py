"""Every flow at once: who reaches whom, on exactly which ports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache, reduce
from ipaddress import ip_network
from itertools import chain, product
from operator import and_

from netpol_lab.errors import (
    AmbiguousNameError,
    FlowError,
    counted,
)
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.bitsets import ones, union
from netpol_lab.model.cluster import Cluster, checked_cluster
from netpol_lab.model.flows import checked_port
from netpol_lab.model.objects import Pod
from netpol_lab.model.ports import PortSet, is_governed
from netpol_lab.model.replicas import pairs_at_once, told_apart_alike
from netpol_lab.reach import blast_radius as paths
from netpol_lab.reach.build_matrix import build_matrices
from netpol_lab.reach.certainty import AllowedPorts, ReachMatrix
from netpol_lab.reach.endpoint_index import End, EndpointIndex
from netpol_lab.reach.grouping import Connection, Groups, checked_grouping, join_ranges
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
    """Return the same as `reachability`, remembered for the last few clusters, by identity."""
    return reachability(cluster, assumptions)


def side_by_side(
    clusters: Sequence[Cluster], assumptions: Assumptions = DEFAULTS
) -> tuple[Reachability, ...]:
    """Return the flows of several clusters, with the same ends and port classes in all answers."""
    for cluster in clusters:
        checked_cluster(cluster)
    clusters = told_apart_alike(clusters)
    named = map(ip_network, chain.from_iterable(assumptions.domain_names.values()))
    index = EndpointIndex(clusters, (*assumptions.node_cidrs, *named))
    matrices = build_matrices(clusters, index, assumptions)
    return tuple(
        Reachability(cluster, assumptions, index, matrix)
        for cluster, matrix in zip(clusters, matrices, strict=True)
    )


@dataclass(frozen=True, eq=False)
class Reachability:
    """Every flow of one cluster. Made by `reachability`.

    Parameters
    ----------
    cluster : Cluster
    assumptions : Assumptions
    index : EndpointIndex
        The ends that the bits stand for.
    matrix : ReachMatrix
        Who reaches whom, as bits.
    """

    cluster: Cluster
    assumptions: Assumptions
    index: EndpointIndex
    matrix: ReachMatrix

    def __repr__(self) -> str:
        pods = counted(len(self._running), "pod")
        ranges = counted(len(self.index.ranges), "range")
        return f"Reachability: {pods}, {ranges} of addresses outside"

    def __str__(self) -> str:
        joined = join_ranges(self.connections(), self.index.ranges)
        return "\n".join(map(_line, joined)) or "no connection"

    @cached_property
    def ends(self) -> tuple[End, ...]:
        """The running pods in the cluster's order, then ranges of addresses outside."""
        return (*self.running, *self.index.ranges)

    @property
    def running(self) -> tuple[Pod, ...]:
        """The pods that have not finished, in the cluster's order."""
        return tuple(self._running.values())

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
        return self.matrix.classes.ports(self._cell(source, destination).certain)

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
        return self.matrix.classes.ports(self._cell(source, destination).undefined)

    def _cell(self, source: End | str, destination: End | str) -> AllowedPorts:
        """Return the ports between two ends; certain for a workload if so for all its pods."""
        here, there = self._places(source), self._places(destination)
        if min(*here, *there) >= len(self.index.pods):
            raise FlowError(f"neither {source} nor {destination} is a pod: name one at least.")
        pairs = pairs_at_once(product(here, there), self._pod_at)
        cells = [self.matrix.cell(*pair) for pair in pairs]
        certain = reduce(and_, (cell.certain for cell in cells))
        return AllowedPorts(certain, union(cell.possible for cell in cells))

    def _pod_at(self, place: int) -> Pod | None:
        return self._running.get(self.index.names[place])

    def _places(self, end: End | str) -> tuple[int, ...]:
        """Return the place of an end, or those of all pods of a workload."""
        name, index = str(end), self.index
        place = index.place_of.get(name)
        if place is not None and (place >= len(index.pods) or name in self._running):
            return (place,)
        found = self.cluster.endpoint(name)
        if found.pod is not None:
            if found.address and len({own.version for own in found.pod.addresses}) > 1:
                raise FlowError(  # answers are about the address that the pod would use
                    f"{found.address} is one of several addresses of {found.pod}: name the pod, "
                    "or ask evaluate about this address."
                )
            return tuple(index.place_of[one.name] for one in found.each)
        range_ = found.address and index.range_around(found.address)
        if found.service or not range_:
            raise FlowError(
                f"{end} is neither a pod nor an address outside: name a pod. "
                "Rules speak of pods and their own ports, so Services do not occur here: ask for a "
                "verdict on one."
            )
        return (index.place_of[str(range_)],)

    # Lists of connections

    def connections(self, by: str = "pod") -> Iterator[Connection]:
        """Yield the connections that are allowed or undefined, between different ends.

        Parameters
        ----------
        by : str
            ``"pod"``; ``"workload"`` or ``"namespace"`` group the pods: then a port counts when
            any pod of the one can open it to any pod of the other. Pods without a workload stand
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
        """Return the connections from one pod or group.

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
        """Return the connections to one pod or group.

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
        """Return the groups that `connections` are between, and the ends in each.

        Parameters
        ----------
        by : str
            As for `connections`.

        Returns
        -------
        Groups

        Raises
        ------
        UnknownNameError
            When `by` is not one of the three.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> reach = lab.reachability(lab.load("three-tier"))
        >>> reach.groups("namespace").names
        ('shop', '0.0.0.0-255.255.255.255')
        """
        return self._groups(checked_grouping(by))

    @cached_property
    def _groups(self) -> Callable[[str], Groups]:
        return cache(lambda by: Groups(by, self._running.values(), self.index))

    def names_of(self, name: str, by: str = "pod") -> tuple[str, ...]:
        """Return the names that `connections` use for what a name or an address means.

        Several for a workload of several pods, unless pods are grouped.

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
        """Return the connection between two pods or groups; one without ports where there is none.

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
            The latter also for a workload of several pods, unless pods are grouped.

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

    def _from_group(self, name: str, groups: Groups, among: int = -1) -> Iterator[Connection]:
        """Yield the connections from a group, all of them or only those to some ends."""
        reached: dict[str, AllowedPorts] = {}
        for alike, row in self.matrix.distinct_rows(groups.members[name]):
            for ports, ends in row:
                for other in groups.touched(name, alike, ends & among):
                    reached[other] = reached.get(other, AllowedPorts()) | ports
        ports_of = self.matrix.classes.ports
        for other in sorted(reached, key=groups.order.__getitem__):
            found = reached[other]
            if groups.unsure & (groups.members[name] | groups.members[other]):
                found = found._replace(certain=self._surely(name, other, groups))
            yield Connection(name, other, ports_of(found.certain), ports_of(found.undefined))

    def _surely(self, source: str, destination: str, groups: Groups) -> int:
        """Return the ports between two groups whichever pods exist of those that may (SEM-68)."""
        found = 0
        for some, others in product(groups.units(source), groups.units(destination)):
            pairs = [pair for pair in product(ones(some), ones(others)) if pair[0] != pair[1]]
            cells = (self.matrix.cell(*pair).certain for pair in pairs)
            found |= reduce(and_, cells, -1) if pairs else 0
        return found

    # Ways over several connections

    graph = paths.graph
    blast_radius = paths.blast_radius
    exposure = paths.exposure

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
            For what is not a port, or a protocol that policies do not know.

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
        class_ = self.matrix.classes.class_of(protocol, port)
        names = tuple(map(str, self.ends))
        rows = [self.matrix.row(self.index.place_of[name]) for name in names]
        return PortMatrix(
            self.index,
            f"{protocol} {port}",
            names,
            tuple(union(ends for ports, ends in row if ports.certain & class_) for row in rows),
            tuple(union(ends for ports, ends in row if ports.possible & class_) for row in rows),
        )


def _line(connection: Connection) -> str:
    source, destination, ports, undefined = connection
    left_open = f" (undefined: {undefined})" if undefined else ""
    return f"{source} -> {destination}  {ports}{left_open}"
