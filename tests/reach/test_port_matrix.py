"""Who reaches whom at one port."""

import pytest

import netpol_lab as lab
from netpol_lab.errors import UnknownNameError


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
