"""NP605: which rules are meant for more than pods."""

import pytest

from tests.helpers.linted import codes, pod, policy

DNS = "{ports: [{port: 53}, {port: 53, protocol: UDP}]}"
ALL = "{to: [{namespaceSelector: {}}], ports: [%s]}"


def found(*rules, more=()):
    return codes(policy(f"policyTypes: [Egress], egress: [{', '.join((*rules, DNS))}]"), *more)


@pytest.mark.parametrize(
    "rule",
    [
        ALL % "{port: 443}",
        ALL % "{port: 6443}",
        ALL % "{port: 80}, {port: 443}",
        "{to: [{podSelector: {}}], ports: [{port: 443}]}",
    ],
)
def test_an_empty_selector_is_no_way_out(rule):
    assert "NP605" in found(rule)


@pytest.mark.parametrize(
    "rule",
    [
        ALL % "{port: 8080}",
        "{to: [{namespaceSelector: {matchLabels: {team: ops}}}], ports: [{port: 443}]}",
        "{to: [{namespaceSelector: {}}, {ipBlock: {cidr: 192.0.2.0/24}}], ports: [{port: 443}]}",
        "{ports: [{port: 443}]}",
    ],
)
def test_other_ports_and_other_peers_are_another_matter(rule):
    assert "NP605" not in found(rule)


def test_addresses_in_another_rule_are_enough():
    assert "NP605" not in found(ALL % "{port: 443}", "{to: [{ipBlock: {cidr: 192.0.2.0/24}}]}")


def test_a_pod_that_listens_there_may_be_meant():
    tls = pod("tls", spec="containers: [{name: tls, ports: [{containerPort: 443}]}]")
    assert "NP605" not in found(ALL % "{port: 443}", more=[tls])
