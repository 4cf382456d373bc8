"""Every flow of a random cluster, three times: by reachability, by evaluate, and by the referee."""

import copy
import random
import sys
from itertools import product
from typing import NamedTuple

import netpol_lab as lab
from netpol_lab.model.addresses import AddressRange
from tests.referee import naive
from tests.referee.random_clusters import (
    OUTSIDE,
    is_completed,
    of_kind,
    random_cluster,
    random_ranges,
    walk,
)
from tests.referee.random_tiers import mixed_cluster
from tests.referee.soak import as_text

REPLICA_ADDRESS = "10.0.3.1"


class Gap(NamedTuple):
    """One flow on which the three disagree."""

    source: str
    destination: str
    port: int
    protocol: str
    reachability: bool | None
    evaluate: object
    referee: bool | None


def gaps(documents, rng, ranges=((), ())):
    """Yield every pair of ends and class of ports on which the three do not say the same."""
    cluster, referee = (
        lab.load(as_text(documents), channel="experimental"),
        naive.Cluster(documents, *ranges),
    )
    assumptions = lab.Assumptions(pod_cidrs=ranges[0], node_cidrs=ranges[1])
    reach = lab.reachability(cluster, assumptions)
    written = ports_worth_asking(documents)
    for nothing in (c for c in reach.connections() if not (c.ports or c.undefined)):
        yield Gap(nothing.source, nothing.destination, 0, "", None, "listed without a port", None)
    outer = (one for service in cluster.services for one in service.outer_addresses)
    local = (at for one in cluster.services if one.stays_on_node for at in one.addresses)
    coarse = {*map(str, outer), *map(str, local)}
    at_nodes = {at for service in cluster.services for at in service.node_ports}
    # Pods of a kind that nobody knows have other names there: `soak` asks for their workload.
    ends = [one for one in reach.ends if isinstance(one, AddressRange) or key(one) in referee.pods]
    for source, destination in product(ends, repeat=2):
        if isinstance(source, AddressRange) and isinstance(destination, AddressRange):
            continue
        sure, undefined = reach.ports(source, destination), reach.undefined(source, destination)
        for protocol, port in {*reach.matrix.classes.examples, *rng.sample(written, 2)}:
            found = True if (protocol, port) in sure else None
            found = False if found is None and (protocol, port) not in undefined else found
            flow = (asked(source, rng), asked(destination, rng), port, protocol)
            said = lab.evaluate(cluster, *flow, assumptions).allowed
            expected = referee.allowed(*flow)
            led_on = str(destination) in coarse or (port, protocol) in at_nodes
            if led_on and found is None and said is expected:
                continue  # where the port of a node leads is the business of a verdict
            if not found is said is expected:
                yield Gap(*flow, found, said, expected)


def key(pod):
    """What the referee calls a pod."""
    return pod.namespace, pod.name


def asked(end, rng):
    """A name, or an address that a wrong cut would misjudge: one at the edge of its range."""
    return str(rng.choice([end.first, end.last]) if isinstance(end, AddressRange) else end)


def addresses_misplaced(documents):
    """Yield addresses of the outside that are not in exactly one range."""
    cluster = lab.load(as_text(documents), channel="experimental")
    reach = lab.reachability(cluster)
    ranges = [end for end in reach.ends if isinstance(end, AddressRange)]
    versions = {end.version for end in ranges}
    for text in OUTSIDE:
        end = cluster.endpoint(text)
        if end.address.version in versions and sum(end.address in r for r in ranges) != 1:
            yield text


def ports_worth_asking(documents):
    """Every port that is written anywhere with its protocol, and the one after it; one more."""
    found = {("TCP", 7), ("UDP", 7), ("SCTP", 7)}
    for part in walk(documents):
        numbers = [part.get(key) for key in ("port", "endPort", "containerPort", "nodePort")]
        for number in numbers:
            if isinstance(number, int):
                named = part.get("protocol")
                protocol = named if named in ("TCP", "UDP", "SCTP") else "TCP"
                found |= {(protocol, number), (protocol, min(number + 1, 65535))}
        edges = [part[key] for key in ("number", "start", "end") if isinstance(part.get(key), int)]
        found |= {(protocol, edge) for protocol in ("TCP", "UDP", "SCTP") for edge in edges}
    return sorted(found)


def with_replica(documents):
    """The same documents where the first running pod has a twin, both made by one Deployment."""
    documents = copy.deepcopy(documents)
    first = next(pod for pod in of_kind(documents, "Pod") if not is_completed(pod))
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "twins", "uid": "u"}
    owner["controller"] = True
    first["metadata"]["ownerReferences"] = [owner]
    twin = copy.deepcopy(first)
    twin["metadata"]["name"] += "-twin"
    if not (twin.get("spec") or {}).get("hostNetwork") and (twin.get("status") or {}).get("podIP"):
        twin["status"] |= {"podIP": REPLICA_ADDRESS, "podIPs": [{"ip": REPLICA_ADDRESS}]}
    return [*documents, twin]


def main():
    """Exit with status 1 at the first gap in so many clusters: for planted faults.

    `tiers` behind their number means clusters with cluster-wide policies.
    """
    draw = mixed_cluster if sys.argv[2:] == ["tiers"] else random_cluster
    for seed in range(int(sys.argv[1])):
        documents = with_replica(draw(seed))
        gap = next(gaps(documents, random.Random(seed), random_ranges(seed)), None)
        if gap is not None:
            print(f"seed {seed}: {gap}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
