"""Which flows a policy of another kind could decide, and what becomes of them."""

import pytest

import netpol_lab as lab
from netpol_lab.advice.deciding_lines import reasons_of
from netpol_lab.engine.explain import describe_pod
from netpol_lab.engine.left_open import left_open
from netpol_lab.engine.other_policies import deciding, listed, touched
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.service_paths import FlowPath
from netpol_lab.model.flows import Flow
from netpol_lab.model.objects import Direction
from netpol_lab.model.other_policies import OtherPolicy

GLOBAL = """
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: above}
"""
FIREWALL = """
apiVersion: k8s.ovn.org/v1
kind: EgressFirewall
metadata: {name: out, namespace: shop}
"""
CILIUM = """
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: web, namespace: shop}
"""
HOST = """
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: shop}
spec: {hostNetwork: true, nodeName: n1, containers: [{name: a, image: a}]}
status: {podIP: 192.0.2.9}
"""


def verdict(*texts, source="web", destination="db", port=5432, **assumed):
    cluster = lab.load("three-tier", *texts)
    return lab.evaluate(cluster, source, destination, port, assumptions=lab.Assumptions(**assumed))


@pytest.mark.parametrize("source", ["web", "backend"])
def test_what_is_allowed_and_what_is_denied_may_be_decided_otherwise(source):
    assert verdict(GLOBAL, source=source).allowed is None
    assert verdict(GLOBAL, source=source).common is None


def test_the_policy_is_named_with_the_side_that_it_could_decide():
    said = str(verdict(FIREWALL, destination="backend"))
    assert "EgressFirewall shop/out could decide egress of shop/web" in said
    assert "else     denied: if EgressFirewall shop/out blocks egress of shop/web" in said


def test_both_sides_are_named_in_one_line():
    (said,) = left_open(verdict(GLOBAL))
    assert "could decide egress of shop/web and ingress of shop/db, and is not eval" in said


def test_of_a_pod_it_is_said_what_could_be_decided_otherwise():
    cluster = lab.load("three-tier", FIREWALL)
    said = describe_pod(cluster, cluster.pod("web"))
    assert "selects it; EgressFirewall shop/out could decide otherwise, and is not" in said
    assert said.count("so all is allowed") == 1  # ingress


def test_no_line_of_a_policy_is_said_to_decide_what_another_kind_could():
    assert "ingress, otherwise:" not in str(reasons_of(verdict(GLOBAL)))


def test_a_side_that_nobody_else_decides_still_denies():
    assert verdict(FIREWALL).allowed is False  # ingress of db: isolated, and web is not admitted
    assert verdict(FIREWALL, source="backend").allowed is None


def test_both_sides_may_be_decided_whatever_each_is_now():
    locked = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: locked, namespace: shop}
spec: {podSelector: {matchLabels: {role: web}}, policyTypes: [Egress]}
"""
    assert verdict(locked, destination="backend", port=80).allowed is False
    assert verdict(locked, GLOBAL, destination="backend", port=80).allowed is None


@pytest.mark.parametrize("text", [GLOBAL, CILIUM])
def test_they_may_decide_about_addresses_outside_and_about_pods_on_their_nodes_network(text):
    assert verdict(text, source="203.0.113.7", destination="web").allowed is None
    assert verdict(text, destination="203.0.113.7").allowed is None
    assert verdict(HOST, text, destination="agent").allowed is None


def test_a_pod_is_not_kept_from_itself_but_through_a_service_it_may_be():
    service = """
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {clusterIP: 10.96.0.30, selector: {role: web}, ports: [{port: 80}]}
"""
    assert verdict(GLOBAL, destination="web").allowed is True
    found = verdict(GLOBAL, service, destination="10.96.0.30", port=80, service_loopback=True)
    assert found.allowed is None


def test_they_can_be_left_out_and_decide_nothing_where_no_plugin_does():
    assert verdict(GLOBAL, only_network_policies=True).allowed is False
    assert verdict(GLOBAL, only_network_policies=False).allowed is None
    assert verdict(GLOBAL, enforced=False).allowed is True


def test_a_policy_of_a_namespace_is_about_its_pods_alone():
    elsewhere = CILIUM.replace("shop", "lab")
    assert verdict(CILIUM).allowed is None
    assert verdict(elsewhere).allowed is False


@pytest.mark.parametrize("texts", [[GLOBAL], [FIREWALL], [CILIUM], [CILIUM, FIREWALL]])
def test_reachability_says_the_same_of_every_pair(texts):
    cluster = lab.load("three-tier", HOST, *texts)
    reach = lab.reachability(cluster)
    for source in (*map(str, cluster.pods), "203.0.113.7"):
        for destination in map(str, cluster.pods):
            allowed = lab.evaluate(cluster, source, destination, 80).allowed
            sure, perhaps = reach.ports(source, destination), reach.undefined(source, destination)
            assert (("TCP", 80) in sure) is (allowed is True)
            assert (("TCP", 80) in perhaps) is (allowed is None)


def test_no_fix_is_proposed_that_a_policy_of_another_kind_could_undo():
    assert lab.fix(verdict(GLOBAL)) is None


def test_the_first_few_are_named():
    many = [OtherPolicy("GlobalNetworkPolicy", str(i)) for i in range(5)]
    assert listed(many).endswith(" and 2 more")
    assert listed(many[:1]) == "GlobalNetworkPolicy 0"


def test_a_direction_that_it_is_not_about_is_not_concerned():
    assert verdict(FIREWALL).ingress.other_policies == ()
    assert [p.name for p in verdict(FIREWALL).egress.other_policies] == ["out"]
    cluster = lab.load("three-tier", FIREWALL)
    assert touched(resolution_of(cluster), Direction.INGRESS) == 0
    assert touched(resolution_of(cluster), Direction.EGRESS).bit_count() == 3


def test_all_that_could_decide_a_side_are_found_and_none_for_what_stays_within():
    cluster = lab.load("three-tier", HOST, GLOBAL, FIREWALL, CILIUM)
    resolution = resolution_of(cluster)

    def names(source, destination, direction, **assumed):
        flow = Flow.between(cluster, source, destination, 80)
        found = deciding(resolution, FlowPath(flow, flow), direction, lab.Assumptions(**assumed))
        return sorted(policy.name for policy in found)

    into, out = Direction.INGRESS, Direction.EGRESS
    assert names("web", "db", into) == names("203.0.113.7", "db", into) == ["above", "web"]
    assert names("web", "db", out) == ["above", "out", "web"]
    assert names("203.0.113.7", "db", out) == []
    assert names("web", "web", into) == names("web", "web", out) == []
    assert names("agent", "192.0.2.9", out) == []
    assert names("agent", "192.0.2.8", out) == ["above", "out", "web"]
    assert names("web", "db", into, enforced=False) == []
