"""Policies of other kinds, by name."""

from netpol_lab.model.objects import Direction
from netpol_lab.model.other_policies import OtherPolicy


def test_a_policy_of_a_namespace_is_named_with_it_and_concerns_both_directions():
    policy = OtherPolicy("CiliumNetworkPolicy", "web", "shop")
    assert str(policy) == "CiliumNetworkPolicy shop/web"
    assert policy.directions == tuple(Direction)
