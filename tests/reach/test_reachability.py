"""Every flow at once says what every flow by itself says."""

import json
import random
from dataclasses import replace

import pytest
import yaml
from hypothesis import given, settings

import netpol_lab as lab
from netpol_lab.errors import AmbiguousNameError, FlowError, NetpolError, UnknownNameError
from netpol_lab.model.ports import PortSet, is_governed
from netpol_lab.reach.reachability import Connection, side_by_side
from tests.referee.every_flow import addresses_misplaced, gaps, with_replica
from tests.referee.random_clusters import (
    clusters_with_flows,
    random_cluster,
    random_flows,
    random_ranges,
)
from tests.referee.test_naive import CASES, expand, manifests_of

CLUSTERS, CHUNK = 800, 10


@pytest.mark.parametrize("first", range(0, CLUSTERS, CHUNK))
def test_reachability_equals_evaluate_and_the_referee_for_every_pair_and_port(first):
    """Self pairs, replicas, ports named differently per pod and outside ranges among them."""
    for seed in range(first, first + CHUNK):
        documents = with_replica(random_cluster(seed))
        gap = next(gaps(documents, random.Random(seed), random_ranges(seed)), None)
        assert gap is None, f"seed {seed}: {gap}"
        assert [*addresses_misplaced(documents)] == []


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_reachability_holds_in_every_conformance_case(path):
    case = yaml.safe_load(path.read_text())
    documents = manifests_of(case)
    cluster = lab.load(case["manifests"], channel=case.get("channel"))
    reach = lab.reachability(cluster)
    for (source, destination, port, protocol), expected in expand(case, documents).items():
        flow = source, destination, port, protocol
        if is_governed(protocol) and not is_one_of_several(cluster, *flow):
            assert answer(reach, *flow) is expected


def answer(reach, source, destination, port, protocol="TCP"):
    if (protocol, port) in reach.ports(source, destination):
        return True
    return None if (protocol, port) in reach.undefined(source, destination) else False


def is_one_of_several(cluster, source, destination, port, protocol):
    """Is an end given by one of two addresses of a pod, or does it lead through a Service?"""
    ends = [cluster.endpoint(name) for name in (source, destination)]
    dual = any(end.pod and end.address and len(end.pod.addresses) > 1 for end in ends)
    led = ends[1].service or cluster.services_at(ends[1].address, port, protocol)
    return dual or bool(led)


# Pairs


@pytest.fixture(scope="module")
def shop():
    return lab.reachability(lab.load("three-tier"))


def test_names_workloads_and_addresses_may_be_asked_for(shop):
    assert shop.ports("web", "shop/backend") == PortSet.every()
    assert shop.ports("203.0.113.7", "web") == shop.ports(shop.index.ranges[0], "web")


def test_a_pod_reaches_itself(shop):
    assert shop.ports("db", "db") == PortSet.every()


def test_two_outside_addresses_are_nothing_to_ask_about(shop):
    with pytest.raises(FlowError, match="is a pod: name one at least"):
        shop.ports("1.1.1.1", "8.8.8.8")


@pytest.mark.parametrize("end", ["127.0.0.1", "::1", "2001:db8::1"])
def test_what_is_not_outside_is_refused(shop, end):
    with pytest.raises(FlowError, match="neither a pod nor an address outside"):
        shop.ports("web", end)


SERVICES = """
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Service, metadata: {name: api, namespace: shop},
   spec: {clusterIP: 10.96.0.1, ports: [{port: 443}]}}
- {apiVersion: v1, kind: Service, metadata: {name: bare, namespace: shop},
   spec: {selector: {role: db}, ports: [{port: 443}]}}
- {apiVersion: v1, kind: Service, metadata: {name: db, namespace: shop},
   spec: {clusterIP: 10.96.0.2, selector: {role: db}, ports: [{port: 443}]}}
- {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop},
   spec: {podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.96.0.1/32}}]},
                                    {to: [{ipBlock: {cidr: 10.96.0.2/32}}]}]}}
"""


@pytest.mark.parametrize("asked", ["svc/shop/api", "svc/shop/bare", "svc/shop/db"])
def test_services_do_not_occur_by_name_with_or_without_selector_and_address(asked):
    reach = lab.reachability(lab.load("three-tier", SERVICES))
    for question in (reach.ports, reach.undefined, reach.between):
        with pytest.raises(FlowError, match="Services do not occur here: ask for a verdict on one"):
            question("web", asked)


def test_of_service_addresses_only_those_without_selector_are_ends():
    reach = lab.reachability(lab.load("three-tier", SERVICES))
    names = [*map(str, reach.ends)]
    assert "10.96.0.1" in names
    assert "10.96.0.2" not in names
    with pytest.raises(FlowError, match="Services do not occur here"):
        reach.ports("web", "10.96.0.2")


def test_one_of_several_addresses_of_a_pod_is_refused():
    dual = pod("dual") | {"status": {"podIPs": [{"ip": "10.0.0.1"}, {"ip": "2001:db8::1"}]}}
    reach = lab.reachability(lab.load("\n---\n".join(map(json.dumps, [dual, pod("db")]))))
    with pytest.raises(FlowError, match="one of several addresses of shop/dual"):
        reach.ports("10.0.0.1", "db")


def test_an_unknown_name_gets_a_proposal(shop):
    with pytest.raises(UnknownNameError, match="shop/web"):
        shop.ports("wep", "db")


def test_a_pod_of_the_other_cluster_only_is_unknown_here():
    loaded = lab.load("three-tier")
    fewer = lab.load("\n---\n".join(map(json.dumps, [pod("web"), pod("other")])))
    here, _ = side_by_side([loaded, fewer])
    with pytest.raises(UnknownNameError, match="other"):
        here.ports("shop/other", "shop/db")


# Lists of connections


def pod(name, namespace="shop", owner=None, **labels):
    metadata = {"name": name, "namespace": namespace, "labels": labels}
    if owner:
        made_by = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": owner, "uid": "u"}
        metadata["ownerReferences"] = [made_by | {"controller": True}]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}


def only_from(labels, to, port=80, namespace="shop"):
    ports = [{"port": port}]
    rule = {"from": [{"podSelector": {"matchLabels": labels}}], "ports": ports}
    spec = {"podSelector": {"matchLabels": to}, "ingress": [rule]}
    metadata = {"name": f"to-{'-'.join(to.values())}", "namespace": namespace}
    kind = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy"}
    return {**kind, "metadata": metadata, "spec": spec}


@pytest.fixture(scope="module")
def replicas():
    documents = (
        pod("web-0", owner="web", app="web", number="0"),
        pod("web-1", owner="web", app="web", number="1"),
        pod("db", app="db"),
        only_from({"number": "1"}, {"app": "db"}, 5432),
        only_from({"number": "1"}, {"number": "0"}),
    )
    return lab.reachability(lab.load("\n---\n".join(map(json.dumps, documents))))


def test_every_connection_is_what_its_pair_says(replicas):
    for source, destination, ports, undefined in replicas.connections():
        assert source != destination
        assert ports or undefined
        assert replicas.ports(source, destination) == ports
    listed = [(c.source, c.destination) for c in replicas.connections()]
    place = replicas.index.place_of
    assert listed == sorted(listed, key=lambda pair: (place[pair[0]], place[pair[1]]))
    assert ("shop/web-0", "shop/db") not in listed
    assert ("shop/web-1", "shop/db") in listed


def test_a_workload_may_what_any_of_its_pods_may(replicas):
    found = {c[:2]: c.ports for c in replicas.connections("workload")}
    assert found["shop/web", "shop/db"] == PortSet.of("TCP", 5432)
    assert found["shop/web", "shop/web"] == PortSet.every()
    assert ("shop/db", "shop/db") not in found


def test_a_namespace_has_connections_within(replicas):
    found = {c[:2]: c.ports for c in replicas.connections("namespace")}
    assert found["shop", "shop"] == PortSet.every()


def test_what_only_some_pods_of_a_group_may_is_open_where_only_some_of_them_exist(replicas):
    pods = [replace(one, supposed=one.name != "db") for one in replicas.cluster.pods]
    reach, every, one = (
        lab.reachability(replace(replicas.cluster, pods=tuple(pods))),
        PortSet.every(),
        PortSet.of("TCP", 80),
    )
    outside, none = str(reach.index.ranges[0]), PortSet()
    found = {c[:2]: c[2:] for c in reach.connections("workload")}
    assert found == {
        ("shop/web", "shop/web"): (one, every - one),
        ("shop/web", "shop/db"): (none, PortSet.of("TCP", 5432)),
        ("shop/web", outside): (every, none),
        ("shop/db", "shop/web"): (none, every),
        ("shop/db", outside): (every, none),
        (outside, "shop/web"): (none, every),
    }
    assert [one.name for one in reach.blast_radius("web", "workload")] == [outside]
    assert reach.between("shop", "shop", "namespace")[2:] == (one, every - one)
    assert reach.between("shop/web-1", "shop/db").ports == PortSet.of("TCP", 5432)


def test_a_workload_by_name_means_all_its_pods(replicas):
    assert replicas.ports("shop/web", "db") == PortSet()
    assert replicas.undefined("shop/web", "db") == PortSet.of("TCP", 5432)
    assert replicas.names_of("shop/web") == ("shop/web-0", "shop/web-1")
    assert {c.source for c in replicas.out_of("shop/web")} == {"shop/web-0", "shop/web-1"}
    assert {c.destination for c in replicas.into("shop/web")} == {"shop/web-0", "shop/web-1"}
    assert "shop/db" in {found.name for found in replicas.blast_radius("shop/web")}
    with pytest.raises(AmbiguousNameError, match=r"shop/web-0, shop/web-1\..*ask by workload"):
        replicas.between("shop/web", "shop/db")


def test_evaluate_leaves_open_what_pods_of_a_workload_differ_in(replicas):
    verdict = lab.evaluate(replicas.cluster, "shop/web", "shop/db", port=5432)
    assert verdict.allowed is None
    assert "the workload has several pods, and they differ" in str(verdict)
    assert lab.evaluate(replicas.cluster, "shop/web", "shop/db", port=80).allowed is False


def test_a_workload_reaches_itself_where_all_its_other_pods_do(replicas):
    ends = replicas.cluster, "shop/web", "shop/web"
    assert lab.evaluate(*ends, port=80).allowed is True
    assert lab.evaluate(*ends, port=81).allowed is None
    assert replicas.ports("shop/web", "shop/web") == PortSet.of("TCP", 80)
    assert ("TCP", 81) in replicas.undefined("shop/web", "shop/web")


@pytest.mark.parametrize("seed", range(60))
def test_workloads_by_name_are_judged_alike_one_by_one_and_all_at_once(seed):
    documents = with_replica(random_cluster(seed))
    cluster = lab.load("\n---\n".join(map(json.dumps, documents)))
    reach = lab.reachability(cluster)
    twins = next(str(end) for end in reach.ends if str(end).endswith("-twin"))
    workload = f"{twins.partition('/')[0]}/twins"
    for end in map(str, (pod for pod in cluster.pods if not pod.finished)):
        for flow in ((workload, end), (end, workload), (workload, workload)):
            for protocol, port in reach.matrix.classes.examples:
                expected = lab.evaluate(cluster, *flow, port, protocol).allowed
                assert answer(reach, *flow, port, protocol) is expected


def test_the_loopback_of_a_workload_is_that_of_each_pod(replicas):
    assert lab.evaluate(replicas.cluster, "shop/web", "127.0.0.1", port=81).allowed is True


def test_the_address_of_a_service_without_selector_is_open_where_it_leads_on():
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "kubernetes", "namespace": "default"},
        "spec": {"clusterIP": "10.96.0.1", "ports": [{"port": 443}]},
    }
    reach = lab.reachability(lab.load("\n---\n".join(map(json.dumps, [service, pod("web")]))))
    assert "10.96.0.1" in map(str, reach.ends)
    assert reach.undefined("web", "10.96.0.1") == PortSet.of("TCP", 443)
    assert reach.ports("web", "10.96.0.1") == PortSet.every() - PortSet.of("TCP", 443)


def test_something_else_than_a_cluster_is_refused_kindly():
    with pytest.raises(NetpolError, match="load it first"):
        lab.reachability("three-tier")


def test_who_reaches_a_pod_and_where_it_goes_are_parts_of_the_list(replicas):
    everything = [*replicas.connections()]
    assert [*replicas.into("db")] == [c for c in everything if c.destination == "shop/db"]
    assert [*replicas.out_of("db")] == [c for c in everything if c.source == "shop/db"]
    assert replicas.into("db", "workload")[0].source == "shop/web"


def test_between_two_without_a_connection_there_is_an_empty_one(replicas):
    assert replicas.between("shop/web-0", "db") == Connection("shop/web-0", "shop/db")


def test_only_known_ways_to_put_pods_together_are_taken(replicas):
    with pytest.raises(NetpolError, match='no grouping by "node"'):
        [*replicas.connections("node")]


@settings(max_examples=50)
@given(clusters_with_flows(0))
def test_lists_and_pairs_agree_in_random_clusters(cluster_and_flows):
    reach = lab.reachability(lab.load("\n---\n".join(map(json.dumps, cluster_and_flows[0]))))
    listed = {c[:2]: (c.ports, c.undefined) for c in reach.connections()}
    for source in reach.ends:
        for destination in reach.ends:
            pair = str(source), str(destination)
            if source is not destination and "/" in "".join(pair):
                said = reach.ports(*pair), reach.undefined(*pair)
                assert listed.get(pair, (PortSet(), PortSet())) == said


# One port


def test_a_grid_says_for_each_pair_what_evaluate_says():
    for seed in range(30):
        documents = random_cluster(seed)
        cluster = lab.load("\n---\n".join(map(json.dumps, documents)))
        grid = lab.reachability(cluster).at(80)
        for source, destination, _, _ in random_flows(documents, seed, 20):
            ends = [cluster.endpoint(end) for end in (source, destination)]
            if all(end.pod for end in ends):
                names = [str(end.pod) for end in ends]
                assert grid.cell(*names) is lab.evaluate(cluster, *names, port=80).allowed


def test_a_grid_has_no_answer_where_neither_end_is_a_pod(shop):
    grid = shop.at(5432)
    assert grid.cell(grid.names[-1], grid.names[-1]) is None
    assert next(iter(grid.cells)) == (True, True, False, True)


@pytest.mark.parametrize(("port", "protocol"), [(0, "TCP"), (80, "HTTP"), (None, "ICMP")])
def test_a_grid_needs_a_port_that_policies_know(shop, port, protocol):
    with pytest.raises(FlowError):
        shop.at(port, protocol)


# Readings


def test_what_readings_disagree_on_is_undefined_and_can_be_settled():
    documents = yaml.safe_load_all(
        """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: block, namespace: shop}
spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 80}]}]}
"""
    )
    cluster = lab.load("\n---\n".join(map(json.dumps, documents)))
    reach = lab.reachability(cluster)
    assert (reach.ports("web", "db"), reach.undefined("web", "db")) == (
        PortSet(),
        PortSet.of("TCP", 80),
    )
    settled = lab.reachability(cluster, lab.Assumptions(unknown_addresses_in_blocks=True))
    assert settled.ports("web", "db") == PortSet.of("TCP", 80)


def test_the_text_says_what_is_undefined_and_that_there_is_nothing():
    both = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    sealed = only_from({}, {"app": "web"}) | {"spec": both}
    documents = [pod("web", app="web"), sealed]
    text = "\n---\n".join(map(json.dumps, documents))
    assert str(lab.reachability(lab.load(text))) == "no connection"
    both["egress"] = [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"port": 80}]}]
    both["ingress"] = [{"ports": [{"port": 80}]}]
    text = "\n---\n".join(map(json.dumps, [*documents, pod("db", app="db")]))
    assert str(lab.reachability(lab.load(text))).splitlines() == [
        "shop/web -> shop/db  no port (undefined: TCP 80)",
        "shop/web -> 10.0.0.0-10.255.255.255  TCP 80",
        "shop/db -> shop/web  no port (undefined: TCP 80)",
        "shop/db -> 10.0.0.0-10.255.255.255  TCP 80",
        "0.0.0.0-255.255.255.255 -> shop/web  TCP 80",
        "0.0.0.0-255.255.255.255 -> shop/db  TCP 80",
    ]


def test_the_text_lists_the_connections(shop):
    assert str(shop).splitlines()[0] == "shop/web -> shop/backend  all ports"
    assert repr(shop) == "Reachability: 3 pods, 1 range of addresses outside"
