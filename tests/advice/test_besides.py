"""What a change does besides: in lines, what is left open in one, and a word where it is due."""

import pytest

import netpol_lab as lab
from netpol_lab.advice.besides import Also, also_of, as_selectors_see_it, hidden_client
from netpol_lab.model.ports import PortSet
from netpol_lab.reach.grouping import Connection

PORT = PortSet.of("TCP", 80)


@pytest.mark.parametrize(
    ("number", "last"), [(5, "  a -> z5  TCP 80"), (6, "  and 1 more connection")]
)
def test_no_more_is_said_where_there_is_no_more(number, last):
    rows = tuple(Connection("a", f"z{k}", PORT) for k in range(1, number + 1))
    lines = str(Also(rows, ())).splitlines()
    assert lines[-1] == last
    assert len(lines) == 1 + min(number, 6)


def test_what_would_be_left_open_is_told_in_one_line():
    also = Also((Connection("a", "b", PortSet(), PORT), Connection("a", "c", PORT, PORT)), ())
    assert str(also).splitlines()[1:] == [
        "  a -> c  TCP 80",
        "  perhaps, as it is left open: a -> b and 1 more  TCP 80",
    ]


def test_a_single_flow_that_would_be_left_open_has_no_more():
    also = Also((Connection("a", "b", PortSet(), PORT),), ())
    assert str(also).splitlines()[1:] == ["  perhaps, as it is left open: a -> b  TCP 80"]


# ---------------------------------------------------------------- of whom the address is not known

PODS = """
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
---
apiVersion: v1
kind: Pod
metadata: {name: cache, namespace: shop, labels: {app: cache}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec: {podSelector: {}, policyTypes: [Egress]}
"""


@pytest.mark.parametrize("address", ["203.0.113.7", "169.254.20.10", "fe80::7"])
def test_nobody_else_has_the_address_that_is_asked_about(address):
    cluster = lab.load(PODS)
    fix = lab.fix(lab.evaluate(cluster, "shop/db", address, 53))
    assert fix.also == ((), ())
    assert also_of(fix.verdict, fix.apply()).opened  # as a pod could have it


# ---------------------------------------------------------------- a word

HEADLESS = """
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {clusterIP: None, selector: {app: db}, ports: [{port: 80, targetPort: TARGET}]}
"""


@pytest.mark.parametrize(
    ("target", "declared", "told"),
    [
        ("81", "{name: sql, containerPort: 81}", "connect to 81"),
        ("sql", "{name: sql, containerPort: 81}", "connect to 81"),
        ("sql", "{name: other, containerPort: 81}", "connect to sql"),
        ("81", "{name: sql, containerPort: 80}", ""),
        ("80", "{name: sql, containerPort: 81}", ""),
    ],
)
def test_a_headless_name_leads_to_no_other_port(target, declared, told):
    spec = f"{{app: db}}}}\nspec: {{containers: [{{name: c, ports: [{declared}]}}]}}"
    pod = PODS.replace("{app: db}}", spec, 1)
    cluster = lab.load(pod, HEADLESS.replace("TARGET", target))
    remarks = lab.fix(lab.evaluate(cluster, "shop/cache", "svc/shop/db", 80)).remarks
    assert len(remarks) == bool(told)
    assert "".join(remarks).endswith(told)


def test_what_was_assumed_already_stays():
    given = lab.Assumptions(service_rewritten_first=False)
    verdict = lab.evaluate(lab.load(PODS), "shop/db", "203.0.113.7", 53, assumptions=given)
    seen = as_selectors_see_it(verdict).assumptions
    assert (seen.service_rewritten_first, seen.client_address_kept) == (False, True)


# ---------------------------------------------------------------- clients behind a node

ADMIT = "admit the addresses of the nodes, or anyone by a rule without from (SEM-60)"


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("", f"else {ADMIT}"),
        (", type: NodePort", f"else set externalTrafficPolicy: Local in the Service, or {ADMIT}"),
        (
            ", type: NodePort, externalTrafficPolicy: Local",
            f"externalTrafficPolicy: Local keeps it on the way through a node; else {ADMIT}",
        ),
    ],
)
@pytest.mark.parametrize("end", ["svc/shop/d", "10.96.0.7"])
def test_a_client_keeps_its_address_only_where_the_service_can_be_told_to(end, spec, said):
    service = f"""
apiVersion: v1
kind: Service
metadata: {{name: d, namespace: shop}}
spec: {{clusterIP: 10.96.0.7, selector: {{role: db}}, ports: [{{port: 5432}}]{spec}}}
"""
    cluster = lab.load("three-tier", service)
    assert hidden_client(lab.evaluate(cluster, "203.0.113.7", end, port=5432)) == said
