"""An ipBlock as it is written, and what it means."""

import pytest

from netpol_lab.errors import FlowError, ManifestError
from netpol_lab.widgets.explorers.ipblock import complaint_words
from netpol_lab.widgets.explorers.ipblock_facts import IPBlockInput, ask

HOME = IPBlockInput("192.168.0.0/24", ("192.168.0.0/26", "192.168.0.128/25"))


def test_what_is_left_is_counted_address_by_address():
    assert ask(HOME).left == 256 - 64 - 128


def test_exceptions_that_overlap_are_counted_once():
    assert ask(IPBlockInput("10.0.0.0/24", ("10.0.0.0/25", "10.0.0.0/26"))).left == 128


@pytest.mark.parametrize(
    "cidr", ["0.0.0.0/0", "10.0.0.0/8", "10.0.0.1/32", "::/0", "2001:db8::/32"]
)
def test_every_kind_of_block_has_its_words(cidr):
    line = ask(IPBlockInput(cidr))
    assert line.title == line.text.splitlines()[0] == cidr
    assert line.left == line.block.cidr.num_addresses


def test_the_words_list_the_block_its_holes_and_the_addresses():
    line = ask(IPBlockInput("10.0.0.0/8", ("10.1.0.0/16",), "10.1.2.3", (("bank", "10.9.9.9"),)))
    assert "except  10.1.0.0/16  10.1.0.0 to 10.1.255.255    65,536 addresses" in line.text
    assert "left                                             16,711,680 addresses" in line.text
    assert line.text.endswith("10.1.2.3       not in the block  in except 10.1.0.0/16")
    assert "bank 10.9.9.9, in the block" in line.desc


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (IPBlockInput("10.0.0.0"), "must be a valid CIDR value"),
        (IPBlockInput("10.0.0.0"), "Hint: for this one address write 10.0.0.0/32"),
        (IPBlockInput("10.1.2.3/8"), "must not have bits set beyond the prefix length"),
        (IPBlockInput(""), "Required"),
        (IPBlockInput("10.0.0.0/8", ("11.0.0.0/16",)), "must be a strict subset of `cidr`"),
        (IPBlockInput("10.0.0.0/8", ("10.0.0.0/8",)), "must be a strict subset of `cidr`"),
        (IPBlockInput("10.0.0.0/8", ("2001:db8::/48",)), "must be a strict subset of `cidr`"),
    ],
)
def test_what_the_api_server_refuses_is_refused_in_its_words(question, words):
    with pytest.raises(ManifestError) as error:
        ask(question)
    assert words in "\n".join(map(complaint_words, error.value.complaints))


def test_what_is_no_address_is_refused():
    with pytest.raises(FlowError, match=r"203\.0\.113\.7"):
        ask(IPBlockInput("10.0.0.0/8", address="10.0.0.256"))


def test_an_address_says_why():
    line = ask(IPBlockInput("10.0.0.0/8", address="9.9.9.9"))
    assert line.why("address:9.9.9.9") == "9.9.9.9\n  not in the block: outside 10.0.0.0/8"
    assert line.why("address:nothing") == ""
