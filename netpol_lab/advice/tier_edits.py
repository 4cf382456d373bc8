"""Changes to cluster-wide policies that might let a flow through a side that their tier denies.

Only who owns such a policy can make them. Whether they help is for the engine to say (`fix`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from ipaddress import ip_network

from netpol_lab.advice.edit import Edit, Touch, of_object
from netpol_lab.advice.telling import peer_for, ports_of, selector_for, subject_of, unused
from netpol_lab.engine.semantics import only_namespace
from netpol_lab.engine.sides import Side
from netpol_lab.engine.tier_words import called
from netpol_lab.engine.tiers import LaneAnswer, Match, contradicting
from netpol_lab.manifests import writer as writing
from netpol_lab.manifests.cluster_wide import writer
from netpol_lab.manifests.summary import peer_words
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.cluster_policies import (
    Action,
    ClusterPeer,
    ClusterPolicy,
    ClusterRule,
    Tier,
    free_priorities,
)
from netpol_lab.model.flows import Endpoint
from netpol_lab.model.objects import Direction, Peer
from netpol_lab.model.policy_parts import list_of_peers, path_of_peers
from netpol_lab.model.selectors import Selector

MOST_RULES = {"v1alpha1": 100}  # of a direction; 25 in the later versions (ANP-15)
MOST_OF_A_NAME = 60  # characters of each part in that of a new policy


def denying(side: Side) -> Match | None:
    """Return the rule of a cluster-wide tier that denies a side; None where none does.

    Parameters
    ----------
    side : Side

    Returns
    -------
    Match or None

    Examples
    --------
    >>> import netpol_lab as lab
    >>> denying(lab.evaluate(lab.load("three-tier"), "web", "db", port=5432).ingress)
    """
    ruling = side.ruling
    return ruling.decisive if ruling and ruling.answer is LaneAnswer.DENY else None


def owned_above(side: Side) -> str:
    """Say that only who owns a cluster-wide policy can let a flow through, where that is so.

    Parameters
    ----------
    side : Side

    Returns
    -------
    str
        Empty where tier Admin does not deny it.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> owned_above(lab.evaluate(lab.load("three-tier"), "web", "db", port=5432).ingress)
    ''
    """
    match = denying(side)
    if match is None or match.policy.tier is not Tier.ADMIN:
        return ""
    does = "may deny" if match.unusable or _rivals(side, match) else "denies"
    return (
        f"{called(match)} {does} this {side.direction}: only its owner can change it, "
        "no NetworkPolicy can"
    )


def tier_edits(cluster: Cluster, side: Side) -> Iterator[Edit]:
    """Yield changes to the cluster-wide policies of a tier that denies a side.

    Another priority, where nothing says which of two goes first; a rule before the one that denies,
    for this flow alone; the peer or the port taken out of that one; a new policy with a lower
    number, for this pod alone.

    Parameters
    ----------
    cluster : Cluster
    side : Side
        One side of a verdict on this cluster.

    Yields
    ------
    Edit

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> [*tier_edits(shop, lab.evaluate(shop, "web", "db", port=5432).ingress)]
    []
    """
    match = denying(side)
    if match is None:
        return
    yield from _another_number(cluster, side, match)
    yield from _less(match)
    peer = _peer_for(cluster, side)
    if peer is None:
        return
    ports = ports_of(side)
    for action in _actions(match.policy):
        wanted = ClusterRule(side.direction, match.rule.index, (peer,), ports, action)
        yield from _before(match, wanted)
        yield from _new(cluster, side, match.policy, wanted)


def _actions(policy: ClusterPolicy) -> tuple[Action, ...]:
    """Return what lets a flow through: to pass it on leaves the rest to others."""
    return (Action.PASS, Action.ACCEPT) if policy.is_ranked else (Action.ACCEPT,)  # ANP-16


def _peer_for(cluster: Cluster, side: Side) -> ClusterPeer | None:
    """Return the peer of a cluster-wide rule that is the other end; None where none surely is."""
    end, found = side.peer, peer_for(cluster, side)
    if found is None:
        return None
    if end.pod is not None and not end.pod.host_network:
        space = found.namespace_selector or only_namespace(end.pod.namespace)
        return ClusterPeer(found.pod_selector or Selector(), space)
    if side.direction is Direction.INGRESS or end.address is None:  # ANP-11
        return None
    return ClusterPeer(networks=(ip_network(end.address),))


def _of(
    changed: ClusterPolicy, words: str, path: str, typed: object, touch: Touch = Touch.ABOVE
) -> Edit:
    return of_object(
        f"in {changed}, {words}", str(changed), path, typed, changed, adds=False, touch=touch
    )


def _with_rules(
    policy: ClusterPolicy, way: Direction, rules: Iterable[ClusterRule]
) -> ClusterPolicy:
    numbered = tuple(replace(rule, index=i) for i, rule in enumerate(rules))
    if way is Direction.INGRESS:
        return replace(policy, ingress=numbered)
    return replace(policy, egress=numbered)


def _in_words(rule: ClusterRule) -> str:
    on = f" on {', '.join(map(str, rule.ports))}" if rule.ports else ""
    (peer,) = rule.peers
    return f"{list_of_peers(rule.direction)} {_peer_words(peer)}{on}"


def _peer_words(peer: ClusterPeer) -> str:
    return f"{peer.networks[0]}" if peer.networks else peer_words(peer)


# ---------------------------------------------------------------- which of two goes first


def _rivals(side: Side, match: Match) -> list[Match]:
    """Return the rules that contradict one and may go first just as well (ANP-04)."""
    groups = contradicting(side.ruling.matches) if side.ruling else ()
    return [
        one for alike in groups if match in alike for one in alike if one.action is not match.action
    ]


def _another_number(cluster: Cluster, side: Side, match: Match) -> Iterator[Edit]:
    """Yield the policy that denies with a later number, and its rivals with an earlier one."""
    policy = match.policy
    rivals = [rival.policy for rival in _rivals(side, match)]
    if not rivals or not all(one.is_ranked for one in (policy, *rivals)):
        return
    before, after = free_priorities(cluster.cluster_policies, policy)
    if after is not None:
        yield _ranked(policy, after, rivals[0])
    if before is not None:
        yield from (_ranked(rival, before, policy) for rival in rivals)


def _ranked(policy: ClusterPolicy, number: int, other: ClusterPolicy) -> Edit:
    way = "before" if number < policy.priority else "after"
    words = f"make the priority {number} instead of {policy.priority}: asked {way} {other}"
    changed = replace(policy, priority=number)
    return _of(changed, words, "spec.priority", number, touch=Touch.ORDER)


# ---------------------------------------------------------------- in the policy that denies


def _before(match: Match, wanted: ClusterRule) -> Iterator[Edit]:
    """Yield the policy with a rule before the one that denies."""
    policy, way, place = match.policy, wanted.direction, match.rule.index
    rules = policy.rules(way)
    if len(rules) >= MOST_RULES.get(policy.version, 25):
        return
    changed = _with_rules(policy, way, (*rules[:place], wanted, *rules[place:]))
    typed = writer.as_rule(wanted, policy.version)
    does = typed["action"]
    words = f"before {way} rule {match.rule.number}, add a rule: {does} {_in_words(wanted)}"
    edit = _of(changed, words, f"spec.{way}", [typed])
    yield replace(edit, adds=True, before=match.rule.number)


def _less(match: Match) -> Iterator[Edit]:
    """Yield the policy with one peer less, or one port less, in the rule that denies."""
    policy, rule = match.policy, match.rule
    if match.unusable:
        return
    for i, peer in enumerate(rule.peers if len(rule.peers) > 1 else ()):
        less = replace(rule, peers=(*rule.peers[:i], *rule.peers[i + 1 :]))
        if peer.pod_selector is not None:
            who = peer_words(peer)
            words = f"take {who} out of {rule.direction} rule {rule.number}"
            typed = writer.as_peers(less)
            gone = writer.as_peers(replace(rule, peers=(peer,)))
            edit = _of(_instead(policy, rule, less), words, path_of_peers(rule), typed)
            yield replace(edit, lines=_lines(gone))
    if any(isinstance(port.port, str) for port in rule.ports):
        return
    for i, port in enumerate(rule.ports if len(rule.ports) > 1 else ()):
        less = replace(rule, ports=(*rule.ports[:i], *rule.ports[i + 1 :]))
        words = f"take {port} out of {rule.direction} rule {rule.number}"
        ((field, typed),) = writer.as_ports(less, policy.version).items()
        ((_, gone),) = writer.as_ports(replace(rule, ports=(port,)), policy.version).items()
        edit = _of(_instead(policy, rule, less), words, f"{rule.path}.{field}", typed)
        yield replace(edit, lines=_lines(gone))


def _lines(typed: object) -> int:
    return len(writing.as_yaml(typed).splitlines())


def _instead(policy: ClusterPolicy, rule: ClusterRule, other: ClusterRule) -> ClusterPolicy:
    rules = policy.rules(rule.direction)
    return _with_rules(policy, rule.direction, (other if one is rule else one for one in rules))


# ---------------------------------------------------------------- a new policy


def _new(
    cluster: Cluster, side: Side, before: ClusterPolicy, wanted: ClusterRule
) -> Iterator[Edit]:
    """Yield a new policy of the same tier, about the subject alone, that is asked before."""
    priority, _ = free_priorities(cluster.cluster_policies, before)
    if priority is None or not before.is_ranked:
        return
    subject = subject_of(side)
    policy = ClusterPolicy(
        before.kind,
        _name(cluster, side, before.kind),
        before.tier,
        priority,
        Peer(selector_for(cluster, subject), only_namespace(subject.namespace)),
        version=before.version,
    )
    policy = _with_rules(policy, side.direction, (wanted,))
    does = writer.as_rule(wanted, policy.version)["action"]
    rank = f"{policy.tier}, priority {policy.priority}, asked before {before}"
    what = f"{peer_words(policy.subject)}: {does} {side.direction} {_in_words(wanted)}"
    words = f"add the new {policy} ({rank}; {what})"
    yield of_object(words, str(policy), "", writer.manifest_of(policy), policy, touch=Touch.ABOVE)


def _name(cluster: Cluster, side: Side, kind: str) -> str:
    """Return a name for a policy that none of its kind has: both ends, and the direction."""
    taken = {policy.name for policy in cluster.cluster_policies if policy.kind == kind}
    subject, peer = _part_of_name(side.subject), _part_of_name(side.peer)
    name = f"{subject}-{side.direction}-{list_of_peers(side.direction)}-{peer}"
    return unused(name, taken)


def _part_of_name(end: Endpoint) -> str:
    """Return what an end is called, in characters that a name may have."""
    if end.pod is None:
        return end.address.exploded.replace(":", "-") if end.address is not None else "outside"
    made = end.pod.workload.name if end.pod.workload is not None else end.pod.name
    return f"{end.pod.namespace[:MOST_OF_A_NAME]}-{made[:MOST_OF_A_NAME]}".rstrip("-.")
