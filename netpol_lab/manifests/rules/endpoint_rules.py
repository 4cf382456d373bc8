"""The API server's rules for Endpoints and EndpointSlices, as far as Services depend on them."""

from __future__ import annotations

from netpol_lab.manifests.field_paths import Path
from netpol_lab.manifests.rules.object_rules import (
    SORTED_PROTOCOLS,
    check_address,
    check_port_number,
    check_protocol,
)
from netpol_lab.manifests.rules.server_words import Problems, invalid, required, unsupported
from netpol_lab.manifests.services import endpoint_types
from netpol_lab.model.addresses import parse_address

_ADDRESS_TYPES = {"FQDN": 0, "IPv4": 4, "IPv6": 6}


def check_endpoints(endpoints: endpoint_types.Endpoints) -> Problems:
    """Yield what is wrong with the addresses and ports of Endpoints."""
    for i, subset in enumerate(endpoints.subsets or ()):
        listed = {"addresses": subset.addresses, "notReadyAddresses": subset.not_ready_addresses}
        for name, addresses in listed.items():
            for j, address in enumerate(addresses or ()):
                yield from _address(address.ip, ("subsets", i, name, j, "ip"))
        for j, port in enumerate(subset.ports or ()):
            path: Path = ("subsets", i, "ports", j)
            yield from check_port_number(port.port or 0, (*path, "port"))
            yield from check_protocol(port.protocol, (*path, "protocol"), SORTED_PROTOCOLS)


def check_endpoint_slice(found: endpoint_types.EndpointSlice) -> Problems:
    """Yield what is wrong with the addresses and ports of an EndpointSlice."""
    kind = found.address_type
    if not kind:
        yield required(("addressType",), "write IPv4 or IPv6")
    elif kind not in _ADDRESS_TYPES:
        yield unsupported(("addressType",), kind, _ADDRESS_TYPES)
    for i, port in enumerate(found.ports or ()):
        yield from check_protocol(port.protocol, ("ports", i, "protocol"), SORTED_PROTOCOLS)
    for i, end in enumerate(found.endpoints or ()):
        path: Path = ("endpoints", i, "addresses")
        if not end.addresses:
            said = "must contain at least 1 address"
            yield required(path, "write its address, such as addresses: [10.0.0.7]", said)
        for j, text in enumerate(end.addresses or () if _ADDRESS_TYPES.get(kind) else ()):
            yield from _address(text, (*path, j))
            address = parse_address(text)
            if address is not None and address.version != _ADDRESS_TYPES[kind]:
                hint = "addresses of the other family have a slice of their own"
                yield invalid(path, text, f"must be an {kind} address", hint)


def _address(text: str, path: Path) -> Problems:
    """Yield why a text is no address; one in an old spelling is taken."""
    return check_address(text, path) if parse_address(text) is None else iter(())
