"""The ends of a reachability answer."""

import pytest

import netpol_lab as lab
from netpol_lab.model.addresses import parse_address
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
spec: {spec or "{}"}
{status}
"""


def ranges(*texts):
    return [str(part) for part in outside([lab.load("\n---\n".join(texts))])]


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
