"""Which connections a query is about, and how finely its answer is grouped."""

import pytest

from netpol_lab.cli.reports.reach_query import Port, ReachQuery, asked, readable_by
from netpol_lab.errors import NetpolError
from netpol_lab.model.ports import PortSet
from tests.helpers.reached import MIXED, SHOP


def test_a_question_narrows_the_list():
    only = [*asked(MIXED, ReachQuery("workload", "shop/web", "shop/db", Port(53, "UDP")))]
    assert only == [("shop/web", "shop/db", PortSet.of("UDP", 53), PortSet())]


def test_an_address_means_its_range():
    (found,) = asked(MIXED, ReachQuery(source="10.9.1.1", destination="shop/web-1"))
    assert found.source == "10.9.0.0-10.9.255.255"


def test_an_unknown_name_is_refused():
    with pytest.raises(NetpolError, match="Did you mean"):
        [*asked(SHOP, ReachQuery(source="shop/wbe"))]


def test_many_pods_are_put_together_as_finely_as_can_be_read():
    pods = len(MIXED.ends)
    finest = [readable_by(MIXED, most) for most in (pods, pods - 1, 1)]
    assert finest == ["pod", "workload", "namespace"]
