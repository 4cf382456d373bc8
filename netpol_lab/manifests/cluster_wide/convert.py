"""An older cluster-wide policy as a ClusterNetworkPolicy v1beta1, which matches the same flows.

What is written is carried over as it is written: names, selectors, the order of rules. Where
v1beta1 has no room or no word for something, it is split, or it is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any, NamedTuple, TypeVar

from netpol_lab.errors import visible
from netpol_lab.manifests.cluster_wide.channels import GROUP
from netpol_lab.manifests.field_paths import format_path, get
from netpol_lab.manifests.rewriting import Instead, plain
from netpol_lab.model.objects import Direction
from netpol_lab.model.policy_parts import list_of_peers
from netpol_lab.model.ports import Protocol

KIND, VERSION = "ClusterNetworkPolicy", f"{GROUP}/v1beta1"
MOST = 25  # rules of a direction, peers and protocols of a rule, networks of a peer (ANP-15)

_TIERS = {"AdminNetworkPolicy": "Admin", "BaselineAdminNetworkPolicy": "Baseline"}
_ACTIONS = {"Allow": "Accept"}
_PROTOCOLS = {str(protocol): str(protocol).lower() for protocol in Protocol}
# What a server has added; an object of another kind must not have it.
_OF_THE_SERVER = (
    "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink",
)  # fmt: skip
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

Item = TypeVar("Item")


class Carried(NamedTuple):
    """What becomes of the spec of an older policy.

    Parameters
    ----------
    specs : tuple of dict
        One, or several where there are more rules than one object may have; without a priority
        where it had none.
    remarks : tuple of str
        What is written in another way, for the reader.
    needs : tuple of str
        The fields that only the experimental channel knows.
    refused : tuple of str
        What cannot be carried over; then there are no specs.
    """

    specs: tuple[dict[str, Any], ...] = ()
    remarks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def is_older(value: dict[str, Any]) -> bool:
    """Say whether an object is a cluster-wide policy of an older version.

    Examples
    --------
    >>> head = {"apiVersion": "policy.networking.k8s.io/v1alpha1", "kind": "AdminNetworkPolicy"}
    >>> is_older(head), is_older({**head, "kind": "ClusterNetworkPolicy"})
    (True, False)
    """
    kind, version = value.get("kind"), value.get("apiVersion")
    if kind == KIND:
        return bool(version == f"{GROUP}/v1alpha2")
    return version == f"{GROUP}/v1alpha1" and str(kind) in _TIERS


def tier_of(value: dict[str, Any]) -> str:
    """Return the tier of a cluster-wide policy of any version."""
    return _TIERS.get(value["kind"]) or str(get(value, "spec", "tier"))


def carried_over(value: dict[str, Any]) -> Carried:
    """Return the specs that say the same as an older policy that a server would take.

    Parameters
    ----------
    value : dict
        The object, as it is written.

    Returns
    -------
    Carried

    Examples
    --------
    >>> rule = {
    ...     "action": "Allow",
    ...     "to": [{"namespaces": {}}],
    ...     "ports": [{"portNumber": {"port": 1}}],
    ... }
    >>> head = {"apiVersion": "policy.networking.k8s.io/v1alpha1", "kind": "AdminNetworkPolicy"}
    >>> spec = {"priority": 5, "subject": {"namespaces": {}}, "egress": [rule]}
    >>> found, *_ = carried_over({**head, "spec": spec}).specs
    >>> found["tier"], found["egress"][0]["protocols"]
    ('Admin', [{'tcp': {'destinationPort': {'number': 1}}}])
    """
    spec = value["spec"]
    if value["kind"] == KIND:
        return Carried((spec,), needs=tuple(_needs(spec)))
    notes = _Notes()
    ways = {str(way): notes.rules(way, spec) for way in Direction if spec.get(str(way))}
    if notes.refused:
        return Carried(refused=tuple(notes.refused))
    known = {key: spec[key] for key in ("priority", "subject", *map(str, Direction)) if key in spec}
    whole = {"tier": tier_of(value), **{key: known[key] for key in spec if key in known}, **ways}
    specs = _divided(whole, ways)
    return Carried(specs, tuple(notes.remarks), tuple(_needs(*map(plain, specs))))


def _divided(whole: dict[str, Any], ways: dict[str, list[Any]]) -> tuple[dict[str, Any], ...]:
    """Return a spec, or several with 25 rules of a direction at most, in the order of the rules."""
    flat = {way: plain(rules) for way, rules in ways.items()}
    number = max((len(_parts(rules)) for rules in flat.values()), default=1)
    if number == 1:
        return (whole,)
    parts = ({way: _parts(rules)[i:] for way, rules in flat.items()} for i in range(number))
    return tuple(
        {
            key: part[key][0] if key in part else value
            for key, value in whole.items()
            if part.get(key, 1)
        }
        for part in parts
    )


def with_spec(value: dict[str, Any], spec: dict[str, Any], name: str) -> dict[str, Any]:
    """Return an object as a ClusterNetworkPolicy with a spec, without what a server had added.

    Parameters
    ----------
    value : dict
    spec : dict
    name : str

    Returns
    -------
    dict

    Examples
    --------
    >>> with_spec({"kind": "AdminNetworkPolicy", "metadata": {"name": "a"}}, {}, "b")["metadata"]
    {'name': 'b'}
    """
    changed = {"apiVersion": VERSION, "kind": KIND, "spec": spec}
    if value["kind"] == KIND:
        return {**value, "apiVersion": VERSION}
    meta = {k: v for k, v in value["metadata"].items() if k not in _OF_THE_SERVER}
    notes = meta.get("annotations")
    if isinstance(notes, dict) and _LAST_APPLIED in notes:
        meta["annotations"] = {k: v for k, v in notes.items() if k != _LAST_APPLIED}
        if not meta["annotations"]:
            del meta["annotations"]
    if "name" in meta:
        meta["name"] = name
    kept = {key: part for key, part in value.items() if key != "status"}
    return {**kept, **changed, "metadata": meta}


# ---------------------------------------------------------------- rules


@dataclass
class _Notes:
    """Converts rules, and notes what there is to say about them."""

    remarks: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def rules(self, way: Direction, spec: dict[str, Any]) -> list[Any]:
        """Return the rules of one direction; several may stand in the place of one, or none."""
        found = [
            self._rule(way, rule, format_path(("spec", str(way), index)))
            for index, rule in enumerate(spec[str(way)])
        ]
        return [rules[0] if len(rules) == 1 else Instead(rules) for rules in found]

    def _rule(self, way: Direction, rule: dict[str, Any], path: str) -> list[dict[str, Any]]:
        ends = list_of_peers(way)
        peers = [one for peer in rule[ends] for one in self._peer(peer, path)]
        ports = [self._protocol(port, path) for port in rule.get("ports") or ()]
        if len(peers) > MOST or len(ports) > MOST:
            many = f"{len(peers)} peers" if len(peers) > MOST else f"{len(ports)} ports"
            self.remarks.append(f"{path} has {many}, so it is split: {MOST} is the most in v1beta1")
        return [
            _rewritten_rule(rule, ends, some_peers, some_ports)
            for some_peers in _parts(peers)
            for some_ports in _parts(ports)
        ]

    def _peer(self, peer: dict[str, Any], path: str) -> Iterator[dict[str, Any]]:
        """Yield a peer with its networks as v1beta1 wants them, as several if there are many."""
        if not peer.get("networks"):
            yield peer
            return
        written = peer["networks"]
        networks = [*dict.fromkeys(map(_canonical, written))]
        if odd := [cidr for cidr in written if cidr not in networks]:
            shown = ", ".join(f"{visible(cidr)} is {_canonical(cidr)}" for cidr in odd)
            self.remarks.append(f"{path}: networks without host bits: {shown}")
        for some in _parts(networks):
            yield {**peer, "networks": some}

    def _protocol(self, port: dict[str, Any], path: str) -> dict[str, Any]:
        """Return an item of ports as one of protocols."""
        (key, value), *_ = ((key, part) for key, part in port.items() if part is not None)
        if key == "namedPort":
            return {"destinationNamedPort": value}
        protocol = value.get("protocol") or str(Protocol.TCP)
        if protocol not in _PROTOCOLS:
            said = f'the protocol "{visible(protocol)}" is none of TCP, UDP and SCTP'
            self.refused.append(f"{path}: {said}, which are all that v1beta1 has")
        start = value["port" if key == "portNumber" else "start"]
        end = start if key == "portNumber" else value["end"]
        if end < start:
            said = f"the range from {start} to {end} ends before it starts"
            self.refused.append(f"{path}: {said}, which v1beta1 refuses: say what is meant")
        where = {"number": start} if end == start else {"range": {"start": start, "end": end}}
        return {_PROTOCOLS.get(protocol, protocol): {"destinationPort": where}}


def _rewritten_rule(
    rule: dict[str, Any], ends: str, peers: Sequence[Any], protocols: Sequence[Any]
) -> dict[str, Any]:
    """Return a rule with other peers and ports, its fields in the order in which they were."""
    changed = {ends: peers, "action": _ACTIONS.get(rule["action"], rule["action"])}
    found = {}
    for key, value in rule.items():
        if key == "ports":
            found["protocols"] = protocols or value  # null is everything, like nothing
        elif key in ("action", "name", ends):
            found[key] = changed.get(key, value)
    return found


def _parts(items: list[Item]) -> list[list[Item]]:
    """Return a list in parts that v1beta1 has room for; an empty one is one part."""
    return [items[i : i + MOST] for i in range(0, len(items), MOST)] or [[]]


def _canonical(cidr: str) -> str:
    """Return a CIDR without host bits; one that has none stays as it is spelled.

    Examples
    --------
    >>> _canonical("10.1.2.3/8"), _canonical("FD00::/8")
    ('10.0.0.0/8', 'FD00::/8')
    """
    network = ip_network(cidr, strict=False)
    first = ip_network(cidr.partition("/")[0]).network_address
    return cidr if first == network.network_address else str(network)


def _needs(*specs: dict[str, Any]) -> Iterator[str]:
    """Yield the fields in some specs that only the experimental channel has (ANP-12 to ANP-14)."""
    rules = [
        (rule, list_of_peers(way))
        for spec in specs
        for way in Direction
        for rule in spec.get(str(way)) or ()
    ]
    if any(
        "destinationNamedPort" in port for rule, _ in rules for port in rule.get("protocols") or ()
    ):
        yield "destinationNamedPort"
    for name in ("nodes", "domainNames"):
        if any(peer.get(name) is not None for rule, ends in rules for peer in rule[ends]):
            yield name
