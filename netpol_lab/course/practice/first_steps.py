"""Clusters for the first chapters: isolation, tiers, and the direction of a policy."""

from __future__ import annotations

from random import Random

from netpol_lab.course.practice.generators import (
    PODS,
    POLICIES,
    SHAPES,
    app,
    inhabitants,
    labelled,
    only,
    others,
    present,
    written,
)
from netpol_lab.course.practice.situation import Object, Situation, policy


def denied(rng: Random, level: str) -> Situation:
    """Return pods in two namespaces, and policies without rules."""
    people = inhabitants(
        rng, ["north", "south", *rng.choices(["north", "south"], k=PODS[level] - 2)]
    )
    selectors = [{}, *(app(one.name) for one in people)]
    policies = [
        policy(
            rng.choice(people).home,
            f"policy-{number}",
            {"podSelector": rng.choice(selectors), "policyTypes": [*rng.choice(SHAPES)]},
        )
        for number in range(1, POLICIES[level] + 1)
    ]
    return Situation(written(people), tuple(policies))


def tiers(rng: Random, level: str) -> Situation:
    """Return pods of one namespace, and policies that each admit one or two of them."""
    people = inhabitants(rng, ["garden"] * PODS[level], tiers=level != "easy")
    names = [one.name for one in people]
    policies = []
    for number in range(1, max(2, POLICIES[level]) + 1):
        guarded = rng.choice(names)
        spec: Object = {"podSelector": _selector(rng, guarded, level)}
        rule = {"from": only(*rng.sample(others(names, guarded), rng.choice([1, 1, 2])))}
        if level == "easy" or rng.random() < 0.8:
            spec["ingress"] = [rule]
        policies.append(policy("garden", f"policy-{number}", spec))
    return Situation(written(people), tuple(policies))


def _selector(rng: Random, name: str, level: str) -> Object:
    """Return a selector of one pod; sometimes of more pods, or of none."""
    more = [labelled(tier="back"), labelled(role=name), labelled(app=f"{name}s"), {}]
    return rng.choice([app(name)] * 4 + (more if level != "easy" else more[1:3]))


def directed(rng: Random, level: str) -> Situation:
    """Return pods of one namespace, and policies with their three fields written in any way."""
    people = inhabitants(rng, ["garden"] * PODS[level])
    names = [one.name for one in people]
    policies = [
        policy("garden", f"policy-{number}", _directed(rng, names))
        for number in range(1, max(1, POLICIES[level] - 1) + 1)
    ]
    return Situation(written(people), tuple(policies))


def _directed(rng: Random, names: list[str]) -> Object:
    subject = rng.choice(names)
    friend = rng.choice(others(names, subject))
    fields = {
        "podSelector": app(subject),
        "policyTypes": rng.choice([None, None, [], *([*shape] for shape in SHAPES)]),
        "ingress": rng.choice([None, [], [{"from": only(friend)}]]),
        "egress": rng.choice([None, [], [{"to": only(friend)}]]),
    }
    return present(fields)
