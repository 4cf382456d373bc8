"""A cluster as lint sees it: what all checks ask, each answered once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import cache, cached_property, reduce
from ipaddress import ip_address, ip_network
from itertools import chain, count
from operator import or_
from typing import NamedTuple

from netpol_lab.checks.lint.codes import CODES
from netpol_lab.checks.lint.findings import Finding, Witness
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.resolution import PeerSet, resolution_of
from netpol_lab.engine.semantics import addresses_of, admitted_ports, holds
from netpol_lab.engine.verdict import evaluate
from netpol_lab.errors import Complaint
from netpol_lab.model.addresses import Address, parse_address
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.bitsets import bits_of
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.cluster_policies import ClusterPolicy
from netpol_lab.model.flows import Endpoint
from netpol_lab.model.objects import Direction, IPBlock, Namespace, Peer, Pod, Policy, Rule
from netpol_lab.model.places import Place
from netpol_lab.model.ports import PortSet
from netpol_lab.model.selectors import NAME_LABEL, Labels, Operator, Requirement, Selector
from netpol_lab.model.services import Service, ServicePort

# Addresses for documentation: nobody's own.
_STRANGERS = {4: ip_address("203.0.113.7"), 6: ip_address("2001:db8::7")}


# What people try in place of the label with a namespace's name, which are no labels by themselves.
MADE_UP_NAMES = ("name", "namespace", "ns", "metadata.name", "kubernetes.io/name")


def names_in(namespaces: Selector) -> set[str]:
    """Return the names of namespaces that a selector lists; none where it does not choose so."""
    asked = namespaces.requirements
    by_name = (r for r in asked if r.key == NAME_LABEL and r.operator is Operator.IN)
    return {value for requirement in by_name for value in requirement.values}


class Probe(NamedTuple):
    """A flow that may prove something."""

    source: str
    destination: str
    port: int
    protocol: str


class Context:
    """A cluster with the answers that checks need again and again.

    Parameters
    ----------
    cluster : Cluster
    assumptions : Assumptions
    """

    def __init__(self, cluster: Cluster, assumptions: Assumptions) -> None:
        self.cluster = cluster
        self.assumptions = assumptions
        self.resolution = resolution_of(cluster)
        self.pod_index = self.resolution.pod_index
        self.policies_of = self.resolution.policies_of
        self.told: set[str] = set()  # what is said once, however often it is so
        self.allowed = cache(self._allowed)
        self._selecting = cache(self._policies_for)

    # ---------------------------------------------------------------- pods

    @cached_property
    def everyone(self) -> PodSet:
        """All running pods."""
        return self.pod_index.labelled(Selector())

    @cached_property
    def on_hosts(self) -> PodSet:
        """The pods with hostNetwork; Kubernetes leaves open what policies mean for them."""
        return self.set_of(pod for pod in self.everyone if pod.host_network)

    @cached_property
    def isolated(self) -> dict[Direction, PodSet]:
        """The pods that any policy isolates, by direction."""
        return {d: self.isolated_by(self.cluster.policies, d) for d in Direction}

    def isolated_by(self, policies: Iterable[Policy], direction: Direction) -> PodSet:
        """Return the pods that some of the policies isolate."""
        return self.selected_by(p for p in policies if direction in p.policy_types)

    def selected_by(self, policies: Iterable[Policy]) -> PodSet:
        """Return the pods that some of the policies select."""
        return reduce(or_, map(self.subjects, policies), PodSet(self.pod_index))

    def set_of(self, pods: Iterable[Pod]) -> PodSet:
        """Return a set of running pods."""
        return PodSet(self.pod_index, bits_of(self.pod_index.place_of[str(pod)] for pod in pods))

    def subjects(self, policy: Policy) -> PodSet:
        """Return the pods that a policy selects."""
        return self.resolution.subjects(policy.namespace, policy.pod_selector)

    def peers(self, policy: Policy, *peers: Peer) -> PeerSet:
        """Return what some peers in a policy's `from` or `to` match."""
        return self.resolution.peers(policy.namespace, peers)

    def admitted_pods(self, policy: Policy, rule: Rule) -> PodSet:
        """Return the pods that a rule's peers match: all of them where it lists none."""
        matched = self.peers(policy, *rule.peers)
        return self.everyone if matched.anyone else matched.pods

    def rules_for(self, direction: Direction, pods: PodSet) -> Iterator[tuple[Policy, Rule]]:
        """Yield the rules of one direction in policies that select some of the pods."""
        for namespace in {pod.namespace for pod in pods}:
            for policy in self.policies_of.get(namespace, ()):
                if direction in policy.policy_types and self.subjects(policy) & pods:
                    yield from ((policy, rule) for rule in policy.rules(direction))

    def pods_of(self, namespace: str) -> PodSet:
        """Return the running pods of a namespace."""
        return self.resolution.subjects(namespace, Selector())

    def pod(self, end: str) -> Pod | None:
        """Return the pod at the end of a flow; None for an address of no pod."""
        place = self.pod_index.place_of.get(end)
        if place is not None:
            return self.pod_index.pods[place]
        address = parse_address(end)
        return None if address is None else self.cluster.owner(address)

    def labels_of(self, namespace: str) -> Labels:
        """Return the labels of a namespace; one that is not known has that of its name."""
        known = self.cluster.namespaces.get(namespace)
        return {**(known.labels if known else {}), NAME_LABEL: namespace}

    def misnamed(self, namespaces: Selector) -> Iterator[Requirement]:
        """Yield what is asked for by a made-up name label that no namespace has so."""
        known = [namespace.labels for namespace in self.cluster.namespaces.values()]
        for wanted in namespaces.requirements:
            if wanted.key in MADE_UP_NAMES and not any(holds(wanted, own) for own in known):
                yield wanted

    # ---------------------------------------------------------------- addresses and ports

    def inside(self, block: IPBlock) -> PodSet:
        """Return the pods with an address in a block."""
        known, version, found = self._addresses, block.cidr.version, []
        for first, last in (part.numbers for part in addresses_of(block)):
            start = bisect_left(known, (version, first, -1))
            found += known[start : bisect_left(known, (version, last + 1, -1))]
        return PodSet(self.pod_index, bits_of(place for *_, place in found))

    @cached_property
    def _addresses(self) -> list[tuple[int, int, int]]:
        """The addresses of pods in order: the family, the number and the pod's bit."""
        pods = self.pod_index.pods.items()
        return sorted((a.version, int(a), bit) for bit, pod in pods for a in pod.known_addresses)

    def families(self, pods: PodSet) -> set[int]:
        """Return the address families of some pods; none where an address is not known."""
        known = [pod.known_addresses for pod in pods]
        return {a.version for own in known for a in own} if all(known) else set()

    def all_addresses(self, pods: PodSet) -> IPBlock:
        """Return the block of all addresses, of a family that some pods have."""
        return IPBlock(ip_network("::/0" if self.families(pods) == {6} else "0.0.0.0/0"))

    @cached_property
    def strangers(self) -> dict[int, Address]:
        """An address outside the cluster, of each family."""
        own = ((*pod.addresses, *pod.node_addresses) for pod in self.everyone)
        taken = {*chain.from_iterable(own), *self.service_addresses}
        return {
            version: next(first + n for n in count() if first + n not in taken)
            for version, first in _STRANGERS.items()
        }

    def ports_to(self, rule: Rule, pod: Pod | None) -> PortSet:
        """Return the ports that a rule allows at a destination."""
        return admitted_ports(rule, Endpoint(pod), self.assumptions)

    # ---------------------------------------------------------------- Services

    def behind(self, service: Service) -> PodSet:
        """Return the running pods that a Service selects."""
        if service.selector is None:
            return PodSet(self.pod_index)
        return self.resolution.subjects(service.namespace, service.selector)

    @cached_property
    def offers(self) -> dict[tuple[int | str | None, str], list[tuple[Service, ServicePort]]]:
        """The Services with an address of their own, by each port and protocol they offer."""
        found: dict[tuple[int | str | None, str], list[tuple[Service, ServicePort]]] = {}
        for service in self.cluster.services:
            for port in () if service.headless else service.ports:
                found.setdefault((port.port, port.protocol), []).append((service, port))
        return found

    @cached_property
    def services(self) -> dict[str, Service]:
        """The Services by ``namespace/name``."""
        return {str(service): service for service in self.cluster.services}

    @cached_property
    def service_addresses(self) -> frozenset[Address]:
        """The addresses of all Services."""
        return frozenset(chain.from_iterable(s.addresses for s in self.cluster.services))

    @cached_property
    def names_here(self) -> frozenset[str]:
        """What running pods, their workloads and the Services are called, and labels of pods."""
        pods = chain.from_iterable((pod.name, *pod.labels.values()) for pod in self.everyone)
        return frozenset((*pods, *(service.name for service in self.cluster.services)))

    # ---------------------------------------------------------------- verdicts and variants

    def _allowed(self, probe: Probe) -> bool | None:
        """Return the verdict on the cluster as it is."""
        return evaluate(self.cluster, *probe, self.assumptions).allowed

    def silent_about(self, pods: Iterable[Pod]) -> set[int]:
        """Return the ids of the policies that select none of some pods."""
        return set(map(id, self.cluster.policies)).difference(*map(self._selecting, pods))

    def _policies_for(self, pod: Pod) -> set[int]:
        here = self.policies_of.get(pod.namespace, ())
        return {id(policy) for policy in here if pod in self.subjects(policy)}

    def text_of(self, policy: Policy) -> str:
        """Return the text of a policy with its comments: as it was before a build drops them."""
        return self.cluster.originals.get(policy) or self.cluster.texts.get(policy, "")

    def instead(self, policy: Policy, new: Policy) -> Cluster:
        """Return the cluster with another policy in the place of one."""
        return self.cluster.with_policies(new if p is policy else p for p in self.cluster.policies)

    def without(self, *policies: Policy) -> Cluster:
        """Return the cluster without some policies."""
        gone = set(map(id, policies))
        return self.cluster.with_policies(p for p in self.cluster.policies if id(p) not in gone)

    def together_with(self, policy: Policy) -> Cluster:
        """Return the cluster with one more policy."""
        return self.cluster.with_policies([*self.cluster.policies, policy])

    # ---------------------------------------------------------------- findings

    @cached_property
    def dropped_from(self) -> dict[str, list[Complaint]]:
        """The fields that a lenient reader has dropped, by kind and name of their objects."""
        found: dict[str, list[Complaint]] = {}
        for complaint in self.cluster.dropped:
            found.setdefault(complaint.object, []).append(complaint)
        return found

    def finding(
        self,
        code: str,
        about: Policy | ClusterPolicy | Pod | Namespace,
        message: str,
        hint: str,
        path: str = "",
        witness: Witness | None = None,
    ) -> Finding:
        """Return a finding with its place and with all that is known of its code."""
        policy = about if isinstance(about, Policy | ClusterPolicy) else None
        named = about if isinstance(about, Policy | Pod) else None
        return Finding(
            **asdict(CODES[code]),
            message=message,
            hint=hint,
            namespace=named.namespace if named else about.name * isinstance(about, Namespace),
            policy=str(policy or ""),
            pod=str(about) if isinstance(about, Pod) else "",
            path=path,
            place=self._place(policy, path) if policy else None,
            witness=witness,
        )

    def _place(self, policy: Policy | ClusterPolicy, path: str) -> Place | None:
        """Return where a part is written, or else the nearest part around it that is."""
        while path:
            if place := self.cluster.place_of(policy, path):
                return place
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return None
