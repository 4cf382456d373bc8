"""The tables of the definitions; the cases in tests/cases/invalid prove them by what is refused."""

import pytest

from netpol_lab.manifests.cluster_wide.channels import Channel
from netpol_lab.manifests.cluster_wide.definitions import VERSIONS, definition

BOTH = (Channel.STANDARD, Channel.EXPERIMENTAL)


def at(kind, channel, *path):
    schema = definition(kind, channel)
    for step in path:
        schema = schema.items if step == "[]" else schema.member(step)
    return schema


@pytest.mark.parametrize("kind", VERSIONS)
@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_the_experimental_channel_knows_more_of_each_kind(kind, direction):
    ports = "protocols" if kind == "ClusterNetworkPolicy" else "ports"
    peers = "to" if direction == "egress" else "from"
    for part in (ports, peers):
        standard, experimental = (
            {*at(kind, channel, "spec", direction, "[]", part, "[]").properties} for channel in BOTH
        )
        assert standard <= experimental
        assert (standard < experimental) is ((direction, part) != ("ingress", "from"))


def test_only_the_first_version_lets_a_hundred_in():
    assert at("ClusterNetworkPolicy", BOTH[0], "spec", "ingress").most == 25
    assert at("AdminNetworkPolicy", BOTH[0], "spec", "ingress").most == 100


def test_a_baseline_of_the_first_version_has_no_priority_no_pass_and_no_names():
    kind = "BaselineAdminNetworkPolicy"
    assert "priority" not in at(kind, BOTH[1], "spec").properties
    assert at(kind, BOTH[1], "spec", "egress", "[]", "action").enum == ("Allow", "Deny")
    assert "domainNames" not in at(kind, BOTH[1], "spec", "egress", "[]", "to", "[]").properties
