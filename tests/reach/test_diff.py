"""What changed, as it is counted, joined and told."""

import json
import random
import re
from dataclasses import replace
from itertools import permutations

import pytest

import netpol_lab as lab
from netpol_lab.model.addresses import AddressRange, parse_address
from netpol_lab.model.ports import PortSet
from netpol_lab.reach.diff import FEW_CHANGES, FlowChange, in_lines, join_changes
from tests.helpers.changes import changed_documents, edited, isolating, load, replicas
from tests.referee.random_clusters import random_cluster

# Words


@pytest.fixture(scope="module")
def shop():
    return lab.load("three-tier")


def test_nothing_changed_between_a_cluster_and_itself(shop):
    found = lab.diff(shop, shop)
    assert not found
    assert str(found) == found.summary == "nothing changed"


def test_replaced_pods_of_a_workload_are_no_change_by_workload():
    old = load([*replicas("web", 2, "x"), *replicas("db", 1, "x")])
    new = load([*replicas("web", 2, "y"), *replicas("db", 1, "y")])
    assert lab.diff(old, new)
    assert not lab.diff(old, new, by="workload")


def test_what_only_some_of_a_workload_lost_is_a_note():
    pods = [*replicas("web", 2, "x"), *replicas("db", 1, "x")]
    some = [*pods, isolating("db", {"number": "0", "app": "web"})]
    found = lab.diff(load(pods), load(some), by="workload")
    assert "~ some of shop/web -> shop/db lost all ports" in str(found)
    back = lab.diff(load(some), load(pods), by="workload")
    assert "~ some of shop/web -> shop/db gained all ports" in str(back)
    assert lab.diff(load(pods), load(some)).partial == ()


def test_ranges_outside_are_cut_for_both_clusters():
    rule = "[{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]"
    old = lab.load("three-tier")
    found = lab.diff(old.with_policies([]), old.with_policies(edited(rule)))
    lost = {c.source for c in found.changes if c.lost and c.destination == "shop/db"}
    assert {"0.0.0.0-9.255.255.255", "11.0.0.0-255.255.255.255"} <= lost


def test_of_a_change_on_all_ports_only_some_may_be_looked_at():
    pods, one = [*replicas("web", 1, "x"), *replicas("db", 1, "x")], PortSet.of("TCP", 80)
    shut = [*pods, isolating("db", {"app": "db"})]
    for old, new, kind in ((pods, shut, "lost"), (shut, pods, "gained")):
        change = next(c for c in lab.diff(load(old), load(new)).changes if "web" in c.source)
        assert change.kinds[kind] == PortSet.every()
        assert change.only(one).kinds == {name: PortSet() for name in change.kinds} | {kind: one}
        assert not change.only(PortSet())


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


def test_the_causes_of_a_change_on_many_ports_are_those_of_the_first_six():
    shop = lab.load("three-tier")
    policies = "---".join(
        f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: port-{port}, namespace: shop}}
spec: {{podSelector: {{matchLabels: {{role: db}}}}, ingress: [{{ports: [{{port: {port}}}]}}]}}
"""
        for port in range(11, 27, 2)
    )
    more = shop.with_policies([*shop.policies, *lab.load(policies).policies])
    change = next(c for c in lab.diff(shop, more).changes if c.source == "shop/web")
    named = [re.search(r"shop/port-(\d+)", words)[1] for words in change.causes]
    assert named == ["11", "13", "15", "17", "19", "21"]


# What a diff is in a word, a number, a line

WEB, DB = [*replicas("web", 2, "x")], [*replicas("db", 1, "x")]
SEALED = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "sealed", "namespace": "shop"},
    "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
}
ELSE = {"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy"}
ELSE |= {"metadata": {"name": "else", "namespace": "shop"}, "spec": {"endpointSelector": {}}}
FIRST, SECOND = (isolating("db", {"number": number}) for number in "01")
OTHER = ELSE | {"spec": {"endpointSelector": {"matchLabels": {"app": "web"}}}}
UNJUDGED = "nothing changed that is evaluated"
IN_PART = "no workload changed as a whole, some of them in part"


@pytest.mark.parametrize(
    ("old", "new", "number", "summary", "second"),
    [
        ([*WEB, SEALED], [*WEB, *DB, SEALED], 0, "1 new", "new: shop/db"),
        ([*WEB, *DB, SEALED], [*WEB, SEALED], 0, "1 gone", "gone: shop/db"),
        ([*WEB, SEALED], [*DB, SEALED], 0, "1 new, 1 gone", "new: shop/db"),
        ([*WEB, *DB, FIRST], [*WEB, *DB, SECOND], 0, IN_PART, "~ some of shop/web -> shop/db "),
        ([*WEB, *DB], [*WEB, *DB, FIRST], 1, "1 connection lost", "- 0.0.0.0-255.255.255.255 "),
        ([*WEB, *DB, FIRST], [*WEB, *DB], 1, "1 connection gained", "+ 0.0.0.0-255.255.255.255 "),
        (
            [SEALED, ELSE, *WEB],
            [SEALED, OTHER, *WEB],
            0,
            UNJUDGED,
            "! CiliumNetworkPolicy shop/else ",
        ),
        ([*WEB, *DB], [*WEB, *DB, ELSE], 7, "7 connections unsettled", "? shop/web -> shop/web  "),
    ],
)
def test_each_kind_of_change_by_itself_is_one_and_is_counted(old, new, number, summary, second):
    found = lab.diff(load(old), load(new), by="workload")
    assert (bool(found), len(found), found.summary) == (True, number, summary)
    assert str(found).splitlines()[0] == summary
    assert str(found).splitlines()[1].startswith(second)


def test_what_is_gone_says_how_many_connections_went_with_it():
    pair = [FlowChange("a", end, PortSet(), PortSet.every(), PortSet(), None) for end in "bc"]
    assert [*in_lines(pair, [], ["a", "c", "d"])] == [
        "gone: a, with its 2 connections",
        "gone: c, with its 1 connection",
        "gone: d",
    ]


class WithCauses:
    """A diff that knows a cause of its own for each change."""

    def why(self, change, protocol, port):
        yield f"{change.source}, {protocol} {port}"


@pytest.mark.parametrize("more", [0, 1])
def test_of_too_many_changes_the_causes_do_not_keep_neighbours_apart(shop, more):
    block = "[{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]"
    ranges = lab.reachability(shop.with_policies(edited(block))).index.ranges
    ends = [*map(str, ranges[:2]), *(f"shop/{i}" for i in range(FEW_CHANGES - 2 + more))]
    ports, none = PortSet.of("TCP", 80), PortSet()
    changes = [FlowChange(end, "shop/db", ports, none, none, WithCauses()) for end in ends]
    assert str(changes[0]) == (
        "+ 0.0.0.0-9.255.255.255 -> shop/db  TCP 80\n    0.0.0.0-9.255.255.255, TCP 80"
    )
    joined = [change.source for change in join_changes(changes, ranges)]
    assert joined[: 2 - more] == (["0.0.0.0-10.255.255.255"] if more else ends[:2])
    assert joined[2 - more :] == ends[2:]
    assert FEW_CHANGES == 3000
