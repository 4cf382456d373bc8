"""CIDRs as API servers read them."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netpol_lab.manifests.rules.cidrs import (
    cidr_hint,
    cidr_warnings,
    fault_of,
    parse_cidr,
    read_cidr,
    strict_fault,
)


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


LEADING = "must not have leading 0s in IP or prefix length"
MAPPED = "must not have an IPv4-mapped IPv6 address"
HOST_BITS = "must not have bits set beyond the prefix length"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("10.0.0.0/8", ""),
        ("0.0.0.0/0", ""),
        ("0000:0000::/0", ""),
        ("2001:DB8::/32", ""),
        ("010.0.0.0/8", LEADING),
        ("10.00.0.0/8", LEADING),
        ("10.0.0.0/08", LEADING),
        ("10.0.0.0/00", LEADING),
        ("10.0.0.0/00008", LEADING),
        ("::/00", LEADING),
        ("::00000/0", LEADING),
        ("12345::/32", "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"),
        ("2001:0db80::/32", LEADING),
        ("64:ff9b::010.0.0.0/120", LEADING),
        ("::ffff:010.0.0.0/128", LEADING),
        ("::ffff:10.0.0.0/104", MAPPED),
        ("::ffff:10.0.0.1/64", MAPPED),
        ("::FFFF:a00:0/104", MAPPED),
        ("10.0.0.1/31", HOST_BITS),
        ("::1/127", HOST_BITS),
        ("010.0.0.1/8", LEADING),
    ],
)
def test_servers_since_v1_36_refuse_some_spellings_in_these_words(text, fault):
    assert fault_of(text, strict=True) == fault
    assert fault_of(text, strict=False) in ("", fault)
    assert (fault_of(text, strict=False) == "") is not fault.startswith("must be a valid")


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("10.0.0.0/8", []),
        ("2001:db8::/32", []),
        ("2001:DB8:0::/32",
         ['IPv6 CIDR value "2001:DB8:0::/32" should be in RFC 5952 canonical format '
          '("2001:db8::/32")']),
        ("010.0.0.0/8", ['non-standard CIDR value "010.0.0.0/8" is invalid: use "10.0.0.0/8"']),
        ("::ffff:10.0.0.1/104",
         ['CIDR value "::ffff:10.0.0.1/104" is ambiguous in this context '
          '(should be "10.0.0.0/8" or "10.0.0.1/128"?)',
          'non-standard CIDR value "::ffff:10.0.0.1/104" is invalid: use "10.0.0.0/8"']),
        ("2001:DB8::1/32",
         ['CIDR value "2001:DB8::1/32" is ambiguous in this context '
          '(should be "2001:db8::/32" or "2001:db8::1/128"?)']),
        ("nonsense", []),
    ],
)  # fmt: skip
def test_older_servers_warn_in_these_words(text, warned):
    assert list(cidr_warnings(text)) == warned


def test_zeros_without_end_are_read_and_are_no_trouble():
    assert str(parse_cidr(f"{'0' * 90}10.0.0.0/{'0' * 90}8")) == "10.0.0.0/8"
    assert parse_cidr(f"10.0.0.0/{'0' * 10_000}8") is None
    assert parse_cidr(f"10.0.0.0/{'9' * 150}") is None


def test_the_length_of_a_mapped_block_is_kept_as_it_is_written():
    mapped, plain = read_cidr("::ffff:10.0.0.0/104"), read_cidr("10.0.0.0/16")
    assert (mapped.length, str(mapped.network)) == (104, "10.0.0.0/8")
    assert not mapped.contains(plain)
    assert read_cidr("10.0.0.0/8").contains(plain)
    assert not plain.contains(plain)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("10.0.0.1", "for this one address write 10.0.0.1/32"),
        ("2001:DB8::1", "for this one address write 2001:db8::1/128"),
        ("0.0.0.0", "for every IPv4 address write 0.0.0.0/0"),
        ("any", "for every IPv4 address write 0.0.0.0/0"),
        ("::", "for every IPv6 address write ::/0"),
        (" 10.0.0.0/8", "remove the space: write 10.0.0.0/8"),
        ("10.0.0.0 / 8", "write 10.0.0.0/8"),
        ("10.0.0.0\\8", "write 10.0.0.0/8"),
        ("10.0.0.0/255.0.0.0", "write 10.0.0.0/8"),
        ("10.1.2.3/24", "write 10.1.2.0/24"),
        ("010.0.0.0/08", "write 10.0.0.0/8"),
        ("010.0.0.1", "for this one address write 10.0.0.1/32"),
        ("::ffff:10.0.0.1", "for this one address write 10.0.0.1/32"),
        ("::ffff:10.1.0.0/112", "write 10.1.0.0/16"),
        ("10.0.0.0/33", "write 10.0.0.0/32"),
        ("::/129", "write ::/128"),
        ("10.1/16", "write 10.1.0.0/16"),
        ("10/8", "write 10.0.0.0/8"),
        ("10.1.2.*", "write 10.1.2.0/24"),
        ("10.*.*.*", "write 10.0.0.0/8"),
        ("10.0.0.0-10.0.0.255", "write 10.0.0.0/24"),
        ("example.com", "ipBlock takes addresses such as 10.0.0.0/8, not names of "
         "hosts or Services; pods are chosen by their labels"),
        ("10.0.0.300", "write an address, a slash and the length of its prefix: 10.0.0.0/8 for "
         "instance"),
        ("10.0.0", "write 10.0.0.0/24"),
        ("10.0.0.0/8, 10.1.0.0/16", "this is more than one block: write an item of its own for "
         "each"),
        ("10.0.0.1:80", "a port goes under ports of the rule: write 10.0.0.1/32"),
        ("80/TCP", "ipBlock takes addresses such as 10.0.0.0/8, not names of hosts or Services; "
         "pods are chosen by their labels"),
        ("10.0.0.0-10.0.0.254", "write an address, a slash and the length of its prefix: "
         "10.0.0.0/8 for instance"),
        ("2001:db8", "write an address, a slash and the length of its prefix: 10.0.0.0/8 for "
         "instance"),
    ],
)  # fmt: skip
def test_what_is_no_cidr_has_a_hint(text, hint):
    assert cidr_hint(text) == hint


ADDRESSES = st.one_of(st.ip_addresses().map(str), st.from_regex(r"[0-9a-f:.*]{1,12}"))
NEARLY = st.builds("{}{}{}".format, ADDRESSES, st.sampled_from(["", "/", "-", " /"]),
                   st.from_regex(r"\A[0-9.:x]{0,6}\Z"))  # fmt: skip


@given(st.one_of(NEARLY, st.text(max_size=20)))
def test_no_cidr_is_proposed_that_a_server_refuses_or_warns_of(text):
    words = cidr_hint(text).split()
    assert words
    proposed = words[words.index("write") + 1] if "write" in words else "10.0.0.0/8"
    if proposed != "an":
        assert strict_fault(proposed) == ""
        assert list(cidr_warnings(proposed)) == []
