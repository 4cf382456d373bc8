"""The number line: in proportion, readable from /0 to /128, nothing on top of anything else."""

import pytest

from netpol_lab.pictures.shapes import Rect
from netpol_lab.widgets.explorers.ipblock_drawing import NARROW
from netpol_lab.widgets.explorers.ipblock_facts import Question, ask
from tests.helpers.explored import faults, texts

PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.169.254/32")
BLOCKS = [
    Question("0.0.0.0/0", PRIVATE, "203.0.113.7", (("metadata", "169.254.169.254"),)),
    Question(
        "10.0.0.0/8", ("10.1.0.0/16",), "10.1.2.3", (("far", "203.0.113.7"), ("x", "9.9.9.9"))
    ),
    Question("10.0.0.0/8", tuple(f"10.{n}.0.0/24" for n in range(0, 250, 30))),
    Question("10.0.0.0/28", ("10.0.0.4/30", "10.0.0.15/32"), "10.0.0.5"),
    Question("203.0.113.7/32", (), "203.0.113.8"),
    Question("2001:db8::/32", ("2001:db8:1::/48", "2001:db8:8000::/33"), "2001:db8:1::5"),
    Question("::/0", ("fc00::/7", "fe80::/10"), "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff"),
    Question("10.0.0.0/8", (), "", tuple((f"pod-{n}", f"10.0.0.{n}") for n in range(9))),
    Question("10.0.0.0/8", (), "::1"),
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
    many = Question("10.0.0.0/8", tuple(f"10.{n}.0.0/16" for n in range(20)))
    words = [text.words for text in texts(ask(many).sheet)]
    assert words[0] == "10.0.0.0/8 without 20 excepted blocks"
