"""Addresses, and what an ipBlock makes of each."""

from ipaddress import ip_address, ip_network

import pytest

from netpol_lab.model.objects import IPBlock
from netpol_lab.widgets.explorers.pins import Pin, counted, spanned

BLOCK = IPBlock(ip_network("10.0.0.0/8"), (ip_network("10.1.0.0/16"),))


@pytest.mark.parametrize(
    ("address", "inside", "why"),
    [
        ("10.0.0.0", True, "in 10.0.0.0/8, in no except"),
        ("10.255.255.255", True, "in 10.0.0.0/8, in no except"),
        ("10.1.0.0", False, "in except 10.1.0.0/16"),
        ("10.2.0.0", True, "in 10.0.0.0/8, in no except"),
        ("11.0.0.0", False, "outside 10.0.0.0/8"),
        ("::1", False, "an IPv6 address, and a block has one family"),
    ],
)
def test_an_address_says_where_it_is(address, inside, why):
    pin = Pin("", ip_address(address), BLOCK)
    assert (pin.inside, pin.why) == (inside, why)


def test_without_exceptions_none_is_spoken_of():
    assert Pin("", ip_address("10.0.0.1"), IPBlock(BLOCK.cidr)).why == "in 10.0.0.0/8"


def test_an_address_is_called_by_its_caption():
    pin = Pin("bank", ip_address("10.0.0.1"), BLOCK)
    assert pin.key == "address:bank 10.0.0.1"
    assert pin.label == "bank 10.0.0.1, in the block: in 10.0.0.0/8, in no except"


def test_huge_numbers_are_short():
    assert counted(2**128) == "2^128 addresses"
    assert counted(2**96 - 2**80) == "7.92 x 10^28 addresses"


def test_a_single_address_is_alone():
    assert spanned(ip_network("2001:db8::1/128")) == "2001:db8::1 alone"
