"""Addresses that lead on through a Service: of Services without selector, and of nodes."""

import json

import pytest

import netpol_lab as lab
from netpol_lab import Assumptions
from netpol_lab.model.ports import PortSet

SHOP = """
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Node, metadata: {name: n3},
   status: {addresses: [{type: InternalIP, address: 192.168.50.3}]}}
- {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: s, labels: {app: web}},
   spec: {nodeName: n1}}
- {apiVersion: v1, kind: Pod, metadata: {name: db, namespace: s, labels: {app: db}},
   spec: {nodeName: n1}}
- {apiVersion: v1, kind: Service, metadata: {name: web, namespace: s},
   spec: {selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}}
- {apiVersion: v1, kind: Service, metadata: {name: db, namespace: s},
   spec: {selector: {app: db}, ports: [{port: 80, nodePort: 30081, protocol: UDP}]}}
- {apiVersion: v1, kind: Service, metadata: {name: none, namespace: s},
   spec: {selector: {app: none}, ports: [{port: 80, nodePort: 30082}]}}
"""
POLICY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: s}
spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [WAY]}
"""
UNTOLD = """
apiVersion: v1
kind: Service
metadata: {name: api, namespace: s}
spec: {ports: [{port: 80, nodePort: 30083}]}
"""
ADMIN = """
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: all}
spec: {tier: Admin, priority: 1, subject: {namespaces: {}},
       ingress: [{action: Deny, from: [{namespaces: {}}]}]}
"""
HALF_TOLD = f"""{UNTOLD.replace("{ports", "{internalTrafficPolicy: Local, ports")}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: a, namespace: s, labels: {{kubernetes.io/service-name: api}}}}
addressType: IPv4
ports: [{{port: 80}}]
endpoints:
- {{addresses: [203.0.113.7]}}
- {{addresses: [203.0.113.8], targetRef: {{kind: Pod, name: elsewhere, namespace: s}}}}
"""
WEB, DB = PortSet.of("TCP", 30080), PortSet.of("UDP", 30081)


@pytest.mark.parametrize(
    ("source", "texts", "expected"),
    [
        ("web", [], PortSet()),
        ("web", [POLICY.replace("WAY", "Ingress")], DB),
        ("web", [POLICY.replace("WAY", "Egress")], PortSet()),
        ("db", [POLICY.replace("WAY", "Egress")], DB),
        ("web", [UNTOLD], PortSet.of("TCP", 30083)),
        ("web", [HALF_TOLD], PortSet.of("TCP", 30083)),
        ("web", [ADMIN], WEB | DB),
    ],
)
def test_what_leads_through_a_service_is_open_where_a_policy_could_have_a_say(
    source, texts, expected
):
    reach = lab.reachability(lab.load(SHOP, *texts))
    assert reach.undefined(f"s/{source}", "192.168.50.3") == expected


def test_other_addresses_have_all_their_ports():
    reach = lab.reachability(lab.load(SHOP, POLICY.replace("WAY", "Ingress")))
    assert reach.ports("s/web", "192.168.50.4") == PortSet.every()


def test_without_a_plugin_nothing_is_open():
    reach = lab.reachability(lab.load(SHOP, UNTOLD), Assumptions(enforced=False))
    assert reach.ports("s/web", "192.168.50.3") == PortSet.every()


def test_nothing_behind_a_port_leaves_it_to_the_node():
    reach = lab.reachability(lab.load(SHOP, POLICY.replace("WAY", "Egress")))
    assert ("TCP", 30082) not in reach.undefined("s/db", "192.168.50.3")


LISTED = """
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Service, metadata: {name: api, namespace: s},
   spec: {clusterIP: 10.96.0.1, ports: [{port: 443}]}}
- {apiVersion: v1, kind: Endpoints, metadata: {name: api, namespace: s},
   subsets: [{addresses: [{ip: 192.0.2.1}, {ip: 192.0.2.2}], ports: [{port: 6443}]}]}
- {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: s},
   spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [
     {to: [{ipBlock: {cidr: 10.96.0.1/32}}], ports: [{port: 443}]},
     {to: [ADMITTED], ports: [{port: 6443}]}]}}
"""


@pytest.mark.parametrize(
    ("admitted", "sure"),
    [
        (["192.0.2.1/32", "192.0.2.2/32"], True),
        (["192.0.2.1/32"], False),
        (["192.0.2.2/32"], False),
    ],
)
def test_every_endpoint_has_to_be_admitted(admitted, sure):
    blocks = ", ".join(f"{{ipBlock: {{cidr: {block}}}}}" for block in admitted)
    cluster = lab.load(SHOP, LISTED.replace("ADMITTED", blocks))
    reach, asked = lab.reachability(cluster), ("s/web", "10.96.0.1")
    port = PortSet.of("TCP", 443)
    assert (reach.ports(*asked), reach.undefined(*asked)) == (
        (port, PortSet()) if sure else (PortSet(), port)
    )
    assert lab.evaluate(cluster, *asked, 443).allowed is (True if sure else None)


def test_of_services_that_share_an_address_any_may_be_meant():
    items = [
        {"kind": "Service", "metadata": {"name": name, "namespace": "s"}}
        | {"spec": {"clusterIP": own, "externalIPs": ["203.0.113.9"], "ports": [{"port": 443}]}}
        for name, own in (("a", "10.96.0.1"), ("b", "10.96.0.2"))
    ]
    items += [
        {"kind": "Endpoints", "metadata": {"name": name, "namespace": "s"}}
        | {"subsets": [{"addresses": [{"ip": ip}], "ports": [{"port": 6443}]}]}
        for name, ip in (("a", "192.0.2.1"), ("b", "192.0.2.2"))
    ]
    pod = {"kind": "Pod", "metadata": {"name": "web", "namespace": "s"}}
    items.append(pod | {"status": {"podIP": "10.244.0.1"}})
    cluster = lab.load(*(json.dumps({"apiVersion": "v1"} | item) for item in items), EGRESS)
    reach, asked = lab.reachability(cluster), ("s/web", "203.0.113.9")
    assert lab.evaluate(cluster, *asked, 443).allowed is None
    assert reach.undefined(*asked) == PortSet.of("TCP", 443)


EGRESS = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: all, namespace: s}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress: [{to: [{ipBlock: {cidr: 192.0.2.1/32}}, {ipBlock: {cidr: 203.0.113.9/32}}]}]
"""

DUAL = """
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: s},
   status: {podIPs: [{ip: 10.244.0.1}, {ip: "fd00::1"}]}}
- {apiVersion: v1, kind: Pod, metadata: {name: db, namespace: s, labels: {app: db}},
   status: {podIPs: [{ip: 10.244.0.2}, {ip: "fd00::2"}]}}
- {apiVersion: v1, kind: Service, metadata: {name: db, namespace: s},
   spec: {clusterIPs: [10.96.0.1, "fd96::1"], clusterIP: 10.96.0.1, ports: [{port: 5432}]}}
- {apiVersion: v1, kind: Endpoints, metadata: {name: db, namespace: s},
   subsets: [{addresses: [{ip: 10.244.0.2}, {ip: "fd00::2"}], ports: [{port: 5432}]}]}
- {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: db, namespace: s},
   spec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{ipBlock: {cidr: BLOCK}}]}]}}
"""


@pytest.mark.parametrize("block", ["10.244.0.0/16", "fd00::/64"])
@pytest.mark.parametrize("address", ["10.96.0.1", "fd96::1"])
def test_the_family_of_a_service_address_is_that_of_both_ends_behind_it(block, address):
    cluster = lab.load(DUAL.replace("BLOCK", f'"{block}"'))
    same = (":" in block) == (":" in address)
    assert lab.evaluate(cluster, "s/web", address, 5432).allowed is same
    assert (("TCP", 5432) in lab.reachability(cluster).ports("s/web", address)) is same
