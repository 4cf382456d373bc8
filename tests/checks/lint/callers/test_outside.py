"""NP601 and NP602: what keeps them quiet."""

import pytest

from netpol_lab import Assumptions
from tests.helpers.linted import codes, findings, pod, policy
from tests.helpers.written import write

FRONT = """---
apiVersion: v1
kind: Service
metadata: {name: front, namespace: shop}
spec: {%s, selector: {app: web}, ports: [{name: a, port: 80, targetPort: http}, {name: b, port: 1}]}
"""
INGRESS = """---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front, namespace: shop}
spec: {defaultBackend: {service: {name: web, port: {%s}}}}
"""
TO_WEB = "{podSelector: {matchLabels: {app: web}}, ingress: [%s]}"
FROM_ALL = "{from: [{namespaceSelector: {}}], ports: [{port: 8080}]}"
FROM_HERE = "{from: [{podSelector: {}}], ports: [{port: 8080}]}"


def outside(rule, kind="type: LoadBalancer", *more, **options):
    return codes(FRONT % kind, policy(TO_WEB % rule), *more, **options)


def behind(rule, port="number: 80", *more):
    return codes(INGRESS % port, policy(TO_WEB % rule), *more)


@pytest.mark.parametrize(
    "kind", ["type: NodePort", "type: LoadBalancer", "externalIPs: [192.0.2.9]"]
)
def test_each_way_to_open_a_service_counts(kind):
    assert "NP601" in outside(FROM_ALL, kind)


@pytest.mark.parametrize("kind", ["type: ClusterIP", "clusterIP: None"])
def test_a_service_for_pods_needs_no_clients_outside(kind):
    assert "NP601" not in outside(FROM_ALL, kind)


@pytest.mark.parametrize(
    "rule",
    [
        "{ports: [{port: 8080}]}",
        "{ports: [{port: 1}]}",
        "{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}",
        "{from: [{namespaceSelector: {}, podSelector: {matchExpressions: "
        "[{key: svccontroller.k3s.cattle.io/svcname, operator: Exists}]}}]}",
    ],
)
def test_one_way_in_for_addresses_or_for_those_who_bring_them_is_enough(rule):
    assert "NP601" not in outside(rule)


def test_pods_that_nothing_isolates_and_those_on_hosts_are_left_out():
    assert "NP601" not in codes(FRONT % "type: NodePort")
    host = pod("host", labels="app: web", spec="hostNetwork: true")
    assert "NP601" not in outside(FROM_ALL, "type: NodePort", host)


def test_where_nothing_is_enforced_everybody_gets_in():
    assert "NP601" not in outside(FROM_ALL, assumptions=Assumptions(enforced=False))


def test_the_ports_of_one_service_are_told_at_once():
    found = findings(FRONT % "type: NodePort", policy(TO_WEB % FROM_ALL))
    told = [f for f in found if f.code == "NP601"]
    assert len(told) == 1
    assert "TCP 8080, TCP 1" in told[0].hint


@pytest.mark.parametrize("port", ["number: 80"])
def test_a_rule_for_pods_from_here_is_not_for_a_proxy(port):
    assert "NP602" in behind(FROM_HERE, port)


@pytest.mark.parametrize(
    "rule",
    [
        FROM_ALL,
        "{ports: [{port: 8080}]}",
        "{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}",
        "{from: [{namespaceSelector: {matchLabels: {team: ops}}}]}",
        "{from: [{podSelector: {matchLabels: {app: ingress-nginx}}}]}",
    ],
)
def test_a_rule_that_may_be_for_a_proxy_is_enough(rule):
    assert "NP602" not in behind(rule)


def test_a_proxy_may_run_here():
    traefik = pod("traefik-7d9", labels="app: edge")
    assert "NP602" not in behind(FROM_HERE, "number: 80", traefik)


def test_a_port_that_the_service_does_not_have_leads_nowhere():
    assert "NP602" not in behind(FROM_HERE, "number: 81")


def test_a_service_that_is_told_of_as_open_to_the_outside_is_told_once():
    opened = (
        (FRONT % "type: NodePort").replace("name: front", "name: web").replace("http}", "http}")
    )
    found = behind(FROM_HERE, "number: 80", opened)
    assert "NP601" in found
    assert "NP602" not in found


def test_services_of_two_variants_say_nothing_of_who_calls_from_outside(tmp_path):
    inner, outer = (
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: api, namespace: shop}\n"
        f"spec: {{type: {kind}, selector: {{app: db}}, ports: [{{port: 5432}}]}}\n"
        for kind in ("ClusterIP", "NodePort")
    )
    web = policy("ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]")
    assert "NP601" in codes(outer, web)
    both = write(tmp_path, {"a.yaml": inner, "b.yaml": outer})
    assert "NP601" not in codes(both, web)
