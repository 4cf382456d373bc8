"""NP313: what keeps it quiet, and where it is told."""

import pytest

from tests.helpers.linted import codes, findings, pod, policy

HOOK = """---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1.example.com}
spec: {service: {name: web, namespace: shop, port: %s}}
"""
TO_WEB = "{podSelector: {matchLabels: {app: web}}, ingress: [%s]}"
FROM_DB = "{from: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 8080}]}"


def found(rule, port=80):
    return codes(HOOK % port, policy(TO_WEB % rule))


@pytest.mark.parametrize(
    "rule",
    [
        "{ports: [{port: 8080}]}",
        "{ports: [{port: http}]}",
        "{from: [{ipBlock: {cidr: 192.0.2.1/32}}]}",
        "{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: konnectivity-agent}}}],"
        " ports: [{port: 8080}]}",
    ],
)
def test_addresses_or_the_pods_of_a_tunnel_may_be_admitted(rule):
    assert "NP313" not in found(rule)


@pytest.mark.parametrize("rule", [FROM_DB, "{ports: [{port: 8081}]}", ""])
def test_a_rule_for_pods_or_another_port_does_not_reach_so_far(rule):
    assert "NP313" in found(rule)


def test_a_port_that_the_service_does_not_offer_is_another_matter():
    assert "NP313" not in found(FROM_DB, port=443)


def test_pods_that_nothing_isolates_are_reached():
    assert "NP313" not in codes(HOOK % 80)


def test_pods_on_the_host_network_are_left_open_by_kubernetes():
    host = pod("agent", labels="app: agent", spec="hostNetwork: true")
    service = (
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: agent, namespace: shop}\n"
        "spec: {clusterIP: 10.96.0.99, selector: {app: agent}, ports: [{port: 443}]}\n"
    )
    hook = (HOOK % 443).replace("name: web", "name: agent")
    assert "NP313" not in codes(host, service, hook, policy("{podSelector: {}}"))


def test_each_service_is_told_once():
    again = (HOOK % 80).replace("v1.example", "v2.example")
    told = [f for f in findings(HOOK % 80, again, policy(TO_WEB % FROM_DB)) if f.code == "NP313"]
    assert len(told) == 1
    assert "APIService v1.example.com" in told[0].message
