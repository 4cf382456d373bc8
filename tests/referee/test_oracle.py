"""The package and the referee agree on random clusters, and these are worth asking about."""

import json
import random
from collections import Counter
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import Phase, given, settings

from tests.referee import naive
from tests.referee.every_flow import gaps, with_replica
from tests.referee.random_clusters import (
    ADDED_LABELS,
    NAME_LABEL,
    clusters_with_flows,
    container_ports,
    random_cluster,
    random_flows,
    random_ranges,
    running_pods,
    service_ports,
    workloads_in,
)
from tests.referee.random_parts import (
    NODES,
    addresses_of,
    is_completed,
    name_of,
    namespace_of,
    of_kind,
)
from tests.referee.random_tiers import mixed_cluster
from tests.referee.soak import FLOWS, all_flows, first_difference, shrunk

CLUSTERS, CHUNK = 2000, 50
MIXED, IN_REACH = 100, 4  # with cluster-wide policies; of the latter every single flow


@pytest.mark.parametrize("first", range(0, CLUSTERS, CHUNK))
def test_package_and_referee_agree(first):
    for seed in range(first, first + CHUNK):
        documents = random_cluster(seed)
        flows = all_flows(documents, seed)
        difference = first_difference(documents, flows, random_ranges(seed))
        if difference is not None:
            pytest.fail(f"seed {seed}: {shrunk(difference)}", pytrace=False)


@pytest.mark.parametrize("first", range(0, MIXED, CHUNK))
def test_package_and_referee_agree_on_tiers(first):
    for seed in range(first, first + CHUNK):
        documents = mixed_cluster(seed)
        difference = first_difference(documents, all_flows(documents, seed), random_ranges(seed))
        if difference is not None:
            pytest.fail(f"seed {seed}: {shrunk(difference)}", pytrace=False)


@pytest.mark.parametrize("seed", range(IN_REACH))
def test_reachability_agrees_on_every_flow_through_tiers(seed):
    documents = with_replica(mixed_cluster(seed))
    assert next(gaps(documents, random.Random(seed), random_ranges(seed)), None) is None


# Our own shrinking, which knows what a part of a manifest is, ends sooner and smaller.
@settings(phases=[Phase.generate])
@given(clusters_with_flows(10))
def test_package_and_referee_agree_on_what_hypothesis_tries(cluster_and_flows):
    difference = first_difference(*cluster_and_flows)
    if difference is not None:
        pytest.fail(str(shrunk(difference)), pytrace=False)


# Is the random world rich enough?

SEEDS = range(500)

POLICY_FEATURES = """
    spec missing | spec null | spec {} | spec written
    namespace missing | namespace written
    podSelector missing | podSelector null | podSelector {} | podSelector written
    matchLabels missing | matchLabels null | matchLabels {} | matchLabels written
    matchExpressions missing | matchExpressions null | matchExpressions []
    matchExpressions written
    operator In | operator NotIn | operator Exists | operator DoesNotExist | contradiction
    namespaceSelector {} | namespaceSelector written
    selects the name label | selects an empty value | selects a null value
    selects a controller's label
    policyTypes missing | policyTypes null | policyTypes []
    policyTypes ["Ingress"] | policyTypes ["Egress"]
    policyTypes ["Ingress", "Egress"] | policyTypes ["Egress", "Ingress"]
    policyTypes ["Ingress", "Ingress"] | policyTypes ["Egress", "Egress"]
    ingress missing | ingress null | ingress [] | ingress [null] | ingress [{}] | ingress written
    egress missing | egress null | egress [] | egress [null] | egress [{}] | egress written
    from missing | from null | from [] | from written | to missing | to null | to [] | to written
    ports missing | ports null | ports [] | ports [null] | ports [{}] | ports written
    peer podSelector | peer namespaceSelector | peer podSelector+namespaceSelector
    peer with a null | peer ipBlock
    except missing | except null | except [] | except written | block 4 | block 6
    port missing | port null | port number | port written
    endPort missing | endPort null | endPort number
    protocol missing | protocol null | protocol "TCP" | protocol "UDP" | protocol "SCTP"
"""
CLUSTER_FEATURES = """
    no policy | six policies | same policy twice
    namespace without object | namespace spoofs its name label
    pod labels missing | pod labels null | pod label empty | pod label null
    pod v4 | pod v6 | pod v4+v6 | pod v6+v4 | pod without address
    pod on host network | pod completed
    completed pod shares an address | named port differs per pod | one name for two protocols
    named port in the second container | init port | restartable init port
    node | service | headless service | service without selector | service without backend
    service without address | alias of a name outside | alias of a Service | service of two families
    service with outer addresses | service with node ports | service that stays on the node
    targetPort number | targetPort written | targetPort missing
    Deployment | StatefulSet | DaemonSet | Job | indexed Job | ordinals
    Rollout | DeploymentConfig | Crane
    workload on host network | pod on host network without address or node
    nothing listed | endpoints | endpoints for a selector | endpoints without mirror
    slice | slice for a selector | slice of nobody | slice of host names | slice of IPv6
    slice made for a selector | slice mirrored | slice by hand | several slices
    endpoint not ready | endpoint ending | endpoint is a pod | endpoint outside | endpoint is gone
"""
FLOW_FEATURES = """
    from pod | from address of a pod | from outside | from node | from pod on host network
    to pod | to address of a pod | to outside
    from workload | to workload | pod range | pod ranges | node range | node ranges
    to node | to service | to pod on host network | to itself
    TCP | UDP | SCTP | ICMP | port 1 | port 65535 | long v6
"""


def test_random_clusters_show_every_feature():
    found = Counter()
    for seed in SEEDS:
        documents = random_cluster(seed)
        flows = random_flows(documents, seed, FLOWS)
        found.update({*cluster_features(documents), *flow_features(documents, flows)})
        for kind, ranges in zip(("pod", "node"), random_ranges(seed), strict=True):
            found.update([f"{kind} range{'s' * (len(ranges) - 1)}"] if ranges else [])
    lines = (POLICY_FEATURES + CLUSTER_FEATURES + FLOW_FEATURES).split("\n")
    wanted = {feature.strip() for line in lines for feature in line.split("|")} - {""}
    assert set(found) == wanted
    assert {feature: count for feature, count in found.items() if count < len(SEEDS) // 100} == {}


def test_random_flows_meet_every_answer():
    answers = Counter()
    for seed in SEEDS:
        documents = random_cluster(seed)
        answers.update(
            naive.allowed(documents, *flow) for flow in random_flows(documents, seed, FLOWS)
        )
    share = {answer: count / answers.total() for answer, count in answers.items()}
    assert share[True] > 0.4
    assert share[False] > 0.15
    assert share[None] > 0.03


def cluster_features(documents):
    """What there is in a cluster, in the words of the lists above."""
    pods, policies, services, namespaces, nodes = (
        of_kind(documents, kind)
        for kind in ("Pod", "NetworkPolicy", "Service", "Namespace", "Node")
    )
    for policy in policies:
        yield from policy_features(policy)
    for pod in pods:
        yield from pod_features(pod)
    for service in services:
        yield from service_features(service, pods)
        yield from listed_features(service, documents)
    for made in workloads_in(documents):
        yield made["kind"]
        spec = made["spec"]
        yield from ["indexed Job"] if "completionMode" in spec else []
        yield from ["ordinals"] if "ordinals" in spec else []
        yield from ["workload on host network"] if "hostNetwork" in spec["template"]["spec"] else []
    names = Counter(
        (document["metadata"].get("namespace"), document["metadata"]["name"])
        for document in policies
    )
    named = {
        namespace["metadata"]["name"]: namespace["metadata"].get("labels") or {}
        for namespace in namespaces
    }
    completed = {address for pod in pods if is_completed(pod) for address in addresses_of(pod)}
    ports = {
        (name, protocol, number) for pod in pods for name, protocol, number in named_ports(pod)
    }
    facts = {
        "node": nodes,
        "no policy": not policies,
        "six policies": len(policies) == 6,
        "same policy twice": max(names.values(), default=0) > 1,
        "namespace without object": {namespace_of(pod) for pod in pods} - set(named),
        "namespace spoofs its name label": any(NAME_LABEL in labels for labels in named.values()),
        "completed pod shares an address": completed & set(running_pods(documents)[1]),
        "named port differs per pod": len(ports) > len({port[:2] for port in ports}),
    }
    yield from (fact for fact, true in facts.items() if true)


def policy_features(policy):
    spec = policy.get("spec") or {}
    yield from shapes(policy["metadata"], "namespace")
    yield from shapes(policy, "spec")
    if spec:
        yield from shapes(spec, "podSelector", "policyTypes", "ingress", "egress")
        yield from selector_features(spec.get("podSelector") or {})
    for way, ends in (("ingress", "from"), ("egress", "to")):
        for rule in filter(None, spec.get(way) or []):
            yield from shapes(rule, ends, "ports")
            for peer in rule.get(ends) or []:
                yield from peer_features(peer)
            for port in filter(None, rule.get("ports") or []):
                yield from shapes(port, "port", "endPort", "protocol")


def peer_features(peer):
    written = [field for field, value in peer.items() if value is not None]
    yield "peer " + "+".join(written)
    if len(written) < len(peer):
        yield "peer with a null"
    if "ipBlock" in written:
        yield f"block {ip_network(peer['ipBlock']['cidr']).version}"
        yield from shapes(peer["ipBlock"], "except")
    else:
        yield from shapes(peer, *written)
        yield from (feature for field in written for feature in selector_features(peer[field]))


def selector_features(selector):
    labels, terms = selector.get("matchLabels") or {}, selector.get("matchExpressions") or []
    there, gone = (
        {term["key"] for term in terms if term["operator"] == operator}
        for operator in ("Exists", "DoesNotExist")
    )
    facts = {
        "selects a controller's label": ADDED_LABELS.keys()
        & {*labels, *(term["key"] for term in terms)},
        "selects the name label": NAME_LABEL in [*labels, *(term["key"] for term in terms)],
        "selects an empty value": "" in labels.values(),
        "selects a null value": None in labels.values(),
        "contradiction": there & gone,
    }
    yield from (f"operator {term['operator']}" for term in terms)
    yield from (fact for fact, true in facts.items() if true)
    if selector:
        yield from shapes(selector, "matchLabels", "matchExpressions")


def pod_features(pod):
    metadata, spec = pod["metadata"], pod["spec"]
    labels = list((metadata.get("labels") or {}).values())
    families = "+".join("v6" if ":" in address else "v4" for address in addresses_of(pod))
    protocols = Counter(name for name, _, _ in named_ports(pod))
    init = [container for container in spec.get("initContainers", []) if container.get("ports")]
    facts = {
        "pod labels missing": "labels" not in metadata,
        "pod labels null": metadata.get("labels", {}) is None,
        "pod label empty": "" in labels,
        "pod label null": None in labels,
        f"pod {families}" if families else "pod without address": True,
        "pod on host network": spec.get("hostNetwork"),
        "pod on host network without address or node": spec.get("hostNetwork")
        and not (addresses_of(pod) or spec.get("nodeName")),
        "pod completed": is_completed(pod),
        "one name for two protocols": max(protocols.values(), default=0) > 1,
        "named port in the second container": "ports" in spec["containers"][1],
        "init port": any("restartPolicy" not in container for container in init),
        "restartable init port": any("restartPolicy" in container for container in init),
    }
    yield from (fact for fact, true in facts.items() if true)


def service_features(service, pods):
    spec = service["spec"]
    wanted = (spec.get("selector") or {}).items()
    near = [pod for pod in pods if namespace_of(pod) == namespace_of(service)]
    facts = {
        "service": True,
        "headless service": spec.get("clusterIP") == "None",
        "service without address": "clusterIP" not in spec,
        "alias of a name outside": spec.get("externalName") == "example.com",
        "alias of a Service": ".svc" in spec.get("externalName", ""),
        "service of two families": len(spec.get("clusterIPs", [])) > 1,
        "service with outer addresses": "externalIPs" in spec or "status" in service,
        "service with node ports": any("nodePort" in port for port in spec["ports"]),
        "service that stays on the node": spec.get("internalTrafficPolicy") == "Local",
        "service without selector": not wanted,
        "service without backend": not any(
            wanted <= (pod["metadata"].get("labels") or {}).items() for pod in near
        ),
    }
    yield from (fact for fact, true in facts.items() if true)
    for port in spec["ports"]:
        yield from shapes(port, "targetPort")


def listed_features(service, documents):
    """What Endpoints and slices there are for a Service."""
    home, name = namespace_of(service), service["metadata"]["name"]
    here = [one for one in documents if namespace_of(one) == home]
    old = [one for one in of_kind(here, "Endpoints") if one["metadata"]["name"] == name]
    every = [labelled(one, "service-name") for one in of_kind(here, "EndpointSlice")]
    slices = [
        one for one in of_kind(here, "EndpointSlice") if labelled(one, "service-name") == name
    ]
    makers = [labelled(one, "managed-by") or "" for one in slices]
    states = [end.get("conditions") or {} for one in slices for end in one["endpoints"]]
    named = [end.get("targetRef", {}).get("name") for one in slices for end in one["endpoints"]]
    selects = "selector" in service["spec"]
    facts = {
        "nothing listed": not old and not slices,
        "endpoints": old,
        "endpoints for a selector": old and selects,
        "endpoints without mirror": any(labelled(one, "skip-mirror") for one in old),
        "slice": slices,
        "several slices": len(slices) > 1,
        "slice for a selector": slices and selects,
        "slice of nobody": "s9" in every,
        "slice of host names": any(one["addressType"] == "FQDN" for one in slices),
        "slice of IPv6": any(one["addressType"] == "IPv6" for one in slices),
        "slice made for a selector": "endpointslice-controller.k8s.io" in makers,
        "slice mirrored": "endpointslicemirroring-controller.k8s.io" in makers,
        "slice by hand": {"", "someone-else"} & {*makers},
        "endpoint not ready": {"ready": False} in states,
        "endpoint ending": any("terminating" in state for state in states),
        "endpoint is a pod": any(name and name != "gone" for name in named),
        "endpoint outside": None in named,
        "endpoint is gone": "gone" in named,
    }
    yield from (fact for fact, true in facts.items() if true)


def labelled(document, key):
    labels = document["metadata"].get("labels") or {}
    return next((value for name, value in labels.items() if name.endswith(f"/{key}")), None)


def flow_features(documents, flows):
    """What the ends, ports and protocols of these flows are."""
    names, owned = running_pods(documents)
    hosts = [name_of(pod) for pod in of_kind(documents, "Pod") if pod["spec"].get("hostNetwork")]
    kinds = {
        **dict.fromkeys((address for addresses in NODES.values() for address in addresses), "node"),
        **dict.fromkeys(service_ports(documents), "service"),
        **dict.fromkeys(owned, "address of a pod"),
        **dict.fromkeys(names, "pod"),
        **dict.fromkeys(map(name_of, workloads_in(documents)), "workload"),
        **dict.fromkeys(hosts, "pod on host network"),
    }
    for source, destination, port, protocol in flows:
        for way, end in (("from", source), ("to", destination)):
            text = end if "/" in end else str(ip_address(end))
            yield f"{way} {kinds.get(text, 'outside')}"
            if text != end:
                yield "long v6"
        yield protocol
        yield from (f"port {edge}" for edge in (1, 65535) if port == edge)
        if source == destination:
            yield "to itself"


def shapes(mapping, *names):
    """How these fields of an object are written."""
    for name in names:
        value = mapping.get(name)
        if name not in mapping:
            yield f"{name} missing"
        elif isinstance(value, int):
            yield f"{name} number"
        elif name in ("policyTypes", "protocol") or value in (None, [], {}, [None], [{}]):
            yield f"{name} {json.dumps(value)}"
        else:
            yield f"{name} written"


def named_ports(pod):
    """The (name, protocol, number) of every named port of the pod."""
    return [
        (port["name"], port.get("protocol") or "TCP", port["containerPort"])
        for port in container_ports([pod])
        if "name" in port
    ]
