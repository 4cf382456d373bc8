"""Lint beside cluster-wide policies: witnesses are asked of the referee, needless rules taken out.

The clusters are those of the lint search with a few cluster-wide policies about the same pods.
"""

import copy
import random

import yaml

import netpol_lab as lab
from netpol_lab.reach.diff import diff
from tests.referee import naive
from tests.referee.lint_search import false_witness
from tests.referee.linted_clusters import APPS, linted_cluster
from tests.referee.random_parts import maybe

KIND = "ClusterNetworkPolicy"
PORTS = [[], [], [5432], [8080, 9090], [53]]
NETWORKS = ["0.0.0.0/0", "10.0.0.0/8", "203.0.113.0/24"]


def layered_cluster(seed):
    """The documents of one random cluster, some of whose flows a tier decides."""
    rng = random.Random(f"layers {seed}")
    numbers = range(1, rng.choice([2, 3, 4]))
    return [*linted_cluster(seed), *(layer(rng, number) for number in numbers)]


def layer(rng, number):
    spec = {
        "tier": rng.choice(["Admin", "Admin", "Baseline"]),
        "priority": rng.choice([5, 5, 10, 20]),
        "subject": peer(rng),
    }
    for way, peers in (("ingress", "from"), ("egress", "to")):
        if maybe(rng, 60):
            spec[way] = [rule(rng, peers) for _ in range(rng.choice([1, 2, 3]))]
    metadata = {"name": f"layer{number}"}
    version = "policy.networking.k8s.io/v1beta1"
    return {"apiVersion": version, "kind": KIND, "metadata": metadata, "spec": spec}


def rule(rng, peers):
    found = {"action": rng.choice(["Accept", "Deny", "Deny", "Pass"])}
    outward = peers == "to" and maybe(rng, 30)
    several = [peer(rng) for _ in range(rng.choice([1, 1, 2]))]
    found[peers] = [{"networks": [rng.choice(NETWORKS)]}] if outward else several
    if ports := rng.choice(PORTS):
        found["protocols"] = [{"tcp": {"destinationPort": {"number": port}}} for port in ports]
    return found


def peer(rng):
    if maybe(rng, 40):
        return {"namespaces": {}}
    labels = rng.choice([labels for _, labels, _ in APPS.values()])
    key = rng.choice([*labels])
    chosen = {"matchLabels": {key: labels[key]}}
    return {"pods": {"namespaceSelector": {}, "podSelector": chosen}}


def load(documents):
    return lab.load(yaml.safe_dump_all(documents, sort_keys=False), strict=False)


def first_untruth(seed, seen):
    """The first finding of a cluster that is not true, in words; nothing where all are."""
    documents = layered_cluster(seed)
    cluster, referee = load(documents), naive.Cluster(documents)
    for finding in lab.lint(cluster):
        seen[finding.code] += 1
        if fault := false_witness(cluster, referee, finding):
            return f"seed {seed}: {fault}\n{finding}"
        if finding.code in ("NP701", "NP702", "NP703"):
            without = load(taken_out(documents, finding))
            if found := diff(cluster, without).changes:
                return f"seed {seed}: taken out, it changes {found[0]}\n{finding}"
    return ""


def taken_out(documents, finding):
    """Manifests without the rule that is never reached, or the policy that never acts."""
    documents = copy.deepcopy(documents)
    name = finding.policy.partition(" ")[2]
    policy = next(d for d in documents if d["kind"] == KIND and d["metadata"]["name"] == name)
    if finding.code == "NP703":
        documents.remove(policy)
        return documents
    way, _, number = finding.path.removeprefix("spec.").rstrip("]").partition("[")
    del policy["spec"][way][int(number)]
    return documents
