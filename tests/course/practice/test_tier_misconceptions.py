"""What cluster-wide policies are taken for: each changes the answer that it is about."""

import pytest

from netpol_lab.course.practice import tier_misconceptions
from netpol_lab.course.practice.misconceptions import Misconception
from netpol_lab.course.practice.objects import cluster_policy, policy
from netpol_lab.course.practice.situation import Situation
from tests.course.practice.test_misconceptions import NORTH, THINGS

ALL = {"namespaces": {}}


def admin(*actions, priority=10, **fields):
    rules = [{"action": action, "from": [ALL]} for action in actions]
    return cluster_policy(f"p{priority}", "Admin", priority, ALL, **{"ingress": rules, **fields})


BASE = cluster_policy("base", "Baseline", 5, ALL, ingress=[{"action": "Deny", "from": [ALL]}])
OPEN = policy("north", "open", {"podSelector": {}, "ingress": [{}]})
SHUT = policy("north", "shut", {"podSelector": {}, "policyTypes": ["Ingress"]})
OTHERS = {"namespaces": {"matchLabels": {"team": "red"}}}
TO_ALL = [{"action": "Deny", "to": [{"networks": ["0.0.0.0/0"]}]}]
CASES = [
    ("UPSIDE_DOWN", [admin("Deny"), admin("Accept", priority=20)]),
    ("PASS_ACCEPTS", [admin("Pass"), SHUT]),
    ("PASS_GOES_ON", [admin("Pass", "Deny")]),
    ("OWN_FIRST", [admin("Deny"), OPEN]),
    ("BASELINE_FIRST", [BASE, OPEN]),
    ("DENY_FIRST", [admin("Accept", "Deny")]),
    ("ISOLATES", [admin(ingress=[{"action": "Accept", "from": [OTHERS]}])]),
    ("OUTSIDE_ONLY", [cluster_policy("out", "Admin", 5, ALL, egress=TO_ALL)]),
]


@pytest.mark.parametrize(("name", "policies"), CASES, ids=[case[0] for case in CASES])
def test_a_confusion_answers_otherwise_where_it_matters(name, policies):
    seen, misconception = Situation(THINGS, tuple(policies)), getattr(tier_misconceptions, name)
    right = seen.verdict(*NORTH).allowed
    assert misconception.answers(seen, [NORTH]) == {NORTH: not right}


@pytest.mark.parametrize("name", [case[0] for case in CASES])
def test_a_confusion_about_cluster_wide_policies_leaves_others_alone(name):
    seen, misconception = Situation(THINGS, (SHUT, OPEN)), getattr(tier_misconceptions, name)
    assert misconception.believed_cluster(seen) is seen.cluster


def test_every_confusion_says_what_would_have_to_be_so_and_is_tried():
    everyone = {
        name: one
        for name, one in vars(tier_misconceptions).items()
        if isinstance(one, Misconception)
    }
    assert {*everyone} == {case[0] for case in CASES}
    assert {*everyone.values()} == {*tier_misconceptions.EVERYONE}
    assert len({one.words for one in everyone.values()}) == len(everyone)
