"""Single changes to manifests that might let a flow through one side that denies it.

Each is a proposal: whether it does let the flow through is for the engine to say (`fix`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from itertools import chain

from netpol_lab.advice.edit import Edit, Touch, of_object, of_policy
from netpol_lab.advice.labelling import labellings
from netpol_lab.advice.mends import mends
from netpol_lab.advice.telling import (
    peer_for,
    ports_of,
    selected_by,
    selector_for,
    subject_of,
    unused,
)
from netpol_lab.advice.tier_edits import owned_above, tier_edits
from netpol_lab.engine.near_miss import NearMiss, Unmet, UnmetPart, misses
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.semantics import admitted_ports, matches, namespaces_for
from netpol_lab.engine.service_targets import leading_to
from netpol_lab.engine.sides import Side
from netpol_lab.manifests import writer as writing
from netpol_lab.manifests.summary import peer_words, policy_words
from netpol_lab.model.addresses import Network
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint, Flow
from netpol_lab.model.objects import Peer, Policy, PolicyPort, Rule
from netpol_lab.model.policy_parts import (
    list_of_peers,
    listed_rules,
    path_of_peers,
    peer_path,
    with_one_more,
    with_peer,
    with_rule,
)
from netpol_lab.model.ports import Protocol, is_governed
from netpol_lab.model.selectors import Selector
from netpol_lab.model.services import Service

DNS = 53
MOST_OF_A_NAME = 100  # characters of each end's name in that of a new policy; the API allows 253


def edits(cluster: Cluster, side: Side, assumptions: Assumptions = DEFAULTS) -> Iterator[Edit]:
    """Yield what might let a flow through a side that denies it.

    Where tier Admin denies it, those are changes to cluster-wide policies alone; where tier
    Baseline does, a NetworkPolicy that isolates the pod and admits the flow overrides that.

    Otherwise first what is odd, in any policy; then rules and peers, only in policies that are the
    subject's own: a default deny stays one, and what selects other pods as well is left alone.
    Where there is no such policy, a new one is proposed. Only where no peer surely matches the
    other end may any policy be changed.

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
    in shop/db-access-ingress, let rule 1 also admit pods with app=myapp, role=web
    in shop/db-access-ingress, add an ingress rule for pods with app=myapp, role=web on TCP 5432
    """
    if side.allowed:
        return
    yield from tier_edits(cluster, side)
    if owned_above(side):  # no NetworkPolicy is asked
        return
    found = sorted(misses(cluster, side, assumptions), key=lambda miss: len(miss.unmet))
    peer = peer_for(cluster, side)
    yield from mends(cluster, side, found, assumptions)
    for_rules = (_for_rule(cluster, side, miss, peer, assumptions) for miss in found)
    for edit in chain.from_iterable(for_rules):
        policies = (thing for thing in edit.changed if isinstance(thing, Policy))
        if peer is None or all(_is_own(cluster, side, policy) for policy in policies):
            yield edit
    if peer is not None:
        own = [policy for policy in side.isolated_by if _is_own(cluster, side, policy)]
        yield from (_add_rule(cluster, policy, side) for policy in own)
        if not own:
            yield _add_policy(cluster, side, peer)


def _is_own(cluster: Cluster, side: Side, policy: Policy) -> bool:
    """Say whether a policy has rules, and selects only the subject and pods that are like it."""
    selected = selected_by(cluster, policy.namespace, policy.pod_selector)
    like_it = selector_for(cluster, subject_of(side))
    return any(listed_rules(policy)) and not selected - selected_by(
        cluster, policy.namespace, like_it
    )


def _for_rule(
    cluster: Cluster, side: Side, miss: NearMiss, peer: Peer | None, assumptions: Assumptions
) -> Iterator[Edit]:
    if any(unmet.part is UnmetPart.DIRECTION for unmet in miss.unmet):
        yield _list_direction(miss, side)
    elif miss.policy not in side.isolated_by:  # it does not select the subject
        return
    elif not miss.wants_peer:
        if is_governed(side.flow.protocol):
            yield _admit_port(cluster, miss, side, assumptions)
    elif not miss.wants_port:
        yield from labellings(cluster, side, miss)
        yield from _except_less(miss, side)
        if peer is not None and _may_join(cluster, miss, side):
            yield _admit_peer(cluster, miss, side)


# ---------------------------------------------------------------- policies


def _list_direction(miss: NearMiss, side: Side) -> Edit:
    policy, name = miss.policy, side.direction.value
    types = (*policy.policy_types, side.direction)
    return of_policy(
        replace(policy, policy_types=types),
        f"list {name} in policyTypes, so that rule {miss.rule.number} counts",
        "spec.policyTypes",
        [one.value for one in types],
        adds=False,
        touch=Touch.ODD,
    )


def _admit_port(cluster: Cluster, miss: NearMiss, side: Side, assumptions: Assumptions) -> Edit:
    port = _port_meant(miss.rule, side.flow)
    rule = replace(miss.rule, ports=(*miss.rule.ports, port))
    service = _service_meant(cluster, miss.rule, side.flow, assumptions)
    because = f", as Service {service} leads there" if service is not None else ""
    words = f"let rule {rule.number} also admit {port}{because}"
    changed, path = with_rule(miss.policy, miss.rule, rule), f"{rule.path}.ports"
    touch = Touch.ODD if service is not None else Touch.OWN
    return of_policy(changed, words, path, [writing.port(port)], touch=touch)


def _port_meant(rule: Rule, flow: Flow) -> PolicyPort:
    """Return the port of a flow; the whole range where only its protocol is another one."""
    protocol, port = Protocol(flow.protocol), flow.port
    ranges = ((one, one.port, one.end_port) for one in rule.ports)
    for one, first, last in ranges:
        if isinstance(first, int) and last is not None and port in range(first, last + 1):
            return replace(one, protocol=protocol)
    return PolicyPort(protocol, port)


def _service_meant(
    cluster: Cluster, rule: Rule, flow: Flow, assumptions: Assumptions
) -> Service | None:
    """Return the Service whose port a rule lists where that of the pods behind it is needed.

    A rule that lets a port through to anyone says little of whom it means, unless it is for name
    servers.
    """
    listed = admitted_ports(rule, flow.destination, assumptions)
    found = (
        service
        for service, offered in leading_to(cluster, flow, listed)
        if rule.peers or offered.port == DNS
    )
    return next(found, None)


def _may_join(cluster: Cluster, miss: NearMiss, side: Side) -> bool:
    """Say whether a rule may get the other end as a peer: without ports, it opens all of them.

    That is how its author means it for pods of a namespace where it looks for some already.
    """
    pod, governed = side.peer.pod, is_governed(side.flow.protocol)
    if miss.rule.ports or not governed:
        return True
    if pod is None or pod.host_network:
        return False
    labels = cluster.namespaces[pod.namespace].labels
    beside = (peer for peer in miss.rule.peers if peer.ip_block is None)
    return any(matches(namespaces_for(one, miss.policy.namespace), labels) for one in beside)


def _neighbours(policy: Policy, side: Side, rule: Rule | None = None) -> list[Peer]:
    """Return the peers of a policy for the direction of a side, those of one rule first."""
    rules = [one for one in policy.rules(side.direction) if one is not rule]
    return [*(rule.peers if rule else ()), *chain.from_iterable(one.peers for one in rules)]


def _admit_peer(cluster: Cluster, miss: NearMiss, side: Side) -> Edit:
    peer = peer_for(cluster, side, _neighbours(miss.policy, side, miss.rule))
    assert peer is not None
    rule = replace(miss.rule, peers=(*miss.rule.peers, peer))
    words = f"let rule {rule.number} also admit {peer_words(peer)}"
    changed = with_rule(miss.policy, miss.rule, rule)
    edit = of_policy(changed, words, path_of_peers(rule), [writing.peer(peer)])
    return replace(edit, joins=peer)


def _add_rule(cluster: Cluster, policy: Policy, side: Side) -> Edit:
    peer = peer_for(cluster, side, _neighbours(policy, side))
    assert peer is not None
    words = f"add an {side.direction} rule for {peer_words(peer)} on {_spoken(side)}"
    changed, rule = with_one_more(policy, side.direction, (peer,), ports_of(side))
    path, adds = f"spec.{side.direction}", bool(policy.rules(side.direction))
    edit = of_policy(changed, words, path, [writing.rule(rule)], adds=adds)
    return replace(edit, joins=peer if adds else None)


def _spoken(side: Side) -> str:
    ports = ports_of(side)
    only = f"every port, as {side.flow.protocol} is let through only by rules that list no ports"
    return str(ports[0]) if ports else only


def _add_policy(cluster: Cluster, side: Side, peer: Peer) -> Edit:
    """Return a policy for the subject alone, which needs no other one to be touched."""
    way, subject = side.direction, subject_of(side)
    name = _new_name(cluster, side, list_of_peers(way))
    bare = Policy(subject.namespace, name, _isolated_like(cluster, side), (way,))
    policy, rule = with_one_more(bare, way, (peer,), ports_of(side))
    title = f"NetworkPolicy {policy}"
    on = "" if rule.ports else f" on {_spoken(side)}"
    words = f"add the new {title} ({policy_words(policy)}{on})"
    if not side.isolated:
        words += f"; it isolates {side.subject} for {way}, so that tier Baseline is no longer asked"
    edit = of_object(words, title, "", writing.manifest_of(policy), policy)
    return replace(edit, joins=peer)


def _isolated_like(cluster: Cluster, side: Side) -> Selector:
    """Return a selector of the subject that isolates, and so cuts off, as few other pods as may be.

    None where the subject is isolated already.
    """
    subject = subject_of(side)
    own = selector_for(cluster, subject)
    selected = selected_by(cluster, subject.namespace, own)
    if all(resolution_of(cluster).isolating(pod, side.direction) for pod in selected):
        return own
    selectors = [policy.pod_selector for policy in side.isolated_by] or [own]
    return min(selectors, key=lambda one: len(selected_by(cluster, subject.namespace, one)))


def _new_name(cluster: Cluster, side: Side, preposition: str) -> str:
    """Return a name for a policy that none of the namespace has: both ends, and the direction."""
    namespace = subject_of(side).namespace
    taken = {policy.name for policy in cluster.policies if policy.namespace == namespace}
    subject, peer = _part_of_name(side.subject), _part_of_name(side.peer)
    name = f"{subject}-{side.direction}-{preposition}-{peer}"
    return unused(name, taken)


def _part_of_name(end: Endpoint) -> str:
    """Return what an end is called, in characters that a name may have."""
    text = end.address.exploded.replace(":", "-") if end.address is not None else ""
    if end.pod is not None:
        text = end.pod.workload.name if end.pod.workload is not None else end.pod.name
    return text[:MOST_OF_A_NAME].rstrip("-.")


def _except_less(miss: NearMiss, side: Side) -> Iterator[Edit]:
    """Yield the block that the address is in, without the exception that takes it out."""
    address, block = side.peer.address, miss.peer.ip_block if miss.peer is not None else None
    if block is None or address is None or miss.unmet != (Unmet(UnmetPart.EXCEPT, block),):
        return
    parts: dict[Network, tuple[Network, ...]] = {part: (part,) for part in block.excepts}
    for part in block.excepts:
        if address in part:
            rest = part.address_exclude(ip_network(address))  # type: ignore[arg-type]
            parts[part] = tuple(sorted(rest))
    smaller = replace(block, excepts=tuple(chain.from_iterable(parts.values())))
    assert miss.peer is not None
    place = miss.rule.peers.index(miss.peer)
    edit = of_policy(
        with_peer(miss.policy, miss.rule, place, Peer(ip_block=smaller)),
        f"take {address} out of the except of rule {miss.rule.number}",
        f"{peer_path(miss.rule, place)}.ipBlock",
        writing.ip_block(smaller),
        adds=False,
    )
    changed = (max(1, len(left)) for part, left in parts.items() if left != (part,))
    yield replace(edit, lines=sum(changed))
