"""Random Services: with and without selector, with Endpoints and EndpointSlices that may mislead.

services(rng, pods)              documents: Services, and what is listed for them
service_flows(documents, 7, n)   flows to Services by name, by address and by a port of a node
"""

import random

from tests.referee.random_parts import (
    LABELS,
    MISSING,
    NAMESPACES,
    NODES,
    OUTSIDE,
    SERVICE_ADDRESSES,
    addresses_of,
    fields,
    is_completed,
    maybe,
    name_of,
    namespace_of,
    of_kind,
)

EXTERNAL = ["198.51.100.70", "198.51.100.80", "2001:db8::80"]
MANAGERS = [
    MISSING,
    MISSING,
    "someone-else",
    "endpointslice-controller.k8s.io",
    "endpointslicemirroring-controller.k8s.io",
]


def services(rng, pods):
    """Up to two Services, each with its lists."""
    found = [service(rng, number) for number in range(1, rng.randint(0, 2) + 1)]
    return [document for one in found for document in (one, *lists(rng, one, pods))]


def service(rng, number):
    v4, v6 = SERVICE_ADDRESSES[number]
    both = {"clusterIP": v4, "clusterIPs": [v4, v6]}
    ip = rng.choice([{"clusterIP": v4}, both, both, {"clusterIP": v6}, {"clusterIP": "None"}, {}])
    key = rng.choice(["app", "tier"])
    spec = fields(
        selector=rng.choice([{key: rng.choice(LABELS[key])}] * 3 + [MISSING] * 2),
        ports=service_ports(rng),
        externalIPs=[rng.choice(EXTERNAL)] if maybe(rng, 15) else MISSING,
        internalTrafficPolicy=rng.choice(["Local", "Cluster"] + [MISSING] * 6),
        publishNotReadyAddresses=True if maybe(rng, 10) else MISSING,
        **ip,
    )
    if maybe(rng, 4):
        spec = {name: spec[name] for name in spec if not name.startswith("clusterIP")}
        inside = f"s{3 - number}.{rng.choice(NAMESPACES)}.svc{rng.choice(['', '.cluster.local'])}"
        spec |= {"type": "ExternalName", "externalName": rng.choice(["example.com", inside])}
    balanced = {"loadBalancer": {"ingress": [{"ip": rng.choice(EXTERNAL)}]}}
    return fields(
        apiVersion="v1",
        kind="Service",
        metadata={"name": f"s{number}", "namespace": rng.choice(NAMESPACES)},
        spec=spec,
        status=balanced if maybe(rng, 15) else MISSING,
    )


def service_ports(rng):
    count = rng.randint(1, 2)
    return [
        fields(
            name=MISSING if count == 1 and maybe(rng, 40) else f"port{position}",
            port=rng.choice([80, 443]) + position,
            targetPort=rng.choice([MISSING, 8080, 53, "http"]),
            nodePort=rng.choice([30080, 30081]) if maybe(rng, 15) else MISSING,
            protocol=rng.choice([MISSING, None, "TCP", "UDP"]),
        )
        for position in range(count)
    ]


# What is listed


def lists(rng, service, pods):
    """Endpoints and slices for a Service, or none; of one with a selector mostly none."""
    often = 25 if "selector" in service["spec"] else 80
    if maybe(rng, often):
        if maybe(rng, 45):
            yield endpoints(rng, service, pods)
        for number in range(rng.choice([0, 1, 1, 2])):
            yield endpoint_slice(rng, service, pods, number)


def endpoints(rng, service, pods):
    labels = {"endpointslice.kubernetes.io/skip-mirror": "true"} if maybe(rng, 15) else MISSING
    subsets = [
        fields(
            addresses=[ip_and_pod(rng, service, pods) for _ in range(rng.randint(1, 2))],
            notReadyAddresses=[{"ip": rng.choice(OUTSIDE)}] if maybe(rng, 20) else MISSING,
            ports=rng.choice([endpoint_ports(rng, service)] * 6 + [None]),
        )
        for _ in range(rng.choice([0, 1, 1, 2]))
    ]
    metadata = fields(**service["metadata"], labels=labels)
    found = {"apiVersion": "v1", "kind": "Endpoints", "metadata": metadata, "subsets": subsets}
    return found


def ip_and_pod(rng, service, pods):
    address, reference = place(rng, service, pods, rng.choice([4, 4, 6]))
    return fields(ip=address, targetRef=reference, nodeName=some_node(rng))


def endpoint_slice(rng, service, pods, number):
    version = rng.choice([4, 4, 4, 6])
    managed = rng.choice(MANAGERS)
    own = service["metadata"]
    labels = fields(
        **{
            "kubernetes.io/service-name": own["name"] if maybe(rng, 90) else "s9",
            "endpointslice.kubernetes.io/managed-by": managed,
        }
    )
    ends = [sliced(rng, service, pods, version) for _ in range(rng.choice([0, 1, 1, 2, 3]))]
    names = maybe(rng, 4)
    if names:
        ends = [end | {"addresses": ["db.example.com"]} for end in ends]
    return fields(
        apiVersion="discovery.k8s.io/v1",
        kind="EndpointSlice",
        metadata={"name": f"{own['name']}-{number}", "labels": labels}
        | ({"namespace": own["namespace"]} if maybe(rng, 95) else {"namespace": "elsewhere"}),
        addressType="FQDN" if names else f"IPv{version}",
        ports=rng.choice([endpoint_ports(rng, service)] * 8 + [None, MISSING]),
        endpoints=ends,
    )


def sliced(rng, service, pods, version):
    address, reference = place(rng, service, pods, version)
    state = rng.choice(
        [MISSING] * 6
        + [{"ready": True}, {"ready": None}, {"ready": False}, {"ready": False, "serving": True}]
        + [{"ready": False, "terminating": True}]
        + [{"ready": False, "serving": False, "terminating": True}]
    )
    return fields(
        addresses=[address], conditions=state, targetRef=reference, nodeName=some_node(rng)
    )


def endpoint_ports(rng, service):
    """Ports that mostly bear the names of the Service's ports, with numbers of their own."""
    return [
        fields(
            name=entry.get("name", MISSING) if maybe(rng, 85) else rng.choice(["other", MISSING]),
            port=rng.choice([80, 8080, 53, 81]),
            protocol=entry.get("protocol", MISSING) if maybe(rng, 90) else "SCTP",
        )
        for entry in service["spec"]["ports"]
        if maybe(rng, 90)
    ]


def place(rng, service, pods, version):
    """An address of this family and the pod that has it, where it says so: not always the truth."""
    known = [pod for pod in pods if any(is_of(address, version) for address in addresses_of(pod))]
    pod = rng.choice(known) if known and maybe(rng, 60) else None
    if pod is None:
        nodes = [address for both in NODES.values() for address in both]
        address = rng.choice([text for text in OUTSIDE + nodes if is_of(text, version)])
        gone = {"kind": "Pod", "name": "gone"}
        return address, rng.choice([MISSING] * 8 + [gone, {"kind": "Node", "name": "n1"}])
    address = rng.choice([text for text in addresses_of(pod) if is_of(text, version)])
    reference = {"kind": "Pod", "name": pod["metadata"]["name"], "namespace": namespace_of(pod)}
    if namespace_of(pod) == service["metadata"]["namespace"] and maybe(rng, 50):
        del reference["namespace"]
    return address, rng.choice([MISSING, reference, reference])


def is_of(address, version):
    return (":" in address) == (version == 6)


def some_node(rng):
    return rng.choice([MISSING, MISSING, *NODES])


# Flows


def service_flows(documents, seed, n):
    """`n` flows to Services; some questions cannot be asked. None where there is no Service."""
    rng = random.Random(seed)
    asked = ways_to_services(documents)
    running = [pod for pod in of_kind(documents, "Pod") if not is_completed(pod)]
    clients = [*map(name_of, running)] * 4 + OUTSIDE[:1] + OUTSIDE[3:4]
    flows = []
    while asked and len(flows) < n:
        source, (destination, ports) = rng.choice(clients), rng.choice(asked)
        if "/" not in source + destination and is_of(source, 6) != is_of(destination, 6):
            continue
        port, protocol = rng.choice(ports * 3 + [(81, "TCP"), (8080, "TCP")])
        if maybe(rng, 3):
            port, protocol = None, "ICMP"
        flows.append((source, destination, port, protocol))
    return flows


def ways_to_services(documents):
    """Names and addresses of Services and nodes, each with the ports that lead on there."""
    found = []
    nodes = [address for both in NODES.values() for address in both]
    for document in of_kind(documents, "Service"):
        ports = ports_of(document, "port")
        found.append((f"svc/{name_of(document)}", ports))
        found += [(address, ports) for address in own_addresses(document)]
        if at_nodes := ports_of(document, "nodePort"):
            found += [(address, at_nodes) for address in nodes]
    return found


def ports_of(document, field):
    entries = document["spec"]["ports"]
    return [(entry[field], entry.get("protocol") or "TCP") for entry in entries if field in entry]


def own_addresses(document):
    spec = document["spec"]
    inner = spec.get("clusterIPs") or [spec.get("clusterIP")]
    balanced = document.get("status", {}).get("loadBalancer", {}).get("ingress", [])
    texts = [*inner, *spec.get("externalIPs", []), *(at["ip"] for at in balanced)]
    return [text for text in texts if text and text != "None"]
