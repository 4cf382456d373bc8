"""Addresses, and what an ipBlock makes of each; how blocks are counted and spelt."""

from __future__ import annotations

from dataclasses import dataclass

from netpol_lab.engine.semantics import covers
from netpol_lab.model.addresses import Address, AddressRange, Network
from netpol_lab.model.objects import IPBlock


@dataclass(frozen=True)
class Pin:
    """An address, and what a block makes of it.

    Parameters
    ----------
    caption : str
        What to call it; may be empty.
    address : IPv4Address or IPv6Address
    block : IPBlock
    """

    caption: str
    address: Address
    block: IPBlock

    @property
    def inside(self) -> bool:
        """Whether the block means it."""
        return covers(self.block, self.address)

    @property
    def verdict(self) -> str:
        """In a few words."""
        return "in the block" if self.inside else "not in the block"

    @property
    def why(self) -> str:
        """The reason."""
        if self.address.version != self.block.cidr.version:
            return f"an IPv{self.address.version} address, and a block has one family"
        if self.inside:
            return f"in {self.block.cidr}{', in no except' if self.block.excepts else ''}"
        hole = next((hole for hole in self.block.excepts if self.address in hole), None)
        return f"in except {hole}" if hole else f"outside {self.block.cidr}"

    @property
    def name(self) -> str:
        """Caption and address."""
        return f"{self.caption} {self.address}".strip()

    @property
    def key(self) -> str:
        """What a redraw knows it by."""
        return f"address:{self.name}"

    @property
    def label(self) -> str:
        """The address in words."""
        return f"{self.name}, {self.verdict}: {self.why}"


def counted(number: int) -> str:
    """Return a number of addresses in words.

    Examples
    --------
    >>> counted(1), counted(65536), counted(2**96)
    ('1 address', '65,536 addresses', '2^96 addresses')
    """
    if number <= 10**12:
        return f"{number:,} address{'' if number == 1 else 'es'}"
    if number.bit_count() == 1:
        return f"2^{number.bit_length() - 1} addresses"
    return f"{number:.2e} addresses".replace("e+", " x 10^")


def spanned(part: Network) -> str:
    """Return the first and the last address of a block.

    Examples
    --------
    >>> from ipaddress import ip_network
    >>> spanned(ip_network("10.0.0.0/24")), spanned(ip_network("10.0.0.1/32"))
    ('10.0.0.0 to 10.0.0.255', '10.0.0.1 alone')
    """
    first, last = AddressRange.of(part).first, AddressRange.of(part).last
    return f"{first} alone" if first == last else f"{first} to {last}"
