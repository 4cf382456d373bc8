"""The rules of the definitions: CIDRs as Go reads them, ranges that grow, names of pods' ports."""

import pytest

from netpol_lab.manifests.cluster_wide import cel_rules as rules


@pytest.mark.parametrize("text", ["10.0.0.0/8", "::/0", "FD00::/8", "::1.2.3.0/120", "10.0.0.1/32"])
def test_a_canonical_cidr_is_taken(text):
    assert rules.A_CANONICAL_CIDR.holds(text)


@pytest.mark.parametrize("text", ["10.1.2.3/8", "fd00::1/8"])
def test_host_bits_are_refused_since_v0_3_0(text):
    assert rules.A_CIDR.holds(text)
    assert not rules.A_CANONICAL_CIDR.holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "10.0.0.0", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0/+8", "10.0.0.0/33", "010.0.0.0/8",
        "10.0/8", "::ffff:10.0.0.0/104", "fe80::%eth0/64", " 10.0.0.0/8", "10.0.0.0/255.0.0.0",
        "10.0.0.0/\u0668", "10.0.0.0/8/8",
    ],
)  # fmt: skip
def test_what_go_does_not_read_is_no_cidr(text):
    assert not rules.A_CIDR.holds(text)


@pytest.mark.parametrize(("start", "end", "holds"), [(1, 2, True), (2, 2, False), (3, 2, False)])
def test_a_range_has_to_grow(start, end, holds):
    assert rules.GROWING.holds({"start": start, "end": end}) is holds


def test_peers_by_address_have_no_names_of_ports():
    rule = {"to": [{"namespaces": {}}, {"nodes": {}}], "protocols": [{"destinationNamedPort": ""}]}
    assert not rules.NAMES_OF_PODS.holds(rule)
    assert rules.NAMES_OF_PODS.holds({**rule, "to": [{"pods": {}}]})
    assert rules.NAMES_OF_PODS.holds({**rule, "protocols": [{"tcp": {}}]})


def test_a_baseline_is_called_default():
    assert rules.CALLED_DEFAULT.holds({"metadata": {"name": "default"}})
    assert not rules.CALLED_DEFAULT.holds({"metadata": {"name": ""}})
