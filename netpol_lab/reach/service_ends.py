"""Addresses that lead on through a Service: of Services without selector, and of nodes.

A connection there is judged at the ends behind the Service (SEM-53, SEM-74, SEM-76). At the ports
of nodes, and at addresses for clients outside, only where no policy behind the Service could have
a say: with which address a client arrives there is the business of a verdict.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial, reduce
from itertools import chain
from operator import and_
from typing import NamedTuple

from netpol_lab.engine.endpoint_rules import is_itself
from netpol_lab.engine.resolution import Resolution
from netpol_lab.engine.service_targets import Target, behind
from netpol_lab.engine.tiers import concerned
from netpol_lab.model.addresses import Address
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.bitsets import bits_by, bits_of, ones, union
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint
from netpol_lab.model.objects import Direction
from netpol_lab.model.ports import PortSet, Protocol
from netpol_lab.model.services import Service, ServicePort
from netpol_lab.reach.endpoint_index import EndpointIndex
from netpol_lab.reach.grants import Grant

Sides = tuple[list[Grant], list[Grant]]  # what egress grants, and what ingress grants
Port = tuple[Protocol, int]
Sources = Callable[[int, Port], int]  # those that are granted one port of one destination


class _Behind(NamedTuple):
    """A place behind a Service, and which pods come back to themselves there."""

    target: Target
    place: int | None  # in the index; None where it is not known
    itself: int


@dataclass(frozen=True, slots=True)
class _Door:
    """A port of one address that leads through a Service, and where it leads."""

    place: int
    port: Port
    behind: tuple[_Behind, ...]
    inner: bool  # whether it is for clients inside, which arrive with their own address
    alike: bool  # whether it leads every client to the same targets

    @property
    def ports(self) -> PortSet:
        return PortSet.of(*self.port)


def _joined(doors: Iterable[_Door]) -> Iterator[_Door]:
    """Yield one door for each port of an address: several Services may share it."""
    by_port: dict[tuple[int, Port], list[_Door]] = defaultdict(list)
    for door in doors:
        by_port[door.place, door.port].append(door)
    for at, same in by_port.items():
        found = tuple(chain.from_iterable(door.behind for door in same))
        yield _Door(*at, found, all(door.inner for door in same), all(door.alike for door in same))


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
        self._isolated = concerned(resolution, Direction.EGRESS).bits
        self._closed = concerned(resolution, Direction.INGRESS)
        versions = ([own.version for own in pod.known_addresses] for pod in cluster.pods)
        self._families = {*map(frozenset, versions)}
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

        @cache
        def sources(family: int | None) -> tuple[Sources, Sources]:
            leaving, arriving = sides(family)
            return _sources(leaving), _sources(arriving)

        most = [part for grant in egress for part in self._without_doors(grant)]
        least = [*most]
        for door in self._followed:
            few, many = self._led(door, *sources(self._family_of(door)), assumptions)
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
            own = self._places(service.addresses) if service.selector is None else []
            inner = self._places(service.inner_addresses)
            for offered in service.ports:
                behind_it = cache(partial(self._behind, service, offered))
                ways = [(place, offered.port, place in inner) for place in own]
                if offered.node_port:
                    ways += [(place, offered.node_port, False) for place in nodes]
                for place, port, is_inner in ways:
                    if found := behind_it(self._index.outside[place].version):
                        at = place, (offered.protocol, port)
                        yield _Door(*at, found, is_inner, not service.stays_on_node)

    def _places(self, addresses: Iterable[Address]) -> list[int]:
        wanted = {*addresses}
        outside = self._index.outside.items() if wanted else ()
        return [at for at, part in outside if part.first in wanted]

    def _behind(self, service: Service, offered: ServicePort, version: int) -> tuple[_Behind, ...]:
        """Return everything of one address family that a port of a Service leads to."""
        return tuple(
            _Behind(target, place := self._place(target), self._itself(target, place))
            for target in behind(self._cluster, service, offered)
            for known in [target.end.known_addresses]
            if not known or any(own.version == version for own in known)
        )

    def _place(self, target: Target) -> int | None:
        """Return the place of a target in the index; None where it is not known."""
        if target.end.pod is not None:
            return self._index.place_of[str(target.end.pod)]
        range_ = target.end.address and self._index.range_around(target.end.address)
        return self._index.place_of[str(range_)] if range_ else None

    def _itself(self, target: Target, place: int | None) -> int:
        """Return the pods that come back to themselves, by an address they share with a node."""
        if place is None:
            return 0
        if target.end.pod is not None:
            return 1 << place
        hosts = (pod for pod in self._cluster.pods if pod.host_network and not pod.finished)
        same = (pod for pod in hosts if is_itself(Endpoint(pod), target.end))
        return bits_of(self._index.place_of[str(pod)] for pod in same)

    # ------------------------------------------------------------ what is granted

    def _without_doors(self, grant: Grant) -> Iterator[Grant]:
        """Yield a grant without the ports that lead on, but for those no policy could close."""
        at_doors = grant.destinations & bits_of(self._ports)
        yield replace(grant, destinations=grant.destinations & ~at_doors)
        isolated, free = grant.sources & self._isolated, grant.sources & ~self._isolated
        for (leading, guarded), places in bits_by(self._ports.__getitem__, ones(at_doors)).items():
            here = replace(grant, destinations=places)
            yield replace(here, ports=grant.ports - leading, sources=isolated)
            yield replace(here, ports=grant.ports - guarded, sources=free)

    @cached_property
    def _ports(self) -> dict[int, tuple[PortSet, PortSet]]:
        """For each address the ports that lead on, and those where somebody could be closed."""
        leading: dict[int, list[PortSet]] = defaultdict(list)
        guarded: dict[int, list[PortSet]] = defaultdict(list)
        for door in (*self._followed, *self._open):
            leading[door.place].append(door.ports)
        for door in (*self._followed, *filter(self._may_close, self._open)):
            guarded[door.place].append(door.ports)
        return {
            place: (PortSet.union(*ports), PortSet.union(*guarded[place]))
            for place, ports in leading.items()
        }

    def _may_close(self, door: _Door) -> bool:
        targets = [there.target for there in door.behind]
        closed = any(t.end.pod in self._closed for t in targets if t.end.pod is not None)
        return closed or any(t.missing for t in targets) or bool(self._cluster.other_policies)

    def _family_of(self, door: _Door) -> int | None:
        """Return the family that pods use at a door and behind it, unless they have no other."""
        version = self._index.outside[door.place].version
        return version if self._families - {frozenset((version,))} else None

    def _led(
        self, door: _Door, egress: Sources, ingress: Sources, asked: Assumptions
    ) -> tuple[int, int]:
        """Return the pods that get through a door whatever is left open, and those that may."""
        first, loopback = asked.service_rewritten_first, asked.service_loopback
        here = egress(door.place, door.port) if first is not True else None
        everyone = self._index.pod_bits
        few, many = everyone, 0
        for target, there, itself in door.behind:
            if there is None or target.port is None:
                admits = asked.unknown_endpoints_admit
                leaving = everyone if here is None else here
                few &= leaving if admits else 0
                many |= 0 if admits is False else leaving if first is False else everyone
                continue
            port = door.port[0], target.port
            out = egress(there, port) if first is not False else None
            sides = [side for side in (here, out) if side is not None]
            into = ingress(there, port)
            exempt = itself if target.end.pod is None else 0  # as if it were asked for directly
            sure = reduce(and_, sides) & into & ~(exempt & self._isolated)
            few &= sure | itself if loopback else sure
            many |= union(sides) & into | (itself if loopback is not False else 0)
        return few & many, many


def _sources(grants: Sequence[Grant]) -> Sources:
    """Return a function that gives the sources that are granted one port of one destination."""
    at = cache(lambda place: [grant for grant in grants if grant.destinations >> place & 1])
    return cache(lambda place, port: union(g.sources for g in at(place) if port in g.ports))
