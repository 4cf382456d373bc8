"""What a diff cannot judge is said, and counts as a change."""

from dataclasses import replace

import netpol_lab as lab
from netpol_lab.model.other_policies import OtherPolicy

SHOP = lab.load("three-tier")
ABOVE = OtherPolicy("ClusterNetworkPolicy", "above", content="a")


def beside(cluster, *policies):
    return replace(cluster, other_policies=policies)


def test_a_policy_of_another_kind_that_is_new_gone_or_changed_is_a_change():
    for old, new, words in (
        ((), (ABOVE,), "is new"),
        ((ABOVE,), (), "is gone"),
        ((ABOVE,), (replace(ABOVE, content="b"),), "has changed"),
    ):
        found = lab.diff(beside(SHOP, *old), beside(SHOP, *new))
        assert found.unjudged == (f"ClusterNetworkPolicy above {words}; it is not evaluated yet",)
        assert found
        assert f"! ClusterNetworkPolicy above {words}" in str(found)


def test_what_changed_below_it_is_counted_though_it_is_undefined_before_and_after():
    found = lab.diff(beside(SHOP, ABOVE), beside(SHOP.with_policies([]), ABOVE))
    (said,) = found.unjudged
    assert said.startswith("4 connections changed as far as NetworkPolicies decide, and are undef")


def test_nothing_is_said_where_nothing_changed_or_they_are_left_out():
    assert not lab.diff(beside(SHOP, ABOVE), beside(SHOP, ABOVE))
    left_out = lab.Assumptions(only_network_policies=True)
    assert not lab.diff(SHOP, beside(SHOP, ABOVE), left_out)
