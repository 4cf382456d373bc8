"""Sets of ports as bits behave like the sets."""

from hypothesis import given
from hypothesis import strategies as st

from netpol_lab.model.ports import PortSet
from netpol_lab.reach.port_classes import PortClasses

RANGES = st.tuples(st.sampled_from(["TCP", "UDP"]), st.integers(1, 9), st.integers(0, 4))
SETS = st.lists(RANGES.map(lambda r: PortSet.of(r[0], r[1], r[1] + r[2])), max_size=4).map(
    lambda parts: PortSet.union(*parts)
)


@given(st.lists(SETS, min_size=2))
def test_bits_follow_union_overlap_and_difference(sets):
    classes = PortClasses(sets)
    left, right = sets[:2]
    a, b = classes.bits(left), classes.bits(right)
    assert classes.ports(a | b) == left | right
    assert classes.ports(a & b) == left & right
    assert classes.ports(a & ~b) == left - right


@given(st.lists(SETS))
def test_all_classes_are_all_ports(sets):
    classes = PortClasses(sets)
    assert classes.ports(classes.all) == PortSet.every()
    assert classes.bits(PortSet.every()) == classes.all


def test_a_port_belongs_to_the_class_that_holds_it():
    classes = PortClasses([PortSet.of("TCP", 80, 90)])
    assert classes.ports(classes.class_of("TCP", 85)) == PortSet.of("TCP", 80, 90)
    assert ("TCP", 80) in classes.examples
    assert len(classes.examples) == 5
