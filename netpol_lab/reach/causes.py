"""Why a flow was gained or lost: the policies and rules that changed, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from netpol_lab.engine.left_open import left_open
from netpol_lab.engine.sides import Side
from netpol_lab.engine.verdict import Verdict, evaluate
from netpol_lab.errors import counted
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Policy
from netpol_lab.reach.changed_pairs import changed_pair, come_and_gone
from netpol_lab.reach.reachability import Reachability
from netpol_lab.reach.tier_causes import tier_causes

if TYPE_CHECKING:
    from netpol_lab.reach.diff import Diff, FlowChange

MOST_NAMED = 5  # pods that came or went


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
    ends = change.source, change.destination
    named = [*(f"{name} is new" for name in ends if name in diff.added)]
    named += [f"{name} is gone" for name in ends if name in diff.removed]
    if named:
        yield from named
    elif alone := _alone(diff, change):
        yield alone
    elif pair := changed_pair(diff, change, protocol, port):
        sides = zip((diff.before, diff.after), pair, strict=True)
        yield from _reasons(*(_judged(reach, *places, protocol, port) for reach, places in sides))
    else:
        yield from _in_words(come_and_gone(diff, change, protocol, port))


def _judged(
    reach: Reachability, source: int, destination: int, protocol: str, port: int
) -> Verdict:
    name = reach.index.flow_name
    ends = name(source), name(destination)
    return evaluate(reach.cluster, *ends, port, protocol, reach.assumptions)


def _alone(diff: Diff, change: FlowChange) -> str:
    """Say where a group has, or had, nobody of its own to reach."""
    if change.source != change.destination:
        return ""
    for reach, only in ((diff.before, "had one pod only"), (diff.after, "has one pod only now")):
        if reach.groups(diff.by).members[change.source].bit_count() == 1:
            return f"{change.source} {only}"
    return ""


def _in_words(pods: Mapping[str, bool]) -> Iterator[str]:
    """Yield which pods are new and which are gone."""
    for gone, what in ((True, "gone"), (False, "new")):
        names = [name for name, is_gone in pods.items() if is_gone is gone]
        yield from (f"{name} is {what}" for name in names[:MOST_NAMED])
        if len(names) > MOST_NAMED:
            yield f"{counted(len(names) - MOST_NAMED, 'more pod')}: {what}"


def _reasons(was: Verdict, now: Verdict) -> Iterator[str]:
    if now.allowed is None:
        yield from (f"left open: {words}" for words in left_open(now))
    elif was.allowed is None:
        yield from (f"before, left open: {words}" for words in left_open(was))
    for place, (before, after) in enumerate(zip(was.sides, now.sides, strict=True)):
        if after.allowed is not before.allowed:
            unsure = tuple(_is_open(verdict, place) for verdict in (was, now))
            yield from tier_causes(before, after, was.cluster, now.cluster, unsure)
            turned = _opening if after.allowed else _closing
            yield from turned(before, after, was.cluster, now.cluster)


def _is_open(verdict: Verdict, place: int) -> bool:
    """Say whether permitted readings disagree about one side."""
    return len({outcome.sides[place].allowed for outcome in verdict.outcomes}) > 1


def _opening(before: Side, after: Side, old: Cluster, new: Cluster) -> Iterator[str]:
    way, subject, peer = after.direction, _called(before.subject, after.subject), after.peer
    by_policies = before.ruling is None and not after.is_decided_above
    for policy in before.isolated_by if by_policies and not after.isolated else ():
        if str(policy) in new.policies_by_name:
            yield f"{way}: {policy}{_same(policy, new)} no longer isolates {subject}"
        else:
            yield f"{way}: {policy} is gone; it isolated {before.subject}"
    known = {(str(policy), rule) for policy, rule in before.admitted_by}
    for policy, rule in after.admitted_by if after.ruling is None else ():
        if (str(policy), rule) in known:  # it is the tier above that has changed
            continue
        yield f"{way}: rule {rule.number} of {policy} now admits {peer}{_same(policy, old)}"


def _closing(before: Side, after: Side, old: Cluster, new: Cluster) -> Iterator[str]:
    way, subject, peer = before.direction, _called(before.subject, after.subject), before.peer
    for policy in after.isolated_by if after.ruling is None and not before.isolated else ():
        yield f"{way}: {policy} now isolates {subject}{_same(policy, old)}"
    still = set(map(str, after.isolated_by))
    was_by_policies = before.ruling is None and not after.is_decided_above
    for policy, rule in before.admitted_by if was_by_policies else ():
        number, same = rule.number, _same(policy, new)
        if str(policy) in still:
            yield f"{way}: rule {number} of {policy}{same} no longer admits {peer}"
        elif str(policy) in new.policies_by_name:
            gone = f"{policy}{same} no longer selects {subject}"
            yield f"{way}: {gone}; its rule {number} admitted {peer}"
        else:
            yield f"{way}: {policy} is gone; its rule {number} admitted {peer}"


def _called(before: object, after: object) -> str:
    """Return what to call an end; a pod that was replaced by one like it has two names."""
    return str(after) if str(before) == str(after) else f"{after} (before: {before})"


def _same(policy: Policy, other: Cluster) -> str:
    return " (itself unchanged)" if other.policies_by_name.get(str(policy)) == policy else ""
