"""Why a connection is as it is, and which labels tell pods apart."""

import pytest

import netpol_lab as lab
from netpol_lab.model.objects import Pod
from netpol_lab.pictures.traffic import gather
from netpol_lab.pictures.traffic_words import reason, telling_labels
from tests.helpers.pictured import cluster, deny


@pytest.fixture
def shop():
    return lab.load("three-tier")


def test_only_labels_that_tell_pods_apart_are_shown(shop):
    assert [node.notes for node in gather(shop).nodes] == [
        ("role=web",),
        ("role=backend",),
        ("role=db",),
    ]


def test_all_labels_are_shown_where_none_tells_pods_apart():
    assert telling_labels(cluster(2, labels={"app": "x"}).pods) == {"app"}


def test_labels_that_controllers_add_do_not_fill_the_cards():
    added = {"statefulset.kubernetes.io/pod-name": "db-0", "app": "db"}
    assert telling_labels([Pod("shop", "db-0", labels=added)]) == {"app"}


def test_the_reason_for_a_refusal_names_both_sides():
    traffic = gather(cluster(2, policies=[deny()]))
    verdict = traffic.verdict(traffic.arcs[0])
    assert reason(verdict) == ("egress: isolated by deny; ingress: isolated by deny")


def test_the_reason_without_enforcement_says_so():
    traffic = gather(cluster(2, policies=[deny()]), assumptions=lab.Assumptions(enforced=False))
    assert "no plugin enforces policies here" in traffic.rows[0].reason
    assert traffic.counted[-1] == "no plugin enforces policies here"


def test_the_rule_of_a_tier_that_decides_is_the_reason():
    two = lab.load("two-teams")
    asked = (
        ("blog/page", "shop/db", 5432),
        ("monitoring/prometheus", "shop/db", 9100),
        ("blog/page", "blog/store", 6379),
        ("shop/web", "shop/db", 5432),
    )
    assert [reason(lab.evaluate(two, *ends)) for ends in asked] == [
        "ingress: rule 3 of guard-the-shop (Admin) denies",
        "ingress: rule 1 of let-monitoring-in (Admin) accepts",
        "ingress: rule 1 of closed-by-default (Baseline) denies",
        "ingress: rule 1 of db-for-all-of-us",
    ]
