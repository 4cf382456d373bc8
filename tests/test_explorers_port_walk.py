"""The explorer of ports: lists and code take the same walk."""

import pytest
from boards import inside
from explored import SHOP
from ipywidgets import Dropdown

import netpol_lab as lab
from netpol_lab.errors import UnknownNameError


@pytest.fixture
def explorer():
    return lab.explore_ports(SHOP, "api")


def lists(explorer):
    return {made.description: made for made in inside(explorer, Dropdown)}


def test_what_is_left_out_is_the_first_that_fits(explorer):
    assert explorer.walk.title == "shop/web calls shop/api on TCP 80"
    assert lab.explore_ports(SHOP).walk.title == explorer.walk.title


def test_what_is_not_mentioned_stays(explorer):
    explorer.set(port=90)
    explorer.set(client="api-2")
    assert explorer.walk.title == "shop/api-2 calls shop/api on TCP 90"


def test_another_service_begins_with_its_first_port(explorer):
    explorer.set(port=90)
    explorer.set(service="ghost")
    assert explorer.walk.asked == "TCP 80"


@pytest.mark.parametrize("wrong", [{"port": 81}, {"service": "apo"}, {"client": "wub"}])
def test_a_wrong_question_raises_and_changes_nothing(explorer, wrong):
    before = explorer.summary
    with pytest.raises(UnknownNameError):
        explorer.set(**wrong)
    assert explorer.summary == before


def test_choosing_from_the_lists_does_what_set_does(explorer):
    lists(explorer)["Port of the Service"].value = (90, "TCP")
    assert "TCP 90" in explorer.summary
    lists(explorer)["Service"].value = "shop/api-headless"
    assert "headless" in explorer.summary
    lists(explorer)["Client"].value = "shop/api-1"
    assert explorer.walk.title.startswith("shop/api-1 calls")


def test_a_client_that_is_an_address_is_listed_too(explorer):
    explorer.set(client="203.0.113.7")
    assert lists(explorer)["Client"].value == "203.0.113.7"


def test_without_a_service_or_a_client_it_says_so():
    with pytest.raises(UnknownNameError, match="no Service"):
        lab.explore_ports(lab.load("three-tier"))
    alone = "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 80}]}}"
    with pytest.raises(UnknownNameError, match="no pod"):
        lab.explore_ports(lab.load(alone))
