"""Replicas that one of two clusters tells apart exist in the other as well."""

import netpol_lab as lab
from netpol_lab.model.replicas import told_apart_alike

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
