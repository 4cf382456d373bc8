"""The rule of a cluster-wide tier that might have kept its Deny from deciding, and did not.

It wants one thing that the flow does not have, or it is asked too late. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from netpol_lab.engine.endpoint_rules import as_node
from netpol_lab.engine.near_miss import PORT_PARTS, Unmet, UnmetPart, unmet_by_peer, unmet_by_ports
from netpol_lab.engine.near_words import unmet_words
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.sides import Side
from netpol_lab.engine.tier_words import called
from netpol_lab.engine.tiers import Match, about, met_by
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.cluster_policies import Action, ClusterPeer, ClusterPolicy, ClusterRule
from netpol_lab.model.objects import IPBlock, Peer

_WOULD = {Action.ACCEPT: "would accept it", Action.PASS: "would pass it on"}


@dataclass(frozen=True, slots=True)
class TierMiss:
    """A rule that accepts or passes on, and does not decide a flow that its tier denies.

    Parameters
    ----------
    match : Match
    unmet : Unmet, optional
        The one thing that it wants; None where it is asked too late.
    """

    match: Match
    unmet: Unmet | None = None


def tier_misses(
    cluster: Cluster, side: Side, assumptions: Assumptions = DEFAULTS
) -> Iterator[TierMiss]:
    """Yield the rules that nearly keep a cluster-wide tier from denying a side.

    Parameters
    ----------
    cluster : Cluster
    side : Side
        One side of a verdict on this cluster; only where a tier denies it there are any.
    assumptions : Assumptions
        Those under which the side was judged.

    Yields
    ------
    TierMiss
        First those that want a port, then those that want a label or an address, then those that
        are asked too late.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> [*tier_misses(shop, lab.evaluate(shop, "web", "db", port=5432).ingress)]
    []
    """
    deny, pod = side.ruling.decisive if side.ruling else None, side.subject.pod
    if deny is None or deny.action is not Action.DENY:
        return
    assert pod is not None
    resolution = resolution_of(cluster)
    assumptions = replace(assumptions, end_port=True, ip_block_matches_pods=True)
    matches = [
        Match(policy, rule)
        for policy in about(resolution, pod, side.direction)
        if policy.tier is deny.policy.tier
        for rule in policy.rules(side.direction)
    ]
    place = next(i for i, match in enumerate(matches) if match.rule is deny.rule)
    for_ports: list[TierMiss] = []
    for_peers: list[TierMiss] = []
    for match in matches[:place]:
        if match.rule.action in _WOULD:
            for unmet in _wanted(cluster, side, match.rule, assumptions):
                kind = for_ports if unmet.part in PORT_PARTS else for_peers
                kind.append(TierMiss(match, unmet))
    yield from (*for_ports, *for_peers)
    late = (one for one in matches if _is_after(one.policy, deny.policy))
    for match in late:
        met = met_by(resolution, match.rule, side.flow, assumptions)
        if match.rule.action in _WOULD and met.surely:
            yield TierMiss(match)


def nearest_in_tier(cluster: Cluster, side: Side, assumptions: Assumptions = DEFAULTS) -> str:
    """Return which rule came closest to keeping a tier from denying a side; empty where none did.

    Parameters
    ----------
    cluster : Cluster
    side : Side
    assumptions : Assumptions
        All as for `tier_misses`.

    Returns
    -------
    str

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> nearest_in_tier(shop, lab.evaluate(shop, "web", "db", port=5432).ingress)
    ''
    """
    miss = next(tier_misses(cluster, side, assumptions), None)
    if miss is None:
        return ""
    rule = miss.match.rule
    words = f"closest: {called(miss.match)} {_WOULD[rule.action]}, but "
    if miss.unmet is None:
        return f"{words}comes after the rule that denies it"
    return words + unmet_words(miss.unmet, side, cluster, rule)


def _is_after(policy: ClusterPolicy, first: ClusterPolicy) -> bool:
    """Say whether a later rule of a policy is surely asked later than one of another."""
    ranked = policy.is_ranked and first.is_ranked
    return policy is first or (ranked and policy.priority > first.priority)


def _wanted(
    cluster: Cluster, side: Side, rule: ClusterRule, assumptions: Assumptions
) -> Iterator[Unmet]:
    """Yield what a rule that does not match wants, where that is one thing."""
    by_ports = [*unmet_by_ports(rule, side.flow, assumptions)]
    end = as_node(side.peer)  # no selector means a pod on the network of its node (ANP-10)
    for peer in filter(_is_plain, rule.peers):
        for part in _parts(peer):
            match [*unmet_by_peer(cluster, "", part, end, assumptions), *by_ports]:
                case [unmet] if unmet.part is not UnmetPart.POD:
                    yield unmet


def _is_plain(peer: ClusterPeer) -> bool:
    """Say whether a peer is told by selectors or networks; names and nodes say little here."""
    return peer.nodes is None and not peer.domain_names


def _parts(peer: ClusterPeer) -> Iterator[Peer]:
    """Yield a peer as those of a NetworkPolicy that mean the same."""
    if peer.networks:
        yield from (Peer(ip_block=IPBlock(network)) for network in peer.networks)
    else:
        yield peer
