"""Why a side turned where a cluster-wide tier decides or decided it, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netpol_lab.engine.sides import Side
from netpol_lab.engine.tier_words import called
from netpol_lab.engine.tiers import Match
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.cluster_policies import Action, ClusterPolicy, Tier

# What each action does to somebody.
_DOES = {Action.ACCEPT: "accepts {}", Action.DENY: "denies {}", Action.PASS: "passes {} on"}
_DID = {Action.ACCEPT: "accepted {}", Action.DENY: "denied {}", Action.PASS: "passed {} on"}
_MAY = {Action.ACCEPT: "may accept {}", Action.DENY: "may deny {}", Action.PASS: "may pass {} on"}
Unsure = tuple[bool, ...]  # before, and after


def tier_causes(
    before: Side, after: Side, old: Cluster, new: Cluster, unsure: Unsure
) -> Iterator[str]:
    """Yield which cluster-wide policies turned a side: that is new, gone, or has changed.

    Parameters
    ----------
    before, after : Side
        The same side in both clusters, allowed in one of them only.
    old, new : Cluster
    unsure : tuple of bool
        Whether permitted readings disagree about the side, before and after.

    Yields
    ------
    str

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> side = lab.evaluate(shop, "web", "db", port=5432).ingress
    >>> [*tier_causes(side, side, shop, shop, (False, False))]
    []
    """
    was, now = _said(before, after), _said(after, before)
    if was is not None:
        yield f"{before.direction}: {_no_longer(was, before, after, new, unsure)}"
    if now is not None:
        yield f"{after.direction}: {_newly(now, after, old, unsure[1])}"


def _said(side: Side, other: Side) -> Match | None:
    """Return what decides a side among the tiers; else what tier Admin passed on, that it denied.

    What is passed on matters only where tier Admin itself decides at the other time.
    """
    if side.ruling is not None:
        return side.ruling.decisive
    return side.above.decisive if other.is_decided_above and side.above is not None else None


def _no_longer(match: Match, before: Side, after: Side, new: Cluster, unsure: Unsure) -> str:
    policy, peer = match.policy, before.peer
    did = f"{'may have ' * unsure[0]}{_DID[match.action].format(peer)}"
    now = _same_name(policy, new)
    if now is None:
        return f"{policy} is gone; its rule {match.rule.number} {did}"
    if moved := _moved(policy, now):
        return f"{policy} {moved}"
    same = " (itself unchanged)" if now == policy else ""
    if policy.tier is Tier.BASELINE and after.isolated and not before.isolated:
        return f"{called(match)} {did}; {after.subject} is isolated now, so it is not asked"
    decides = "no longer surely decides" if unsure[1] else "no longer decides"
    return f"{called(match)}{same} {did}, and {decides}"


def _newly(match: Match, after: Side, old: Cluster, unsure: bool) -> str:
    policy = match.policy
    was, does = _same_name(policy, old), (_MAY if unsure else _DOES)[match.action]
    if was is None:
        what = ", which is new,"
    elif moved := _moved(was, policy):
        what = f", which {moved},"
    else:
        what = " (itself unchanged)" if was == policy else ""
    return f"{called(match)}{what} now {does.format(after.peer)}"


def _moved(was: ClusterPolicy, now: ClusterPolicy) -> str:
    """Say where a policy is asked now, if nothing else of it has changed; nothing else."""
    if now == was or replace(now, tier=was.tier, priority=was.priority) != was:
        return ""
    if now.tier is not was.tier:
        return f"is in tier {now.tier} now, not {was.tier}"
    return f"has priority {now.priority} now, not {was.priority}"


def _same_name(policy: ClusterPolicy, cluster: Cluster) -> ClusterPolicy | None:
    """Return the policy of this kind and name in a cluster."""
    return next((one for one in cluster.cluster_policies if str(one) == str(policy)), None)
