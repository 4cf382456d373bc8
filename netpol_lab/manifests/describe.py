"""A policy as `kubectl describe networkpolicy` prints it, for learning to read that output.

Only what a manifest says: when it was created, labels and annotations are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lab.model import objects as model
from netpol_lab.model.cluster import Cluster, checked_cluster
from netpol_lab.model.objects import Direction, Operator, Policy
from netpol_lab.model.policy_parts import list_of_peers

EVERY_POD = "<none> (Allowing the specific traffic to all pods in this namespace)"
ANY_PORT = "To Port: <any> (traffic allowed to all ports)"
ANY_PEER = {
    Direction.INGRESS: "From: <any> (traffic not restricted by source)",
    Direction.EGRESS: "To: <any> (traffic not restricted by destination)",
}


def describe(cluster: Cluster, name: str | Policy) -> str:
    """Return what `kubectl describe networkpolicy` prints about a policy.

    Parameters
    ----------
    cluster : Cluster
    name : str or Policy
        The policy, or its name, with its namespace where that is needed.

    Returns
    -------
    str
        A requirement of matchExpressions with one value looks like one of matchLabels here.

    Raises
    ------
    UnknownNameError, AmbiguousNameError

    Examples
    --------
    >>> import netpol_lab as lab
    >>> print(lab.describe(lab.load("neighbours"), "db-deny-ingress"))
    Name:         db-deny-ingress
    Namespace:    shop
    Spec:
      PodSelector:     role=db
      Allowing ingress traffic:
        <none> (Selected pods are isolated for ingress connectivity)
      Not affecting egress traffic
      Policy Types: Ingress
    """
    return "\n".join(_lines(checked_cluster(cluster).policy(str(name))))


def _lines(policy: Policy) -> Iterator[str]:
    yield f"Name:         {policy.name}"
    yield f"Namespace:    {policy.namespace}"
    yield "Spec:"
    yield f"  PodSelector:     {_selector(policy.pod_selector, EVERY_POD)}"
    for direction in Direction:
        if direction in policy.policy_types:
            yield f"  Allowing {direction} traffic:"
            yield from (f"    {line}" for line in _rules(policy, direction))
        else:
            yield f"  Not affecting {direction} traffic"
    yield f"  Policy Types: {', '.join(direction.value for direction in policy.policy_types)}"


def _rules(policy: Policy, direction: Direction) -> Iterator[str]:
    rules = policy.rules(direction)
    if not rules:
        yield f"<none> (Selected pods are isolated for {direction} connectivity)"
    for rule in rules:
        if rule.index:
            yield "----------"
        yield from map(_port, rule.ports) if rule.ports else (ANY_PORT,)
        if not rule.peers:
            yield ANY_PEER[direction]
        for peer in rule.peers:
            yield f"{list_of_peers(rule).title()}:"
            yield from (f"  {line}" for line in _peer(peer))


def _port(port: model.PolicyPort) -> str:
    if port.end_port is not None:
        return f"To Port Range: {port.port}-{port.end_port}/{port.protocol}"
    number = "<nil>" if port.port is None else port.port  # what Go prints where nothing is written
    return f"To Port: {number}/{port.protocol}"


def _peer(peer: model.Peer) -> Iterator[str]:
    if peer.ip_block is not None:
        yield "IPBlock:"
        yield f"  CIDR: {peer.ip_block.cidr}"
        yield f"  Except: {', '.join(map(str, peer.ip_block.excepts))}"
    if peer.namespace_selector is not None:
        yield f"NamespaceSelector: {_selector(peer.namespace_selector)}"
    if peer.pod_selector is not None:
        yield f"PodSelector: {_selector(peer.pod_selector)}"


def _selector(selector: model.Selector, empty: str = "<none>") -> str:
    wanted = sorted(selector.requirements, key=lambda requirement: requirement.key)
    return ",".join(map(_requirement, wanted)) or empty


def _requirement(wanted: model.Requirement) -> str:
    values = f"({','.join(sorted(wanted.values))})"
    match wanted.operator:
        case Operator.EXISTS:
            return wanted.key
        case Operator.DOES_NOT_EXIST:
            return f"!{wanted.key}"
        case Operator.IN if len(wanted.values) == 1:
            return f"{wanted.key}={wanted.values[0]}"
        case Operator.IN:
            return f"{wanted.key} in {values}"
        case _:
            return f"{wanted.key} notin {values}"
