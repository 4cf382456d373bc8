"""Random cluster-wide policies, all of which a server stores, beside what a random cluster has.

mixed_cluster(7)    the documents of seed 7, now with policies of the tiers Admin and Baseline
"""

import random

from tests.referee.random_clusters import (
    ADDRESSES,
    NAMESPACE_LABELS,
    PORT_NAMES,
    PORTS,
    PREFIXES,
    PROTOCOLS,
    random_cluster,
    selector,
    spelled,
    widened,
)
from tests.referee.random_parts import LABELS, MISSING, fields, maybe, of_kind, some_labels

GROUP = "policy.networking.k8s.io/"
NODE_LABELS = {"pool": ["a", "b"], "zone": ["x"]}
DOMAIN_NAMES = ["example.com", "*.example.com", "db.example.org"]
PRIORITIES = [0, 5, 5, 5, 10, 1000]
ODD = 15  # percent of the policies
ODD_TERMS = [  # a server does not look at them
    {"key": "team", "operator": "Is"},
    {"key": "team", "operator": "In"},
    {"key": "team", "operator": "NotIn", "values": []},
    {"key": "team", "operator": "Exists", "values": ["a"]},
    {"key": "a b", "operator": "Exists"},
    {"key": "team", "operator": "In", "values": ["-a"]},
]
STYLES = [["new"], ["new"], ["new"], ["old"], ["new", "old"]]


def mixed_cluster(seed):
    """The documents of one random cluster with one to five cluster-wide policies in it."""
    rng = random.Random(f"tiers {seed}")
    documents = random_cluster(seed)
    for node in of_kind(documents, "Node"):
        if maybe(rng, 85):
            node["metadata"]["labels"] = some_labels(rng, NODE_LABELS)
    documents += cluster_wide(rng)
    if maybe(rng, 30):
        rng.shuffle(documents)
    return documents


def cluster_wide(rng):
    """Policies of the versions of today, of v1alpha1, or of both.

    A BaselineAdminNetworkPolicy is often alone in its tier: else nobody says which goes first.
    """
    style = rng.choice(STYLES)
    below = "old" in style and maybe(rng, 50)
    found = [baseline(rng)] if below else []
    tiers = ["Admin"] if below and maybe(rng, 60) else ["Admin", "Baseline"]
    for number in range(1, rng.choice([1, 2, 3, 4, 5]) + 1):
        if rng.choice(style) == "new":
            found.append(cluster_policy(rng, number, tiers))
        else:
            found.append(admin_policy(rng, number))
    return found


def cluster_policy(rng, number, tiers):
    """Now and then one of a name that is taken: one object, of which the last stands."""
    return {
        "apiVersion": GROUP + rng.choice(["v1beta1", "v1beta1", "v1alpha2"]),
        "kind": "ClusterNetworkPolicy",
        "metadata": {"name": "wide1" if maybe(rng, 5) else f"wide{number}"},
        "spec": {
            "tier": rng.choice(tiers),
            "priority": rng.choice(PRIORITIES),
            **oddly(rng, spec(rng, ["Accept", "Deny", "Deny", "Pass"], today=True)),
        },
    }


def admin_policy(rng, number):
    written = oddly(rng, spec(rng, ["Allow", "Deny", "Deny", "Pass"], today=False))
    return {
        "apiVersion": GROUP + "v1alpha1",
        "kind": "AdminNetworkPolicy",
        "metadata": {"name": f"wide{number}"},
        "spec": {"priority": rng.choice(PRIORITIES), **written},
    }


def baseline(rng):
    return {
        "apiVersion": GROUP + "v1alpha1",
        "kind": "BaselineAdminNetworkPolicy",
        "metadata": {"name": "default"},
        "spec": spec(rng, ["Allow", "Deny"], today=False, names=False),
    }


def oddly(rng, spec):
    """A spec; now and then with one thing in it that is stored, and that nobody can use."""
    rules = [rule for section in ("ingress", "egress") for rule in spec.get(section) or []]
    if not maybe(rng, ODD):
        return spec
    rule = rng.choice([None, *rules, *rules])
    ends = (rule.get("from") or rule["to"]) if rule else []
    end = rng.choice(ends) if ends else spec["subject"]
    ports = [one for each in rules for one in each.get("ports") or [] if "namedPort" not in one]
    if ports and maybe(rng, 60):
        odd_port(rng, rng.choice(ports))
    elif rule and end.get("domainNames"):
        rule["action"] = rng.choice(["Deny", "Pass"])
    elif "networks" not in end:
        chosen = end.get("pods") or end
        key = rng.choice([key for key in chosen if chosen[key] is not None])
        chosen[key] = {**chosen[key], "matchExpressions": [rng.choice(ODD_TERMS)]}
    return spec


def odd_port(rng, port):
    ((kind, written),) = port.items()
    if kind == "portRange" and maybe(rng, 50) and written["start"] < written["end"]:
        written["start"], written["end"] = written["end"], written["start"]
    else:
        written["protocol"] = rng.choice(["tcp", "ICMP"])


def spec(rng, actions, *, today, names=True):
    return fields(
        subject=rng.choice([{"namespaces": {}}, pods_meant(rng, today)]),
        ingress=rules(rng, "from", actions, today, names),
        egress=rules(rng, "to", actions, today, names),
    )


def rules(rng, ends, actions, today, names):
    written = [rule(rng, ends, actions, today, names) for _ in range(rng.choice([1, 1, 2, 3]))]
    return rng.choice([MISSING, None, [], *[written] * 12])


def rule(rng, ends, actions, today, names):
    ports = [port(rng, today) for _ in range(rng.choice([1, 1, 2]))]
    ports = rng.choice([MISSING, MISSING, None, *[ports] * 5])
    by_name = ports not in (MISSING, None) and any(
        "namedPort" in one or "destinationNamedPort" in one for one in ports
    )
    inside = ends == "from" or by_name  # what is no pod has no named ports, say the CRDs
    action = rng.choice(actions)
    names = names and action in ("Accept", "Allow")  # what others do with them nobody says
    peers = [
        pods_meant(rng, today) if inside or maybe(rng, 40) else address_peer(rng, names)
        for _ in range(rng.choice([1, 1, 2, 3]))
    ]
    return fields(
        name="because" if maybe(rng, 15) else MISSING,
        action=action,
        **{ends: peers, "protocols" if today else "ports": ports},
    )


def pods_meant(rng, today):
    """A subject, or a peer: whole namespaces, or pods of some."""
    if maybe(rng, 45):
        return {"namespaces": crd_selector(rng, NAMESPACE_LABELS)}
    homes = crd_selector(rng, NAMESPACE_LABELS)
    pods = fields(
        namespaceSelector=rng.choice([homes, MISSING, None]) if today else homes,
        podSelector=crd_selector(rng, LABELS),
    )
    return fields(namespaces=None if maybe(rng, 5) else MISSING, pods=pods)


def address_peer(rng, names):
    """A peer of egress rules that is about addresses."""
    networks = [network(rng) for _ in range(rng.choice([1, 1, 2, 3]))]
    choices = [{"networks": list(dict.fromkeys(networks))}] * 7
    choices += [{"nodes": node_selector(rng)}] * 3
    if names:
        count = rng.choice([1, 1, 2])
        choices += [{"domainNames": rng.sample(DOMAIN_NAMES, count)}] * 2
    return rng.choice(choices)


def network(rng):
    """Canonical, as the CRD wants it: around an address of the cluster."""
    version = rng.choice([4, 4, 6])
    known = [address for address in ADDRESSES if address.version == version]
    return spelled(rng, widened(rng.choice(known), rng.choice(PREFIXES[version])))


def crd_selector(rng, labels):
    """A label selector of which a null label says nothing, unlike in a NetworkPolicy."""
    if maybe(rng, 35):
        return {}
    found = selector(rng, labels)
    for term in found.get("matchExpressions") or []:
        if term.get("values"):
            term["values"] = [value or "" for value in term["values"]]
    return found


def node_selector(rng):
    key = rng.choice(list(NODE_LABELS))
    one = {"key": key, "operator": rng.choice(["Exists", "DoesNotExist"])}
    some = {"key": key, "operator": rng.choice(["In", "NotIn"]), "values": NODE_LABELS[key][:1]}
    equal = {"matchLabels": {key: rng.choice(NODE_LABELS[key])}}
    return rng.choice([{}, equal, equal, {"matchExpressions": [rng.choice([one, some])]}])


def port(rng, today):
    number, protocol = rng.choice(PORTS), rng.choice(["TCP", "TCP", *PROTOCOLS])
    ends = [last for last in (number + 1, 8080, 65535) if number < last <= 65535]
    last = rng.choice(ends) if ends and maybe(rng, 45) else None
    if maybe(rng, 25):
        return {"destinationNamedPort" if today else "namedPort": rng.choice(PORT_NAMES)}
    if today:
        port = {"range": {"start": number, "end": last}} if last else {"number": number}
        return {protocol.lower(): {"destinationPort": port}}
    written = MISSING if protocol == "TCP" and maybe(rng, 50) else protocol
    if last:
        return {"portRange": fields(start=number, end=last, protocol=written)}
    return {"portNumber": fields(port=number, protocol=written)}
