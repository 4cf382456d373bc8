"""Pods of workloads that several clusters have, told apart alike in all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from netpol_lab.model.cluster import Cluster
    from netpol_lab.model.objects import Pod

E = TypeVar("E")


@dataclass(frozen=True, eq=False)
class Replicas:
    """What is needed to tell the replicas of a cluster's workloads apart further (SEM-67).

    Parameters
    ----------
    asked : object
        What the cluster's selectors ask for; several are joined with ``|``.
    made : function
        Takes something like `asked`; returns the pods that workloads make then.
    """

    asked: Any
    made: Callable[[Any], tuple[Pod, ...]]


def pairs_at_once(
    pairs: Iterable[tuple[E, E]], pod_of: Callable[[E], Pod | None]
) -> Iterator[tuple[E, E]]:
    """Yield the pairs of ends that exist at once: of two different pods, where there are.

    Parameters
    ----------
    pairs : iterable of tuple
        Ends of any type.
    pod_of : function
        Returns the pod of an end, or None for what is no pod.

    Yields
    ------
    tuple
        Some of the pairs: those of different pods, and with itself a pod that has no other.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> web, backend, _ = lab.load("three-tier").pods
    >>> pairs = pairs_at_once([(web, web), (web, backend), (backend, backend)], lambda pod: pod)
    >>> print(*(f"{one} {other}" for one, other in pairs), sep=", ")
    shop/web shop/backend, shop/backend shop/backend
    """
    all_pairs = [(one, other, pod_of(one), pod_of(other)) for one, other in pairs]
    existing = [
        (one, other, pod, peer)
        for one, other, pod, peer in all_pairs
        if pod is None or peer is None or pod.is_beside(peer)
    ]
    with_another = [one for one, _, pod, peer in existing if pod is not peer]
    for one, other, pod, peer in existing or all_pairs:  # who names two pods wants their answer
        if pod is not peer or one not in with_another:
            yield one, other


def told_apart_alike(clusters: Sequence[Cluster]) -> list[Cluster]:
    """Return clusters with all pods that the selectors of any of them tell apart.

    A replica that only one of them names exists in the others as well, if there are so many.

    Parameters
    ----------
    clusters : sequence of Cluster

    Returns
    -------
    list of Cluster

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> told_apart_alike([shop, shop.with_policies([])])[0] is shop
    True
    """
    known = {id(one.replicas): one.replicas for one in clusters if one.replicas is not None}
    if len(known) < 2:
        return [*clusters]
    asked = reduce(or_, (replicas.asked for replicas in known.values()))
    return [_with_more(cluster, asked) for cluster in clusters]


def _with_more(cluster: Cluster, asked: Any) -> Cluster:
    names = {*map(str, cluster.pods)}
    made = cluster.replicas.made(asked) if cluster.replicas is not None else ()
    more = [pod for pod in made if str(pod) not in names]
    return replace(cluster, pods=(*cluster.pods, *more)) if more else cluster
