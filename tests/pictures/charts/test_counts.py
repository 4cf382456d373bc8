"""How much is open, counted again pair by pair with `evaluate`."""

import json

import pytest
from hypothesis import given, settings

import netpol_lab as lab
from netpol_lab.pictures.charts.counts import OUTSIDE, Share, coverage, openness
from tests.referee.random_clusters import clusters

TOWN = lab.load("neighbours")


def counted(cluster, sources, destinations):
    """Count open ports the slow way: a verdict for each pair and each declared port."""
    opened = total = undefined = 0
    for source in sources:
        for pod in destinations:
            ports = {(str(p.protocol), p.port) for p in pod.ports
                     if p.in_sidecar or not p.in_init_container}  # fmt: skip
            for protocol, port in ports if str(source) != str(pod) else ():
                total += 1
                verdict = lab.evaluate(cluster, source, str(pod), port, protocol)
                opened += verdict.allowed is True
                undefined += verdict.allowed is None
    return Share(opened, total, undefined)


def test_what_is_open_in_the_market_equals_the_count_of_single_verdicts():
    market = lab.load("market")
    found = openness(market)
    for source in ("front", "payments"):
        ends = [str(pod) for pod in found.members[source]]
        assert found.share(source, "catalog") == counted(market, ends, found.members["catalog"])


@settings(max_examples=40, deadline=None)
@given(clusters())
def test_what_is_open_equals_the_count_of_single_verdicts(made):
    cluster = lab.load(json.dumps({"kind": "List", "apiVersion": "v1", "items": made}))
    found = openness(cluster)
    for source, pods in found.members.items():
        for destination, others in found.members.items():
            ends = [str(pod) for pod in pods]
            assert found.share(source, destination) == counted(cluster, ends, others)


def test_an_address_outside_counts_as_any_but_a_node():
    policy = """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: deny, namespace: payments}
        spec: {podSelector: {}}
    """
    found = openness(lab.load("market", policy))
    assert found.share(OUTSIDE, "payments") == Share(0, 4)
    assert found.share(OUTSIDE, "catalog").part == 1


def test_one_port_can_be_asked_about_on_every_pod():
    found = openness(lab.load("three-tier"), "workload", ("TCP", 5432))
    assert found.share("shop/web", "shop/db") == Share(0, 1)
    assert found.share("shop/web", "shop/backend") == Share(1, 1)


def test_pods_that_may_open_something_outside_are_counted():
    assert openness(TOWN.with_policies(["web-deny-egress"])).way_out("shop") == Share(1, 2)


UNDEFINED = """
apiVersion: v1
kind: Pod
metadata: {name: job, namespace: a}
---
apiVersion: v1
kind: Pod
metadata: {name: dns, namespace: b}
spec: {containers: [{name: c, image: x, ports: [{containerPort: 53}, {containerPort: 54}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: some, namespace: a}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - {to: [{namespaceSelector: {}}], ports: [{port: 54}]}
  - {to: [{ipBlock: {cidr: 10.0.0.0/8}}]}
"""


def test_what_is_undefined_is_counted_apart_from_open_and_blocked():
    found = openness(lab.load(UNDEFINED))
    assert found.share("a", "b") == found.share_of_others("b") == Share(1, 2, 1)
    assert str(found.share("a", "b")) == "50-100%"


def test_a_pod_that_may_go_out_in_some_reading_only_is_counted_apart():
    on_node = """
apiVersion: v1
kind: Pod
metadata: {name: agent}
spec: {hostNetwork: true, nodeName: n1, containers: [{name: c, image: c}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny}
spec: {podSelector: {}, policyTypes: [Egress]}
"""
    assert openness(lab.load(on_node)).way_out("default") == Share(0, 1, 1)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        ((0, 3, 3), "0-100%"),
        ((1, 1000, 1), "1-2%"),
        ((0, 1000, 1), "0-1%"),
        ((998, 1000, 1), "99-100%"),
        ((1, 4, 1), "25-50%"),
    ],
)
def test_a_range_ends_above_where_it_begins(share, words):
    assert str(Share(*share)) == words


@pytest.mark.parametrize(
    ("share", "words"), [((1, 1000), "1%"), ((999, 1000), "99%"), ((5, 5), "100%"), ((0, 5), "0%")]
)
def test_only_all_is_a_hundred_percent_and_only_none_is_nothing(share, words):
    assert str(Share(*share)) == words


def test_coverage_counts_isolated_pods_of_each_namespace():
    (shop, blog) = coverage(TOWN.with_policies(["default-deny-ingress"]))
    assert (shop.namespace, shop.ingress, shop.egress) == ("shop", Share(2, 2), Share(0, 2))
    assert (blog.namespace, blog.ingress) == ("blog", Share(0, 1))


def test_pods_on_their_nodes_network_are_counted_apart():
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostNetwork: true}"
    (found,) = coverage(lab.load(pod))
    assert (found.ingress, found.on_node) == (Share(0, 0), 1)


def test_what_a_finished_init_container_declares_is_not_counted():
    pod = """
        apiVersion: v1
        kind: Pod
        metadata: {name: a}
        spec:
          initContainers:
          - {name: setup, image: i, ports: [{containerPort: 81}]}
          - {name: side, image: i, restartPolicy: Always, ports: [{containerPort: 82}]}
          containers: [{name: c, image: c, ports: [{containerPort: 80}]}]
    """
    assert list(openness(lab.load(pod)).listening) == [("TCP", 80), ("TCP", 82)]


def test_pods_that_declare_no_port_are_said_not_to_be_counted():
    assert openness(TOWN).uncounted == "Not counted: 1 pod without ports."
    assert openness(lab.load("three-tier")).uncounted == ""
