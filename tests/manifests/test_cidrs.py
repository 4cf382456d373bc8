"""CIDRs as API servers read them."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netpol_lab.manifests.cidrs import parse_cidr


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("10.1.2.3/24", "10.1.2.0/24"),
        ("010.0.0.0/8", "10.0.0.0/8"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("0000:0000::/0", "::/0"),
        ("2001:DB8::/32", "2001:db8::/32"),
    ],
)
def test_a_cidr_is_read_as_old_servers_did(text, network):
    assert parse_cidr(text) == ip_network(network)


@pytest.mark.parametrize(
    "text",
    ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "a/8", "10.0.0.0/-1", " 10.0.0.0/8", "fe80::%1/64",
     "10.0.0.0/8/8", "10.0.0.0/255.0.0.0", "/8", "10.0.0.0/"],
)  # fmt: skip
def test_what_is_no_cidr_is_none(text):
    assert parse_cidr(text) is None


@given(st.text(max_size=20))
def test_any_text_is_a_network_or_none(text):
    parse_cidr(text)
