"""Where a Service leads: to the pods that it selects, and to the endpoints that are listed."""

import netpol_lab as lab
from netpol_lab.engine.service_targets import selected_by, target_port
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
