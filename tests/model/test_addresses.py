"""Ranges of addresses, and texts that are addresses."""

import re
from ipaddress import ip_address, ip_network

import pytest

from netpol_lab.errors import NetpolError
from netpol_lab.model.addresses import AddressRange, checked_network, parse_address


def test_a_network_is_a_range_with_its_first_and_last_address():
    assert str(AddressRange.of(ip_network("10.0.0.0/30"))) == "10.0.0.0-10.0.0.3"


def test_a_single_address_prints_as_itself():
    assert str(AddressRange.of(ip_network("2001:db8::1/128"))) == "2001:db8::1"


def test_a_range_holds_only_its_own_family():
    everything = AddressRange.of(ip_network("0.0.0.0/0"))
    assert ip_address("255.255.255.255") in everything
    assert ip_address("::1") not in everything


def test_numbers_lead_back_to_the_range():
    found = AddressRange.of(ip_network("2001:db8::/64"))
    assert AddressRange.between(found.version, *found.numbers) == found


@pytest.mark.parametrize("text", ["", "web", "10.0.0", "10.0.0.0/8", "shop/web"])
def test_other_texts_are_no_address(text):
    assert parse_address(text) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("10.244.0.0", "write it as a CIDR, such as 10.244.0.0/16"),
        ("", "write it as a CIDR"),
        ("10.244.0.0/", "write it as a CIDR"),
        ("10.244.0.0/255.255.0.0", "write it as a CIDR"),
        ("10.244.0.0/33", "/33 is too long a prefix"),
        ("10.244.0/16", "10.244.0 is not an IP address"),
        ("pods/16", "pods is not an IP address"),
        ("10.244.0.1/16", "write 10.244.0.0/16"),
        ("fd00::1/48", "write fd00::/48"),
        ("10.0.0.0/" + "9" * 5000, "is too long a prefix"),
    ],
)
def test_what_is_no_range_of_addresses_is_refused_kindly(text, words):
    with pytest.raises(NetpolError, match=re.escape(words)):
        checked_network(text)


def test_a_range_may_be_written_in_any_spelling_of_its_first_address():
    assert str(checked_network("FD00:0::/48")) == "fd00::/48"
    assert checked_network(ip_network("10.0.0.0/8")) == ip_network("10.0.0.0/8")
