"""Addresses that lead on through a Service: of Services without selector, and of nodes.

A connection there is judged at the ends behind the Service (SEM-53, SEM-74, SEM-76). At the ports
of nodes, and at addresses for clients outside, only where no policy behind the Service could have
a say: with which address a client arrives there is the business of a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import and_

from netpol_lab.engine.endpoint_rules import is_itself
from netpol_lab.engine.resolution import Resolution
from netpol_lab.engine.service_targets import Target, behind
from netpol_lab.engine.verdict import judge
from netpol_lab.model.addresses import Address
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.bitsets import bits_of, ones, union
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint, Flow
from netpol_lab.model.objects import Direction
from netpol_lab.model.ports import PortSet, Protocol
from netpol_lab.model.services import Service, ServicePort
from netpol_lab.reach.endpoint_index import EndpointIndex
from netpol_lab.reach.grants import Grant


@dataclass(frozen=True, slots=True)
class _Door:
    """A port of one address that leads through a Service, and where it leads."""

    place: int
    port: tuple[Protocol, int]
    targets: tuple[Target, ...]
    alike: bool  # whether it leads every client to the same targets

    @property
    def ports(self) -> PortSet:
        return PortSet.of(*self.port)


class ServiceEnds:
    """The ends of an index that lead on through Services of one cluster.

    Parameters
    ----------
    cluster : Cluster
    index : EndpointIndex
    resolution : Resolution
        With the pods of the index.
    """

    def __init__(self, cluster: Cluster, index: EndpointIndex, resolution: Resolution) -> None:
        self._cluster, self._index = cluster, index
        self._isolated = resolution.isolated(Direction.EGRESS).bits
        self._closed = resolution.isolated(Direction.INGRESS)
        self._has_blocks = any(
            peer.ip_block
            for policy in cluster.policies
            for direction in Direction
            for rule in policy.rules(direction)
            for peer in rule.peers
        )
        self._inner, self._outer = [*self._doors(inner=True)], list[_Door]()
        for door in self._doors(inner=False):
            followed = door.alike and not self._may_close(door)
            (self._inner if followed else self._outer).append(door)

    def readings(
        self, egress: Sequence[Grant], ingress: Sequence[Grant], assumptions: Assumptions
    ) -> Iterator[list[Grant]]:
        """Yield the least and the most that the sources' side may grant, so that both sides fit.

        Parameters
        ----------
        egress, ingress : sequence of Grant
            As if these addresses were like any other outside.
        assumptions : Assumptions

        Yields
        ------
        list of Grant
            One, if nothing leads through a Service.
        """
        if not (self._inner or self._outer):
            yield [*egress]
            return
        most = [part for grant in egress for part in self._without_doors(grant)]
        least = [*most]
        for door in self._inner:
            few, many = self._led(door, egress, ingress, assumptions)
            few, many = self._asked_one_by_one(door, few, many, assumptions)
            least.append(Grant(door.ports, few, 1 << door.place))
            most.append(Grant(door.ports, many, 1 << door.place))
        everyone = self._index.pod_bits
        most += (Grant(door.ports, everyone, 1 << door.place) for door in self._outer)
        yield least
        yield most

    # ------------------------------------------------------------ what leads where

    def _doors(self, inner: bool) -> Iterator[_Door]:
        """Yield the ports that lead through Services, those inside the cluster or the others."""
        nodes = self._places(self._cluster.node_names)
        for service in self._cluster.services:
            own = service.inner_addresses if inner else service.outer_addresses
            if service.stays_on_node:  # whom it leads to depends on the client
                own = () if inner else service.addresses
            places = self._places(own) if service.selector is None else []
            for offered in service.ports:
                for place in places:
                    yield from self._door(service, offered, place, offered.port)
                for place in nodes if offered.node_port and not inner else ():
                    yield from self._door(service, offered, place, offered.node_port or 0)

    def _places(self, addresses: Iterable[Address]) -> list[int]:
        wanted = {*addresses}
        outside = self._index.outside.items()
        return [at for at, part in outside if part.first == part.last and part.first in wanted]

    def _door(
        self, service: Service, offered: ServicePort, place: int, port: int
    ) -> Iterator[_Door]:
        """Yield the way from a port to everything of the same family; none to nobody."""
        version = self._index.outside[place].version
        found = tuple(
            target
            for target in behind(self._cluster, service, offered)
            for known in [target.end.known_addresses]
            if not known or any(own.version == version for own in known)
        )
        if found:
            yield _Door(place, (offered.protocol, port), found, not service.stays_on_node)

    # ------------------------------------------------------------ what is granted

    def _without_doors(self, grant: Grant) -> Iterator[Grant]:
        """Yield a grant without the ports that lead on, but for those no policy could close."""
        at_doors = grant.destinations & bits_of(self._ports)
        yield replace(grant, destinations=grant.destinations & ~at_doors)
        isolated, free = grant.sources & self._isolated, grant.sources & ~self._isolated
        for place in ones(at_doors):
            leading, guarded = self._ports[place]
            here = replace(grant, destinations=1 << place)
            yield replace(here, ports=grant.ports - leading, sources=isolated)
            yield replace(here, ports=grant.ports - guarded, sources=free)

    @cached_property
    def _ports(self) -> dict[int, tuple[PortSet, PortSet]]:
        """For each address the ports that lead on, and those where somebody could be closed."""
        found: dict[int, tuple[PortSet, PortSet]] = {}
        inner = ((door, True) for door in self._inner)
        outer = ((door, self._may_close(door)) for door in self._outer)
        for door, may_close in (*inner, *outer):
            leading, guarded = found.get(door.place, (PortSet(), PortSet()))
            guarded |= door.ports if may_close else PortSet()
            found[door.place] = leading | door.ports, guarded
        return found

    def _may_close(self, door: _Door) -> bool:
        pods = (target.end.pod for target in door.targets)
        closed = any(pod in self._closed for pod in pods if pod is not None)
        return closed or any(t.missing for t in door.targets) or bool(self._cluster.other_policies)

    def _led(
        self, door: _Door, egress: Sequence[Grant], ingress: Sequence[Grant], asked: Assumptions
    ) -> tuple[int, int]:
        """Return the pods that get through a door whatever is left open, and those that may."""
        first, loopback = asked.service_rewritten_first, asked.service_loopback
        here = _granted(egress, door.place, door.port) if first is not True else None
        few, many = self._index.pod_bits, 0
        for target in door.targets:
            there = self._place(target)
            if there is None or target.port is None:
                admits = asked.unknown_endpoints_admit
                few &= self._index.pod_bits if admits and here is None else 0
                many |= self._index.pod_bits if admits is not False else 0
                continue
            port, itself = (door.port[0], target.port), self._itself(target, there)
            out = _granted(egress, there, port) if first is not False else None
            sides = [side for side in (here, out) if side is not None]
            into = _granted(ingress, there, port)
            exempt = itself if target.end.pod is None else 0  # as if it were asked for directly
            sure = reduce(and_, sides) & into & ~(exempt & self._isolated)
            few &= sure | itself if loopback else sure
            many |= union(sides) & into | (itself if loopback is not False else 0)
        return few & many, many

    def _asked_one_by_one(
        self, door: _Door, few: int, many: int, asked: Assumptions
    ) -> tuple[int, int]:
        """Return who gets through a door, where the family of its address could matter (SEM-48).

        What is granted is about the addresses that a pod and a target use between themselves.
        """
        address = self._index.outside[door.place].first
        for pod in self._cluster.pods if self._has_blocks else ():
            if pod.finished or {own.version for own in pod.known_addresses} == {address.version}:
                continue
            flow = Flow.between(self._cluster, str(pod), str(address), door.port[1], door.port[0])
            allowed = judge(self._cluster, flow, asked).allowed
            bit = 1 << self._index.place_of[str(pod)]
            few = few | bit if allowed else few & ~bit
            many = many & ~bit if allowed is False else many | bit
        return few, many

    def _place(self, target: Target) -> int | None:
        """Return the place of a target in the index; None where it is not known."""
        if target.missing:
            return None
        if target.end.pod is not None:
            return self._index.place_of[str(target.end.pod)]
        range_ = target.end.address and self._index.range_around(target.end.address)
        return self._index.place_of[str(range_)] if range_ else None

    def _itself(self, target: Target, place: int) -> int:
        """Return the pods that come back to themselves, by an address they share with a node."""
        if target.end.pod is not None:
            return 1 << place
        hosts = (pod for pod in self._cluster.pods if pod.host_network and not pod.finished)
        same = (pod for pod in hosts if is_itself(Endpoint(pod), target.end))
        return bits_of(self._index.place_of[str(pod)] for pod in same)


def _granted(grants: Iterable[Grant], place: int, port: tuple[Protocol, int]) -> int:
    """Return the sources that are granted one port of one destination."""
    return union(
        grant.sources for grant in grants if grant.destinations >> place & 1 and port in grant.ports
    )
