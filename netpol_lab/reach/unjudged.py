"""What a diff cannot judge: changes of policies of other kinds, and what these may hide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from netpol_lab.errors import counted
from netpol_lab.model.other_policies import OtherPolicy
from netpol_lab.reach.comparison import compare
from netpol_lab.reach.reachability import side_by_side

if TYPE_CHECKING:
    from netpol_lab.reach.diff import Diff


def unjudged(diff: Diff) -> Iterator[str]:
    """Yield in words what may have changed without showing in the connections (SEM-70).

    Parameters
    ----------
    diff : Diff

    Yields
    ------
    str

    Examples
    --------
    >>> import netpol_lab as lab
    >>> from dataclasses import replace
    >>> shop = lab.load("three-tier")
    >>> above = replace(shop, other_policies=(OtherPolicy("AdminNetworkPolicy", "a"),))
    >>> print(*unjudged(lab.diff(above, shop)))
    AdminNetworkPolicy a is gone; it is not evaluated yet
    """
    if diff.after.assumptions.only_network_policies is True:
        return
    clusters = diff.before.cluster, diff.after.cluster
    was, now = (dict.fromkeys(cluster.other_policies) for cluster in clusters)
    gone, new = (_names(one, other) for one, other in ((was, now), (now, was)))
    for name in dict.fromkeys((*gone, *new)):
        fate = "is gone" if name not in new else "has changed" if name in gone else "is new"
        yield f"{name} {fate}; it is not evaluated yet"
    if was and now and (number := _hidden(diff)):
        are = "is" if number == 1 else "are"
        yield (
            f"{counted(number, 'connection')} changed as far as NetworkPolicies decide, and "
            f"{are} undefined before and after"
        )


def _names(some: dict[OtherPolicy, None], others: dict[OtherPolicy, None]) -> list[str]:
    return [str(policy) for policy in some if policy not in others]


def _hidden(diff: Diff) -> int:
    """Return how many pairs of ends differ only where other policies are left out."""
    assumptions = replace(diff.after.assumptions, only_network_policies=True)
    before, after = side_by_side([diff.before.cluster, diff.after.cluster], assumptions)
    changes = (*diff.changes, *diff.in_part)
    told = {(change.source, change.destination) for change in changes}
    return sum(pair not in told for pair, *_ in compare(before, after, diff.by))
