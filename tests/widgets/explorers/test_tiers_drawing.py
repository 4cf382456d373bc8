"""Gates as boxes: what is drawn, and what is left out for lack of room."""

import netpol_lab as lab
from netpol_lab.pictures.shapes import Group, Text
from netpol_lab.widgets.explorers.tiers_drawing import MOST_ROWS
from netpol_lab.widgets.explorers.tiers_facts import TiersInput, fall

RULES = 20
POLICY = """
apiVersion: policy.networking.k8s.io/v1beta1
kind: ClusterNetworkPolicy
metadata: {name: p-NUMBER}
spec:
  tier: Admin
  priority: NUMBER
  subject: {namespaces: {}}
  ingress:
  - action: Accept
    from: [{namespaces: {matchLabels: {kubernetes.io/metadata.name: HOME}}}]
"""
PODS = """
apiVersion: v1
kind: Pod
metadata: {name: a-pod-with-a-name-that-no-box-has-room-for-at-all-7d9c8b6f5d-x2x9p, namespace: den}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: den}
"""
POLICIES = [
    POLICY.replace("NUMBER", str(i)).replace("HOME", "den" if i == 12 else "elsewhere")
    for i in range(RULES)
]
MANY = lab.load("---".join([PODS, *POLICIES]))


def drawn():
    ends = tuple(map(str, MANY.pods))
    on = tuple(map(str, MANY.cluster_policies))
    return fall(MANY, TiersInput(*ends, 80, "TCP", on)).sheet


def test_each_gate_is_a_part_to_choose():
    keys = [dict(one.data)["key"] for one in drawn().shapes if isinstance(one, Group) and one.data]
    lanes = ("Admin", "NetworkPolicy", "Baseline", "open")
    assert keys == [f"gate:{way} {lane}" for way in ("egress", "ingress") for lane in lanes]


def test_of_many_rules_the_one_that_decides_is_drawn_and_the_rest_counted():
    said = [shape.words for shape in drawn().walk() if isinstance(shape, Text)]
    assert "12 p-12, rule 1 Accept" in said
    assert f"… {RULES - MOST_ROWS + 1} more rules" in said


def test_nothing_is_wider_than_the_page():
    sheet = drawn()
    found = [shape.box for shape in sheet.walk() if isinstance(shape, Text)]
    assert all(box.x >= 0 and box.right <= sheet.width for box in found)
