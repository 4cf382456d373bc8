"""Pods of an ambient mesh, and the word that a verdict has on their tunnel."""

import pytest

import netpol_lab as lab
from netpol_lab.engine.ambient_mesh import in_ambient_mesh

MESH = """
apiVersion: v1
kind: Namespace
metadata: {{name: mesh, labels: {{istio.io/dataplane-mode: {mode}}}}}
---
apiVersion: v1
kind: Pod
metadata: {{name: a, namespace: mesh, labels: {{app: a, {labels}}}}}
spec: {{containers: [{{name: c, image: x}}], {spec}}}
---
apiVersion: v1
kind: Pod
metadata: {{name: b, namespace: mesh, labels: {{app: b}}}}
spec: {{containers: [{{name: c, image: x}}]}}
---
apiVersion: v1
kind: Pod
metadata: {{name: c, namespace: elsewhere}}
spec: {{containers: [{{name: c, image: x}}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: b, namespace: mesh}}
spec:
  podSelector: {{matchLabels: {{app: b}}}}
  ingress: [{{ports: [{{port: {port}}}]}}]
"""


def cluster(mode="ambient", labels="", spec="", port=80):
    return lab.load(MESH.format(mode=mode, labels=labels, spec=spec, port=port))


@pytest.mark.parametrize(
    ("written", "carried"),
    [
        ({}, True),
        ({"mode": "none"}, False),
        ({"mode": "none", "labels": "istio.io/dataplane-mode: ambient"}, True),
        ({"labels": "istio.io/dataplane-mode: none"}, False),
        ({"labels": "sidecar.istio.io/inject: 'true'"}, False),
        ({"spec": "hostNetwork: true"}, False),
    ],
)
def test_the_label_of_a_pod_counts_more_than_that_of_its_namespace(written, carried):
    found = cluster(**written)
    assert in_ambient_mesh(found, found.pod("mesh/a")) is carried


def mesh_line(found, *flow):
    lines = str(lab.evaluate(found, *flow)).splitlines()
    return next((line for line in lines if line.startswith("  mesh ")), "")


def test_a_verdict_says_what_becomes_of_the_tunnel():
    assert mesh_line(cluster(), "a", "b", 80).endswith("on TCP 15008: denied there")
    assert mesh_line(cluster(port=15008), "a", "b", 80).endswith("on TCP 15008: allowed there")


@pytest.mark.parametrize(
    "flow",
    [
        ("a", "b", 15008),
        ("a", "b", 80, "UDP"),
        ("a", "b", None, "ICMP"),
        ("a", "a", 80),
        ("elsewhere/c", "b", 80),
        ("192.0.2.1", "b", 80),
    ],
)
def test_other_flows_are_not_carried(flow):
    assert mesh_line(cluster(), *flow) == ""


def test_the_verdict_itself_stays_that_of_the_policies():
    verdict = lab.evaluate(cluster(), "a", "b", 80)
    assert verdict.allowed is True
