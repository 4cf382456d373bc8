"""Random specs of policies, each kind about one thing that a chapter practises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random

from netpol_lab.course.practice.objects import PEERS_OF, TIERS, Object, PodSketch, names_of, present
from netpol_lab.model.selectors import NAME_LABEL

SHAPES: tuple[tuple[str, ...], ...] = (("Ingress",), ("Egress",), ("Ingress", "Egress"))
DNS_LABELS = {"k8s-app": "kube-dns"}


# ---------------------------------------------------------------- parts of specs


def labelled(**labels: str) -> Object:
    """Return a selector by labels."""
    return {"matchLabels": labels}


def app(name: str) -> Object:
    """Return the selector of one pod."""
    return labelled(app=name)


def only(*names: str) -> list[Object]:
    """Return peers that match these pods of the policy's own namespace."""
    return [{"podSelector": app(name)} for name in names]


def expression(key: str, operator: str, *values: str) -> Object:
    """Return a selector with one expression."""
    term = {"key": key, "operator": operator, **({"values": [*values]} if values else {})}
    return {"matchExpressions": [term]}


def others(names: Iterable[str], name: str) -> list[str]:
    """Return all names but one."""
    return [other for other in names if other != name]


def _isolating(selector: Object | None, section: str, rules: list[Object] | None) -> Object:
    """Return a spec for one direction; None leaves its section out, and an empty list does not."""
    return {
        "podSelector": selector,
        "policyTypes": [section.title()],
        **present({section: rules}),
    }


# ---------------------------------------------------------------- ingress by pods


def without_rules(rng: Random, selectors: Sequence[Object]) -> Object:
    """Return a spec that isolates, and has no rules."""
    return {"podSelector": rng.choice(selectors), "policyTypes": [*rng.choice(SHAPES)]}


def of_tier(rng: Random, names: list[str], tricky: bool) -> Object:
    """Return a spec that admits one or two pods to another; tricky ones select otherwise."""
    isolated = rng.choice(names)
    more = [labelled(tier="back"), labelled(role=isolated), labelled(app=f"{isolated}s"), {}]
    selectors = [app(isolated)] * 4 + (more if tricky else more[1:3])
    spec: Object = {"podSelector": rng.choice(selectors)}
    rule = {"from": only(*rng.sample(others(names, isolated), rng.choice([1, 1, 2])))}
    if not tricky or rng.random() < 0.8:
        spec["ingress"] = [rule]
    return spec


def with_peers(rng: Random, pods: list[PodSketch], home: str) -> Object:
    """Return a spec for pods of `home` with one rule, whose peers have any shape."""
    subject = rng.choice([one.name for one in pods if one.namespace == home])
    selector = rng.choice([app(subject)] * 5 + [{}, None, _by_tier(rng)])
    return _isolating(selector, "ingress", [{"from": _peers(rng, pods)}])


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
    by_pod, by_home = {"podSelector": pods}, {"namespaceSelector": rng.choice([*by_labels, {}])}
    both, null = by_home | by_pod, {"namespaceSelector": None, "podSelector": pods}
    return rng.choice([[by_pod], [by_home], [both], [both], [by_home, by_pod], [null]])


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
    friend: Object = {"from": only(*rng.sample(others(names, subject), 1))}
    ports: Object = {"ports": [{"port": rng.choice([80, 8080])}]}
    everyone: Object = {"from": [{"namespaceSelector": {}}]}
    nobody: Object = {"from": []}
    rules: list[list[Object] | None] = [*[[friend | ports]] * 3, *[[friend, ports]] * 2]
    rules += [[friend], [ports], [nobody | ports], [everyone | ports], [everyone], [{}], [], None]
    return _isolating(selector, "ingress", rng.choice(rules))


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
    return _isolating(selector, "ingress", [rule])


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
        return _isolating(selector, "ingress", rng.choice([None, [{"from": only(friend)}]]))
    to_friend: Object = {"to": only(friend)}
    to_pods: Object = {"to": [{"podSelector": {}}]}
    a, b, c = (_name_lookup(rng) for _ in range(3))
    rules = rng.choice([None, [to_friend], [to_friend, a], [b], [c], [to_pods]])
    return _isolating(selector, "egress", rules)


def _name_lookup(rng: Random) -> Object:
    """Return a rule that is meant to allow name lookup, and often does not."""
    udp, tcp = {"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}
    named = {"protocol": "UDP", "port": "dns"}
    ports = rng.choice([[udp, tcp], [udp, tcp], [udp], [{"port": 53}], [named]])
    anywhere: Object = {"namespaceSelector": {}}
    pods = {"podSelector": labelled(**DNS_LABELS)}
    both = {"namespaceSelector": labelled(**{NAME_LABEL: "kube-system"}), **pods}
    by_label = {"namespaceSelector": labelled(name="kube-system")}
    peers = rng.choice([None, [anywhere], [both], [both], [pods], [by_label]])
    return present({"to": peers, "ports": ports})


# ---------------------------------------------------------------- what is not a pod

PODS_LIVE_IN = "10.0.0.0/8"
OFFICE, PARTNER, BOTH = "203.0.113.0/25", "203.0.113.128/25", "203.0.113.0/24"


Rules = Callable[[Random, str, str], list[Object]]  # by the field of peers, and a pod to allow


def _one_way(rng: Random, names: list[str], sections: list[str], draw_rules: Rules) -> Object:
    """Return a spec for one direction, for one pod or all."""
    subject, section = rng.choice(names), rng.choice(sections)
    rules = draw_rules(rng, PEERS_OF[section], rng.choice(others(names, subject)))
    return _isolating(rng.choice([app(subject), app(subject), {}]), section, rules)


def with_blocks(rng: Random, names: list[str]) -> Object:
    """Return a spec with ipBlocks."""
    return _one_way(rng, names, ["ingress"] * 3 + ["egress"], _block_rules)


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
    return _one_way(rng, names, [*PEERS_OF], _few_rules)


def _few_rules(rng: Random, field: str, friend: str) -> list[Object]:
    return rng.choice([[], [{field: only(friend)}], [{field: [{"podSelector": {}}]}]])
