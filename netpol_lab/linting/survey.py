"""A cluster as lint looks at it: questions that all checks ask, and flows that prove something.

A check suspects something; a witness is a flow with its verdict now, and in a variant of the
cluster in which one thing is as it was probably meant. Both verdicts come from `evaluate`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, reduce
from ipaddress import ip_address
from itertools import chain, islice
from operator import or_
from typing import NamedTuple

from netpol_lab.addresses import Address, parse_address
from netpol_lab.assumptions import Assumptions
from netpol_lab.bits import bits_of
from netpol_lab.cluster import Cluster, Endpoint
from netpol_lab.ends import named_ports
from netpol_lab.explain import ALLOWED_WORDS
from netpol_lab.linting.policy_parts import opposite
from netpol_lab.model import (
    Direction,
    IPBlock,
    Namespace,
    Peer,
    Pod,
    Policy,
    Rule,
    Selector,
    Service,
    ServicePort,
)
from netpol_lab.ports import PortSet, Protocol
from netpol_lab.resolve import EndpointSet, PeerSet, addresses_of, covers, ports_at
from netpol_lab.verdict import evaluate, resolution_of

MOST_PROBES = 9  # flows that are tried before a difference is given up
MOST_ENDS = 3  # pods that are tried at each end

_STRANGERS = {4: "203.0.113.7", 6: "2001:db8::7"}  # addresses for documentation: nobody's own

Turn = tuple[bool | None, bool | None]  # a verdict now, and in the variant
OPENS: Turn = (False, True)
CLOSES: Turn = (True, False)
STAYS: Turn = (True, True)
STAYS_SHUT: Turn = (False, False)


class Probe(NamedTuple):
    """A flow that may prove something."""

    source: str
    destination: str
    port: int
    protocol: str


@dataclass(frozen=True, slots=True)
class Witness:
    """A flow that proves a finding.

    Parameters
    ----------
    source, destination : str
        ``namespace/pod``, or an address.
    port : int
    protocol : str
    now, then : bool or None
        The verdict on the cluster as it is, and on the variant.
    change : str
        What the variant does differently, in words.
    variant : Cluster
    assumptions : Assumptions
        Under which both verdicts were given.
    """

    source: str
    destination: str
    port: int
    protocol: str
    now: bool | None
    then: bool | None
    change: str
    variant: Cluster = field(repr=False, compare=False)
    assumptions: Assumptions = field(repr=False, compare=False)

    def __str__(self) -> str:
        flow = f"{self.source} -> {self.destination}  {self.protocol} {self.port}"
        still = "still " if self.now == self.then else ""
        now, then = ALLOWED_WORDS[self.now], ALLOWED_WORDS[self.then]
        return f"{flow}: {now} now, {still}{then} {self.change}"


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Something that is legal and probably not meant.

    Parameters
    ----------
    code : str
        A key of `CODES`.
    about : Policy, Pod or Namespace
    message : str
        Why it is probably not meant.
    hint : str
        What to write instead.
    path : str
        The part of the policy; empty where it is about no policy.
    witness : Witness, optional
    """

    code: str
    about: Policy | Pod | Namespace
    message: str
    hint: str
    path: str = ""
    witness: Witness | None = None


class Survey:
    """A cluster with the answers that checks ask for again and again.

    Parameters
    ----------
    cluster : Cluster
    assumptions : Assumptions
    """

    def __init__(self, cluster: Cluster, assumptions: Assumptions) -> None:
        self.cluster = cluster
        self.assumptions = assumptions
        self.resolution = resolution_of(cluster)
        self.universe = self.resolution.universe
        self.policies_of: dict[str, list[Policy]] = {}
        for policy in cluster.policies:
            self.policies_of.setdefault(policy.namespace, []).append(policy)
        self._now = cache(lambda probe: self._ask(cluster, probe))
        self._selecting = cache(self._selected)

    # ---------------------------------------------------------------- sets

    @cached_property
    def everyone(self) -> EndpointSet:
        """All running pods."""
        return self.universe.labelled(Selector())

    @cached_property
    def on_hosts(self) -> EndpointSet:
        """The pods with hostNetwork, of which policies leave everything open."""
        return self.set_of(pod for pod in self.everyone if pod.host_network)

    @cached_property
    def isolated(self) -> dict[Direction, EndpointSet]:
        """The pods that any policy isolates, by direction."""
        return {d: self.isolated_by(self.cluster.policies, d) for d in Direction}

    def isolated_by(self, policies: Iterable[Policy], direction: Direction) -> EndpointSet:
        """Return the pods that some of the policies isolate."""
        listing = (self.subjects(p) for p in policies if direction in p.policy_types)
        return reduce(or_, listing, self.none)

    @cached_property
    def none(self) -> EndpointSet:
        """No pod."""
        return EndpointSet(self.universe)

    def set_of(self, pods: Iterable[Pod]) -> EndpointSet:
        """Return a set of running pods."""
        places = (1 << self.universe.index[str(pod)] for pod in pods)
        return EndpointSet(self.universe, reduce(or_, places, 0))

    def subjects(self, policy: Policy) -> EndpointSet:
        """Return the pods that a policy selects."""
        return self.resolution.subjects(policy.namespace, policy.pod_selector)

    def peers(self, policy: Policy, *peers: Peer) -> PeerSet:
        """Return whom some items of `from` or `to` mean."""
        return self.resolution.peers(policy.namespace, peers)

    def pods_of(self, namespace: str) -> EndpointSet:
        """Return the running pods of a namespace."""
        return self.resolution.subjects(namespace, Selector())

    def beside(self, policy: Policy) -> list[Policy]:
        """Return the other policies of a policy's namespace."""
        return [other for other in self.policies_of[policy.namespace] if other is not policy]

    def inside(self, block: IPBlock) -> EndpointSet:
        """Return the pods with an address in a block."""
        by_number = self._by_address.get(block.cidr.version, [])
        places = (
            place
            for part in addresses_of(block)
            for _, place in by_number[_span(by_number, part.numbers)]
        )
        return EndpointSet(self.universe, bits_of(places))

    @cached_property
    def _by_address(self) -> dict[int, list[tuple[int, int]]]:
        """The addresses of pods by family, in order, each with its pod's bit."""
        found: dict[int, list[tuple[int, int]]] = {}
        for place, pod in self.universe.pods.items():
            for address in pod.known_addresses:
                found.setdefault(address.version, []).append((int(address), place))
        return {version: sorted(pairs) for version, pairs in found.items()}

    def families(self, pods: EndpointSet) -> set[int]:
        """Return the address families of some pods; none where an address is not known."""
        known = [pod.known_addresses for pod in pods]
        return {a.version for own in known for a in own} if all(known) else set()

    def in_block(self, block: IPBlock) -> Iterator[tuple[Service, Address]]:
        """Yield the Services with an address in a block."""
        for service in self.cluster.services:
            for address in service.addresses:
                if covers(block, address):
                    yield service, address

    def behind(self, service: Service) -> EndpointSet:
        """Return the running pods that a Service selects."""
        if service.selector is None:
            return self.none
        return self.resolution.subjects(service.namespace, service.selector)

    @cached_property
    def offers(self) -> dict[tuple[int | str | None, str], list[tuple[Service, ServicePort]]]:
        """The Services with an address of their own, by each port and protocol they offer."""
        found: dict[tuple[int | str | None, str], list[tuple[Service, ServicePort]]] = {}
        for service in self.cluster.services:
            for port in () if service.headless else service.ports:
                found.setdefault((port.port, port.protocol), []).append((service, port))
        return found

    def ports_to(self, rule: Rule, pod: Pod | None) -> PortSet:
        """Return the ports that a rule means at a destination."""
        names = named_ports(Endpoint(pod), self.assumptions)
        return ports_at(rule.ports, names, self.assumptions.end_port)

    def tells(self, policy: Policy, witness: Witness | None) -> bool:
        """Say whether a suspicion stands: it is proven, or there is no pod to prove it with."""
        return witness is not None or not self.pods_of(policy.namespace)

    # ---------------------------------------------------------------- variants

    def instead(self, policy: Policy, other: Policy) -> Cluster:
        """Return the cluster with another policy in the place of one."""
        found = (other if p is policy else p for p in self.cluster.policies)
        return self.cluster.with_policies(found)

    def without(self, *policies: Policy) -> Cluster:
        """Return the cluster without some policies."""
        gone = set(map(id, policies))
        kept = (p for p in self.cluster.policies if id(p) not in gone)
        return self.cluster.with_policies(kept)

    # ---------------------------------------------------------------- witnesses

    def difference(
        self, probes: Iterable[Probe], variant: Cluster, change: str, *turns: Turn
    ) -> Witness | None:
        """Return the first flow whose verdict takes one of the turns in the variant, if any.

        Parameters
        ----------
        probes : iterable of Probe
        variant : Cluster
        change : str
            What the variant does differently, in words that follow a verdict.
        *turns : Turn
        """
        for probe in islice(probes, MOST_PROBES):
            now = self._now(probe)
            if any(now is turn[0] for turn in turns):
                then = self._ask(self._stage(variant, probe), probe)
                if (now, then) in turns:
                    return Witness(*probe, now, then, change, variant, self.assumptions)
        return None

    def _ask(self, cluster: Cluster, probe: Probe) -> bool | None:
        return evaluate(cluster, *probe, assumptions=self.assumptions).allowed

    def _stage(self, variant: Cluster, probe: Probe) -> Cluster:
        """Return a variant without all who have no say in one flow, so that asking is quick."""
        if probe.destination in self._service_addresses:
            return variant  # any pod may be behind it
        ends = (self._pod(name) for name in (probe.source, probe.destination))
        pods = tuple(pod for pod in ends if pod is not None)
        silent = self._own.difference(*map(self._selecting, pods))
        policies = tuple(policy for policy in variant.policies if id(policy) not in silent)
        return replace(variant, pods=pods, policies=policies, services=())

    @cached_property
    def _own(self) -> set[int]:
        return {id(policy) for policy in self.cluster.policies}

    def _selected(self, pod: Pod) -> set[int]:
        here = self.policies_of.get(pod.namespace, ())
        return {id(policy) for policy in here if pod in self.subjects(policy)}

    def _pod(self, name: str) -> Pod | None:
        place = self.universe.index.get(name)
        if place is not None:
            return self.universe.pods[place]
        address = parse_address(name)
        return None if address is None else self.cluster.owner(address)

    @cached_property
    def _service_addresses(self) -> set[str]:
        return {str(a) for service in self.cluster.services for a in service.addresses}

    def probes(
        self,
        direction: Direction,
        subjects: EndpointSet,
        peers: EndpointSet | Sequence[Address],
        rule: Rule | None = None,
    ) -> Iterator[Probe]:
        """Yield flows between subjects and peers, on ports that a rule means if one is given.

        Parameters
        ----------
        direction : Direction
            The subjects' side.
        subjects : EndpointSet
        peers : EndpointSet or sequence of addresses
        rule : Rule, optional
        """
        other = opposite(direction)
        for subject in self._few(subjects, direction):
            ends = self._few(peers, other) if isinstance(peers, EndpointSet) else peers
            for peer in ends:
                source, destination = _oriented(direction, subject, peer)
                port = self._usual(destination, rule)
                if port and source is not destination:
                    yield Probe(str(source), str(destination), port[1], port[0])

    def strangers(
        self, direction: Direction, subjects: EndpointSet, rule: Rule | None = None
    ) -> Iterator[Probe]:
        """Yield flows between subjects and an address outside the cluster."""
        for subject in self._few(subjects, direction):
            yield from self.probes(
                direction, self.set_of([subject]), [self.stranger_to(subject)], rule
            )

    def anybody(
        self, direction: Direction, subjects: EndpointSet, rule: Rule | None = None
    ) -> Iterator[Probe]:
        """Yield flows between subjects and all kinds of peers."""
        yield from islice(
            self.probes(direction, subjects, self.everyone, rule), MOST_PROBES - MOST_ENDS
        )
        yield from self.strangers(direction, subjects, rule)

    def admitted(
        self, policy: Policy, rule: Rule, subjects: EndpointSet | None = None
    ) -> Iterator[Probe]:
        """Yield flows that a rule admits."""
        subjects = self.subjects(policy) if subjects is None else subjects
        meant = self.peers(policy, *rule.peers)
        if meant.anyone:
            yield from self.anybody(rule.direction, subjects, rule)
        yield from self.probes(rule.direction, subjects, meant.pods, rule)
        inside = (self._address_in(block) for block in meant.blocks)
        known = [address for address in inside if address is not None]
        yield from self.probes(rule.direction, subjects, known, rule)

    def _address_in(self, block: IPBlock) -> Address | None:
        """Return an address that a block means, of nobody in particular where possible."""
        stranger = self._strangers[block.cidr.version]
        firsts = (part.first for part in addresses_of(block))
        found = chain((a for a in (stranger,) if covers(block, a)), firsts)
        return next((address for address in found if not address.is_loopback), None)

    def stranger_to(self, pod: Pod) -> Address:
        """Return an address outside the cluster, of the family that a pod uses."""
        known = next(iter(pod.known_addresses), None)
        return self._strangers[known.version if known is not None else 4]

    @cached_property
    def _strangers(self) -> dict[int, Address]:
        taken = set(chain.from_iterable((*p.addresses, *p.node_addresses) for p in self.everyone))
        taken.update(*(service.addresses for service in self.cluster.services))
        found = {}
        for version, text in _STRANGERS.items():
            address = ip_address(text)
            while address in taken:
                address += 1
            found[version] = address
        return found

    def _few(self, pods: EndpointSet, direction: Direction) -> Iterator[Pod]:
        """Yield some pods, first those that their own side lets through."""
        shut = self.isolated[direction] | self.on_hosts
        yield from islice(chain(pods - shut, pods & shut), MOST_ENDS)

    def _usual(self, destination: Pod | Address, rule: Rule | None) -> tuple[Protocol, int] | None:
        """Return a port that a rule means at a destination, first one that is declared there."""
        pod = destination if isinstance(destination, Pod) else None
        ports = PortSet.every() if rule is None else self.ports_to(rule, pod)
        declared = ((port.protocol, port.port) for port in (pod.ports if pod else ()))
        common = chain(declared, ((Protocol.TCP, 80), (Protocol.TCP, 443)))
        first = ((protocol, low) for protocol, low, _ in ports.ranges)
        return next(chain((port for port in common if port in ports), first), None)


def _span(pairs: list[tuple[int, int]], numbers: tuple[int, int]) -> slice:
    """Return the part of sorted pairs whose first numbers are within two bounds."""
    first, last = numbers
    return slice(bisect_left(pairs, (first, -1)), bisect_left(pairs, (last + 1, -1)))


def _oriented(
    direction: Direction, subject: Pod, peer: Pod | Address
) -> tuple[Pod | Address, Pod | Address]:
    return (subject, peer) if direction is Direction.EGRESS else (peer, subject)
