"""The flows that are tried."""

from netpol_lab.checks.lint.probes import (
    MOST_PROBES,
    admitted,
    between,
    with_anybody,
    with_strangers,
)
from netpol_lab.model.objects import Direction
from tests.helpers.linted import context, pod, policy

FROM_WEB = "ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]"


def test_flows_start_with_pods_that_nothing_holds_back():
    deny = policy("{podSelector: {}, policyTypes: [Egress]}", namespace="kube-system")
    seen = context(deny)
    sources = [p.source for p in between(seen, Direction.INGRESS, seen.everyone, seen.everyone)]
    assert sources[0] != "kube-system/coredns"


def test_probes_use_ports_that_are_declared():
    seen = context(policy(FROM_WEB))
    db = seen.subjects(seen.cluster.policies[0])
    probe = next(between(seen, Direction.INGRESS, db, seen.everyone))
    assert (probe.destination, probe.port) == ("shop/db", 5432)


def test_a_rule_admits_what_it_names_on_ports_that_it_means():
    seen = context(policy(FROM_WEB.replace("}}}]", "}}}], ports: [{port: 99}]")))
    (only,) = seen.cluster.policies
    assert [*admitted(seen, only, only.ingress[0])] == [("shop/web", "shop/db", 99, "TCP")]


def test_several_rules_leave_the_ports_that_all_of_them_mean():
    rules = "{ports: [{port: 1, endPort: 99}]}, {ports: [{port: 99}]}, {ports: [{port: 98}]}"
    seen = context(policy(f"ingress: [{rules}]"))
    (only,) = seen.cluster.policies
    wide, *narrow = only.ingress
    db = seen.subjects(only)
    asked = [next(with_strangers(seen, Direction.INGRESS, db, wide, rule)) for rule in narrow]
    assert [probe.port for probe in asked] == [99, 98]
    assert not list(with_strangers(seen, Direction.INGRESS, db, *narrow))


def test_an_address_of_a_block_is_a_strangers_if_that_is_possible():
    block = "ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}, {ipBlock: {cidr: 9.0.0.0/8}}]}]"
    seen = context(policy(block))
    (only,) = seen.cluster.policies
    sources = [probe.source for probe in admitted(seen, only, only.ingress[0])]
    assert sources == ["203.0.113.7", "9.0.0.0"]


def test_anybody_is_a_few_pods_and_a_stranger():
    seen = context()
    probes = [*with_anybody(seen, Direction.INGRESS, seen.everyone)]
    assert len(probes) <= MOST_PROBES
    strange = [*with_strangers(seen, Direction.INGRESS, seen.everyone)]
    assert probes[-len(strange) :] == strange
    assert {probe.source for probe in strange} == {"203.0.113.7"}


def test_pods_that_share_no_address_family_prove_nothing():
    six = pod("six", labels="app: six") + 'status: {podIP: "fd00::6"}\n'
    seen = context(policy(FROM_WEB), six)
    probes = [*between(seen, Direction.INGRESS, seen.everyone, seen.everyone)]
    assert probes
    assert not [probe for probe in probes if "shop/six" in probe]
