"""Sets of pods are values with the operators of sets."""

import netpol_lab as lab
from netpol_lab.engine.pod_sets import PodIndex
from netpol_lab.engine.semantics import only_namespace
from netpol_lab.model.selectors import Operator, Requirement, Selector

SHOP = """
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Pod, metadata: {name: a, namespace: x, labels: {app: one}}}
- {apiVersion: v1, kind: Pod, metadata: {name: b, namespace: x, labels: {app: two}}}
- {apiVersion: v1, kind: Pod, metadata: {name: a, namespace: "y", labels: {app: one}}}
- {apiVersion: v1, kind: Pod, metadata: {name: done, namespace: x, labels: {app: one}},
   status: {phase: Succeeded}}
"""


def test_sets_of_pods_have_the_operators_of_sets_and_print_names():
    pod_index = PodIndex(lab.load(SHOP))
    ones = pod_index.labelled(Selector((Requirement("app", Operator.IN, ("one",)),)))
    x = pod_index.in_namespaces(only_namespace("x"))
    assert repr(ones & x) == "{x/a}"
    assert repr(x - ones) == "{x/b}"
    assert len(ones | x) == 3
    assert not ones - ones
    assert pod_index.pods[0] in ones


def test_a_finished_pod_is_in_no_set():
    assert "x/done" not in map(str, PodIndex(lab.load(SHOP)).pods)
