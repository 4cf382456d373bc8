"""How new rules tell pods and addresses from others: by labels and blocks; ports, and free names.

What passes tells nobody: labels that controllers renew, those of one run of a CronJob, versions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import reduce
from ipaddress import ip_network
from itertools import chain, combinations, count
from operator import and_

from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.semantics import only_namespace
from netpol_lab.engine.sides import Side
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import IPBlock, Peer, Pod, PolicyPort
from netpol_lab.model.ports import Protocol, is_governed
from netpol_lab.model.selectors import (
    JOB_NAME_LABELS,
    PASSING_LABELS,
    Labels,
    Operator,
    Requirement,
    Selector,
)

MOST_LABELS = 3  # to tell a pod by, before all of them are written
VERSIONS = {"build", "chart", "commit", "image-tag", "revision", "tag", "version"}


def tells_version(key: str) -> bool:
    """Say whether a label has another value after each release, whatever its prefix.

    Parameters
    ----------
    key : str

    Returns
    -------
    bool

    Examples
    --------
    >>> tells_version("helm.sh/chart"), tells_version("app.kubernetes.io/name")
    (True, False)
    """
    return key.rpartition("/")[2].lower() in VERSIONS


def subject_of(side: Side) -> Pod:
    """Return the pod whose policies a side asks; only a pod is ever isolated."""
    pod = side.subject.pod
    assert pod is not None
    return pod


def ports_of(side: Side) -> tuple[PolicyPort, ...]:
    """Return what a rule lists to admit a flow: for ICMP nothing, as no rule can list it."""
    protocol = side.flow.protocol
    return (PolicyPort(Protocol(protocol), side.flow.port),) if is_governed(protocol) else ()


def unused(name: str, taken: Collection[str]) -> str:
    """Return a name, or the first that differs from it by a number, that is not taken."""
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(one for one in names if one not in taken)


def replicas(cluster: Cluster, pod: Pod) -> tuple[Pod, ...]:
    """Return the pods made from the same template."""
    if pod.workload is None:
        return (pod,)
    made = (pod.namespace, pod.workload)
    return tuple(p for p in cluster.pods if (p.namespace, p.workload) == made)


def lasting_labels(cluster: Cluster, pod: Pod) -> dict[str, str]:
    """Return the labels that all pods of the same workload keep from one release to the next."""
    alike = replicas(cluster, pod)
    runs = pod.workload is not None and pod.workload.kind == "CronJob"
    passing = (*PASSING_LABELS, *(JOB_NAME_LABELS if runs else ()))
    kept = {
        key: value
        for key, value in pod.labels.items()
        if key not in passing and all(p.labels.get(key) == value for p in alike)
    }
    return {key: value for key, value in kept.items() if not tells_version(key)} or kept


def equal(labels: Labels) -> tuple[Requirement, ...]:
    """Return the requirements that labels have exactly these values."""
    return tuple(Requirement(key, Operator.IN, (value,)) for key, value in labels.items())


def selector_for(cluster: Cluster, pod: Pod, keys: Collection[str] = ()) -> Selector:
    """Return the fewest labels that select a pod as closely as all its lasting labels do.

    One at least, if it has any: the next pod of the namespace may be another one.

    Parameters
    ----------
    cluster : Cluster
    pod : Pod
    keys : collection of str
        Labels to ask for in any case, if they last.

    Returns
    -------
    Selector

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> print(selector_for(shop, shop.pod("web")))
    role=web
    >>> print(selector_for(shop, shop.pod("web"), keys=["app"]))
    app=myapp, role=web
    """
    pod_index = resolution_of(cluster).pod_index
    lasting = equal(lasting_labels(cluster, pod))
    kept = {one for one in lasting if one.key in keys}
    neighbours = pod_index.in_namespaces(only_namespace(pod.namespace))

    def selected(chosen: Iterable[Requirement]) -> int:
        sets = (pod_index.labelled(Selector((one,))) for one in chosen)
        return reduce(and_, sets, neighbours).bits

    others = [one for one in lasting if one not in kept]
    numbers = range(0 if kept else 1, MOST_LABELS + 1)
    few = chain.from_iterable(combinations(others, n) for n in numbers)
    asked = (tuple(one for one in lasting if one in kept or one in chosen) for chosen in few)
    return Selector(next((one for one in asked if selected(one) == selected(lasting)), lasting))


def keys_beside(peers: Iterable[Peer], labels: Labels) -> tuple[str, ...]:
    """Return the keys by which one of some peers tells pods: that of which most are there.

    Parameters
    ----------
    peers : iterable of Peer
        Those that stand where another one is to be written, the nearest first.
    labels : dict of str to str
        Of the pod that it is for.

    Returns
    -------
    tuple of str
        Only such as the pod has; empty where no peer has any of them.

    Examples
    --------
    >>> by_tier, by_app = (Peer(Selector(equal({key: "x"}))) for key in ("tier", "app"))
    >>> keys_beside([by_tier, by_app], {"app": "web"})
    ('app',)
    """
    selectors = (peer.pod_selector.requirements for peer in peers if peer.pod_selector)
    asked = [[one.key for one in wanted] for wanted in selectors]
    known = [keys for keys in asked if any(key in labels for key in keys)]
    best = min(known, key=lambda keys: sum(key not in labels for key in keys), default=())
    return tuple(key for key in best if key in labels)


def peer_for(cluster: Cluster, side: Side, beside: Iterable[Peer] = ()) -> Peer | None:
    """Return the item that matches the other end; None where nothing surely does.

    A pod is matched by its labels: "Pod IPs are ephemeral". Everything else, pods on the network of
    their node included, is matched by its address, if the manifests give one.

    Parameters
    ----------
    cluster : Cluster
    side : Side
    beside : iterable of Peer
        Whose label keys it takes over, as far as the pod has them.

    Returns
    -------
    Peer or None

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> peer = peer_for(shop, lab.evaluate(shop, "203.0.113.7", "db", port=5432).ingress)
    >>> print(peer.ip_block)
    203.0.113.7/32
    """
    end = side.peer
    if end.pod is None or end.pod.host_network:
        return None if end.address is None else Peer(ip_block=IPBlock(ip_network(end.address)))
    keys = keys_beside(beside, lasting_labels(cluster, end.pod))
    labels, namespace = selector_for(cluster, end.pod, keys), end.pod.namespace
    if namespace == subject_of(side).namespace:
        return Peer(pod_selector=labels)
    return Peer(labels if labels.requirements else None, only_namespace(namespace))


def selected_by(cluster: Cluster, namespace: str, selector: Selector) -> PodSet:
    """Return the running pods that the podSelector of a policy in a namespace selects."""
    return resolution_of(cluster).subjects(namespace, selector)
