"""Why almost: the rule that came closest to admitting a denied flow, and what it still wants.

Asks the resolved requirements one by one; nothing about NetworkPolicy is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from netpol_lab.assumptions import DEFAULTS, Assumptions
from netpol_lab.cluster import Cluster, Endpoint
from netpol_lab.model import IPBlock, Labels, Peer, Policy, Requirement, Rule
from netpol_lab.ports import PortSet
from netpol_lab.resolve import covers, holds, named_ports, ports_at, query_of, sees_address
from netpol_lab.verdict import Side


class Part(Enum):
    """The part of a rule that a flow does not meet."""

    POD = "a pod"
    NAMESPACE = "the policy's own namespace"
    POD_LABELS = "a pod label"
    NAMESPACE_LABELS = "a namespace label"
    ADDRESS = "an address in a block"
    PODS_BY_BLOCK = "an ipBlock that matches pods"
    PORT = "a port"


@dataclass(frozen=True, slots=True)
class Unmet:
    """One thing a rule wants and the flow does not have.

    Parameters
    ----------
    part : Part
    wants : Requirement, IPBlock, PortSet or str
        What the rule asks for; for the own namespace its name.
    """

    part: Part
    wants: Requirement | IPBlock | PortSet | str = ""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """The rule that came closest, with everything it still wants."""

    policy: Policy
    rule: Rule
    unmet: tuple[Unmet, ...]


def nearest(cluster: Cluster, side: Side, reading: Assumptions = DEFAULTS) -> NearMiss | None:
    """Return the rule that misses least on a side that denies; None when there is no rule.

    Parameters
    ----------
    cluster : Cluster
    side : Side
        One side of a verdict on this cluster.
    reading : Assumptions
        The reading under which the side was judged.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> side = lab.evaluate(shop, "web", "db", port=5432).ingress
    >>> nearest(shop, side).unmet[0].wants.values
    ('backend',)
    """
    if side.allowed:
        return None
    misses = (
        NearMiss(policy, rule, tuple(_unmet(cluster, policy, rule, side, reading)))
        for policy in side.isolated_by
        for rule in policy.rules(side.direction)
    )
    return min(misses, key=lambda miss: len(miss.unmet), default=None)


def _unmet(
    cluster: Cluster, policy: Policy, rule: Rule, side: Side, reading: Assumptions
) -> Iterator[Unmet]:
    attempts = (
        tuple(_unmet_by_peer(cluster, policy.namespace, peer, side.peer, reading))
        for peer in rule.peers
    )
    yield from min(attempts, key=len, default=())
    query = query_of(side.flow)
    if not query.in_rule(rule, reading):
        names = named_ports(query.destination, reading)
        yield Unmet(Part.PORT, ports_at(rule.ports, names, reading.end_port))


def _unmet_by_peer(
    cluster: Cluster, namespace: str, wanted: Peer, peer: Endpoint, reading: Assumptions
) -> Iterator[Unmet]:
    if wanted.ip_block is not None:
        yield from _unmet_by_block(wanted.ip_block, peer, reading)
    elif peer.pod is None:
        yield Unmet(Part.POD)
    else:
        if wanted.namespace_selector is None:
            if peer.pod.namespace != namespace:
                yield Unmet(Part.NAMESPACE, namespace)
        else:
            labels = cluster.namespaces[peer.pod.namespace].labels
            yield from _failing(
                wanted.namespace_selector.requirements, labels, Part.NAMESPACE_LABELS
            )
        if wanted.pod_selector is not None:
            yield from _failing(wanted.pod_selector.requirements, peer.pod.labels, Part.POD_LABELS)


def _unmet_by_block(block: IPBlock, peer: Endpoint, reading: Assumptions) -> Iterator[Unmet]:
    if not sees_address(peer, reading):
        yield Unmet(Part.PODS_BY_BLOCK, block)
    elif peer.address is None or not covers(block, peer.address):
        yield Unmet(Part.ADDRESS, block)


def _failing(requirements: tuple[Requirement, ...], labels: Labels, part: Part) -> Iterator[Unmet]:
    return (Unmet(part, wanted) for wanted in requirements if not holds(wanted, labels))
