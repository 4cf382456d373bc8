"""Clusters about ports, and about leaving a pod: names of ports, Services, and name lookup."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from netpol_lab.course.practice.generators import (
    PODS,
    POLICIES,
    Inhabitant,
    app,
    inhabitants,
    labelled,
    only,
    others,
    present,
    written,
)
from netpol_lab.course.practice.situation import Object, Situation, policy, service
from netpol_lab.model.objects import NAME_LABEL

HTTP = (80, 8080, 8090)


def ported(rng: Random, level: str) -> Situation:
    """Return pods with named ports behind a Service, and policies about ports."""
    homes = ["garden"] * (PODS[level] - 1) + ["meadow"]
    people = [_with_http(rng, one) for one in inhabitants(rng, homes)]
    served = rng.choice(people[:-1])
    number = served.ports[0]["containerPort"]
    ports = [{"port": rng.choice(others(HTTP, number)), "targetPort": number}]
    things = (
        *written(people),
        service("garden", served.name, dict(served.labels), ports, clusterIP="10.96.0.10"),
    )
    guarded = [served, *rng.choices(people[:-1], k=POLICIES[level] - 1)]
    policies = tuple(
        policy("garden", f"policy-{i}", _on_ports(rng, one, people, ports[0]["port"]))
        for i, one in enumerate(guarded, 1)
    )
    asked = rng.choice([number, number, 53, *HTTP])
    protocol = "UDP" if asked == 53 and rng.random() < 0.7 else "TCP"
    return Situation(things, policies, asked, protocol)


def _with_http(rng: Random, one: Inhabitant) -> Inhabitant:
    ports = ({"name": "http", "containerPort": rng.choice(HTTP)},)
    return replace(one, ports=ports)


def _on_ports(rng: Random, subject: Inhabitant, people: list[Inhabitant], served: int) -> Object:
    friends = others([one.name for one in people], subject.name)
    rule = present(
        {
            "from": rng.choice([None, only(*rng.sample(friends, 2)), only(rng.choice(friends))]),
            "ports": [port_entry(rng, served)],
        }
    )
    selector = rng.choice([app(subject.name)] * 3 + [{}])
    return {"podSelector": selector, "policyTypes": ["Ingress"], "ingress": [rule]}


def port_entry(rng: Random, served: int) -> Object:
    """Return one item of `ports`."""
    entries: list[Object] = [
        {"port": served},
        {"port": served},
        {"port": "http"},
        {"port": "http"},
        {"port": rng.choice([80, 8080]), "endPort": rng.choice([8080, 8090])},
        {"port": 8000, "endPort": rng.choice([8080, 8090, 8089])},
        {"port": 53},
        {"protocol": "UDP", "port": 53},
        {"protocol": rng.choice(["TCP", "UDP"])},
    ]
    return rng.choice(entries)


DNS_LABELS = {"k8s-app": "kube-dns"}


def leaving(rng: Random, level: str) -> Situation:
    """Return pods, a name server in kube-system, and policies about what may leave a pod."""
    people = inhabitants(rng, ["garden"] * (PODS[level] - 1))
    number = rng.choice([53, 53, 5353])
    ports = (
        {"name": "dns", "protocol": "UDP", "containerPort": number},
        {"name": "dns-tcp", "containerPort": number},
    )
    dns = Inhabitant("kube-system", "dns", DNS_LABELS, ports)
    served = [
        {"protocol": protocol, "port": 53, "targetPort": number} for protocol in ("UDP", "TCP")
    ]
    things = (*written([*people, dns]), service("kube-system", "kube-dns", DNS_LABELS, served))
    policies = tuple(
        policy("garden", f"policy-{i}", either_end(rng, [one.name for one in people]))
        for i in range(1, max(2, POLICIES[level]) + 1)
    )
    port, protocol = rng.choice([(number, "UDP"), (number, "UDP"), (number, "TCP"), (80, "TCP")])
    return Situation(things, policies, port, protocol)


def either_end(rng: Random, names: list[str]) -> Object:
    """Return the spec of a policy that lets pods call others, or be called."""
    subject = rng.choice(names)
    friend = rng.choice(others(names, subject))
    selector = rng.choice([app(subject), app(subject), {}])
    if rng.random() < 0.3:
        rule = rng.choice([None, [{"from": only(friend)}]])
        return present({"podSelector": selector, "policyTypes": ["Ingress"], "ingress": rule})
    rules: list[Object] | None = rng.choice(
        [
            None,
            [{"to": only(friend)}],
            [{"to": only(friend)}, _lookup(rng)],
            [_lookup(rng)],
            [_lookup(rng)],
            [{"to": [{"podSelector": {}}]}],
        ]
    )
    return present({"podSelector": selector, "policyTypes": ["Egress"], "egress": rules})


def _lookup(rng: Random) -> Object:
    """Return a rule that is meant to allow name lookup, and often does not."""
    udp, tcp = {"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}
    ports = rng.choice(
        [[udp, tcp], [udp, tcp], [udp], [{"port": 53}], [{"protocol": "UDP", "port": "dns"}]]
    )
    there = labelled(**{NAME_LABEL: "kube-system"})
    pods = {"matchLabels": dict(DNS_LABELS)}
    to: list[Object] | None = rng.choice(
        [
            None,
            [{"namespaceSelector": {}}],
            [{"namespaceSelector": there, "podSelector": pods}],
            [{"namespaceSelector": there, "podSelector": pods}],
            [{"podSelector": pods}],
            [{"namespaceSelector": labelled(name="kube-system")}],
        ]
    )
    return present({"to": to, "ports": ports})
