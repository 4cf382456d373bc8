"""Pods to practise on, and the parts that policies are made of."""

from random import Random

from netpol_lab.course.practice.generators import (
    expression,
    inhabitants,
    labelled,
    only,
    others,
    written,
)


def test_pods_have_names_and_addresses_of_their_own():
    things = written(inhabitants(Random(1), ["north", "south", "north"], tiers=True))
    pods = [thing for thing in things if thing["kind"] == "Pod"]
    assert len({pod["metadata"]["name"] for pod in pods}) == 3
    assert len({pod["status"]["podIP"] for pod in pods}) == 3


def test_the_same_source_gives_the_same_pods():
    assert inhabitants(Random("a"), ["north"] * 3) == inhabitants(Random("a"), ["north"] * 3)


def test_each_namespace_is_written_once_with_its_labels():
    things = written(inhabitants(Random(1), ["north", "north"]), {"north": {"team": "blue"}})
    (namespace,) = (thing for thing in things if thing["kind"] == "Namespace")
    assert namespace["metadata"] == {"name": "north", "labels": {"team": "blue"}}


def test_selectors_are_written_as_the_api_has_them():
    assert labelled(app="web") == {"matchLabels": {"app": "web"}}
    assert only("web") == [{"podSelector": {"matchLabels": {"app": "web"}}}]
    term = {"key": "tier", "operator": "DoesNotExist"}
    assert expression("tier", "DoesNotExist") == {"matchExpressions": [term]}
    assert others(["a", "b"], "a") == ["b"]
