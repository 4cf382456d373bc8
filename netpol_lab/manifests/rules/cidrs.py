"""CIDRs as API servers read them: leniently, as all once did, or strictly, as since v1.36."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import (
    IPv4Network,
    IPv6Address,
    ip_address,
    ip_network,
    summarize_address_range,
)
from typing import NamedTuple

from netpol_lab.model.addresses import Address, Network, parse_address

_CIDR = re.compile(r"(?P<address>[0-9A-Fa-f:.]{2,200})/(?P<length>[0-9]{1,200})")
_LEADING_ZEROS = re.compile(r"(?<![0-9A-Fa-f])0+(?=[0-9A-Fa-f])")
INVALID = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"


class Cidr(NamedTuple):
    """A CIDR as old API servers read it.

    Parameters
    ----------
    address : IPv4Address or IPv6Address
        The address in front of the slash; an IPv4-mapped one is its IPv4 address.
    length : int
        The length of the prefix as it is written, of an IPv4-mapped address 0 to 128.
    network : IPv4Network or IPv6Network
        The addresses it means.
    """

    address: Address
    length: int
    network: Network

    def contains(self, inner: Cidr) -> bool:
        """Say whether the server takes another for a strict subset (VAL-30).

        It compares the lengths as they are written, so an IPv4-mapped block has no IPv4 parts.
        """
        return inner.network.network_address in self.network and inner.length > self.length


def read_cidr(text: str) -> Cidr | None:
    """Return what old API servers read in a text, or None where it is no CIDR (VAL-27, VAL-29).

    Parameters
    ----------
    text : str

    Returns
    -------
    Cidr or None

    Examples
    --------
    >>> found = read_cidr("10.1.2.3/08")
    >>> found.address, found.length, found.network
    (IPv4Address('10.1.2.3'), 8, IPv4Network('10.0.0.0/8'))
    """
    match = _CIDR.fullmatch(text)
    if match is None:
        return None
    written, length = (_LEADING_ZEROS.sub("", part) for part in match.groups())
    try:
        address = ip_address(written)
        network = ip_network(f"{address}/{int(length)}", strict=False)
    except ValueError:
        return None
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    block = IPv4Network((mapped, network.prefixlen - 96)) if mapped else network
    return Cidr(parse_address(written) or address, network.prefixlen, block)


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
    found = read_cidr(text)
    return found and found.network


def strict_fault(text: str) -> str:
    """Return what a server since v1.36 refuses in a CIDR that older ones took (VAL-28, VAL-29).

    Parameters
    ----------
    text : str
        A text that `read_cidr` can read.

    Returns
    -------
    str
        The server's words; empty where nothing is wrong.

    Examples
    --------
    >>> strict_fault("10.1.2.3/24")
    'must not have bits set beyond the prefix length'
    """
    written, _, length = text.partition("/")
    try:
        address = ip_address(written)  # which refuses leading zeros, and groups of five digits
    except ValueError:
        return "must not have leading 0s in IP or prefix length"
    if len(length) > 1 and length[0] == "0":
        return "must not have leading 0s in IP or prefix length"
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return "must not have an IPv4-mapped IPv6 address"
    if address != ip_network((address, int(length)), strict=False).network_address:
        return "must not have bits set beyond the prefix length"
    return ""


def fault_of(text: str, strict: bool) -> str:
    """Return why a server refuses a CIDR, or nothing.

    Examples
    --------
    >>> fault_of("10.1.2.3/24", strict=False)
    ''
    """
    if read_cidr(text) is None:
        return INVALID
    return strict_fault(text) if strict else ""


def cidr_warnings(text: str) -> Iterator[str]:
    """Yield what a server says about a CIDR that it takes although there is something about it.

    Examples
    --------
    >>> [*cidr_warnings("10.1.2.3/24")]
    ['CIDR value "10.1.2.3/24" is ambiguous in this context (should be "10.1.2.0/24" or \
"10.1.2.3/32"?)']
    """
    found = read_cidr(text)
    if found is None:
        return
    address, network, warned = found.address, found.network, False
    if address != network.network_address:
        # The server gives the whole length of the address as it is written: 128 if it is mapped.
        single = f"{address}/{128 if ':' in text else 32}"
        choice = f'(should be "{network}" or "{single}"?)'
        yield f'CIDR value "{text}" is ambiguous in this context {choice}'
        warned = True
    fault = strict_fault(text)
    if "leading" in fault or "mapped" in fault:
        yield f'non-standard CIDR value "{text}" is invalid: use "{network}"'
    elif not warned and ":" in text and str(network) != text:
        canonical = f'should be in RFC 5952 canonical format ("{network}")'
        yield f'IPv6 CIDR value "{text}" {canonical}'


# ---------------------------------------------------------------- what to type instead


def cidr_hint(text: str) -> str:
    """Return what to type instead of a text that a server refuses.

    What is proposed is written as a server writes it, so that none would refuse it.

    Examples
    --------
    >>> cidr_hint("10.0.0.1")
    'for this one address write 10.0.0.1/32'
    >>> cidr_hint("10.0.0.0/255.0.0.0")
    'write 10.0.0.0/8'
    """
    several = [part for part in re.split(r"[,;\s]+", text[:800].strip()) if part]
    if len(several) > 1 and all(map(parse_cidr, several)):
        return "this is more than one block: write an item of its own for each"
    for words, proposed in _taken(text):
        return f"{words}write {proposed}"
    if re.search(r"[g-zG-Z]", text):
        return (
            "ipBlock takes addresses such as 10.0.0.0/8, not names of hosts or Services; pods are "
            "chosen by their labels"
        )
    return "write an address, a slash and the length of its prefix: 10.0.0.0/8 for instance"


def likely_cidr(text: str) -> str:
    """Return the CIDR that a text was probably meant to be, as servers take it; or nothing.

    Examples
    --------
    >>> likely_cidr("10.0.0.1/8"), likely_cidr("10.0.0.0/8"), likely_cidr("web")
    ('10.0.0.0/8', '10.0.0.0/8', '')
    """
    return next((proposed for _, proposed in _taken(text)), "")


def _taken(text: str) -> Iterator[tuple[str, str]]:
    """Yield those proposals that a server takes, as it writes them itself."""
    for words, proposed in _proposals(text[:200]):
        found = read_cidr(proposed)
        if found is not None:
            yield words, str(found.network)


def _proposals(text: str) -> Iterator[tuple[str, str]]:
    """Yield what may have been meant, the likeliest first: how to introduce it, and the CIDR."""
    plain = re.sub(r"\s+", "", text).replace("\\", "/")
    address, _, length = plain.partition("/")
    if plain != text:
        yield "remove the space: " if plain == text.strip() else "", plain
    if plain.lower() in ("any", "all", "*", "everyone", "0.0.0.0", "0/0", "default"):
        yield "for every IPv4 address ", "0.0.0.0/0"
    if plain == "::":
        yield "for every IPv6 address ", "::/0"
    if "/" not in plain:
        yield "for this one address ", f"{plain}/{128 if ':' in plain else 32}"
    for network in (_network(plain), _network(f"{_without_zeros(address)}/{length}")):
        if network is not None:  # with a netmask, with host bits, or with zeros in front
            yield "", str(network)
    if re.fullmatch("[0-9]+", length):
        yield "", f"{address}/{128 if ':' in address else 32}"  # the length is too large
    if with_port := re.fullmatch(r"([0-9.]+)(/\d+)?:\d+", plain):
        port_apart = "a port goes under ports of the rule: "
        yield port_apart, f"{with_port[1]}{with_port[2] or '/32'}"
    octets = re.match(r"(?!\d+$)(\d+(?:\.\d+){0,2})(?=\.?(?:\*|x|/|$))", plain)
    if octets and re.fullmatch("[0-9*x]*", length):
        # an address of fewer than four numbers, or with stars for the rest
        given = octets[0].count(".") + 1
        whole = f"{octets[0]}{'.0' * (4 - given)}"
        yield "", f"{whole}/{length if re.fullmatch('[0-9]+', length) else 8 * given}"
    first, _, last = plain.partition("-")
    yield from _range(first, last)


def _network(text: str) -> Network | None:
    found = parse_cidr(text)
    if found is None and re.fullmatch(r"[0-9.]+/[0-9.]+", text):
        try:
            return ip_network(text, strict=False)
        except ValueError:
            return None
    return found


def _without_zeros(address: str) -> str:
    return _LEADING_ZEROS.sub("", address)


def _range(first: str, last: str) -> Iterator[tuple[str, str]]:
    """Yield the block of all addresses from one to another, if it is one block."""
    start, end = parse_address(first), parse_address(last)
    if start is None or end is None or start.version != end.version or int(start) > int(end):
        return
    blocks = [*summarize_address_range(start, end)]
    if len(blocks) == 1:
        yield "", str(blocks[0])


def except_hint(cidr: str, text: str) -> str:
    """Return where an exception has to lie that does not lie in its block.

    Examples
    --------
    >>> except_hint("10.0.0.0/24", "10.0.0.0/16")
    'an except has to lie inside 10.0.0.0/24 and be smaller'
    >>> except_hint("::/0", "169.254.169.254/32")
    '169.254.169.254/32 is IPv4, and ::/0 holds IPv6 addresses only: put it under a block of IPv4'
    """
    own, other = ("IPv6" if ":" in written else "IPv4" for written in (text, cidr))
    if own != other:
        holds = f"{cidr} holds {other} addresses only"
        return f"{text} is {own}, and {holds}: put it under a block of {own}"
    inside = f"an except has to lie inside {cidr} and be smaller"
    if parse_cidr(text) == parse_cidr(cidr):
        return f"{inside}; to admit none of it leave the whole peer out"
    return inside
