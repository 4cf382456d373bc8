"""What policies could hold in the place of a value that they cannot."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from netpol_lab.manifests.hints.meant import (
    MOST_PARTS,
    blocks_meant,
    directions_meant,
    flow,
    peers_meant,
    ports_meant,
    selector_meant,
)
from netpol_lab.manifests.text.yaml_reader import documents


@pytest.mark.parametrize(
    ("written", "ports"),
    [
        (80, [{"port": 80}]),
        ("080", [{"port": 80}]),
        ("80/TCP", [{"port": 80, "protocol": "TCP"}]),
        ("udp:53", [{"port": 53, "protocol": "UDP"}]),
        ("80 - 90", [{"port": 80, "endPort": 90}]),
        ("80 443", [{"port": 80}, {"port": 443}]),
        ([80, "http"], [{"port": 80}, {"port": "http"}]),
        ("90-80", []),
        ("80,", []),
        ("all", []),
        (0, []),
        (True, []),
        (80.5, []),
        ("80," * MOST_PARTS + "80", []),
    ],
)
def test_ports(written, ports):
    assert ports_meant(written) == ports


@pytest.mark.parametrize(
    ("written", "selector"),
    [
        ("app=web", "{matchLabels: {app: web}}"),
        ("app==web, tier: db", "{matchLabels: {app: web, tier: db}}"),
        ("app!=web", "{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}"),
        ("app notin (a,b)", "{matchExpressions: [{key: app, operator: NotIn, values: [a, b]}]}"),
        ("!app", "{matchExpressions: [{key: app, operator: DoesNotExist}]}"),
        ([{"app": "web"}, "tier=db"], "{matchLabels: {app: web, tier: db}}"),
        ({"app": ["web"]}, "{matchLabels: {app: web}}"),
        ({"app": 1}, '{matchLabels: {app: "1"}}'),
        ({"app": True}, "{}"),
        ({"app": {"a": "b"}}, "{}"),
        ("app=web,", "{}"),
        ("app=-", "{}"),
        ("app in ()", '{matchExpressions: [{key: app, operator: In, values: [""]}]}'),
        (5, "{}"),
        ({}, "{}"),
        ([["web"]], "{}"),
    ],
)
def test_selectors(written, selector):
    assert selector_meant(written) == yaml.safe_load(selector)


@pytest.mark.parametrize(
    ("written", "blocks"),
    [
        ("10.0.0.0/8,10.1.2.3", ["10.0.0.0/8", "10.1.2.3/32"]),
        (["10.0.0.0/8", {"cidr": "::1"}], ["10.0.0.0/8", "::1/128"]),
        ("80", []),
        ("example.com", []),
        ({"cidr": "10.0.0.0/8", "except": []}, []),
        (None, []),
    ],
)
def test_blocks(written, blocks):
    assert blocks_meant(written) == blocks


def test_peers():
    assert peers_meant("10.0.0.0/8") == [{"ipBlock": {"cidr": "10.0.0.0/8"}}]
    assert peers_meant(["app=web", "web"]) == []


@pytest.mark.parametrize(
    ("written", "directions"),
    [
        ("ingress", ["Ingress"]),
        ("egress, ingress", ["Ingress", "Egress"]),
        ("Ingress and Egress", ["Ingress", "Egress"]),
        ("Ingress/Egress", ["Ingress", "Egress"]),
        (["inbound"], ["Ingress"]),
        ({"Ingress": None}, ["Ingress"]),
        ({"Ingress": False}, []),
        ({"Ingress": True, "Egress": False}, []),
        ("deny", []),
        (5, []),
        ([[]], []),
    ],
)
def test_directions(written, directions):
    assert directions_meant(written) == directions


@pytest.mark.parametrize("means", [ports_meant, blocks_meant, peers_meant, selector_meant])
def test_of_twenty_parts_all_are_meant_and_of_more_none(means):
    one = "a%d=b" if means is selector_meant else "80" if means is ports_meant else "10.0.0.0/8"
    parts = [one % n if "%" in one else one for n in range(21)]
    for written in (parts, ",".join(parts)):
        assert means(written[:20] if written is parts else ",".join(parts[:20]))
        assert not means(written)


def test_of_twenty_labels_all_are_meant_and_of_more_none():
    labels = {f"a{n}": "b" for n in range(20)}
    assert selector_meant(labels) == {"matchLabels": labels}
    assert selector_meant({**labels, "z": "b"}) == {}
    assert selector_meant({"a": []}) == {}
    assert selector_meant({"a": ["b", 1]}) == {}


@pytest.mark.parametrize("text", ["70000", "0-80", "80-70000", "70000-80", "0", "90-80"])
def test_both_ends_of_a_range_are_ports(text):
    assert ports_meant(text) == []


def test_of_long_texts_only_the_beginning_is_looked_at():
    assert ports_meant("80" + " " * 398 + "x") == [{"port": 80}]
    assert ports_meant("80" + " " * 397 + "x") == [{"port": 80}, {"port": "x"}]
    assert selector_meant("a=b" + " " * 397 + "x") == {"matchLabels": {"a": "b"}}
    assert selector_meant("a=b" + " " * 396 + "x") == {}
    assert blocks_meant("10.0.0.0/8" + " " * 790 + "x") == ["10.0.0.0/8"]
    assert blocks_meant("10.0.0.0/8" + " " * 789 + "x") == []
    assert directions_meant("ingress" + " " * 93 + "x") == ["Ingress"]
    assert directions_meant("ingress" + " " * 92 + "x") == []


PLAIN = st.text(max_size=5) | st.integers(-9, 99999)
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
)


@given(VALUES)
def test_what_is_meant_is_read_back_from_one_line(value):
    for means in (ports_meant, selector_meant, blocks_meant, peers_meant, directions_meant):
        meant = means(value)
        (read,), _ = documents(f"it: {flow(meant)}", "")
        assert read.value == {"it": meant}
        assert flow(meant).isprintable()
