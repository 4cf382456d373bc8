"""Random specs of policies, each kind about one thing that a chapter practises."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from netpol_lab.course.practice.objects import (
    TIERS,
    Object,
    PodSketch,
    app,
    expression,
    labelled,
    names_of,
    only,
    others,
    present,
)
from netpol_lab.model.objects import NAME_LABEL

SHAPES: tuple[tuple[str, ...], ...] = (("Ingress",), ("Egress",), ("Ingress", "Egress"))
DNS_LABELS = {"k8s-app": "kube-dns"}


def without_rules(rng: Random, selectors: Sequence[Object]) -> Object:
    """Return a spec that isolates, and has no rules."""
    return {"podSelector": rng.choice(selectors), "policyTypes": [*rng.choice(SHAPES)]}


# ---------------------------------------------------------------- ingress by pods


def of_tier(rng: Random, names: list[str], level: str) -> Object:
    """Return a spec that admits one or two pods to another; harder levels select otherwise."""
    isolated = rng.choice(names)
    more = [labelled(tier="back"), labelled(role=isolated), labelled(app=f"{isolated}s"), {}]
    selectors = [app(isolated)] * 4 + (more if level != "easy" else more[1:3])
    spec: Object = {"podSelector": rng.choice(selectors)}
    rule = {"from": only(*rng.sample(others(names, isolated), rng.choice([1, 1, 2])))}
    if level == "easy" or rng.random() < 0.8:
        spec["ingress"] = [rule]
    return spec


def with_peers(rng: Random, pods: list[PodSketch], home: str) -> Object:
    """Return a spec for pods of `home` with one rule, whose peers have any shape."""
    subject = rng.choice([one.name for one in pods if one.namespace == home])
    spec: Object = {"podSelector": rng.choice([app(subject)] * 5 + [{}, None, _by_tier(rng)])}
    return spec | {"policyTypes": ["Ingress"], "ingress": [{"from": _peers(rng, pods)}]}


def _by_tier(rng: Random) -> Object:
    return rng.choice(
        [
            expression("tier", "NotIn", rng.choice(TIERS)),
            expression("tier", "DoesNotExist"),
            expression("tier", "In", *rng.sample(TIERS, 2)),
        ]
    )


def _peers(rng: Random, sketches: list[PodSketch]) -> list[Object]:
    one = rng.choice(sketches)
    pods = rng.choice([app(one.name), labelled(tier=rng.choice(TIERS)), _by_tier(rng), {}])
    by_labels = [_by_namespace(rng, one.namespace) for _ in range(2)]
    namespaces = rng.choice([*by_labels, {}])
    both = {"namespaceSelector": namespaces, "podSelector": pods}
    shapes: list[list[Object]] = [
        [{"podSelector": pods}],
        [{"namespaceSelector": namespaces}],
        [both],
        [both],
        [{"namespaceSelector": namespaces}, {"podSelector": pods}],
        [{"namespaceSelector": None, "podSelector": pods}],
    ]
    return rng.choice(shapes)


def _by_namespace(rng: Random, home: str) -> Object:
    return rng.choice(
        [
            labelled(**{NAME_LABEL: home}),
            labelled(name=home),
            labelled(team=rng.choice(["blue", "red"])),
            expression("team", "NotIn", rng.choice(["blue", "red"])),
            expression("team", "DoesNotExist"),
        ]
    )


def with_rules(rng: Random, subject: str, names: list[str]) -> Object:
    """Return a spec for one pod, with rules of any shape."""
    selector = rng.choice([app(subject)] * 4 + [{}])
    friend = {"from": only(*rng.sample(others(names, subject), 1))}
    ports = {"ports": [{"port": rng.choice([80, 8080])}]}
    everyone: Object = {"from": [{"namespaceSelector": {}}]}
    rules: list[list[Object] | None] = [
        *[[friend | ports]] * 3,
        *[[friend, ports]] * 2,
        [friend],
        [ports],
        [{"from": [], **ports}],
        [everyone | ports],
        [everyone],
        [{}],
        [],
        None,
    ]
    fields = {"podSelector": selector, "policyTypes": ["Ingress"], "ingress": rng.choice(rules)}
    return present(fields)


# ---------------------------------------------------------------- directions and ports


def with_directions(rng: Random, names: list[str]) -> Object:
    """Return a spec whose policyTypes, ingress and egress are absent, empty or filled."""
    subject = rng.choice(names)
    friend = rng.choice(others(names, subject))
    fields = {
        "podSelector": app(subject),
        "policyTypes": rng.choice([None, None, [], *([*shape] for shape in SHAPES)]),
        "ingress": rng.choice([None, [], [{"from": only(friend)}]]),
        "egress": rng.choice([None, [], [{"to": only(friend)}]]),
    }
    return present(fields)


def with_ports(rng: Random, subject: PodSketch, pods: list[PodSketch], served: int) -> Object:
    """Return a spec with one rule about ports; `served` is the port of a Service."""
    friends = others(names_of(pods), subject.name)
    peers = rng.choice([None, only(*rng.sample(friends, 2)), only(rng.choice(friends))])
    rule = present({"from": peers, "ports": [_port_entry(rng, served)]})
    selector = rng.choice([app(subject.name)] * 3 + [{}])
    return {"podSelector": selector, "policyTypes": ["Ingress"], "ingress": [rule]}


def _port_entry(rng: Random, served: int) -> Object:
    entries: list[Object] = [
        *[{"port": served}] * 2,
        *[{"port": "http"}] * 2,
        {"port": rng.choice([80, 8080]), "endPort": rng.choice([8080, 8090])},
        {"port": 8000, "endPort": rng.choice([8080, 8090, 8089])},
        {"port": 53},
        {"protocol": "UDP", "port": 53},
        {"protocol": rng.choice(["TCP", "UDP"])},
    ]
    return rng.choice(entries)


def either_way(rng: Random, names: list[str]) -> Object:
    """Return a spec that lets pods call others, or be called."""
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
            [{"to": only(friend)}, _name_lookup(rng)],
            [_name_lookup(rng)],
            [_name_lookup(rng)],
            [{"to": [{"podSelector": {}}]}],
        ]
    )
    return present({"podSelector": selector, "policyTypes": ["Egress"], "egress": rules})


def _name_lookup(rng: Random) -> Object:
    """Return a rule that is meant to allow name lookup, and often does not."""
    udp, tcp = {"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}
    ports = rng.choice(
        [[udp, tcp], [udp, tcp], [udp], [{"port": 53}], [{"protocol": "UDP", "port": "dns"}]]
    )
    pods = {"podSelector": labelled(**DNS_LABELS)}
    both = {"namespaceSelector": labelled(**{NAME_LABEL: "kube-system"}), **pods}
    peers: list[Object] | None = rng.choice(
        [
            None,
            [{"namespaceSelector": {}}],
            [both],
            [both],
            [pods],
            [{"namespaceSelector": labelled(name="kube-system")}],
        ]
    )
    return present({"to": peers, "ports": ports})


# ---------------------------------------------------------------- what is not a pod

PODS_LIVE_IN = "10.0.0.0/8"
OFFICE, PARTNER, BOTH = "203.0.113.0/25", "203.0.113.128/25", "203.0.113.0/24"


def with_blocks(rng: Random, names: list[str]) -> Object:
    """Return a spec with ipBlocks."""
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


def one_direction(rng: Random, names: list[str]) -> Object:
    """Return a spec for one direction with no rule, one pod, or all pods as peers."""
    subject = rng.choice(names)
    way, field = rng.choice([("Ingress", "from"), ("Egress", "to")])
    friend = rng.choice(others(names, subject))
    rules = rng.choice([[], [{field: only(friend)}], [{field: [{"podSelector": {}}]}]])
    selector = rng.choice([app(subject), app(subject), {}])
    return {"podSelector": selector, "policyTypes": [way], way.lower(): rules}
