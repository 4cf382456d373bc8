"""How all ends look to the rules of one subject in one reading: as pod or node, by address."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from functools import cache, cached_property, reduce
from itertools import accumulate
from operator import or_, xor

from netpol_lab.engine.endpoint_rules import (
    as_read,
    may_be_node,
    named_ports,
    node_behind,
    ranges_of_unknown,
    sees_address,
)
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.semantics import addresses_of
from netpol_lab.model.addresses import Address, AddressRange, Network
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.bitsets import bits_by, bits_of, ones
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint, facing
from netpol_lab.model.objects import ContainerPort, Direction, IPBlock, Pod
from netpol_lab.reach.endpoint_index import EndpointIndex

Profile = tuple[int, ...]  # the address families of an end, in its order of preference


class PeerView:
    """All ends as the rules of one subject see them, in one reading: `Peers` of the engine.

    Parameters
    ----------
    ends : mapping of int to Endpoint
        By place in the index, each with the address that it uses towards the subject.
    towards : mapping of int to Address or None
        An address of the family that the subject uses, for each that has no known address.
    """

    def __init__(self, ends: Mapping[int, Endpoint], towards: Mapping[int, Address | None]) -> None:
        self.ends = ends
        self.everyone = bits_of(ends)
        self._towards = towards
        self._as_pods = bits_of(place for place, end in ends.items() if end.pod is not None)
        self.inside = cache(self._inside)
        self.seen_by_address = cache(self._seen_by_address)
        self.unaddressed = cache(self._unaddressed)
        self._nodes = cache(self._find_nodes)

    def among(self, pods: PodSet) -> int:
        """See `Peers`."""
        return pods.bits & self._as_pods

    def _inside(self, block: IPBlock) -> int:
        return reduce(or_, map(self._between, addresses_of(block)), 0)

    def _between(self, addresses: AddressRange) -> int:
        numbers, sums = self._by_address[addresses.version]
        first, last = addresses.numbers
        return sums[bisect_right(numbers, last)] ^ sums[bisect_left(numbers, first)]

    @cached_property
    def _by_address(self) -> dict[int, tuple[list[int], list[int]]]:
        """For each family the sorted addresses, and the xor of all bits before each of them."""
        found: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
        for place, end in self.ends.items():
            if end.address is not None:
                found[end.address.version].append((int(end.address), 1 << place))
        for pairs in found.values():
            pairs.sort()
        return {
            version: ([n for n, _ in pairs], [0, *accumulate((bit for _, bit in pairs), xor)])
            for version, pairs in found.items()
        }

    def _seen_by_address(self, assumptions: Assumptions) -> int:
        ends = self.ends.items()
        return bits_of(place for place, end in ends if sees_address(end, assumptions))

    def _unaddressed(self, assumptions: Assumptions) -> Mapping[tuple[Network, ...], int]:
        def ranges(place: int) -> tuple[Network, ...]:
            return ranges_of_unknown(self.ends[place], self._towards[place], assumptions)

        return bits_by(ranges, self._towards)

    def on_nodes(self, assumptions: Assumptions) -> Mapping[str | Address, int]:
        """See `Peers`."""
        found = bits_by(lambda place: node_behind(self.ends[place], assumptions), self.ends)
        return {name: ends for name, ends in found.items() if name is not None}

    def maybe_node(self, pod: Pod, assumptions: Assumptions) -> set[int]:
        """Return the places that could be the node of a pod: its addresses, and who runs on it.

        Where nodes are not known any could be it, if assumptions say so (SEM-50).
        """
        keys = (*pod.node_addresses, pod.node)
        found = {place for key in keys if key for place in self._no_pods.get(key, ())}
        if assumptions.unknown_node_is_own:
            nodes, nameless = self._nodes(assumptions)
            found |= nodes if pod.node is None else nameless
        return found

    def _find_nodes(self, assumptions: Assumptions) -> tuple[set[int], set[int]]:
        """Return the places of all nodes, and of those whose name is not known."""
        seen = ((place, self.ends[place]) for place in ones(self.everyone & ~self._as_pods))
        nodes = {place: end for place, end in seen if may_be_node(end, assumptions)}
        return {*nodes}, {place for place, end in nodes.items() if end.node is None}

    @cached_property
    def _no_pods(self) -> dict[object, list[int]]:
        """The ends that are not seen as pods, by address and by node."""
        found: dict[object, list[int]] = {}
        for place in ones(self.everyone & ~self._as_pods):
            end = self.ends[place]
            found.setdefault(end.address, []).append(place)
            found.setdefault(end.node, []).append(place)
        return found


class PeerViews:
    """One cluster's ends in one reading: how each looks to the others.

    Parameters
    ----------
    cluster : Cluster
    index : EndpointIndex
    assumptions : Assumptions
        With every open question answered.
    family : int, optional
        4 or 6: the family of an address that pods call, and so also use to what is behind it; where
        left out, each uses the one that suits the other end (SEM-48).
    """

    def __init__(
        self,
        cluster: Cluster,
        index: EndpointIndex,
        assumptions: Assumptions,
        family: int | None = None,
    ) -> None:
        self.assumptions = assumptions
        running = (pod for pod in cluster.pods if not pod.finished)
        self.pods = {index.place_of[str(pod)]: pod for pod in running}
        outside = {
            place: cluster.endpoint(str(part.first)) for place, part in index.outside.items()
        }
        pods = {place: Endpoint(pod) for place, pod in self.pods.items()}
        if family is not None:
            called = next(end for end in outside.values() if family in _profile(end))
            pods = {place: facing(end, called)[0] for place, end in pods.items()}
        self.ends = pods | outside
        self.profiles = {place: _profile(end) for place, end in self.ends.items()}
        self.everyone = bits_of(self.ends)
        self._seen = {place: as_read(end, assumptions) for place, end in self.ends.items()}
        self.subjects = bits_of(place for place, end in self._seen.items() if end.pod is not None)
        self.view = cache(self._view)

    @cached_property
    def by_profile(self) -> dict[Profile, int]:
        """The ends with each profile, as bits."""
        return bits_by(self.profiles.__getitem__, self.ends)

    @cached_property
    def by_names(self) -> dict[tuple[ContainerPort, ...], int]:
        """The ends with each set of named ports, as bits."""
        return bits_by(lambda place: named_ports(self._seen[place], self.assumptions), self.ends)

    def _view(self, subject: Profile, direction: Direction) -> PeerView:
        """Return all ends as subjects with these address families see them."""
        outward, example = direction is Direction.EGRESS, self._example(subject)
        seen_as, towards = {}, {}
        for profile, alike in self.by_profile.items():
            ends = example, self._example(profile)
            this, seen = facing(*ends) if outward else reversed(facing(*reversed(ends)))
            family = seen.address.version if seen.address else None
            for place in ones(alike):
                if family is None:
                    towards[place] = this.address
                end = self.ends[place]
                address = next((a for a in end.known_addresses if a.version == family), None)
                seen_as[place] = as_read(end.at(address), self.assumptions)
        return PeerView(seen_as, towards)

    def _example(self, profile: Profile) -> Endpoint:
        return self.ends[next(ones(self.by_profile[profile]))]


def _profile(end: Endpoint) -> Profile:
    return tuple(dict.fromkeys(address.version for address in end.known_addresses))
