"""Cluster-wide policies as manifests again."""

from operator import attrgetter

import pytest

import netpol_lab as lab
from netpol_lab.manifests.cluster_wide.writer import manifest_of
from netpol_lab.manifests.writer import as_yaml
from tests.helpers.tiers import DB, EVERY_POD, WEB, old, rule, tcp, wide
from tests.referee.random_tiers import mixed_cluster
from tests.referee.typed_edits import as_text

RANGE = "udp: {destinationPort: {range: {start: 5, end: 9}}}"
ALLOW = "ingress: [{action: Allow, from: [{namespaces: {}}]}]"
TEXTS = [
    wide(),
    wide(subject=DB, ingress=[rule("Deny", WEB, EVERY_POD, ports=tcp(80))]),
    wide(tier="Baseline", egress=[rule("Pass", 'networks: ["10.0.0.0/8"]', way="to", ports=RANGE)]),
    old(f"{{priority: 3, subject: {{namespaces: {{}}}}, {ALLOW}}}"),
    old("{subject: {namespaces: {}}}", "BaselineAdminNetworkPolicy", "default"),
]


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_written_is_read_as_the_same_policy(text):
    (policy,) = lab.load(text).cluster_policies
    assert lab.load(as_yaml(manifest_of(policy))).cluster_policies == (policy,)


def read(text):
    return lab.load(text, channel="experimental").cluster_policies


def test_random_policies_of_all_versions_are_read_as_they_were():
    for seed in range(40):
        for policy in filter(attrgetter("is_usable"), read(as_text(mixed_cluster(seed)))):
            (again,) = read(as_yaml(manifest_of(policy)))
            assert again == policy, seed
