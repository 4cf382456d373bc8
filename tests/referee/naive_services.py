"""Where the referee's Services lead: to pods by their labels, and to whatever is listed for them.

Facts: kube-proxy (which port and which endpoints count), the EndpointSlice controllers (whose
slices repeat what), and the API reference.
"""

from typing import NamedTuple

from tests.referee.naive_objects import (
    addresses,
    labels_of,
    namespace_of,
    node_of,
    objects,
    text_labels,
    to_address,
)

OF_SERVICE = "kubernetes.io/service-name"
MANAGER = "endpointslice.kubernetes.io/managed-by"
BY_SELECTOR = "endpointslice-controller.k8s.io"
MIRRORED = "endpointslicemirroring-controller.k8s.io"
UNMIRRORED = "endpointslice.kubernetes.io/skip-mirror"


class End(NamedTuple):
    """One end of a connection as a policy sees it; `pod` is None outside the cluster."""

    pod: dict | None
    address: object
    node: str | None = None
    really: dict | None = None  # the hostNetwork pod that a node's address stands for
    service: dict | None = None
    is_node: bool = False
    guess: object = None  # an address that it may have, where nobody wrote one


class Services:
    """The Services of a cluster, and what is listed for them."""

    def __init__(self, documents, cluster):
        self.cluster = cluster
        self.by_name = objects(documents, "v1", "Service")
        self.lists = objects(documents, "v1", "Endpoints")
        self.slices = objects(documents, "discovery.k8s.io/v1", "EndpointSlice").values()

    def end(self, home, name):
        """The end of a connection to a Service by its name: its own address, if it has one."""
        service, met = self.by_name[home, name], []
        while is_alias(service) and service not in met:  # the resolver follows one name to the next
            met.append(service)
            service = self.by_name.get(told_by_name(service), service)
        own = inner_addresses(service)
        return End(None, own[0] if own else None, service=service)

    def entered(self, end, port, protocol):
        """The Services that a connection goes to: (Service, its ports asked for, from outside)."""
        if end.service is not None:
            return [(end.service, ports_of(end.service, "port", port, protocol), False)]
        found = []
        for service in self.by_name.values():
            outer = end.address in outer_addresses(service)
            asked = ports_of(service, "port", port, protocol)
            if end.pod is None and (outer or end.address in inner_addresses(service)):
                found.append((service, asked, outer))
            at_node = ports_of(service, "nodePort", port, protocol)
            proxied = at_node and not is_headless(service)
            if end.pod is None and proxied and end.address in self.cluster.node_at:
                found.append((service, at_node, True))
        return found

    def ways(self, reading, source, end, port, protocol):
        """Where a connection may arrive: (end or None where that is not known, port, outer)."""
        found = []
        for service, asked, outer in self.entered(end, port, protocol):
            if is_alias(service):  # where a name leads that no manifest tells
                places = [(None, port, None)]
            elif is_headless(service):
                places = self.direct(service, port)
            else:
                places = [place for at in asked for place in self.behind(reading, service, at)]
            if stays_on_node(service) and not outer:
                places = [place for place in places if same_node(source.pod, place[2])]
            found += [(place, number, outer) for place, number, _ in places]
        families = [end.address.version] if end.address is not None else versions(source)
        meeting = [way for way in found if not families or meets(way[0], families)]
        return meeting or ([] if end.address is not None else found)

    def behind(self, reading, service, entry):
        """Where one port of a Service leads: (end or None, port, node)."""
        protocol, target = entry.get("protocol") or "TCP", entry.get("targetPort") or entry["port"]
        places = [
            (End(pod, None), number, node_of(pod))
            for pod in self.selected(service)
            for number in numbers(target, pod, protocol, reading)
        ]
        listed = self.listed(service)
        if listed is None:
            return places if selector_of(service) else [*places, (None, None, None)]
        for one in listed:
            for port in one["ports"]:
                wanted = entry.get("name") or "", protocol
                if (port.get("name") or "", port.get("protocol") or "TCP") == wanted:
                    number = port.get("port")
                    places += self.place(one, number, unknown=not number)
        return places

    def direct(self, service, port):
        """Where the name of a headless Service leads, whatever the port."""
        pods = self.selected(service)
        places = [(End(pod, None), port, node_of(pod)) for pod in pods]
        listed = self.listed(service)
        if listed is None:
            return places if selector_of(service) else [*places, (None, port, None)]
        return places + [place for one in listed for place in self.place(one, port)]

    def selected(self, service):
        wanted = selector_of(service)
        return [
            pod
            for pod in self.cluster.pods.values()
            if wanted and namespace_of(pod) == namespace_of(service)
            if text_labels(wanted).items() <= labels_of(pod).items()
        ]

    def place(self, listed, port, unknown=False):
        """What a listed address is: none, if its pod has finished."""
        text, reference = listed["address"], listed["ref"]
        pod = self.cluster.end_called(text).pod if text else None
        unknown = unknown or not text
        if pod is None and reference.get("kind") == "Pod" and reference.get("name"):
            key = reference.get("namespace") or listed["home"], reference["name"]
            pod = self.cluster.pods.get(key)
            if pod is None:
                if any(key == key_of(other) for other in self.cluster.everything):
                    return []
                unknown = True
        if unknown:
            return [(None, port, listed["node"])]
        node = listed["node"] or (pod and node_of(pod))
        end = End(pod, to_address(text)) if pod else self.cluster.end_called(text)
        return [(end, port, node)]

    def listed(self, service):
        """The endpoints that are listed for a Service and count; None where nothing is."""
        key = key_of(service)
        slices = [
            one for one in self.slices if (namespace_of(one), labels_of(one).get(OF_SERVICE)) == key
        ]
        old = None if selector_of(service) else self.lists.get(key)
        if old and slices and labels_of(old).get(UNMIRRORED) == "true":
            old = None
        repeating = [BY_SELECTOR, MIRRORED] if selector_of(service) else [MIRRORED] if old else []
        slices = [one for one in slices if labels_of(one).get(MANAGER) not in repeating]
        if not old and not slices:
            return None
        every = [*from_subsets(old), *(end for one in slices for end in from_slice(one))]
        ready = [end for end in every if end["ready"]]
        return ready or [end for end in every if end["ending"]]


def from_subsets(endpoints):
    for subset in (endpoints or {}).get("subsets") or []:
        for address in subset.get("addresses") or []:
            yield {
                "address": address["ip"],
                "ports": subset.get("ports") or [],
                "ref": address.get("targetRef") or {},
                "home": namespace_of(endpoints),
                "node": address.get("nodeName"),
                "ready": True,
                "ending": False,
            }


def from_slice(found):
    for end in found.get("endpoints") or []:
        state = end.get("conditions") or {}
        yield {
            "address": None if found["addressType"] == "FQDN" else end["addresses"][0],
            "ports": found.get("ports") or [],
            "ref": end.get("targetRef") or {},
            "home": namespace_of(found),
            "node": end.get("nodeName"),
            "ready": state.get("ready") is not False,
            "ending": state.get("terminating") is True and state.get("serving") is not False,
        }


# Services as they are written


def is_headless(service):
    return service["spec"].get("clusterIP") == "None" and not is_alias(service)


def stays_on_node(service):
    return service["spec"].get("internalTrafficPolicy") == "Local"


def is_alias(service):
    return service["spec"].get("type") == "ExternalName"


def told_by_name(alias):
    """The namespace and the name of the Service that a DNS name of this cluster is of."""
    name, home, *rest = (*alias["spec"]["externalName"].rstrip(".").split("."), "", "")
    return (home, name) if ".".join(rest).strip(".") in ("svc", "svc.cluster.local") else None


def selector_of(service):
    return None if is_alias(service) else service["spec"].get("selector")


def ports_of(service, field, port, protocol):
    """The ports of a Service that have this number in this field."""
    return [
        entry
        for entry in service["spec"].get("ports") or []
        if port and not is_alias(service)
        if (entry.get(field), entry.get("protocol") or "TCP") == (port, protocol)
    ]


def inner_addresses(service):
    if is_headless(service) or is_alias(service):
        return []
    spec = service["spec"]
    return [to_address(text) for text in spec.get("clusterIPs") or [spec.get("clusterIP")] if text]


def outer_addresses(service):
    if is_headless(service) or is_alias(service):
        return []
    balancer = (service.get("status") or {}).get("loadBalancer") or {}
    texts = [*(service["spec"].get("externalIPs") or [])]
    texts += [place["ip"] for place in balancer.get("ingress") or [] if place.get("ip")]
    return [to_address(text) for text in texts]


# Places


def same_node(pod, node):
    """May something on this node be on the pod's?"""
    here = node_of(pod) if pod is not None else None
    return not here or not node or here == node


def versions(source):
    own = [source.address] if source.address is not None else addresses(source.pod)
    return {address.version for address in own}


def meets(place, families):
    """Has a place an address of one of these families, or perhaps?"""
    if place is None:
        return True
    own = [place.address] if place.address is not None else addresses(place.pod)
    return not own or any(address.version in families for address in own)


def numbers(port, pod, protocol, reading):
    """The port itself, or the numbers its name has in the containers for this protocol."""
    if not isinstance(port, str):
        return [port]
    spec = pod.get("spec") or {}
    init = spec.get("initContainers") if "init names count" in reading else []
    return [
        entry["containerPort"]
        for container in [*(spec.get("containers") or []), *(init or [])]
        for entry in container.get("ports") or []
        if (entry.get("name"), entry.get("protocol") or "TCP") == (port, protocol)
    ]


def key_of(document):
    return namespace_of(document), document["metadata"]["name"]
