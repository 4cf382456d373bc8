"""What the referee makes of the parts of a policy: selectors, blocks and ports."""

import functools
import ipaddress

from tests.referee.naive_objects import labels_of, namespace_of, text_labels
from tests.referee.naive_services import numbers

to_network = functools.cache(functools.partial(ipaddress.ip_network, strict=False))


def isolates(policy, direction, pod):
    spec = policy.get("spec") or {}
    types = spec.get("policyTypes") or ["Ingress"] + (["Egress"] if spec.get("egress") else [])
    mine = pod is not None and namespace_of(pod) == namespace_of(policy)
    return mine and direction in types and matches(spec.get("podSelector") or {}, labels_of(pod))


def matches(selector, found):
    """Does a label selector match these labels?"""
    labels, terms = text_labels(selector.get("matchLabels")), selector.get("matchExpressions") or []
    equal = all(found.get(key) == value for key, value in labels.items())
    return equal and all(holds(term, found) for term in terms)


def holds(term, found):
    key, values = term["key"], [value or "" for value in term.get("values") or []]
    return {
        "In": key in found and found[key] in values,
        "NotIn": key not in found or found[key] not in values,
        "Exists": key in found,
        "DoesNotExist": key not in found,
    }[term["operator"]]


def block_matches(block, address):
    inside = address in to_network(block["cidr"])
    return inside and not any(address in to_network(hole) for hole in block.get("except") or [])


def ports_match(entries, target, protocol, reading):
    allows = (port_matches(entry or {}, *target, protocol, reading) for entry in entries or [])
    return not entries or any(allows)


def port_matches(entry, end, port, protocol, reading):
    first = entry.get("port")
    if (entry.get("protocol") or "TCP") != protocol:
        return False
    if first is None:
        return True
    if isinstance(
        first, str
    ):  # resolved "on the destination pod", so never outside the cluster (SEM-41)
        return end.pod is not None and port in numbers(first, end.pod, protocol, reading)
    return first <= port <= (entry.get("endPort") or first)
