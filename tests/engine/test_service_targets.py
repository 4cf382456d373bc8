"""Where a Service leads: to the pods that it selects, and to the endpoints that are listed."""

import json

import pytest

import netpol_lab as lab
from netpol_lab.engine.service_targets import (
    behind,
    leading_to,
    selected_by,
    target_port,
    targets,
)
from netpol_lab.model.flows import Flow
from netpol_lab.model.ports import PortSet, Protocol
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


PLACES = """
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Pod, metadata: {name: a, namespace: x, labels: {app: one}},
   status: {podIP: 10.0.0.1}, spec: {nodeName: n1,
   containers: [{ports: [{name: http, containerPort: 1, protocol: UDP},
                        {name: http, containerPort: 81}]}],
   initContainers: [{name: i, ports: [{name: early, containerPort: 2}]}]}}
- {apiVersion: v1, kind: Pod, metadata: {name: b, namespace: x, labels: {app: one}},
   spec: {nodeName: n2}}
- {apiVersion: v1, kind: Pod, metadata: {name: c, namespace: "y", labels: {app: one}}}
- {apiVersion: v1, kind: Pod, metadata: {name: d, namespace: x, labels: {app: two}}}
- {apiVersion: v1, kind: Pod, metadata: {name: done, namespace: x, labels: {app: one}},
   status: {phase: Succeeded}}
- {apiVersion: v1, kind: Service, metadata: {name: number, namespace: x},
   spec: {selector: {app: one}, ports: [{name: p, port: 80, targetPort: 8080},
                                  {name: q, port: 80, protocol: UDP}]}}
- {apiVersion: v1, kind: Service, metadata: {name: name, namespace: x},
   spec: {selector: {app: one}, ports: [{port: 80, targetPort: http}]}}
- {apiVersion: v1, kind: Service, metadata: {name: early, namespace: x},
   spec: {selector: {app: one}, ports: [{port: 80, targetPort: early}]}}
- {apiVersion: v1, kind: Service, metadata: {name: heads, namespace: x},
   spec: {clusterIP: None, selector: {app: one}, ports: [{port: 80, targetPort: 8080}]}}
- {apiVersion: v1, kind: Service, metadata: {name: untold, namespace: x},
   spec: {ports: [{port: 80}]}}
- {apiVersion: v1, kind: Service, metadata: {name: untold-heads, namespace: x},
   spec: {clusterIP: None, ports: [{port: 80}]}}
- {apiVersion: v1, kind: Service, metadata: {name: alias, namespace: x},
   spec: {type: ExternalName, externalName: example.com}}
- {apiVersion: v1, kind: Service, metadata: {name: listed, namespace: x},
   spec: {ports: [{name: w, port: 80}]}}
- {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
   metadata: {name: l1, namespace: x, labels: {kubernetes.io/service-name: listed}},
   ports: [{name: w, port: 81}, {name: w, port: 82, protocol: UDP}, {name: v, port: 83}],
   endpoints: [{addresses: [10.0.0.1]}, {addresses: [192.0.2.7], nodeName: n3},
     {addresses: [192.0.2.8], nodeName: n4, targetRef: {kind: Pod, name: gone, namespace: x}},
     {addresses: [192.0.2.9], targetRef: {kind: Pod, name: b, namespace: x}},
     {addresses: [192.0.2.9], targetRef: {kind: Pod, name: done, namespace: x}}]}
- {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: FQDN,
   metadata: {name: l2, namespace: x, labels: {kubernetes.io/service-name: listed}},
   ports: [{name: w, port: 81}], endpoints: [{addresses: [example.com], nodeName: n5}]}
- {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
   metadata: {name: l3, namespace: x, labels: {kubernetes.io/service-name: listed}},
   ports: [{name: w}], endpoints: [{addresses: [192.0.2.6]}]}
- {apiVersion: v1, kind: Service, metadata: {name: listed-heads, namespace: x},
   spec: {clusterIP: None}}
- {apiVersion: v1, kind: Endpoints, metadata: {name: listed-heads, namespace: x},
   subsets: [{addresses: [{ip: 192.0.2.6}]}]}
"""
NOBODY = "has no selector, and no Endpoints or EndpointSlice says where it leads"
ALIAS = "Service x/alias is another name (type ExternalName) for example.com, and the manifests do "


@pytest.mark.parametrize(
    ("service", "port", "places"),
    [
        ("number", 80, [("x/a", None, 8080, "", "n1"), ("x/b", None, 8080, "", "n2")]),
        ("number", 81, []),
        ("name", 80, [("x/a", None, 81, "", "n1")]),
        ("early", 80, []),
        ("heads", 81, [("x/a", None, 81, "", "n1"), ("x/b", None, 81, "", "n2")]),
        ("untold", 80, [("x/untold", None, None, f"Service x/untold {NOBODY}", None)]),
        ("untold", 81, []),
        ("untold-heads", 81,
         [("x/untold-heads", None, 81, f"Service x/untold-heads {NOBODY}", None)]),
        ("alias", 81, [("x/alias", None, 81, f"{ALIAS}not say which address that has", None)]),
        ("listed", 80, [
            ("x/a", "10.0.0.1", 81, "", "n1"),
            ("192.0.2.7", "192.0.2.7", 81, "", "n3"),
            ("x/listed", None, 81,
             "pod x/gone, where Service x/listed leads, is not in the manifests", "n4"),
            ("x/b", "192.0.2.9", 81, "", "n2"),
            ("x/listed", None, 81,
             "an EndpointSlice of Service x/listed gives a host name instead of an address", "n5"),
            ("x/listed", None, None,
             "an endpoint of Service x/listed, 192.0.2.6, has no port number", None),
        ]),
        ("listed", 81, []),
        ("listed-heads", 81, [("192.0.2.6", "192.0.2.6", 81, "", None)]),
    ],
)  # fmt: skip
def test_where_a_service_leads_is_told_with_address_port_node_and_what_is_missing(
    service, port, places
):
    cluster = lab.load(PLACES)
    meant = next(one for one in cluster.services if one.name == service)
    found = targets(cluster, meant, port, "TCP")
    assert [(str(end), end.address and str(end.address), *rest) for end, *rest in found] == places


@pytest.mark.parametrize(
    ("destination", "port", "called", "services"),
    [
        ("x/a", 8080, 80, ["number 80"]),
        ("x/b", 8080, 80, ["number 80"]),
        ("x/d", 8080, 80, []),
        ("x/a", 81, 80, ["name 80", "listed 80"]),
        ("x/a", 80, 80, ["heads 80"]),
        ("x/a", 8080, 81, []),
        ("192.0.2.7", 81, 80, ["listed 80"]),
        ("192.0.2.7", 82, 80, []),
    ],
)
def test_the_services_that_lead_to_a_place_are_those_with_a_port_that_is_called(
    destination, port, called, services
):
    cluster = lab.load(PLACES)
    flow = Flow.between(cluster, "y/c", destination, port)
    found = leading_to(cluster, flow, PortSet.of(Protocol.TCP, called))
    assert [f"{service.name} {offered.port}" for service, offered in found] == services
    other = Flow.between(cluster, "y/c", destination, port, "UDP")
    assert [*leading_to(cluster, other, PortSet.of(Protocol.TCP, called))] == []
