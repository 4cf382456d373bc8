"""Clusters to draw: many or few pods, long names, several namespaces, outside addresses."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from typing import Any

from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Direction, Namespace, Peer, Pod, Policy, Rule
from netpol_lab.model.selectors import NAME_LABEL, Operator, Requirement, Selector
from netpol_lab.pictures.scene import Scene, compose
from netpol_lab.pictures.shapes import Box, Group

LONG = "payment-processing-worker-7d4b9c5f6d-x2x9k"
LONG_LABELS = {"app.kubernetes.io/name": "payment-processing", "tier": "backend", "hash": "7d4b9c5"}
INTERNET = ("internet", "203.0.113.7")

# The numbers of pods in each namespace.
SHAPES = ((1,), (2,), (1, 1), (3,), (1, 1, 1), (4,), (3, 1), (1, 1, 1, 1), (5,), (2, 2, 1))
SHAPES += ((6,), (3, 2, 1), (9,), (3, 3, 3), (2, 1, 4, 2), (12,), (3, 3, 3, 3), (20, 3))


def labelled(**labels: str) -> Selector:
    """Return the selector of pods with these labels."""
    return Selector(tuple(Requirement(k, Operator.IN, (v,)) for k, v in labels.items()))


def with_pod(made: Cluster, k: int, **changes: Any) -> Cluster:
    """Return the cluster with one of its pods changed."""
    pods = list(made.pods)
    pods[k] = replace(pods[k], **changes)
    return replace(made, pods=tuple(pods))


def cluster(*counts: int, name: str = "pod", labels: Any = None, policies: Any = ()) -> Cluster:
    """Return a cluster with so many pods in each of its namespaces."""
    names = [f"team-{'abcd'[k]}" for k in range(len(counts))]
    pods = tuple(
        Pod(
            namespace,
            f"{name}-{i}",
            labels if labels is not None else {"app": "shop", "role": f"role-{i}"},
            (ip_address(f"10.1.{k}.{i + 1}"),),
        )
        for k, namespace in enumerate(names)
        for i in range(counts[k])
    )
    spaces = {name: Namespace(name, {NAME_LABEL: name}) for name in names}
    return Cluster(spaces, pods, tuple(policies))


def deny(namespace: str = "team-a", *ways: Direction) -> Policy:
    """Return a policy that isolates every pod of a namespace and admits nothing."""
    return Policy(namespace, "deny", Selector(), ways or tuple(Direction))


def allow_all(namespace: str = "team-a") -> Policy:
    """Return a policy that isolates every pod of a namespace for ingress and admits everything."""
    return Policy(namespace, "allow", Selector(), ingress=(Rule(Direction.INGRESS, 0, ()),))


def from_role(role: str, namespace: str = "team-a") -> Policy:
    """Return a policy that lets every pod of a namespace be reached from one role only."""
    rule = Rule(Direction.INGRESS, 0, (Peer(pod_selector=labelled(role=role)),))
    return Policy(namespace, "from-role", Selector(), ingress=(rule,))


def scenes() -> dict[str, Scene]:
    """Return pictures of everything that has to look right, by what is special about them."""
    made = {"-".join(map(str, counts)): compose(cluster(*counts)) for counts in SHAPES}
    made |= {
        f"{'-'.join(map(str, counts))} long": compose(
            cluster(*counts, name=LONG, labels=LONG_LABELS, policies=[deny()])
        )
        for counts in SHAPES
    }
    made |= {
        f"{counts} outside": compose(cluster(*counts), outside=[INTERNET, "2001:db8::1234:5678"])
        for counts in SHAPES
    }
    return made


def cards(scene: Scene) -> list[Group]:
    """Return the groups of the endpoints."""
    return [s for s in scene.sheet.shapes if isinstance(s, Group) and s.kind == "nl-pod"]


def overlap(a: Box, b: Box) -> bool:
    """Say whether two places have a point in common."""
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom


def inside(inner: Box, outer: Box) -> bool:
    """Say whether one place lies within another."""
    return (
        inner.x >= outer.x
        and inner.y >= outer.y
        and inner.right <= outer.right
        and inner.bottom <= outer.bottom
    )
