"""Which flows a policy of another kind could decide, and what becomes of them."""

import pytest

import netpol_lab as lab
from netpol_lab.advice.deciding_lines import reasons_of
from netpol_lab.engine.explain import describe_pod
from netpol_lab.engine.left_open import left_open
from netpol_lab.engine.other_policies import deciding, listed, touched
from netpol_lab.engine.resolution import SinglePeer, resolution_of
from netpol_lab.engine.service_paths import FlowPath
from netpol_lab.model.flows import Endpoint, Flow
from netpol_lab.model.objects import Direction
from netpol_lab.model.other_policies import OtherPolicy

POLICY = """
apiVersion: policy.networking.k8s.io/v1beta1
kind: ClusterNetworkPolicy
metadata: {name: above}
spec:
  tier: Admin
  priority: 1
  subject: {namespaces: {}}
  ingress: [{action: Deny, from: [{namespaces: {matchExpressions: [{key: a, operator: Odd}]}}]}]
"""  # with an operator that does not exist, so nobody knows what it decides
BELOW = POLICY.replace("Admin", "Baseline")
EGRESS = POLICY.replace("ingress", "egress").replace("from", "to")
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
    assert verdict(POLICY, source=source).allowed is None
    assert verdict(POLICY, source=source).common is None


def test_the_policy_is_named_with_the_side_that_it_could_decide():
    said = str(verdict(POLICY))
    assert "ClusterNetworkPolicy above could decide ingress of shop/db" in said
    assert "else     allowed: if ClusterNetworkPolicy above allows ingress of shop/db" in said


def test_both_sides_are_named_in_one_line():
    both = f"{EGRESS}  ingress: [{{action: Pass, from: [{{namespaces: {{}}}}]}}]\n"
    (said,) = left_open(verdict(both))
    assert "could decide egress of shop/web and ingress of shop/db, and is not eval" in said


def test_of_a_pod_it_is_said_what_could_be_decided_otherwise():
    cluster = lab.load("three-tier", POLICY)
    said = describe_pod(cluster, cluster.pod("web"))
    assert "selects it; ClusterNetworkPolicy above could decide otherwise, and is not" in said
    assert said.count("so all is allowed") == 1  # egress


def test_no_line_of_a_policy_is_said_to_decide_what_another_kind_could():
    assert "ingress, otherwise:" not in str(reasons_of(verdict(POLICY)))


def test_a_side_that_nobody_else_decides_still_denies():
    assert verdict(EGRESS).allowed is False  # ingress of db: isolated, and web is not admitted
    assert verdict(EGRESS, source="backend").allowed is None


def test_both_sides_may_be_decided_whatever_each_is_now():
    locked = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: locked, namespace: shop}
spec: {podSelector: {matchLabels: {role: web}}, policyTypes: [Egress]}
"""
    both = f"{EGRESS}  ingress: [{{action: Pass, from: [{{namespaces: {{}}}}]}}]\n"
    assert verdict(locked, destination="backend", port=80).allowed is False
    assert verdict(locked, both, destination="backend", port=80).allowed is None


def test_ingress_rules_of_the_standard_kinds_never_match_an_address_outside():
    assert verdict(POLICY, source="203.0.113.7", destination="web").allowed is True
    assert verdict(CILIUM, source="203.0.113.7", destination="web").allowed is None


def test_egress_rules_may_match_an_address_outside():
    assert verdict(EGRESS, destination="203.0.113.7").allowed is None


def test_a_baseline_policy_is_not_asked_about_a_pod_that_is_isolated():
    assert verdict(BELOW).allowed is False
    assert verdict(BELOW, source="backend").allowed is True
    assert verdict(BELOW, source="backend", destination="web").allowed is None


def test_pods_on_their_nodes_network_are_no_subjects_and_no_peers_of_the_standard_kinds():
    assert verdict(HOST, POLICY, source="agent", destination="web").allowed is True
    assert verdict(HOST, POLICY, destination="agent").allowed is True
    assert verdict(HOST, EGRESS, destination="agent").allowed is None  # by its address
    assert verdict(HOST, CILIUM, destination="agent").allowed is None


def test_a_pod_is_not_kept_from_itself_but_through_a_service_it_may_be():
    service = """
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {clusterIP: 10.96.0.30, selector: {role: web}, ports: [{port: 80}]}
"""
    assert verdict(POLICY, destination="web").allowed is True
    found = verdict(POLICY, service, destination="10.96.0.30", port=80, service_loopback=True)
    assert found.allowed is None


def test_they_can_be_left_out_and_decide_nothing_where_no_plugin_does():
    assert verdict(POLICY, only_network_policies=True).allowed is False
    assert verdict(POLICY, only_network_policies=False).allowed is None
    assert verdict(POLICY, enforced=False).allowed is True


def test_a_policy_of_a_namespace_is_about_its_pods_alone():
    elsewhere = CILIUM.replace("shop", "lab")
    assert verdict(CILIUM).allowed is None
    assert verdict(elsewhere).allowed is False


@pytest.mark.parametrize("text", [POLICY, BELOW, EGRESS, CILIUM])
def test_reachability_says_the_same_of_every_pair(text):
    cluster = lab.load("three-tier", HOST, text)
    reach = lab.reachability(cluster)
    for source in (*map(str, cluster.pods), "203.0.113.7"):
        for destination in map(str, cluster.pods):
            allowed = lab.evaluate(cluster, source, destination, 80).allowed
            sure, perhaps = reach.ports(source, destination), reach.undefined(source, destination)
            assert (("TCP", 80) in sure) is (allowed is True)
            assert (("TCP", 80) in perhaps) is (allowed is None)


def test_no_fix_is_proposed_that_a_policy_above_could_undo():
    found = verdict(POLICY)
    assert lab.fix(found) is None
    assert lab.fix(verdict(BELOW)).apply().policies


def test_the_first_few_are_named():
    many = [OtherPolicy("AdminNetworkPolicy", str(i)) for i in range(5)]
    assert listed(many).endswith(" and 2 more")
    assert listed(many[:1]) == "AdminNetworkPolicy 0"


def test_a_direction_without_rules_is_not_concerned():
    assert verdict(POLICY).egress.other_policies == ()
    assert [p.name for p in verdict(POLICY).ingress.other_policies] == ["above"]
    assert verdict(POLICY).ingress.direction is Direction.INGRESS


def test_all_that_could_decide_a_side_are_found_and_none_for_what_stays_within():
    cluster = lab.load("three-tier", HOST, POLICY, EGRESS.replace("above", "out"), CILIUM)
    resolution = resolution_of(cluster)

    def names(source, destination, direction, **assumed):
        flow = Flow.between(cluster, source, destination, 80)
        found = deciding(resolution, FlowPath(flow, flow), direction, lab.Assumptions(**assumed))
        return sorted(policy.name for policy in found)

    into, out = Direction.INGRESS, Direction.EGRESS
    assert names("web", "db", into) == ["above", "web"]
    assert names("web", "db", out) == ["out", "web"]
    assert names("203.0.113.7", "db", into) == ["web"]
    assert names("203.0.113.7", "db", out) == []
    assert names("web", "web", into) == names("web", "web", out) == []
    assert names("agent", "192.0.2.9", out) == []
    assert names("agent", "192.0.2.8", out) == ["web"]
    assert names("web", "192.0.2.9", out) == ["out", "web"]
    assert names("web", "db", into, enforced=False) == []


def test_the_sides_that_could_be_decided_are_told_once_for_each_set_of_peers():
    elsewhere = CILIUM.replace("shop", "lab")
    cluster = lab.load("three-tier", HOST, POLICY, EGRESS.replace("above", "out"), elsewhere)
    outside, web = SinglePeer(Endpoint()), SinglePeer(cluster.endpoint("web"))
    for ends, into, out in ((outside, [], [(0b111, 1)]), (web, [(0b111, 1)], [(0b111, 1)])):
        assert [*touched(resolution_of(cluster), Direction.INGRESS, ends)] == into
        assert [*touched(resolution_of(cluster), Direction.EGRESS, ends)] == out
    here = lab.load("three-tier", HOST, POLICY, CILIUM)
    agent = SinglePeer(here.endpoint("agent"))
    assert [*touched(resolution_of(here), Direction.INGRESS, agent)] == [(0b1111, 1)]
