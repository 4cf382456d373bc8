"""The number line: in proportion, readable from /0 to /128, nothing on top of anything else."""

from ipaddress import ip_address, ip_network

import pytest

from netpol_lab.model.objects import IPBlock
from netpol_lab.pictures.shapes import Box, Rect
from netpol_lab.widgets.explorers.ipblock_drawing import (
    NARROW,
    Pin,
    Scale,
    counted_addresses,
    draw_bar,
    spanned,
)
from netpol_lab.widgets.explorers.ipblock_facts import IPBlockInput, ask
from tests.helpers.explored import faults, texts

PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.169.254/32")
BLOCKS = [
    IPBlockInput("0.0.0.0/0", PRIVATE, "203.0.113.7", (("metadata", "169.254.169.254"),)),
    IPBlockInput(
        "10.0.0.0/8", ("10.1.0.0/16",), "10.1.2.3", (("far", "203.0.113.7"), ("x", "9.9.9.9"))
    ),
    IPBlockInput("10.0.0.0/8", tuple(f"10.{n}.0.0/24" for n in range(0, 250, 30))),
    IPBlockInput("10.0.0.0/28", ("10.0.0.4/30", "10.0.0.15/32"), "10.0.0.5"),
    IPBlockInput("203.0.113.7/32", (), "203.0.113.8"),
    IPBlockInput("2001:db8::/32", ("2001:db8:1::/48", "2001:db8:8000::/33"), "2001:db8:1::5"),
    IPBlockInput("::/0", ("fc00::/7", "fe80::/10"), "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff"),
    IPBlockInput("10.0.0.0/8", (), "", tuple((f"pod-{n}", f"10.0.0.{n}") for n in range(9))),
    IPBlockInput("10.0.0.0/8", (), "::1"),
]


@pytest.mark.parametrize("question", BLOCKS, ids=lambda q: q.cidr)
def test_no_text_meets_another_or_leaves_the_page(question):
    assert faults(ask(question)) == []


@pytest.mark.parametrize("question", BLOCKS, ids=lambda q: q.cidr)
def test_the_ends_of_the_block_are_written(question):
    words = [text.words for text in texts(ask(question).sheet)]
    assert str(ask(question).block.cidr.network_address) in words


def test_a_narrow_hole_gets_a_lens_and_a_wide_one_none():
    words = [text.words for text in texts(ask(BLOCKS[5]).sheet)]
    assert [word for word in words if word.startswith("enlarged")] == ["enlarged: 2001:db8::/46"]


def test_in_its_lens_a_hole_is_wide():
    sheet = ask(BLOCKS[1]).sheet
    holes = [
        s.box.width for s in sheet.walk() if isinstance(s, Rect) and s.style.stroke == "#D55E00"
    ]
    assert min(holes) < NARROW < max(holes)


def test_an_address_of_another_family_is_only_in_the_list():
    words = [text.words for text in texts(ask(BLOCKS[-1]).sheet)]
    assert "::1" not in words
    assert any(word.startswith("::1: not in the block") for word in words)


def test_a_title_that_is_too_long_is_counted_instead():
    many = IPBlockInput("10.0.0.0/8", tuple(f"10.{n}.0.0/16" for n in range(20)))
    words = [text.words for text in texts(ask(many).sheet)]
    assert words[0] == "10.0.0.0/8 without 20 excepted blocks"


# ---------------------------------------------------------------- addresses and bars

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
    assert counted_addresses(2**128) == "2^128 addresses"
    assert counted_addresses(2**96 - 2**80) == "7.92 x 10^28 addresses"


def test_a_single_address_is_alone():
    assert spanned(ip_network("2001:db8::1/128")) == "2001:db8::1 alone"


def test_parts_are_in_proportion():
    scale = Scale(ip_network("10.0.0.0/24"), Box(100, 0, 800, 30))
    assert scale.part(ip_network("10.0.0.64/26")) == Box(300, 0, 200, 30)


def test_the_smallest_part_can_still_be_seen():
    scale = Scale(ip_network("::/0"), Box(0, 0, 800, 30))
    assert scale.part(ip_network("::1/128")).width == 3


def test_few_addresses_are_drawn_one_by_one():
    block = IPBlock(ip_network("10.0.0.0/30"), (ip_network("10.0.0.1/32"),))
    scale = Scale(block.cidr, Box(0, 0, 400, 30))
    bar, *lines, hole, _ = draw_bar(scale, block)
    assert (bar.box, len(lines), hole.box) == (scale.box, 3, Box(100, 0, 100, 30))
