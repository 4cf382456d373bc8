"""Which lines of a cluster-wide policy decide a side: its rank, and the rule that matches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.sides import Side
from netpol_lab.engine.tier_words import decision
from netpol_lab.engine.tiers import met_by
from netpol_lab.manifests.cluster_wide.writer import OLDER
from netpol_lab.manifests.field_paths import Path, parse_path
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.cluster_policies import ClusterPolicy, ClusterRule
from netpol_lab.model.policy_parts import peer_path, port_path

RANK: Path = ("spec", "priority")


def by_tier(
    cluster: Cluster, side: Side, assumptions: Assumptions
) -> Iterator[tuple[str, ClusterPolicy, tuple[Path, ...]]]:
    """Yield the rule of a tier that decides a side: in words, its policy, and the lines of it.

    Parameters
    ----------
    cluster : Cluster
    side : Side
        One side of a verdict on this cluster.
    assumptions : Assumptions
        Those under which the side was judged.

    Yields
    ------
    (str, ClusterPolicy, tuple of tuple of str and int)

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> [*by_tier(shop, lab.evaluate(shop, "web", "db", port=5432).ingress, lab.Assumptions())]
    []
    """
    match = side.ruling.decisive if side.ruling else None
    if match is None:
        return
    rule, policy = match.rule, match.policy
    at = parse_path(rule.path)
    rank = (RANK,) if policy.is_ranked else ()
    paths = (*rank, (*at, "action"), *_matching(cluster, side, assumptions, policy, rule))
    yield decision(side), policy, paths


def _matching(
    cluster: Cluster, side: Side, assumptions: Assumptions, policy: ClusterPolicy, rule: ClusterRule
) -> Iterator[Path]:
    """Yield the items of a rule that match a flow: of its peers, then of its ports."""
    resolution = resolution_of(cluster)
    for i, peer in enumerate(rule.peers):
        if any(met_by(resolution, replace(rule, peers=(peer,)), side.flow, assumptions)):
            yield parse_path(peer_path(rule, i))
    field = "ports" if policy.version == OLDER else "protocols"
    if any(isinstance(port.port, str) for port in rule.ports):  # one item may be several ports
        yield *parse_path(rule.path), field
        return
    for i, port in enumerate(rule.ports):
        if any(met_by(resolution, replace(rule, ports=(port,)), side.flow, assumptions)):
            yield parse_path(port_path(rule, i, field))
