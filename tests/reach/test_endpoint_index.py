"""The ends of a reachability answer."""

import json
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

import netpol_lab as lab
from netpol_lab.model.addresses import parse_address
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Pod
from netpol_lab.reach.endpoint_index import EndpointIndex, outside


def block(cidr, *excepts):
    return f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: blocks, namespace: shop}}
spec:
  podSelector: {{}}
  ingress: [{{from: [{{ipBlock: {{cidr: {cidr}, except: {list(excepts)}}}}}]}}]
"""


def pod(name, address="", **spec):
    status = f"status: {{podIP: {address}}}" if address else ""
    return f"""
---
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: shop}}
spec: {json.dumps(spec)}
{status}
"""


def ranges(*texts):
    cluster = lab.load("\n---\n".join(texts), channel="experimental")
    return [str(part) for part in outside([cluster])]


def test_the_outside_is_cut_at_every_block_and_exception():
    assert ranges(block("10.0.0.0/8", "10.1.0.0/16")) == [
        "0.0.0.0-9.255.255.255",
        "10.0.0.0-10.0.255.255",
        "10.1.0.0-10.1.255.255",
        "10.2.0.0-10.255.255.255",
        "11.0.0.0-255.255.255.255",
    ]


def test_a_block_at_the_end_of_the_world_cuts_once():
    assert ranges(block("255.0.0.0/8")) == ["0.0.0.0-254.255.255.255", "255.0.0.0-255.255.255.255"]


def test_ipv6_is_spoken_of_where_a_policy_or_a_pod_does():
    assert len(ranges(block("2001:db8::/32"))) == 4
    assert ranges(pod("web", "2001:db8::1"))[1:] == ["::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]


def test_a_pods_address_is_not_outside():
    assert "10.0.0.5" not in ranges(block("10.0.0.5/32"), pod("web", "10.0.0.5"))
    assert "10.0.0.5" in ranges(block("10.0.0.4/31"), pod("web", "10.0.0.4"))


def test_loopback_is_not_outside():
    assert ranges(block("127.0.0.0/8")) == ["0.0.0.0-126.255.255.255", "128.0.0.0-255.255.255.255"]


def test_a_range_beside_ipv4_in_ipv6s_clothes_ends_and_begins_right_there():
    assert ranges(block('"::1:0:0:0/128"'))[1:] == [
        "::-::fffe:ffff:ffff",
        "::1:0:0:0",
        "::1:0:0:1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    ]


def test_the_address_of_a_node_stands_alone():
    host = pod("agent", "192.0.2.1", hostNetwork=True)
    assert "192.0.2.1" in ranges(host)


@pytest.mark.parametrize("text", ["127.0.0.1", "10.0.0.5", "::1"])
def test_what_is_not_outside_has_no_range(text):
    index = EndpointIndex([lab.load(pod("web", "10.0.0.5"))])
    assert index.range_around(parse_address(text)) is None
    assert index.range_around(parse_address("10.0.0.6")) is index.ranges[0]


def test_an_address_outside_is_in_the_range_that_holds_it():
    index = EndpointIndex([lab.load(block("10.0.0.0/8"))])
    for text in ("9.9.9.9", "10.0.0.1", "11.0.0.0", "255.255.255.255"):
        assert parse_address(text) in index.range_around(parse_address(text))


def test_clusters_share_one_frame():
    old, new = lab.load(pod("web", "10.0.0.5")), lab.load(block("10.0.0.0/8") + pod("db"))
    index = EndpointIndex([old, new])
    assert index.pods == ("shop/web", "shop/db")
    assert "10.0.0.0-10.255.255.255" in index.names


# Every address is in one range, or in none

LOOPBACKS = (ip_network("127.0.0.0/8"), ip_network("::1/128"), ip_network("::ffff:0:0/96"))
EDGES = [
    *("0.0.0.0", "9.255.255.255", "10.0.0.0", "126.255.255.255", "127.0.0.0", "127.0.0.1"),
    *("127.255.255.254", "127.255.255.255", "128.0.0.0", "255.255.255.254", "255.255.255.255"),
    *("::", "::1", "::2", "::fffe:ffff:ffff", "::ffff:0:0", "::ffff:0:1", "::ffff:ffff:fffe"),
    *("::ffff:ffff:ffff", "::1:0:0:0", "::1:0:0:1", "fd00::", "fd00::1"),
    *("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
]
ADDRESSES = st.sampled_from(EDGES).map(ip_address)
NETWORKS = st.builds(
    lambda address, wider: ip_network((address, address.max_prefixlen - wider), strict=False),
    ADDRESSES,
    st.sampled_from([0, 0, 0, 1, 2, 8]),
)


@given(st.sets(ADDRESSES, max_size=4), st.lists(NETWORKS, max_size=4))
def test_each_address_is_in_one_range_unless_it_is_a_pod_or_loopback(taken, apart):
    pods = (Pod("shop", f"p{i}", addresses=(one,)) for i, one in enumerate(taken))
    found = [*outside([Cluster(pods=tuple(pods))], apart)]
    versions = {4, *(thing.version for thing in (*taken, *apart))}
    assert {part.version for part in found} <= versions
    for address in map(ip_address, EDGES):
        never = address in taken or any(address in some for some in LOOPBACKS)
        around = [part for part in found if address in part]
        if not never:
            assert len(around) == (address.version in versions)
        assert len(around) <= 1
        assert not never or all(address not in (part.first, part.last) for part in found)
        for network in apart:
            same = [part for part in around if part.first in network or part.last in network]
            assert not same or (same[0].first in network and same[0].last in network)


# Which addresses stand alone

NODE = """
---
apiVersion: v1
kind: Node
metadata: {name: n2}
status: {addresses: [{type: InternalIP, address: 192.0.2.2}]}
"""


def service(name, address, rest):
    return f"""
---
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: shop}}
spec: {{clusterIP: {address}, ports: [{{port: 80{rest}
"""


PLACED = pod("a", "10.0.0.5", nodeName="n1") + pod("b", nodeName="n1")
DONE = pod("c").replace("status:", "status: {phase: Succeeded}") + "status: {phase: Succeeded}"
SELECTING = service("s", "10.96.0.1", "}], selector: {app: a}}")
AT_NODES = service("t", "10.96.0.2", ", nodePort: 30080}], type: NodePort, selector: {app: a}}")
BY_NODES = """
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: all}
spec:
  tier: Admin
  priority: 1
  subject: {namespaces: {}}
  egress: [{action: Deny, to: [{namespaces: {}}, PEER]}]
"""


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        (PLACED, []),
        (PLACED + NODE, []),
        (PLACED + SELECTING, []),
        (PLACED + service("s", "10.96.0.1", "}]}"), ["10.96.0.1"]),
        (PLACED + NODE + DONE, []),
        (PLACED + NODE + pod("c"), ["192.0.2.2"]),
        (PLACED + NODE + SELECTING + AT_NODES, ["192.0.2.2"]),
        (PLACED + NODE + BY_NODES.replace("PEER", "{nodes: {}}"), ["192.0.2.2"]),
        (PLACED + NODE + BY_NODES.replace("PEER", "{networks: [10.0.0.9/32]}"), ["10.0.0.9"]),
        (PLACED + pod("d", "10.0.0.8", hostNetwork=True, nodeName="n1"), ["10.0.0.8"]),
        (f"{PLACED}---{block('10.0.0.9/32')}", ["10.0.0.9"]),
    ],
)
def test_an_address_stands_alone_only_where_something_is_about_it(text, alone):
    found = ranges(text)
    assert [part for part in found if "-" not in part] == alone
    assert len(found) == 2 * len(alone) + 1
