"""Random clusters of chapter 12: policies of a platform team above and below those of app teams."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from netpol_lab.course.practice.generators import CALLER, HOMES, TEAMS, Level
from netpol_lab.course.practice.objects import (
    Object,
    PodSketch,
    cluster_policy,
    names_of,
    numbered,
    present,
    sketch_pods,
    written,
)
from netpol_lab.course.practice.policy_specs import app, labelled, only
from netpol_lab.course.practice.situation import Situation

EVERYBODY: Object = {"namespaces": {}}
ANYWHERE: Object = {"networks": ["0.0.0.0/0"]}
PORTS = (80, 80, 443)


def above(rng: Random, level: Level) -> Situation:
    """Return pods of teams, Admin policies, a NetworkPolicy or two, and Baseline ones."""
    pods = sketch_pods(rng, ["north", "north", "south", *rng.choices(HOMES, k=level.pods - 3)])
    priorities = rng.sample(range(5, 100, 5), level.policies)
    admin = [
        cluster_policy(f"platform-{i}", "Admin", priority, _subject(rng), **_rules(rng, pods))
        for i, priority in enumerate(priorities, 1)
    ]
    names = names_of(one for one in pods if one.namespace == "north")
    own = numbered("north", (_own(rng, names) for _ in range(max(1, level.policies - 1))))
    base = []
    if level.tricky or rng.random() < 0.7:
        accepted = [_rule("Accept", "from", _team(rng))] if rng.random() < 0.5 else []
        rules = [*accepted, _rule("Deny", "from", EVERYBODY)]
        base = [cluster_policy("default", "Baseline", 50, _subject(rng), ingress=rules)]
    outside = (CALLER,) if any("egress" in one["spec"] for one in admin) else ()
    return Situation(written(pods, TEAMS), (*admin, *own, *base), outside=outside)


def _subject(rng: Random) -> Object:
    return rng.choice([EVERYBODY, EVERYBODY, _team(rng)])


def _team(rng: Random) -> Object:
    return {"namespaces": labelled(team=rng.choice(["blue", "red"]))}


def _rules(rng: Random, pods: Sequence[PodSketch]) -> dict[str, list[Object]]:
    """Return the rules of one Admin policy: some have egress, to every address there is."""
    if rng.random() < 0.25:
        kept = [_rule(rng.choice(["Accept", "Pass"]), "to", _team(rng))]
        return {"egress": [*(kept if rng.random() < 0.5 else []), _rule("Deny", "to", ANYWHERE)]}
    actions = rng.choice(
        [("Deny",), ("Pass", "Deny"), ("Accept", "Deny"), ("Deny", "Accept"), ("Accept",)]
    )
    rules = [_rule(action, "from", _peer(rng, pods)) for action in actions]
    if actions[-1] == "Deny" and len(actions) > 1:
        rules[-1] = _rule("Deny", "from", EVERYBODY)
    if rng.random() < 0.2:
        port = {"destinationPort": {"number": rng.choice(PORTS)}}
        rules[0]["protocols"] = [{"tcp": port}]
    return {"ingress": rules}


def _peer(rng: Random, pods: Sequence[PodSketch]) -> Object:
    one = {"pods": {"namespaceSelector": {}, "podSelector": app(rng.choice(pods).name)}}
    return rng.choice([one, one, _team(rng), EVERYBODY])


def _rule(action: str, field: str, peer: Object) -> Object:
    return {"action": action, field: [peer]}


def _own(rng: Random, names: Sequence[str]) -> Object:
    """Return what an app team wants: its policy isolates for ingress, and admits somebody or no."""
    friend = only(rng.choice(names))
    team = [{"namespaceSelector": labelled(team=rng.choice(["blue", "red"]))}]
    options: list[list[Object] | None] = [[{"from": friend}], [{"from": team}], [{}], None]
    rules = rng.choice([options[1], *options])  # teams come up twice as often
    fields = {"podSelector": app(rng.choice(names)), "policyTypes": ["Ingress"], "ingress": rules}
    return present(fields)
