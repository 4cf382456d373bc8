"""Names and priorities of what policies become: nothing of the order changes, no name is taken."""

import pytest

from netpol_lab.manifests.cluster_wide.new_places import new_places
from netpol_lab.model.cluster_policies import ClusterPolicy, Tier

ADMIN, BASELINE, NEW = "AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy"


def policy(kind, name, priority=0, tier=None):
    tier = tier or (Tier.BASELINE if kind == BASELINE else Tier.ADMIN)
    return ClusterPolicy(kind, name, tier, priority)


def places(number, *policies):
    """Where the first of some policies gets, as so many objects."""
    first = policies[0]
    return [
        *map(
            tuple, new_places(policies, {(first.kind, first.name): number})[first.kind, first.name]
        )
    ]


def test_a_policy_keeps_its_name_and_its_priority():
    assert places(1, policy(ADMIN, "a", 5), policy(ADMIN, "b", 5)) == [("a", 5)]


def test_a_name_that_is_taken_tells_the_tier():
    assert places(1, policy(ADMIN, "a", 5), policy(NEW, "a", 1)) == [("a-admin", 5)]
    taken = policy(NEW, "a"), policy(NEW, "a-admin"), policy(NEW, "a-admin-2")
    assert places(1, policy(ADMIN, "a", 5), *taken) == [("a-admin-3", 5)]


def test_of_two_policies_called_default_the_baseline_gets_the_other_name():
    both = policy(BASELINE, "default"), policy(ADMIN, "default", 7)
    found = new_places(both, {(one.kind, one.name): 1 for one in both})
    assert found[ADMIN, "default"][0].name == "default"
    assert found[BASELINE, "default"][0].name == "default-baseline"


def test_a_long_name_is_cut_so_that_its_ending_has_room():
    name = "a" * 253
    ((found, _),) = places(1, policy(ADMIN, name, 5), policy(NEW, name))
    assert found == f"{'a' * 247}-admin"


def test_a_baseline_comes_last_or_before_others_as_it_is_read():
    alone = policy(BASELINE, "default")
    assert places(1, alone, policy(ADMIN, "a", 0)) == [("default", 1000)]
    assert places(1, alone, policy(NEW, "b", 3, Tier.BASELINE)) == [("default", 0)]


@pytest.mark.parametrize(
    ("own", "others", "first"),
    [
        (10, [], 10),
        (10, [13], 10),
        (10, [12], 9),
        (10, [12, 8], 9),
        (999, [], 998),
        (1000, [], 998),
        (0, [], 0),
        (0, [3], 0),
        (10, [12, 9], None),
        (10, [10], None),
        (0, [2], None),
        (1000, [998], None),
    ],
)
def test_several_objects_stand_in_a_row_where_no_other_policy_is(own, others, first):
    rest = [policy(ADMIN, f"b{n}", n) for n in others]
    found = [n for _, n in places(3, policy(ADMIN, "a", own), *rest)]
    assert found == ([] if first is None else [first, first + 1, first + 2])


def test_two_that_are_divided_do_not_get_in_each_others_way():
    both = policy(ADMIN, "a", 10), policy(ADMIN, "b", 12)
    found = new_places(both, {(ADMIN, "a"): 3, (ADMIN, "b"): 3})
    assert [place.priority for key in found for place in found[key]] == [9, 10, 11, 12, 13, 14]


def test_a_policy_of_the_other_tier_takes_no_priority():
    assert places(2, policy(ADMIN, "a", 10), policy(BASELINE, "default", 10)) == [
        ("a", 10),
        ("a-2", 11),
    ]
