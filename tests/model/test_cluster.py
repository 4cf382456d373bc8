"""Finding pods and other ends by their names and addresses."""

from ipaddress import ip_address

import pytest

import netpol_lab as lab
from netpol_lab.advice.fix import needless
from netpol_lab.errors import AmbiguousNameError, FlowError, NetpolError, UnknownNameError
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.cluster_policies import ClusterPolicy, Tier
from netpol_lab.model.flows import Endpoint
from tests.helpers.plain_flows import DB, WEB, flow, pod


def test_a_short_name_will_do_where_it_is_unique():
    assert Cluster(pods=(WEB, DB)).pod("db") is DB


def test_an_ambiguous_short_name_lists_the_full_ones():
    with pytest.raises(AmbiguousNameError, match=r"blog/web, shop/web.*Write namespace/name"):
        Cluster(pods=(WEB, pod("blog/web"))).pod("web")


def test_an_unknown_name_suggests_a_near_one():
    with pytest.raises(UnknownNameError, match="Did you mean shop/web"):
        Cluster(pods=(WEB, DB)).pod("shop/wbe")


def test_the_address_of_a_pod_is_the_pod():
    assert flow(WEB, DB, "10.0.0.1", "db").source == Endpoint(WEB, ip_address("10.0.0.1"))


def test_a_finished_pod_owns_no_address_and_is_no_end():
    job = pod("shop/job", "10.0.0.9", finished=True)
    assert flow(WEB, job, "10.0.0.9", "web").source.pod is None
    with pytest.raises(FlowError, match="has finished"):
        flow(WEB, job, "job", "web")


EXTERNAL_NAME = """
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
---
apiVersion: v1
kind: Service
metadata: {name: ext}
spec: {type: ExternalName, externalName: db.example.com, selector: {app: web}, ports: [{port: 80}]}
"""


def test_a_service_of_type_external_name_selects_nothing():
    cluster = lab.load(EXTERNAL_NAME)
    assert lab.evaluate(cluster, "web", "ext", port=80).allowed is None


BALANCED = """
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  initContainers: [{name: i, ports: [{name: setup, containerPort: 7000}]}]
  containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]
status: {podIP: 10.0.0.5}
---
apiVersion: v1
kind: Service
metadata: {name: front}
spec:
  clusterIP: 10.96.0.9
  selector: {app: web}
  ports: [{name: a, port: 80, targetPort: http}, {name: b, port: 70, targetPort: setup}]
status: {loadBalancer: {ingress: [{ip: 198.51.100.7}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec: {policyTypes: [Egress], ingress: []}
"""


@pytest.mark.parametrize("called", ["198.51.100.7", "10.96.0.9", "svc/front", "svc/default/front"])
def test_a_client_outside_reaches_a_service_by_name_and_by_address(called):
    cluster = lab.load(BALANCED)
    arriving = lab.evaluate(cluster, "203.0.113.9", called, port=80).outcomes[0].arriving
    assert (str(arriving.destination), arriving.port) == ("default/web", 8080)
    with pytest.raises(FlowError, match="leads nowhere on TCP 81: its ports are TCP 80, TCP 70"):
        lab.evaluate(cluster, "203.0.113.9", called, port=81)
    with pytest.raises(FlowError, match="no running container of its pods names a port setup"):
        lab.evaluate(cluster, "203.0.113.9", called, port=70)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("default", "default is a namespace: name one of its pods, such as default/web"),
        ("192.0.2.1/32", "not a block. Write 192.0.2.1, for instance"),
        ("2001:db8::/32", "not a block. Write 2001:db8::, for instance"),
        ("[2001:db8::1]", "write the address alone, 2001:db8::1"),
        ("192.0.2.1:80", "write the address alone, 192.0.2.1; give the port separately"),
        ("front.default.svc.cluster.local", "write svc/default/front"),
        ("front.default", "write svc/default/front"),
        ("frnt", "Did you mean default/front"),
        ("svc/frnt", 'there is no Service "frnt". Did you mean default/front'),
    ],
)
def test_a_common_slip_in_a_name_is_told_what_is_meant(asked, words):
    with pytest.raises(UnknownNameError) as error:
        lab.load(BALANCED).endpoint(asked)
    assert words in str(error.value)


def test_a_pod_of_a_namespace_called_svc_stays_a_pod():
    pod_there = "apiVersion: v1\nkind: Pod\nmetadata: {name: front, namespace: svc}"
    assert lab.load(BALANCED, pod_there).endpoint("svc/front").pod is not None


def test_a_short_name_of_two_services_is_ambiguous():
    other = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: front, namespace: other}\n"
        "spec: {ports: [{port: 80}]}"
    )
    with pytest.raises(AmbiguousNameError, match="default/front, other/front"):
        lab.load(BALANCED, other).endpoint("svc/front")


def test_a_port_that_a_service_lacks_is_no_port_of_an_outside_address():
    verdict = lab.evaluate(lab.load(BALANCED), "web", "10.96.0.9", port=8080)
    assert "the address of a Service that has no such port" in str(verdict)
    assert "Service default/front leads nowhere on TCP 8080" in needless(verdict)
    assert lab.fix(verdict) is None


@pytest.mark.parametrize("call", [lab.draw, lab.explore, lab.lint, lab.predict, lab.plot_matrix,
                                  lab.plot_coverage, lab.explore_selector, lab.explore_ports,
                                  lab.explore_enforcement, lab.reachability])  # fmt: skip
def test_a_name_in_place_of_a_cluster_is_told_how_to_load_it(call):
    with pytest.raises(NetpolError, match=r"load it first, lab\.load\('three-tier'\)"):
        call("three-tier")


def test_a_cluster_says_how_many_warnings_it_came_with():
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: %s}}"
    twice = lab.load(f"{pod % 'a'}\n---\n{pod % 'b'}")
    assert repr(twice) == "Cluster: 1 pod, 1 namespace, 0 policies, 1 warning"


def test_a_single_name_of_a_policy_may_stand_alone():
    shop = lab.load("three-tier")
    assert shop.with_policies("db-access-ingress").policies == (shop.policy("db-access-ingress"),)
    with pytest.raises(UnknownNameError, match='no policy "db-acces"'):
        shop.with_policies("db-acces")
    assert lab.explore(shop, on="db-access-ingress").cluster.policies == (
        shop.policy("db-access-ingress"),
    )


def test_cluster_wide_policies_are_counted_where_there_are_any():
    above = (ClusterPolicy("ClusterNetworkPolicy", "a", Tier.ADMIN, 1),)
    assert repr(Cluster()) == "Cluster: 0 pods, 0 namespaces, 0 policies"
    assert repr(Cluster(cluster_policies=above)).endswith("0 policies, 1 cluster-wide policy")
