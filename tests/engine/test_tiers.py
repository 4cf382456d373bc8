"""What a tier says to a flow; the cases prove the rows, these the law and the shape of it."""

from dataclasses import replace

import pytest

import netpol_lab as lab
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.tiers import (
    LaneAnswer,
    Match,
    Ruling,
    about,
    by_priority,
    concerned,
    contradicting,
    decisive,
    is_isolated_otherwise,
    met_by,
    subjects,
)
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.cluster_policies import Action, ClusterPeer, ClusterPolicy, ClusterRule, Tier
from netpol_lab.model.flows import Flow
from netpol_lab.model.objects import Direction, PolicyPort
from netpol_lab.model.selectors import Selector

IN, OUT = Direction.INGRESS, Direction.EGRESS
PODS = """
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: shop}
spec: {hostNetwork: true, containers: [{name: a, image: a}]}
---
apiVersion: policy.networking.k8s.io/v1beta1
kind: ClusterNetworkPolicy
metadata: {name: late}
spec:
  tier: Admin
  priority: 9
  subject: {namespaces: {}}
  ingress: [{action: Deny, from: [{namespaces: {}}]}]
---
apiVersion: policy.networking.k8s.io/v1beta1
kind: ClusterNetworkPolicy
metadata: {name: early}
spec:
  tier: Admin
  priority: 1
  subject: {namespaces: {}}
  ingress: [{action: Pass, from: [{namespaces: {}}]}]
  egress: [{action: Deny, to: [{networks: [203.0.113.0/24]}]}]
"""


def match(action, name="a", priority=5, sure=True):
    policy = ClusterPolicy("ClusterNetworkPolicy", name, Tier.ADMIN, priority)
    return Match(policy, ClusterRule(IN, 0, action=action), sure)


def answer(*matches, **assumed):
    found = tuple(matches)
    return Ruling(Tier.ADMIN, found, decisive(found, Assumptions(**assumed))).answer


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (Action.ACCEPT, LaneAnswer.ACCEPT),
        (Action.DENY, LaneAnswer.DENY),
        (Action.PASS, LaneAnswer.NEXT),
    ],
)
def test_the_only_match_decides(action, said):
    assert answer(match(action)) is said


def test_where_nothing_matches_the_next_tier_is_asked():
    assert answer() is LaneAnswer.NEXT


def test_the_lower_priority_number_decides_whatever_comes_after():
    assert answer(match(Action.PASS, priority=1), match(Action.DENY, "b", 2)) is LaneAnswer.NEXT
    assert answer(match(Action.DENY, priority=1), match(Action.ACCEPT, "b", 2)) is LaneAnswer.DENY


@pytest.mark.parametrize(
    ("one", "two", "least", "most"),
    [
        (Action.DENY, Action.ACCEPT, LaneAnswer.DENY, LaneAnswer.ACCEPT),
        (Action.DENY, Action.PASS, LaneAnswer.DENY, LaneAnswer.NEXT),
        (Action.PASS, Action.ACCEPT, LaneAnswer.NEXT, LaneAnswer.ACCEPT),
        (Action.DENY, Action.DENY, LaneAnswer.DENY, LaneAnswer.DENY),
    ],
)
def test_of_equal_priorities_either_may_go_first(one, two, least, most):
    both = match(one), match(two, "b")
    assert answer(*both, equal_priority_allows=False) is least
    assert answer(*both, equal_priority_allows=True) is most


@pytest.mark.parametrize("action", [Action.DENY, Action.PASS, Action.ACCEPT])
def test_a_rule_that_may_match_decides_or_is_skipped(action):
    maybe, after = match(action, priority=1, sure=False), match(Action.PASS, "b", 2)
    found = {answer(maybe, after, unknown_peers_allow=allows) for allows in (True, False)}
    assert found == {answer(match(action)), LaneAnswer.NEXT}


def test_what_may_match_never_hides_a_sure_match_that_comes_first():
    maybe = match(Action.DENY, "b", 2, sure=False)
    assert answer(match(Action.ACCEPT, priority=1), maybe, unknown_peers_allow=False) is (
        LaneAnswer.ACCEPT
    )


def test_a_sure_match_hides_what_comes_later_also_beside_one_that_may_match():
    both = match(Action.PASS), match(Action.ACCEPT, "b", sure=False)
    later = match(Action.DENY, "c", 6)
    assert answer(*both, later, unknown_peers_allow=False) is LaneAnswer.NEXT
    assert answer(*both, later, unknown_peers_allow=True) is LaneAnswer.ACCEPT
    assert answer(both[1], later, unknown_peers_allow=False) is LaneAnswer.DENY


def contradict(*matches):
    return any(contradicting(matches))


def of_no_use(action, name="b", subject=False):
    """A match of a rule, or of a policy, that nobody can use."""
    found = match(action, name, sure=subject)
    if subject:
        return found._replace(policy=replace(found.policy, unusable="spec.subject: ..."))
    return found._replace(rule=replace(found.rule, unusable="from[0]: ..."))


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("equal_priority_allows", match(Action.ACCEPT, "b")),
        ("unknown_peers_allow", match(Action.ACCEPT, "b", sure=False)),
        ("unusable_rules_allow", of_no_use(Action.ACCEPT)),
        ("unusable_rules_allow", of_no_use(Action.ACCEPT, subject=True)),
    ],
)
@pytest.mark.parametrize("allows", [True, False])
def test_what_a_match_may_do_beside_a_sure_one_is_asked_with_its_own_question(
    question, other, allows
):
    asked = ("equal_priority_allows", "unknown_peers_allow", "unusable_rules_allow")
    assumed = {name: allows if name == question else not allows for name in asked}
    least_first = match(Action.DENY), other
    for matches in (least_first, least_first[::-1]):
        said = LaneAnswer.ACCEPT if allows else LaneAnswer.DENY
        assert answer(*matches, **assumed) is said
    assert contradict(*least_first) is (question == "equal_priority_allows")


def test_only_sure_matches_of_equal_priority_contradict_each_other():
    assert contradict(match(Action.DENY), match(Action.ACCEPT, "b"))
    assert not contradict(match(Action.DENY), match(Action.ACCEPT, "b", sure=False))
    assert not contradict(match(Action.DENY), match(Action.ACCEPT, "b", priority=6))
    assert contradict(match(Action.DENY), match(Action.PASS, "b"), match(Action.DENY, "c", 6))


def unranked(action):
    policy = ClusterPolicy("BaselineAdminNetworkPolicy", "default", Tier.BASELINE, 0)
    return Match(policy, ClusterRule(IN, 0, action=action))


def test_what_has_no_priority_may_go_first_or_last():
    deny, first, second = unranked(Action.DENY), match(Action.ACCEPT), match(Action.DENY, "b", 6)
    both = {answer(deny, first, equal_priority_allows=allows) for allows in (True, False)}
    assert both == {LaneAnswer.ACCEPT, LaneAnswer.DENY}
    assert [*contradicting([deny, first, second])] == [[deny, first]]
    for allows in (True, False):
        assert answer(deny, second, equal_priority_allows=allows) is LaneAnswer.DENY
        assert answer(deny, equal_priority_allows=allows) is LaneAnswer.DENY
    assert not contradict(deny, second, match(Action.ACCEPT, "c", 7))


@pytest.mark.parametrize("action", [Action.DENY, Action.PASS, Action.ACCEPT])
def test_a_rule_that_nobody_can_use_may_decide_or_be_skipped(action):
    policy = ClusterPolicy("ClusterNetworkPolicy", "a", Tier.ADMIN, 1)
    odd = ClusterRule(IN, 0, action=action, unusable="spec: odd")
    may = [Match(policy, odd, sure=False, closed=closed) for closed in odd.ways]
    found = {
        answer(*may, match(Action.PASS, "b", 2), unusable_rules_allow=allows)
        for allows in (True, False)
    }
    least = LaneAnswer.NEXT if action is Action.ACCEPT else LaneAnswer.DENY
    assert found == {least, LaneAnswer.ACCEPT if action is Action.ACCEPT else LaneAnswer.NEXT}


def test_no_match_of_a_policy_is_certain_whose_subject_nobody_can_use():
    odd = ClusterPolicy("ClusterNetworkPolicy", "a", Tier.ADMIN, 1, unusable="spec.subject: odd")
    deny = Match(odd, ClusterRule(IN, 0, action=Action.DENY))
    assert (deny.is_certain, deny.unusable) == (False, "spec.subject: odd")
    assert answer(deny, unusable_rules_allow=True) is LaneAnswer.NEXT
    assert answer(deny, unusable_rules_allow=False) is LaneAnswer.DENY


def test_policies_are_asked_by_priority_and_only_where_they_have_rules():
    cluster = lab.load("three-tier", PODS)
    resolution, web = resolution_of(cluster), cluster.pod("web")
    assert [policy.name for policy in about(resolution, web, IN)] == ["early", "late"]
    assert [policy.name for policy in about(resolution, web, OUT)] == ["early"]


def test_pods_on_the_network_of_their_node_are_never_subjects():
    cluster = lab.load("three-tier", PODS)
    resolution = resolution_of(cluster)
    early = next(policy for policy in cluster.cluster_policies if policy.name == "early")
    assert cluster.pod("agent") not in subjects(resolution, early)
    assert cluster.pod("agent") not in concerned(resolution, OUT)
    assert len(concerned(resolution, OUT)) == 3


def test_a_pod_isolated_the_other_way_only_is_told_apart():
    cluster = lab.load("three-tier", PODS)
    resolution, db = resolution_of(cluster), cluster.pod("db")
    assert is_isolated_otherwise(resolution, db, OUT)
    assert not is_isolated_otherwise(resolution, db, IN)


def test_matches_of_one_priority_stand_together():
    one, two, three = match(Action.DENY), match(Action.PASS, "b"), match(Action.DENY, "c", 7)
    assert by_priority([one, two, three]) == [(5, [one, two]), (7, [three])]


def test_a_rule_meets_a_hostnetwork_pod_as_its_node_and_a_range_without_end_port():
    node = PODS.replace("hostNetwork: true,", "hostNetwork: true, nodeName: n1,")
    cluster = lab.load("three-tier", node)
    resolution, here = resolution_of(cluster), Flow.between(cluster, "web", "agent", 85)
    everybody, every_node = ClusterPeer(Selector(), Selector()), ClusterPeer(nodes=Selector())
    ports = (PolicyPort(port=80, end_port=90),)
    for peer, met in ((everybody, False), (every_node, True)):
        rule = ClusterRule(OUT, 0, (peer,), ports)
        found = met_by(resolution, rule, here, Assumptions(end_port=False))
        assert bool(found.surely) is met


def test_a_policy_without_rules_for_a_direction_concerns_nobody_there():
    late = PODS.split("---")[1]
    resolution = resolution_of(lab.load("three-tier", late))
    assert len(concerned(resolution, IN)) == 3
    assert not concerned(resolution, OUT)
