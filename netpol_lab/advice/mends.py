"""What is odd in a policy that means a flow and does not admit it, mended where it is written.

Odd is what has no effect as it stands: an item of `from` or `to` that matches no pod, a podSelector
that selects none, a port name that no pod has. It is mended only where the rest says who is meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from netpol_lab.advice.edit import Edit, Touch, of_policy
from netpol_lab.advice.odd_labels import (
    Meant,
    Mending,
    change_for_namespace,
    change_for_pod,
    changed,
    speaks_for,
)
from netpol_lab.advice.telling import lasting_labels, selected_by, subject_of
from netpol_lab.engine.endpoint_rules import named_ports
from netpol_lab.engine.near_miss import NearMiss
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.semantics import holds, namespaces_for, only_namespace
from netpol_lab.engine.sides import Side
from netpol_lab.errors import resembles
from netpol_lab.manifests import writer as writing
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Direction, Peer, Pod, Policy, PolicyPort, Rule
from netpol_lab.model.policy_parts import is_empty, peer_path, port_path, with_peer, with_port
from netpol_lab.model.selectors import Selector


def mends(
    cluster: Cluster, side: Side, found: Iterable[NearMiss], assumptions: Assumptions
) -> Iterator[Edit]:
    """Yield changes to what policies say for a flow, and say so that it has no effect.

    Parameters
    ----------
    cluster : Cluster
    side : Side
        One that denies the flow.
    found : iterable of NearMiss
        Its near misses.
    assumptions : Assumptions
        Those under which it was judged.

    Yields
    ------
    Edit

    Examples
    --------
    >>> import netpol_lab as lab
    >>> from netpol_lab.engine.near_miss import misses
    >>> shop = lab.load("three-tier")
    >>> side = lab.evaluate(shop, "web", "db", port=5432).ingress
    >>> list(mends(shop, side, misses(shop, side), lab.Assumptions()))  # the backend is there
    []
    """
    for miss in found:
        if miss.policy in side.isolated_by and not miss.wants_peer:
            yield from _other_port_names(cluster, side, miss, assumptions)
        elif miss.policy in side.isolated_by and not miss.wants_port:
            yield from _other_peer(cluster, side, miss)
    yield from _other_selectors(cluster, side, assumptions)


# ---------------------------------------------------------------- peers


def _other_peer(cluster: Cluster, side: Side, miss: NearMiss) -> Iterator[Edit]:
    """Yield the item that means the other end, without what keeps it from matching anybody."""
    peer, pod, policy, rule = miss.peer, side.peer.pod, miss.policy, miss.rule
    if peer is None or peer.ip_block is not None or pod is None:
        return
    if resolution_of(cluster).matched_by(peer, policy.namespace):
        return
    yield from _other_namespace(cluster, side, miss)
    by_pods = _by_pods(cluster, pod, peer, policy)
    by_namespaces = _by_namespaces(cluster, pod, peer, policy)
    found = [change for change in (*by_pods, *by_namespaces) if change is not None]
    if not found or None in (*by_pods, *by_namespaces):
        return
    mended = Peer(
        peer.pod_selector and changed(peer.pod_selector, filter(None, by_pods)),
        peer.namespace_selector and changed(peer.namespace_selector, filter(None, by_namespaces)),
    )
    yield _with_item(miss, mended, "; ".join(one.words(f"rule {rule.number}") for one in found))


def _with_item(miss: NearMiss, mended: Peer, words: str) -> Edit:
    """Return the policy with an item of a rule as it was meant."""
    assert miss.peer is not None
    place = miss.rule.peers.index(miss.peer)
    return of_policy(
        with_peer(miss.policy, miss.rule, place, mended),
        words,
        peer_path(miss.rule, place),
        writing.peer(mended),
        adds=False,
        touch=Touch.ODD,
    )


def _other_namespace(cluster: Cluster, side: Side, miss: NearMiss) -> Iterator[Edit]:
    """Yield a podSelector with the namespace beside it in which alone such pods are."""
    peer, pod = miss.peer, side.peer.pod
    selector = peer.pod_selector if peer is not None else None
    if peer is None or pod is None or selector is None or peer.namespace_selector is not None:
        return
    means_it = all(holds(wanted, pod.labels) for wanted in selector.requirements)
    named = resolution_of(cluster).pod_index.labelled(selector)
    here_alone = {one.namespace for one in named} == {pod.namespace}
    if not (means_it and here_alone and speaks_for(selector.requirements, pod.labels)):
        return
    yield _with_item(
        miss,
        Peer(selector, only_namespace(pod.namespace)),
        f"choose namespace {pod.namespace} beside {selector} in rule {miss.rule.number}: without a "
        f"namespaceSelector, such pods are looked for in {miss.policy.namespace} alone",
    )


def _by_pods(cluster: Cluster, pod: Pod, peer: Peer, policy: Policy) -> list[Mending | None]:
    """Return what to do about each pod label of an item that the pod does not have."""
    selector, pod_index = peer.pod_selector or Selector(), resolution_of(cluster).pod_index
    neighbours = pod_index.in_namespaces(namespaces_for(peer, policy.namespace))
    if peer.namespace_selector is None and len(selector.requirements) == 1:
        neighbours = PodSet(pod_index)  # it may mean somebody who is not in these manifests
    labels, is_foreign = lasting_labels(cluster, pod), pod.namespace != policy.namespace
    stamped = policy.pod_selector.requirements  # by a tool, on everything alike
    return [
        change_for_pod(
            selector, wanted, Meant(pod, labels, neighbours, is_foreign or wanted in stamped)
        )
        for wanted in selector.requirements
        if not holds(wanted, pod.labels)
    ]


def _by_namespaces(cluster: Cluster, pod: Pod, peer: Peer, policy: Policy) -> list[Mending | None]:
    """Return what to do about each namespace label of an item that the pod's has not."""
    if peer.namespace_selector is None:
        return [] if pod.namespace == policy.namespace else [None]
    space, spaces = cluster.namespaces[pod.namespace], cluster.namespaces.values()
    means_pod = speaks_for((peer.pod_selector or Selector()).requirements, pod.labels)
    return [
        change_for_namespace(space, spaces, wanted, means_pod)
        for wanted in peer.namespace_selector.requirements
        if not holds(wanted, space.labels)
    ]


# ---------------------------------------------------------------- port names


def _other_port_names(
    cluster: Cluster, side: Side, miss: NearMiss, assumptions: Assumptions
) -> Iterator[Edit]:
    """Yield a rule with the port's own name, or number, in the place of one that no pod has."""
    flow, rule, policy = side.flow, miss.rule, miss.policy
    if flow.destination.pod is None or flow.port is None:
        return
    names = (
        port.name
        for port in named_ports(flow.destination, assumptions)
        if (port.port, port.protocol) == (flow.port, flow.protocol) and port.name
    )
    right: str | int = next(names, flow.port)
    dead = [
        (i, str(port.port))
        for i, port in enumerate(rule.ports)
        if isinstance(port.port, str)
        and port.protocol == flow.protocol
        and not any(_has(pod, port) for pod in _destinations(cluster, policy, rule))
    ]
    for i, wrong in sorted(dead, key=lambda one: not resembles(one[1], str(right))):
        port = PolicyPort(rule.ports[i].protocol, right)
        yield of_policy(
            with_port(policy, rule, i, port),
            f"write {right} for {wrong} in rule {rule.number}: no pod has a port called {wrong}",
            port_path(rule, i),
            writing.port(port),
            adds=False,
            touch=Touch.ODD,
        )


def _has(pod: Pod, port: PolicyPort) -> bool:
    return any((one.name, one.protocol) == (port.port, port.protocol) for one in pod.ports)


def _destinations(cluster: Cluster, policy: Policy, rule: Rule) -> PodSet:
    """Return the pods at which the port names of a rule are looked up."""
    resolution = resolution_of(cluster)
    if rule.direction is Direction.INGRESS:
        return selected_by(cluster, policy.namespace, policy.pod_selector)
    found = resolution.peers(policy.namespace, rule.peers)
    return resolution.pod_index.labelled(Selector()) if found.anyone else found.pods


# ---------------------------------------------------------------- podSelectors


def _other_selectors(cluster: Cluster, side: Side, assumptions: Assumptions) -> Iterator[Edit]:
    """Yield policies that select nobody, and with the subject would admit the flow."""
    resolution, subject, way = resolution_of(cluster), subject_of(side), side.direction
    for policy in resolution.policies_of.get(subject.namespace, ()):
        rules = policy.rules(way) if way in policy.policy_types else ()
        if selected_by(cluster, policy.namespace, policy.pod_selector):
            continue
        if any(resolution.admits(policy, rule, side.flow, assumptions) for rule in rules):
            yield from _other_selector(cluster, subject, policy)


def _other_selector(cluster: Cluster, subject: Pod, policy: Policy) -> Iterator[Edit]:
    selector = policy.pod_selector
    labels, neighbours = lasting_labels(cluster, subject), _unclaimed(cluster, policy)
    changes = [
        change_for_pod(selector, wanted, Meant(subject, labels, neighbours, may_lack=True))
        for wanted in selector.requirements
        if not holds(wanted, subject.labels)
    ]
    found = [change for change in changes if change is not None]
    mended = replace(policy, pod_selector=changed(selector, found))
    if found and len(found) == len(changes) and not _isolates_more(cluster, mended):
        yield of_policy(
            mended,
            "; ".join(change.words("podSelector") for change in found),
            "spec.podSelector",
            writing.selector(mended.pod_selector),
            adds=False,
            touch=Touch.ODD,
        )


def _unclaimed(cluster: Cluster, policy: Policy) -> PodSet:
    """Return the pods of a policy's namespace that no other policy selects by their labels."""
    found = selected_by(cluster, policy.namespace, Selector())
    for other in resolution_of(cluster).policies_of[policy.namespace]:
        if other.pod_selector.requirements:
            found = found - selected_by(cluster, other.namespace, other.pod_selector)
    return found


def _isolates_more(cluster: Cluster, policy: Policy) -> bool:
    """Say whether a policy would cut off pods that are open as things are."""
    selected = selected_by(cluster, policy.namespace, policy.pod_selector)
    ways = (way for way in policy.policy_types if not any(map(is_empty, policy.rules(way))))
    return any(selected - resolution_of(cluster).isolated(way) for way in ways)
