"""Kubernetes objects as plain values: pods to practise on, and parts of policies."""

from random import Random

from netpol_lab.course.practice.objects import (
    NODES,
    PodSketch,
    node,
    numbered,
    sketch_pods,
    written,
)


def test_pods_have_names_and_addresses_of_their_own():
    things = written(sketch_pods(Random(1), ["north", "south", "north"], tiers=True))
    pods = [thing for thing in things if thing["kind"] == "Pod"]
    assert len({pod["metadata"]["name"] for pod in pods}) == 3
    assert len({pod["status"]["podIP"] for pod in pods}) == 3


def test_the_same_source_gives_the_same_pods():
    assert sketch_pods(Random("a"), ["north"] * 3) == sketch_pods(Random("a"), ["north"] * 3)


def test_each_namespace_is_written_once_with_its_labels():
    things = written(sketch_pods(Random(1), ["north", "north"]), {"north": {"team": "blue"}})
    (namespace,) = (thing for thing in things if thing["kind"] == "Namespace")
    assert namespace["metadata"] == {"name": "north", "labels": {"team": "blue"}}


def test_a_pod_on_the_network_of_its_node_has_the_address_of_that_node():
    there = PodSketch("north", "apple", {}, spec={"nodeName": "node-2", "hostNetwork": True})
    (address,) = node("node-2")["status"]["addresses"]
    assert written([there])[-1]["status"]["podIP"] == address["address"] == NODES["node-2"]


def test_policies_are_numbered_in_order():
    names = [one["metadata"]["name"] for one in numbered("north", [{}, {}])]
    assert names == ["policy-1", "policy-2"]
