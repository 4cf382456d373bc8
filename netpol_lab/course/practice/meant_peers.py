"""Clusters about who is meant by a peer, and about rules that add up."""

from __future__ import annotations

from random import Random

from netpol_lab.course.practice.generators import (
    PODS,
    POLICIES,
    TIERS,
    Inhabitant,
    app,
    expression,
    inhabitants,
    labelled,
    others,
    present,
    written,
)
from netpol_lab.course.practice.situation import Object, Situation, policy
from netpol_lab.model.objects import NAME_LABEL

TEAMS = {"north": {"team": "blue"}, "south": {"team": "red"}, "west": {}}
CALLER = ("a client", "203.0.113.7")


def meant(rng: Random, level: str) -> Situation:
    """Return pods in labelled namespaces, and policies with peers of every shape."""
    homes = ["north", "north", "south", *rng.choices(["north", "south", "west"], k=PODS[level] - 2)]
    people = inhabitants(rng, homes, tiers=True)
    policies = [
        policy("north", f"policy-{number}", peered(rng, people, "north"))
        for number in range(1, max(1, POLICIES[level] - 1) + 1)
    ]
    return Situation(written(people, TEAMS), tuple(policies))


def peered(rng: Random, people: list[Inhabitant], home: str) -> Object:
    """Return the spec of a policy for pods of `home` with one rule about peers."""
    subject = rng.choice([one.name for one in people if one.home == home])
    spec: Object = {"podSelector": rng.choice([app(subject)] * 5 + [{}, None, _by_tier(rng)])}
    return spec | {"policyTypes": ["Ingress"], "ingress": [{"from": peers(rng, people)}]}


def _by_tier(rng: Random) -> Object:
    return rng.choice(
        [
            expression("tier", "NotIn", rng.choice(TIERS)),
            expression("tier", "DoesNotExist"),
            expression("tier", "In", *rng.sample(TIERS, 2)),
        ]
    )


def peers(rng: Random, people: list[Inhabitant]) -> list[Object]:
    """Return the items of one `from`."""
    one = rng.choice(people)
    pods = rng.choice([app(one.name), labelled(tier=rng.choice(TIERS)), _by_tier(rng), {}])
    homes = rng.choice([_namespaces(rng, one.home), _namespaces(rng, one.home), {}])
    shapes: list[list[Object]] = [
        [{"podSelector": pods}],
        [{"namespaceSelector": homes}],
        [{"namespaceSelector": homes, "podSelector": pods}],
        [{"namespaceSelector": homes, "podSelector": pods}],
        [{"namespaceSelector": homes}, {"podSelector": pods}],
        [{"namespaceSelector": None, "podSelector": pods}],
    ]
    return rng.choice(shapes)


def _namespaces(rng: Random, home: str) -> Object:
    return rng.choice(
        [
            labelled(**{NAME_LABEL: home}),
            labelled(name=home),
            labelled(team=rng.choice(["blue", "red"])),
            expression("team", "NotIn", rng.choice(["blue", "red"])),
            expression("team", "DoesNotExist"),
        ]
    )


def added(rng: Random, level: str) -> Situation:
    """Return pods of two namespaces, and policies whose rules add up in every way."""
    people = inhabitants(rng, ["north", "north", "south", *["north"] * (PODS[level] - 3)])
    names = [one.name for one in people if one.home == "north"]
    guarded = rng.sample(names, 1 if level == "easy" else 2)
    policies = [
        policy("north", f"policy-{number}", ruled(rng, rng.choice(guarded), names))
        for number in range(1, POLICIES[level] + 1)
    ]
    outside = (CALLER,) if level != "easy" or rng.random() < 0.5 else ()
    return Situation(written(people), tuple(policies), rng.choice([80, 8080]), outside=outside)


def ruled(rng: Random, subject: str, names: list[str]) -> Object:
    """Return the spec of a policy for one pod, with rules of every shape."""
    selector = rng.choice([app(subject)] * 4 + [{}])
    fields = {
        "podSelector": selector,
        "policyTypes": ["Ingress"],
        "ingress": _rules(rng, subject, names),
    }
    return present(fields)


def _rules(rng: Random, subject: str, names: list[str]) -> list[Object] | None:
    friends = [{"podSelector": app(name)} for name in rng.sample(others(names, subject), 1)]
    ports = [{"port": rng.choice([80, 8080])}]
    everyone: list[Object] = [{"namespaceSelector": {}}]
    shapes: list[list[Object] | None] = [
        [{"from": friends, "ports": ports}],
        [{"from": friends, "ports": ports}],
        [{"from": friends, "ports": ports}],
        [{"from": friends}, {"ports": ports}],
        [{"from": friends}, {"ports": ports}],
        [{"from": friends}],
        [{"ports": ports}],
        [{"from": [], "ports": ports}],
        [{"from": everyone, "ports": ports}],
        [{"from": everyone}],
        [{}],
        [],
        None,
    ]
    return rng.choice(shapes)
