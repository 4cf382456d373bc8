"""Pods and namespaces to practise on, and the parts that policies are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, TypeVar

from netpol_lab.course.practice.situation import Object, namespace, pod

LEVELS = ("easy", "medium", "hard")
NAMES = ("apple", "birch", "cedar", "daisy", "elder", "fern", "grape", "hazel")
TIERS = ("front", "back", "data")
HOMES = ("north", "south", "west")
SHAPES: tuple[tuple[str, ...], ...] = (("Ingress",), ("Egress",), ("Ingress", "Egress"))

_Name = TypeVar("_Name", str, int)

PODS = {"easy": 3, "medium": 4, "hard": 5}
POLICIES = {"easy": 1, "medium": 2, "hard": 3}


@dataclass(frozen=True)
class Inhabitant:
    """A pod in the making.

    Parameters
    ----------
    home, name : str
    labels : mapping
    ports : tuple of dict
        Its named ports.
    spec : mapping
        Other fields of its spec.
    """

    home: str
    name: str
    labels: Mapping[str, str]
    ports: tuple[Object, ...] = ()
    spec: Mapping[str, Any] = ()  # type: ignore[assignment]


def inhabitants(rng: Random, homes: Sequence[str], tiers: bool = False) -> list[Inhabitant]:
    """Return one pod for each home given, with its own `app` and perhaps a shared `tier`."""
    names = rng.sample(NAMES, len(homes))
    return [
        Inhabitant(home, name, {"app": name, **(_tier(rng) if tiers else {})})
        for home, name in zip(homes, names, strict=True)
    ]


def _tier(rng: Random) -> dict[str, str]:
    tier = rng.choice([*TIERS, None])
    return {"tier": tier} if tier else {}


def written(
    people: Iterable[Inhabitant], labels: Mapping[str, Mapping[str, str]] | None = None
) -> tuple[Object, ...]:
    """Return pods and their namespaces, each pod with an address of its own."""
    people = list(people)
    homes = list(dict.fromkeys(one.home for one in people))
    pods = (
        pod(
            one.home,
            one.name,
            one.labels,
            f"10.{homes.index(one.home) + 1}.0.{10 + i}",
            one.ports,
            **dict(one.spec),
        )
        for i, one in enumerate(people)
    )
    return (*(namespace(home, (labels or {}).get(home)) for home in homes), *pods)


def labelled(**labels: str) -> Object:
    """Return a selector by labels."""
    return {"matchLabels": labels}


def app(name: str) -> Object:
    """Return the selector of one pod."""
    return labelled(app=name)


def only(*names: str) -> list[Object]:
    """Return the peers that mean these pods of the policy's own namespace."""
    return [{"podSelector": app(name)} for name in names]


def expression(key: str, operator: str, *values: str) -> Object:
    """Return a selector with one expression."""
    term = {"key": key, "operator": operator, **({"values": [*values]} if values else {})}
    return {"matchExpressions": [term]}


def others(names: Iterable[_Name], name: _Name) -> list[_Name]:
    """Return all names, or numbers, but one."""
    return [other for other in names if other != name]


def present(fields: Mapping[str, Any]) -> Object:
    """Return the fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}
