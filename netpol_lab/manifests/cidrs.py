"""CIDRs as API servers read them: leniently, as all once did, or strictly, as since v1.36."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, ip_network

from netpol_lab.model.addresses import Network, parse_address

_CIDR = re.compile(r"(?P<address>[0-9A-Fa-f:.]+)/(?P<length>[0-9]{1,4})")


def parse_cidr(text: str) -> Network | None:
    """Return the network a CIDR spells, as leniently as old API servers, or None.

    Leading zeros are dropped, host bits cut off, and an IPv4-mapped block is its IPv4 block.

    Parameters
    ----------
    text : str

    Returns
    -------
    IPv4Network, IPv6Network or None

    Examples
    --------
    >>> parse_cidr("10.1.2.3/08")
    IPv4Network('10.0.0.0/8')
    >>> parse_cidr("10.0.0.0/255.0.0.0") is None
    True
    """
    match = _CIDR.fullmatch(text)
    if match is None:
        return None
    address = re.sub(r"(?<![0-9A-Fa-f:])0+(?=\d)", "", match["address"])
    try:
        network = ip_network(f"{address}/{int(match['length'])}", strict=False)
    except ValueError:
        return None
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    return IPv4Network((mapped, network.prefixlen - 96)) if mapped else network


def strict_fault(text: str, network: Network) -> str:
    """Return what a server since v1.36 refuses in a CIDR that older ones took (VAL-28, VAL-29).

    Parameters
    ----------
    text : str
    network : IPv4Network or IPv6Network
        What `parse_cidr` makes of the text.

    Returns
    -------
    str
        The server's words; empty where nothing is wrong.

    Examples
    --------
    >>> strict_fault("10.1.2.3/24", parse_cidr("10.1.2.3/24"))
    'must not have bits set beyond the prefix length'
    """
    address = parse_address(text.partition("/")[0])
    leading = re.search(r"(?<![0-9A-Fa-f])0[0-9]+\.|\.0[0-9]|/0[0-9]", text)
    if leading or address is None:  # zeros of an IPv6 group are fine
        return "must not have leading 0s in IP or prefix length"
    if address.version == 4 and ":" in text:
        return "must not have an IPv4-mapped IPv6 address"
    if address != network.network_address:
        return "must not have bits set beyond the prefix length"
    return ""


def cidr_hint(text: str) -> str:
    """Return what to type instead of a text that is no CIDR; may be empty.

    Examples
    --------
    >>> cidr_hint("10.0.0.1")
    'for this one address write 10.0.0.1/32'
    """
    if text != text.strip():
        return "remove the space"
    if "/" not in text and parse_cidr(f"{text}/32"):
        return f"for this one address write {text}/{128 if ':' in text else 32}"
    return ""
