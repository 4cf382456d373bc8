"""Clusters about what is not a pod: outside addresses, nodes, and what only a plugin decides."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from netpol_lab.course.practice.generators import (
    PODS,
    POLICIES,
    Inhabitant,
    app,
    inhabitants,
    only,
    others,
    written,
)
from netpol_lab.course.practice.situation import Object, Situation, policy

NODES = {"node-1": "192.168.50.1", "node-2": "192.168.50.2"}
OUTSIDE = (
    ("office", "203.0.113.7"),
    ("partner", "203.0.113.200"),
    ("stranger", "198.51.100.7"),
)
PODS_LIVE_IN = "10.0.0.0/8"
OFFICE, PARTNER, BOTH = "203.0.113.0/25", "203.0.113.128/25", "203.0.113.0/24"


def node(name: str) -> Object:
    """Return a node with its address."""
    addresses = [{"type": "InternalIP", "address": NODES[name]}]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name},
        "status": {"addresses": addresses},
    }


def placed(rng: Random, people: list[Inhabitant]) -> list[Inhabitant]:
    """Return the same pods, each on a node."""
    return [replace(one, spec={"nodeName": rng.choice([*NODES])}) for one in people]


def outside(rng: Random, level: str) -> Situation:
    """Return pods on nodes, outside addresses, and policies with blocks."""
    people = placed(rng, inhabitants(rng, ["garden"] * (PODS[level] - 1)))
    names = [one.name for one in people]
    policies = tuple(
        policy("garden", f"policy-{i}", blocked(rng, names)) for i in range(1, POLICIES[level] + 1)
    )
    seen = (*rng.sample(OUTSIDE, 2), ("node-1", NODES["node-1"]))
    return Situation((*map(node, NODES), *written(people)), policies, 443, outside=seen)


def blocked(rng: Random, names: list[str]) -> Object:
    """Return the spec of a policy with blocks."""
    subject = rng.choice(names)
    way, field = rng.choice([("Ingress", "from")] * 3 + [("Egress", "to")])
    rules = _block_rules(rng, field, rng.choice(others(names, subject)))
    selector = rng.choice([app(subject), app(subject), {}])
    return {"podSelector": selector, "policyTypes": [way], way.lower(): rules}


def _block_rules(rng: Random, field: str, friend: str) -> list[Object]:
    # Without the pods: whether a block matches those differs from plugin to plugin.
    holes = [PODS_LIVE_IN, rng.choice([BOTH, OFFICE, PARTNER])]
    all_but = {"ipBlock": {"cidr": "0.0.0.0/0", "except": holes}}
    most = {"ipBlock": {"cidr": BOTH, "except": [rng.choice([OFFICE, PARTNER])]}}
    some = {"ipBlock": {"cidr": rng.choice([OFFICE, PARTNER, BOTH, "198.51.100.0/24"])}}
    shapes: list[list[Object]] = [
        [{field: [most]}],
        [{field: [all_but]}],
        [{field: [all_but]}, {field: [some]}],
        [{field: [most]}, {field: [some]}],
        [{field: [most, all_but]}],
        [{field: [some]}, {field: only(friend)}],
        [{field: [{"namespaceSelector": {}}]}],
        [{field: [{"namespaceSelector": {}}, some]}],
        [{}],
        [],
    ]
    return rng.choice(shapes)


def enforced(rng: Random, level: str) -> Situation:
    """Return pods on nodes, one of which may use its node's network, and a few policies."""
    people = placed(rng, inhabitants(rng, ["garden"] * PODS[level]))
    names = [one.name for one in people]
    if level != "easy":
        shared = people[0]
        spec = {**dict(shared.spec), "hostNetwork": True}
        people[0] = replace(shared, spec=spec)
    policies = tuple(
        policy("garden", f"policy-{i}", _simple(rng, names)) for i in range(1, POLICIES[level] + 1)
    )
    things = (*map(node, NODES), *_on_hosts(written(people)))
    return Situation(things, policies, outside=tuple(NODES.items()))


def _on_hosts(things: tuple[Object, ...]) -> tuple[Object, ...]:
    """Give pods that use their node's network the address of it."""
    for thing in things:
        if thing.get("spec", {}).get("hostNetwork"):
            thing["status"]["podIP"] = NODES[thing["spec"]["nodeName"]]
    return things


def _simple(rng: Random, names: list[str]) -> Object:
    subject = rng.choice(names)
    way, field = rng.choice([("Ingress", "from"), ("Egress", "to")])
    friend = rng.choice(others(names, subject))
    rules = rng.choice([[], [{field: only(friend)}], [{field: [{"podSelector": {}}]}]])
    selector = rng.choice([app(subject), app(subject), {}])
    return {"podSelector": selector, "policyTypes": [way], way.lower(): rules}
