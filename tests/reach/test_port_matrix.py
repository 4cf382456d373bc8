"""Who reaches whom at one port."""

import pytest

import netpol_lab as lab
from netpol_lab.errors import UnknownNameError
from tests.helpers.reached import MIXED


@pytest.fixture(scope="module")
def grid():
    return lab.reachability(lab.load("three-tier")).at(5432)


def test_a_grid_names_pods_and_then_ranges(grid):
    assert grid.asked == "TCP 5432"
    assert grid.names == ("shop/web", "shop/backend", "shop/db", "0.0.0.0-255.255.255.255")


def test_rows_are_sources_and_columns_destinations(grid):
    assert [*grid.cells] == [
        (True, True, False, True),
        (True, True, True, True),
        (True, False, True, True),
        (True, False, False, None),  # nothing outside is asked about the outside
    ]


def test_a_cell_is_found_by_its_names(grid):
    assert grid.cell("shop/backend", "shop/db") is True
    assert grid.cell("shop/web", "shop/db") is False


def test_an_unknown_name_gets_a_proposal(grid):
    with pytest.raises(UnknownNameError, match="Did you mean shop/web"):
        grid.cell("shop/wep", "shop/db")


@pytest.mark.parametrize(("port", "protocol"), [(5432, "TCP"), (53, "UDP"), (8000, "TCP")])
def test_a_cell_is_open_where_the_ports_of_its_pair_are_undefined(port, protocol):
    grid, found = MIXED.at(port, protocol), set()
    for source, row in zip(MIXED.ends, grid.cells, strict=True):
        for destination, cell in zip(MIXED.ends, row, strict=True):
            expected = None
            if source in MIXED.running or destination in MIXED.running:
                asked = protocol, port
                sure = asked in MIXED.ports(source, destination)
                expected = sure or (
                    None if asked in MIXED.undefined(source, destination) else False
                )
                found.add(expected)
            assert cell is expected, (source, destination)
    assert found == {True, False, None}
