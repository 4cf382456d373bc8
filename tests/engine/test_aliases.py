"""Services of type ExternalName: which Service they mean, and what is said where they mean none."""

import pytest

import netpol_lab as lab
from netpol_lab.engine.aliases import by_its_own_name, meant_by, untold_name
from netpol_lab.errors import FlowError
from netpol_lab.model.flows import Flow


def alias(name, stands_for, namespace="shop"):
    return f"""
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{type: ExternalName, externalName: {stands_for}}}
"""


SQL = """
apiVersion: v1
kind: Service
metadata: {name: sql, namespace: shop}
spec: {clusterIP: 10.96.0.30, selector: {role: db}, ports: [{port: 80, targetPort: 5432}]}
"""


def asked(*texts, port=80, source="web"):
    return lab.evaluate(lab.load("three-tier", SQL, *texts), source, "svc/shop/s", port)


@pytest.mark.parametrize("name", ["sql.shop.svc", "sql.shop.svc.cluster.local", "sql.shop.svc."])
def test_the_dns_name_of_a_service_means_the_service(name):
    verdict = asked(alias("s", name), source="backend")
    assert verdict.allowed is True
    assert (
        "service  shop/s is another name for Service shop/sql, and leads to shop/db port 5432"
        in str(verdict)
    )
    assert asked(alias("s", name)).allowed is False


def test_a_chain_of_names_is_followed_and_a_circle_left():
    chain = [alias("s", "t.data.svc"), alias("t", "sql.shop.svc", "data")]
    assert asked(*chain, source="backend").allowed is True
    circle = lab.load(alias("s", "t.data.svc"), alias("t", "s.shop.svc", "data"))
    one, other = circle.services
    assert meant_by(circle, one) is other
    assert meant_by(circle, other) is one


def test_a_port_that_the_service_behind_does_not_have_is_said_of_that_service():
    with pytest.raises(FlowError, match="Service shop/sql leads nowhere on TCP 81"):
        asked(alias("s", "sql.shop.svc"), port=81)


def test_a_flow_takes_the_address_of_the_service_that_is_meant():
    cluster = lab.load("three-tier", SQL, alias("s", "sql.shop.svc"))
    flow = Flow.between(cluster, "web", "svc/shop/s", 80)
    assert flow.destination.address is None
    meant = by_its_own_name(cluster, flow)
    assert str(meant) == "shop/web -> shop/sql  TCP 80"
    assert str(meant.destination.address) == "10.96.0.30"
    assert by_its_own_name(cluster, meant) is meant


def test_by_another_name_rules_about_the_address_of_the_service_count():
    rule = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {role: backend}}
  policyTypes: [Egress]
  egress: [{to: [{ipBlock: {cidr: 10.96.0.0/16}}]}]
"""
    cluster = lab.load("three-tier", SQL, alias("s", "sql.shop.svc"), rule)
    for rewritten in (True, False):
        assumed = lab.Assumptions(service_rewritten_first=rewritten)
        found = lab.evaluate(cluster, "backend", "svc/shop/s", 80, assumptions=assumed)
        assert found.allowed is not rewritten


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("db.example.com", "for db.example.com, and the manifests do not say which address"),
        ("web.gone.svc", "for Service gone/web, which is not in the manifests"),
        ("a.sql.shop.svc", "for a.sql.shop.svc, and the manifests do not say which address"),
    ],
)
def test_a_name_that_is_not_told_leaves_the_answer_open(name, said):
    verdict = asked(alias("s", name), source="backend")
    assert (verdict.allowed, verdict.common) == (None, None)
    assert said in untold_name(verdict.flow.destination.service)
    assert f"{said}" in str(verdict).splitlines()[1]
    is_service = name == "web.gone.svc"
    told = "add Service gone/web" if is_service else "ask about the address behind the name"
    assert f"  service  {told}" in str(verdict)
    assert lab.fix(verdict) is None
