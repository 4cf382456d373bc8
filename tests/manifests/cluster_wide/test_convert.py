"""A policy of v1alpha1 in the words of v1beta1, which has less room."""

import pytest

from netpol_lab.manifests.cluster_wide.convert import carried_over, is_older, with_spec
from netpol_lab.manifests.rewriting import plain
from tests.helpers.older_policies import (
    EVERY,
    V1ALPHA1,
    V1ALPHA2,
    V1BETA1,
    admin,
    allow,
    baseline,
    port,
    span,
    written,
)


def carried(value):
    found = carried_over(value)
    assert not found.refused
    return [plain(spec) for spec in found.specs]


def rules(*some):
    (spec,) = carried(admin(ingress=[*some]))
    return spec["ingress"]


def protocols(*ports):
    (rule,) = rules(allow(*ports))
    return rule["protocols"]


def out(*peers, **rule):
    return {"action": "Deny", "to": [*peers], **rule}


def test_allow_becomes_accept_and_the_others_keep_their_names():
    found = rules(*(allow(action=action) for action in ("Allow", "Deny", "Pass")))
    assert [rule["action"] for rule in found] == ["Accept", "Deny", "Pass"]


def test_the_kind_becomes_the_tier():
    assert [spec["tier"] for value in (admin(), baseline()) for spec in carried(value)] == [
        "Admin",
        "Baseline",
    ]


def test_a_port_is_of_tcp_unless_it_says_otherwise():
    assert protocols(port(80), port(53, "UDP"), port(5, "SCTP")) == [
        {"tcp": {"destinationPort": {"number": 80}}},
        {"udp": {"destinationPort": {"number": 53}}},
        {"sctp": {"destinationPort": {"number": 5}}},
    ]


def test_a_range_of_one_port_becomes_a_number():
    assert protocols(span(80, 80), span(80, 81, "UDP")) == [
        {"tcp": {"destinationPort": {"number": 80}}},
        {"udp": {"destinationPort": {"range": {"start": 80, "end": 81}}}},
    ]


def test_a_range_that_falls_is_refused_as_nobody_knows_what_it_matches():
    found = carried_over(admin(ingress=[allow(span(90, 80), port(1))]))
    assert not found.specs
    assert "the range from 90 to 80 ends before it starts" in found.refused[0]


@pytest.mark.parametrize("ports", [None, "missing"])
def test_a_rule_without_ports_covers_everything_still(ports):
    rule = allow() if ports else {**allow(), "ports": None}
    (found,) = rules(rule)
    assert found.get("protocols") is None


def test_a_named_port_wants_the_experimental_channel():
    found = carried_over(admin(ingress=[allow({"namedPort": "web"})]))
    assert found.needs == ("destinationNamedPort",)
    assert found.specs[0]["ingress"][0]["protocols"] == [{"destinationNamedPort": "web"}]


def test_nodes_and_names_want_the_experimental_channel():
    found = carried_over(admin(egress=[out({"nodes": {}}, {"domainNames": ["a.example.com"]})]))
    assert found.needs == ("nodes", "domainNames")


def test_a_protocol_that_v1beta1_has_no_word_for_is_refused():
    found = carried_over(admin(ingress=[allow(port(1, "ICMP"))]))
    assert not found.specs
    assert 'spec.ingress[0]: the protocol "ICMP" is none of TCP, UDP and SCTP' in found.refused[0]


def test_networks_lose_host_bits_and_what_is_then_there_twice():
    value = admin(egress=[out({"networks": ["10.1.2.3/8", "10.0.0.0/8", "FD00::1/8", "FD00::/8"]})])
    (spec,) = carried(value)
    assert spec["egress"][0]["to"] == [{"networks": ["10.0.0.0/8", "fd00::/8", "FD00::/8"]}]
    assert "10.1.2.3/8 is 10.0.0.0/8, FD00::1/8 is fd00::/8" in carried_over(value).remarks[0]


def test_many_networks_become_several_peers():
    networks = [f"10.{n}.0.0/16" for n in range(60)]
    (spec,) = carried(admin(egress=[out({"networks": networks}, EVERY)]))
    peers = spec["egress"][0]["to"]
    assert [len(peer.get("networks", ())) for peer in peers] == [25, 25, 10, 0]
    assert [cidr for peer in peers for cidr in peer.get("networks", ())] == networks


def test_many_ports_and_peers_become_rules_of_every_combination():
    peers = [{"namespaces": {"matchLabels": {"n": str(n)}}} for n in range(30)]
    found = rules(allow(*map(port, range(1, 61)), **{"from": peers, "name": "x"}), allow())
    assert [(len(r["from"]), len(r.get("protocols", ()))) for r in found] == [
        (25, 25), (25, 25), (25, 10), (5, 25), (5, 25), (5, 10), (1, 0),
    ]  # fmt: skip
    assert {rule["name"] for rule in found[:-1]} == {"x"}
    said = carried_over(admin(ingress=[allow(*map(port, range(1, 61)))])).remarks
    assert said == ("spec.ingress[0] has 60 ports, so it is split: 25 is the most in v1beta1",)


def test_many_rules_are_divided_in_their_order():
    specs = carried(admin(ingress=[allow(name=str(n)) for n in range(60)], egress=[out(EVERY)]))
    names = [[rule["name"] for rule in spec["ingress"]] for spec in specs]
    assert list(map(len, names)) == [25, 25, 10]
    assert [name for part in names for name in part] == [str(n) for n in range(60)]
    assert [spec.get("egress") for spec in specs] == [[out(EVERY)], None, None]


def test_fields_that_are_unknown_are_not_carried_over_as_they_could_have_a_meaning_now():
    value = admin(tier="Baseline", ingress=[{**allow(), "protocols": [{"tcp": {}}], "x": 1}])
    (spec,) = carried(value)
    assert spec == {
        "tier": "Admin",
        "priority": 10,
        "subject": EVERY,
        "ingress": [allow(action="Accept")],
    }


def test_what_a_server_added_is_not_carried_over_to_another_kind():
    meta = {
        "name": "a",
        "uid": "1",
        "resourceVersion": "2",
        "labels": {"a": "b"},
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"},
    }
    found = with_spec({**admin(), "metadata": meta, "status": {"conditions": []}}, {}, "b")
    assert found["metadata"] == {"name": "b", "labels": {"a": "b"}}
    assert "status" not in found


def test_a_newer_version_of_the_same_kind_keeps_all():
    value = {**written("ClusterNetworkPolicy", "a", {"tier": "Admin"}, V1ALPHA2), "status": {}}
    assert carried_over(value).specs == (value["spec"],)
    assert with_spec(value, value["spec"], "a") == {**value, "apiVersion": V1BETA1}


@pytest.mark.parametrize(
    ("kind", "version", "older"),
    [
        ("AdminNetworkPolicy", V1ALPHA1, True),
        ("BaselineAdminNetworkPolicy", V1ALPHA1, True),
        ("ClusterNetworkPolicy", V1ALPHA2, True),
        ("ClusterNetworkPolicy", V1BETA1, False),
        ("ClusterNetworkPolicy", "networking.k8s.aws/v1alpha1", False),
        ("AdminNetworkPolicy", V1ALPHA2, False),
        ("NetworkPolicy", "networking.k8s.io/v1", False),
        (["a"], {}, False),
    ],
)
def test_which_objects_are_of_an_older_version(kind, version, older):
    assert is_older({"kind": kind, "apiVersion": version}) is older
