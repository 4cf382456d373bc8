"""Ranges of addresses, and texts that are addresses."""

from ipaddress import ip_address, ip_network

import pytest

from netpol_lab.model.addresses import AddressRange, parse_address


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
