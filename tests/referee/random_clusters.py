"""Small random clusters, all valid, whose few names, labels, ports and addresses meet often.

Everything is drawn from one random.Random, of which Hypothesis has its own kind:

    random_cluster(7)    the documents of seed 7
    clusters()           the same as a Hypothesis strategy
"""

import random
from ipaddress import ip_address, ip_network

from hypothesis import strategies as st

from tests.referee.random_parts import (
    LABELS,
    MISSING,
    NAMESPACES,
    NODES,
    OUTSIDE,
    POD_ADDRESSES,
    SERVICE_ADDRESSES,
    addresses_of,
    fields,
    is_completed,
    maybe,
    name_of,
    of_kind,
    some_labels,
)
from tests.referee.random_services import own_addresses, ports_of, services

WORKLOADS = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "Job": "batch/v1",
    "Rollout": "argoproj.io/v1alpha1",
    "DeploymentConfig": "apps.openshift.io/v1",
    "Crane": "example.com/v1",  # of which nobody knows what labels it adds
}
NAME_LABEL = "kubernetes.io/metadata.name"
NAMESPACE_LABELS = {"team": ["x", "y", ""], "env": ["x"], NAME_LABEL: NAMESPACES}
ADDED_LABELS = {  # by controllers, to the pods they make
    "statefulset.kubernetes.io/pod-name": ["w1-0", "w1-1", "w2-3"],
    "apps.kubernetes.io/pod-index": ["0", "1", "3"],
    "batch.kubernetes.io/job-completion-index": ["0", "2"],
    "pod-template-hash": ["5d8"],
    "controller-revision-hash": ["7c4", "7c5"],
}
POD_RANGES = [[], [], ["10.0.0.0/16"], ["10.0.1.0/30", "fd00::/64"], ["10.0.0.0/23"]]
NODE_RANGES = [[], [], ["192.168.50.0/24"], ["192.168.50.2/31", "fd00:50::/64"], ["203.0.113.0/28"]]
PROTOCOLS = ["TCP", "UDP", "SCTP"]
PORTS, PORT_NAMES = [80, 81, 8080, 53, 1, 65535], ["http", "web"]
ADDRESSES = [
    ip_address(text)
    for texts in (*POD_ADDRESSES.values(), *SERVICE_ADDRESSES.values(), *NODES.values(), OUTSIDE)
    for text in texts
]
PREFIXES = {4: [32, 0, 8, 16, 24, 28, 30, 31], 6: [128, 0, 16, 32, 48, 64, 126]}


def random_cluster(seed):
    """The documents of one random cluster, in random order."""
    return cluster_from(random.Random(seed))


def random_ranges(seed):
    """The ranges in which unknown addresses of pods lie, and those of nodes; often none."""
    rng = random.Random(seed)
    return rng.choice(POD_RANGES), rng.choice(NODE_RANGES)


def random_flows(documents, seed, n):
    """`n` flows (source, destination, port, protocol) with a running pod at one end or both."""
    return flows_from(random.Random(seed), documents, n)


def clusters():
    """Random clusters as a Hypothesis strategy."""
    return st.randoms(use_true_random=False).map(cluster_from)


def clusters_with_flows(n):
    """Pairs of a random cluster and `n` flows in it, as a Hypothesis strategy."""
    pairs = st.tuples(clusters(), st.randoms(use_true_random=False))
    return pairs.map(lambda pair: (pair[0], flows_from(pair[1], pair[0], n)))


def cluster_from(rng):
    pods = [pod(rng, number) for number in range(1, rng.randint(3, 7) + 1)]
    documents = [
        *(node(name) for name in NODES if maybe(rng, 70)),
        *(namespace(rng, name) for name in NAMESPACES if maybe(rng, 70)),
        *pods,
        *(workload(rng, number) for number in range(1, rng.choice([0, 0, 1, 1, 2]) + 1)),
        *services(rng, pods),
        *(policy(rng) for _ in range(rng.choice([0, 1, 2, 3, 4, 5, 6, 6, 6]))),
    ]
    if maybe(rng, 5):
        documents += [other_policy(rng, number) for number in range(rng.randint(1, 2))]
    if maybe(rng, 30):
        rng.shuffle(documents)
    return documents


# Nodes, namespaces, pods


def node(name):
    named = [{"type": "Hostname", "address": name}]
    known = [{"type": "InternalIP", "address": address} for address in NODES[name]]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name},
        "status": {"addresses": named + known},
    }


def namespace(rng, name):
    spoofed = {NAME_LABEL: rng.choice(NAMESPACES)} if maybe(rng, 25) else {}
    labels = some_labels(rng, NAMESPACE_LABELS) | spoofed
    metadata = fields(name=name, labels=rng.choice([labels, labels, labels, labels, MISSING, None]))
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def pod(rng, number):
    where = rng.choice(["shop", "shop", *NAMESPACES])
    labels = some_labels(rng, LABELS)
    completed = number > 1 and maybe(rng, 15)
    return fields(
        apiVersion="v1",
        kind="Pod",
        metadata=fields(
            name=f"p{number}",
            namespace=MISSING if where == "default" and maybe(rng, 50) else where,
            labels=rng.choice([labels, labels, labels, labels, MISSING, None]),
        ),
        **placement(rng, rng.randint(1, 7) if completed else number, completed),
    )


def workload(rng, number):
    """Something that makes a few pods, of which the manifests give neither address nor node."""
    kind = rng.choice(["Deployment", "StatefulSet", "StatefulSet", "DaemonSet", "Job"])
    template = {
        "metadata": {"labels": some_labels(rng, LABELS)},
        "spec": fields(hostNetwork=True if maybe(rng, 25) else MISSING, **containers(rng)),
    }
    spec = {"template": template}
    if kind == "Job":
        spec |= {"parallelism": rng.randint(1, 3)}
        indexed = {"completionMode": "Indexed", "completions": rng.randint(1, 4)}
        spec |= rng.choice([indexed, {"completions": rng.randint(1, 3)}, {}])
    elif kind != "DaemonSet":
        spec |= fields(replicas=rng.choice([MISSING, 1, 2, 3, 4, 5]))
    if kind == "StatefulSet":
        spec |= fields(ordinals=rng.choice([MISSING, MISSING, {"start": 2}]))
    size = len(str(template))
    if kind == "Deployment" and (number == 2 or size % 3 == 0):  # no throw of the dice
        kind = ("Rollout", "Crane", "DeploymentConfig")[size // 3 % 3]
        spec.setdefault("replicas", 1)  # of a DeploymentConfig it would be none
    if kind == "Crane":  # few labels are left that its controller might add
        spec["replicas"] = min(spec.get("replicas", 1), 2)
        template["metadata"]["labels"] = {"app": "a", **(template["metadata"]["labels"] or {})}
    return {
        "apiVersion": WORKLOADS[kind],
        "kind": kind,
        "metadata": {"name": f"w{number}", "namespace": rng.choice(["shop", *NAMESPACES])},
        "spec": spec,
    }


def placement(rng, number, completed):
    """The spec and status of a pod: containers, node, network and addresses."""
    host = maybe(rng, 20)
    runs_on = rng.choice(list(NODES))
    v4, v6 = POD_ADDRESSES[number]
    shapes = [[v4], [v4, v6], [v4, v6], [v6, v4], [v6, v4], [v6], []]
    ips = rng.choice([NODES[runs_on], NODES[runs_on][:1], []] if host else shapes)
    host_ips = rng.choice([{}, {"hostIP": NODES[runs_on][0]}, both_forms("hostIP", NODES[runs_on])])
    pod_ips = both_forms("podIP", ips)
    if len(ips) == 1 and maybe(rng, 50):
        del pod_ips["podIPs"]
    alive, dead = ["Running", "Running", "Pending", MISSING], ["Succeeded", "Failed"]
    phase = rng.choice(dead if completed else alive)
    spec = fields(
        nodeName=rng.choice([runs_on, runs_on, MISSING]),
        hostNetwork=True if host else rng.choice([MISSING, MISSING, False, None]),
        **containers(rng),
    )
    status = fields(phase=phase, **host_ips, **pod_ips)
    return {"spec": spec, "status": status} if status or maybe(rng, 50) else {"spec": spec}


def both_forms(field, ips):
    """The first address in `podIP` and all of them in `podIPs`, as the server stores them."""
    return {field: ips[0], field + "s": [{"ip": address} for address in ips]} if ips else {}


def containers(rng):
    """Containers and their ports; a name is used once for each protocol in the whole pod."""
    regular = [{"name": "main"}, {"name": "second"}]
    init = [{"name": "setup"}, {"name": "proxy", "restartPolicy": "Always"}]
    # Services send to "http" by name; whether that finds an init container is another question.
    homes = {"http": regular, "web": regular + init}
    for name in PORT_NAMES:
        for protocol in rng.choice(
            [["TCP"], ["TCP"], ["UDP"], ["TCP", "UDP"], ["TCP", "SCTP"], []]
        ):
            written = rng.choice([MISSING, None, "TCP"]) if protocol == "TCP" else protocol
            number = rng.choice([80, 8080, 53])
            rng.choice(homes[name]).setdefault("ports", []).append(
                fields(name=name, containerPort=number, protocol=written)
            )
    if maybe(rng, 20):
        regular[0].setdefault("ports", []).append({"containerPort": 443})
    used = [container for container in init if "ports" in container]
    return {"containers": regular} | ({"initContainers": used} if used else {})


# Policies


def policy(rng):
    """A policy; two of one namespace and name are one object, of which the last stands."""
    return fields(
        apiVersion="networking.k8s.io/v1",
        kind="NetworkPolicy",
        metadata=fields(
            name=f"policy{rng.randint(1, 9)}",
            namespace=rng.choice(["shop", "shop", *NAMESPACES, MISSING]),
        ),
        spec=rng.choice([*[spec_from(rng)] * 12, MISSING, None, {}]),
    )


def other_policy(rng, number):
    """A policy of another kind, which nobody here evaluates."""
    kind = rng.choice(["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"])
    where = {"namespace": rng.choice(NAMESPACES)} if kind == "CiliumNetworkPolicy" else {}
    metadata = {"name": f"other{number}", **where}
    return {"apiVersion": "cilium.io/v2", "kind": kind, "metadata": metadata, "spec": {}}


def spec_from(rng):
    one_way = [["Ingress"], ["Egress"], ["Ingress", "Ingress"], ["Egress", "Egress"]]
    both_ways = [["Ingress", "Egress"], ["Egress", "Ingress"]]
    return fields(
        podSelector=rng.choice([MISSING, None, {}, *[selector(rng, pod_labels(rng))] * 5]),
        policyTypes=rng.choice([MISSING, MISSING, None, [], *one_way, *both_ways]),
        ingress=rules(rng, "from"),
        egress=rules(rng, "to"),
    )


def rules(rng, peers):
    written = [rule(rng, peers) for _ in range(rng.choice([1, 1, 2, 3]))]
    return rng.choice([MISSING, MISSING, None, [], [{}], [None], *[written] * 15])


def rule(rng, peers):
    ports = [port(rng) for _ in range(rng.randint(1, 2))]
    ends = [peer(rng) for _ in range(rng.randint(1, 2))]
    return fields(
        **{peers: rng.choice([MISSING, None, [], *[ends] * 12])},
        ports=rng.choice([MISSING, None, [], *[ports] * 7]),
    )


def port(rng):
    number = rng.choice(PORTS)
    protocol = rng.choice([MISSING, MISSING, MISSING, None, *PROTOCOLS])
    ends = [last for last in (number, number + 1, 8080, 65535) if number <= last <= 65535]
    return rng.choice(
        [
            fields(port=number, protocol=protocol),
            fields(port=number, protocol=protocol),
            *[fields(port=rng.choice(PORT_NAMES), protocol=protocol)] * 5,
            *[fields(port=number, endPort=rng.choice(ends), protocol=protocol)] * 3,
            fields(port=number, endPort=None, protocol=protocol),
            fields(port=rng.choice([MISSING, None]), protocol=protocol),
            {},
            None,
        ]
    )


def peer(rng):
    pods, namespaces = selector(rng, pod_labels(rng)), selector(rng, NAMESPACE_LABELS)
    return rng.choice(
        [
            {"podSelector": pods},
            {"namespaceSelector": namespaces},
            {"podSelector": pods, "namespaceSelector": namespaces},
            {"podSelector": pods, "namespaceSelector": None},
            {"podSelector": None, "namespaceSelector": namespaces, "ipBlock": None},
            {"ipBlock": block(rng)},
            {"ipBlock": block(rng)},
            {"ipBlock": block(rng), "podSelector": None, "namespaceSelector": None},
        ]
    )


def pod_labels(rng):
    """The labels that a selector of pods is about: now and then one that a controller adds."""
    if not maybe(rng, 15):
        return LABELS
    key = rng.choice(list(ADDED_LABELS))
    return {key: ADDED_LABELS[key]}


def selector(rng, labels):
    """A label selector over these keys and their values, in any of its shapes."""
    key = rng.choice(list(labels))
    one, some = {key: rng.choice(labels[key])}, some_labels(rng, labels)
    equal = rng.choice([MISSING, MISSING, MISSING, None, {}, one, one, one, some])
    terms = [requirement(rng, labels) for _ in range(rng.choice([1, 1, 2]))]
    never = [{"key": key, "operator": "Exists"}, {"key": key, "operator": "DoesNotExist"}]
    written = rng.choice([MISSING, MISSING, MISSING, MISSING, None, [], never, *[terms] * 5])
    return fields(matchLabels=equal, matchExpressions=written)


def requirement(rng, labels):
    key = rng.choice(list(labels))
    if maybe(rng, 65):
        values = rng.sample(labels[key], rng.choice([1, 1, len(labels[key])]))
        return {"key": key, "operator": rng.choice(["In", "NotIn"]), "values": values}
    values = rng.choice([MISSING, MISSING, None, []])
    return fields(key=key, operator=rng.choice(["Exists", "DoesNotExist"]), values=values)


def block(rng):
    """A block around an address of the cluster, with strictly smaller exceptions inside it."""
    version = rng.choice([4, 4, 6])
    known = [address for address in ADDRESSES if address.version == version]
    network = widened(rng.choice(known), rng.choice(PREFIXES[version]))
    inside = [address for address in known if address in network]
    longer = [length for length in PREFIXES[version] if length > network.prefixlen]
    count = rng.randint(1, 2) if longer else 0
    holes = [str(widened(rng.choice(inside), rng.choice(longer))) for _ in range(count)]
    exceptions = rng.choice([MISSING, None, [], holes, holes, holes])
    return fields(cidr=spelled(rng, network), **{"except": exceptions})


def widened(address, length):
    return ip_network((address, length), strict=False)


def spelled(rng, address):
    """The address or network as text; IPv6 now and then in its long, upper-case form."""
    return address.exploded.upper() if address.version == 6 and maybe(rng, 20) else str(address)


# Flows


def flows_from(rng, documents, n):
    names, addresses = running_pods(documents)
    names = names + [name_of(document) for document in workloads_in(documents)]
    services, numbers = service_ports(documents), mentioned_ports(documents)
    nodes = [address for both in NODES.values() for address in both]
    inside, outside = [names, names, addresses or names], [OUTSIDE, nodes]
    flows = []
    while len(flows) < n:
        sources = rng.choice(inside + outside)
        beyond = [] if sources in outside else [*outside, *[list(services) or nodes] * 3]
        source = rng.choice(sources)
        within_reach = [text for text in rng.choice(inside + beyond) if same_family(source, text)]
        destination = rng.choice(within_reach or names)
        port, protocol = rng.choice(numbers), rng.choice(["TCP"] * 4 + ["UDP", "SCTP"])
        if destination in services and maybe(rng, 85):
            port, protocol = rng.choice(services[destination])
        elif maybe(rng, 5):
            port, protocol = None, "ICMP"
        flows.append((respelled(rng, source), respelled(rng, destination), port, protocol))
    return flows


def same_family(one, other):
    """Can these two texts be the ends of one connection? A pod by name can meet anybody."""
    return "/" in one + other or (":" in one) == (":" in other)


def respelled(rng, text):
    return text if "/" in text else spelled(rng, ip_address(text))


def running_pods(documents):
    """The names of the running pods, and the addresses that are theirs alone."""
    running = [pod for pod in of_kind(documents, "Pod") if not is_completed(pod)]
    own = [pod for pod in running if not pod["spec"].get("hostNetwork")]
    return list(map(name_of, running)), [address for pod in own for address in addresses_of(pod)]


def service_ports(documents):
    """The (port, protocol) pairs of every Service address."""
    return {
        address: ports_of(document, "port")
        for document in of_kind(documents, "Service")
        for address in own_addresses(document)
    }


def mentioned_ports(documents):
    """The numbers that decide: what pods listen on, ends of ranges, and one beside each."""
    inside = [entry["containerPort"] for entry in container_ports(documents)]
    entries = policy_ports(documents)
    edges = [entry[end] for entry in entries for end in ("port", "endPort") if entry.get(end)]
    edges = [edge for edge in edges if isinstance(edge, int)] + tier_ports(documents)
    near = [edge + step for edge in edges for step in (-1, 0, 1) if 1 <= edge + step <= 65535]
    return [1, 65535, *inside, *near]


def tier_ports(documents):
    """Every number of a port in cluster-wide policies."""
    wide = [one["spec"] for one in documents if one["apiVersion"].startswith("policy.networking")]
    numbers = [[part.get(key) for key in ("number", "port", "start", "end")] for part in walk(wide)]
    return [number for found in numbers for number in found if number]


def walk(value):
    """Yield every mapping inside a document."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, dict | list):
            yield from walk(part)


def workloads_in(documents):
    return [document for document in documents if "template" in (document.get("spec") or {})]


def container_ports(documents):
    specs = [document["spec"] for document in of_kind(documents, "Pod")]
    specs += [document["spec"]["template"]["spec"] for document in workloads_in(documents)]
    lists = [spec.get(field, []) for spec in specs for field in ("containers", "initContainers")]
    return [port for containers in lists for one in containers for port in one.get("ports", [])]


def policy_ports(documents):
    specs = [document.get("spec") or {} for document in of_kind(documents, "NetworkPolicy")]
    lists = [spec.get(field) or [] for spec in specs for field in ("ingress", "egress")]
    return [
        port or {} for rules in lists for one in rules if one for port in one.get("ports") or []
    ]
