"""From a cluster-wide policy as it is stored, in any version, to the one form of the model.

Two versions write the same in two ways; behind this module nobody knows which it was (ANP-01).
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.cluster_wide.stored import StoredPolicy
from netpol_lab.manifests.cluster_wide.usability import (
    faults_in,
    first_of,
    is_usable,
    port_faults,
    subject_faults,
)
from netpol_lab.manifests.decoding import decoder
from netpol_lab.model.cluster_policies import (
    EVERY_POD,
    Action,
    ClusterPeer,
    ClusterPolicy,
    ClusterRule,
    Tier,
)
from netpol_lab.model.objects import Direction, Peer, PolicyPort
from netpol_lab.model.policy_parts import list_of_peers
from netpol_lab.model.ports import Protocol
from netpol_lab.model.selectors import Operator, Requirement, Selector

_TIERS = {"AdminNetworkPolicy": Tier.ADMIN, "BaselineAdminNetworkPolicy": Tier.BASELINE}
_ACTIONS = {"Allow": Action.ACCEPT}  # what v1alpha1 calls it


def cluster_policy(stored: StoredPolicy) -> ClusterPolicy:
    """Return what a stored policy says.

    Parameters
    ----------
    stored : StoredPolicy

    Returns
    -------
    ClusterPolicy

    Examples
    --------
    >>> spec = {"tier": "Admin", "priority": 5, "subject": {"namespaces": {}}}
    >>> found = cluster_policy(StoredPolicy("a.b/v1beta1", "ClusterNetworkPolicy", spec=spec))
    >>> print(found.tier, found.priority, found.version)
    Admin 5 v1beta1
    """
    spec, kind = stored.spec, stored.kind
    unclear = first_of(subject_faults(spec))
    return ClusterPolicy(
        kind=kind,
        name=stored.metadata.name,
        tier=_TIERS.get(kind) or Tier(spec["tier"]),
        priority=spec.get("priority", 0),
        subject=EVERY_POD if unclear else Peer(*_selectors(spec["subject"])),
        ingress=_rules(Direction.INGRESS, spec),
        egress=_rules(Direction.EGRESS, spec),
        version=stored.api_version.rpartition("/")[2],
        unusable=unclear,
    )


def pod_selectors(stored: StoredPolicy) -> Iterator[api.LabelSelector]:
    """Yield the selectors of pods in a stored policy that are of use, in subject and peers.

    Examples
    --------
    >>> spec = {"subject": {"pods": {"podSelector": {"matchLabels": {"role": "db"}}}}}
    >>> [found.match_labels for found in pod_selectors(StoredPolicy(spec=spec))]
    [{'role': 'db'}]
    """
    rules = ((way, rule) for way in Direction for rule in stored.spec.get(str(way), ()))
    peers = (peer for way, rule in rules for peer in rule[list_of_peers(way)])
    for holder in (stored.spec["subject"], *peers):
        selector = holder.get("pods", {}).get("podSelector")
        if selector is not None and is_usable(selector):
            yield decoder(api.LabelSelector)(selector, (), [])


def _rules(direction: Direction, spec: dict[str, Any]) -> tuple[ClusterRule, ...]:
    peers = list_of_peers(direction)
    return tuple(
        ClusterRule(
            direction,
            index,
            tuple(map(_peer, rule[peers])),
            (*_protocols(rule.get("protocols", ())), *_ports(rule.get("ports", ()))),
            action=_ACTIONS.get(rule["action"]) or Action(rule["action"]),
            name=rule.get("name", ""),
            unusable=first_of(faults_in(rule, direction)),
        )
        for index, rule in enumerate(spec.get(str(direction), ()))
    )


# ---------------------------------------------------------------- peers


def _peer(peer: dict[str, Any]) -> ClusterPeer:
    names = (name.lower().removesuffix(".") for name in peer.get("domainNames", ()))
    pods, namespaces = _selectors(peer)
    return ClusterPeer(
        pods,
        namespaces,
        networks=tuple(ip_network(cidr, strict=False) for cidr in peer.get("networks", ())),
        nodes=_selector(peer["nodes"]) if "nodes" in peer else None,
        domain_names=tuple(names),
    )


def _selectors(peer: dict[str, Any]) -> tuple[Selector | None, Selector | None]:
    """Return the selectors of pods and namespaces, where a subject or peer is told by those."""
    if "namespaces" in peer:
        return Selector(), _selector(peer["namespaces"])
    if "pods" in peer:  # where it says nothing of namespaces it is about all (ANP-15)
        pods = peer["pods"]
        return _selector(pods["podSelector"]), _selector(pods.get("namespaceSelector", {}))
    return None, None


def _selector(selector: dict[str, Any]) -> Selector:
    """Return a selector; one for everything where nobody can use it, which `unusable` says."""
    if not is_usable(selector):
        return Selector()
    equal = selector.get("matchLabels", {}).items()
    return Selector(
        (
            *(Requirement(key, Operator.IN, (value,)) for key, value in equal),
            *map(_requirement, selector.get("matchExpressions", ())),
        )
    )


def _requirement(wanted: dict[str, Any]) -> Requirement:
    return Requirement(wanted["key"], Operator(wanted["operator"]), (*wanted.get("values", ()),))


# ---------------------------------------------------------------- ports


def _protocols(protocols: list[dict[str, Any]]) -> Iterator[PolicyPort]:
    """Yield the ports of a rule in v1beta1 and v1alpha2 (ANP-13)."""
    for item in protocols:
        for key, value in item.items():
            if key == "destinationNamedPort":
                yield from _named(value)
            else:
                yield _port(Protocol(key.upper()), value["destinationPort"])


def _port(protocol: Protocol, port: dict[str, Any]) -> PolicyPort:
    if "number" in port:
        return PolicyPort(protocol, port["number"])
    return PolicyPort(protocol, port["range"]["start"], port["range"]["end"])


def _ports(ports: list[dict[str, Any]]) -> Iterator[PolicyPort]:
    """Yield the ports of a rule in v1alpha1 (ANP-13); none, so all, where one is of no use."""
    for item in ports if not any(port_faults(ports, ())) else ():
        for key, value in item.items():
            if key == "namedPort":
                yield from _named(value)
                continue
            first = value["port" if key == "portNumber" else "start"]
            yield PolicyPort(Protocol(value["protocol"]), first, value.get("end"))


def _named(name: str) -> Iterator[PolicyPort]:
    """Yield a name for each protocol: it is the pod that says which it has (ANP-14)."""
    return (PolicyPort(protocol, name) for protocol in Protocol)
