"""Which endpoints the manifests list for a Service, and what only repeats something else."""

import pytest

import netpol_lab as lab

SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {clusterIP: 10.96.0.9, SELECTOR ports: [{port: 80}]}
"""
ENDPOINTS = """
apiVersion: v1
kind: Endpoints
metadata: {name: db, namespace: shop, labels: {LABELS}}
subsets:
- addresses: [{ip: 192.0.2.1}]
  notReadyAddresses: [{ip: 192.0.2.9}]
  ports: [{port: 81}, {name: dns, port: 53, protocol: UDP}]
"""
SLICE = """
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: db-1, namespace: shop, labels: {kubernetes.io/service-name: db, LABELS}}
addressType: IPv4
ports: [{port: 82}]
endpoints: [{addresses: [192.0.2.2, 192.0.2.3], nodeName: n1}]
"""
MANAGED = "endpointslice.kubernetes.io/managed-by: "
OF_SELECTOR = MANAGED + "endpointslice-controller.k8s.io"
MIRROR = MANAGED + "endpointslicemirroring-controller.k8s.io"
ALONE = 'endpointslice.kubernetes.io/skip-mirror: "true"'


def listed(*texts, selector="", labels=""):
    """The addresses that are listed for the Service, each with its ports; None for nothing."""
    given = [SERVICE.replace("SELECTOR", selector and f"selector: {{{selector}}},"), *texts]
    (service,) = lab.load(*(text.replace("LABELS", labels) for text in given)).services
    if service.endpoints is None:
        return None
    return {str(one.address): [port.port for port in one.ports] for one in service.endpoints}


@pytest.mark.parametrize(
    ("texts", "selector", "labels", "expected"),
    [
        ([], "", "", None),
        ([ENDPOINTS], "", "", {"192.0.2.1": [81, 53]}),
        ([SLICE], "", "", {"192.0.2.2": [82]}),
        ([ENDPOINTS, SLICE], "", "", {"192.0.2.1": [81, 53], "192.0.2.2": [82]}),
        ([SLICE], "", MIRROR, {"192.0.2.2": [82]}),
        ([ENDPOINTS, SLICE], "", MIRROR, {"192.0.2.1": [81, 53]}),
        ([ENDPOINTS], "", ALONE, {"192.0.2.1": [81, 53]}),
        ([ENDPOINTS, SLICE], "", ALONE, {"192.0.2.2": [82]}),
        ([ENDPOINTS], "a: b", "", None),
        ([SLICE], "a: b", OF_SELECTOR, None),
        ([SLICE], "a: b", MIRROR, None),
        ([SLICE], "a: b", MANAGED + "me", {"192.0.2.2": [82]}),
        ([SLICE.replace("name: db,", "name: other,")], "", "", None),
        ([SLICE.replace("namespace: shop", "namespace: lab")], "", "", None),
        ([SLICE.replace("[{addresses", "[] # [{addresses")], "", "", {}),
    ],
)
def test_what_counts_for_a_service(texts, selector, labels, expected):
    assert listed(*texts, selector=selector, labels=labels) == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("", "", ["192.0.2.2", "192.0.2.4"]),
        ("ready: null", "ready: true", ["192.0.2.2", "192.0.2.4"]),
        ("ready: false", "", ["192.0.2.4"]),
        ("ready: false, terminating: true", "", ["192.0.2.4"]),
        ("ready: false, terminating: true", "ready: false", ["192.0.2.2"]),
        ("ready: false, terminating: true, serving: false", "ready: false", []),
        ("ready: false, terminating: false", "ready: false", []),
    ],
)
def test_endpoints_count_that_are_ready_or_else_those_that_end_and_serve(first, second, expected):
    ends = f"{{addresses: [192.0.2.4], conditions: {{{second}}}}}]"
    both = SLICE.replace("nodeName: n1}]", f"conditions: {{{first}}}}}, {ends}")
    assert [*listed(both)] == expected


def test_a_pod_that_is_named_and_the_node_are_kept():
    reference = SLICE.replace("nodeName: n1", "nodeName: n1, targetRef: {kind: Pod, name: db-0}")
    (service,) = lab.load(SERVICE.replace("SELECTOR", ""), reference.replace("LABELS", "")).services
    (found,) = service.endpoints
    assert (found.pod, found.node) == ("shop/db-0", "n1")


def test_host_names_are_no_addresses():
    names = SLICE.replace("IPv4", "FQDN").replace("192.0.2.2, 192.0.2.3", "db.example.com")
    assert listed(names) == {"None": [82]}
