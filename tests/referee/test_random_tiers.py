"""Random clusters with cluster-wide policies show all there is, and change many answers."""

from collections import Counter

import pytest

from tests.referee import naive, naive_tiers
from tests.referee.naive_objects import cluster_wide
from tests.referee.random_clusters import random_cluster, random_flows, walk
from tests.referee.random_tiers import mixed_cluster

SEEDS = range(300)
FEATURES = """
    v1beta1 | v1alpha2 | v1alpha1 | both APIs | AdminNetworkPolicy | BaselineAdminNetworkPolicy
    Admin | Baseline | equal priorities | priority 0 | priority 1000 | beside NetworkPolicies
    Accept | Allow | Deny | Pass | three rules | rule with a name | several peers
    namespaces | pods | networks | nodes | domainNames | every namespace | every node
    no namespaceSelector | namespaceSelector null | matchLabels with a null
    ingress missing | ingress null | ingress [] | egress missing | egress null | egress []
    no protocols | protocols null | tcp | udp | sctp | number | range | destinationNamedPort
    ports null | portNumber | portRange | namedPort | protocol by default
    node with labels | node without labels | odd subject | odd peer | odd port | names denied
"""


def test_mixed_clusters_show_every_feature():
    found = Counter()
    for seed in SEEDS:
        found.update(set(features(mixed_cluster(seed))))
    wanted = {feature.strip() for feature in FEATURES.replace("\n", "|").split("|")} - {""}
    assert {feature for feature in wanted if found[feature] < len(SEEDS) // 100} == set()


def features(documents):
    policies = list(cluster_wide(documents))
    versions = {policy["apiVersion"].rpartition("/")[2] for policy in policies}
    tiers = [(one["spec"].get("tier"), one["spec"].get("priority")) for one in policies]
    yield from versions
    yield from ["both APIs"] if "v1alpha1" in versions and len(versions) > 1 else []
    yield from ["equal priorities"] if len(set(tiers)) < len(tiers) else []
    kinds = [document["kind"] for document in documents]
    yield from (fact for policy in policies for fact in of_no_use(policy["spec"]))
    yield from ["beside NetworkPolicies"] if kinds.count("NetworkPolicy") > 2 else []
    labelled = {"labels" in one["metadata"] for one in documents if one["kind"] == "Node"}
    yield from (f"node with{'' if labels else 'out'} labels" for labels in labelled)
    for policy in policies:
        yield policy["kind"]
        yield from of_spec(policy["spec"])


def of_spec(spec):
    yield spec.get("tier", "")
    yield f"priority {spec.get('priority')}"
    for section in ("ingress", "egress"):
        words = {"None": "null", "[]": "[]"}.get(str(spec.get(section)), "written")
        yield f"{section} {words if section in spec else 'missing'}"
        for rule in spec.get(section) or []:
            yield rule["action"]
            yield from ["three rules"] if len(spec[section]) == 3 else []
            yield from ["rule with a name"] if "name" in rule else []
            yield from ["several peers"] if len(rule.get("from") or rule["to"]) > 1 else []
            written = [key for key in ("protocols", "ports") if key in rule]
            yield from [f"{key} null" for key in written if rule[key] is None]
            yield from [] if written else ["no protocols"]
    for part in walk(spec):
        yield from part
        yield from of_part(part)


def of_no_use(spec):
    """What is stored and nobody can use (ANP-20)."""
    yield from ["odd subject"] if naive_tiers.odd_peer(spec["subject"]) else []
    for rule in (spec.get("ingress") or []) + (spec.get("egress") or []):
        ends = rule.get("from") or rule["to"]
        yield from ["odd peer"] if any(map(naive_tiers.odd_peer, ends)) else []
        yield from ["odd port"] if naive_tiers.odd_ports(rule) else []
        named = any(end.get("domainNames") for end in ends)
        yield from ["names denied"] if named and rule["action"] in ("Deny", "Pass") else []


def of_part(part):
    """What one mapping inside a policy is about."""
    facts = {
        "every namespace": part.get("namespaces") == {},
        "every node": part.get("nodes") == {},
        "no namespaceSelector": "podSelector" in part and "namespaceSelector" not in part,
        "namespaceSelector null": part.get("namespaceSelector", "") is None,
        "matchLabels with a null": None in (part.get("matchLabels") or {}).values(),
        "protocol by default": "port" in part and "protocol" not in part,
    }
    yield from (fact for fact, true in facts.items() if true)


def test_cluster_wide_policies_change_many_answers():
    asked, changed = 0, Counter()
    for seed in range(60):
        with_them, documents = naive.Cluster(mixed_cluster(seed)), random_cluster(seed)
        without = naive.Cluster(documents)
        flows = [flow for flow in random_flows(documents, seed, 20) if "/" in flow[0] + flow[1]]
        for flow in flows:
            answers = without.allowed(*flow), with_them.allowed(*flow)
            asked += 1
            changed.update([answers] if answers[0] is not answers[1] else [])
    assert changed.total() > asked // 16
    assert {(True, False), (True, None), (False, True), (None, False)} <= changed.keys()


@pytest.mark.parametrize("seed", range(40))
def test_readings_that_are_left_out_to_save_time_do_not_matter_to_tiers(seed):
    documents = mixed_cluster(seed)
    referee = naive.Cluster(documents)
    for flow in random_flows(documents, seed, 8):
        assert referee.allowed(*flow) == referee.allowed(*flow, every_reading=True)
