"""The policies of one cluster with every selector and peer turned into sets, on demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from operator import or_
from typing import Protocol

from netpol_lab.engine.endpoint_rules import sees_address
from netpol_lab.engine.pod_sets import PodIndex, PodSet
from netpol_lab.engine.semantics import PortQuery, covers, looked_in
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint
from netpol_lab.model.objects import Direction, IPBlock, Peer, Pod, Policy, Rule, Selector


class Peers(Protocol):
    """Ends of flows as the peer part of a rule sees them; sets of them are bits."""

    @property
    def everyone(self) -> int:
        """All of them."""

    @property
    def unaddressed(self) -> int:
        """Those of which the manifests give no address."""

    def among(self, pods: PodSet) -> int:
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

    def among(self, pods: PodSet) -> int:
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

    pods: PodSet
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
        As for `PodIndex`.
    """

    def __init__(self, cluster: Cluster, names: Sequence[str] | None = None) -> None:
        self.pod_index = PodIndex(cluster, names)
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

    def isolated_by(self, policy: Policy, direction: Direction) -> PodSet:
        """Return the pods that one policy isolates in one direction (SEM-01, SEM-16)."""
        if direction in policy.policy_types:
            return self.subjects(policy.namespace, policy.pod_selector)
        return PodSet(self.pod_index)

    def _subjects(self, namespace: str, selector: Selector) -> PodSet:
        return self._meant_by(Peer(pod_selector=selector), namespace)

    def _peers(self, namespace: str, peers: tuple[Peer, ...]) -> PeerSet:
        """Return whom `from` or `to` means in a policy of `namespace`: any item will do."""
        selected = (self._meant_by(peer, namespace) for peer in peers if peer.ip_block is None)
        return PeerSet(
            pods=reduce(or_, selected, PodSet(self.pod_index)),
            blocks=tuple(peer.ip_block for peer in peers if peer.ip_block is not None),
            anyone=not peers,
        )

    def _meant_by(self, peer: Peer, namespace: str) -> PodSet:
        """Return the pods that both selectors of one item mean (SEM-17 to SEM-22, SEM-24)."""
        pods = peer.pod_selector or Selector()
        there = self.pod_index.in_namespaces(looked_in(peer, namespace))
        return there & self.pod_index.labelled(pods)

    def admits(
        self, policy: Policy, rule: Rule, peer: Endpoint, port: PortQuery, assumptions: Assumptions
    ) -> bool:
        """Say whether one rule admits the peer at the port: peers AND ports (SEM-14, SEM-15)."""
        meant = self.peers(policy.namespace, rule.peers)
        return bool(meant.admits(SinglePeer(peer), assumptions)) and port.in_rule(rule, assumptions)


@lru_cache(maxsize=16)
def resolution_of(cluster: Cluster) -> Resolution:
    """Return the resolved sets of a cluster; clusters are compared by identity."""
    return Resolution(cluster)
