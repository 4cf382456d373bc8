"""Kubernetes objects as plain values: namespaces, pods, Services, policies and selectors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

Object = dict[str, Any]

NAMES = ("apple", "birch", "cedar", "daisy", "elder", "fern", "grape", "hazel")
TIERS = ("front", "back", "data")
NODES = {"node-1": "192.168.50.1", "node-2": "192.168.50.2"}

_Name = TypeVar("_Name", str, int)


def namespace(name: str, labels: Mapping[str, str] | None = None) -> Object:
    """Return a namespace."""
    metadata = {"name": name, **({"labels": dict(labels)} if labels else {})}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def node(name: str) -> Object:
    """Return one of the `NODES` with its address."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name},
        "status": {"addresses": [{"type": "InternalIP", "address": NODES[name]}]},
    }


def pod(
    home: str,
    name: str,
    labels: Mapping[str, str],
    address: str,
    ports: Iterable[Object] = (),
    **spec: Any,
) -> Object:
    """Return a running pod of the namespace `home`."""
    container = {"name": name, "image": name, "ports": [*ports]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": home, "labels": dict(labels)},
        "spec": {"containers": [container], **spec},
        "status": {"phase": "Running", "podIP": address},
    }


def service(home: str, name: str, selector: Object, ports: list[Object], **spec: Any) -> Object:
    """Return a Service."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": home},
        "spec": {"selector": selector, "ports": ports, **spec},
    }


def policy(home: str, name: str, spec: Object) -> Object:
    """Return a NetworkPolicy."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": home},
        "spec": spec,
    }


def numbered(home: str, specs: Iterable[Object]) -> tuple[Object, ...]:
    """Return policies with these specs, called policy-1 and so on."""
    return tuple(policy(home, f"policy-{i}", spec) for i, spec in enumerate(specs, 1))


def full_name(thing: Object) -> str:
    """Return ``namespace/name`` of an object."""
    return f"{thing['metadata']['namespace']}/{thing['metadata']['name']}"


# ---------------------------------------------------------------- pods in the making


@dataclass(frozen=True)
class PodSketch:
    """What is settled about a pod before it gets an address.

    Parameters
    ----------
    namespace, name : str
    labels : mapping
    ports : tuple of dict
        Its named ports.
    spec : mapping
        Other fields of its spec.
    """

    namespace: str
    name: str
    labels: Mapping[str, str]
    ports: tuple[Object, ...] = ()
    spec: Mapping[str, Any] = field(default_factory=dict)


def sketch_pods(rng: Random, homes: Sequence[str], tiers: bool = False) -> list[PodSketch]:
    """Return one pod for each namespace given, with its own `app` and perhaps a shared `tier`."""
    sketches = []
    for home, name in zip(homes, rng.sample(NAMES, len(homes)), strict=True):
        tier = rng.choice([*TIERS, None]) if tiers else None
        sketches.append(PodSketch(home, name, present({"app": name, "tier": tier})))
    return sketches


def names_of(sketches: Iterable[PodSketch]) -> list[str]:
    """Return the names of pods without their namespaces."""
    return [one.name for one in sketches]


def written(
    sketches: Iterable[PodSketch], labels: Mapping[str, Mapping[str, str]] | None = None
) -> tuple[Object, ...]:
    """Return namespaces with their labels, and pods: each has an address, or that of its node."""
    sketches = list(sketches)
    homes = list(dict.fromkeys(one.namespace for one in sketches))
    addresses = (
        NODES[one.spec["nodeName"]]
        if one.spec.get("hostNetwork")
        else f"10.{homes.index(one.namespace) + 1}.0.{10 + i}"
        for i, one in enumerate(sketches)
    )
    pods = (
        pod(one.namespace, one.name, one.labels, address, one.ports, **one.spec)
        for one, address in zip(sketches, addresses, strict=True)
    )
    return (*(namespace(home, (labels or {}).get(home)) for home in homes), *pods)


# ---------------------------------------------------------------- parts of policies


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


def others(names: Iterable[_Name], name: _Name) -> list[_Name]:
    """Return all names, or numbers, but one."""
    return [other for other in names if other != name]


def present(fields: Mapping[str, Any]) -> Object:
    """Return the fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}
