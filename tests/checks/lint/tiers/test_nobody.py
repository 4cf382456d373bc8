"""Subjects and peers that match no pod."""

import netpol_lab as lab
from tests.helpers.tiers import cluster, rule, wide

WEBB = "pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: webb}}}"


def told(*texts):
    return [(f.path, f.message) for f in lab.lint(cluster(*texts)) if f.code == "NP707"]


def test_a_subject_that_no_pod_is_hides_what_its_peers_are():
    assert told(wide(subject=WEBB, ingress=[rule("Deny", WEBB)])) == [
        ("spec.subject", "no pod here is its subject (pods with app=webb).")
    ]


def test_each_peer_that_no_pod_is_is_told():
    away = "namespaces: {matchLabels: {team: b}}"
    assert told(wide(ingress=[rule("Deny"), rule("Deny", WEBB, away)])) == [
        ("spec.ingress[1].from[0]", "no pod here is this peer (pods with app=webb)."),
        ("spec.ingress[1].from[1]", "no pod here is this peer (namespaces with team=b)."),
    ]


def test_networks_are_no_pods():
    assert told(wide(egress=[rule("Deny", 'networks: ["192.0.2.0/24"]', way="to")])) == []


def test_without_pods_a_subject_of_all_pods_is_no_finding_and_others_are_told_what_is_missing():
    assert not lab.lint(lab.load(wide(ingress=[rule("Deny")])))
    (one,) = lab.lint(lab.load(wide(subject=WEBB, ingress=[rule("Deny")])))
    assert one.hint == "name what runs: there are no pods among the manifests"


def test_where_no_pod_counts_nobody_is_asked_for_labels():
    own = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {hostNetwork: true}}"
    (one,) = (f for f in lab.lint(lab.load(own, wide(ingress=[rule("Deny")]))) if f.code == "NP707")
    assert one.hint == "add pods to the manifests that run, and not with hostNetwork"
