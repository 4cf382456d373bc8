"""Where a Service leads: to the pods that it selects, and to the endpoints that are listed."""

import json

import netpol_lab as lab
from netpol_lab.engine.service_targets import behind, selected_by, target_port, targets
from netpol_lab.model.services import ServicePort

SHOP = """
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Pod, metadata: {name: a, namespace: x, labels: {app: one}}}
- {apiVersion: v1, kind: Pod, metadata: {name: a, namespace: "y", labels: {app: one}}}
- {apiVersion: v1, kind: Pod, metadata: {name: done, namespace: x, labels: {app: one}},
   status: {phase: Succeeded}}
- {apiVersion: v1, kind: Service, metadata: {name: s, namespace: x},
   spec: {selector: {app: one}, ports: [{port: 80}]}}
"""


def test_a_service_leads_to_running_pods_of_its_namespace_and_their_ports():
    cluster = lab.load(SHOP)
    assert [str(pod) for pod in selected_by(cluster.services[0], cluster)] == ["x/a"]
    assert target_port(ServicePort(80, 8080), cluster.pods[0]) == 8080
    assert target_port(ServicePort(80, "http"), cluster.pods[0]) is None


LISTED = """
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Pod, metadata: {name: a, namespace: x}, spec: {nodeName: n1},
   status: {podIP: 10.0.0.5}}
- {apiVersion: v1, kind: Service, metadata: {name: s, namespace: x},
   spec: {clusterIP: 10.96.0.9, ports: [{port: 80}]}}
- {apiVersion: v1, kind: Endpoints, metadata: {name: s, namespace: x},
   subsets: [{addresses: [{ip: 10.0.0.5}, {ip: 192.0.2.7}, {ip: 192.0.2.8, nodeName: n2}],
              ports: [{port: 8080}]}]}
"""


def test_a_listed_place_is_on_the_node_that_is_written_or_on_that_of_its_pod():
    cluster = lab.load(LISTED)
    found = behind(cluster, cluster.services[0], cluster.services[0].ports[0])
    assert [(str(target.end), target.node) for target in found] == [
        ("x/a", "n1"), ("192.0.2.7", None), ("192.0.2.8", "n2"),
    ]  # fmt: skip


def test_an_endpoint_that_nobody_has_written_down_goes_by_the_name_of_its_service():
    service = {"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}}
    cluster = lab.load(json.dumps({"apiVersion": "v1", "kind": "Service", **service}))
    (target,) = behind(cluster, cluster.services[0], cluster.services[0].ports[0])
    assert str(target.end) == "default/s"


def test_to_the_name_of_a_service_without_address_no_endpoint_needs_a_port():
    cluster = lab.load("""
apiVersion: v1
kind: Pod
metadata: {name: web}
---
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {clusterIP: None}
---
apiVersion: v1
kind: Endpoints
metadata: {name: db}
subsets: [{addresses: [{ip: 203.0.113.7}]}]
""")
    assert lab.evaluate(cluster, "web", "svc/db", None, "ICMP").allowed is True


def test_a_pod_behind_the_name_of_a_service_is_on_its_node():
    text = SHOP.replace("labels: {app: one}}}", "labels: {app: one}}, spec: {nodeName: n1}}")
    cluster = lab.load(text.replace("spec: {selector", "spec: {clusterIP: None, selector"))
    assert [target.node for target in targets(cluster, cluster.services[0], 80, "TCP")] == ["n1"]
