"""A policy as `kubectl describe` prints it (VAL-51), to learn to read that.

Only what a manifest says: when it was created, labels and annotations are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.cluster_wide.channels import GROUP
from netpol_lab.manifests.cluster_wide.describing import described
from netpol_lab.manifests.decoding import decoder
from netpol_lab.manifests.to_model import stored_types
from netpol_lab.manifests.writer import manifest_of
from netpol_lab.model.cluster import Cluster, checked_cluster
from netpol_lab.model.cluster_policies import ClusterPolicy
from netpol_lab.model.lookup import find
from netpol_lab.model.objects import Direction, Policy
from netpol_lab.model.selectors import Operator

EVERY_POD = "<none> (Allowing the specific traffic to all pods in this namespace)"
ANY_PORT = "To Port: <any> (traffic allowed to all ports)"
ANY_PEER = {
    Direction.INGRESS: "From: <any> (traffic not restricted by source)",
    Direction.EGRESS: "To: <any> (traffic not restricted by destination)",
}


def describe(cluster: Cluster, name: str | Policy | ClusterPolicy) -> str:
    """Return what `kubectl describe` prints about a policy.

    Parameters
    ----------
    cluster : Cluster
    name : str, Policy or ClusterPolicy
        The policy, or its name, with its namespace where that is needed. A cluster-wide policy
        may be called by its kind as well, as in ``ClusterNetworkPolicy/deny-all``.

    Returns
    -------
    str
        As it is written, but for the protocols and policyTypes that the server fills in.

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
    above = {f"{p.kind}/{p.name}": p for p in checked_cluster(cluster).cluster_policies}
    called = f"{name.kind}/{name.name}" if isinstance(name, ClusterPolicy) else str(name)
    known: dict[str, Policy | ClusterPolicy] = {**cluster.policies_by_name, **above}
    policy = find(known, called, "policy")
    spec = cluster.specs.get(policy)
    if isinstance(policy, ClusterPolicy):
        return "\n".join(_of_cluster(policy, spec))
    if not isinstance(spec, api.NetworkPolicySpec):  # nobody wrote it: as we would
        spec = decoder(api.NetworkPolicySpec)(manifest_of(policy)["spec"], (), [])
    return "\n".join(_lines(policy, spec))


def _of_cluster(policy: ClusterPolicy, spec: object) -> Iterator[str]:
    """Yield what kubectl prints of an object of a kind that it does not know."""
    yield f"Name:         {policy.name}"
    yield "Namespace:"
    version = f"{GROUP}/{policy.version}"
    yield from described({"apiVersion": version, "kind": policy.kind, "spec": spec})


def _lines(policy: Policy, spec: api.NetworkPolicySpec) -> Iterator[str]:
    yield f"Name:         {policy.name}"
    yield f"Namespace:    {policy.namespace}"
    yield "Spec:"
    yield f"  PodSelector:     {_selector(spec.pod_selector, EVERY_POD)}"
    sections = {Direction.INGRESS: spec.ingress, Direction.EGRESS: spec.egress}
    stored = [direction.value for direction in stored_types(spec.policy_types, spec.egress)]
    for direction, rules in sections.items():
        if direction.value in stored:
            yield f"  Allowing {direction} traffic:"
            yield from (f"    {line}" for line in _rules(rules or (), direction))
        else:
            yield f"  Not affecting {direction} traffic"
    yield f"  Policy Types: {', '.join(spec.policy_types or stored)}"


def _rules(rules: tuple[api.Rule, ...], direction: Direction) -> Iterator[str]:
    if not rules:
        yield f"<none> (Selected pods are isolated for {direction} connectivity)"
    for i, rule in enumerate(rules):
        if i:
            yield "----------"
        yield from map(_port, rule.ports) if rule.ports else (ANY_PORT,)
        if not rule.peers:
            yield ANY_PEER[direction]
        for peer in rule.peers or ():
            yield ANY_PEER[direction].partition(" ")[0]
            yield from (f"  {line}" for line in _peer(peer))


def _port(port: api.NetworkPolicyPort) -> str:
    number = "<nil>" if port.port is None else port.port  # what Go prints where nothing is written
    protocol = port.protocol or "TCP"
    if port.end_port is not None:
        return f"To Port Range: {number}-{port.end_port}/{protocol}"
    return f"To Port: {number}/{protocol}"


def _peer(peer: api.NetworkPolicyPeer) -> Iterator[str]:
    if peer.ip_block is not None:
        yield "IPBlock:"
        yield f"  CIDR: {peer.ip_block.cidr}"
        yield f"  Except: {', '.join(peer.ip_block.excepts or ())}"
    if peer.namespace_selector is not None:
        yield f"NamespaceSelector: {_selector(peer.namespace_selector)}"
    if peer.pod_selector is not None:
        yield f"PodSelector: {_selector(peer.pod_selector)}"


def _selector(selector: api.LabelSelector, empty: str = "<none>") -> str:
    wanted = [(key, f"{key}={value}") for key, value in (selector.match_labels or {}).items()]
    wanted += [(each.key, _expression(each)) for each in selector.match_expressions or ()]
    return ",".join(text for _, text in sorted(wanted, key=lambda each: each[0])) or empty


def _expression(wanted: api.LabelSelectorRequirement) -> str:
    values = f"({','.join(sorted(wanted.values or ()))})"
    match wanted.operator:
        case Operator.EXISTS:
            return wanted.key
        case Operator.DOES_NOT_EXIST:
            return f"!{wanted.key}"
        case Operator.IN:
            return f"{wanted.key} in {values}"
        case _:
            return f"{wanted.key} notin {values}"
