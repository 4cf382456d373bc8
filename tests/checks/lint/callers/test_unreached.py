"""NP603: when a Service is out of reach, and when that is nobody's loss."""

import pytest

from tests.helpers.linted import codes, findings, pod, policy

API = pod(
    "api", labels="app: api", spec="containers: [{name: api, ports: [{containerPort: 8081}]}]"
)
SERVICE = """---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop}
spec: {clusterIP: %s, selector: {app: api}, ports: [%s]}
"""
ONE = SERVICE % ("10.96.0.30", "{port: 80, targetPort: 8081}")
TO_API = "{podSelector: {matchLabels: {app: api}}, ingress: [%s]}"
METRICS = "{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %s}}}], %s}"


def found(*rules, service=ONE, more=()):
    return codes(API, service, policy(TO_API % ", ".join(rules)), *more)


def test_a_rule_for_another_port_leaves_it_out_of_reach():
    assert "NP603" in found(METRICS % ("monitoring", "ports: [{port: 9090}]"))


def test_a_default_deny_alone_says_nothing_yet():
    assert "NP603" not in codes(API, ONE, policy("{podSelector: {}}"))


@pytest.mark.parametrize(
    "rule",
    [
        "{ports: [{port: 8081}]}",
        "{from: [{ipBlock: {cidr: 192.0.2.0/24}}]}",
        "{from: [{namespaceSelector: {}}], ports: [{port: 8081}]}",
        METRICS % ("elsewhere", "ports: [{port: 8081}]"),
    ],
)
def test_whoever_is_not_among_the_manifests_may_call(rule):
    assert "NP603" not in found(METRICS % ("monitoring", "ports: [{port: 9090}]"), rule)


def test_one_port_that_is_open_is_enough_where_no_rule_names_who_calls_the_other():
    two = SERVICE % ("10.96.0.30", "{name: a, port: 80, targetPort: 8081}, {name: b, port: 9090}")
    assert "NP603" not in found(METRICS % ("monitoring", "ports: [{port: 9090}]"), service=two)


def test_a_service_that_is_open_to_the_outside_is_told_otherwise():
    opened = ONE.replace("spec: {", "spec: {type: NodePort, ")
    told = found(METRICS % ("monitoring", "ports: [{port: 9090}]"), service=opened)
    assert "NP603" not in told
    assert "NP601" in told


def test_replicas_call_each_other_by_a_service_without_an_address():
    own = "{from: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: 80}]}"
    headless = SERVICE % ("None", "{port: 80}")
    assert "NP603" not in found(own, service=headless, more=[pod("api-2", labels="app: api")])


def test_services_with_the_same_cause_are_told_at_once():
    other = (
        ONE.replace("name: api", "name: api-too").replace("0.30", "0.31").replace("8081", "8082")
    )
    rule = METRICS % ("monitoring", "ports: [{port: 9090}]")
    told = [f for f in findings(API, ONE, other, policy(TO_API % rule)) if f.code == "NP603"]
    assert len(told) == 1
    assert "Service shop/api, Service shop/api-too" in told[0].message


OUT = "{to: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: 8081}]}"
ELSE = "{to: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 5432}]}"


def test_a_caller_that_is_let_out_is_told_by_its_own_rule_alone():
    scraped = policy(TO_API % (METRICS % ("monitoring", "ports: [{port: 9090}]")))
    web = "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [%s]}"
    told = codes(API, ONE, scraped, policy(web % OUT, "web"))
    assert "NP307" in told
    assert "NP603" not in told
    assert "NP603" in codes(API, ONE, scraped, policy(web % ELSE, "web"))


def test_a_caller_that_is_let_out_among_others_is_named():
    scraped = policy(TO_API % (METRICS % ("monitoring", "ports: [{port: 9090}]")))
    both = OUT.replace("matchLabels: {app: api}", "matchExpressions: [{key: app, operator: In, "
                       "values: [api, open]}]")  # fmt: skip
    web = f"{{podSelector: {{matchLabels: {{app: web}}}}, policyTypes: [Egress], egress: [{both}]}}"
    found = findings(API, ONE, scraped, policy(web, "web"), pod("open", labels="app: open"))
    (one,) = (f for f in found if f.code == "NP603")
    assert one.hint.endswith("for whoever calls it, such as shop/web, which may go out to it")
    assert one.witness.source == "shop/web"


def test_a_headless_service_whose_port_is_not_that_of_its_pods_translates_none():
    own = METRICS % ("monitoring", "ports: [{port: 9090}]")
    assert "NP603" in found(own, service=SERVICE % ("None", "{port: 8081}"))
    assert "NP603" not in found(own, service=SERVICE % ("None", "{port: 80, targetPort: 8081}"))
