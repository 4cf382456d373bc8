"""The flows that can be asked about: who opens a connection to whom, on which port."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

from netpol_lab.errors import FlowError, did_you_mean
from netpol_lab.model.addresses import Address
from netpol_lab.model.objects import Pod, Service
from netpol_lab.model.ports import MAX_PORT, MIN_PORT, Protocol, is_governed, spoken_port

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
        The address in use; None for a pod of which the manifests give none.
    node : str, optional
        The node whose address it is, where that is known.
    service : Service, optional
        The Service that is called by its name.
    among : tuple of Pod
        The other pods that are meant as well, where a workload is called by its name.
    """

    pod: Pod | None = None
    address: Address | None = None
    node: str | None = None
    service: Service | None = None
    among: tuple[Pod, ...] = ()

    @property
    def name(self) -> str:
        """``namespace/name`` of the pod or Service, or the address."""
        return str(self.pod or self.service or self.address or "an unknown address")

    def __str__(self) -> str:
        return self.name

    def at(self, address: Address | None) -> Endpoint:
        """Return the same end with the address it uses."""
        return Endpoint(self.pod, address, self.node, self.service, self.among)

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


@dataclass(frozen=True, slots=True)
class Flow:
    """A connection somebody tries to open: from where, to where, on which port.

    Parameters
    ----------
    source, destination : Endpoint
    port : int or None
        The destination port; None for protocols without ports.
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
        ends = cluster.endpoint(source), cluster.endpoint(destination)
        if ends[0].address is not None and ends[0].address.is_loopback:
            raise FlowError(f"{source} is a pod's own loopback: name the pod instead.")
        if ends[1].address is not None and ends[1].address.is_loopback:
            alone = Endpoint(ends[0].pod, ends[0].address)
            ends = alone, alone  # it never leaves the pod (SEM-49)
        if ends[0].service is not None:
            raise FlowError(f"{source} is a Service, which opens no connections: name a pod.")
        if ends[0].pod is None and not cluster.leads_to_pods(ends[1]):
            raise FlowError(
                f"neither {source} nor {destination} is a pod, and policies judge only pods. "
                "Name at least one pod."
            )
        if ends[0].pod is not None and ends[0].pod is ends[1].pod:
            here, there = ends  # a workload and itself: begin with two different pods
            ends = (here, there.turned) if there.among else (here.turned, there)
        several = ends[0].among or ends[1].among
        first, *others = (
            facing(here, there)
            for here, there in product(ends[0].each, ends[1].each)
            if not several or here.pod is None or here.pod is not there.pod
        )
        also = tuple(cls(*pair, port, protocol) for pair in others)
        return cls(*first, port, protocol, also)

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
    """Return a port and a protocol in the API's spelling; refuse what is neither (FlowError)."""
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
    """Return both ends with the addresses they use towards each other (SEM-48)."""
    destination = destination.at(_address_beside(destination, source))
    return source.at(_address_beside(source, destination)), destination


def _address_beside(end: Endpoint, other: Endpoint) -> Address | None:
    """Return the address `end` uses towards `other`: the first of a family both have."""
    if end.address is not None or end.pod is None:
        return end.address
    others = _known_addresses(other)
    families = {address.version for address in others}
    same = [address for address in end.pod.known_addresses if address.version in families]
    return next(iter(same or end.pod.known_addresses), None)


def _known_addresses(end: Endpoint) -> Iterator[Address]:
    if end.address is not None:
        return iter((end.address,))
    return iter(end.pod.known_addresses if end.pod else ())
