"""Why a verdict is undefined, in words."""

from pathlib import Path

import yaml

import netpol_lab as lab
from netpol_lab.engine.left_open import left_open

SHOP = """
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Pod, metadata: {name: client, namespace: s, labels: {app: client}}}
- {apiVersion: v1, kind: Pod, metadata: {name: old, namespace: s, labels: {app: shop}},
   spec: {containers: [{ports: [{containerPort: 80, name: http}]}]}}
- {apiVersion: v1, kind: Pod, metadata: {name: new, namespace: s, labels: {app: shop}},
   spec: {containers: [{ports: [{containerPort: 8080, name: http}]}]}}
- {apiVersion: v1, kind: Service, metadata: {name: shop, namespace: s},
   spec: {selector: {app: shop}, ports: [{port: 80, targetPort: http}]}}
- {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: client, namespace: s},
   spec: {podSelector: {matchLabels: {app: client}}, policyTypes: [Egress],
          egress: [{to: [{podSelector: {matchLabels: {app: shop}}}], ports: [{port: 80}]}]}}
"""


def test_of_the_pods_behind_a_service_one_of_each_answer_is_named_with_its_port():
    asked = lab.Assumptions(service_rewritten_first=True)
    found = lab.evaluate(lab.load(SHOP), "s/client", "svc/s/shop", 80, assumptions=asked)
    assert left_open(found) == [
        "the Service may lead to any of its pods, and they differ: "
        "s/old port 80 is allowed; s/new port 8080 is denied"
    ]


def test_where_each_pod_is_left_open_it_is_named_as_well():
    found = lab.evaluate(lab.load(SHOP), "s/client", "svc/s/shop", 80)
    assert "s/old port 80 is undefined; s/new port 8080 is denied" in left_open(found)[-1]


ENDPOINTS = """
apiVersion: v1
kind: Service
metadata: {name: api, namespace: s}
spec: {clusterIP: 10.96.0.9, ports: [{port: 443}]}
---
apiVersion: v1
kind: Endpoints
metadata: {name: api, namespace: s}
subsets: [{addresses: [{ip: 192.0.2.1}], ports: [{port: 80}, {name: other, port: 1}]},
          {addresses: [{ip: 192.0.2.2}], ports: [{port: 81}]}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: client, namespace: s}
spec: {podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 80}]}]}
"""


def test_endpoints_that_differ_are_named_by_their_addresses():
    found = lab.evaluate(lab.load(SHOP, ENDPOINTS), "s/client", "svc/s/api", 443)
    assert left_open(found)[-1] == (
        "the Service may lead to any of its endpoints, and they differ: "
        "192.0.2.1 port 80 is undefined; 192.0.2.2 port 81 is denied"
    )


ASKED_LABEL = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: s}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: old, namespace: s}
spec: {podSelector: {matchLabels: {pod-template-hash: "1"}}, policyTypes: [Ingress, Egress]}
"""


def test_pods_that_are_made_up_for_a_label_are_not_told_to_be_named():
    cluster = lab.load(SHOP.split("- {apiVersion: networking")[0], ASKED_LABEL)
    for ends in (("s/client", "s/web"), ("s/web", "s/client")):
        assert left_open(lab.evaluate(cluster, *ends, 80)) == [
            "policies ask for a label of these pods that only the cluster knows (SEM-68, SEM-78)"
        ]


def test_addresses_outside_are_no_pods_that_are_made_up():
    cluster = lab.load(SHOP, ENDPOINTS, ASKED_LABEL)
    assert left_open(lab.evaluate(cluster, "203.0.113.7", "s/web", 80)) == [
        "policies ask for a label of these pods that only the cluster knows (SEM-68, SEM-78)"
    ]


def test_where_one_end_is_a_workload_whose_pods_differ_one_of_them_is_to_be_named():
    file = Path(__file__).parent / "explanations" / "workloads.yaml"
    cluster = lab.load(yaml.safe_load(file.read_text("utf-8"))["manifests"])
    assert left_open(lab.evaluate(cluster, "web", "db", 80)) == [
        "the workload has several pods, and they differ: name one of them"
    ]
