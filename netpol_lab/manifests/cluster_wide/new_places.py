"""Which names and priorities converted policies get, beside those that are there already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, count
from typing import NamedTuple

from netpol_lab.manifests.cluster_wide.convert import KIND
from netpol_lab.model.cluster_policies import LAST_PRIORITY, ClusterPolicy

LONGEST_NAME = 253
Key = tuple[str, str]  # kind and name of an object


class NewPlace(NamedTuple):
    """Where an object of a converted policy stands: its name, and its priority in its tier."""

    name: str
    priority: int


def new_places(
    policies: Iterable[ClusterPolicy], numbers: Mapping[Key, int]
) -> dict[Key, tuple[NewPlace, ...]]:
    """Return the names and priorities of the objects that policies become.

    Parameters
    ----------
    policies : iterable of ClusterPolicy
        All of the cluster, in their old forms.
    numbers : mapping of (str, str) to int
        How many objects each policy that is converted becomes, by its kind and name.

    Returns
    -------
    dict of (str, str) to tuple of NewPlace
        Nothing for a policy without as many priorities in a row: no rule of another one may come
        between its own.

    Examples
    --------
    >>> from netpol_lab.model.cluster_policies import Tier
    >>> old = ClusterPolicy("AdminNetworkPolicy", "a", Tier.ADMIN, 10)
    >>> new = ClusterPolicy(KIND, "a", Tier.ADMIN, 11)
    >>> for name, priority in new_places([old, new], {("AdminNetworkPolicy", "a"): 2}).values():
    ...     print(name, priority)
    NewPlace(name='a-admin', priority=9) NewPlace(name='a-admin-2', priority=10)
    """
    # The one that is always called "default" is the last to choose.
    policies = sorted(policies, key=lambda policy: (not policy.is_ranked, policy.priority))
    names = {policy.name for policy in policies if policy.kind == KIND}
    used = {(p.kind, p.name): (p.tier, [p.priority]) for p in policies}
    found: dict[Key, tuple[NewPlace, ...]] = {}
    for policy in policies:
        key = policy.kind, policy.name
        if key not in numbers:
            continue
        there = [its for k, (tier, its) in used.items() if k != key and tier is policy.tier]
        priorities = _priorities(policy, [*chain(*there)], numbers[key])
        used[key] = policy.tier, priorities or [policy.priority]
        found[key] = tuple(map(NewPlace, _names(policy, len(priorities), names), priorities))
        names.update(place.name for place in found[key])
    return found


def _priorities(policy: ClusterPolicy, others: Sequence[int], number: int) -> list[int]:
    """Return priorities in a row, on the same side of all others as the one that was.

    A BaselineAdminNetworkPolicy has none. Alone in its tier it comes last, so that there is room
    for others before it; beside others it goes before them, which nothing said until then (ANP-04).
    """
    own = policy.priority
    if not (policy.is_ranked or others):
        own = LAST_PRIORITY
    if number == 1:
        return [own]
    if own in others:
        return []  # the tie would hold for some of the rules only
    first = max((other + 1 for other in others if other < own), default=0)
    last = min((other - 1 for other in others if other > own), default=LAST_PRIORITY)
    start = max(first, min(own, last - number + 1))
    return [*range(start, start + number)] if start + number - 1 <= last else []


def _names(policy: ClusterPolicy, number: int, taken: set[str]) -> list[str]:
    """Return names that no ClusterNetworkPolicy has: its own, or else one that tells its tier."""
    tier = policy.tier.value.lower()
    found: list[str] = []
    for part in range(1, number + 1):
        base = found[0] if found else policy.name
        endings = [f"-{part}"] if found else ["", f"-{tier}"]
        more = (f"{endings[-1]}-{n}" for n in count(2))
        wanted = (base[: LONGEST_NAME - len(end)] + end for end in chain(endings, more))
        found.append(next(name for name in wanted if name not in {*taken, *found}))
    return found
