"""The policies of one cluster with every selector and peer turned into sets, on demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache, reduce
from operator import or_
from typing import Protocol

from netpol_lab.engine.endpoint_rules import node_behind, ranges_of_unknown, sees_address
from netpol_lab.engine.pod_sets import PodIndex, PodSet
from netpol_lab.engine.semantics import admits_port, covers, namespaces_for, surely_covers
from netpol_lab.model.addresses import Address, Network
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.bitsets import bits_of, union
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint, Flow
from netpol_lab.model.objects import Direction, IPBlock, Peer, Pod, Policy, Rule
from netpol_lab.model.selectors import Labels, Selector


class Peers(Protocol):
    """Ends of flows as the peer part of a rule sees them; sets of them are bits."""

    @property
    def everyone(self) -> int:
        """All of them."""

    def unaddressed(self, assumptions: Assumptions) -> Mapping[tuple[Network, ...], int]:
        """Return those of which the manifests give no address, by the ranges where it may lie."""

    def among(self, pods: PodSet) -> int:
        """Return those that are one of the pods, and are seen as a pod."""

    def inside(self, block: IPBlock) -> int:
        """Return those whose address the block covers."""

    def seen_by_address(self, assumptions: Assumptions) -> int:
        """Return those at whose address ipBlocks look."""

    def on_nodes(self, assumptions: Assumptions) -> Mapping[str | Address, int]:
        """Return those that have the address of a node, by what `node_behind` says of it."""


@dataclass(frozen=True, slots=True)
class SinglePeer:
    """One peer alone: the sets have one bit.

    Parameters
    ----------
    end : Endpoint
    other : IPv4Address or IPv6Address, optional
        The address at the other end.

    Examples
    --------
    >>> SinglePeer(Endpoint()).unaddressed(Assumptions())
    {(): 1}
    """

    end: Endpoint
    other: Address | None = None
    everyone = 1

    def unaddressed(self, assumptions: Assumptions) -> Mapping[tuple[Network, ...], int]:
        """See `Peers`."""
        if self.end.address is not None:
            return {}
        return {ranges_of_unknown(self.end, self.other, assumptions): 1}

    def among(self, pods: PodSet) -> int:
        """See `Peers`."""
        return int(self.end.pod in pods) if self.end.pod is not None else 0

    def inside(self, block: IPBlock) -> int:
        """See `Peers`."""
        return int(self.end.address is not None and covers(block, self.end.address))

    def seen_by_address(self, assumptions: Assumptions) -> int:
        """See `Peers`."""
        return int(sees_address(self.end, assumptions))

    def on_nodes(self, assumptions: Assumptions) -> Mapping[str | Address, int]:
        """See `Peers`."""
        node = node_behind(self.end, assumptions)
        return {} if node is None else {node: 1}


@dataclass(frozen=True, slots=True)
class PeerSet:
    """What the peers of a rule match: pods, and addresses inside blocks.

    Parameters
    ----------
    pods : PodSet
        The pods that selectors match.
    blocks : tuple of IPBlock
    anyone : bool
        Whether the rule lists no peers, which admits everybody (SEM-12).
    """

    pods: PodSet
    blocks: tuple[IPBlock, ...]
    anyone: bool

    @property
    def has_addresses(self) -> bool:
        """Whether what is no pod may be among them: the rule has blocks, or admits everybody."""
        return self.anyone or bool(self.blocks)

    def admits(self, peers: Peers, assumptions: Assumptions) -> int:
        """Return those that are admitted (SEM-12, SEM-20, SEM-23, SEM-47).

        Parameters
        ----------
        peers : Peers
        assumptions : Assumptions
            An address that nobody knows is in no block unless they say so, or give a range of
            which the blocks hold all (SEM-44).

        Returns
        -------
        int
            A set of bits as `peers` counts them.
        """
        if self.anyone:
            return peers.everyone
        if not self.blocks:
            return peers.among(self.pods)
        inside = union(map(peers.inside, self.blocks))
        for ranges, ends in peers.unaddressed(assumptions).items():
            surely = surely_covers(self.blocks, ranges)
            if assumptions.unknown_addresses_in_blocks if surely is None else surely:
                inside |= ends
        return peers.among(self.pods) | inside & peers.seen_by_address(assumptions)


class Resolution:
    """The policies of one cluster with every selector and peer turned into sets, on demand.

    Parameters
    ----------
    cluster : Cluster
    names : sequence of str, optional
        As for `PodIndex`.

    Attributes
    ----------
    pod_index : PodIndex
    policies : tuple of Policy
    policies_of : dict of str to list of Policy
        The policies of each namespace that has some.
    cluster_policies : tuple of ClusterPolicy
        In the order in which those of a tier are asked (ANP-03), first any without a priority.
    node_labels : mapping of str, IPv4Address or IPv6Address to mapping
        The labels of nodes, by name and by address.
    other_policies : tuple of OtherPolicy

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> Resolution(shop).isolated_by(shop.policy("db-access-ingress"), Direction.INGRESS)
    {shop/db}
    """

    def __init__(self, cluster: Cluster, names: Sequence[str] | None = None) -> None:
        self.pod_index = PodIndex(cluster, names)
        self.policies = cluster.policies
        self.policies_of: dict[str, list[Policy]] = {}
        for policy in cluster.policies:
            self.policies_of.setdefault(policy.namespace, []).append(policy)
        by_rank = sorted(cluster.cluster_policies, key=lambda p: (p.is_ranked, p.priority))
        self.cluster_policies = tuple(by_rank)
        self.node_labels: dict[str | Address, Labels] = {
            key: labels
            for name, labels in cluster.node_labels.items()
            for key in (name, *cluster.nodes.get(name, ()))
        }
        self.other_policies = cluster.other_policies
        self.subjects = cache(self._subjects)
        self.peers = cache(self._peers)
        self.cluster_pods = cache(self._cluster_pods)
        self.isolated = cache(self._isolated)
        self.matched_by = cache(self._matched_by)

    def isolating(self, pod: Pod, direction: Direction) -> tuple[Policy, ...]:
        """Return the policies that isolate a pod in one direction (SEM-01, SEM-06).

        Parameters
        ----------
        pod : Pod
        direction : Direction

        Returns
        -------
        tuple of Policy

        Examples
        --------
        >>> import netpol_lab as lab
        >>> shop = lab.load("three-tier")
        >>> Resolution(shop).isolating(shop.pod("web"), Direction.EGRESS)
        ()
        """
        return tuple(
            policy
            for policy in self.policies_of.get(pod.namespace, ())
            if pod in self.isolated_by(policy, direction)
        )

    def isolated_by(self, policy: Policy, direction: Direction) -> PodSet:
        """Return the pods that one policy isolates in one direction (SEM-01, SEM-16).

        Parameters
        ----------
        policy : Policy
        direction : Direction

        Returns
        -------
        PodSet
            Empty where the policy does not list the direction.
        """
        if direction in policy.policy_types:
            return self.subjects(policy.namespace, policy.pod_selector)
        return PodSet(self.pod_index)

    def _isolated(self, direction: Direction) -> PodSet:
        """Return the pods that any policy isolates in one direction."""
        by_each = (self.isolated_by(policy, direction) for policy in self.policies)
        return reduce(or_, by_each, PodSet(self.pod_index))

    @cached_property
    def off_hosts(self) -> PodSet:
        """The pods that do not use the network of their node."""
        pods = self.pod_index.pods.items()
        return PodSet(self.pod_index, bits_of(i for i, pod in pods if not pod.host_network))

    def _subjects(self, namespace: str, selector: Selector) -> PodSet:
        return self.matched_by(Peer(pod_selector=selector), namespace)

    def _peers(self, namespace: str, peers: tuple[Peer, ...]) -> PeerSet:
        """Return what `from` or `to` matches in a policy of `namespace`: any item will do."""
        selected = (self.matched_by(peer, namespace) for peer in peers if peer.ip_block is None)
        return PeerSet(
            pods=reduce(or_, selected, PodSet(self.pod_index)),
            blocks=tuple(peer.ip_block for peer in peers if peer.ip_block is not None),
            anyone=not peers,
        )

    def _cluster_pods(self, peers: tuple[Peer, ...]) -> PodSet:
        """Return the pods that subjects or peers of a cluster-wide policy select (ANP-10)."""
        chosen = (self.matched_by(p, "") for p in peers if p.namespace_selector is not None)
        return reduce(or_, chosen, PodSet(self.pod_index)) & self.off_hosts

    def _matched_by(self, peer: Peer, namespace: str) -> PodSet:
        """Return the pods that both selectors of one item match (SEM-17 to SEM-22, SEM-24)."""
        there = self.pod_index.in_namespaces(namespaces_for(peer, namespace))
        return there & self.pod_index.labelled(peer.pod_selector or Selector())

    def admits(self, policy: Policy, rule: Rule, flow: Flow, assumptions: Assumptions) -> bool:
        """Say whether one rule admits a flow: its peers AND its ports (SEM-14, SEM-15).

        Parameters
        ----------
        policy : Policy
        rule : Rule
            One of its rules, or one that might be; whether its direction is listed is not asked.
        flow : Flow
            As the policies see it.
        assumptions : Assumptions

        Returns
        -------
        bool

        Examples
        --------
        >>> import netpol_lab as lab
        >>> shop = lab.load("three-tier")
        >>> policy, flow = shop.policy("db-access-ingress"), Flow.between(shop, "web", "db", 5432)
        >>> Resolution(shop).admits(policy, policy.ingress[0], flow, Assumptions())
        False
        """
        subject, end = flow.subject(rule.direction), flow.subject(rule.direction.opposite)
        peer = SinglePeer(end, subject.address)
        listed = self.peers(policy.namespace, rule.peers)
        return bool(listed.admits(peer, assumptions)) and admits_port(rule, flow, assumptions)


@lru_cache(maxsize=16)
def resolution_of(cluster: Cluster) -> Resolution:
    """Return the resolved sets of a cluster; clusters are compared by identity.

    Parameters
    ----------
    cluster : Cluster

    Returns
    -------
    Resolution
        Kept for the sixteen clusters that were asked about last.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> resolution_of(shop) is resolution_of(shop)
    True
    """
    return Resolution(cluster)
