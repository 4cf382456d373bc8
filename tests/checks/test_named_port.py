"""Ports that a test calls by their names are looked up where the connection goes."""

from textwrap import dedent

import pytest

import netpol_lab as lab
from netpol_lab.checks.junit import junit
from netpol_lab.checks.named_port import port_number
from netpol_lab.errors import FlowError
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from tests.helpers.expected import outcome

POD = """\
  apiVersion: v1
  kind: Pod
  metadata: {{name: {name}, namespace: x, labels: {{app: {name}}}}}
  spec: {{containers: [{{name: c, image: i, ports: [{ports}]}}]}}
  ---
"""
HTTP, DNS = "{name: http, containerPort: 8080}", "{name: dns, containerPort: 53, protocol: UDP}"
POLICY = """\
  apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: {name: p, namespace: x}
  spec: {podSelector: {}, ingress: [{ports: [{port: http}]}]}
"""
START = (
    "manifests: |\n" + POD.format(name="a", ports="") + POD.format(name="b", ports=f"{HTTP}, {DNS}")
    + POD.format(name="c", ports=HTTP.replace("8080", "80")) + POLICY
)  # fmt: skip
LINES = START.count("\n")
TWO = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: x}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: i, ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: late, namespace: x}
spec:
  initContainers: [{name: i, image: i, ports: [{name: init, containerPort: 7}]}]
  containers: [{name: c, image: i}]
"""


def test_a_name_stands_for_the_number_at_the_pod_where_the_connection_goes(tmp_path):
    entries = "{from: x/a, to: x/b, port: http, allowed: true}, "
    entries += "{from: x/a, to: x/c, port: http, allowed: true}, "
    entries += "{from: x/a, to: x/c, port: 8080, allowed: false}, "
    entries += "{from: x/a, to: x/b, port: dns, protocol: UDP, allowed: false}"
    report = outcome(tmp_path, f"expect: [{entries}]\n", START)
    assert (report.expectations, report.failures) == (4, [])
    assert "x/a -&gt; x/b  UDP dns: denied" in junit(report)


def test_a_failure_says_both_the_number_and_the_name(tmp_path):
    entry = "{from: x/a, to: x/b, port: dns, protocol: UDP, allowed: true}"
    (failure,) = outcome(tmp_path, f"expect: [{entry}]\n", START).failures
    assert failure.message == "x/a -> x/b  UDP 53 (dns): expected allowed, got denied"
    assert failure.line == LINES + 1


@pytest.mark.parametrize(
    ("to", "port", "words"),
    [
        ("x/b", "htp", 'x/b has no TCP port named "htp". Did you mean http?'),
        ("x/b", "dns", "It is UDP there: write protocol: UDP."),
        ("x/a", "http", "Its manifest names no ports: write a number."),
        ("203.0.113.7", "http", "is an address, whose ports have no names: write a number"),
    ],
)
def test_a_name_that_stands_for_nothing_is_told_where_it_is_written(tmp_path, to, port, words):
    entry = f"{{from: x/b, to: {to}, port: {port}, allowed: true}}"
    (failure,) = outcome(tmp_path, f"expect:\n- {entry}\n", START).failures
    assert words in failure.message
    assert failure.line == LINES + 2


def test_a_number_in_quotation_marks_is_no_name(tmp_path):
    entry = "{from: x/b, to: x/a, port: '80', allowed: true}"
    (failure,) = outcome(tmp_path, f"expect:\n- {entry}\n", START).failures
    assert "write 80 without quotation marks" in failure.message


def test_in_a_matrix_a_name_is_looked_up_at_each_pod(tmp_path):
    matrix = "probe_ports: [{port: 80}, {port: 8080}]\nexpect_default: false\nexpect:\n"
    entries = "".join(
        f"- {{from: x/*, to: {to}, port: http, allowed: true}}\n" for to in ("x/b", "x/c")
    )
    report = outcome(tmp_path, matrix + entries, START)
    assert (report.expectations, report.failures) == (12, [])
    everybody = "- {from: x/*, to: x/*, port: http, allowed: true}\n"
    report = outcome(tmp_path, matrix + everybody, START)
    assert {failure.line for failure in report.failures} == {LINES + 4}
    assert all("x/a has no TCP port" in failure.message for failure in report.failures)


def test_all_pods_of_a_workload_must_agree_on_a_name():
    cluster = lab.load(TWO)
    assert port_number(cluster, "x/web", "http", "TCP", DEFAULTS) == 8080


OWNED = (
    "ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: w, uid: u, controller: true}]"
)


def test_pods_of_a_workload_that_differ_are_named():
    pods = "".join(
        POD.format(name=name, ports=HTTP.replace("8080", port)).replace("x, ", f"x, {OWNED}, ")
        for name, port in (("a", "80"), ("b", "81"))
    )
    cluster = lab.load(dedent(pods))
    with pytest.raises(FlowError, match='"http" is port 80 at x/a and 81 at x/b: name one'):
        port_number(cluster, "x/w", "http", "TCP", DEFAULTS)


def test_whether_the_port_of_an_init_container_counts_is_an_open_question():
    cluster = lab.load(TWO)
    with pytest.raises(FlowError, match=r"left open \(SEM-56\)"):
        port_number(cluster, "x/late", "init", "TCP", DEFAULTS)
    counted, not_counted = (Assumptions(init_port_names=counts) for counts in (True, False))
    assert port_number(cluster, "x/late", "init", "TCP", counted) == 7
    with pytest.raises(FlowError, match="has no TCP port"):
        port_number(cluster, "x/late", "init", "TCP", not_counted)


def test_a_protocol_without_ports_has_no_names():
    with pytest.raises(FlowError, match="ICMP has no ports"):
        port_number(lab.load(TWO), "x/web", "http", "ICMP", DEFAULTS)


SERVICE = """
---
apiVersion: v1
kind: Service
metadata: {name: site, namespace: x}
spec:
  clusterIP: 10.96.0.9
  selector: {app: web}
  ports:
  - {name: http, port: 80, targetPort: http}
  - {name: dns, port: 53, targetPort: http, protocol: UDP}
"""


@pytest.mark.parametrize("called", ["service:x/site", "10.96.0.9"])
def test_at_a_service_a_name_is_one_of_the_services_own_ports(called):
    assert port_number(lab.load(TWO + SERVICE), called, "http", "TCP", DEFAULTS) == 80
    with pytest.raises(FlowError, match="Did you mean dns"):
        port_number(lab.load(TWO + SERVICE), called, "dn", "UDP", DEFAULTS)


def test_a_test_may_call_the_port_of_a_service_by_its_name():
    text = "expect: [{from: x/late, to: 'service:x/site', port: http, allowed: true}]"
    assert lab.expect(lab.load(TWO + SERVICE), text).hold
