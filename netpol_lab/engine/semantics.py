"""MEANING: selectors, peers and ports turned into sets. The only place.

The plain definitions (`matches`, `covers`, `ports_at`) are asked once per distinct case, and
`Resolution` keeps the answers as sets. `verdict` and everything after it only reads those sets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from itertools import chain
from operator import and_, or_
from typing import Protocol

from netpol_lab.engine.endpoint_rules import named_ports, sees_address
from netpol_lab.model.addresses import Address, AddressRange
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.bitsets import bits_of, ones
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint, Flow
from netpol_lab.model.intervals import without
from netpol_lab.model.objects import (
    NAME_LABEL,
    ContainerPort,
    Direction,
    IPBlock,
    Labels,
    Operator,
    Peer,
    Pod,
    Policy,
    PolicyPort,
    Requirement,
    Rule,
    Selector,
    Service,
    ServicePort,
)
from netpol_lab.model.ports import PortSet

# ---------------------------------------------------------------- plain definitions


def holds(requirement: Requirement, labels: Labels) -> bool:
    """Say whether one requirement holds for a set of labels (SEM-27 to SEM-32)."""
    value = labels.get(requirement.key)
    match requirement.operator:
        case Operator.IN:
            return value is not None and value in requirement.values
        case Operator.NOT_IN:  # "key absent, OR value not listed"
            return value is None or value not in requirement.values
        case Operator.EXISTS:
            return value is not None
        case Operator.DOES_NOT_EXIST:
            return value is None


def matches(selector: Selector, labels: Labels) -> bool:
    """Say whether all requirements of a selector hold (SEM-26, SEM-33).

    Examples
    --------
    >>> matches(Selector(), {"any": "thing"})
    True
    """
    return all(holds(requirement, labels) for requirement in selector.requirements)


def covers(block: IPBlock, address: Address) -> bool:
    """Say whether an address is inside a block and inside no `except` of it (SEM-44, SEM-46).

    Examples
    --------
    >>> from ipaddress import ip_address, ip_network
    >>> covers(IPBlock(ip_network("10.0.0.0/8")), ip_address("10.1.2.3"))
    True
    """
    return any(address in part for part in addresses_of(block))


@lru_cache(maxsize=8192)
def addresses_of(block: IPBlock) -> tuple[AddressRange, ...]:
    """Return the addresses that a block means: those of its CIDR without its exceptions.

    Examples
    --------
    >>> from ipaddress import ip_network
    >>> block = IPBlock(ip_network("10.0.0.0/8"), (ip_network("10.0.0.0/9"),))
    >>> [str(part) for part in addresses_of(block)]
    ['10.128.0.0-10.255.255.255']
    """
    whole = AddressRange.of(block.cidr)
    holes = [AddressRange.of(part).numbers for part in block.excepts]
    return tuple(
        AddressRange.between(whole.version, *part) for part in without([whole.numbers], holes)
    )


@lru_cache(maxsize=8192)
def ports_at(
    entries: tuple[PolicyPort, ...], names: tuple[ContainerPort, ...], end_port: bool = True
) -> PortSet:
    """Return the ports that a rule's `ports` mean at one destination.

    Parameters
    ----------
    entries : tuple of PolicyPort
        The rule's list; empty means every port of every protocol (SEM-13).
    names : tuple of ContainerPort
        The named ports of the destination; none where it is not a pod (SEM-41).
    end_port : bool
        Whether `endPort` is understood (SEM-42).

    Examples
    --------
    >>> http = ContainerPort("http", 8080)
    >>> ports_at((PolicyPort(port="http"), PolicyPort(port=80, end_port=82)), (http,))
    TCP 80-82, 8080
    """
    if not entries:
        return PortSet.every()
    return PortSet.union(*(_entry_at(entry, names, end_port) for entry in entries))


def _entry_at(entry: PolicyPort, names: Sequence[ContainerPort], end_port: bool) -> PortSet:
    if entry.port is None:  # SEM-36
        return PortSet.every(entry.protocol)
    if isinstance(entry.port, int):
        return PortSet.of(entry.protocol, entry.port, entry.end_port if end_port else None)
    # "resolved on the destination pod, by name and protocol" (SEM-39, SEM-40, SEM-43)
    numbers = (
        PortSet.of(declared.protocol, declared.port)
        for declared in names
        if declared.name == entry.port and declared.protocol == entry.protocol
    )
    return PortSet.union(*numbers)


def selected_by(service: Service, cluster: Cluster) -> Iterator[Pod]:
    """Yield the running pods behind a Service; none when it has no selector (SEM-53)."""
    if service.selector is not None:
        for pod in cluster.pods:
            here = pod.namespace == service.namespace and not pod.finished
            if here and matches(service.selector, pod.labels):
                yield pod


def targets(
    cluster: Cluster, service: Service, port: int | None, protocol: str
) -> Iterator[tuple[Pod, int]]:
    """Yield the pods, and the port at each, that a Service means by one of its ports.

    Parameters
    ----------
    cluster : Cluster
    service : Service
    port : int or None
        A port of the Service; of a headless Service a port of its pods.
    protocol : str
    """
    for pod in selected_by(service, cluster):
        if service.headless and port is not None:
            yield pod, port
            continue
        for offered in service.ports:
            number = target_port(offered, pod)
            if (offered.port, offered.protocol) == (port, protocol) and number is not None:
                yield pod, number


def target_port(port: ServicePort, pod: Pod) -> int | None:
    """Return the pod port that a Service port leads to, or None if the pod lacks its name."""
    if isinstance(port.target, int):
        return port.target
    listening = (p for p in pod.ports if p.listens)
    named = (p.port for p in listening if (p.name, p.protocol) == (port.target, port.protocol))
    return next(named, None)


# ---------------------------------------------------------------- sets of pods


class EndpointSet:
    """A set of pods of one cluster, kept as the bits of one integer.

    Supports ``|``, ``&``, ``-``, ``in``, ``len`` and iteration; prints names.
    """

    __slots__ = ("bits", "universe")

    def __init__(self, universe: Universe, bits: int = 0) -> None:
        self.universe = universe
        self.bits = bits

    def __or__(self, other: EndpointSet) -> EndpointSet:
        return EndpointSet(self.universe, self.bits | other.bits)

    def __and__(self, other: EndpointSet) -> EndpointSet:
        return EndpointSet(self.universe, self.bits & other.bits)

    def __sub__(self, other: EndpointSet) -> EndpointSet:
        return EndpointSet(self.universe, self.bits & ~other.bits)

    def __contains__(self, pod: Pod) -> bool:
        place = self.universe.index.get(str(pod))  # a finished pod has none
        return place is not None and bool(self.bits >> place & 1)

    def __iter__(self) -> Iterator[Pod]:
        return (self.universe.pods[place] for place in ones(self.bits))

    def __len__(self) -> int:
        return self.bits.bit_count()

    def __bool__(self) -> bool:
        return self.bits != 0

    def __repr__(self) -> str:
        return f"{{{', '.join(map(str, self))}}}"


class Labelled:
    """Things found by their labels; sets of them are bits.

    Asks `holds` once for each value that a requirement lists, once for a value that it does not
    list and once for no value: no other question can have another answer.
    """

    def __init__(self, things: Iterable[tuple[int, Labels]]) -> None:
        self._places: dict[str, dict[str, list[int]]] = {}
        everyone = []
        for place, labels in things:
            everyone.append(place)
            for key, value in labels.items():
                self._places.setdefault(key, {}).setdefault(value, []).append(place)
        self._everyone = bits_of(everyone)
        self.matching = cache(self._matching)
        self._satisfying = cache(self._asked)
        self._carrying = cache(self._present)

    def _matching(self, selector: Selector) -> int:
        return reduce(and_, map(self._satisfying, selector.requirements), self._everyone)

    def _asked(self, requirement: Requirement) -> int:
        key, present = requirement.key, self._carrying(requirement.key)
        listed = {value: self._with(key, value) for value in requirement.values}
        unlisted = present & ~reduce(or_, listed.values(), 0)
        answers = (
            *((found, {key: value}) for value, found in listed.items()),
            (unlisted, {key: _UNLISTED}),
            (self._everyone & ~present, {}),
        )
        return reduce(or_, (found for found, labels in answers if holds(requirement, labels)), 0)

    def _with(self, key: str, value: str) -> int:
        return bits_of(self._places.get(key, {}).get(value, ()))

    def _present(self, key: str) -> int:
        return bits_of(chain.from_iterable(self._places.get(key, {}).values()))


_UNLISTED = "\0"  # no label has this value, and no requirement lists it


class Universe:
    """The running pods of one cluster, one bit each, and the sets of them that come up again.

    Parameters
    ----------
    cluster : Cluster
    names : sequence of str, optional
        The names that the bits stand for, where several clusters have to agree on them.
    """

    def __init__(self, cluster: Cluster, names: Sequence[str] | None = None) -> None:
        running = {str(pod): pod for pod in cluster.pods if not pod.finished}  # SEM-55
        order = running if names is None else names
        self.index = {name: place for place, name in enumerate(order) if name in running}
        self.pods = {place: running[name] for name, place in self.index.items()}
        self._by_labels = Labelled((place, pod.labels) for place, pod in self.pods.items())
        self._by_namespace = Labelled(
            (place, cluster.namespaces[pod.namespace].labels) for place, pod in self.pods.items()
        )

    def labelled(self, selector: Selector) -> EndpointSet:
        """Return the pods whose labels match."""
        return EndpointSet(self, self._by_labels.matching(selector))

    def in_namespaces(self, selector: Selector) -> EndpointSet:
        """Return the pods in namespaces whose labels match."""
        return EndpointSet(self, self._by_namespace.matching(selector))


def only_namespace(name: str) -> Selector:
    """Return the selector of exactly one namespace, by the label that each carries (SEM-25)."""
    return Selector((Requirement(NAME_LABEL, Operator.IN, (name,)),))


def looked_in(peer: Peer, home: str) -> Selector:
    """Return where an item of a policy of `home` looks for pods (SEM-17, SEM-18)."""
    return only_namespace(home) if peer.namespace_selector is None else peer.namespace_selector


# ---------------------------------------------------------------- a cluster, resolved


class Peers(Protocol):
    """Ends of flows as the peer part of a rule sees them; sets of them are bits."""

    @property
    def everyone(self) -> int:
        """All of them."""

    @property
    def unaddressed(self) -> int:
        """Those of which the manifests give no address."""

    def among(self, pods: EndpointSet) -> int:
        """Return those that are one of the pods, and are seen as a pod."""

    def inside(self, block: IPBlock) -> int:
        """Return those whose address the block covers."""

    def seen_by_address(self, assumptions: Assumptions) -> int:
        """Return those at whose address ipBlocks look."""


@dataclass(frozen=True, slots=True)
class SinglePeer:
    """One peer alone."""

    end: Endpoint
    everyone = 1

    @property
    def unaddressed(self) -> int:
        """See `Peers`."""
        return int(self.end.address is None)

    def among(self, pods: EndpointSet) -> int:
        """See `Peers`."""
        return int(self.end.pod is not None and self.end.pod in pods)

    def inside(self, block: IPBlock) -> int:
        """See `Peers`."""
        return int(self.end.address is not None and covers(block, self.end.address))

    def seen_by_address(self, assumptions: Assumptions) -> int:
        """See `Peers`."""
        return int(sees_address(self.end, assumptions))


@dataclass(frozen=True, slots=True)
class PeerSet:
    """Whom the peer part of a rule means: pods, and addresses inside blocks."""

    pods: EndpointSet
    blocks: tuple[IPBlock, ...]
    anyone: bool

    def admits(self, peers: Peers, assumptions: Assumptions) -> int:
        """Return those that are meant (SEM-12, SEM-20, SEM-23, SEM-47)."""
        if self.anyone:
            return peers.everyone
        if not self.blocks:
            return peers.among(self.pods)
        inside = reduce(or_, map(peers.inside, self.blocks))
        if assumptions.unknown_addresses_in_blocks:
            inside |= peers.unaddressed
        return peers.among(self.pods) | inside & peers.seen_by_address(assumptions)


class Resolution:
    """The policies of one cluster with every selector and peer turned into sets, on demand.

    Parameters
    ----------
    cluster : Cluster
    names : sequence of str, optional
        As for `Universe`.
    """

    def __init__(self, cluster: Cluster, names: Sequence[str] | None = None) -> None:
        self.universe = Universe(cluster, names)
        self.policies = cluster.policies
        self._policies: dict[str, list[Policy]] = {}
        for policy in cluster.policies:
            self._policies.setdefault(policy.namespace, []).append(policy)
        self.subjects = cache(self._subjects)
        self.peers = cache(self._peers)

    def isolating(self, pod: Pod, direction: Direction) -> tuple[Policy, ...]:
        """Return the policies that isolate a pod in one direction (SEM-01, SEM-06)."""
        return tuple(
            policy
            for policy in self._policies.get(pod.namespace, ())
            if pod in self.isolated_by(policy, direction)
        )

    def isolated_by(self, policy: Policy, direction: Direction) -> EndpointSet:
        """Return the pods that one policy isolates in one direction (SEM-01, SEM-16)."""
        if direction in policy.policy_types:
            return self.subjects(policy.namespace, policy.pod_selector)
        return EndpointSet(self.universe)

    def _subjects(self, namespace: str, selector: Selector) -> EndpointSet:
        return self._meant_by(Peer(pod_selector=selector), namespace)

    def _peers(self, namespace: str, peers: tuple[Peer, ...]) -> PeerSet:
        """Return whom `from` or `to` means in a policy of `namespace`: any item will do."""
        selected = (self._meant_by(peer, namespace) for peer in peers if peer.ip_block is None)
        return PeerSet(
            pods=reduce(or_, selected, EndpointSet(self.universe)),
            blocks=tuple(peer.ip_block for peer in peers if peer.ip_block is not None),
            anyone=not peers,
        )

    def _meant_by(self, peer: Peer, namespace: str) -> EndpointSet:
        """Return the pods that both selectors of one item mean (SEM-17 to SEM-22, SEM-24)."""
        pods = peer.pod_selector or Selector()
        there = self.universe.in_namespaces(looked_in(peer, namespace))
        return there & self.universe.labelled(pods)

    def admits(
        self, policy: Policy, rule: Rule, peer: Endpoint, port: PortQuery, assumptions: Assumptions
    ) -> bool:
        """Say whether one rule admits the peer at the port: peers AND ports (SEM-14, SEM-15)."""
        meant = self.peers(policy.namespace, rule.peers)
        return bool(meant.admits(SinglePeer(peer), assumptions)) and port.in_rule(rule, assumptions)


@dataclass(frozen=True, slots=True)
class PortQuery:
    """A port as one flow asks for it: the number at its destination."""

    destination: Endpoint
    protocol: str
    port: int | None

    def in_rule(self, rule: Rule, assumptions: Assumptions) -> bool:
        """Say whether the port part of a rule admits this port (SEM-34 to SEM-43)."""
        names = named_ports(self.destination, assumptions)
        ports = ports_at(rule.ports, names, assumptions.end_port)
        return self.port is not None and (self.protocol, self.port) in ports


def query_of(flow: Flow) -> PortQuery:
    """Return what a flow asks of the port part of a rule."""
    return PortQuery(flow.destination, flow.protocol, flow.port)
