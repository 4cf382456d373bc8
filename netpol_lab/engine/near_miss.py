"""The rules that might have admitted a blocked flow, and what each of them still wants.

Asks the resolved requirements one by one; nothing about NetworkPolicy is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from netpol_lab.engine.endpoint_rules import sees_address
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.semantics import admits_port, admitted_ports, covers, holds
from netpol_lab.engine.sides import Side
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint, Flow
from netpol_lab.model.objects import Direction, IPBlock, Peer, Policy, Rule
from netpol_lab.model.ports import PortSet, Protocol
from netpol_lab.model.selectors import Requirement, Selector


class UnmetPart(Enum):
    """The part of a rule that a flow does not meet."""

    DIRECTION = "a direction in the policyTypes"
    SELECTED = "a label of the pod that the policy is to select"
    POD = "a pod"
    NAMESPACE = "the policy's own namespace"
    POD_LABELS = "a pod label"
    NAMESPACE_LABELS = "a namespace label"
    ADDRESS = "an address in a block"
    EXCEPT = "an address outside the exceptions of a block"
    PODS_BY_BLOCK = "an ipBlock that matches pods"
    PORT = "a port"
    PORT_NAME = "a port name that the destination has"
    PROTOCOL = "a protocol"


PORT_PARTS = {UnmetPart.PORT, UnmetPart.PORT_NAME, UnmetPart.PROTOCOL}


@dataclass(frozen=True, slots=True)
class Unmet:
    """One thing that a rule wants and the flow does not have.

    Parameters
    ----------
    part : UnmetPart
    wants : Requirement, IPBlock, PortSet, Direction or str
        What the rule asks for; for the own namespace its name.
    """

    part: UnmetPart
    wants: Requirement | IPBlock | PortSet | Direction | str = ""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A rule that does not admit a flow, with everything it still wants.

    Parameters
    ----------
    policy : Policy
    rule : Rule
    unmet : tuple of Unmet
    peer : Peer, optional
        The item of `from` or `to` that this is about; None where the rule has none.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> miss = next(misses(shop, lab.evaluate(shop, "web", "db", port=5432).ingress))
    >>> miss.wants_peer, miss.wants_port
    (True, False)
    """

    policy: Policy
    rule: Rule
    unmet: tuple[Unmet, ...]
    peer: Peer | None = None

    @property
    def wants_peer(self) -> bool:
        """Whether this item of `from` or `to` does not admit the other end."""
        return any(unmet.part not in PORT_PARTS for unmet in self.unmet)

    @property
    def wants_port(self) -> bool:
        """Whether the rule's `ports` do not admit the port."""
        return any(unmet.part in PORT_PARTS for unmet in self.unmet)


def misses(cluster: Cluster, side: Side, assumptions: Assumptions = DEFAULTS) -> Iterator[NearMiss]:
    """Yield every rule that might have admitted the flow of a side that blocks it.

    A rule with several items in `from` or `to` comes once for each. Rules that fit, but whose
    direction is not listed, come first (SEM-16).

    Parameters
    ----------
    cluster : Cluster
    side : Side
        One side of a verdict on this cluster; one that allows the flow has no near misses, nor
        one that a cluster-wide tier denies.
    assumptions : Assumptions
        Those under which the side was judged.

    Yields
    ------
    NearMiss

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> side = lab.evaluate(shop, "web", "db", port=5432).ingress
    >>> [str(miss.policy) for miss in misses(shop, side)]
    ['shop/db-access-ingress']
    """
    if not side.is_denied_by_rules:
        return
    yield from _unlisted(cluster, side, assumptions)
    for policy in side.isolated_by:
        for rule in policy.rules(side.direction):
            by_ports = tuple(unmet_by_ports(rule, side.flow, assumptions))
            if not rule.peers:
                yield NearMiss(policy, rule, by_ports)
            for peer in rule.peers:
                by_peer = unmet_by_peer(cluster, policy.namespace, peer, side.peer, assumptions)
                yield NearMiss(policy, rule, (*by_peer, *by_ports), peer)


def _unlisted(cluster: Cluster, side: Side, assumptions: Assumptions) -> Iterator[NearMiss]:
    """Yield the rules that would admit the flow, were their direction listed."""
    assert side.subject.pod is not None
    resolution = resolution_of(cluster)
    for policy in resolution.isolating(side.subject.pod, side.direction.opposite):
        for rule in policy.rules(side.direction):  # none that is listed admits a denied flow
            if resolution.admits(policy, rule, side.flow, assumptions):
                yield NearMiss(policy, rule, (Unmet(UnmetPart.DIRECTION, side.direction),))


def unmet_by_ports(rule: Rule, flow: Flow, assumptions: Assumptions) -> Iterator[Unmet]:
    """Yield what the `ports` of a rule want and a flow does not have.

    Parameters
    ----------
    rule : Rule
    flow : Flow
    assumptions : Assumptions

    Yields
    ------
    Unmet

    Examples
    --------
    >>> from netpol_lab.model.objects import PolicyPort
    >>> https = Rule(Direction.INGRESS, 0, ports=(PolicyPort(port=443),))
    >>> [
    ...     unmet.part.name
    ...     for unmet in unmet_by_ports(https, Flow(Endpoint(), Endpoint(), 80), DEFAULTS)
    ... ]
    ['PORT']
    """
    ports, number = admitted_ports(rule, flow.destination, assumptions), flow.port
    if admits_port(rule, flow, assumptions):
        return
    if not ports:
        yield Unmet(UnmetPart.PORT_NAME)
    elif number is not None and any((protocol, number) in ports for protocol in Protocol):
        yield Unmet(UnmetPart.PROTOCOL, ports)
    else:
        yield Unmet(UnmetPart.PORT, ports)


def unmet_by_peer(
    cluster: Cluster,
    namespace: str,
    wanted: Peer,
    peer: Endpoint,
    assumptions: Assumptions = DEFAULTS,
) -> Iterator[Unmet]:
    """Yield what an item of `from` or `to` wants and an end does not have.

    Parameters
    ----------
    cluster : Cluster
    namespace : str
        Where the policy is.
    wanted : Peer
        The item.
    peer : Endpoint
        The end, as the policies see it.
    assumptions : Assumptions

    Yields
    ------
    Unmet

    Examples
    --------
    >>> import netpol_lab as lab
    >>> from netpol_lab.model.selectors import Selector
    >>> shop = lab.load("neighbours")
    >>> every_pod = Peer(pod_selector=Selector())
    >>> [unmet.wants for unmet in unmet_by_peer(shop, "shop", every_pod, shop.endpoint("reader"))]
    ['shop']
    """
    if wanted.ip_block is not None:
        yield from _unmet_by_block(wanted.ip_block, peer, assumptions)
    elif peer.pod is None:
        yield Unmet(UnmetPart.POD)
    else:
        if wanted.namespace_selector is None and peer.pod.namespace != namespace:
            yield Unmet(UnmetPart.NAMESPACE, namespace)
        there = cluster.namespaces[peer.pod.namespace]
        yield from _failing(wanted.namespace_selector, there.labels, UnmetPart.NAMESPACE_LABELS)
        yield from _failing(wanted.pod_selector, peer.pod.labels, UnmetPart.POD_LABELS)


def _unmet_by_block(block: IPBlock, peer: Endpoint, assumptions: Assumptions) -> Iterator[Unmet]:
    if not sees_address(peer, assumptions):
        yield Unmet(UnmetPart.PODS_BY_BLOCK, block)
    elif peer.address is None or peer.address not in block.cidr:
        yield Unmet(UnmetPart.ADDRESS, block)
    elif not covers(block, peer.address):
        yield Unmet(UnmetPart.EXCEPT, block)


def _failing(
    selector: Selector | None, labels: Mapping[str, str], part: UnmetPart
) -> Iterator[Unmet]:
    requirements = selector.requirements if selector else ()
    return (Unmet(part, wanted) for wanted in requirements if not holds(wanted, labels))
