"""Objects as people write them, and lines for a reader."""

import yaml

import netpol_lab as lab
from netpol_lab.course.practice.objects import namespace, pod, policy, service
from netpol_lab.course.practice.situation import Situation

PODS = (
    namespace("north", {"team": "blue"}),
    pod("north", "apple", {"app": "apple"}, "10.1.0.1", [{"name": "http", "containerPort": 80}]),
    pod("north", "birch", {}, "10.1.0.2", nodeName="node-1"),
    service("north", "apple", {"app": "apple"}, [{"port": 80, "targetPort": 8080}]),
)
DENY = policy("north", "deny", {"podSelector": None})


def test_yaml_is_read_back_as_the_same_objects():
    assert list(yaml.safe_load_all(Situation(PODS, (DENY,)).manifests)) == [*PODS, DENY]


def test_null_is_nothing_after_the_colon():
    assert "podSelector:\n" in Situation((), (DENY, DENY)).manifests
    assert "null" not in Situation((), (DENY,)).manifests


def test_what_repeats_is_written_twice_and_never_as_an_anchor():
    selector = {"matchLabels": {"app": "web"}}
    text = Situation((), ({"a": selector, "b": selector},)).policies_text
    assert text.count("app: web") == 2


def test_the_engine_is_asked_what_the_reader_sees():
    situation = Situation(PODS, (DENY,))
    read = lab.load(situation.manifests)
    assert (read.pods, read.policies) == (situation.cluster.pods, situation.cluster.policies)
    assert lab.load(situation.policies_text).policies == read.policies


def test_each_thing_has_its_line():
    assert Situation(PODS, ()).pods_text.splitlines() == [
        "Namespace  north  team=blue",
        "Pod        north/apple  app=apple; port http = TCP 80",
        "Pod        north/birch  no labels; on node node-1",
        "Service    north/apple  TCP 80 -> pod port 8080 of pods with app=apple",
    ]


def test_a_namespace_without_labels_has_none_of_its_own_since_each_has_its_name():
    situation = Situation((*PODS, namespace("west")), ())
    assert "Namespace  west   no label of its own" in situation.pods_text.splitlines()


def test_addresses_are_told_where_outside_addresses_take_part():
    text = Situation(PODS, (), outside=(("office", "203.0.113.7"),)).pods_text
    assert "address 10.1.0.1" in text
    assert "Outside    203.0.113.7  office" in text


def test_pairs_are_those_of_pods_and_both_ways_with_outside_addresses():
    situation = Situation(PODS, (), outside=(("office", "203.0.113.7"),))
    assert len(situation.pairs) == 2 + 2 + 2
    assert set(situation.verdicts) == set(situation.pairs)
