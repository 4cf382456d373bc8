"""Rows of several readings laid over each other."""

from hypothesis import given
from hypothesis import strategies as st

from netpol_lab.reach.certainty import overlay

ENDS, PORTS = range(4), 0b111


@st.composite
def rows(draw):
    """A row: every destination with some classes of ports, put together by the ports."""
    reached = [draw(st.integers(0, PORTS)) for _ in ENDS]
    return [(p, sum(1 << e for e in ENDS if reached[e] == p)) for p in {*reached} if p]


def ports_at(row, end):
    return next((ports for ports, ends in row if ends >> end & 1), 0)


@given(st.lists(rows(), min_size=1, max_size=4))
def test_sure_is_what_all_readings_open_and_possible_what_any_opens(found):
    parts = overlay(found)
    for end in ENDS:
        said = [tuple(part.ports) for part in parts if part.ends >> end & 1]
        least, most = PORTS, 0
        for row in found:
            least, most = least & ports_at(row, end), most | ports_at(row, end)
        assert said == ([(least, most)] if most else [])
