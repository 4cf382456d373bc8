"""The flows that can be asked about: who opens a connection to whom, on which port."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from operator import attrgetter
from typing import TYPE_CHECKING

from netpol_lab.errors import FlowError, did_you_mean
from netpol_lab.model.addresses import Address
from netpol_lab.model.objects import Direction, Pod
from netpol_lab.model.ports import MAX_PORT, MIN_PORT, Protocol, is_governed, spoken_port
from netpol_lab.model.replicas import pairs_at_once
from netpol_lab.model.services import Service

if TYPE_CHECKING:
    from netpol_lab.model.cluster import Cluster

UNGOVERNED = ("ICMP", "ICMPV6", "ARP", "IGMP", "GRE", "ESP")  # policies say nothing about them


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of a flow: a pod, or an address outside the cluster.

    Parameters
    ----------
    pod : Pod, optional
        None for an outside address.
    address : IPv4Address or IPv6Address, optional
        The address in use; None for a pod whose address the manifests do not give.
    node : str, optional
        The node that has this address, where that is known.
    service : Service, optional
        The Service, where it is called by its name.
    among : tuple of Pod
        The other pods that are meant as well, where a workload is called by its name.
    is_node : bool
        Whether this is known to be the address of some node.

    Examples
    --------
    >>> print(Endpoint(Pod("shop", "web")), Endpoint())
    shop/web an unknown address
    """

    pod: Pod | None = None
    address: Address | None = None
    node: str | None = None
    service: Service | None = None
    among: tuple[Pod, ...] = ()
    is_node: bool = False

    @property
    def name(self) -> str:
        """``namespace/name`` of the pod or Service, or the address."""
        return str(self.pod or self.service or self.address or "an unknown address")

    def __str__(self) -> str:
        return self.name

    def at(self, address: Address | None) -> Endpoint:
        """Return the same end with the address it uses.

        Parameters
        ----------
        address : IPv4Address or IPv6Address, optional

        Returns
        -------
        Endpoint

        Examples
        --------
        >>> from ipaddress import ip_address
        >>> Endpoint(Pod("shop", "web")).at(ip_address("10.0.0.1")).address
        IPv4Address('10.0.0.1')
        """
        return Endpoint(self.pod, address, self.node, self.service, self.among, self.is_node)

    @property
    def turned(self) -> Endpoint:
        """The same pods, another one first; the same end where there are no others."""
        if self.pod is None or not self.among:
            return self
        first, *others = self.among
        return Endpoint(first, among=(*others, self.pod))

    @property
    def each(self) -> tuple[Endpoint, ...]:
        """The end itself, and each other pod that is meant as well."""
        return (self, *map(Endpoint, self.among))

    @property
    def known_addresses(self) -> tuple[Address, ...]:
        """The address in use, or where the pod can be reached if none is chosen yet."""
        if self.address is not None:
            return (self.address,)
        return self.pod.known_addresses if self.pod else ()


@dataclass(frozen=True, slots=True)
class Flow:
    """A connection somebody tries to open: from where, to where, on which port.

    Parameters
    ----------
    source, destination : Endpoint
    port : int or None
        The destination port, 1 to 65535; None for protocols without ports.
    protocol : str
        ``TCP``, ``UDP``, ``SCTP``, or another name such as ``ICMP``, which policies leave
        undefined (SEM-57).
    also : tuple of Flow
        The same between the other pods that are meant, where a workload is called by its name.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> print(Flow.between(lab.load("three-tier"), "web", "db", 5432))
    shop/web -> shop/db  TCP 5432
    """

    source: Endpoint
    destination: Endpoint
    port: int | None = None
    protocol: str = Protocol.TCP
    also: tuple[Flow, ...] = field(default=(), repr=False, compare=False)

    @classmethod
    def between(
        cls,
        cluster: Cluster,
        source: str,
        destination: str,
        port: int | None = None,
        protocol: str = "TCP",
    ) -> Flow:
        """Return a flow between two ends given by name or address.

        Two pods given by name use the first address family that they share, in the order of
        the destination's addresses (SEM-48: a dual-stack pod is judged per address in use).

        Parameters
        ----------
        cluster : Cluster
        source, destination : str
            As for `Cluster.endpoint`.
        port : int, optional
            None for protocols without ports.
        protocol : str

        Returns
        -------
        Flow

        Raises
        ------
        UnknownNameError, AmbiguousNameError, FlowError
            For a wrong name, port or protocol, or when neither end is a pod (SEM-05).

        Examples
        --------
        >>> import netpol_lab as lab
        >>> print(Flow.between(lab.load("three-tier"), "web", "db", 5432))
        shop/web -> shop/db  TCP 5432
        """
        port, protocol = checked_port(port, protocol)
        here, there = cluster.endpoint(source), cluster.endpoint(destination)
        if here.address is not None and here.address.is_loopback:
            raise FlowError(f"{source} is a pod's own loopback: name the pod instead.")
        if there.address is not None and there.address.is_loopback:
            here = there = Endpoint(here.pod, here.address)  # it never leaves the pod (SEM-49)
        if here.service is not None:
            raise FlowError(f"{source} is a Service, which opens no connections: name a pod.")
        services = cluster.services_at(there.address, port, protocol)
        if not (here.pod or there.pod or there.service or services):
            raise FlowError(
                f"neither {source} nor {destination} is a pod, and policies judge only pods. "
                "Name at least one pod."
            )
        if here.pod is not None and here.pod is there.pod:
            # A workload and itself: begin with two different pods.
            here, there = (here, there.turned) if there.among else (here.turned, there)
        pairs = pairs_at_once(product(here.each, there.each), attrgetter("pod"))
        first, *others = (facing(*pair) for pair in pairs)
        also = tuple(cls(*pair, port, protocol) for pair in others)
        return cls(*first, port, protocol, also)

    def subject(self, direction: Direction) -> Endpoint:
        """Return the end whose policies are asked in one direction.

        Parameters
        ----------
        direction : Direction
            Egress is asked of the source, ingress of the destination.

        Returns
        -------
        Endpoint

        Examples
        --------
        >>> import netpol_lab as lab
        >>> print(Flow.between(lab.load("three-tier"), "web", "db", 80).subject(Direction.EGRESS))
        shop/web
        """
        return self.source if direction is Direction.EGRESS else self.destination

    @property
    def ends(self) -> tuple[Endpoint, Endpoint]:
        """Its source, then its destination."""
        return self.source, self.destination

    @property
    def each(self) -> tuple[Flow, ...]:
        """The flow itself, then those between the other pods that its ends may mean."""
        return (self, *self.also)

    def __str__(self) -> str:
        return f"{self.source} -> {self.destination}  {spoken_port(self.port, self.protocol)}"


def checked_port(port: int | None, protocol: str) -> tuple[int | None, str]:
    """Return a port and a protocol in the API's spelling.

    Parameters
    ----------
    port : int or None
        Ignored for protocols without ports.
    protocol : str
        In upper or lower case.

    Returns
    -------
    tuple of (int or None, str)

    Raises
    ------
    FlowError
        For an unknown protocol, or a port that is missing or not from 1 to 65535.

    Examples
    --------
    >>> checked_port(53, "udp")
    (53, <Protocol.UDP: 'UDP'>)
    """
    protocol = str(protocol).upper()
    if not is_governed(protocol):
        known = [*Protocol, *UNGOVERNED]
        if protocol not in known:
            raise FlowError(f'there is no protocol "{protocol}". {did_you_mean(protocol, known)}')
        return None, protocol
    if port is None:
        raise FlowError(f"{protocol} needs a port: a number from {MIN_PORT} to {MAX_PORT}.")
    if isinstance(port, bool) or not isinstance(port, int):
        raise FlowError(f"{protocol} needs a port, a number from 1 to 65535; got {port!r}.")
    if not MIN_PORT <= port <= MAX_PORT:
        raise FlowError(f"{port} is not a port: ports go from {MIN_PORT} to {MAX_PORT}.")
    return port, Protocol(protocol)


def facing(source: Endpoint, destination: Endpoint) -> tuple[Endpoint, Endpoint]:
    """Return both ends with the addresses they use towards each other (SEM-48).

    Parameters
    ----------
    source, destination : Endpoint

    Returns
    -------
    tuple of (Endpoint, Endpoint)
        The source, then the destination.

    Examples
    --------
    >>> from ipaddress import ip_address
    >>> both = Pod("shop", "both", addresses=(ip_address("fd00::1"), ip_address("10.0.0.1")))
    >>> source, _ = facing(Endpoint(both), Endpoint(address=ip_address("192.0.2.1")))
    >>> source.address
    IPv4Address('10.0.0.1')
    """
    destination = destination.at(_address_beside(destination, source))
    return source.at(_address_beside(source, destination)), destination


def _address_beside(end: Endpoint, other: Endpoint) -> Address | None:
    """Return the address `end` uses towards `other`: the first of a family both have.

    Towards a Service without an address that is decided by where it leads.
    """
    if end.address is not None or end.pod is None or (other.service and not other.address):
        return end.address
    families = {address.version for address in other.known_addresses}
    same = [address for address in end.pod.known_addresses if address.version in families]
    return next(iter(same or end.pod.known_addresses), None)
