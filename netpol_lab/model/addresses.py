"""Ranges of IP addresses, as values."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from netpol_lab.errors import NetpolError, visible

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class AddressRange:
    """All addresses of one family from the first to the last, both included.

    Parameters
    ----------
    first, last : IPv4Address or IPv6Address
        Of the same family, and in order.

    Examples
    --------
    >>> from ipaddress import ip_address
    >>> range_ = AddressRange(ip_address("10.0.0.1"), ip_address("10.0.0.9"))
    >>> print(range_)
    10.0.0.1-10.0.0.9
    >>> ip_address("10.0.0.5") in range_, ip_address("::a00:5") in range_
    (True, False)
    """

    first: Address
    last: Address

    @classmethod
    def between(cls, version: int, first: int, last: int) -> AddressRange:
        """Return a range of one family from the numbers of its ends.

        Parameters
        ----------
        version : int
            4 or 6.
        first, last : int

        Returns
        -------
        AddressRange

        Examples
        --------
        >>> print(AddressRange.between(4, 0, 2**32 - 1))
        0.0.0.0-255.255.255.255
        """
        family = IPv4Address if version == 4 else IPv6Address
        return cls(family(first), family(last))

    @classmethod
    def of(cls, network: Network) -> AddressRange:
        """Return the addresses of a network, its first and last ones included (SEM-44).

        Parameters
        ----------
        network : IPv4Network or IPv6Network

        Returns
        -------
        AddressRange

        Examples
        --------
        >>> from ipaddress import ip_network
        >>> print(AddressRange.of(ip_network("10.0.0.0/30")))
        10.0.0.0-10.0.0.3
        """
        return cls(network.network_address, network.broadcast_address)

    @property
    def version(self) -> int:
        """4 or 6."""
        return self.first.version

    @property
    def numbers(self) -> tuple[int, int]:
        """The first and the last address as numbers."""
        return int(self.first), int(self.last)

    def __contains__(self, address: Address) -> bool:
        return address.version == self.version and self.first <= address <= self.last  # type: ignore[operator]

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


def parse_address(text: str) -> Address | None:
    """Return the IP address that `text` spells, or None; IPv4-mapped IPv6 counts as IPv4.

    Parameters
    ----------
    text : str

    Returns
    -------
    IPv4Address, IPv6Address or None

    Examples
    --------
    >>> parse_address("::ffff:10.0.0.1")
    IPv4Address('10.0.0.1')
    >>> parse_address("shop/web") is None
    True
    """
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def checked_network(given: Network | str) -> Network:
    """Return a range of addresses that somebody has written as a CIDR.

    Parameters
    ----------
    given : IPv4Network, IPv6Network or str

    Returns
    -------
    IPv4Network or IPv6Network

    Raises
    ------
    NetpolError
        The text says what to write instead.

    Examples
    --------
    >>> checked_network("10.244.0.0/16")
    IPv4Network('10.244.0.0/16')
    >>> checked_network("10.244.0.0")
    Traceback (most recent call last):
    netpol_lab.errors.NetpolError: "10.244.0.0" is no range of addresses: write it as a CIDR, ...
    """
    if isinstance(given, IPv4Network | IPv6Network):
        return given
    text, said = str(given).strip(), f'"{visible(str(given))}"'
    address, _, length = text.partition("/")
    if not length or not (length.isascii() and length.isdigit()):
        raise NetpolError(
            f"{said} is no range of addresses: write it as a CIDR, such as 10.244.0.0/16."
        )
    try:
        network = ip_network((address, int(length)), strict=False)
    except ValueError:
        what = "is not an IP address" if parse_address(address) is None else "is too long a prefix"
        part = address if parse_address(address) is None else f"/{length}"
        raise NetpolError(f"{said} is no range of addresses: {visible(part)} {what}.") from None
    if str(network.network_address) != str(ip_address(address)):
        raise NetpolError(
            f"{said} has an address inside the range, not its first one: write {network}."
        )
    return network


def checked_address(given: Address | str) -> Address:
    """Return an IP address that somebody has written.

    Parameters
    ----------
    given : IPv4Address, IPv6Address or str

    Returns
    -------
    IPv4Address or IPv6Address

    Raises
    ------
    NetpolError

    Examples
    --------
    >>> checked_address("203.0.113.7")
    IPv4Address('203.0.113.7')
    >>> checked_address("example.com")
    Traceback (most recent call last):
    netpol_lab.errors.NetpolError: "example.com" is no IP address, such as 203.0.113.7.
    """
    found = parse_address(given) if isinstance(given, str) else given
    if found is None:
        raise NetpolError(f'"{visible(str(given))}" is no IP address, such as 203.0.113.7.')
    return found
