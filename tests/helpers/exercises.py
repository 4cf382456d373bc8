"""A small exercise, complete and correct, for tests that change a part of it."""

import pytest

from netpol_lab.course.exercise_loader import read_exercise
from netpol_lab.course.goals import goals_of
from netpol_lab.errors import ManifestError

GOOD = """\
title: Guard the safe
story: Only the clerk may come to the safe.
outside:
- [internet, 203.0.113.7]
layout: [[internet, clerk], [safe]]
port: 80
manifests: |
  apiVersion: v1
  kind: Pod
  metadata: {name: clerk, namespace: bank, labels: {app: clerk}}
  ---
  apiVersion: v1
  kind: Pod
  metadata: {name: safe, namespace: bank, labels: {app: safe}}
goal:
- {from: clerk, to: safe, allowed: true}
- {from: internet, to: bank/safe, allowed: false}
otherwise: unchanged
nothing_else_into: [safe]
hints: [Guard one pod., Select app safe.]
answer: |
  apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: {name: safe, namespace: bank}
  spec:
    podSelector: {matchLabels: {app: safe}}
    ingress:
    - from:
      - podSelector: {matchLabels: {app: clerk}}
"""
UNGUARDED = GOOD.replace("nothing_else_into: [safe]\n", "")  # where only the goal counts


def complaints(text):
    with pytest.raises(ManifestError) as caught:
        read_exercise(text, "safe.yaml")
    return caught.value.complaints


def goals(text):
    """Return the goals of the exercise in a text."""
    return goals_of(read_exercise(text, "safe.yaml"))
