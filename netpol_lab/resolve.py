"""MEANING: selectors, peers and ports turned into sets. The only place.

The plain definitions (`matches`, `covers`, `ports_at`) are asked once per distinct case, and
`Resolution` keeps the answers as sets. `verdict` and everything after it only reads those sets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from operator import or_

from netpol_lab.assumptions import Assumptions
from netpol_lab.cluster import Cluster, Endpoint, Flow
from netpol_lab.model import (
    NAME_LABEL,
    Address,
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
from netpol_lab.ports import PortSet

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
    return address in block.cidr and not any(address in part for part in block.excepts)


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
    return reduce(or_, (_entry_at(entry, names, end_port) for entry in entries))


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
    return reduce(or_, numbers, PortSet())


def named_ports(endpoint: Endpoint, assumptions: Assumptions) -> tuple[ContainerPort, ...]:
    """Return the port names that count at a destination (SEM-41, SEM-56)."""
    if endpoint.pod is None:
        return ()
    return tuple(
        port
        for port in endpoint.pod.ports
        if assumptions.init_port_names or not port.in_init_container
    )


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
    running = (p for p in pod.ports if p.in_sidecar or not p.in_init_container)
    named = (p.port for p in running if (p.name, p.protocol) == (port.target, port.protocol))
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
        return (pod for i, pod in enumerate(self.universe.pods) if self.bits >> i & 1)

    def __len__(self) -> int:
        return self.bits.bit_count()

    def __bool__(self) -> bool:
        return self.bits != 0

    def __repr__(self) -> str:
        return f"{{{', '.join(map(str, self))}}}"


class Universe:
    """The pods of one cluster in a fixed order, and the sets of them that come up again."""

    def __init__(self, cluster: Cluster) -> None:
        self.namespaces = cluster.namespaces
        self.pods = tuple(pod for pod in cluster.pods if not pod.finished)  # SEM-55
        self.index = {str(pod): i for i, pod in enumerate(self.pods)}
        self.labelled = cache(self._labelled)
        self.in_namespaces = cache(self._in_namespaces)

    def of(self, pods: Iterable[Pod]) -> EndpointSet:
        """Return the set of the given pods."""
        return EndpointSet(self, reduce(or_, (1 << self.index[str(pod)] for pod in pods), 0))

    def _labelled(self, selector: Selector) -> EndpointSet:
        return self.of(pod for pod in self.pods if matches(selector, pod.labels))

    def _in_namespaces(self, selector: Selector) -> EndpointSet:
        names = {name for name, ns in self.namespaces.items() if matches(selector, ns.labels)}
        return self.of(pod for pod in self.pods if pod.namespace in names)


def only_namespace(name: str) -> Selector:
    """Return the selector of exactly one namespace, by the label that each carries (SEM-25)."""
    return Selector((Requirement(NAME_LABEL, Operator.IN, (name,)),))


# ---------------------------------------------------------------- a cluster, resolved


@dataclass(frozen=True, slots=True)
class PeerSet:
    """Whom the peer part of a rule means: pods, and addresses inside blocks."""

    pods: EndpointSet
    blocks: tuple[IPBlock, ...]
    anyone: bool

    def admits(self, peer: Endpoint, assumptions: Assumptions) -> bool:
        """Say whether the other end of a flow is meant (SEM-12, SEM-20, SEM-23, SEM-47)."""
        if self.anyone or (peer.pod is not None and peer.pod in self.pods):
            return True
        if not sees_address(peer, assumptions):
            return False
        if peer.address is None:  # a pod of which the manifests give no address
            return bool(self.blocks and assumptions.unknown_addresses_in_blocks)
        return any(covers(block, peer.address) for block in self.blocks)


def sees_address(peer: Endpoint, assumptions: Assumptions) -> bool:
    """Say whether ipBlocks look at this end; "ipBlock on the node address always works"."""
    return peer.pod is None or peer.pod.host_network or assumptions.ip_block_matches_pods


class Resolution:
    """The policies of one cluster with every selector and peer turned into sets, on demand.

    Parameters
    ----------
    cluster : Cluster
    """

    def __init__(self, cluster: Cluster) -> None:
        self.universe = Universe(cluster)
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
            if direction in policy.policy_types
            and pod in self.subjects(policy.namespace, policy.pod_selector)
        )

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
        namespaces = peer.namespace_selector
        if namespaces is None:
            namespaces = only_namespace(namespace)
        pods = peer.pod_selector or Selector()
        return self.universe.in_namespaces(namespaces) & self.universe.labelled(pods)

    def admits(
        self, policy: Policy, rule: Rule, peer: Endpoint, port: PortQuery, assumptions: Assumptions
    ) -> bool:
        """Say whether one rule admits the peer at the port: peers AND ports (SEM-14, SEM-15)."""
        meant = self.peers(policy.namespace, rule.peers)
        return meant.admits(peer, assumptions) and port.in_rule(rule, assumptions)


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
