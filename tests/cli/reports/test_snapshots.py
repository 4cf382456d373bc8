"""Stored answers are compared by meaning: order and formatting count for nothing."""

import json
import random
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import netpol_lab as lab
from netpol_lab.cli.reports.reach import ReachReport
from netpol_lab.cli.reports.reach_query import ReachQuery
from netpol_lab.cli.reports.snapshots import (
    as_flows,
    differences,
    format_of_snapshot,
    parse_ports,
    query_mismatch,
    read,
)
from netpol_lab.errors import NetpolError
from netpol_lab.model.addresses import AddressRange, parse_address
from netpol_lab.model.ports import PortSet
from netpol_lab.reach.reachability import Connection, reachability, side_by_side
from tests.referee.random_clusters import random_cluster

LISTING = ReachReport(reachability(lab.load("three-tier")), ReachQuery())
FLOWS = as_flows(LISTING.connections())
TCP, UDP = PortSet.of("TCP", 80, 90), PortSet.of("UDP", 53)

port_sets = st.lists(
    st.builds(
        lambda protocol, pair: PortSet.of(protocol, *sorted(pair)),
        st.sampled_from(["TCP", "UDP", "SCTP"]),
        st.tuples(st.integers(1, 65535), st.integers(1, 65535)),
    )
).map(lambda sets: PortSet.union(*sets))


def changes(then, now):
    flows = ({("a", "b"): parts} for parts in (then, now))
    return [(sign, ports) for sign, _, _, ports in differences(*flows)]


@given(port_sets)
def test_words_mean_the_ports_they_came_from(ports):
    assert parse_ports(str(ports) if ports else "") == ports


@pytest.mark.parametrize("suffix", ["json", "csv", "txt"])
def test_what_was_written_is_read_back(tmp_path, suffix):
    file = tmp_path / f"reach.{suffix}"
    lines = LISTING.lines(format_of_snapshot(str(file)))
    file.write_text("".join(f"{line}\n" for line in lines))
    assert read(str(file)) == FLOWS


@pytest.mark.parametrize("suffix", ["json", "csv", "txt"])
def test_what_is_left_open_is_read_back(tmp_path, monkeypatch, suffix):
    open_ = [Connection("a/x", "b/y", TCP, UDP), Connection("a/x", "::-fff", PortSet(), TCP | UDP)]
    monkeypatch.setattr("netpol_lab.cli.reports.reach.asked", lambda reach, query: iter(open_))
    file = tmp_path / f"reach.{suffix}"
    file.write_text("\n".join(LISTING.lines(format_of_snapshot(str(file)))))
    assert read(str(file)) == as_flows(open_)


WEB = [Connection("a/x", "0.0.0.0-255.255.255.255", TCP), Connection("a/y", "a/x", TCP)]
CUT = [
    Connection("a/x", "0.0.0.0-9.255.255.255", TCP),
    Connection("a/x", "10.0.0.0-10.255.255.255", UDP),
    Connection("a/x", "11.0.0.0-255.255.255.255", TCP),
    Connection("a/y", "a/x", TCP),
]


def test_only_the_addresses_that_differ_are_told_of():
    assert [str(found) for found in differences(as_flows(WEB), as_flows(CUT))] == [
        "+ a/x -> 10.0.0.0-10.255.255.255  UDP 53",
        "- a/x -> 10.0.0.0-10.255.255.255  TCP 80-90",
    ]


def test_ranges_that_are_cut_elsewhere_are_no_change():
    finer = [c._replace(ports=TCP) for c in CUT]
    assert not [*differences(as_flows(WEB), as_flows(finer))]
    assert not [*differences(as_flows(finer), as_flows(WEB))]


def test_neighbours_that_changed_alike_are_one():
    finer = [c._replace(ports=UDP) for c in CUT[:3]]
    (gained, gone, lost) = map(str, differences(as_flows(WEB), as_flows(finer)))
    assert gained == "+ a/x -> 0.0.0.0-255.255.255.255  UDP 53"
    assert lost == "- a/y -> a/x  TCP 80-90"
    assert gone == "- a/x -> 0.0.0.0-255.255.255.255  TCP 80-90"


def addresses_of(name):
    first, _, last = name.partition("-")
    return parse_address(first), parse_address(last or first)


def at(found, ends):
    """What some differences say about two ends, of which one may be an address."""
    said = {"+": PortSet(), "-": PortSet(), "?": PortSet()}
    for difference in found:
        if all(map(means, difference[1:3], ends)):
            said[difference.sign] |= parse_ports(difference.ports)
    return said


def means(name, end):
    first, last = addresses_of(name)
    if first is None or not isinstance(end, AddressRange):
        return name == str(end)
    return first.version == end.version and first <= end.first <= last


@pytest.mark.parametrize("seed", range(40))
def test_the_differences_are_those_of_both_clusters_side_by_side(seed):
    documents = random_cluster(seed)
    fewer = [d for d in documents if d["kind"] != "NetworkPolicy"][:]
    policies = [d for d in documents if d["kind"] == "NetworkPolicy"]
    old, new = (
        lab.load("\n---\n".join(map(json.dumps, [*fewer, *some])))
        for some in (policies[::2], policies[1:])
    )
    then, now = (ReachReport(reachability(cluster), ReachQuery()) for cluster in (old, new))
    stored = as_flows(then.connections())
    found = [*differences(stored, as_flows(now.connections()), now.reach.index.ranges)]
    changed = {(c.source, c.destination): c for c in lab.diff(old, new).changes}
    both = side_by_side([old, new])[0]
    for pair in permutations(both.ends, 2):
        if not all(known(end, then) and known(end, now) for end in pair):
            continue  # a range that one side cuts, a replica that only one side tells apart
        said, change = at(found, pair), changed.get(tuple(map(str, pair)))
        expected = (change.gained, change.lost, change.unsettled) if change else [PortSet()] * 3
        assert [*said.values()] == [*expected], pair


def known(end, listing):
    index = listing.reach.index
    if isinstance(end, AddressRange):
        return bool(index.range_around(end.first))
    return str(end) in index.place_of


# ---------------------------------------------------------------- another question

MANY = reachability(
    lab.load("""
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {replicas: 2, template: {metadata: {labels: {app: web}}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop}}
---
{apiVersion: v1, kind: Pod, metadata: {name: dns, namespace: ops}}
""")
)


@pytest.mark.parametrize(
    ("stored", "asks", "words"),
    [
        (ReachQuery("workload"), ReachQuery(), "add --by workload"),
        (ReachQuery("namespace"), ReachQuery("workload"), "add --by namespace"),
        (ReachQuery(), ReachQuery("namespace"), "add --by pod"),
        (ReachQuery(source="shop/db"), ReachQuery(), "made with --from shop/db?"),
        (ReachQuery(destination="shop/db"), ReachQuery(), "made with --to shop/db?"),
        (ReachQuery(), ReachQuery(source="shop/db"), "as well, and this asks only from shop/db"),
        (ReachQuery(), ReachQuery(), ""),
        (ReachQuery("workload"), ReachQuery("workload"), ""),
        (ReachQuery(source="db"), ReachQuery(source="shop/db"), ""),
        (ReachQuery("workload", source="web"), ReachQuery("workload", source="shop/web"), ""),
    ],
)
def test_a_snapshot_of_another_question_is_said_to_be_one(stored, asks, words):
    said = query_mismatch(as_flows(ReachReport(MANY, stored).connections()), MANY, asks)
    assert words in said
    assert bool(words) == bool(said)


def test_order_and_formatting_count_for_nothing(tmp_path):
    held = json.loads("\n".join(LISTING.data()))
    random.Random(1).shuffle(held["connections"])
    file = tmp_path / "reach.json"
    file.write_text(json.dumps(held, indent=7, sort_keys=True))
    assert not [*differences(read(str(file)), FLOWS)]


def test_gained_lost_and_left_open_are_told_apart():
    nothing = PortSet()
    assert changes((nothing, nothing), (TCP, nothing)) == [("+", "TCP 80-90")]
    assert changes((TCP, nothing), (nothing, nothing)) == [("-", "TCP 80-90")]
    assert changes((TCP, nothing), (nothing, TCP)) == [("?", "TCP 80-90")]
    assert changes((nothing, UDP), (nothing, nothing)) == [("?", "UDP 53")]
    assert changes((TCP, UDP), (TCP, UDP)) == []


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("x.json", "[]", 'is not what `netpol-lab reach` writes: it has no list "connections"'),
        ("x.json", "{", "line 1, column 2 is not JSON"),
        ("x.json", '{"connections": 3}', 'it has no list "connections"'),
        ("x.json", '{"connections": [], "undefined": {}}', '"undefined" is not a list'),
        ("x.json", '{"connections": [3]}', "3 is not a connection: each has from, to and ports"),
        ("x.json", '{"connections": [{"from": 1, "to": "b", "ports": {}}]}', "not a connection"),
        ("x.json", '{"connections": [{"from": "a", "to": "b", "ports": [80]}]}', "[80] are not"),
        (
            "x.json",
            '{"connections": [{"from": "a", "to": "b", "ports": {"TPC": [[1, 2]]}}]}',
            "are not ports",
        ),
        (
            "x.json",
            '{"connections": [{"from": "a", "to": "b", "ports": {"TCP": [["1", 2]]}}]}',
            "are not ports",
        ),
        ("x.csv", "from,to,ports,undefined\na,b,TCP x,\n", '"TCP x" are not ports'),
        ("x.csv", "from,to,ports,undefined\na,b,FOO 80,\n", '"FOO 80" are not ports'),
        ("x.csv", "from,to,ports,undefined\na,b,TCP 80\n", "line 2 does not have four columns"),
        ("x.csv", "from,to,ports,undefined\na,b,TCP 80,,5\n", "line 2 does not have four columns"),
        ("x.csv", "from,to,ports,undefined\na,b,TCP 1-2-3,\n", '"TCP 1-2-3" are not ports'),
        (
            "x.json",
            '{"connections": [{"from": "a", "to": "b", "ports": {"TCP": [[0, 1]]}}]}',
            "[[0, 1]]} are not ports",
        ),
        ("x.json", '{"port": 80, "names": [], "cells": []}', "connections"),
        ("x.csv", "a,b\n1,2\n", "is not what"),
        ("x.txt", "a -> \n", "is not what"),
        ("x.txt", "a -> b  TCP http\n", "--update"),
    ],
)
def test_a_file_that_holds_something_else_is_refused(tmp_path, name, text, words):
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(NetpolError) as refused:
        read(str(file))
    assert words in str(refused.value)
    python = ("object", "indices", "literal", "attribute", "NoneType", "valid Protocol", "unpack")
    assert not [word for word in python if word in str(refused.value)]


@pytest.mark.parametrize("name", ["x.svg", "x", "x.html"])
def test_only_what_can_be_read_back_is_a_snapshot(name):
    with pytest.raises(NetpolError, match="end"):
        format_of_snapshot(name)


def test_a_missing_file_says_how_to_write_it(tmp_path):
    with pytest.raises(NetpolError, match="--update writes"):
        read(str(tmp_path / "none.json"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.json", "[" * 100_000),
        ("x.json", '"' + "x" * 100_000 + "\udcff" + '"'),
        ("x.csv", f"from,to,ports,undefined\n{'x' * 200_000},b,,\n"),
        ("x.csv", ""),
        ("x.txt", "a -> b  TCP 80\n"),
        ("x.txt", "<<<<<<< ours\na -> b  TCP 80\n\n1 connection: all pods\n"),
    ],
)
def test_what_is_broken_is_never_taken_for_an_answer(tmp_path, name, text):
    (tmp_path / name).write_text(text, errors="surrogateescape")
    with pytest.raises(NetpolError, match="is not what") as refused:
        read(str(tmp_path / name))
    assert "recursion" not in str(refused.value)
    assert "codec" not in str(refused.value)


@pytest.mark.parametrize("suffix", ["json", "csv", "txt"])
def test_two_answers_about_the_same_ends_are_refused(tmp_path, monkeypatch, suffix):
    twice = [Connection("a/x", "b/y", TCP, UDP), Connection("a/x", "b/y", UDP, UDP)]
    monkeypatch.setattr("netpol_lab.cli.reports.reach.asked", lambda reach, query: iter(twice))
    file = tmp_path / f"reach.{suffix}"
    file.write_text("\n".join(LISTING.lines(format_of_snapshot(str(file)))))
    with pytest.raises(NetpolError, match="twice"):
        read(str(file))


def test_a_stored_name_cannot_speak_to_the_terminal():
    found = differences({("a\x1b[31m", "b\nc"): (TCP, TCP)}, {})
    assert all(str(difference).isprintable() for difference in found)
