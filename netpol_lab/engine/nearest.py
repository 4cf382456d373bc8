"""Which rule came closest to admitting a blocked flow.

Near misses are compared by what each still wants, and by what it has in common with the flow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, islice

from netpol_lab.engine.near_miss import NearMiss, Unmet, UnmetPart, misses
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.semantics import holds
from netpol_lab.engine.service_targets import leading_to
from netpol_lab.engine.sides import Side
from netpol_lab.errors import resembles
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import IPBlock, Policy
from netpol_lab.model.ports import PortSet
from netpol_lab.model.selectors import Operator, Requirement

# How far away a rule is for each thing that it wants in vain. The port is less than the peer: who
# wrote a rule about this very peer had this connection in mind.
_DISTANCES = {
    UnmetPart.DIRECTION: 0,
    UnmetPart.PROTOCOL: 2,
    UnmetPart.SELECTED: 2,
    UnmetPart.PORT: 3,
    UnmetPart.PORT_NAME: 3,
    UnmetPart.EXCEPT: 3,
    UnmetPart.PODS_BY_BLOCK: 3,
    UnmetPart.NAMESPACE: 4,
    UnmetPart.NAMESPACE_LABELS: 4,
    UnmetPart.POD_LABELS: 4,
    UnmetPart.ADDRESS: 5,
    UnmetPart.POD: 8,
}
_OF_THE_POLICY = {UnmetPart.DIRECTION, UnmetPart.SELECTED}
_LABELS = {UnmetPart.NAMESPACE_LABELS, UnmetPart.POD_LABELS}
_SLIP = 2  # a label that looks much like the one that is wanted
_OTHER_FAMILY = 1  # more for a block of another address family
_BLOCK_FOR_A_POD = 3  # more for a block elsewhere, where the peer is a pod
_ANOTHER_PORT = 7  # more for a rule about a port alone, such as that for name servers
_NOTHING_SHARED = 5  # more for a rule that is about another peer and another port
_MEANT_FOR_OTHERS = 3  # more for a policy that selects pods already


def nearest(cluster: Cluster, side: Side, assumptions: Assumptions = DEFAULTS) -> NearMiss | None:
    """Return the rule that misses least on a side that blocks the flow; None without rules.

    What counts is what the rule and the flow have in common, peer and port, and then what the
    rule still wants; among equals the first counts.

    Parameters
    ----------
    cluster : Cluster
    side : Side
        One side of a verdict on this cluster.
    assumptions : Assumptions
        Those under which the side was judged.

    Returns
    -------
    NearMiss or None
        Also a rule of a policy that nearly selects the pod (see `unselecting`).

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> side = lab.evaluate(shop, "web", "db", port=5432).ingress
    >>> nearest(shop, side).unmet[0].wants.values
    ('backend',)
    """
    found = chain(misses(cluster, side, assumptions), unselecting(cluster, side, assumptions))
    return min(found, key=lambda miss: nearness(cluster, side, miss), default=None)


def nearness(cluster: Cluster, side: Side, miss: NearMiss) -> tuple[int, int]:
    """Return a key by which near misses are sorted, the nearest first.

    Parameters
    ----------
    cluster : Cluster
    side : Side
        The side that blocks the flow.
    miss : NearMiss
        One of its near misses.

    Returns
    -------
    (int, int)
        How far the rule is from admitting the flow, and how little they have in common.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> side = lab.evaluate(shop, "web", "db", port=5432).ingress
    >>> [nearness(shop, side, miss) for miss in misses(shop, side)]
    [(4, -1)]
    """
    far = sum(_distance(cluster, side, miss, unmet) for unmet in miss.unmet)
    if _OF_THE_POLICY & {unmet.part for unmet in miss.unmet}:
        return far, 0  # the rule itself fits
    shared = _shared(cluster, side, miss)
    if miss.wants_port and not shared:
        if miss.peer is not None:
            far += _NOTHING_SHARED
        elif not _names_service(cluster, side, miss):
            far += _ANOTHER_PORT
    return far, -shared


def _names_service(cluster: Cluster, side: Side, miss: NearMiss) -> bool:
    """Say whether a rule lists the port of a Service that leads to where the flow goes."""
    listed = [unmet.wants for unmet in miss.unmet if isinstance(unmet.wants, PortSet)]
    return any(True for ports in listed for _ in leading_to(cluster, side.flow, ports))


def _distance(cluster: Cluster, side: Side, miss: NearMiss, unmet: Unmet) -> int:
    far, peer = _DISTANCES[unmet.part], side.peer
    match unmet.part, unmet.wants:
        case UnmetPart.SELECTED, _:
            far += 0 if _is_idle(cluster, miss.policy) else _MEANT_FOR_OTHERS
        case part, Requirement() as wanted if part in _LABELS:
            far = _SLIP if nearly_holds(wanted, _labels(cluster, side, part)) else far
        case UnmetPart.ADDRESS, IPBlock() as block:
            far += _BLOCK_FOR_A_POD if peer.pod is not None else 0
            if peer.address is not None and peer.address.version != block.cidr.version:
                far += _OTHER_FAMILY
    return far


def _labels(cluster: Cluster, side: Side, part: UnmetPart) -> Mapping[str, str]:
    """Return the labels of the other end: of the pod, or of its namespace."""
    pod = side.peer.pod
    if pod is None:
        return {}
    return pod.labels if part is UnmetPart.POD_LABELS else cluster.namespaces[pod.namespace].labels


def _shared(cluster: Cluster, side: Side, miss: NearMiss) -> int:
    """Return how much a rule says that fits the flow: the peer, some labels of it, the port."""
    by_port = int(bool(miss.rule.ports) and not miss.wants_port)
    if miss.peer is None:
        return by_port
    if not miss.wants_peer:
        return by_port + 2
    if any(unmet.part is UnmetPart.EXCEPT for unmet in miss.unmet):
        return by_port + 1
    selectors = {
        UnmetPart.POD_LABELS: miss.peer.pod_selector,
        UnmetPart.NAMESPACE_LABELS: miss.peer.namespace_selector,
    }
    return by_port + any(
        holds(wanted, _labels(cluster, side, part))
        for part, selector in selectors.items()
        for wanted in (selector.requirements if selector else ())
    )


def nearly_holds(wanted: Requirement, labels: Mapping[str, str]) -> bool:
    """Say whether labels lack what is wanted by little: a like value, or another key for it.

    Parameters
    ----------
    wanted : Requirement
        One that these labels do not meet.
    labels : dict of str to str

    Returns
    -------
    bool

    Examples
    --------
    >>> wanted = Requirement("role", Operator.IN, ("backend",))
    >>> [nearly_holds(wanted, labels) for labels in ({"role": "back-end"}, {"tier": "backend"}, {})]
    [True, True, False]
    """
    if wanted.operator is not Operator.IN:
        return False
    if wanted.key in labels:
        return any(resembles(value, labels[wanted.key]) for value in wanted.values)
    return any(value in wanted.values for value in labels.values())


def unselecting(
    cluster: Cluster, side: Side, assumptions: Assumptions = DEFAULTS
) -> Iterator[NearMiss]:
    """Yield rules that would admit the flow, of policies that fail to select the pod by little.

    Such a policy wants one label that the pod does not have. Either the pod has one that is much
    like it; or it has all the others, and the policy selects no pod at all.

    Parameters
    ----------
    cluster : Cluster
    side : Side
        One side of a verdict on this cluster; one that allows the flow has no near misses, nor
        one that a cluster-wide tier denies.
    assumptions : Assumptions
        Those under which the side was judged.

    Yields
    ------
    NearMiss
        The first such rule of each policy.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> cluster = lab.load('''
    ... apiVersion: v1
    ... kind: Pod
    ... metadata: {name: db, labels: {role: db-primary}}
    ... ---
    ... apiVersion: networking.k8s.io/v1
    ... kind: NetworkPolicy
    ... metadata: {name: deny}
    ... ---
    ... apiVersion: networking.k8s.io/v1
    ... kind: NetworkPolicy
    ... metadata: {name: open}
    ... spec: {podSelector: {matchLabels: {role: primary}}, ingress: [{}]}
    ... ''')
    >>> side = lab.evaluate(cluster, "192.0.2.1", "db", 80).ingress
    >>> [str(miss.policy) for miss in unselecting(cluster, side)]
    ['default/open']
    """
    if not side.is_denied_by_rules:
        return
    pod = side.subject.pod
    assert pod is not None  # no policy isolates any other end
    resolution = resolution_of(cluster)
    for policy in resolution.policies_of.get(pod.namespace, ()):
        wanted = policy.pod_selector.requirements
        unmet = [one for one in wanted if not holds(one, pod.labels)]
        if len(unmet) != 1 or side.direction not in policy.policy_types:
            continue
        [missing] = unmet
        has_others = len(wanted) > 1
        if nearly_holds(missing, pod.labels) or (has_others and _is_idle(cluster, policy)):
            fitting = (
                NearMiss(policy, rule, (Unmet(UnmetPart.SELECTED, missing),))
                for rule in policy.rules(side.direction)
                if resolution.admits(policy, rule, side.flow, assumptions)
            )
            yield from islice(fitting, 1)


def _is_idle(cluster: Cluster, policy: Policy) -> bool:
    """Say whether a policy selects no pod at all."""
    return not resolution_of(cluster).subjects(policy.namespace, policy.pod_selector)
