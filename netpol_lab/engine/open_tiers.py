"""What Kubernetes or the manifests leave open of cluster-wide tiers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from netpol_lab.engine.cluster_peers import parts_told_apart
from netpol_lab.engine.resolution import Resolution
from netpol_lab.engine.service_paths import FlowPath
from netpol_lab.engine.tiers import about, is_isolated_otherwise, subjects
from netpol_lab.model.addresses import Network
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.cluster_policies import ClusterPolicy, Tier
from netpol_lab.model.objects import Direction

Met = Mapping[Direction, Sequence[ClusterPolicy]]  # the policies with rules for a direction
Parts = tuple[tuple[Network, ...], ...]  # as `Assumptions.unknown_within` has them


def open_questions(resolution: Resolution) -> dict[str, bool]:
    """Return which questions of `Assumptions` could matter to the tiers of a cluster.

    Parameters
    ----------
    resolution : Resolution

    Returns
    -------
    dict of str to bool

    Examples
    --------
    >>> import netpol_lab as lab
    >>> any(open_questions(Resolution(lab.load("three-tier"))).values())
    False
    """
    policies = resolution.cluster_policies
    met = {way: [policy for policy in policies if policy.rules(way)] for way in Direction}
    isolated = {way: resolution.isolated(way) for way in Direction}
    skipping = any(
        subjects(resolution, policy) & (isolated[way.opposite] - isolated[way])
        for way in Direction
        for policy in met[way]
        if policy.tier is Tier.BASELINE
    )
    return _relevant(met, skipping)


def open_questions_of(resolution: Resolution, path: FlowPath) -> dict[str, bool]:
    """Return which questions of `Assumptions` could matter to the tiers that a path meets.

    Parameters
    ----------
    resolution : Resolution
    path : FlowPath

    Returns
    -------
    dict of str to bool

    Examples
    --------
    >>> import netpol_lab as lab
    >>> flow = lab.evaluate(shop := lab.load("three-tier"), "web", "db", port=5432).flow
    >>> any(open_questions_of(Resolution(shop), FlowPath(flow, flow)).values())
    False
    """
    pods = {way: path.arriving.subject(way).pod for way in Direction}
    met = {way: about(resolution, pod, way) if pod else () for way, pod in pods.items()}
    skipping = any(
        pod and is_isolated_otherwise(resolution, pod, way)
        for way, pod in pods.items()
        if any(policy.tier is Tier.BASELINE for policy in met[way])
    )
    return _relevant(met, bool(skipping))


def _relevant(met: Met, skipping: bool) -> dict[str, bool]:
    rules = [
        rule for way, policies in met.items() for policy in policies for rule in policy.rules(way)
    ]
    peers = [peer for rule in rules for peer in rule.peers]
    return {
        "equal_priority_allows": any(map(_may_contradict, met.values())),
        "unknown_peers_allow": any(p.nodes is not None or p.domain_names for p in peers),
        "unusable_rules_allow": any(
            not policy.is_usable for policies in met.values() for policy in policies
        ),
        "any_isolation_skips_baseline": skipping,
    }


def _may_contradict(policies: Sequence[ClusterPolicy]) -> bool:
    """Say whether nothing tells which of two policies goes first (ANP-04)."""
    ranks = [(policy.tier, policy.priority) for policy in policies if policy.is_ranked]
    below = [policy for policy in policies if policy.tier is Tier.BASELINE]
    unranked = len(ranks) < len(policies)
    return len({*ranks}) < len(ranks) or (unranked and len(below) > 1)


def parts_of_unknown(
    resolution: Resolution, path: FlowPath, assumptions: Assumptions
) -> Iterator[Parts]:
    """Yield where the address of a destination may lie that nobody gives.

    Parameters
    ----------
    resolution : Resolution
    path : FlowPath
    assumptions : Assumptions

    Yields
    ------
    tuple of tuple of IPv4Network or IPv6Network
        As `in_turn` does; one empty tuple where it does not matter.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> flow = lab.evaluate(shop := lab.load("three-tier"), "web", "db", port=5432).flow
    >>> [*parts_of_unknown(Resolution(shop), FlowPath(flow, flow), Assumptions())]
    [()]
    """
    ends = path.asked.destination, path.arriving.destination
    if all(end.address for end in ends) or assumptions.unknown_addresses_in_blocks is not None:
        yield ()
        return
    source = path.arriving.source.pod
    met = about(resolution, source, Direction.EGRESS) if source is not None else ()
    yield from in_turn(parts_told_apart(met))


def in_turn(parts: Parts) -> Iterator[Parts]:
    """Yield all parts so that each comes first once; the others are for ends that can't be there.

    Parameters
    ----------
    parts : tuple of tuple of IPv4Network or IPv6Network

    Yields
    ------
    tuple of tuple of IPv4Network or IPv6Network
        One empty tuple where there are no parts.

    Examples
    --------
    >>> [*in_turn(())]
    [()]
    """
    yield from (parts[i:] + parts[:i] for i in range(len(parts))) if parts else ((),)
