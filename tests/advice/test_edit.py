"""One change: what it says to do, and what it does to a cluster."""

import netpol_lab as lab
from netpol_lab.advice.edit import Touch, of_object, of_policy
from netpol_lab.model.objects import Namespace, Policy


def test_what_joins_is_added_what_replaces_becomes_and_what_is_new_is_applied():
    policy = Policy("shop", "p")
    assert of_policy(policy, "x", "spec.ingress", [{}]).what_to_do == "add to spec.ingress"
    assert of_policy(policy, "x", "spec.ingress", [], False).what_to_do == "spec.ingress becomes"
    assert of_object("x", "NetworkPolicy shop/p", "", {}, policy).what_to_do == "apply"


def test_lines_are_those_to_type():
    assert of_policy(Policy("shop", "p"), "x", "spec.ingress", [{"from": [{}]}, {}]).lines == 3


def test_it_changes_what_has_its_name_and_adds_what_has_none():
    shop = lab.load("three-tier")
    new, labelled = Policy("shop", "new"), Namespace("shop", {"team": "x"})
    after = of_object("x", "both", "", {}, new, labelled).apply(shop)
    assert {*after.policies} == {*shop.policies, new}
    assert after.namespaces == {"shop": labelled}
    assert after.pods == shop.pods


def test_what_is_odd_comes_before_what_is_foreign():
    assert sorted(Touch) == [*map(Touch, range(5))]
    assert Touch.ODD < Touch.OWN < Touch.FOREIGN < Touch.ORDER < Touch.ABOVE
