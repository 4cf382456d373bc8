"""What lies within something else, whatever pods there are."""

import pytest

from netpol_lab.checks.lint.coverage import covered_peers, covered_ports, covered_rule, within
from netpol_lab.model.selectors import Operator, Requirement, Selector
from tests.helpers.linted import context, policy

LABEL, OTHER = (Requirement(key, Operator.EXISTS) for key in "ab")


def covers(field, inner, outer):
    """Is what one rule lists in a field covered by what another lists there?"""
    seen = context(policy(f"ingress: [{{{field}: [{inner}]}}, {{{field}: [{outer}]}}]"))
    (only,) = seen.cluster.policies
    first, second = only.ingress
    if field == "ports":
        return covered_ports(seen, only, first.ports, second.ports)
    return covered_peers(seen, only, first.peers, second.peers)


def test_a_selector_that_asks_for_more_is_within_one_that_asks_for_less():
    assert within(Selector((LABEL, OTHER)), Selector((OTHER,)))
    assert not within(Selector((LABEL,)), Selector((OTHER,)))
    assert within(Selector(), None)


@pytest.mark.parametrize(
    ("inner", "outer", "covered"),
    [
        ("{port: 80}", "{port: 1, endPort: 99}", True),
        ("{port: 80}", "{port: 80, protocol: UDP}", False),
        ("{port: http}", "{protocol: TCP}", True),
        ("{port: http}", "{port: http}", True),
        ("{port: 80}", "{port: http}", False),
        ("{port: 80}", "", True),
        ("", "{port: 80}", False),
    ],
)
def test_ports_are_covered_at_every_destination_or_not_at_all(inner, outer, covered):
    assert covers("ports", inner, outer) is covered


WEB = "podSelector: {matchLabels: {app: web}}"
SHOP = "namespaceSelector: {matchLabels: {team: shop}}"
BY_NAME = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}"


@pytest.mark.parametrize(
    ("inner", "outer", "covered"),
    [
        (f"{{{WEB}}}", "{podSelector: {}}", True),
        (f"{{{WEB}}}", f"{{{SHOP}}}", True),
        (f"{{{WEB}, {BY_NAME}}}", f"{{{WEB}}}", True),
        (f"{{{WEB}, {SHOP}}}", f"{{{WEB}}}", False),
        (f"{{{SHOP}}}", "{namespaceSelector: {}}", True),
        ("{namespaceSelector: {}}", f"{{{SHOP}}}", False),
        ("{ipBlock: {cidr: 9.0.0.0/9}}", "{ipBlock: {cidr: 9.0.0.0/8}}", True),
        ("{ipBlock: {cidr: 9.0.0.0/9}}", "{namespaceSelector: {}}", False),
        (f"{{{WEB}}}", "{ipBlock: {cidr: 0.0.0.0/0}}", False),
    ],
)
def test_peers_are_covered_if_whoever_they_mean_is_meant_by_others(inner, outer, covered):
    assert covers("from", inner, outer) is covered


def test_rules_can_share_the_work():
    rules = "{ports: [{port: 1}, {port: 2}]}, {ports: [{port: 1}]}, {ports: [{port: 2}]}"
    seen = context(policy(f"ingress: [{rules}]"))
    (only,) = seen.cluster.policies
    whole, *parts = only.ingress
    assert covered_rule(seen, only, whole, parts)
    assert not covered_rule(seen, only, whole, parts[:1])
