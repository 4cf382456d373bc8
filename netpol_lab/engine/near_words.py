"""What a near miss wants and the flow does not have, in words."""

from __future__ import annotations

from netpol_lab.engine.near_miss import NearMiss, Unmet, UnmetPart
from netpol_lab.engine.service_targets import targets
from netpol_lab.engine.sides import Side
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint, Flow
from netpol_lab.model.objects import Direction, IPBlock, Rule
from netpol_lab.model.ports import PortSet, spoken_port
from netpol_lab.model.selectors import Labels, Requirement, spelt


def near(miss: NearMiss, side: Side, cluster: Cluster) -> str:
    """Return what a rule that came close wants, and what the flow has.

    Parameters
    ----------
    miss : NearMiss
    side : Side
        The side that blocks the flow.
    cluster : Cluster

    Returns
    -------
    str

    Examples
    --------
    >>> import netpol_lab as lab
    >>> from netpol_lab.engine.nearest import nearest
    >>> shop = lab.load("three-tier")
    >>> side = lab.evaluate(shop, "web", "db", port=5432).ingress
    >>> near(nearest(shop, side), side, shop)
    'closest: rule 1 wants role=backend, shop/web has role=web'
    """
    whose = "" if side.isolated_by == (miss.policy,) else f" of {miss.policy}"
    wants = "; ".join(
        unmet_words(unmet, side, cluster, miss.rule, str(miss.policy)) for unmet in miss.unmet
    )
    return f"closest: rule {miss.rule.number}{whose} {wants}"


def unmet_words(unmet: Unmet, side: Side, cluster: Cluster, rule: Rule, policy: str = "") -> str:
    """Return what a rule wants and what there is instead.

    Parameters
    ----------
    unmet : Unmet
    side : Side
        The side that blocks the flow.
    cluster : Cluster
    rule : Rule
        The rule that wants it.
    policy : str
        Its policy, for a direction that is not listed.

    Returns
    -------
    str

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> side = lab.evaluate(shop, "web", "db", port=5432).ingress
    >>> unmet_words(Unmet(UnmetPart.POD), side, shop, Rule(Direction.INGRESS, 0))
    'wants a pod, shop/web is an outside address'
    """
    peer = side.peer
    match unmet.part, unmet.wants:
        case UnmetPart.DIRECTION, Direction() as direction:
            return f"fits, but the policyTypes of {policy} do not list {direction.value}"
        case UnmetPart.SELECTED, Requirement() as wanted if side.subject.pod is not None:
            has = _has(str(side.subject), wanted, side.subject.pod.labels)
            return f"fits, but its podSelector wants {wanted}, {has}"
        case UnmetPart.POD_LABELS, Requirement() as wanted if peer.pod is not None:
            return f"wants {wanted}, {_has(str(peer), wanted, peer.pod.labels)}"
        case UnmetPart.NAMESPACE_LABELS, Requirement() as wanted if peer.pod is not None:
            labels = cluster.namespaces[peer.pod.namespace].labels
            who = f"namespace {peer.pod.namespace}"
            return f"wants a namespace with {wanted}, {_has(who, wanted, labels)}"
        case UnmetPart.NAMESPACE, namespace:
            return f"wants a pod of namespace {namespace}, {peer} is in another"
        case UnmetPart.POD, _:
            return f"wants a pod, {peer} is an outside address"
        case UnmetPart.PODS_BY_BLOCK, block:
            return f"wants an address in {block}, which here does not match pods"
        case UnmetPart.ADDRESS | UnmetPart.EXCEPT, IPBlock() as block:
            return _outside_block(block, peer)
        case UnmetPart.PORT_NAME, _:
            return _no_such_name(side, rule)
        case UnmetPart.PROTOCOL, PortSet() as ports:
            uses = f"{_uses(side.flow)}: the port is right, the protocol is not"
            return f"wants {_either(ports)}, {uses}"
        case _, ports:
            assert isinstance(ports, PortSet)
            trap = _service_trap(ports, side.flow, cluster)
            return f"wants {_either(ports)}, {_uses(side.flow)}{trap}"


def _has(who: str, wanted: Requirement, labels: Labels) -> str:
    if wanted.key not in labels:
        return f"{who} has no label {wanted.key}"
    return f"{who} has {wanted.key}={spelt(labels[wanted.key])}"


def _outside_block(block: IPBlock, peer: Endpoint) -> str:
    if peer.address is None:
        return f"wants an address in {block}, {peer} has none in the manifests"
    who = f"{peer} ({peer.address})" if peer.pod is not None else str(peer.address)
    for part in block.excepts:
        if peer.address in part:
            return f"excepts {part} from {block.cidr}, and {who} is in it"
    of_another_family = block.cidr.version != peer.address.version
    only = f", which holds IPv{block.cidr.version} only" if of_another_family else ""
    return f"wants an address in {block.cidr}{only}, not {who}"


def _no_such_name(side: Side, rule: Rule) -> str:
    pod = side.flow.destination.pod
    names = {entry.port: entry.protocol for entry in rule.ports}
    for declared in pod.ports if pod else ():
        if declared.name in names:
            wanted = f"{names[declared.name]} {declared.name}"
            return f"wants {wanted}, which is a {declared.protocol} port of {pod}"
    return f"names a port that {side.flow.destination} does not have, {_uses(side.flow)}"


def _either(ports: PortSet) -> str:
    return str(ports).replace("; ", " or ")


def _uses(flow: Flow) -> str:
    return f"the flow uses {spoken_port(flow.port, flow.protocol)}"


def _service_trap(ports: PortSet, flow: Flow, cluster: Cluster) -> str:
    """Say so where a rule names a Service's port instead of its pods' port (SEM-53)."""
    for service in cluster.services:
        for offered in service.ports:
            if PortSet.of(offered.protocol, offered.port) != ports:
                continue
            leads = targets(cluster, service, offered.port, offered.protocol)
            places = [(target.end.name, target.port) for target in leads]
            if (flow.destination.name, flow.port) in places:
                if offered.port in (port for _, port in places):
                    return f" (where Service {service} leads on {flow.destination})"
                whose = "pods" if flow.destination.pod else "endpoints"
                return f" ({offered.port} is the port of Service {service}, not of its {whose})"
    return ""
