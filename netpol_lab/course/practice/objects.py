"""Kubernetes objects as plain values: namespaces, nodes, pods, Services and policies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

Object = dict[str, Any]

PEERS_OF = {"ingress": "from", "egress": "to"}  # the field that lists the peers of a rule
NAMES = ("apple", "birch", "cedar", "daisy", "elder", "fern", "grape", "hazel")
TIERS = ("front", "back", "data")
NODES = {"node-1": "192.168.50.1", "node-2": "192.168.50.2"}


def _object(kind: str, metadata: Object, version: str = "v1", **parts: Any) -> Object:
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **parts}


def namespace(name: str, labels: Mapping[str, str] | None = None) -> Object:
    """Return a namespace."""
    return _object("Namespace", {"name": name, **({"labels": dict(labels)} if labels else {})})


def node(name: str) -> Object:
    """Return one of the `NODES` with its address."""
    status = {"addresses": [{"type": "InternalIP", "address": NODES[name]}]}
    return _object("Node", {"name": name}, status=status)


def pod(
    home: str,
    name: str,
    labels: Mapping[str, str],
    address: str,
    ports: Iterable[Object] = (),
    **spec: Any,
) -> Object:
    """Return a running pod of the namespace `home`."""
    metadata = {"name": name, "namespace": home, "labels": dict(labels)}
    container = {"name": name, "image": name, "ports": [*ports]}
    status = {"phase": "Running", "podIP": address}
    return _object("Pod", metadata, spec={"containers": [container], **spec}, status=status)


def service(home: str, name: str, selector: Object, ports: list[Object], **spec: Any) -> Object:
    """Return a Service."""
    fields = {"selector": selector, "ports": ports, **spec}
    return _object("Service", {"name": name, "namespace": home}, spec=fields)


def policy(home: str, name: str, spec: Object) -> Object:
    """Return a NetworkPolicy."""
    metadata = {"name": name, "namespace": home}
    return _object("NetworkPolicy", metadata, "networking.k8s.io/v1", spec=spec)


def cluster_policy(name: str, tier: str, priority: int, subject: Object, **rules: Any) -> Object:
    """Return a ClusterNetworkPolicy."""
    spec = {"tier": tier, "priority": priority, "subject": subject, **rules}
    version = "policy.networking.k8s.io/v1beta1"
    return _object("ClusterNetworkPolicy", {"name": name}, version, spec=spec)


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
    sketches: Sequence[PodSketch], labels: Mapping[str, Mapping[str, str]] | None = None
) -> tuple[Object, ...]:
    """Return namespaces with their labels, and pods: each has an address, or that of its node."""
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


def present(fields: Mapping[str, Any]) -> Object:
    """Return the fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}
