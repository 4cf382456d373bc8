"""One flow with its reasons; the cases prove the rules, these the shape of the answer."""

import pytest

import netpol_lab as lab
from netpol_lab import Assumptions
from netpol_lab.engine.verdict import Exemption
from netpol_lab.errors import UnknownNameError

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
