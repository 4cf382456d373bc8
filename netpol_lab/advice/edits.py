"""Single changes to manifests that might let a flow through one side that denies it.

Each is a proposal: whether it does let the flow through is for the engine to say (`fix`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import reduce
from ipaddress import ip_network
from itertools import chain, combinations, count
from operator import and_
from textwrap import indent
from typing import Any

from netpol_lab.engine.near_miss import NearMiss, UnmetPart, misses
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.semantics import holds, only_namespace
from netpol_lab.engine.verdict import Side
from netpol_lab.manifests import writer as writing
from netpol_lab.manifests.summary import peer_words, policy_words
from netpol_lab.model.addresses import Address, Network
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint
from netpol_lab.model.objects import (
    JOB_NAME_LABELS,
    NAME_LABEL,
    PASSING_LABELS,
    IPBlock,
    Labels,
    Namespace,
    Operator,
    Peer,
    Pod,
    Policy,
    PolicyPort,
    Requirement,
    Rule,
    Selector,
    spelt,
)
from netpol_lab.model.policy_parts import (
    list_of_peers,
    listed_rules,
    path_of_peers,
    peer_path,
    with_peer,
    with_rule,
    with_rules,
)
from netpol_lab.model.ports import Protocol, is_governed

MOST_LABELS = 3  # to tell a pod by, before all of them are written
MOST_OF_A_NAME = 100  # characters of each end's name in that of a new policy; the API allows 253


@dataclass(frozen=True, slots=True)
class Edit:
    """One change to one object.

    Parameters
    ----------
    words : str
        What to change, in a sentence.
    object : str
        Kind and ``namespace/name`` of the manifest to change.
    path : str
        The field in it; empty where the manifest itself is new.
    yaml : str
        What to type there.
    lines : int
        How many lines of the manifest are new, changed or gone.
    changed : tuple of Policy, Pod or Namespace
        The objects as they are afterwards.
    adds : bool
        Whether `yaml` joins what is there already, or stands in its place.
    """

    words: str
    object: str
    path: str
    yaml: str
    lines: int
    changed: tuple[Policy | Pod | Namespace, ...]
    adds: bool = True

    def apply(self, cluster: Cluster) -> Cluster:
        """Return the cluster with the changed objects in the place of those of the same name.

        Parameters
        ----------
        cluster : Cluster

        Returns
        -------
        Cluster
            A policy of a new name is added.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> shop = lab.load("three-tier")
        >>> edit = next(edits(shop, lab.evaluate(shop, "web", "db", port=5432).ingress))
        >>> lab.evaluate(edit.apply(shop), "web", "db", port=5432).allowed
        True
        """
        pods = {str(thing): thing for thing in self.changed if isinstance(thing, Pod)}
        policies = {str(thing): thing for thing in self.changed if isinstance(thing, Policy)}
        spaces = {thing.name: thing for thing in self.changed if isinstance(thing, Namespace)}
        return replace(
            cluster,
            pods=tuple(pods.get(str(pod), pod) for pod in cluster.pods),
            policies=tuple({**cluster.policies_by_name, **policies}.values()),
            namespaces={**cluster.namespaces, **spaces},
        )

    @property
    def what_to_do(self) -> str:
        """What to do with the lines of `yaml`."""
        if not self.path:
            return "apply"
        return f"add to {self.path}" if self.adds else f"{self.path} becomes"

    def __str__(self) -> str:
        return f"{self.words}\n  {self.what_to_do}:\n{indent(self.yaml, ' ' * 4)}"


def edits(cluster: Cluster, side: Side, assumptions: Assumptions = DEFAULTS) -> Iterator[Edit]:
    """Yield what might let a flow through a side that denies it, the nearest rule's first.

    Rules are written only into policies that are the subject's own: a default deny stays one, and
    what selects other pods as well is left alone. Where there is no such policy, a new one is
    proposed. Only where no peer surely matches the other end may any policy be changed.

    Parameters
    ----------
    cluster : Cluster
    side : Side
        One side of a verdict on this cluster.
    assumptions : Assumptions
        Those under which the side was judged.

    Yields
    ------
    Edit

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> for edit in edits(shop, lab.evaluate(shop, "web", "db", port=5432).ingress):
    ...     print(edit.words)
    in shop/db-access-ingress, let rule 1 also admit pods with role=web
    in shop/db-access-ingress, add an ingress rule for pods with role=web on TCP 5432
    """
    if side.allowed or not is_governed(side.flow.protocol):  # no rule speaks of ICMP
        return
    found = sorted(misses(cluster, side, assumptions), key=lambda miss: len(miss.unmet))
    peer = _peer_for(cluster, side)
    for_rules = chain.from_iterable(_for_rule(cluster, side, miss, peer) for miss in found)
    if peer is None:
        yield from for_rules
        return
    for edit in for_rules:
        policies = (thing for thing in edit.changed if isinstance(thing, Policy))
        if all(_is_own(cluster, side, policy) for policy in policies):
            yield edit
    own = [policy for policy in side.isolated_by if _is_own(cluster, side, policy)]
    yield from (_add_rule(policy, side, peer) for policy in own)
    if not own:
        yield _add_policy(cluster, side, peer)


def _is_own(cluster: Cluster, side: Side, policy: Policy) -> bool:
    """Say whether a policy has rules, and selects only the subject and pods that are like it."""
    selected = _selected_by(cluster, policy.namespace, policy.pod_selector)
    alike = _selected_by(cluster, policy.namespace, _selector_for(cluster, _subject(side)))
    return any(listed_rules(policy)) and not selected - alike


def _selected_by(cluster: Cluster, namespace: str, selector: Selector) -> PodSet:
    return resolution_of(cluster).subjects(namespace, selector)


def _subject(side: Side) -> Pod:
    pod = side.subject.pod
    assert pod is not None  # nobody else is isolated
    return pod


def _for_rule(cluster: Cluster, side: Side, miss: NearMiss, peer: Peer | None) -> Iterator[Edit]:
    if any(unmet.part is UnmetPart.DIRECTION for unmet in miss.unmet):
        yield _list_direction(miss, side)
    elif not miss.wants_peer:
        yield _admit_port(miss, side)
    elif not miss.wants_port:
        if len(miss.unmet) == 1:
            yield from _meet_requirement(cluster, side, miss)
        if peer is not None:
            yield _admit_peer(miss, side, peer)


# ---------------------------------------------------------------- policies


def _list_direction(miss: NearMiss, side: Side) -> Edit:
    policy, name = miss.policy, side.direction.value
    return _of_policy(
        replace(policy, policy_types=(*policy.policy_types, side.direction)),
        f"list {name} in policyTypes, so that rule {miss.rule.number} counts",
        "spec.policyTypes",
        [name],
    )


def _admit_port(miss: NearMiss, side: Side) -> Edit:
    port = _port(side)
    rule = replace(miss.rule, ports=(*miss.rule.ports, port))
    words = f"let rule {rule.number} also admit {port}"
    changed = with_rule(miss.policy, miss.rule, rule)
    return _of_policy(changed, words, f"{rule.path}.ports", [writing.port(port)])


def _admit_peer(miss: NearMiss, side: Side, peer: Peer) -> Edit:
    rule = replace(miss.rule, peers=(*miss.rule.peers, peer))
    words = f"let rule {rule.number} also admit {peer_words(peer)}"
    changed = with_rule(miss.policy, miss.rule, rule)
    return _of_policy(changed, words, path_of_peers(rule), [writing.peer(peer)])


def _add_rule(policy: Policy, side: Side, peer: Peer) -> Edit:
    rules, port = policy.rules(side.direction), _port(side)
    rule = Rule(side.direction, len(rules), (peer,), (port,))
    words = f"add an {side.direction} rule for {peer_words(peer)} on {port}"
    changed, added = with_rules(policy, side.direction, (*rules, rule)), [writing.rule(rule)]
    if rules:
        return _of_policy(changed, words, f"spec.{side.direction}", added)
    return _of_policy(changed, words, "spec", {str(side.direction): added})


def _add_policy(cluster: Cluster, side: Side, peer: Peer) -> Edit:
    """Return a policy for the subject alone, which needs no other one to be touched."""
    way, subject = side.direction, _subject(side)
    rule = Rule(way, 0, (peer,), (_port(side),))
    name = _new_name(cluster, side, list_of_peers(rule))
    policy = Policy(subject.namespace, name, _isolated_like(cluster, side), (way,))
    policy = with_rules(policy, way, (rule,))
    title = f"NetworkPolicy {policy}"
    words = f"add the new {title} ({policy_words(policy)})"
    return _edit(words, title, "", writing.manifest_of(policy), policy)


def _isolated_like(cluster: Cluster, side: Side) -> Selector:
    """Return a selector of the subject that does not isolate, and so cut off, any other pod."""
    subject = _subject(side)
    own = _selector_for(cluster, subject)
    selected = _selected_by(cluster, subject.namespace, own)
    if all(resolution_of(cluster).isolating(pod, side.direction) for pod in selected):
        return own
    selectors = (policy.pod_selector for policy in side.isolated_by)
    return min(selectors, key=lambda one: len(_selected_by(cluster, subject.namespace, one)))


def _new_name(cluster: Cluster, side: Side, preposition: str) -> str:
    """Return a name for a policy that none of the namespace has: both ends, and the direction."""
    taken, namespace = set(map(str, cluster.policies)), _subject(side).namespace
    subject, peer = _part_of_name(side.subject), _part_of_name(side.peer)
    name = f"{subject}-{side.direction}-{preposition}-{peer}"
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(one for one in names if f"{namespace}/{one}" not in taken)


def _part_of_name(end: Endpoint) -> str:
    """Return what an end is called, in characters that a name may have."""
    text = end.address.exploded.replace(":", "-") if end.address is not None else ""
    if end.pod is not None:
        text = end.pod.workload.name if end.pod.workload is not None else end.pod.name
    return text[:MOST_OF_A_NAME].rstrip("-.")


def _of_policy(policy: Policy, words: str, path: str, added: Any) -> Edit:
    return _edit(f"in {policy}, {words}", f"NetworkPolicy {policy}", path, added, policy)


def _edit(
    words: str, title: str, path: str, added: Any, *changed: Policy | Pod | Namespace
) -> Edit:
    typed = writing.as_yaml(added)
    return Edit(words, title, path, typed, len(typed.splitlines()), changed)


# ---------------------------------------------------------------- how the other end is matched


def _port(side: Side) -> PolicyPort:
    return PolicyPort(Protocol(side.flow.protocol), side.flow.port)


def _peer_for(cluster: Cluster, side: Side) -> Peer | None:
    """Return the item that matches the other end; None where nothing surely does.

    A pod is matched by its labels: "Pod IPs are ephemeral". Everything else, pods on the network of
    their node included, is matched by its address, if the manifests give one.
    """
    end = side.peer
    if end.pod is None or end.pod.host_network:
        return None if end.address is None else Peer(ip_block=IPBlock(ip_network(end.address)))
    labels, namespace = _selector_for(cluster, end.pod), end.pod.namespace
    if namespace == _subject(side).namespace:
        return Peer(pod_selector=labels)
    return Peer(labels if labels.requirements else None, only_namespace(namespace))


def _selector_for(cluster: Cluster, pod: Pod) -> Selector:
    """Return the fewest labels that select a pod as closely as all its labels do.

    One at least, if it has any: the next pod of the namespace may be another one.
    """
    pod_index = resolution_of(cluster).pod_index
    lasting = _lasting_labels(cluster, pod)
    neighbours = pod_index.in_namespaces(only_namespace(pod.namespace))

    def selected(chosen: Iterable[Requirement]) -> int:
        sets = (pod_index.labelled(Selector((one,))) for one in chosen)
        return reduce(and_, sets, neighbours).bits

    few = chain.from_iterable(combinations(lasting, n) for n in range(1, MOST_LABELS + 1))
    enough = (chosen for chosen in few if selected(chosen) == selected(lasting))
    return Selector(next(enough, tuple(lasting)))


def _lasting_labels(cluster: Cluster, pod: Pod) -> list[Requirement]:
    """Return the labels that all pods of the same workload keep, as requirements."""
    alike = _replicas(cluster, pod)
    runs = pod.workload is not None and pod.workload.kind == "CronJob"
    passing = (*PASSING_LABELS, *(JOB_NAME_LABELS if runs else ()))
    return [
        Requirement(key, Operator.IN, (value,))
        for key, value in pod.labels.items()
        if key not in passing and all(p.labels.get(key) == value for p in alike)
    ]


def _replicas(cluster: Cluster, pod: Pod) -> tuple[Pod, ...]:
    """Return the pods made from the same template."""
    if pod.workload is None:
        return (pod,)
    made = (pod.namespace, pod.workload)
    return tuple(p for p in cluster.pods if (p.namespace, p.workload) == made)


# ---------------------------------------------------------------- the one thing that is missing


def _meet_requirement(cluster: Cluster, side: Side, miss: NearMiss) -> Iterator[Edit]:
    """Yield how the other end could get what the rule wants, or the rule drop what it excepts."""
    (unmet,), pod = miss.unmet, side.peer.pod
    match unmet.part, unmet.wants:
        case UnmetPart.POD_LABELS, Requirement() as wanted if pod is not None:
            yield from _label_pod(cluster, pod, wanted, miss)
        case UnmetPart.NAMESPACE_LABELS, Requirement() as wanted if pod is not None:
            yield from _label_namespace(cluster.namespaces[pod.namespace], wanted, miss)
        case UnmetPart.EXCEPT, IPBlock() as block if side.peer.address is not None:
            yield _except_less(miss, block, side.peer.address)


def _label_pod(cluster: Cluster, pod: Pod, wanted: Requirement, miss: NearMiss) -> Iterator[Edit]:
    for label in _missing_label(wanted, pod.labels):
        pods = [replace(p, labels={**p.labels, **label}) for p in _replicas(cluster, pod)]
        title, path = f"Pod {pod}", "metadata"
        if pod.workload is not None:
            title = f"{pod.workload.kind} {pod.namespace}/{pod.workload.name}"
            path = _TEMPLATES.get(pod.workload.kind, "spec.template.metadata")
        yield _label(title, path, label, pod.labels, miss, *pods)


_TEMPLATES = {"CronJob": "spec.jobTemplate.spec.template.metadata"}


def _label_namespace(namespace: Namespace, wanted: Requirement, miss: NearMiss) -> Iterator[Edit]:
    for label in _missing_label(wanted, namespace.labels):
        changed = replace(namespace, labels={**namespace.labels, **label})
        others = {key: value for key, value in namespace.labels.items() if key != NAME_LABEL}
        yield _label(f"Namespace {namespace.name}", "metadata", label, others, miss, changed)


def _missing_label(wanted: Requirement, labels: Labels) -> Iterator[dict[str, str]]:
    """Yield the label that would do, unless its key has a value: that one has its reasons."""
    label = {wanted.key: next(iter(wanted.values), "")}
    if wanted.key not in labels and holds(wanted, label):
        yield label


def _label(
    title: str, path: str, label: Labels, beside: Labels, miss: NearMiss, *changed: Pod | Namespace
) -> Edit:
    ((key, value),) = label.items()
    wants = f"rule {miss.rule.number} of {miss.policy} wants"
    words = f"give {title} the label {key}={spelt(value)}, which {wants}"
    path, added = (f"{path}.labels", label) if beside else (path, {"labels": label})
    return _edit(words, title, path, added, *changed)


def _except_less(miss: NearMiss, block: IPBlock, address: Address) -> Edit:
    assert miss.peer is not None
    parts: dict[Network, tuple[Network, ...]] = {part: (part,) for part in block.excepts}
    for part in block.excepts:
        if address in part:
            rest = part.address_exclude(ip_network(address))  # type: ignore[arg-type]
            parts[part] = tuple(sorted(rest))
    smaller = replace(block, excepts=tuple(chain.from_iterable(parts.values())))
    i = miss.rule.peers.index(miss.peer)
    return Edit(
        f"in {miss.policy}, take {address} out of the except of rule {miss.rule.number}",
        f"NetworkPolicy {miss.policy}",
        f"{peer_path(miss.rule, i)}.ipBlock",
        writing.as_yaml(writing.ip_block(smaller)),
        sum(max(1, len(left)) for part, left in parts.items() if left != (part,)),
        (with_peer(miss.policy, miss.rule, i, Peer(ip_block=smaller)),),
        adds=False,
    )
