"""Questions about ways through a cluster."""

import networkx
import pytest

import netpol_lab as lab
from netpol_lab.errors import UnknownNameError
from netpol_lab.model.ports import PortSet
from tests.helpers.changes import load, replicas

OUTSIDE = "0.0.0.0-255.255.255.255"


@pytest.fixture(scope="module")
def shop():
    return lab.reachability(lab.load("three-tier"))


def test_the_graph_has_an_edge_for_each_connection(shop):
    found = shop.graph()
    assert {(c.source, c.destination) for c in shop.connections()} == set(found.edges)
    assert found.edges["shop/backend", "shop/db"]["ports"] == PortSet.every()
    assert found.nodes[OUTSIDE]["outside"]
    assert not found.nodes["shop/db"]["outside"]


def test_networkx_finds_ways_in_the_graph(shop):
    assert networkx.shortest_path(shop.graph(), OUTSIDE, "shop/db") == [
        OUTSIDE,
        "shop/web",
        "shop/backend",
        "shop/db",
    ]


def test_a_blast_radius_tells_hops_and_way(shop):
    found = {reached.name: reached for reached in shop.blast_radius("web")}
    assert found["shop/db"].path == ("shop/web", "shop/backend", "shop/db")
    assert found["shop/db"].hops == 2
    assert found["shop/db"].ports == PortSet.every()


@pytest.mark.parametrize("scenario", ["three-tier", "neighbours", "one-way"])
@pytest.mark.parametrize("by", ["pod", "workload", "namespace"])
def test_hops_are_shortest_ways_over_pods(scenario, by):
    reach = lab.reachability(lab.load(scenario))
    ways = reach.graph(by)
    for start in [name for name in ways if not ways.nodes[name]["outside"]]:
        outside = [n for n in ways if ways.nodes[n]["outside"]]
        within = networkx.DiGraph(ways)
        within.remove_edges_from([*within.out_edges(outside)])
        hops = networkx.single_source_shortest_path_length(within, start)
        found = {reached.name: reached.hops for reached in reach.blast_radius(start, by)}
        assert found | {start: 0} == hops


def test_an_intruder_may_start_outside(shop):
    assert [r.name for r in shop.blast_radius("203.0.113.7")] == [
        "shop/web",
        "shop/backend",
        "shop/db",
    ]


def test_the_way_does_not_lead_through_the_outside(shop):
    assert all(OUTSIDE not in reached.path[:-1] for reached in shop.blast_radius("web"))


ADDRESSED = """
apiVersion: v1
kind: Pod
metadata: {{name: {0}, namespace: s, labels: {{app: {0}}}}}
status: {{podIP: {1}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {0}, namespace: s}}
spec: {{podSelector: {{matchLabels: {{app: {0}}}}}, policyTypes: [Egress], egress: {2}}}
---
"""


def test_nobody_gets_on_from_an_address_outside():
    beyond = "[{to: [{ipBlock: {cidr: 192.0.2.0/24}}]}]"
    pods = ADDRESSED.format("a", "10.0.0.1", beyond), ADDRESSED.format("b", "10.0.0.2", "[]")
    reach = lab.reachability(lab.load(*pods))
    assert reach.ports("192.0.2.1", "s/b") == PortSet.every()
    assert [one[:3] for one in reach.blast_radius("s/a")] == [
        ("192.0.2.0-192.0.2.255", 1, ("s/a", "192.0.2.0-192.0.2.255"))
    ]


def test_a_sure_way_is_told_though_a_shorter_one_may_be_open():
    nowhere = "status: {}"
    to_c, to_b = (f"{{to: [{{podSelector: {{matchLabels: {{app: {x}}}}}}}]}}" for x in "cb")
    maybe = "{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}"
    reach = lab.reachability(
        lab.load(
            ADDRESSED.format("a", "192.0.2.1", f"[{to_c}, {maybe}]"),
            ADDRESSED.format("b", "10.0.0.2", "[]").replace("status: {podIP: 10.0.0.2}", nowhere),
            ADDRESSED.format("c", "192.0.2.3", f"[{to_b}]"),
        )
    )
    assert reach.graph().edges["s/a", "s/b"] == {"ports": PortSet(), "undefined": PortSet.every()}
    for perhaps in (False, True):
        found = {one.name: one for one in reach.blast_radius("s/a", perhaps=perhaps)}
        assert found["s/b"][1:] == (2, ("s/a", "s/c", "s/b"), PortSet.every(), True)


def test_exposure_is_what_the_outside_can_open(shop):
    assert [(c.source, c.destination) for c in shop.exposure()] == [(OUTSIDE, "shop/web")]
    assert [c.destination for c in shop.exposure("namespace")] == ["shop"]


def test_an_unknown_start_is_an_error_with_a_proposal(shop):
    with pytest.raises(UnknownNameError, match="shop/web"):
        shop.blast_radius("wep")


@pytest.fixture(scope="module")
def open_questions():
    """a may reach b only where the address of b, which nobody knows, is in a block; b reaches c."""
    deny = {"podSelector": {}, "policyTypes": ["Egress"]}
    block = {"egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]}
    to_c = {"egress": [{"to": [{"podSelector": {"matchLabels": {"app": "c"}}}]}]}
    specs = {
        "deny": deny,
        "a": {**deny, "podSelector": {"matchLabels": {"app": "a"}}, **block},
        "b": {**deny, "podSelector": {"matchLabels": {"app": "b"}}, **to_c},
    }
    only_b = {
        "podSelector": {"matchLabels": {"app": "c"}},
        "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "b"}}}]}],
    }
    specs["c"] = only_b
    policies = [
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": name, "namespace": "shop"},
            "spec": spec,
        }
        for name, spec in specs.items()
    ]
    pods = [pod for app in "abc" for pod in replicas(app, 1, "x")]
    return lab.reachability(load([*pods, *policies]))


def test_what_is_undefined_is_no_sure_way(open_questions):
    reached = {found.name for found in open_questions.blast_radius("shop/a-x0")}
    assert not reached & {"shop/b-x0", "shop/c-x0"}
    a, b = (open_questions.index.place_of[name] for name in ("shop/a-x0", "shop/b-x0"))
    assert not open_questions.matrix.spread(1 << a) >> b & 1
    assert open_questions.matrix.spread(1 << a, perhaps=True) >> b & 1


def test_what_may_be_reached_comes_last_and_is_not_sure(open_questions):
    found = open_questions.blast_radius("shop/a-x0", perhaps=True)
    assert [(one.name, one.hops, one.sure) for one in found if "shop" in one.name] == [
        ("shop/b-x0", 1, False),
        ("shop/c-x0", 2, False),
    ]
    sure = [one.sure for one in found]
    assert sure == sorted(sure, reverse=True)
    assert tuple(one for one in found if one.sure) == open_questions.blast_radius("shop/a-x0")


def test_what_is_only_undefined_is_not_in_the_radius():
    pods = "\n---\n".join(
        f"{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: s}}}}"
        for name in ("a", "b")
    )
    policy = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: s}
spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}
"""
    reach = lab.reachability(lab.load(pods, policy))
    assert reach.undefined("s/a", "s/b")
    assert not reach.ports("s/a", "s/b")
    assert all(found.name != "s/b" for found in reach.blast_radius("s/a"))
