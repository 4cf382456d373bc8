"""The way back: cluster-wide policies of the model as manifests, each in its own version.

Loading what is written here again gives an equal policy.
"""

from __future__ import annotations

from typing import Any

from netpol_lab.manifests.writer import selector
from netpol_lab.model.cluster_policies import Action, ClusterPolicy, ClusterRule
from netpol_lab.model.objects import Peer, PolicyPort
from netpol_lab.model.policy_parts import list_of_peers
from netpol_lab.model.ports import Protocol

OLDER = "v1alpha1"
CLUSTER = "ClusterNetworkPolicy"


def manifest_of(policy: ClusterPolicy) -> dict[str, Any]:
    """Return a cluster-wide policy as a manifest.

    Parameters
    ----------
    policy : ClusterPolicy

    Returns
    -------
    dict
        Plain values, ready for YAML or JSON.

    Examples
    --------
    >>> from netpol_lab.manifests.writer import as_yaml
    >>> from netpol_lab.model.cluster_policies import Tier
    >>> policy = ClusterPolicy("ClusterNetworkPolicy", "deny-all", Tier.ADMIN, 10)
    >>> print(as_yaml(manifest_of(policy)))
    apiVersion: policy.networking.k8s.io/v1beta1
    kind: ClusterNetworkPolicy
    metadata:
      name: deny-all
    spec:
      tier: Admin
      priority: 10
      subject:
        namespaces: {}
    """
    spec: dict[str, Any] = {"tier": str(policy.tier)} if policy.kind == CLUSTER else {}
    if policy.is_ranked:
        spec["priority"] = policy.priority
    spec["subject"] = _selected(policy.subject)
    rules = {"ingress": policy.ingress, "egress": policy.egress}
    version = policy.version
    spec |= {way: [as_rule(one, version) for one in its] for way, its in rules.items() if its}
    return {
        "apiVersion": f"policy.networking.k8s.io/{version}",
        "kind": policy.kind,
        "metadata": {"name": policy.name},
        "spec": spec,
    }


def as_rule(rule: ClusterRule, version: str) -> dict[str, Any]:
    """Return a rule as an entry of `ingress` or `egress` in a version of the API.

    Parameters
    ----------
    rule : ClusterRule
    version : str

    Returns
    -------
    dict

    Examples
    --------
    >>> from netpol_lab.model.objects import Direction
    >>> as_rule(ClusterRule(Direction.INGRESS, 0, name="all"), "v1alpha1")
    {'name': 'all', 'action': 'Allow', 'from': []}
    """
    older = version == OLDER
    allow = older and rule.action is Action.ACCEPT
    written: dict[str, Any] = {"name": rule.name} if rule.name else {}
    written |= {
        "action": "Allow" if allow else str(rule.action),
        list_of_peers(rule.direction): as_peers(rule),
    }
    return written | as_ports(rule, version)


def as_peers(rule: ClusterRule) -> list[dict[str, Any]]:
    """Return the list of peers of a rule.

    Parameters
    ----------
    rule : ClusterRule

    Returns
    -------
    list of dict

    Examples
    --------
    >>> from netpol_lab.model.cluster_policies import ClusterPeer
    >>> from netpol_lab.model.objects import Direction
    >>> as_peers(ClusterRule(Direction.EGRESS, 0, (ClusterPeer(domain_names=("a.example",)),)))
    [{'domainNames': ['a.example']}]
    """
    found: list[dict[str, Any]] = []
    for peer in rule.peers:
        if peer.networks:
            found.append({"networks": [*map(str, peer.networks)]})
        elif peer.nodes is not None:
            found.append({"nodes": selector(peer.nodes)})
        elif peer.domain_names:
            found.append({"domainNames": [*peer.domain_names]})
        else:
            found.append(_selected(peer))
    return found


def as_ports(rule: ClusterRule, version: str) -> dict[str, Any]:
    """Return the list of ports of a rule under the name that it has in a version; or nothing.

    Parameters
    ----------
    rule : ClusterRule
    version : str

    Returns
    -------
    dict

    Examples
    --------
    >>> from netpol_lab.model.objects import Direction
    >>> https = ClusterRule(Direction.INGRESS, 0, ports=(PolicyPort(port=443),))
    >>> as_ports(https, "v1alpha1")
    {'ports': [{'portNumber': {'protocol': 'TCP', 'port': 443}}]}
    >>> as_ports(https, "v1beta1")
    {'protocols': [{'tcp': {'destinationPort': {'number': 443}}}]}
    """
    one = _older_port if version == OLDER else _port
    items = [*map(one, filter(_is_written, rule.ports))]
    return {"ports" if version == OLDER else "protocols": items} if items else {}


def _selected(peer: Peer) -> dict[str, Any]:
    """Return the pods of a subject or peer; all of some namespaces by those alone."""
    assert peer.pod_selector is not None
    assert peer.namespace_selector is not None
    namespaces, pods = selector(peer.namespace_selector), selector(peer.pod_selector)
    if not pods:
        return {"namespaces": namespaces}
    return {"pods": {"namespaceSelector": namespaces, "podSelector": pods}}


def _is_written(port: PolicyPort) -> bool:
    """Say whether a port stands for itself: of a name, the model has one for each protocol."""
    return not isinstance(port.port, str) or port.protocol is Protocol.TCP


def _port(port: PolicyPort) -> dict[str, Any]:
    if isinstance(port.port, str):
        return {"destinationNamedPort": port.port}
    numbers: dict[str, Any] = {"number": port.port}
    if port.end_port is not None:
        numbers = {"range": {"start": port.port, "end": port.end_port}}
    return {str(port.protocol).lower(): {"destinationPort": numbers}}


def _older_port(port: PolicyPort) -> dict[str, Any]:
    if isinstance(port.port, str):
        return {"namedPort": port.port}
    protocol = {"protocol": str(port.protocol)}
    if port.end_port is not None:
        return {"portRange": {**protocol, "start": port.port, "end": port.end_port}}
    return {"portNumber": {**protocol, "port": port.port}}
