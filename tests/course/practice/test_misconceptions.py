"""What policies are taken for: each confusion changes the answer it is about, and no other."""

import pytest

from netpol_lab.course.practice import misconceptions
from netpol_lab.course.practice.misconceptions import Misconception
from netpol_lab.course.practice.objects import namespace, pod, policy, service
from netpol_lab.course.practice.situation import Situation

NORTH = ("north/apple", "north/birch")
THINGS = (
    namespace("north", {"team": "blue"}),
    namespace("south", {"team": "red"}),
    pod("north", "apple", {"app": "apple"}, "10.1.0.1", [{"name": "http", "containerPort": 80}]),
    pod("north", "birch", {"app": "birch"}, "10.1.0.2", [{"name": "http", "containerPort": 90}]),
    pod("south", "cedar", {"app": "cedar"}, "10.2.0.1"),
    service("north", "birch", {"app": "birch"}, [{"port": 8080, "targetPort": 80}]),
)
OFFICE = ("office", "203.0.113.7")
APPLE = {"matchLabels": {"app": "apple"}}
CEDAR = {"matchLabels": {"app": "cedar"}}
SOUTH = {"matchLabels": {"kubernetes.io/metadata.name": "south"}}


def ingress(*rules, selector=None, **more):
    return {"podSelector": selector or {}, "policyTypes": ["Ingress"], "ingress": [*rules], **more}


def by(name):
    return [{"podSelector": {"matchLabels": {"app": name}}}]


INTO_BIRCH = {"matchLabels": {"app": "birch"}}
BLOCK = "203.0.113.0/24"
CASES = [
    ("ONE_SIDE", [{"podSelector": APPLE, "policyTypes": ["Egress"]}], NORTH),
    ("OTHER_SIDE", [ingress(selector=INTO_BIRCH)], NORTH),
    ("REPLIES", [ingress(selector=APPLE)], NORTH),
    ("ALL_AGREE", [ingress(), ingress({"from": by("apple")})], NORTH),
    ("LAST", [ingress({"from": by("apple")}), ingress()], NORTH),
    ("FIRST", [ingress(), ingress({"from": by("apple")})], NORTH),
    ("NO_DENY", [ingress()], NORTH),
    ("EVERYWHERE", [ingress()], ("north/apple", "south/cedar")),
    ("ALL_PODS", [ingress(selector=APPLE)], NORTH),
    ("BOTH_WAYS", [ingress(selector=APPLE)], NORTH),
    ("EGRESS_ALONE", [{"egress": [{}]}], NORTH),
    ("SECTIONS", [{"ingress": [], "egress": []}], ("north/apple", "south/cedar")),
    ("RULES_COUNT", [{"policyTypes": ["Egress"], "ingress": [{"from": by("x")}], "egress": [{}]}],
     NORTH),
    ("ONLY_WITH_RULES", [ingress()], NORTH),
    ("REACHES_ALL", [ingress({"from": by("cedar")})], ("south/cedar", "north/birch")),
    ("APART", [ingress({"from": [{"namespaceSelector": SOUTH, "podSelector": APPLE}]})], NORTH),
    ("TOGETHER", [ingress({"from": [{"namespaceSelector": SOUTH}, {"podSelector": APPLE}]})],
     NORTH),
    ("BY_NAME", [ingress({"from": [{"namespaceSelector": {"matchLabels": {"name": "north"}}}]})],
     NORTH),
    ("NULL", [{"podSelector": None}], NORTH),
    ("MISSING", [{"policyTypes": ["Ingress"]}], NORTH),
    ("NOT_IN", [ingress({"from": [{"podSelector": {"matchExpressions": [
        {"key": "tier", "operator": "NotIn", "values": ["x"]}]}}]})], NORTH),
    ("ABSENT", [ingress({"from": [{"podSelector": {"matchExpressions": [
        {"key": "tier", "operator": "DoesNotExist"}]}}]})], NORTH),
    ("EMPTY", [ingress({"from": [{"podSelector": {}}]})], NORTH),
    ("OUTSIDE_TOO", [ingress({"from": [{"namespaceSelector": {}}]})], (OFFICE[1], "north/birch")),
    ("PODS_ONLY", [ingress({})], (OFFICE[1], "north/birch")),
    ("PORTS_ONLY", [ingress({"ports": [{"port": 80}]})], ("south/cedar", "north/birch")),
    ("ONE_RULE", [ingress({"from": by("x")}, {"ports": [{"port": 80}]})], NORTH),
    ("NO_PORTS", [ingress({"from": by("apple"), "ports": [{"port": 81}]})], NORTH),
    ("EMPTY_IS_ALL", [ingress()], NORTH),
    ("EMPTY_RULE_IS_NONE", [ingress({})], NORTH),
    ("EMPTY_FROM_IS_NOBODY", [ingress({"from": []})], NORTH),
    ("SERVICE_PORT", [ingress({"ports": [{"port": 8080}]})], NORTH),
    ("ONE_NUMBER", [ingress({"ports": [{"port": "http"}]})], NORTH),
    ("START_ONLY", [ingress({"ports": [{"port": 79, "endPort": 81}]})], NORTH),
    ("END_LEFT_OUT", [ingress({"ports": [{"port": 79, "endPort": 80}]})], NORTH),
    ("EXCEPT_DENIES", [ingress(
        {"from": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": [BLOCK]}}]},
        {"from": [{"ipBlock": {"cidr": "203.0.113.0/25"}}]})], (OFFICE[1], "north/birch")),
    ("NO_EXCEPT", [ingress({"from": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": [BLOCK]}}]})],
     (OFFICE[1], "north/birch")),
    ("NOT_ENFORCED", [ingress()], NORTH),
]  # fmt: skip


def situation(specs, **more):
    policies = (policy("north", f"p{i}", spec) for i, spec in enumerate(specs))
    return Situation(THINGS, tuple(policies), outside=(OFFICE,), **more)


def test_a_missing_podselector_and_one_that_is_null_are_two_confusions():
    null, missing = situation([{"podSelector": None}]), situation([{}])
    assert misconceptions.MISSING.believed_cluster(null) is null.cluster
    assert misconceptions.NULL.believed_cluster(missing) is missing.cluster


@pytest.mark.parametrize(("name", "specs", "pair"), CASES, ids=[case[0] for case in CASES])
def test_a_confusion_answers_otherwise_where_it_matters(name, specs, pair):
    seen, misconception = situation(specs), getattr(misconceptions, name)
    right = seen.verdict(*pair).allowed
    assert misconception.answers(seen, [pair]) == {pair: not right}


def test_a_port_without_protocol_is_taken_for_every_protocol():
    seen = situation([ingress({"ports": [{"port": 80}]})], protocol="UDP")
    assert misconceptions.ANY_PROTOCOL.answers(seen, [NORTH]) == {NORTH: True}
    assert seen.verdict(*NORTH).allowed is False


def test_the_node_of_a_pod_is_thought_to_need_a_rule():
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}}
    node["status"] = {"addresses": [{"type": "InternalIP", "address": "192.168.50.1"}]}
    there = pod("north", "daisy", {}, "10.1.0.9", nodeName="n")
    seen = Situation((node, there), (policy("north", "deny", {}),))
    pair = "192.168.50.1", "north/daisy"
    assert seen.verdict(*pair).allowed is True
    assert misconceptions.OWN_NODE.answers(seen, [pair]) == {pair: False}


def test_every_confusion_is_about_a_row_and_says_what_would_have_to_be_so():
    everyone = [one for one in vars(misconceptions).values() if isinstance(one, Misconception)]
    assert all(one.number.isdigit() and one.words for one in everyone)
    assert len({one.words for one in everyone}) == len(everyone)
    tried = {case[0] for case in CASES} | {"ANY_PROTOCOL", "OWN_NODE"}
    assert {name for name, one in vars(misconceptions).items() if one in everyone} == tried


def test_reading_policies_wrongly_leaves_them_as_they_are():
    seen = situation([ingress({"from": by("apple")})])
    before = seen.policies_text
    misconceptions.REACHES_ALL.answers(seen, [NORTH])
    assert seen.policies_text == before


def test_a_confusion_about_what_is_not_there_sees_the_same():
    seen = situation([ingress()])
    assert misconceptions.APART.believed_cluster(seen) is seen.cluster
    assert misconceptions.APART.believed_cluster(seen) is seen.cluster
