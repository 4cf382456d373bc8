"""Addresses that lead on through a Service: of Services without selector, and of nodes.

A connection there is judged at the ends behind the Service (SEM-53, SEM-74, SEM-76). At the ports
of nodes, and at addresses for clients outside, only where no policy behind the Service could have
a say: with which address a client arrives there is the business of a verdict.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import and_

from netpol_lab.engine.endpoint_rules import is_itself
from netpol_lab.engine.resolution import Resolution
from netpol_lab.engine.service_targets import Target, behind
from netpol_lab.model.addresses import Address
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.bitsets import bits_of, ones, union
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint
from netpol_lab.model.objects import Direction
from netpol_lab.model.ports import PortSet, Protocol
from netpol_lab.model.services import Service, ServicePort
from netpol_lab.reach.endpoint_index import EndpointIndex
from netpol_lab.reach.grants import Grant

Sides = tuple[list[Grant], list[Grant]]  # what egress grants, and what ingress grants


@dataclass(frozen=True, slots=True)
class _Door:
    """A port of one address that leads through a Service, and where it leads."""

    place: int
    port: tuple[Protocol, int]
    targets: tuple[Target, ...]
    inner: bool  # whether it is for clients inside, which arrive with their own address
    alike: bool  # whether it leads every client to the same targets

    @property
    def ports(self) -> PortSet:
        return PortSet.of(*self.port)


def _joined(doors: Iterable[_Door]) -> Iterator[_Door]:
    """Yield one door for each port of an address: several Services may share it."""
    by_port: dict[tuple[int, tuple[Protocol, int]], list[_Door]] = defaultdict(list)
    for door in doors:
        by_port[door.place, door.port].append(door)
    for at, same in by_port.items():
        targets = tuple(target for door in same for target in door.targets)
        yield _Door(*at, targets, all(d.inner for d in same), all(d.alike for d in same))


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
        running = (pod for pod in cluster.pods if not pod.finished)
        self._families = {frozenset(own.version for own in pod.known_addresses) for pod in running}
        self._followed, self._open = list[_Door](), list[_Door]()
        for door in _joined(self._doors()):
            followed = door.alike and (door.inner or not self._may_close(door))
            (self._followed if followed else self._open).append(door)

    def readings(
        self, sides: Callable[[int | None], Sides], assumptions: Assumptions
    ) -> Iterator[list[Grant]]:
        """Yield the least and the most that the sources' side may grant, so that both sides fit.

        Parameters
        ----------
        sides : function
            Returns what is granted, as if these addresses were like any other outside, where pods
            use one address family; for None, where they use that which suits the other end.
        assumptions : Assumptions

        Yields
        ------
        list of Grant
            One, if nothing leads through a Service.
        """
        egress, _ = sides(None)
        if not (self._followed or self._open):
            yield [*egress]
            return
        most = [part for grant in egress for part in self._without_doors(grant)]
        least = [*most]
        for door in self._followed:
            few, many = self._led(door, sides(self._family_of(door)), assumptions)
            least.append(Grant(door.ports, few, 1 << door.place))
            most.append(Grant(door.ports, many, 1 << door.place))
        everyone = self._index.pod_bits
        most += (Grant(door.ports, everyone, 1 << door.place) for door in self._open)
        yield least
        yield most

    # ------------------------------------------------------------ what leads where

    def _doors(self) -> Iterator[_Door]:
        """Yield the ports that lead through Services, at their own addresses and at nodes."""
        nodes = self._places(self._cluster.node_names)
        for service in self._cluster.services:
            places = self._places(service.addresses) if service.selector is None else []
            for offered in service.ports:
                for place in places:
                    inner = self._index.outside[place].first not in service.outer_addresses
                    yield from self._door(service, offered, place, offered.port, inner)
                if offered.node_port:
                    for place in nodes:
                        yield from self._door(service, offered, place, offered.node_port, False)

    def _places(self, addresses: Iterable[Address]) -> list[int]:
        wanted = {*addresses}
        outside = self._index.outside.items()
        return [at for at, part in outside if part.first == part.last and part.first in wanted]

    def _door(
        self, service: Service, offered: ServicePort, place: int, port: int, inner: bool
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
            yield _Door(place, (offered.protocol, port), found, inner, not service.stays_on_node)

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
        followed = ((door, True) for door in self._followed)
        left_open = ((door, self._may_close(door)) for door in self._open)
        for door, may_close in (*followed, *left_open):
            leading, guarded = found.get(door.place, (PortSet(), PortSet()))
            guarded |= door.ports if may_close else PortSet()
            found[door.place] = leading | door.ports, guarded
        return found

    def _may_close(self, door: _Door) -> bool:
        pods = (target.end.pod for target in door.targets)
        closed = any(pod in self._closed for pod in pods if pod is not None)
        return closed or any(t.missing for t in door.targets) or bool(self._cluster.other_policies)

    def _family_of(self, door: _Door) -> int | None:
        """Return the family that pods use at a door and behind it, unless they have no other."""
        version = self._index.outside[door.place].version
        return version if self._families - {frozenset((version,))} else None

    def _led(self, door: _Door, granted: Sides, asked: Assumptions) -> tuple[int, int]:
        """Return the pods that get through a door whatever is left open, and those that may."""
        egress, ingress = granted
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
