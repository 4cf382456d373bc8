"""The rule of a cluster-wide tier that might have kept its Deny from deciding, and did not.

It wants one thing that the flow does not have, or it is asked too late. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from netpol_lab.engine.near_miss import PORT_PARTS, Unmet, UnmetPart, unmet_by_peer, unmet_by_ports
from netpol_lab.engine.near_words import unmet_words
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.sides import Side
from netpol_lab.engine.tier_words import called
from netpol_lab.engine.tiers import LaneAnswer, Match, Ruling, about, met_by
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.cluster_policies import Action, ClusterPeer
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
    ruling, pod = side.ruling, side.subject.pod
    if ruling is None or ruling.answer is not LaneAnswer.DENY or pod is None:
        return
    resolution = resolution_of(cluster)
    assumptions = replace(assumptions, end_port=True, ip_block_matches_pods=True)
    matches = [
        Match(policy, rule)
        for policy in about(resolution, pod, side.direction)
        if policy.tier is ruling.tier
        for rule in policy.rules(side.direction)
    ]
    places = [ruling.decisive is not None and m.rule is ruling.decisive.rule for m in matches]
    earlier, later = matches[: places.index(True)], matches[places.index(True) + 1 :]
    helping = (match for match in earlier if match.rule.action in _WOULD)
    wanting = (_wanting(cluster, side, match, assumptions) for match in helping)
    yield from sorted(chain.from_iterable(wanting), key=_far)
    late = (m for m in later if m.rule.action in _WOULD and _is_after(m, ruling))
    for match in late:
        if met_by(resolution, match.rule, side.flow, assumptions).surely:
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


def _is_after(match: Match, ruling: Ruling) -> bool:
    """Say whether a rule is surely asked later than the one that decides."""
    policy = ruling.decisive.policy if ruling.decisive else match.policy
    return match.policy is policy or match.policy.priority > policy.priority


def _wanting(
    cluster: Cluster, side: Side, match: Match, assumptions: Assumptions
) -> Iterator[TierMiss]:
    """Yield what a rule that does not match wants, where that is one thing."""
    by_ports = [*unmet_by_ports(match.rule, side.flow, assumptions)]
    on_host = side.peer.pod is not None and side.peer.pod.host_network
    for peer in filter(_is_plain, match.rule.peers):
        if on_host and peer.pod_selector is not None:
            continue  # no selector means it (ANP-10)
        for part in _parts(peer):
            by_peer = unmet_by_peer(cluster, "", part, side.peer, assumptions)
            unmet = [*by_peer, *by_ports]
            if len(unmet) == 1 and unmet[0].part is not UnmetPart.POD:
                yield TierMiss(match, unmet[0])


def _is_plain(peer: Peer) -> bool:
    """Say whether a peer is told by selectors or networks; names and nodes say little here."""
    return isinstance(peer, ClusterPeer) and peer.nodes is None and not peer.domain_names


def _parts(peer: Peer) -> Iterator[Peer]:
    """Yield a peer as those of a NetworkPolicy that mean the same."""
    if isinstance(peer, ClusterPeer) and peer.networks:
        yield from (Peer(ip_block=IPBlock(network)) for network in peer.networks)
    else:
        yield peer


def _far(miss: TierMiss) -> int:
    return 0 if miss.unmet is not None and miss.unmet.part in PORT_PARTS else 1
