"""PortSet is a value with exact set operators."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netpol_lab.model.ports import MAX_PORT, MIN_PORT, PortSet, Protocol, is_governed

# A small window of ports at the low edge makes overlaps and neighbours frequent.
WINDOW = range(MIN_PORT, MIN_PORT + 12)


@st.composite
def port_sets(draw):
    found = PortSet()
    for _ in range(draw(st.integers(0, 4))):
        protocol = draw(st.sampled_from(list(Protocol)))
        first, last = sorted((draw(st.sampled_from(WINDOW)), draw(st.sampled_from(WINDOW))))
        found |= PortSet.of(protocol, first, last)
    return found


def test_neighbouring_ranges_become_one():
    assert PortSet.of("TCP", 80, 81) | PortSet.of("TCP", 82) == PortSet.of("TCP", 80, 82)


def test_protocols_never_mix():
    assert ("UDP", 53) not in PortSet.of("TCP", 53)
    assert not PortSet.of("TCP", 53) & PortSet.of("UDP", 53)


def test_it_prints_as_on_a_blackboard():
    ports = PortSet.of("UDP", 53) | PortSet.of("TCP", 8000, 8100) | PortSet.of("TCP", 80)
    assert str(ports) == "TCP 80, 8000-8100; UDP 53"
    assert str(PortSet()) == "no port"
    assert str(PortSet.every()) == "all ports"
    assert str(PortSet.every("SCTP")) == "SCTP (all)"


def test_as_plain_values_it_has_ranges_by_protocol():
    ports = PortSet.of("UDP", 53) | PortSet.of("TCP", 8000, 8100) | PortSet.of("TCP", 80)
    assert ports.as_data() == {"TCP": [[80, 80], [8000, 8100]], "UDP": [[53, 53]]}
    assert PortSet().as_data() == {}


def test_the_edges_of_the_port_range_belong_to_every_port():
    assert ("TCP", MIN_PORT) in PortSet.every()
    assert ("SCTP", MAX_PORT) in PortSet.every()
    assert len(PortSet.every()) == 3 * MAX_PORT


@pytest.mark.parametrize(("first", "last"), [(0, 1), (1, 65536), (9, 8)])
def test_a_range_that_is_no_range_is_refused(first, last):
    with pytest.raises(ValueError, match="not a range of ports"):
        PortSet.of("TCP", first, last)


def test_an_unknown_protocol_is_refused():
    with pytest.raises(ValueError, match="ICMP"):
        PortSet.of("ICMP", 1)
    assert not is_governed("ICMP")


@given(port_sets(), port_sets())
def test_operators_are_those_of_sets_of_pairs(left, right):
    assert set(left | right) == set(left) | set(right)
    assert set(left & right) == set(left) & set(right)
    assert set(left - right) == set(left) - set(right)
    assert len(left) == len(set(left))
    assert bool(left) == bool(set(left))


@given(port_sets(), port_sets())
def test_equal_sets_are_equal_values(left, right):
    assert (left == right) == (set(left) == set(right))
    assert left - right | left & right == left
