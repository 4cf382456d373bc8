"""Where a flow to a Service arrives, and how it is judged there."""

import pytest

import netpol_lab as lab
from netpol_lab import Assumptions
from netpol_lab.errors import FlowError


def verdict(source, destination, port, cluster, **assumed):
    return lab.evaluate(cluster, source, destination, port, assumptions=Assumptions(**assumed))


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
