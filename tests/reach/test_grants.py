"""What each rule grants, as sets."""

import netpol_lab as lab
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.bitsets import ones
from netpol_lab.model.objects import Direction
from netpol_lab.reach.endpoint_index import EndpointIndex
from netpol_lab.reach.grants import grants
from netpol_lab.reach.peer_views import PeerViews


def granted(cluster, direction, **assumed):
    """Each grant in names: who may, to whom, on what, and by which rule."""
    index = EndpointIndex([cluster])
    found = grants(
        resolution_of(cluster), PeerViews(cluster, index, Assumptions(**assumed)), direction
    )
    return [
        (
            [index.names[place] for place in ones(grant.sources)],
            [index.names[place] for place in ones(grant.destinations)],
            str(grant.ports),
            grant.rule and grant.rule.path,
        )
        for grant in found
    ]


EVERYBODY = ["shop/web", "shop/backend", "shop/db", "0.0.0.0-255.255.255.255"]


def test_a_rule_grants_its_peers_the_way_to_its_subjects():
    found = granted(lab.load("three-tier"), Direction.INGRESS)
    assert (["shop/backend"], ["shop/db"], "all ports", "spec.ingress[0]") in found


def test_whoever_is_not_isolated_grants_everything():
    found = granted(lab.load("three-tier"), Direction.INGRESS)
    assert (EVERYBODY, ["shop/web", EVERYBODY[-1]], "all ports", None) in found
    assert granted(lab.load("three-tier"), Direction.EGRESS) == [
        (EVERYBODY, EVERYBODY, "all ports", None)
    ]


def test_nothing_is_isolated_where_nothing_is_enforced():
    found = granted(lab.load("three-tier"), Direction.INGRESS, enforced=False)
    assert found == [(EVERYBODY, EVERYBODY, "all ports", None)]


NAMED = """
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: shop}}
spec:
  nodeName: n1
  containers: [{{name: main, image: web, ports: [{{name: http, containerPort: {port}}}]}}]
status: {{hostIP: 192.0.2.1}}
"""
BY_NAME = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: by-name, namespace: shop}
spec: {podSelector: {}, ingress: [{from: [{podSelector: {}}], ports: [{port: http}]}]}
"""


def test_a_named_port_is_granted_apart_for_each_number():
    pods = (NAMED.format(name=name, port=port) for name, port in (("a", 80), ("b", 8080)))
    found = granted(lab.load("\n---\n".join([*pods, BY_NAME])), Direction.INGRESS)
    both = ["shop/a", "shop/b"]
    assert (both, ["shop/a"], "TCP 80", "spec.ingress[0]") in found
    assert (both, ["shop/b"], "TCP 8080", "spec.ingress[0]") in found


def test_a_pods_own_node_is_granted_the_way_in():
    cluster = lab.load("\n---\n".join([NAMED.format(name="a", port=80), BY_NAME]))
    found = granted(cluster, Direction.INGRESS)
    assert (["192.0.2.1"], ["shop/a"], "all ports", None) in found


def test_of_several_nodes_only_the_pods_own_is_granted_the_way_in():
    node = """
apiVersion: v1
kind: Node
metadata: {name: n2}
status: {addresses: [{type: InternalIP, address: 192.0.2.2}]}
"""
    unnamed = NAMED.format(name="a", port=80).replace("  nodeName: n1\n", "")
    cluster = lab.load("\n---\n".join([unnamed, node, BY_NAME]))
    found = granted(cluster, Direction.INGRESS, unknown_node_is_own=True)
    assert (["192.0.2.1"], ["shop/a"], "all ports", None) in found
    assert not any("shop/a" in to and "192.0.2.2" in by for by, to, _, _ in found)
