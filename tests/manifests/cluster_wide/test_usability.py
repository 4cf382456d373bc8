"""What is stored and of no use: selectors, protocols and ranges that nobody checks."""

import pytest

from netpol_lab.manifests.cluster_wide.usability import (
    first_of,
    is_usable,
    rule_faults,
    subject_faults,
)
from netpol_lab.model.objects import Direction


@pytest.mark.parametrize(
    ("selector", "usable"),
    [
        ({}, True),
        ({"matchLabels": {"a": "b"}}, True),
        ({"matchLabels": {"bad key!": "b"}}, False),
        ({"matchLabels": {"a": "bad value!"}}, False),
        ({"matchExpressions": [{"key": "a", "operator": "Is"}]}, False),
        ({"matchExpressions": [{"key": "a", "operator": "In"}]}, False),
        ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["b", "b"]}]}, True),
        ({"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["b"]}]}, False),
    ],
)
def test_a_selector_is_of_use_as_in_a_networkpolicy(selector, usable):
    assert is_usable(selector) is usable
    assert any(subject_faults({"subject": {"namespaces": selector}})) is not usable
    pods = {"namespaceSelector": selector, "podSelector": {}}
    assert any(subject_faults({"subject": {"pods": pods}})) is not usable
    rule = {"action": "Deny", "to": [{"networks": ["10.0.0.0/8"]}, {"nodes": selector}]}
    assert any(rule_faults(rule, Direction.EGRESS, 0)) is not usable


@pytest.mark.parametrize("action", ["Deny", "Pass"])
def test_names_of_hosts_are_for_rules_that_accept(action):
    rule = {"action": action, "to": [{"domainNames": ["example.com"]}]}
    assert "spec.egress[3].to[0].domainNames" in first_of(rule_faults(rule, Direction.EGRESS, 3))
    assert first_of(rule_faults({**rule, "action": "Accept"}, Direction.EGRESS, 3)) == ""


@pytest.mark.parametrize(
    ("port", "usable"),
    [
        ({"portNumber": {"port": 80, "protocol": "TCP"}}, True),
        ({"portNumber": {"port": 80, "protocol": "tcp"}}, False),
        ({"portRange": {"start": 80, "end": 80, "protocol": "UDP"}}, True),
        ({"portRange": {"start": 90, "end": 80, "protocol": "UDP"}}, False),
        ({"namedPort": "web"}, True),
    ],
)
def test_v1alpha1_takes_any_protocol_and_ranges_that_fall(port, usable):
    rule = {"action": "Deny", "from": [{"namespaces": {}}], "ports": [port]}
    assert any(rule_faults(rule, Direction.INGRESS, 0)) is not usable
