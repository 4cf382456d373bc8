"""Which policies and rules made a difference."""

from dataclasses import replace

import pytest

import netpol_lab as lab
from tests.helpers.changes import edited, isolating, load, replicas


@pytest.fixture(scope="module")
def shop():
    return lab.load("three-tier")


def causes(old, new, **options):
    return {f"{c.source}>{c.destination}": c.causes for c in lab.diff(old, new, **options).changes}


def test_a_new_policy_is_named_where_it_isolates(shop):
    found = causes(shop.with_policies([]), shop)
    assert found["shop/web>shop/db"] == ("ingress: shop/db-access-ingress now isolates shop/db",)


def test_a_removed_policy_is_named_where_it_isolated(shop):
    found = causes(shop, shop.with_policies([]))
    assert found["shop/web>shop/db"] == (
        "ingress: shop/db-access-ingress is gone; it isolated shop/db",
    )


def test_a_rule_is_named_where_it_admits_now_and_where_it_no_longer_does(shop):
    others = [shop.policy("backend-access-ingress")]
    web = edited("[{from: [{podSelector: {matchLabels: {role: web}}}], ports: [{port: 5432}]}]")
    found = causes(shop, shop.with_policies([*others, *web]))
    assert found["shop/web>shop/db"] == (
        "ingress: rule 1 of shop/db-access-ingress now admits shop/web",
    )
    assert found["shop/backend>shop/db"] == (
        "ingress: rule 1 of shop/db-access-ingress no longer admits shop/backend",
    )


def test_changed_labels_are_told_from_changed_policies(shop):
    moved = [
        replace(p, labels={**p.labels, "role": "backend"}) for p in shop.pods if p.name == "web"
    ]
    new = replace(shop, pods=(*moved, *(p for p in shop.pods if p.name != "web")))
    assert causes(shop, new)["shop/web>shop/db"] == (
        "ingress: rule 1 of shop/db-access-ingress now admits shop/web (itself unchanged)",
    )


def test_by_workload_the_cause_is_found_in_a_pod_that_changed():
    pods = [*replicas("web", 2, "x"), *replicas("db", 1, "x")]
    old = load([*pods, isolating("db", {"number": "0"})])
    new = load([*pods, isolating("db", {"number": "5"})])
    found = causes(old, new, by="workload")
    assert found["shop/web>shop/db"] == (
        "ingress: rule 1 of shop/only no longer admits shop/web-x0",
    )


@pytest.mark.parametrize("by", ["workload", "namespace"])
def test_a_group_that_is_left_with_one_pod_has_nobody_of_its_own_to_reach(by):
    several, one = (load(replicas("web", count, "x")) for count in (2, 1))
    name = {"workload": "shop/web", "namespace": "shop"}[by]
    assert causes(several, one, by=by) == {f"{name}>{name}": (f"{name} has one pod only now",)}
    assert causes(one, several, by=by) == {f"{name}>{name}": (f"{name} had one pod only",)}
    assert "has one pod only now" in str(lab.diff(several, one).put_together(by))


def test_new_and_gone_pods_are_said_to_be_so(shop):
    fewer = replace(shop, pods=tuple(p for p in shop.pods if p.name != "web"))
    found = lab.diff(fewer, shop)
    assert (found.added, found.removed) == (("shop/web",), ())
    assert causes(fewer, shop)["shop/web>shop/backend"] == ("shop/web is new",)
    assert lab.diff(shop, fewer).removed == ("shop/web",)
    assert "gone: shop/web" in str(lab.diff(shop, fewer))
