"""Objects found by their names."""

import pytest

from netpol_lab.errors import AmbiguousNameError, UnknownNameError
from netpol_lab.model.lookup import find

PODS = {"shop/web": 1, "shop/db": 2, "lab/db": 3}


def test_a_name_alone_will_do_where_only_one_has_it():
    assert (find(PODS, "web", "pod"), find(PODS, "lab/db", "pod")) == (1, 3)


def test_a_name_of_several_is_refused_with_all_of_them():
    with pytest.raises(AmbiguousNameError, match="lab/db, shop/db"):
        find(PODS, "db", "pod")


def test_an_unknown_name_is_told_with_a_near_one():
    with pytest.raises(UnknownNameError, match='there is no pod "wep"'):
        find(PODS, "wep", "pod")
