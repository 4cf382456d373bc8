"""What people do who follow what lint says of cluster-wide policies: NP704 to NP707.

The words of a hint are read and the manifests changed as it says. Then the finding has to be gone,
and nothing new may be found of tiers; but a pod that is new may be found in many things.
"""

import copy
import random
import re
from collections import Counter

import netpol_lab as lab
from netpol_lab.manifests.field_paths import parse_path
from tests.referee.random_parts import namespace_of
from tests.referee.tier_lint import layered_cluster, load, rule

BANP = "BaselineAdminNetworkPolicy"


def cluster_of(seed):
    """The documents of a random cluster with tiers, now and then with a policy without priority."""
    rng, documents = random.Random(f"followed {seed}"), layered_cluster(seed)
    if rng.random() < 0.3:
        documents.append(without_priority(rng))
    return documents


def without_priority(rng):
    rules = [rule(rng, "from") for _ in range(2)]
    for one in rules:
        one.pop("protocols", None)
        one["action"] = rng.choice(["Allow", "Deny"])
    return {
        "apiVersion": "policy.networking.k8s.io/v1alpha1",
        "kind": BANP,
        "metadata": {"name": "default"},
        "spec": {"subject": {"namespaces": {}}, "ingress": rules},
    }


def first_broken(seed, seen):
    """The first hint of a cluster that leads to something else than it should, in words."""
    documents = cluster_of(seed)
    before = lab.lint(load(documents))
    for finding in before:
        if finding.code not in FOLLOWED:
            continue
        for changed in FOLLOWED[finding.code](documents, finding):
            seen[finding.code] += 1
            after = lab.lint(load(changed))
            if fault := broken(finding, before, after):
                return f"seed {seed}: {fault}\n{finding}"
    return ""


def broken(finding, before, after):
    """What is not as it should be once a hint is followed."""
    said, left = ([f.message for f in found if f.code == finding.code] for found in (before, after))
    if left.count(finding.message) >= said.count(finding.message) and len(left) >= len(said):
        return "the finding is still there"
    was, now = (Counter(map(what, filter(is_of_tiers, found))) for found in (before, after))
    new = [found for found in after if what(found) in now - was]
    if "never asked" in finding.hint:
        new = [found for found in new if found.code not in ("NP701", "NP702")]
    return f"there is something new: {new[0]}" if new and finding.code != "NP707" else ""


def is_of_tiers(finding):
    """Others may show only once a tier no longer denies, or leaves open, what they are about."""
    return finding.code.startswith("NP7")


def what(finding):
    return finding.code, finding.policy.rpartition(" ")[2]


# ---------------------------------------------------------------- hints


def found_in(documents, finding):
    """A copy of documents, the policy of a finding in it, and the steps to its place."""
    documents = copy.deepcopy(documents)
    (policy,) = (one for one in documents if called(one) == finding.policy)
    return documents, policy, parse_path(finding.path)


def called(document):
    name = document["metadata"].get("name")
    wide = document["kind"] in ("ClusterNetworkPolicy", BANP)
    return f"{document['kind']} {name}" if wide else f"{namespace_of(document)}/{name}"


def at(policy, path):
    for step in path:
        policy = policy[step]
    return policy


def taken_out(documents, finding):  # NP704
    documents, policy, path = found_in(documents, finding)
    if "take peer" not in finding.hint:
        path = path[:3]
    del at(policy, path[:-1])[path[-1]]
    if "write policyTypes: [Ingress, Egress]" in finding.hint:
        policy["spec"]["policyTypes"] = ["Ingress", "Egress"]
    yield documents


def another_priority(documents, finding):  # NP705
    documents, policy, _ = found_in(documents, finding)
    number = int(re.search(r"such as (\d+)", finding.hint)[1])
    if named := re.match(rf"make {BANP} (\S+) a ClusterNetworkPolicy of tier", finding.hint):
        (policy,) = (one for one in documents if called(one) == f"{BANP} {named[1]}")
        policy |= {"apiVersion": "policy.networking.k8s.io/v1beta1", "kind": "ClusterNetworkPolicy"}
        policy["spec"]["tier"] = "Baseline"
        for one in policy["spec"]["ingress"]:
            one["action"] = one["action"].replace("Allow", "Accept")
    policy["spec"]["priority"] = number
    yield documents


def pods_first(documents, finding):  # NP706
    documents, policy, path = found_in(documents, finding)
    action = re.search(r"a rule before it: (\w+) to namespaces: {}", finding.hint)[1]
    rules, place = policy["spec"]["egress"], path[2]
    new = {"action": action, "to": [{"namespaces": {}}]}
    deny = rules.pop(place)
    place = len(rules) if "put it last" in finding.hint else place
    rules[place:place] = [new, deny]
    yield documents


def somebody(documents, finding):  # NP707
    documents, policy, path = found_in(documents, finding)
    chosen = at(policy, path)
    if asked := chosen.get("pods", chosen).get("podSelector", {}).get("matchLabels"):
        metadata = {"name": "new", "namespace": "new", "labels": dict(asked)}
        status = {"phase": "Running", "podIP": "10.99.0.1"}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": status}
        yield [*documents, pod]


FOLLOWED = {
    "NP704": taken_out,
    "NP705": another_priority,
    "NP706": pods_first,
    "NP707": somebody,
}
