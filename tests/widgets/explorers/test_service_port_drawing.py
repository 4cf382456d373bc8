"""Boxes and arrows of the walk: nothing meets, and each pod's fate is said and drawn."""

import pytest

import netpol_lab as lab
from netpol_lab.pictures.shapes import Group
from netpol_lab.widgets.explorers.service_port_facts import ServicePortInput, ask
from tests.helpers.explored import SHOP, faults, texts

MARKET = lab.load("market")
WALKS = [
    *(
        ask(SHOP, ServicePortInput(f"shop/{name}", 80, "TCP", "shop/web"))
        for name in ("api", "ghost")
    ),
    ask(SHOP, ServicePortInput("shop/api-headless", 80, "TCP", "203.0.113.7")),
    ask(SHOP, ServicePortInput("shop/api", 90, "TCP", "shop/web")),
    *(
        ask(MARKET, ServicePortInput(str(s), s.ports[0].port, s.ports[0].protocol, "front/web-1"))
        for s in MARKET.services
    ),
]


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.title)
def test_no_text_meets_another(walk):
    assert faults(walk) == []


def groups(walk):
    return [dict(g.data) for g in walk.sheet.shapes if isinstance(g, Group) and g.data]


def test_each_pod_is_a_part_with_its_verdict():
    verdicts = [(data["key"], data["verdict"]) for data in groups(WALKS[0])]
    assert verdicts == [("pod:shop/api-1", "blocked"), ("pod:shop/api-2", "allowed")]


def test_where_nobody_is_behind_the_service_a_box_says_so():
    words = [text.words for text in texts(WALKS[1].sheet)]
    assert "nowhere" in words
    assert groups(WALKS[1]) == []


def test_a_pod_that_is_no_endpoint_has_no_verdict_box():
    words = [text.words for text in texts(WALKS[3].sheet)]
    assert words.count("TCP 9000") == 1
    assert "has no port called admin" in words


def test_the_pods_address_and_port_stand_in_its_box():
    words = [text.words for text in texts(WALKS[0].sheet)]
    assert "10.1.0.6:8080" in words
    assert "10.1.0.7:3000" in words
