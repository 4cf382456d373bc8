"""The rules of the definitions that are expressions there: of CIDRs, ranges, named ports."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from netpol_lab.manifests.cluster_wide.schema import SchemaRule
from netpol_lab.model.addresses import Network

NOT_A_CIDR = "Invalid CIDR format provided"
NOT_GROWING = "Start port must be less than End port"
ONLY_DEFAULT = (
    'Only one baseline admin network policy with metadata.name="default" can be created in the '
    "cluster"
)


def network_of(text: str) -> Network | None:
    """Return the network that a CIDR names, if Go's net/netip takes it; host bits are taken.

    Examples
    --------
    >>> network_of("10.1.2.3/8")
    IPv4Network('10.0.0.0/8')
    >>> print(network_of("::ffff:10.0.0.0/104"), network_of("10.0.0.0/08"))
    None None
    """
    address, _, length = text.partition("/")
    digits = length.isascii() and length.isdigit() and (length == "0" or length[0] != "0")
    if not digits or len(length) > 3 or "%" in address or not address.isascii():
        return None
    try:
        network = ip_network((address, int(length)), strict=False)
        mapped = getattr(ip_network(address).network_address, "ipv4_mapped", None)
    except ValueError:
        return None
    return network if mapped is None else None


def is_canonical(text: str) -> bool:
    """Say whether a text is a CIDR without host bits."""
    network = network_of(text)
    first = ip_network(text.partition("/")[0]).network_address if network else None
    return network is not None and network.network_address == first


def _without_named_ports(list_of_ports: str, name: str, *fields: str) -> SchemaRule:
    """Return the rule that what has no named ports is not in a rule with one."""

    def holds(rule: dict[str, Any]) -> bool:
        elsewhere = any(field in peer for peer in rule["to"] for field in fields)
        return not (elsewhere and any(name in port for port in rule.get(list_of_ports, ())))

    several = "/".join(fields)
    said = f"{several} peer cannot be set with namedPorts since there are no namedPorts for "
    return SchemaRule(said + several, holds)


A_CIDR = SchemaRule(NOT_A_CIDR, lambda text: network_of(text) is not None)
A_CANONICAL_CIDR = SchemaRule(NOT_A_CIDR, is_canonical)
GROWING = SchemaRule(NOT_GROWING, lambda ports: ports["start"] < ports["end"])
NAMES_OF_PODS = _without_named_ports(
    "protocols", "destinationNamedPort", "networks", "nodes", "domainNames"
)
NAMES_OF_PODS_V1ALPHA1 = _without_named_ports(
    "ports", "namedPort", "networks", "nodes", "domainNames"
)
NAMES_OF_PODS_BASELINE = _without_named_ports("ports", "namedPort", "networks", "nodes")
CALLED_DEFAULT = SchemaRule(ONLY_DEFAULT, lambda whole: whole["metadata"].get("name") == "default")
