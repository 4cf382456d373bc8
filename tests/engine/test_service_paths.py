"""Where a flow to a Service arrives, and how it is judged there."""

import pytest

import netpol_lab as lab
from netpol_lab import Assumptions
from netpol_lab.engine.left_open import left_open
from netpol_lab.engine.service_paths import flow_paths
from netpol_lab.engine.sides import Exemption
from netpol_lab.errors import FlowError
from netpol_lab.model.flows import Flow


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


BY_ADDRESS = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: by-address, namespace: shop}
spec:
  podSelector: {matchLabels: {role: db}}
  ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]
"""


def test_a_client_outside_may_arrive_at_the_pod_with_another_address():
    outer = SERVICE.replace("  selector", "  externalIPs: [192.0.2.7]\n  selector")
    asked = "203.0.113.9", "192.0.2.7", 80, lab.load("three-tier", outer, BY_ADDRESS)
    assert verdict(*asked).allowed is None
    assert verdict(*asked, client_address_kept=True).allowed is True
    assert verdict(*asked, client_address_kept=False).allowed is False


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


ALIAS = SERVICE.replace("  selector: {role: db}\n", "").replace("name: db,", "name: s,")
LISTED = """
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: s-1, namespace: shop, labels: {kubernetes.io/service-name: s}}
addressType: IPv4
ports: [{port: 6443}]
endpoints: [{addresses: [192.0.2.11]}, {addresses: [192.0.2.12]}]
"""


@pytest.mark.parametrize("asked", ["10.96.0.30", "svc/shop/s"])
def test_a_service_without_selector_and_without_endpoints_is_undefined_and_says_why(asked):
    found = verdict("web", asked, 80, lab.load("three-tier", ALIAS))
    assert found.allowed is None
    assert found.common is None
    assert left_open(found) == [
        "Service shop/s has no selector, and no Endpoints or EndpointSlice says where it leads "
        "(SEM-74)"
    ]
    answers = [
        verdict("web", asked, 80, found.cluster, unknown_endpoints_admit=admit).allowed
        for admit in (True, False)
    ]
    assert answers == [True, False]
    assert verdict("web", asked, 80, found.cluster, enforced=False).allowed is True


def test_a_service_without_selector_leads_to_its_endpoints():
    cluster = lab.load("three-tier", ALIAS, LISTED)
    found = verdict("web", "10.96.0.30", 80, cluster)
    assert found.allowed is True
    assert "rewritten to 192.0.2.11 port 6443 or 192.0.2.12 port 6443" in str(found)


@pytest.mark.parametrize(
    ("slices", "why"),
    [
        (LISTED.replace("{port: 6443}", "{name: a, port: 1}"),
         "no endpoint of it has a port called nothing, but TCP a."),
        (LISTED.replace("2.11]", "2.11], conditions: {ready: false}")
         .replace("2.12]", "2.12], conditions: {ready: false}"),
         "none of the endpoints that are listed for it is ready."),
    ],
)  # fmt: skip
def test_a_service_whose_endpoints_do_not_answer_says_why(slices, why):
    cluster = lab.load("three-tier", ALIAS, slices)
    with pytest.raises(FlowError, match=f"leads nowhere on TCP 80.*{why}"):
        verdict("web", "svc/shop/s", 80, cluster)
    found = verdict("web", "10.96.0.30", 80, cluster)
    assert found.ingress.exemption is Exemption.NO_ENDPOINT


def test_a_port_that_a_service_does_not_have_is_no_port_of_its_endpoints():
    cluster = lab.load("three-tier", ALIAS, LISTED)
    found = verdict("web", "10.96.0.30", 81, cluster)
    assert found.ingress.exemption is Exemption.NO_SUCH_PORT
    assert "no such port, so nothing answers" in str(found)


def test_from_outside_a_service_with_endpoints_outside_cannot_be_judged():
    cluster = lab.load("three-tier", ALIAS, LISTED)
    with pytest.raises(FlowError, match="only addresses outside the cluster are behind it"):
        verdict("203.0.113.7", "10.96.0.30", 80, cluster)


def test_a_service_that_selects_nobody_is_not_about_names_of_ports():
    nobody = SERVICE.replace("role: db", "role: gone").replace("name: db,", "name: s,")
    with pytest.raises(FlowError, match=r"it selects role=gone\. Is a running pod among them\?"):
        verdict("web", "svc/shop/s", 80, lab.load("three-tier", nobody))


def test_an_address_of_the_wrong_family_leads_nowhere():
    both = SERVICE.replace("10.96.0.30", '"fd00::30"').replace("name: db,", "name: data,")
    pod = """
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {role: db}}
spec: {containers: [{name: c, ports: [{name: postgres, containerPort: 5432}]}]}
status: {podIP: 10.8.0.1}
"""
    cluster = lab.load("three-tier", pod, both)
    with pytest.raises(FlowError, match="nothing behind it has an address of that family"):
        verdict("web", "svc/shop/data", 80, cluster)


def test_a_service_that_keeps_traffic_on_a_node_says_that_nobody_is_there():
    local = SERVICE.replace("  selector", "  internalTrafficPolicy: Local\n  selector")
    pods = "\n---\n".join(
        f"""
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: shop, labels: {{role: {role}}}}}
spec: {{nodeName: {node}, containers: [{{name: c, ports: [{{name: postgres, containerPort: 1}}]}}]}}
"""
        for name, role, node in (("near", "web", "n1"), ("far", "db", "n2"))
    )
    with pytest.raises(FlowError, match="on the node of shop/near, where it keeps traffic"):
        verdict("near", "service:shop/db", 80, lab.load(pods, local))


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


def test_at_the_address_of_a_node_only_the_port_of_nodes_leads_on():
    node = """
apiVersion: v1
kind: Node
metadata: {name: n1}
status: {addresses: [{type: InternalIP, address: 192.0.2.1}]}
"""
    same = SERVICE.replace("{port: 80, ", "{port: 30080, nodePort: 30080, ")
    cluster = lab.load("three-tier", same.replace("spec:", "spec:\n  type: NodePort"), node)
    flow = Flow.between(cluster, "web", "192.0.2.1", 30080)
    assert [path.from_outside for path in flow_paths(cluster, flow)] == [True]
