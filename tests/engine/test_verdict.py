"""One flow with its reasons; the cases prove the rules, these the shape of the answer."""

import pytest

import netpol_lab as lab
from netpol_lab import Assumptions
from netpol_lab.engine.verdict import Exemption
from netpol_lab.errors import FlowError, UnknownNameError

SHOP = lab.load("three-tier")


def verdict(source, destination, port=5432, cluster=SHOP, **assumed):
    return lab.evaluate(cluster, source, destination, port, assumptions=Assumptions(**assumed))


def test_a_denial_names_the_isolating_policy_and_no_rule():
    side = verdict("web", "db").ingress
    assert [str(policy) for policy in side.isolated_by] == ["shop/db-access-ingress"]
    assert side.admitted_by == ()
    assert side.allowed is False


def test_an_admission_names_the_rule_and_its_place():
    ((policy, rule),) = verdict("backend", "db").ingress.admitted_by
    assert (str(policy), rule.number, rule.path) == (
        "shop/db-access-ingress", 1, "spec.ingress[0]",
    )  # fmt: skip


def test_a_verdict_is_never_taken_for_true_by_accident():
    with pytest.raises(TypeError, match="can also be undefined"):
        bool(verdict("web", "db"))


def test_repr_is_one_line_without_addresses():
    assert repr(verdict("web", "db")) == "<Verdict shop/web -> shop/db  TCP 5432: denied>"


def test_without_a_plugin_nothing_is_isolated():
    assert verdict("web", "db", enforced=False).allowed is True


def test_a_pod_reaches_itself_also_behind_a_default_deny():
    closed = lab.load("three-tier", DENY_ALL)
    assert verdict("db", "db", cluster=closed).egress.exemption is Exemption.ITSELF
    assert verdict("db", "10.1.0.30", cluster=closed).allowed is True
    assert verdict("web", "backend", cluster=closed).allowed is False


def test_unknown_pods_are_named_with_their_neighbours():
    with pytest.raises(UnknownNameError, match=r"Did you mean shop/db"):
        verdict("web", "shop/dbb")


DENY_ALL = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny-all, namespace: shop}
spec: {policyTypes: [Ingress, Egress]}
"""

HOST = """
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: shop, labels: {app: myapp, role: backend}}
spec: {hostNetwork: true, nodeName: n1}
status: {podIP: 192.168.0.1}
"""


def test_undefined_is_none_with_what_most_plugins_do():
    cluster = lab.load("three-tier", HOST)
    found = verdict("agent", "db", cluster=cluster)
    assert (found.allowed, found.common) == (None, False)
    assert len(found.outcomes) == 2


def test_an_assumption_settles_what_is_undefined():
    cluster = lab.load("three-tier", HOST)
    assert verdict("agent", "db", cluster=cluster, host_network_as_pods=True).allowed is True
    assert verdict("agent", "db", cluster=cluster, host_network_as_pods=False).allowed is False


SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec:
  clusterIP: 10.96.0.30
  selector: {role: db}
  ports: [{port: 80, targetPort: postgres}]
"""


def test_a_service_address_is_judged_at_the_pod_behind_it():
    cluster = lab.load("three-tier", SERVICE)
    found = verdict("web", "10.96.0.30", 80, cluster)
    assert found.allowed is False
    assert found.ingress.flow.port == 5432
    assert verdict("backend", "10.96.0.30", 80, cluster).allowed is True


def test_reaching_oneself_through_a_service_is_left_open():
    cluster = lab.load("three-tier", SERVICE)
    found = verdict("db", "10.96.0.30", 80, cluster)
    assert found.allowed is None
    assert verdict("db", "10.96.0.30", 80, cluster, service_loopback=True).allowed is True


def test_a_service_can_be_called_by_its_name():
    plain = SERVICE.replace("  clusterIP: 10.96.0.30\n", "").replace("name: db,", "name: data,")
    cluster = lab.load("three-tier", plain)
    found = verdict("backend", "shop/data", 80, cluster)
    assert found.allowed is True
    assert "shop/data is a Service, and leads to shop/db port 5432" in str(found)
    with pytest.raises(FlowError, match=r"leads nowhere on TCP 5432: its ports are TCP 80"):
        verdict("web", "shop/data", 5432, cluster)
    with pytest.raises(FlowError, match="opens no connections"):
        verdict("shop/data", "web", 80, cluster)


def test_a_service_without_selector_says_so():
    alias = SERVICE.replace("  selector: {role: db}\n", "").replace("name: db,", "name: s,")
    with pytest.raises(FlowError, match="selects no pods"):
        verdict("web", "s", 80, lab.load("three-tier", alias))


def test_external_and_load_balancer_addresses_lead_to_the_pods_too():
    more = SERVICE.replace("  selector:", "  externalIPs: [192.0.2.7]\n  selector:")
    more += "status: {loadBalancer: {ingress: [{ip: 192.0.2.8}]}}\n"
    cluster = lab.load("three-tier", more)
    for address in ("192.0.2.7", "192.0.2.8"):
        assert verdict("web", address, 80, cluster).ingress.flow.port == 5432


def test_a_service_of_a_pods_name_can_still_be_asked():
    cluster = lab.load("three-tier", SERVICE)
    assert verdict("backend", "service:shop/db", 80, cluster).ingress.flow.port == 5432


def test_a_target_port_name_of_a_finished_init_container_leads_nowhere():
    pod = """
apiVersion: v1
kind: Pod
metadata: {name: x, namespace: shop, labels: {role: x}}
spec: {initContainers: [{name: i, RESTART ports: [{name: postgres, containerPort: 1}]}]}
"""
    service = SERVICE.replace("role: db", "role: x").replace("name: db,", "name: s,")
    finished = lab.load("three-tier", pod.replace("RESTART", ""), service)
    with pytest.raises(FlowError, match="leads nowhere"):
        verdict("web", "s", 80, finished)
    sidecar = lab.load("three-tier", pod.replace("RESTART", "restartPolicy: Always,"), service)
    assert verdict("web", "s", 80, sidecar).ingress.flow.port == 1


def test_a_headless_service_means_its_pods_and_their_ports():
    headless = SERVICE.replace("10.96.0.30", "None").replace("name: db,", "name: data,")
    cluster = lab.load("three-tier", headless)
    found = verdict("backend", "data", 5432, cluster)
    assert found.allowed is True
    assert len(found.outcomes) == 1


def test_a_pod_comes_before_a_service_of_its_name():
    assert verdict("backend", "db", 5432, lab.load("three-tier", SERVICE)).allowed is True


def test_ip_blocks_match_pods_unless_assumed_otherwise():
    cluster = lab.load("three-tier", BLOCK)
    assert verdict("web", "db", cluster=cluster).allowed is True
    assert verdict("web", "db", cluster=cluster, ip_block_matches_pods=False).allowed is False


BLOCK = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: by-address, namespace: shop}
spec:
  podSelector: {matchLabels: {role: db}}
  ingress: [{from: [{ipBlock: {cidr: 10.1.0.0/16}}]}]
"""
