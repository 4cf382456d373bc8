"""What to write in place of a field that a cluster-wide policy does not have where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netpol_lab.errors import did_you_mean, near, visible
from netpol_lab.manifests.cluster_wide.channels import Channel
from netpol_lab.manifests.cluster_wide.definitions import definition
from netpol_lab.manifests.cluster_wide.ports_meant import ports_as_protocols, protocols_as_ports
from netpol_lab.manifests.cluster_wide.schema import Schema
from netpol_lab.manifests.field_paths import Path, format_path
from netpol_lab.manifests.hints.meant import flow

_EVERY_PORT = "where it is only dropped, the rule covers every port"
_DIRECTIONS = "leave it out: a direction without rules is left alone"
_ONLY_PODS = "rules of ingress match pods only, never addresses, nodes or names of hosts"
_ON_ACTION = "what is allowed or denied is said by action, for each rule"

# Fields by where they are written; `{}` is their value in one line.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "spec": {
        "podSelector": "subject says which pods: write subject: {{pods: {{podSelector: {}}}}}",
        "namespaceSelector": "subject says which pods: write subject: {{namespaces: {}}}",
        "namespaces": "subject says which pods: write subject: {{namespaces: {}}}",
        "pods": "subject says which pods: write subject: {{pods: {}}}",
        "policyTypes": _DIRECTIONS,
        "rules": "rules are listed under ingress and egress",
        "action": "action belongs to each rule, beside from or to",
        "default": _ON_ACTION,
    },
    "subject": {
        "podSelector": "write pods: {{podSelector: {}}}",
        "namespaceSelector": "write namespaces: {}",
        "matchLabels": "write namespaces: {{matchLabels: {}}}, or podSelector inside pods",
        "matchExpressions": "write namespaces: {{matchExpressions: {}}}",
        "networks": "a subject is pods: choose them by namespaces or pods",
        "nodes": "a subject is pods: choose them by namespaces or pods",
    },
    "peer": {
        "namespaceSelector": "write namespaces: {}; together with podSelector both go under pods",
        "podSelector": "write pods: {{podSelector: {}}}",
        "matchLabels": "write namespaces: {{matchLabels: {}}}, or podSelector inside pods",
        "matchExpressions": "write namespaces: {{matchExpressions: {}}}",
        "ports": "ports stand beside the list of peers, not in a peer",
        "protocols": "protocols stands beside the list of peers, not in a peer",
        "cidr": "write networks: [{}]",
        "fqdns": "the field is called domainNames",
    },
    "rule": {
        "podSelector": "peers are listed: write {peers}: [{{pods: {{podSelector: {}}}}}]",
        "namespaceSelector": "peers are listed: write {peers}: [{{namespaces: {}}}]",
        "namespaces": "peers are listed: write {peers}: [{{namespaces: {}}}]",
        "pods": "peers are listed: write {peers}: [{{pods: {}}}]",
        "networks": "peers are listed: write {peers}: [{{networks: {}}}]",
        "priority": "priority belongs to spec: of rules the first that matches decides",
    },
    "destinationPort": {
        "port": "write number: {}",
        "namedPort": "a name stands alone: the item is destinationNamedPort: {} (experimental)",
        "name": "a name stands alone: the item is destinationNamedPort: {} (experimental)",
        "start": "write range: {{start: {}, end: ...}}",
        "end": "write range: {{start: ..., end: {}}}",
        "endPort": "write range: {{start: ..., end: {}}}",
    },
    "tcp": {
        "port": "write destinationPort: {{number: {}}}",
        "number": "write destinationPort: {{number: {}}}",
        "destinationPorts": "there is one in an item: write destinationPort: {{number: ...}}",
        "range": "write destinationPort: {{range: {}}}",
        "destinationNamedPort": "a name stands alone: the item is destinationNamedPort: {}",
    },
}
_PROTOCOLS = ("tcp", "udp", "sctp")


def unknown_hint(value: dict[str, Any], path: Path, channel: Channel) -> str:
    """Return what to do about an unknown field.

    Parameters
    ----------
    value : dict
        The whole object.
    path : tuple of str and int
        Of the field.
    channel : Channel
        In which it is unknown.

    Returns
    -------
    str

    Examples
    --------
    >>> rule = {"action": "Deny", "from": [{"podSelector": {}}]}
    >>> value = {"kind": "ClusterNetworkPolicy", "spec": {"ingress": [rule]}}
    >>> path = ("spec", "ingress", 0, "from", 0, "podSelector")
    >>> unknown_hint(value, path, Channel.STANDARD)
    'write pods: {podSelector: {}}'
    """
    kind, key = value["kind"], str(path[-1])
    holder = _at(value, path[:-1])
    if channel is Channel.STANDARD and _schema_at(kind, Channel.EXPERIMENTAL, path):
        return "only the experimental channel has it: if your cluster has, --channel experimental"
    place = place_of(path[:-1])
    if place == "rule" and (words := _of_rule(kind, path, holder[key])):
        return words
    if place == "peer" and (words := _of_peer(key, path, holder)):
        return words
    if place == "protocol" and (words := _of_protocol(kind, key, holder[key])):
        return words
    if words := _WORDS.get(place, {}).get(key, ""):
        peers = "from" if "ingress" in path else "to"
        return words.format(flow(holder[key]), peers=peers)
    return _by_name(kind, channel, path, holder)


def place_of(path: Path) -> str:
    """Return what kind of thing stands at a path: a rule, a peer, a protocol, or its key.

    Examples
    --------
    >>> place_of(("spec", "ingress", 0)), place_of(("spec", "egress", 0, "to", 1))
    ('rule', 'peer')
    """
    if path in ((), ("spec",), ("spec", "subject")):
        return str(path[-1]) if path else "object"
    if path[-1] in _PROTOCOLS:
        return "tcp"
    if isinstance(path[-1], str):
        return path[-1]
    names = {"ingress": "rule", "egress": "rule", "from": "peer", "to": "peer"}
    listed = path[-2]  # of an item
    return names.get(str(listed), "protocol" if listed in ("protocols", "ports") else "item")


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _schema_at(kind: str, channel: Channel, path: Path) -> Schema | None:
    """Return the schema of what a path leads to; None where it leads nowhere."""
    schema: Schema | None = definition(kind, channel)
    for step in path:
        if schema is not None:
            schema = schema.items if isinstance(step, int) else schema.member(step)
    return schema


def _of_rule(kind: str, path: Path, written: Any) -> str:
    """Return what to write for ports of another version, or peers of the other direction."""
    key, of_ingress = path[-1], "ingress" in path
    if key == "ports" and kind == "ClusterNetworkPolicy":
        meant = ports_as_protocols(written)
        how = f"protocols: {flow(meant)}" if meant else "protocols, such as " + _ONE_PORT
        return f"write {how}; {_EVERY_PORT}"
    if key == "protocols" and kind != "ClusterNetworkPolicy":
        meant = protocols_as_ports(written)
        how = f"ports: {flow(meant)}" if meant else "ports: [{portNumber: {port: 80}}]"
        return f"v1alpha1 writes {how}; {_EVERY_PORT}"
    if key in ("from", "to") and of_ingress is (key == "to"):
        right = "from" if of_ingress else "to"
        return f"rules of {path[1]} have {right}: rename it, or move the rule"
    return ""


_ONE_PORT = "[{tcp: {destinationPort: {number: 80}}}]"


def _of_peer(key: str, path: Path, holder: dict[str, Any]) -> str:
    """Return what to write for a peer as a NetworkPolicy has it."""
    if key in ("ipBlock", "networks", "nodes", "domainNames", "cidr", "fqdns") and (
        "ingress" in path
    ):
        return _ONLY_PODS
    if key == "ipBlock" and isinstance(block := holder[key], dict):
        but = "; there is no except: write a rule of another action before this one"
        cidr = flow(block.get("cidr", "10.0.0.0/8"))
        return f"write networks: [{cidr}]{but if block.get('except') else ''}"
    both = {"namespaceSelector", "podSelector"}
    if key in both and both <= holder.keys():
        whole = {name: holder[name] for name in sorted(both)}
        return f"write pods: {flow(whole)}" if key == "namespaceSelector" else "see above: in pods"
    return ""


def _of_protocol(kind: str, key: str, written: Any) -> str:
    if kind != "ClusterNetworkPolicy":
        meant = protocols_as_ports([{key: written}])
        return f"v1alpha1 writes {flow(meant[0])}" if meant else ""
    if key.lower() in _PROTOCOLS:
        return f"write {key.lower()}, in lower case"
    if key.lower() in ("icmp", "icmpv6", "all", "any"):
        return "rules are about TCP, UDP and SCTP; without protocols one covers everything"
    if key in ("namedPort", "name"):
        return f"write destinationNamedPort: {flow(written)} (experimental)"
    meant = ports_as_protocols([{key: written}])
    return f"write {flow(meant[0])}" if meant else ""


def _by_name(kind: str, channel: Channel, path: Path, holder: dict[str, Any]) -> str:
    """Return the field of a like name, or where one of this name belongs."""
    key, schema = str(path[-1]), _schema_at(kind, channel, path[:-1])
    if isinstance(path[-2] if len(path) > 1 else "", str) and schema and schema.type == "array":
        return "a list is wanted here: put a dash before its first line"
    known = [name for name in (schema.properties if schema else ()) if name not in holder]
    if same := [name for name in known if name.lower() == key.lower()]:
        return f"write {same[0]}: upper and lower case matter"
    if near(key, known, most=1, cutoff=0.6):
        return did_you_mean(key, known)
    if homes := _homes(definition(kind, channel), key):
        return f"{visible(key)} is a field of {homes[0]}: check the indentation"
    where = format_path(path[:-1]) or "the object"
    names = ", ".join(schema.properties) if schema and schema.properties else ""
    return f"{where} has {names}" if names else ""


def _homes(schema: Schema, key: str, path: str = "") -> list[str]:
    """Return the paths of what has a field of some name."""
    found = [path.removeprefix(".")] if path and key in schema.properties else []
    for name, member in schema.properties.items():
        found += _homes(member, key, f"{path}.{name}")
    return found + (_homes(schema.items, key, f"{path}[]") if schema.items else [])
