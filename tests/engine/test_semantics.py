"""The meaning of selectors, peers and ports, one definition each."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netpol_lab.engine.semantics import covers, holds, matches, ports_at, surely_covers
from netpol_lab.model.objects import ContainerPort, IPBlock, PolicyPort
from netpol_lab.model.ports import PortSet, Protocol
from netpol_lab.model.selectors import Operator, Requirement, Selector

LABELS = st.dictionaries(st.sampled_from("ab"), st.sampled_from(["", "1", "2"]))


@given(LABELS, st.sampled_from("ab"), st.sets(st.sampled_from(["", "1", "2"]), min_size=1))
def test_in_and_not_in_are_opposites_also_for_a_missing_key(labels, key, values):
    listed = Requirement(key, Operator.IN, tuple(values))
    unlisted = Requirement(key, Operator.NOT_IN, tuple(values))
    assert holds(listed, labels) is not holds(unlisted, labels)


@given(LABELS, st.sampled_from("ab"))
def test_exists_and_does_not_exist_are_opposites(labels, key):
    assert holds(Requirement(key, Operator.EXISTS), labels) is (key in labels)
    assert holds(Requirement(key, Operator.DOES_NOT_EXIST), labels) is (key not in labels)


def test_all_requirements_have_to_hold():
    contradiction = Selector(
        (Requirement("a", Operator.IN, ("1",)), Requirement("a", Operator.IN, ("2",)))
    )
    assert not matches(contradiction, {"a": "1"})
    assert matches(Selector(), {})


@pytest.mark.parametrize(
    ("address", "inside"),
    [("10.0.0.0", True), ("10.0.0.255", True), ("10.0.1.0", False), ("10.0.0.9", False),
     ("::ffff:0:0", False)],
)  # fmt: skip
def test_a_block_has_its_edges_but_not_its_excepts_nor_another_family(address, inside):
    block = IPBlock(ip_network("10.0.0.0/24"), (ip_network("10.0.0.8/30"),))
    assert covers(block, ip_address(address)) is inside


def test_a_named_port_is_looked_up_by_name_and_protocol():
    names = (ContainerPort("dns", 53, Protocol.UDP), ContainerPort("dns", 5353, Protocol.TCP))
    assert ports_at((PolicyPort(Protocol.UDP, "dns"),), names) == PortSet.of("UDP", 53)
    assert ports_at((PolicyPort(port="http"),), names) == PortSet()


def test_a_plugin_without_end_port_applies_only_the_first():
    entries = (PolicyPort(port=80, end_port=90),)
    assert ports_at(entries, ()) == PortSet.of("TCP", 80, 90)
    assert ports_at(entries, (), end_port=False) == PortSet.of("TCP", 80)


def test_no_entries_are_all_ports_and_an_empty_entry_is_all_of_tcp():
    assert ports_at((), ()) == PortSet.every()
    assert ports_at((PolicyPort(),), ()) == PortSet.every("TCP")


def block(cidr, *excepts):
    return IPBlock(ip_network(cidr), tuple(map(ip_network, excepts)))


@pytest.mark.parametrize(
    ("blocks", "ranges", "surely"),
    [
        ([block("10.0.0.0/8")], ["10.1.0.0/16"], True),
        ([block("10.0.0.0/8")], ["10.1.0.0/16", "10.2.0.0/16"], True),
        ([block("10.0.0.0/9"), block("10.128.0.0/9")], ["10.0.0.0/8"], True),
        ([block("10.0.0.0/8", "10.1.2.3/32")], ["10.1.0.0/16"], None),
        ([block("10.0.0.0/8", "10.1.0.0/16")], ["10.1.0.0/16"], False),
        ([block("10.1.2.0/24")], ["10.1.0.0/16"], None),
        ([block("192.0.2.0/24")], ["10.1.0.0/16"], False),
        ([block("192.0.2.0/24"), block("10.0.0.0/8")], ["10.1.0.0/16", "11.0.0.0/16"], None),
        ([block("0.0.0.0/0")], ["fd00::/48"], False),
        ([block("0.0.0.0/0")], ["10.0.0.0/8", "fd00::/48"], None),
        ([block("0.0.0.0/0"), block("::/0")], ["10.0.0.0/8", "fd00::/48"], True),
        ([block("10.0.0.0/8")], [], None),
    ],
)
def test_blocks_decide_about_a_range_that_they_hold_whole_or_not_at_all(blocks, ranges, surely):
    assert surely_covers(tuple(blocks), tuple(map(ip_network, ranges))) is surely
