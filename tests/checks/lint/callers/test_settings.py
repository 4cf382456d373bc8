"""NP604: which settings are calls, and what the hint says."""

import pytest

import netpol_lab as lab
from tests.helpers.linted import WORLD, codes, findings, policy

CART = """---
apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: %s, labels: {app: cart}}
spec: {containers: [{name: cart, env: [{name: WEB, value: "%s"}]}]}
"""
TO_WEB = policy(
    "{podSelector: {matchLabels: {app: web}}, ingress: [{from: "
    "[{podSelector: {matchLabels: {app: db}}}], ports: [{port: 8080}]}]}"
)


@pytest.mark.parametrize("host", ["web", "web.shop", "web.shop.svc", "web.shop.svc.cluster.local"])
def test_each_name_of_a_service_is_known(host):
    assert "NP604" in codes(CART % ("shop", f"http://{host}"), TO_WEB)


@pytest.mark.parametrize("url", ["http://web.shop.example", "http://web:8080", "http://front"])
def test_other_names_and_ports_are_no_calls_of_it(url):
    assert "NP604" not in codes(CART % ("shop", url), TO_WEB)


def test_a_name_alone_means_the_own_namespace():
    assert "NP604" not in codes(CART % ("monitoring", "http://web"), TO_WEB)
    assert "NP604" in codes(CART % ("monitoring", "http://web.shop"), TO_WEB)


def test_a_pod_that_names_its_own_service_calls_nobody():
    own = (CART % ("shop", "http://web")).replace("app: cart", "app: web")
    assert "NP604" not in codes(own, TO_WEB)


def test_a_pod_that_is_let_out_nowhere_is_told_so_otherwise():
    shut = policy("{podSelector: {matchLabels: {app: cart}}, policyTypes: [Egress]}", "cart")
    assert "NP604" not in codes(CART % ("shop", "http://web"), TO_WEB, shut)


def test_what_the_hint_says_lets_the_call_through():
    found = findings(CART % ("shop", "http://web"), TO_WEB)
    (told,) = (f for f in found if f.code == "NP604")
    assert told.hint.endswith("in shop/p, let rule 1 also admit pods with app=cart")
    admitted = TO_WEB.replace("{matchLabels: {app: db}}", "{matchLabels: {app: cart}}")
    cluster = lab.load(WORLD, CART % ("shop", "http://web"), admitted)
    assert lab.evaluate(cluster, "cart", "service:shop/web", 80).allowed
    assert "NP604" not in codes(CART % ("shop", "http://web"), admitted)


def test_the_pods_of_a_workload_are_told_once():
    made = (
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart, namespace: shop}\n"
        "spec: {replicas: 3, selector: {matchLabels: {app: cart}}, template: {metadata: {labels: "
        "{app: cart}}, spec: {containers: [{name: cart, env: [{name: A, value: 'web:80'}, "
        "{name: B, value: 'http://web'}]}]}}}\n"
    )
    assert codes(made, TO_WEB).count("NP604") == 1


def test_no_hint_opens_a_port_to_everybody_where_another_change_will_do():
    out = "{podSelector: {matchLabels: {app: cart}}, policyTypes: [Egress], egress: [%s]}"
    names = "{ports: [{port: 53, protocol: UDP}]}"
    inside = "{to: [{podSelector: {}}], ports: [{port: 1}]}"
    call = CART % ("shop", "http://web")
    both = policy(out % f"{names}, {inside}", "out")
    (told,) = (f for f in findings(call, both) if f.code == "NP604")
    assert "let rule 2 also admit TCP 8080" in told.hint
    (told,) = (f for f in findings(call, policy(out % names, "out")) if f.code == "NP604")
    assert "rule 1" not in told.hint
    assert "app=web" in told.hint
