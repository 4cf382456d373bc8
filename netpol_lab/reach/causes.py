"""Why a flow was gained or lost: the policies and rules that changed, in words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from netpol_lab.engine.explain import left_open
from netpol_lab.engine.verdict import Side, Verdict, evaluate
from netpol_lab.model.bitsets import ones
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Policy
from netpol_lab.reach.reachability import Reachability

if TYPE_CHECKING:
    from netpol_lab.reach.diff import Diff, FlowChange

MOST_ASKED = 100  # pairs of pods looked at for an example


def why(diff: Diff, change: FlowChange, protocol: str, port: int) -> Iterator[str]:
    """Yield what made the difference at one port, in words.

    Parameters
    ----------
    diff : Diff
    change : FlowChange
        One of `changes`.
    protocol : str
    port : int

    Returns
    -------
    iterator of str

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> found = lab.diff(shop, shop.with_policies(["backend-access-ingress"]))
    >>> [*found.why(found.changes[0], "TCP", 5432)]
    ['ingress: shop/db-access-ingress is gone; it isolated shop/db']
    """
    pair = change.source, change.destination
    was, now = (
        _example(reach, diff.by, *pair, protocol, port) for reach in (diff.before, diff.after)
    )
    yield from (f"{name} is new" for name in pair if name in diff.added)
    yield from (f"{name} is gone" for name in pair if name in diff.removed)
    if was is not None and now is not None:
        yield from _reasons(was, now)
    elif change.source == change.destination:
        for reach, only in (
            (diff.before, "had one pod only"),
            (diff.after, "has one pod only now"),
        ):
            if reach.groups(diff.by).members.get(change.source, 0).bit_count() == 1:
                yield f"{change.source} {only}"


def _example(
    reach: Reachability, by: str, source: str, destination: str, protocol: str, port: int
) -> Verdict | None:
    """Return the verdict on one flow between two groups: an allowed one if there is any.

    None where there is no such pair: one of them is not there, or is alone with itself.
    """
    members, name = reach.groups(by).members, reach.index.flow_name
    pairs = (
        (name(here), name(there))
        for here in ones(members.get(source, 0))
        for there in ones(members.get(destination, 0))
        if here != there
    )
    some = [*islice(pairs, MOST_ASKED)]
    if not some:
        return None
    open_ = (pair for pair in some[1:] if (protocol, port) in reach.ports(*pair))
    return evaluate(reach.cluster, *next(open_, some[0]), port, protocol, reach.assumptions)


def _reasons(was: Verdict, now: Verdict) -> Iterator[str]:
    if now.allowed is None:
        yield from (f"left open: {words}" for words in left_open(now))
    elif was.allowed is None:
        yield "before, Kubernetes or the manifests left this open"
    for before, after in zip(was.sides, now.sides, strict=True):
        if after.allowed and not before.allowed:
            yield from _opening(before, after, was.cluster, now.cluster)
        elif before.allowed and not after.allowed:
            yield from _closing(before, after, was.cluster, now.cluster)


def _opening(before: Side, after: Side, old: Cluster, new: Cluster) -> Iterator[str]:
    way, subject = after.direction, after.subject
    for policy in () if after.isolated else before.isolated_by:
        if str(policy) in new.policies_by_name:
            yield f"{way}: {policy}{_same(policy, new)} no longer isolates {subject}"
        else:
            yield f"{way}: {policy} is gone; it isolated {subject}"
    for policy, rule in after.admitted_by:
        yield f"{way}: rule {rule.number} of {policy} now admits {after.peer}{_same(policy, old)}"


def _closing(before: Side, after: Side, old: Cluster, new: Cluster) -> Iterator[str]:
    way, peer = before.direction, before.peer
    for policy in () if before.isolated else after.isolated_by:
        yield f"{way}: {policy} now isolates {before.subject}{_same(policy, old)}"
    for policy, rule in before.admitted_by:
        if str(policy) in new.policies_by_name:
            same = _same(policy, new)
            yield f"{way}: rule {rule.number} of {policy}{same} no longer admits {peer}"
        else:
            yield f"{way}: {policy} is gone; its rule {rule.number} admitted {peer}"


def _same(policy: Policy, other: Cluster) -> str:
    return " (itself unchanged)" if other.policies_by_name.get(str(policy)) == policy else ""
