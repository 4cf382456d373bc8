"""The ends of a reachability answer: pods and ranges of outside addresses, one bit each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from netpol_lab.model.addresses import Address, AddressRange, Network
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.intervals import Range, cut
from netpol_lab.model.objects import Direction, Pod

End = Pod | AddressRange


class EndpointIndex:
    """The ends of an answer in a fixed order, one bit each: pods, then ranges of outside addresses.

    Several clusters may share one index, so that their answers can be compared bit by bit.

    Parameters
    ----------
    clusters : sequence of Cluster
    told_apart : iterable of IPv4Network or IPv6Network
        Ranges of addresses outside that differ from others, whatever the clusters say.
    """

    def __init__(self, clusters: Sequence[Cluster], told_apart: Iterable[Network] = ()) -> None:
        running = (str(pod) for cluster in clusters for pod in cluster.pods if not pod.finished)
        self.pods = tuple(dict.fromkeys(running))
        self.ranges = tuple(outside(clusters, told_apart))
        self.outside = dict(enumerate(self.ranges, len(self.pods)))
        self.names = (*self.pods, *map(str, self.ranges))
        self.place_of = {name: place for place, name in enumerate(self.names)}
        self.pod_bits = (1 << len(self.pods)) - 1
        self._taken = {address for cluster in clusters for address in _taken(cluster)}

    def flow_name(self, place: int) -> str:
        """Return how `evaluate` names an end: a pod by its name, a range by its first address."""
        range_ = self.outside.get(place)
        return self.pods[place] if range_ is None else str(range_.first)

    def range_around(self, address: Address) -> AddressRange | None:
        """Return the range that an outside address is in.

        Parameters
        ----------
        address : IPv4Address or IPv6Address

        Returns
        -------
        AddressRange or None
            None for an address of a pod, a Service with a selector, or loopback.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> from ipaddress import ip_address
        >>> print(EndpointIndex([lab.load("three-tier")]).range_around(ip_address("203.0.113.7")))
        0.0.0.0-255.255.255.255
        """
        if address.is_loopback or address in self._taken:
            return None
        return next((range_ for range_ in self.ranges if address in range_), None)


def outside(
    clusters: Sequence[Cluster], told_apart: Iterable[Network] = ()
) -> Iterator[AddressRange]:
    """Yield ranges of the addresses outside, cut wherever a policy could tell two of them apart.

    IPv6 is left out where no pod and no policy uses it. The addresses of pods and Services are not
    outside, and loopback never leaves a pod: a range may lie around some of these, but does not
    begin or end with one.

    Parameters
    ----------
    clusters : sequence of Cluster
    told_apart : iterable of IPv4Network or IPv6Network

    Yields
    ------
    AddressRange

    Examples
    --------
    >>> import netpol_lab as lab
    >>> [str(part) for part in outside([lab.load("three-tier")])]
    ['0.0.0.0-255.255.255.255']
    """
    known = {address for cluster in clusters for address in _taken(cluster)}
    mentioned = {part for cluster in clusters for part in _mentioned(cluster)}
    mentioned |= {*map(AddressRange.of, told_apart)}
    for version, last in _LAST.items():
        parts = [part.numbers for part in mentioned if part.version == version]
        taken = {int(address) for address in known if address.version == version}
        if parts or taken or version == 4:
            starts = chain.from_iterable((first, last + 1) for first, last in parts)
            for piece in cut((0, last), starts):
                first, last_of_it = _trimmed(piece, taken, _NEVER_OUTSIDE[version])
                if first <= last_of_it:
                    yield AddressRange.between(version, first, last_of_it)


_LAST = {4: 2**32 - 1, 6: 2**128 - 1}
_NEVER_OUTSIDE = {
    4: [(127 << 24, (128 << 24) - 1)],
    6: [(1, 1), (0xFFFF << 32, (0x10000 << 32) - 1)],  # and IPv4 in IPv6's clothes
}


def _trimmed(piece: Range, taken: set[int], never: Sequence[Range]) -> Range:
    """Return a range without what is not outside at its ends; it may turn out to be empty."""
    first, last = piece
    while first <= last and (inner := _not_outside(first, taken, never)):
        first = inner[1] + 1
    while first <= last and (inner := _not_outside(last, taken, never)):
        last = inner[0] - 1
    return first, last


def _not_outside(number: int, taken: set[int], never: Sequence[Range]) -> Range | None:
    """Return the range around an address that is not outside."""
    if number in taken:
        return number, number
    return next((range_ for range_ in never if range_[0] <= number <= range_[1]), None)


def _taken(cluster: Cluster) -> Iterator[Address]:
    """Yield the addresses that mean a pod, or pods behind a Service (SEM-53)."""
    yield from cluster.owners
    rewritten = (service for service in cluster.services if service.selector is not None)
    yield from chain.from_iterable(service.addresses for service in rewritten)


def _mentioned(cluster: Cluster) -> Iterator[AddressRange]:
    """Yield the ranges that can matter: of ipBlocks, nodes, and Services that select no pods."""
    for policy in cluster.policies:
        for rule in chain.from_iterable(map(policy.rules, Direction)):
            for block in (peer.ip_block for peer in rule.peers if peer.ip_block is not None):
                yield from map(AddressRange.of, (block.cidr, *block.excepts))
    rules = chain.from_iterable(p.rules(Direction.EGRESS) for p in cluster.cluster_policies)
    beyond = [*chain.from_iterable(rule.peers for rule in rules)]
    yield from map(AddressRange.of, chain.from_iterable(peer.networks for peer in beyond))
    running = (pod for pod in cluster.pods if not pod.finished)
    unsure = any(pod.node is None for pod in running)  # its node may be any of them (SEM-50)
    unsure |= any(service.node_ports for service in cluster.services)  # at any node (SEM-76)
    unsure |= any(peer.nodes is not None for peer in beyond)
    nodes = [cluster.node_names] if unsure else (pod.node_addresses for pod in cluster.pods)
    hosts = (pod.known_addresses for pod in cluster.pods if pod.host_network)
    beside = (s.addresses for s in cluster.services if s.selector is None)
    for address in {*chain.from_iterable(chain(nodes, hosts, beside))}:
        yield AddressRange(address, address)
