"""Replicas that one of two clusters tells apart exist in the other as well."""

from itertools import product

import netpol_lab as lab
from netpol_lab.model.replicas import pairs_at_once, told_apart_alike

STATEFUL = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: data}
spec: {replicas: REPLICAS, template: {metadata: {labels: {app: db}}}}
---
apiVersion: v1
kind: Pod
metadata: {name: hub, namespace: data, labels: {app: hub}}
"""
HUB = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: hub, namespace: data}
spec: {podSelector: {matchLabels: {app: hub}}, ingress: [{from: [{podSelector: {SELECTOR}}]}]}
"""
ALL = HUB.replace("SELECTOR", "matchLabels: {app: db}")
INDEX = 'matchExpressions: [{key: apps.kubernetes.io/pod-index, operator: In, values: ["0", "1"]}]'
FIRST_TWO = HUB.replace("SELECTOR", INDEX)


def clusters(replicas="4", then="4"):
    old = lab.load(STATEFUL.replace("REPLICAS", replicas), ALL)
    return old, lab.load(STATEFUL.replace("REPLICAS", then), FIRST_TWO)


def names(cluster):
    return {pod.name for pod in cluster.pods}


def test_replicas_that_one_cluster_names_exist_in_both_if_there_are_so_many():
    old, new = clusters()
    assert names(old) == {"db-0", "db-1", "hub"}
    assert {*map(frozenset, map(names, told_apart_alike([old, new])))} == {frozenset(names(new))}
    old, new = told_apart_alike(clusters(replicas="3"))
    assert names(new) - names(old) == {"db-3"}


def test_a_diff_tells_what_a_replica_loses_that_only_the_new_policy_tells_apart():
    found = lab.diff(*clusters())
    assert [(c.source, c.destination) for c in found.changes if c.lost] == [
        ("data/db-2", "data/hub"),
        ("data/db-3", "data/hub"),
    ]
    assert (found.added, found.removed) == ((), ())
    assert [str(c.source) for c in found.put_together("workload").partial] != []


def test_clusters_that_share_their_pods_stay_as_they_are():
    shop = lab.load(STATEFUL.replace("REPLICAS", "4"), FIRST_TWO)
    assert told_apart_alike([shop, shop.with_policies([])])[0] is shop


HASHED = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: REPLICAS
  template:
    metadata: {labels: {app: web}}
    spec: {}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: old}
spec:
  podSelector: {matchLabels: {pod-template-hash: 5d8}}
"""


def pairs_of_web(replicas):
    web = lab.load(HASHED.replace("REPLICAS", replicas)).pods
    return [(one.name, other.name) for one, other in pairs_at_once(product(web, web), by_itself)]


def by_itself(pod):
    return pod


def test_pods_of_two_revisions_that_only_the_cluster_knows_are_no_pair():
    assert pairs_of_web("2") == [
        ("web-1", "web-2"), ("web-5d8-1", "web-5d8-2"),
        ("web-2", "web-1"), ("web-5d8-2", "web-5d8-1"),
    ]  # fmt: skip


def test_the_only_pod_of_a_revision_is_paired_with_itself():
    assert pairs_of_web("1") == [("web-1", "web-1"), ("web-5d8-1", "web-5d8-1")]


def test_two_pods_of_different_revisions_that_are_named_are_a_pair():
    web, other = lab.load(HASHED.replace("REPLICAS", "1")).pods
    assert [*pairs_at_once([(web, other)], by_itself)] == [(web, other)]


def test_a_workload_reaches_itself_within_each_revision():
    one, two = (lab.load(HASHED.replace("REPLICAS", number)) for number in "12")
    assert lab.evaluate(one, "web", "web", 80).allowed is True
    assert lab.evaluate(two, "web", "web", 80).allowed is None
    assert ("TCP", 80) in lab.reachability(one).ports("default/web", "default/web")
    assert ("TCP", 80) in lab.reachability(two).undefined("default/web", "default/web")
