"""Which flows a policy of another kind could decide, without evaluating it.

What it makes of them is open: each such side of a flow may be allowed or blocked by it (SEM-70).
"""

from __future__ import annotations

from collections.abc import Iterable

from netpol_lab.engine.endpoint_rules import is_own_node
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.resolution import Resolution
from netpol_lab.engine.service_paths import FlowPath
from netpol_lab.errors import some
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.bitsets import union
from netpol_lab.model.objects import Direction
from netpol_lab.model.other_policies import OtherPolicy


def subjects(resolution: Resolution, policy: OtherPolicy, direction: Direction) -> PodSet:
    """Return the pods whose side of some flow a policy could decide (SEM-70).

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
    >>> firewall = OtherPolicy("EgressFirewall", "a", "shop", (Direction.EGRESS,))
    >>> [len(subjects(resolution, firewall, way)) for way in Direction]
    [0, 3]
    """
    if direction not in policy.directions:
        return PodSet(resolution.pod_index)
    return resolution.matched_by(policy.subject, policy.namespace)


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
        None for a pod's flow to itself (SEM-49); through a Service it is like any other.
    """
    if not resolution.other_policies:
        return ()
    pod = path.arriving.subject(direction).pod
    if pod is None or not assumptions.enforced or stays_within(path, assumptions):
        return ()
    others = resolution.other_policies
    return tuple(policy for policy in others if pod in subjects(resolution, policy, direction))


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


def touched(resolution: Resolution, direction: Direction) -> int:
    """Return the pods whose side other policies could decide, as bits.

    Parameters
    ----------
    resolution : Resolution
    direction : Direction
    """
    policies = resolution.other_policies
    return union(subjects(resolution, policy, direction).bits for policy in policies)


def listed(policies: Iterable[OtherPolicy]) -> str:
    """Return the different names of policies; of many the first few, and how many more.

    Examples
    --------
    >>> listed(OtherPolicy("AdminNetworkPolicy", str(i)) for i in range(4))
    'AdminNetworkPolicy 0, AdminNetworkPolicy 1, AdminNetworkPolicy 2 and 1 more'
    """
    return some(dict.fromkeys(map(str, policies)))
