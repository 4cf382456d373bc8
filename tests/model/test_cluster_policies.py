from dataclasses import replace

import pytest

from netpol_lab.model.cluster_policies import (
    Action,
    ClusterPolicy,
    ClusterRule,
    Tier,
    free_priorities,
)
from netpol_lab.model.objects import Direction

INTO = ClusterRule(Direction.INGRESS, 0, action=Action.DENY)
OUT = ClusterRule(Direction.EGRESS, 0)
POLICY = ClusterPolicy("ClusterNetworkPolicy", "all", Tier.ADMIN, 5, ingress=(INTO,), egress=(OUT,))


@pytest.mark.parametrize(
    ("direction", "rule"), [(Direction.INGRESS, INTO), (Direction.EGRESS, OUT)]
)
def test_each_direction_has_its_own_rules(direction, rule):
    assert POLICY.rules(direction) == (rule,)


def test_a_policy_is_called_by_its_kind_and_name():
    assert str(POLICY) == "ClusterNetworkPolicy all"


def test_a_rule_is_found_where_the_manifest_has_it():
    assert (INTO.path, INTO.number) == ("spec.ingress[0]", 1)


def test_tiers_and_actions_read_as_the_api_writes_them():
    assert [*map(str, (*Tier, *Action))] == ["Admin", "Baseline", "Accept", "Deny", "Pass"]


@pytest.mark.parametrize(
    ("taken", "own", "free"),
    [
        ([], 5, (4, 6)), ([4, 6], 5, (3, 7)), ([], 0, (None, 1)), ([], 1000, (999, None)),
        ([*range(5), *range(6, 1001)], 5, (None, None)),
    ],
)  # fmt: skip
def test_the_nearest_free_priorities_are_those_of_no_other_policy_of_the_tier(taken, own, free):
    others = [replace(POLICY, priority=number) for number in taken]
    elsewhere = replace(POLICY, tier=Tier.BASELINE, priority=own - 1)
    policy = replace(POLICY, priority=own)
    assert free_priorities([*others, elsewhere, policy], policy) == free
