"""Random clusters in which one policy means a flow and does not admit it, each for one odd reason.

odd_cluster(7)    the documents of seed 7, and the flow that is meant
"""

import copy
import random

from tests.referee.random_clusters import random_cluster

CLIENT = {"app": "edge-proxy", "part": "controller"}
SERVER = {"app": "site-server", "role": "front"}
MOST = 8  # other objects


def odd_cluster(seed):
    """Some documents, and a flow (source, destination, port, protocol) between pods of theirs."""
    rng = random.Random(seed)
    home = rng.choice(["edge", "site"])
    documents = [*rest(rng, seed), client(home), server(rng), *closed(rng), *policies(rng, home)]
    protocol = rng.choice(["TCP"] * 9 + ["ICMP"])
    rng.choice(ODDITIES)(rng, documents)
    source, destination = f"{home}/proxy", "site/server-1"
    return documents, (source, destination, None if protocol == "ICMP" else 8080, protocol)


def rest(rng, seed):
    """Other pods and policies, now and then in the same namespaces."""
    documents = random_cluster(seed)
    documents = rng.sample(documents, min(len(documents), MOST))
    if rng.random() < 0.4:
        moved = {"shop": "site", "lab": "edge"}
        for document in documents:
            meta = document["metadata"]
            if meta.get("namespace") in moved:
                meta["namespace"] = moved[meta["namespace"]]
    return documents


def client(home):
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "proxy", "namespace": home, "labels": dict(CLIENT)},
        "spec": {"containers": [{"name": "c"}]},
    }


def server(rng):
    ports = [{"name": "web-main", "containerPort": 8080}, {"name": "metrics", "containerPort": 91}]
    template = {
        "metadata": {"labels": dict(SERVER)},
        "spec": {"containers": [{"name": "s", "ports": rng.choice([ports, ports, []])}]},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "server", "namespace": "site", "labels": {}},
        "spec": {"replicas": 2, "template": template},
    }


def closed(rng):
    types = rng.choice([["Ingress"], ["Ingress", "Egress"]])
    if rng.random() < 0.7:
        yield policy("closed", "site", {"podSelector": {}, "policyTypes": types})


def policies(rng, home):
    """The policy that means the flow, the right one yet."""
    item = {"podSelector": {"matchLabels": dict(CLIENT)}}
    if home != "site" or rng.random() < 0.3:
        name = {"kubernetes.io/metadata.name": home}
        item["namespaceSelector"] = {"matchLabels": name}
    rule = {"from": [item]}
    if rng.random() < 0.5:
        rule["ports"] = [{"port": 8080}]
    selector = {"matchLabels": dict(SERVER)}
    yield policy("meant", "site", {"podSelector": selector, "ingress": [rule]})


def policy(name, namespace, spec):
    metadata = {"name": name, "namespace": namespace}
    version = "networking.k8s.io/v1"
    return {"apiVersion": version, "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}


# ---------------------------------------------------------------- what may be odd


def spec_of(documents):
    return documents[-1]["spec"]


def item_of(documents):
    return spec_of(documents)["ingress"][0]["from"][0]


def server_of(documents):
    return next(one for one in documents if one["metadata"]["name"] == "server")


def a_label_that_a_tool_adds(rng, documents):
    item_of(documents)["podSelector"]["matchLabels"]["team"] = "blue"
    if rng.random() < 0.5:
        spec_of(documents)["podSelector"]["matchLabels"]["team"] = "blue"
        server_of(documents)["spec"]["template"]["metadata"]["labels"]["team"] = "blue"


def a_version(rng, documents):
    key = rng.choice(["version", "helm.sh/chart"])
    item_of(documents)["podSelector"]["matchLabels"][key] = "3.15.0"


def a_slip_in_a_value(rng, documents):
    labels = item_of(documents)["podSelector"]["matchLabels"]
    labels["part"] = rng.choice(["controllr", "controller-1", "control"])


def a_label_of_the_owner(rng, documents):
    server_of(documents)["metadata"]["labels"]["chart-part"] = "flows"
    spec_of(documents)["podSelector"]["matchLabels"]["chart-part"] = "flows"


def a_selector_that_nearly_selects(rng, documents):
    labels = spec_of(documents)["podSelector"]["matchLabels"]
    labels["role"] = rng.choice(["front-end", "back"])


def a_key_that_no_namespace_has(rng, documents):
    key = rng.choice(["name", "namespace", "kubernetes.io/metadata.name"])
    value = rng.choice(["edge", "edge-system"])
    item_of(documents)["namespaceSelector"] = {"matchLabels": {key: value}}


def a_dead_port_name(rng, documents):
    ports = [{"port": rng.choice(["main", "http-x"])}, {"port": 9090}]
    spec_of(documents)["ingress"][0]["ports"] = ports[: rng.choice([1, 2])]


def a_direction_that_is_not_listed(rng, documents):
    spec_of(documents)["policyTypes"] = rng.choice([["Egress"], ["Egress", "Egress"]])
    spec_of(documents)["egress"] = [{}]


def another_port(rng, documents):
    rule = spec_of(documents)["ingress"][0]
    rule["ports"] = [{"port": 53, "protocol": "UDP"}]
    if rng.random() < 0.5:
        del rule["from"]
    else:
        rule["from"].append(copy.deepcopy(rule["from"][0]))
        rule["from"][-1]["podSelector"] = {}


def an_expression(rng, documents):
    wanted = {"key": "team", "operator": rng.choice(["Exists", "In"])}
    wanted |= {"values": ["blue"]} if wanted["operator"] == "In" else {}
    item_of(documents)["podSelector"]["matchExpressions"] = [wanted]


def an_exception(rng, documents):
    proxy = next(one for one in documents if one["metadata"]["name"] == "proxy")
    proxy["status"] = {"podIP": "10.1.0.9"}
    block = {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/30", "10.1.0.8/30"]}
    spec_of(documents)["ingress"][0]["from"] = [{"ipBlock": block}]


def a_null_section(rng, documents):
    spec_of(documents)["ingress"] = rng.choice([None, []])
    spec_of(documents).update(policyTypes=["Ingress", "Egress"], egress=[{}])


ODDITIES = [
    a_label_that_a_tool_adds,
    a_version,
    a_slip_in_a_value,
    a_label_of_the_owner,
    a_selector_that_nearly_selects,
    a_key_that_no_namespace_has,
    a_dead_port_name,
    a_direction_that_is_not_listed,
    another_port,
    an_expression,
    an_exception,
    a_null_section,
]
