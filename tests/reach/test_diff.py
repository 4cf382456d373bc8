"""What changed, compared with asking for every flow before and after."""

import json
import random
from dataclasses import replace
from itertools import permutations

import pytest

import netpol_lab as lab
from netpol_lab.model.addresses import AddressRange, parse_address
from netpol_lab.model.ports import PortSet
from netpol_lab.reach.diff import _some_changed
from tests.referee.every_flow import ports_worth_asking
from tests.referee.random_clusters import of_kind, policy, random_cluster


def load(documents):
    return lab.load("\n---\n".join(map(json.dumps, documents)))


def changed_documents(documents, rng):
    """The same documents with some policies gone, some new, and some labels moved."""
    kept = [d for d in documents if d["kind"] != "NetworkPolicy" or rng.random() < 0.6]
    for pod in of_kind(kept, "Pod"):
        if rng.random() < 0.2:
            pod["metadata"]["labels"] = {"app": rng.choice("ab")}
    return [*kept, *(policy(rng) for _ in range(rng.randint(0, 2)))]


def asked(end):
    return str(end.first if isinstance(end, AddressRange) else end)


def in_set(change, protocol, port):
    kinds = {"gained": change.gained, "lost": change.lost, "unsettled": change.unsettled}
    return {name for name, ports in kinds.items() if (protocol, port) in ports}


EXPECTED = {(False, True): {"gained"}, (True, False): {"lost"}}


@pytest.mark.parametrize("seed", range(60))
def test_changes_are_what_evaluate_says_before_and_after(seed):
    rng = random.Random(seed)
    documents = random_cluster(seed)
    old, new = load(documents), load(changed_documents(json.loads(json.dumps(documents)), rng))
    found = lab.diff(old, new)
    listed = {(c.source, c.destination): c for c in found.changes}
    probes = ports_worth_asking(documents)
    pairs = [
        (source, destination)
        for source, destination in permutations(found.after.ends, 2)
        if not (isinstance(source, AddressRange) and isinstance(destination, AddressRange))
    ]
    for source, destination in pairs:
        change = listed.get((str(source), str(destination)))
        for protocol, port in rng.sample(probes, 2):
            flow = asked(source), asked(destination), port, protocol
            was, now = (lab.evaluate(cluster, *flow).allowed for cluster in (old, new))
            same = set() if was is now else {"unsettled"}
            said = in_set(change, protocol, port) if change else set()
            assert said == EXPECTED.get((was, now), same), flow
        assert change is None or change.causes, flow


# Words


@pytest.fixture(scope="module")
def shop():
    return lab.load("three-tier")


def causes(old, new, **options):
    return {f"{c.source}>{c.destination}": c.causes for c in lab.diff(old, new, **options).changes}


def test_nothing_changed_between_a_cluster_and_itself(shop):
    found = lab.diff(shop, shop)
    assert not found
    assert str(found) == found.summary == "nothing changed"


def test_a_new_policy_is_named_where_it_isolates(shop):
    found = causes(shop.with_policies([]), shop)
    assert found["shop/web>shop/db"] == ("ingress: shop/db-access-ingress now isolates shop/db",)


def test_a_removed_policy_is_named_where_it_isolated(shop):
    found = causes(shop, shop.with_policies([]))
    assert found["shop/web>shop/db"] == (
        "ingress: shop/db-access-ingress is gone; it isolated shop/db",
    )


def edited(text):
    """The db policy with another ingress section."""
    policy = f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: db-access-ingress, namespace: shop}}
spec: {{podSelector: {{matchLabels: {{role: db}}}}, ingress: {text}}}
"""
    return lab.load(policy).policies


def test_a_rule_is_named_where_it_admits_now_and_where_it_no_longer_does(shop):
    others = [shop.policy("backend-access-ingress")]
    web = edited("[{from: [{podSelector: {matchLabels: {role: web}}}], ports: [{port: 5432}]}]")
    found = causes(shop, shop.with_policies([*others, *web]))
    assert found["shop/web>shop/db"] == (
        "ingress: rule 1 of shop/db-access-ingress now admits shop/web",
    )
    assert found["shop/backend>shop/db"] == (
        "ingress: rule 1 of shop/db-access-ingress no longer admits shop/backend",
    )


def test_changed_labels_are_told_from_changed_policies(shop):
    moved = [
        replace(p, labels={**p.labels, "role": "backend"}) for p in shop.pods if p.name == "web"
    ]
    new = replace(shop, pods=(*moved, *(p for p in shop.pods if p.name != "web")))
    assert causes(shop, new)["shop/web>shop/db"] == (
        "ingress: rule 1 of shop/db-access-ingress now admits shop/web (itself unchanged)",
    )


def test_new_and_gone_pods_are_said_to_be_so(shop):
    fewer = replace(shop, pods=tuple(p for p in shop.pods if p.name != "web"))
    found = lab.diff(fewer, shop)
    assert (found.added, found.removed) == (("shop/web",), ())
    assert causes(fewer, shop)["shop/web>shop/backend"] == ("shop/web is new",)
    assert lab.diff(shop, fewer).removed == ("shop/web",)
    assert "gone: shop/web" in str(lab.diff(shop, fewer))


def replicas(name, count, number):
    owner = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": name, "controller": True}
    for i in range(count):
        labels = {"app": name, "number": str(i)}
        meta = {"name": f"{name}-{number}{i}", "namespace": "shop", "labels": labels}
        meta["ownerReferences"] = [owner]
        yield {"apiVersion": "v1", "kind": "Pod", "metadata": meta}


def test_replaced_pods_of_a_workload_are_no_change_by_workload():
    old = load([*replicas("web", 2, "x"), *replicas("db", 1, "x")])
    new = load([*replicas("web", 2, "y"), *replicas("db", 1, "y")])
    assert lab.diff(old, new)
    assert not lab.diff(old, new, by="workload")


def test_by_workload_the_cause_is_found_in_a_pod_that_changed():
    pods = [*replicas("web", 2, "x"), *replicas("db", 1, "x")]
    old = load([*pods, isolating("db", {"number": "0"})])
    new = load([*pods, isolating("db", {"number": "5"})])
    found = causes(old, new, by="workload")
    assert found["shop/web>shop/db"] == (
        "ingress: rule 1 of shop/only no longer admits shop/web-x0",
    )


@pytest.mark.parametrize("by", ["workload", "namespace"])
def test_a_group_that_is_left_with_one_pod_has_nobody_of_its_own_to_reach(by):
    several, one = (load(replicas("web", count, "x")) for count in (2, 1))
    name = {"workload": "shop/web", "namespace": "shop"}[by]
    assert causes(several, one, by=by) == {f"{name}>{name}": (f"{name} has one pod only now",)}
    assert causes(one, several, by=by) == {f"{name}>{name}": (f"{name} had one pod only",)}
    assert "has one pod only now" in str(lab.diff(several, one).put_together(by))


def test_what_only_some_of_a_workload_lost_is_a_note():
    pods = [*replicas("web", 2, "x"), *replicas("db", 1, "x")]
    some = [*pods, isolating("db", {"number": "0", "app": "web"})]
    found = lab.diff(load(pods), load(some), by="workload")
    assert "~ some of shop/web -> shop/db lost all ports" in str(found)
    back = lab.diff(load(some), load(pods), by="workload")
    assert "~ some of shop/web -> shop/db gained all ports" in str(back)
    assert lab.diff(load(pods), load(some)).partial == ()


@pytest.mark.parametrize("seed", range(40))
def test_the_notes_are_what_pods_lost_and_gained_and_their_namespace_did_not(seed):
    documents = random_cluster(seed)
    changed = changed_documents(json.loads(json.dumps(documents)), random.Random(seed))
    found = lab.diff(load(documents), load(changed), by="namespace")
    owner = {
        **{str(end): str(end) for end in found.after.index.ranges},
        **{str(pod): pod.namespace for pod in found.after.cluster.pods},
    }
    lasting = {str(end) for end in found.before.ends} & {str(end) for end in found.after.ends}
    expected = {}
    for change in found.put_together("pod").changes:
        if {change.source, change.destination} <= lasting:
            pair = owner[change.source], owner[change.destination]
            lost, gained = expected.get(pair, (PortSet(), PortSet()))
            expected[pair] = lost | change.lost, gained | change.gained
    for change in found.changes:
        pair = change.source, change.destination
        if pair in expected:
            lost, gained = expected[pair]
            expected[pair] = lost - change.lost, gained - change.gained
    told = {(c.source, c.destination): (c.ports, c.undefined) for c in _some_changed(found)}
    assert told == {pair: parts for pair, parts in expected.items() if any(parts)}


def isolating(name, peer):
    rule = {"from": [{"podSelector": {"matchLabels": peer}}]}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "only", "namespace": "shop"},
        "spec": {"podSelector": {"matchLabels": {"app": name}}, "ingress": [rule]},
    }


def test_ranges_outside_are_cut_for_both_clusters():
    rule = "[{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]"
    old = lab.load("three-tier")
    found = lab.diff(old.with_policies([]), old.with_policies(edited(rule)))
    lost = {c.source for c in found.changes if c.lost and c.destination == "shop/db"}
    assert {"0.0.0.0-9.255.255.255", "11.0.0.0-255.255.255.255"} <= lost


def test_neighbours_with_one_change_and_one_cause_are_told_as_one(shop):
    block = "[{from: [{ipBlock: {cidr: %s}}]}]"
    elsewhere = replace(edited(block % "10.64.0.0/10")[0], name="cuts", namespace="blog")
    new = shop.with_policies([*edited(block % "10.0.0.0/8"), elsewhere])
    found = lab.diff(shop, new)
    inward = [c for c in found.joined if c.destination == "shop/db" and c.source[0].isdigit()]
    assert [str(c) for c in inward] == [
        "+ 10.0.0.0-10.255.255.255 -> shop/db  all ports\n"
        "    ingress: rule 1 of shop/db-access-ingress now admits 10.0.0.0"
    ]
    assert str(inward[0]) in str(found)
    apart = [c.source for c in found.changes if c.destination == "shop/db" and c.gained]
    assert sum(source[0].isdigit() for source in apart) == 3


def means(name, end):
    """Whether a name of one or more neighbouring ranges, or of a pod, means an end."""
    first, last = (parse_address(part) for part in (name.partition("-")[0], name.split("-")[-1]))
    if first is None or not isinstance(end, AddressRange):
        return name == str(end)
    return first.version == end.version and first <= end.first <= last


@pytest.mark.parametrize("seed", range(40))
def test_what_is_told_as_one_is_the_same(seed):
    documents = random_cluster(seed)
    changed = changed_documents(json.loads(json.dumps(documents)), random.Random(seed))
    found = lab.diff(load(documents), load(changed))
    told = [
        (c, means(c.source, a), means(c.destination, b), a, b)
        for c in found.joined
        for a, b in permutations(found.after.ends, 2)
    ]
    meant = [(str(a), str(b), c.gained, c.lost, c.unsettled) for c, x, y, a, b in told if x and y]
    assert len(meant) == len({entry[:2] for entry in meant})
    there = {str(end) for end in found.after.ends}
    assert {entry[:2]: entry[2:] for entry in meant} == {
        (c.source, c.destination): (c.gained, c.lost, c.unsettled)
        for c in found.changes
        if {c.source, c.destination} <= there
    }
    assert all(c.causes for c in found.joined)
    assert sum(bool(c.gained) for c in found.joined) <= sum(bool(c.gained) for c in found.changes)


def test_who_is_gone_took_its_connections_along(shop):
    fewer = replace(shop, pods=tuple(p for p in shop.pods if p.name != "web"))
    lines = str(lab.diff(shop, fewer)).splitlines()
    assert lines[1:] == ["gone: shop/web, with its 5 connections"]
    assert "+ shop/web -> shop/backend  all ports" in str(lab.diff(fewer, shop))


def test_what_becomes_undefined_is_unsettled():
    pods = [*replicas("web", 1, ""), *replicas("db", 1, "")]  # nobody says their addresses
    block = isolating("db", {})
    block["spec"]["ingress"] = [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]
    found = lab.diff(load(pods), load([*pods, block])).changes
    change = next(c for c in found if (c.source, c.destination) == ("shop/web-0", "shop/db-0"))
    assert (change.gained, change.lost, change.unsettled) == (PortSet(), PortSet(), PortSet.every())
    assert change.causes[0].startswith("left open: the manifests give no address")
