"""The answers for all pairs say what the verdict on each says, and each is computed once."""

import json
from dataclasses import replace
from ipaddress import ip_address
from itertools import permutations

import pytest

import netpol_lab as lab
from netpol_lab.errors import NetpolError
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.objects import Direction
from netpol_lab.model.services import Service
from netpol_lab.pictures.answers import Answers
from netpol_lab.pictures.traffic import State, gather
from netpol_lab.pictures.traffic_words import reason
from tests.helpers.pictured import INTERNET, cluster, deny, with_pod
from tests.referee.random_clusters import random_cluster


@pytest.fixture
def shop():
    return lab.load("three-tier")


def test_every_connection_keeps_the_verdict_that_the_engine_gives(shop):
    traffic = gather(shop, 5432, outside=[INTERNET])
    for arc in traffic.arcs:
        verdict = lab.evaluate(shop, arc.source.name, arc.destination.name, 5432)
        assert traffic.verdict(arc) == verdict
        assert arc.state is {True: State.ALLOWED, False: State.BLOCKED}[verdict.allowed]


def test_undefined_connections_say_what_is_left_open():
    isolated = cluster(2, policies=[deny("team-a", Direction.INGRESS)])
    made = with_pod(with_pod(isolated, 1, node="n2"), 0, node="n1", host_network=True)
    (row,) = [row for row in gather(made).rows if row.verdict == "undefined"]
    assert row.destination == "team-a/pod-0"
    assert row.reason.startswith("left open: Kubernetes does not say how policies treat")


@pytest.mark.parametrize("seed", range(40))
def test_allowed_and_reason_are_those_of_the_verdict_in_random_clusters(seed):
    made = lab.load(json.dumps({"kind": "List", "items": random_cluster(seed)}))
    answers = Answers(made, 80, "TCP", Assumptions())
    addresses = [str(address) for service in made.services for address in service.addresses]
    pods = [str(pod) for pod in made.pods if not pod.finished]
    for ends in permutations([*pods, "203.0.113.7", *addresses], 2):
        try:
            verdict = lab.evaluate(made, *ends, 80)
        except NetpolError:
            continue
        assert answers.allowed(*ends) is verdict.allowed
        assert answers.reason(*ends) == reason(verdict)


def test_a_verdict_is_computed_once(shop):
    answers = Answers(shop, 5432, "TCP", Assumptions())
    assert answers.verdict("shop/web", "shop/db") is answers.verdict("shop/web", "shop/db")


def test_what_reachability_does_not_speak_of_is_asked_of_the_engine(shop):
    service = Service("shop", "db", addresses=(ip_address("192.0.2.2"),))
    through = Answers(replace(shop, services=(service,)), 5432, "TCP", Assumptions())
    assert through.allowed("shop/web", "192.0.2.2") is True
    ping = Answers(shop, None, "ICMP", Assumptions())
    assert ping.allowed("shop/web", "shop/db") is None
    assert ping.reason("shop/web", "shop/db").startswith("left open")
