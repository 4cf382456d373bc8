"""Random clusters to practise on: one function for each thing that a chapter is about.

Each takes a source of random numbers and a level; the same source gives the same cluster.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import NamedTuple

from netpol_lab.course.practice import policy_specs as specs
from netpol_lab.course.practice.objects import (
    NODES,
    PodSketch,
    app,
    names_of,
    node,
    numbered,
    others,
    policy,
    service,
    sketch_pods,
    written,
)
from netpol_lab.course.practice.situation import Situation


class Level(NamedTuple):
    """How much there is to think about: pods, policies, connections and misconceptions at work."""

    pods: int
    policies: int
    flows: int
    misconceptions: int


LEVELS = {"easy": Level(3, 1, 4, 1), "medium": Level(4, 2, 6, 2), "hard": Level(5, 3, 9, 3)}
TEAMS = {"north": {"team": "blue"}, "south": {"team": "red"}, "west": {}}
HOMES = tuple(TEAMS)
CALLER = ("a client", "203.0.113.7")
OUTSIDE = (
    ("office", "203.0.113.7"),
    ("partner", "203.0.113.200"),
    ("stranger", "198.51.100.7"),
)
HTTP = (80, 8080, 8090)


def isolation(rng: Random, level: str) -> Situation:
    """Return pods in two namespaces, and policies without rules."""
    size = LEVELS[level]
    pods = sketch_pods(rng, [*HOMES[:2], *rng.choices(HOMES[:2], k=size.pods - 2)])
    selectors = [{}, *map(app, names_of(pods))]
    policies = [
        policy(rng.choice(pods).namespace, f"policy-{i + 1}", specs.without_rules(rng, selectors))
        for i in range(size.policies)
    ]
    return Situation(written(pods), tuple(policies))


def tiers(rng: Random, level: str) -> Situation:
    """Return pods of one namespace, and policies that each admit one or two of them."""
    size = LEVELS[level]
    pods = sketch_pods(rng, ["garden"] * size.pods, tiers=level != "easy")
    count, names = max(2, size.policies), names_of(pods)
    policies = numbered("garden", (specs.of_tier(rng, names, level) for _ in range(count)))
    return Situation(written(pods), policies)


def directions(rng: Random, level: str) -> Situation:
    """Return pods of one namespace, and policies with their three fields written in any way."""
    size = LEVELS[level]
    pods = sketch_pods(rng, ["garden"] * size.pods)
    count, names = max(1, size.policies - 1), names_of(pods)
    policies = numbered("garden", (specs.with_directions(rng, names) for _ in range(count)))
    return Situation(written(pods), policies)


def peers(rng: Random, level: str) -> Situation:
    """Return pods in labelled namespaces, and policies with peers of every shape."""
    size = LEVELS[level]
    homes = ["north", "north", "south", *rng.choices(HOMES, k=size.pods - 2)]
    pods = sketch_pods(rng, homes, tiers=True)
    count = max(1, size.policies - 1)
    policies = numbered("north", (specs.with_peers(rng, pods, "north") for _ in range(count)))
    return Situation(written(pods, TEAMS), policies)


def rules(rng: Random, level: str) -> Situation:
    """Return pods of two namespaces, and policies whose rules add up in every way."""
    size = LEVELS[level]
    pods = sketch_pods(rng, ["north", "north", "south", *["north"] * (size.pods - 3)])
    names = [one.name for one in pods if one.namespace == "north"]
    isolated = rng.sample(names, 1 if level == "easy" else 2)
    ruled = (specs.with_rules(rng, rng.choice(isolated), names) for _ in range(size.policies))
    policies = numbered("north", ruled)
    outside = (CALLER,) if level != "easy" or rng.random() < 0.5 else ()
    return Situation(written(pods), policies, rng.choice([80, 8080]), outside=outside)


def ports(rng: Random, level: str) -> Situation:
    """Return pods with named ports behind a Service, and policies about ports."""
    size = LEVELS[level]
    pods = [
        replace(one, ports=({"name": "http", "containerPort": rng.choice(HTTP)},))
        for one in sketch_pods(rng, ["garden"] * (size.pods - 1) + ["meadow"])
    ]
    served = rng.choice(pods[:-1])
    number = served.ports[0]["containerPort"]
    offered = {"port": rng.choice(others(HTTP, number)), "targetPort": number}
    front = service(
        "garden", served.name, dict(served.labels), [offered], clusterIP="10.96.0.10"
    )  # fmt: skip
    isolated = [served, *rng.choices(pods[:-1], k=size.policies - 1)]
    ported = (specs.with_ports(rng, one, pods, offered["port"]) for one in isolated)
    policies = numbered("garden", ported)
    asked = rng.choice([number, number, 53, *HTTP])
    protocol = "UDP" if asked == 53 and rng.random() < 0.7 else "TCP"
    return Situation((*written(pods), front), policies, asked, protocol)


def egress(rng: Random, level: str) -> Situation:
    """Return pods, a name server in kube-system, and policies about what may leave a pod."""
    size = LEVELS[level]
    pods = sketch_pods(rng, ["garden"] * (size.pods - 1))
    number = rng.choice([53, 53, 5353])
    declared = (
        {"name": "dns", "protocol": "UDP", "containerPort": number},
        {"name": "dns-tcp", "containerPort": number},
    )
    dns = PodSketch("kube-system", "dns", specs.DNS_LABELS, declared)
    offered = [
        {"protocol": protocol, "port": 53, "targetPort": number} for protocol in ("UDP", "TCP")
    ]
    front = service("kube-system", "kube-dns", specs.DNS_LABELS, offered)
    count, names = max(2, size.policies), names_of(pods)
    policies = numbered("garden", (specs.either_way(rng, names) for _ in range(count)))
    port, protocol = rng.choice([(number, "UDP"), (number, "UDP"), (number, "TCP"), (80, "TCP")])
    return Situation((*written([*pods, dns]), front), policies, port, protocol)


def _on_nodes(rng: Random, count: int) -> list[PodSketch]:
    pods = sketch_pods(rng, ["garden"] * count)
    return [replace(one, spec={"nodeName": rng.choice([*NODES])}) for one in pods]


def blocks(rng: Random, level: str) -> Situation:
    """Return pods on nodes, outside addresses, and policies with ipBlocks."""
    size = LEVELS[level]
    pods = _on_nodes(rng, size.pods - 1)
    names = names_of(pods)
    policies = numbered("garden", (specs.with_blocks(rng, names) for _ in range(size.policies)))
    outside = (*rng.sample(OUTSIDE, 2), ("node-1", NODES["node-1"]))
    return Situation((*map(node, NODES), *written(pods)), policies, 443, outside=outside)


def enforcement(rng: Random, level: str) -> Situation:
    """Return pods on nodes, one of which may use its node's network, and a few policies."""
    size = LEVELS[level]
    pods = _on_nodes(rng, size.pods)
    names = names_of(pods)
    if level != "easy":
        pods[0] = replace(pods[0], spec={**pods[0].spec, "hostNetwork": True})
    policies = numbered("garden", (specs.one_direction(rng, names) for _ in range(size.policies)))
    things = (*map(node, NODES), *written(pods))
    return Situation(things, policies, outside=tuple(NODES.items()))


def legal(rng: Random, level: str) -> Situation:
    """Return a cluster whose policies the server takes, and which do something else than meant."""
    return rng.choice([peers, directions])(rng, level)


def everything(rng: Random, level: str) -> Situation:
    """Return three namespaces with policies of every kind."""
    size = LEVELS[level]
    homes = [*HOMES, "north", "south", *rng.choices(HOMES, k=size.pods - 3)]
    pods = sketch_pods(rng, homes, tiers=True)
    policies = []
    for number in range(1, size.policies + 3):
        home = rng.choice(["north", "south"])
        names = [one.name for one in pods if one.namespace == home]
        subject = rng.choice(names)
        any_of = [
            specs.with_peers(rng, pods, home),
            specs.with_peers(rng, pods, home),
            specs.with_rules(rng, subject, names),
            specs.either_way(rng, names),
            specs.with_blocks(rng, names),
            specs.without_rules(rng, [{}, app(subject)]),
        ]
        policies.append(policy(home, f"policy-{number}", rng.choice(any_of)))
    outside = (rng.choice(OUTSIDE),)
    port = rng.choice([80, 80, 8080])
    return Situation(written(pods, TEAMS), tuple(policies), port, outside=outside)
