"""Clusters in which everything comes together: legal but not meant, and many namespaces."""

from __future__ import annotations

from random import Random

from netpol_lab.course.practice.first_steps import directed
from netpol_lab.course.practice.generators import (
    HOMES,
    PODS,
    POLICIES,
    SHAPES,
    app,
    inhabitants,
    written,
)
from netpol_lab.course.practice.meant_peers import TEAMS, meant, peered, ruled
from netpol_lab.course.practice.outer_world import OUTSIDE, blocked
from netpol_lab.course.practice.reached_ports import either_end
from netpol_lab.course.practice.situation import Object, Situation, policy


def legal(rng: Random, level: str) -> Situation:
    """Return a cluster whose policies the server takes, and which mean something else."""
    return rng.choice([meant, directed])(rng, level)


def whole(rng: Random, level: str) -> Situation:
    """Return three namespaces with policies of every kind."""
    homes = [*HOMES, "north", "south", *rng.choices(HOMES, k=PODS[level] - 3)]
    people = inhabitants(rng, homes, tiers=True)
    policies = []
    for number in range(1, POLICIES[level] + 3):
        home = rng.choice(["north", "south"])
        names = [one.name for one in people if one.home == home]
        subject = rng.choice(names)
        specs: list[Object] = [
            peered(rng, people, home),
            peered(rng, people, home),
            ruled(rng, subject, names),
            either_end(rng, names),
            blocked(rng, names),
            {"podSelector": rng.choice([{}, app(subject)]), "policyTypes": [*rng.choice(SHAPES)]},
        ]
        policies.append(policy(home, f"policy-{number}", rng.choice(specs)))
    seen = (rng.choice(OUTSIDE),)
    return Situation(
        written(people, TEAMS), tuple(policies), rng.choice([80, 80, 8080]), outside=seen
    )
