"""Which flows a policy of another kind could decide, without evaluating it.

What it makes of them is open: each such side of a flow may be allowed or blocked by it (SEM-70).
Only what is certain of the standard kinds narrows that down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from netpol_lab.engine.endpoint_rules import is_own_node
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.resolution import Peers, Resolution, SinglePeer
from netpol_lab.engine.service_paths import FlowPath
from netpol_lab.errors import some
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.objects import Direction
from netpol_lab.model.other_policies import OtherPolicy, Rank


def subjects(resolution: Resolution, policy: OtherPolicy, direction: Direction) -> PodSet:
    """Return the pods whose side of some flow a policy could decide (ANP-09, ANP-10, ANP-21).

    Parameters
    ----------
    resolution : Resolution
    policy : OtherPolicy
        One of its cluster.
    direction : Direction

    Returns
    -------
    PodSet

    Examples
    --------
    >>> import netpol_lab as lab
    >>> resolution = Resolution(lab.load("three-tier"))
    >>> below = OtherPolicy("ClusterNetworkPolicy", "deny-all", rank=Rank.BASELINE)
    >>> subjects(resolution, below, Direction.INGRESS)
    {shop/web}
    """
    if direction not in policy.directions:
        return PodSet(resolution.pod_index)
    meant = resolution.matched_by(policy.subject, policy.namespace)
    if policy.rank is Rank.FOREIGN:
        return meant
    selectable = meant & resolution.off_hosts
    below = policy.rank is Rank.BASELINE
    return selectable - resolution.isolated(direction) if below else selectable


def peers(resolution: Resolution, policy: OtherPolicy, direction: Direction, ends: Peers) -> int:
    """Return the ends that the rules of a policy could match (ANP-10 to ANP-12).

    Parameters
    ----------
    resolution : Resolution
    policy : OtherPolicy
    direction : Direction
    ends : Peers

    Returns
    -------
    int
        A set of bits as `ends` counts them.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> from netpol_lab.model.flows import Endpoint
    >>> resolution, outside = Resolution(lab.load("three-tier")), SinglePeer(Endpoint())
    >>> above = OtherPolicy("ClusterNetworkPolicy", "deny-all", rank=Rank.ADMIN)
    >>> [peers(resolution, above, direction, outside) for direction in Direction]
    [0, 1]
    """
    if policy.rank is Rank.FOREIGN or direction is Direction.EGRESS:
        return ends.everyone
    return ends.among(resolution.off_hosts)  # "from" speaks only of pods, and of none on a host


def deciding(
    resolution: Resolution, path: FlowPath, direction: Direction, assumptions: Assumptions
) -> tuple[OtherPolicy, ...]:
    """Return the policies that could decide one side of a path.

    Parameters
    ----------
    resolution : Resolution
    path : FlowPath
    direction : Direction
    assumptions : Assumptions
        Without a plugin no policy of any kind decides anything (SEM-58).

    Returns
    -------
    tuple of OtherPolicy
        None for a pod's flow to itself (ANP-18); through a Service it is like any other.
    """
    if not resolution.other_policies:
        return ()
    pod = path.arriving.subject(direction).pod
    if pod is None or not assumptions.enforced or stays_within(path, assumptions):
        return ()
    end = SinglePeer(path.arriving.subject(direction.opposite))
    return tuple(
        policy
        for policy in resolution.other_policies
        if pod in subjects(resolution, policy, direction)
        and peers(resolution, policy, direction, end)
    )


def stays_within(path: FlowPath, assumptions: Assumptions) -> bool:
    """Say whether a flow goes to the pod that opens it, or to the node whose address it shares.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> flow = lab.evaluate(lab.load("three-tier"), "web", "web", port=80).flow
    >>> stays_within(FlowPath(flow, flow), Assumptions())
    True
    """
    source, destination = path.arriving.ends
    if path.reaches_itself:
        return not path.through_service
    pod = source.pod
    if pod is None or not pod.host_network:
        return False
    return is_own_node(pod, destination, assumptions) is True


def touched(resolution: Resolution, direction: Direction, ends: Peers) -> Iterator[tuple[int, int]]:
    """Yield the sides that other policies could decide: subjects, and their peers, as bits.

    Parameters
    ----------
    resolution : Resolution
    direction : Direction
    ends : Peers
        All ends of flows, the pods with the bits of the resolution.
    """
    by_peers: dict[int, int] = {}
    for policy in resolution.other_policies:
        met = peers(resolution, policy, direction, ends)
        found = subjects(resolution, policy, direction).bits
        by_peers[met] = by_peers.get(met, 0) | found
    yield from ((found, met) for met, found in by_peers.items() if found and met)


def listed(policies: Iterable[OtherPolicy]) -> str:
    """Return the different names of policies; of many the first few, and how many more.

    Examples
    --------
    >>> listed(OtherPolicy("AdminNetworkPolicy", str(i)) for i in range(4))
    'AdminNetworkPolicy 0, AdminNetworkPolicy 1, AdminNetworkPolicy 2 and 1 more'
    """
    return some(dict.fromkeys(map(str, policies)))
