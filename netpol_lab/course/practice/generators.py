"""Random clusters to practise on: one function for each thing that a chapter is about.

Each takes a source of random numbers and a level; the same source gives the same cluster.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any, NamedTuple

from netpol_lab.course.practice import policy_specs as specs
from netpol_lab.course.practice.objects import (
    NODES,
    Object,
    PodSketch,
    names_of,
    node,
    numbered,
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
    tricky: bool = True  # whether selectors and networks of every sort come up


LEVELS = {
    "easy": Level(3, 1, 4, 1, tricky=False),
    "medium": Level(4, 2, 6, 2),
    "hard": Level(5, 3, 9, 3),
}
TEAMS = {"north": {"team": "blue"}, "south": {"team": "red"}, "west": {}}
HOMES = tuple(TEAMS)
CALLER = ("a client", "203.0.113.7")
OUTSIDE = (
    ("office", "203.0.113.7"),
    ("partner", "203.0.113.200"),
    ("stranger", "198.51.100.7"),
)
HTTP = (80, 8080, 8090)


def _drawn(home: str, count: int, draw: Callable[..., Object], *given: Any) -> tuple[Object, ...]:
    return numbered(home, (draw(*given) for _ in range(count)))


def isolation(rng: Random, level: Level) -> Situation:
    """Return pods in two namespaces, and policies without rules."""
    pods = sketch_pods(rng, [*HOMES[:2], *rng.choices(HOMES[:2], k=level.pods - 2)])
    selectors = [{}, *map(specs.app, names_of(pods))]
    policies = [
        policy(rng.choice(pods).namespace, f"policy-{i + 1}", specs.without_rules(rng, selectors))
        for i in range(level.policies)
    ]
    return Situation(written(pods), tuple(policies))


def tiers(rng: Random, level: Level) -> Situation:
    """Return pods of one namespace, and policies that each admit one or two of them."""
    pods = sketch_pods(rng, ["garden"] * level.pods, tiers=level.tricky)
    count = max(2, level.policies)
    policies = _drawn("garden", count, specs.of_tier, rng, names_of(pods), level.tricky)
    return Situation(written(pods), policies)


def directions(rng: Random, level: Level) -> Situation:
    """Return pods of one namespace, and policies with their three fields written in any way."""
    pods = sketch_pods(rng, ["garden"] * level.pods)
    count = max(1, level.policies - 1)
    policies = _drawn("garden", count, specs.with_directions, rng, names_of(pods))
    return Situation(written(pods), policies)


def peers(rng: Random, level: Level) -> Situation:
    """Return pods in labelled namespaces, and policies with peers of every shape."""
    homes = ["north", "north", "south", *rng.choices(HOMES, k=level.pods - 2)]
    pods = sketch_pods(rng, homes, tiers=True)
    policies = _drawn("north", max(1, level.policies - 1), specs.with_peers, rng, pods, "north")
    return Situation(written(pods, TEAMS), policies)


def rules(rng: Random, level: Level) -> Situation:
    """Return pods of two namespaces, and policies whose rules add up in every way."""
    pods = sketch_pods(rng, ["north", "north", "south", *["north"] * (level.pods - 3)])
    names = [one.name for one in pods if one.namespace == "north"]
    isolated = rng.sample(names, 2 if level.tricky else 1)
    subjects = (rng.choice(isolated) for _ in range(level.policies))
    policies = numbered("north", (specs.with_rules(rng, one, names) for one in subjects))
    outside = (CALLER,) if level.tricky or rng.random() < 0.5 else ()
    return Situation(written(pods), policies, rng.choice([80, 8080]), outside=outside)


def ports(rng: Random, level: Level) -> Situation:
    """Return pods with named ports behind a Service, and policies about ports."""
    pods = [
        replace(one, ports=({"name": "http", "containerPort": rng.choice(HTTP)},))
        for one in sketch_pods(rng, ["garden"] * (level.pods - 1) + ["meadow"])
    ]
    served = rng.choice(pods[:-1])
    number = served.ports[0]["containerPort"]
    another = rng.choice([port for port in HTTP if port != number])
    offered, selector = {"port": another, "targetPort": number}, dict(served.labels)
    front = service("garden", served.name, selector, [offered], clusterIP="10.96.0.10")
    isolated = [served, *rng.choices(pods[:-1], k=level.policies - 1)]
    policies = numbered("garden", (specs.with_ports(rng, one, pods, another) for one in isolated))
    asked = rng.choice([number, number, 53, *HTTP])
    protocol = "UDP" if asked == 53 and rng.random() < 0.7 else "TCP"
    return Situation((*written(pods), front), policies, asked, protocol)


def egress(rng: Random, level: Level) -> Situation:
    """Return pods, a name server in kube-system, and policies about what may leave a pod."""
    pods = sketch_pods(rng, ["garden"] * (level.pods - 1))
    number = rng.choice([53, 53, 5353])
    declared = (
        {"name": "dns", "protocol": "UDP", "containerPort": number},
        {"name": "dns-tcp", "containerPort": number},
    )
    dns = PodSketch("kube-system", "dns", specs.DNS_LABELS, declared)
    offered = [
        {"name": name, "protocol": protocol, "port": 53, "targetPort": number}
        for name, protocol in (("dns", "UDP"), ("dns-tcp", "TCP"))
    ]
    front = service("kube-system", "kube-dns", specs.DNS_LABELS, offered)
    policies = _drawn("garden", max(2, level.policies), specs.either_way, rng, names_of(pods))
    port, protocol = rng.choice([(number, "UDP"), (number, "UDP"), (number, "TCP"), (80, "TCP")])
    return Situation((*written([*pods, dns]), front), policies, port, protocol)


def _on_nodes(rng: Random, count: int) -> list[PodSketch]:
    pods = sketch_pods(rng, ["garden"] * count)
    return [replace(one, spec={"nodeName": rng.choice([*NODES])}) for one in pods]


def blocks(rng: Random, level: Level) -> Situation:
    """Return pods on nodes, outside addresses, and policies with ipBlocks."""
    pods = _on_nodes(rng, level.pods - 1)
    policies = _drawn("garden", level.policies, specs.with_blocks, rng, names_of(pods))
    outside = (*rng.sample(OUTSIDE, 2), ("node-1", NODES["node-1"]))
    return Situation((*map(node, NODES), *written(pods)), policies, 443, outside=outside)


def enforcement(rng: Random, level: Level) -> Situation:
    """Return pods on nodes, one of which may use its node's network, and a few policies."""
    pods = _on_nodes(rng, level.pods)
    if level.tricky:
        pods[0] = replace(pods[0], spec={**pods[0].spec, "hostNetwork": True})
    policies = _drawn("garden", level.policies, specs.one_direction, rng, names_of(pods))
    things = (*map(node, NODES), *written(pods))
    return Situation(things, policies, outside=tuple(NODES.items()))


def legal(rng: Random, level: Level) -> Situation:
    """Return a cluster whose policies the server takes, and which do something else than meant."""
    return rng.choice([peers, directions])(rng, level)


def everything(rng: Random, level: Level) -> Situation:
    """Return three namespaces with policies of every kind."""
    homes = [*HOMES, "north", "south", *rng.choices(HOMES, k=level.pods - 3)]
    pods = sketch_pods(rng, homes, tiers=True)
    policies = []
    for number in range(1, level.policies + 3):
        home = rng.choice(["north", "south"])
        names = [one.name for one in pods if one.namespace == home]
        subject = rng.choice(names)
        any_of = [
            specs.with_peers(rng, pods, home),
            specs.with_peers(rng, pods, home),
            specs.with_rules(rng, subject, names),
            specs.either_way(rng, names),
            specs.with_blocks(rng, names),
            specs.without_rules(rng, [{}, specs.app(subject)]),
        ]
        policies.append(policy(home, f"policy-{number}", rng.choice(any_of)))
    outside = (rng.choice(OUTSIDE),)
    port = rng.choice([80, 80, 8080])
    return Situation(written(pods, TEAMS), tuple(policies), port, outside=outside)
