"""Addresses that lead on through a Service: of Services without selector, and of nodes."""

import json
import random

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
TO_NODE = "egress: [{to: [{ipBlock: {cidr: 192.168.50.3/32}}]}]"
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
        ("db", [POLICY.replace("policyTypes: [WAY]", TO_NODE)], WEB | DB),
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


def test_who_is_isolated_may_be_kept_from_a_node_that_leads_to_its_own_pods_only():
    own = SHOP.replace(
        "{selector: {app: web}", "{internalTrafficPolicy: Local, selector: {app: web}"
    )
    assert own != SHOP
    shut = POLICY.replace("policyTypes: [WAY]", TO_NODE)
    reach = lab.reachability(lab.load(own, shut))
    assert WEB & reach.undefined("s/db", "192.168.50.3") == WEB
    assert reach.ports("s/web", "192.168.50.3") == PortSet.every() - DB


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


@pytest.mark.parametrize("way", ["Ingress", "Egress"])
@pytest.mark.parametrize("assumed", [True, False, None])
def test_a_pod_that_comes_back_to_itself_is_let_in_as_is_assumed(way, assumed):
    shut = POLICY.replace("WAY", way).replace("{matchLabels: {app: db}}", "{}")
    cluster = lab.load(ONE_LISTED, shut)
    assumptions = Assumptions(service_loopback=assumed)
    assert (
        lab.evaluate(cluster, "s/web", "10.96.0.1", 80, assumptions=assumptions).allowed is assumed
    )
    reach = lab.reachability(cluster, assumptions)
    found = [("TCP", 80) in of("s/web", "10.96.0.1") for of in (reach.ports, reach.undefined)]
    assert found == [assumed is True, assumed is None]


ONE_LISTED = """
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: s}, status: {podIP: 10.244.0.1}}
- {apiVersion: v1, kind: Service, metadata: {name: web, namespace: s},
   spec: {clusterIP: 10.96.0.1, ports: [{port: 80}]}}
- {apiVersion: v1, kind: Endpoints, metadata: {name: web, namespace: s},
   subsets: [{addresses: [{ip: 10.244.0.1}], ports: [{port: 80}]}]}
"""


@pytest.mark.parametrize(
    "other",
    [{"externalIPs": ["10.96.0.1"]}, {"clusterIP": "10.96.0.1", "internalTrafficPolicy": "Local"}],
)
def test_an_address_is_as_rough_as_the_roughest_service_that_has_it(other):
    items = [
        {"kind": "Service", "metadata": {"name": name, "namespace": "s"}}
        | {"spec": {"clusterIP": own, "ports": [{"port": 80}]} | more}
        for name, own, more in (("web", "10.96.0.1", {}), ("other", "10.96.0.2", other))
    ]
    subsets = [{"addresses": [{"ip": "10.244.0.1"}], "ports": [{"port": 80}]}]
    items += [
        {"kind": "Endpoints", "metadata": {"name": name, "namespace": "s"}, "subsets": subsets}
        for name in ("web", "other")
    ]
    items += [
        {"kind": "Pod", "metadata": {"name": name, "namespace": "s", "labels": {"app": name}}}
        | {"status": {"podIP": own}}
        for name, own in (("db", "10.244.0.1"), ("web", "10.244.0.2"))
    ]
    admits = POLICY.replace("policyTypes: [WAY]", "ingress: [{ports: [{port: 80}]}]")
    documents = [json.dumps({"apiVersion": "v1"} | item) for item in items]
    reach = lab.reachability(lab.load(*documents, admits))
    assert reach.undefined("s/web", "10.96.0.1") == PortSet.of("TCP", 80)
    alone = lab.reachability(lab.load(documents[0], documents[2], *documents[4:], admits))
    assert alone.ports("s/web", "10.96.0.1") == PortSet.every()


@pytest.mark.parametrize("admits", [None, True, False])
def test_an_endpoint_whose_pod_is_not_told_is_not_its_address(admits):
    half = HALF_TOLD.replace("internalTrafficPolicy: Local, ", "clusterIP: 10.96.0.1, ")
    untold = "- {addresses: [203.0.113.7]}\n"
    assert untold in half
    reach = lab.reachability(
        lab.load(ONE_LISTED, half.replace(untold, "").replace("10.96.0.1", "10.96.0.9")),
        Assumptions(unknown_endpoints_admit=admits),
    )
    found = [("TCP", 80) in of("s/web", "10.96.0.9") for of in (reach.ports, reach.undefined)]
    assert found == [admits is True, admits is None]


def test_pods_of_both_families_are_behind_the_ports_of_nodes():
    status = 'status: {podIPs: [{ip: 10.244.0.2}, {ip: "fd00::2"}]}'
    shop = SHOP.replace("app: db}},\n   spec: {nodeName: n1}", f"app: db}}}},\n   {status}")
    assert status in shop
    reach = lab.reachability(lab.load(shop, POLICY.replace("WAY", "Ingress")))
    assert reach.undefined("s/web", "192.168.50.3") == DB


# Where addresses lead, in small random clusters of which everything is asked

PODS = """
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Pod, metadata: {name: both, namespace: s, labels: {app: both}},
   spec: {nodeName: n1}, status: {podIPs: [{ip: 10.244.0.1}, {ip: "fd00::1"}]}}
- {apiVersion: v1, kind: Pod, metadata: {name: four, namespace: s, labels: {app: four}},
   spec: {nodeName: n1}, status: {podIP: 10.244.0.2}}
- {apiVersion: v1, kind: Pod, metadata: {name: host, namespace: s, labels: {app: host}},
   spec: {nodeName: n1, hostNetwork: true}, status: {podIP: 192.0.2.1, hostIP: 192.0.2.1}}
- {apiVersion: v1, kind: Pod, metadata: {name: done, namespace: s, labels: {app: done}},
   spec: {nodeName: n2, hostNetwork: true},
   status: {phase: Succeeded, podIP: 192.0.2.2, hostIP: 192.0.2.2}}
"""
CALLED = {"IPv4": ["10.244.0.1", "10.244.0.2", "192.0.2.1", "192.0.2.2", "203.0.113.7"]}
CALLED["IPv6"] = ["fd00::1", "2001:db8::7"]
ASKED = ("service_rewritten_first", "service_loopback", "unknown_endpoints_admit")


def services(rng):
    """Yield one or two Services without selector that share an address, and where they lead."""
    for number in range(1, rng.randint(1, 2) + 1):
        own = [f"10.96.0.{number}", f"fd96::{number}"][: rng.randint(1, 2)]
        spec = {"clusterIP": own[0], "clusterIPs": own, "ports": [{"port": 80}]}
        spec |= rng.choice([{}, {}, {"externalIPs": ["203.0.113.9"]}])
        spec |= rng.choice([{}] * 4 + [{"internalTrafficPolicy": "Local"}])
        if rng.random() < 0.3:
            spec |= {"type": "NodePort", "ports": [{"port": 80, "nodePort": 30080}]}
        meta = {"name": f"api{number}", "namespace": "s"}
        yield {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": spec}
        for family, addresses in CALLED.items():
            ends = [{"addresses": [end]} for end in rng.sample(addresses, rng.randint(0, 2))]
            if rng.random() < 0.2:
                away = {"kind": "Pod", "name": "elsewhere", "namespace": "s"}
                ends.append({"addresses": [addresses[-1]], "targetRef": away})
            labels = {"kubernetes.io/service-name": meta["name"]}
            slice_ = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice"}
            slice_ |= {"metadata": {**meta, "name": f"{family.lower()}{number}", "labels": labels}}
            ports = rng.choice([[{"port": 80}], [{"port": 6443}], [{}]])
            yield slice_ | {"addressType": family, "ports": ports, "endpoints": ends}


def policies(rng):
    """Yield policies that admit some addresses of what is called and of what is behind."""
    for name in rng.sample(["both", "four", "host"], rng.randint(0, 2)):
        for way, side in (("Egress", "to"), ("Ingress", "from")):
            own = ["10.96.0.0/24", "203.0.113.9/32", "fd96::/64"] if way == "Egress" else []
            blocks = [*own, "10.244.0.0/31", "10.244.0.2/32", "192.0.2.0/24", "203.0.113.7/32"]
            blocks += ["fd00::/64", "2001:db8::/32"]
            peers = [{"ipBlock": {"cidr": one}} for one in blocks if rng.random() < 0.6]
            ports = rng.choice([[], [{"port": 80}], [{"port": 80}, {"port": 6443}]])
            rule = {side: peers, "ports": ports} if peers else {}
            spec = {"podSelector": {"matchLabels": {"app": name}}, "policyTypes": [way]}
            spec |= {way.lower(): [rule] if rng.random() < 0.8 else []}
            if rng.random() < 0.6:
                meta = {"name": f"{name}-{side}", "namespace": "s"}
                kind = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy"}
                yield kind | {"metadata": meta, "spec": spec}


@pytest.mark.parametrize("first", range(0, 24, 8))
def test_where_addresses_lead_reachability_says_what_verdicts_say(first):
    for seed in range(first, first + 8):
        rng = random.Random(seed)
        documents = [*services(rng), *policies(rng)]
        cluster = lab.load(
            PODS, json.dumps({"kind": "List", "apiVersion": "v1", "items": documents})
        )
        assumptions = Assumptions(**{name: rng.choice([None, True, False]) for name in ASKED})
        reach = lab.reachability(cluster, assumptions)
        outer = {"203.0.113.9", "192.0.2.1", "192.0.2.2"}
        outer |= {str(at) for one in cluster.services if one.stays_on_node for at in one.addresses}
        for source in ("both", "four", "host"):
            for end in [end for end in map(str, reach.ends[3:]) if "-" not in end]:
                sure, undefined = reach.ports(source, end), reach.undefined(source, end)
                for port in (80, 6443, 30080):
                    found = ("TCP", port) in sure or (None if ("TCP", port) in undefined else False)
                    said = lab.evaluate(cluster, source, end, port, assumptions=assumptions).allowed
                    rough = found is None and end in outer
                    assert found is said or rough, (seed, source, end, port)
