"""What changed between two clusters: flows gained and lost, and the policies that did it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import repeat
from typing import Any

from netpol_lab.errors import counted, plural
from netpol_lab.model.addresses import AddressRange
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.ports import PortSet
from netpol_lab.reach import causes
from netpol_lab.reach.comparison import changed_for_some, compare, names_only_in, signs
from netpol_lab.reach.grouping import runs
from netpol_lab.reach.reachability import Reachability, side_by_side
from netpol_lab.reach.unjudged import unjudged


def diff(old: Cluster, new: Cluster, assumptions: Assumptions = DEFAULTS, by: str = "pod") -> Diff:
    """Say which flows a change of manifests allows and which it blocks, and by which rules.

    Parameters
    ----------
    old, new : Cluster
    assumptions : Assumptions
    by : str
        ``"pod"``, ``"workload"`` or ``"namespace"``, as for `Reachability.connections`.

    Returns
    -------
    Diff

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> print(lab.diff(shop, shop.with_policies(["backend-access-ingress"])))
    2 connections gained
    + shop/web -> shop/db  all ports
        ingress: shop/db-access-ingress is gone; it isolated shop/db
    + 0.0.0.0-255.255.255.255 -> shop/db  all ports
        ingress: shop/db-access-ingress is gone; it isolated shop/db
    """
    before, after = side_by_side([old, new], assumptions)
    return Diff(before, after, by)


@dataclass(frozen=True)
class FlowChange:
    """What changed in the flows from one end to another.

    Parameters
    ----------
    source, destination : str
        As in `Connection`.
    gained, lost : PortSet
        From blocked to allowed, and from allowed to blocked.
    unsettled : PortSet
        Those on which the answer has become undefined, or was so before.
    diff : Diff
    part : bool
        Only some pods of a group are concerned: what is said holds for none of the group as a
        whole.
    piece : FlowChange, optional
        Where several are joined as one, the one whose causes stand for all.
    """

    source: str
    destination: str
    gained: PortSet
    lost: PortSet
    unsettled: PortSet
    diff: Diff = field(repr=False, compare=False)
    part: bool = False
    piece: FlowChange | None = field(default=None, repr=False, compare=False)

    @property
    def kinds(self) -> dict[str, PortSet]:
        """The ports that were gained, lost and unsettled, by these words."""
        return {"gained": self.gained, "lost": self.lost, "unsettled": self.unsettled}

    def only(self, ports: PortSet) -> FlowChange:
        """Return what changed on some ports; false where nothing did."""
        gained, lost, unsettled = (found & ports for found in self.kinds.values())
        return replace(self, gained=gained, lost=lost, unsettled=unsettled)

    def __bool__(self) -> bool:
        return any(self.kinds.values())

    @cached_property
    def causes(self) -> tuple[str, ...]:
        """The policies and rules that made the difference, in words."""
        if self.piece is not None:
            return self.piece.causes
        found = (
            self.diff.why(self, protocol, port)
            for ports in self.kinds.values()
            for protocol, port in _starts(ports)
        )
        return tuple(dict.fromkeys(words for some in found for words in some))

    def __str__(self) -> str:
        signs, pair = ("+", "-", "?"), f"{self.source} -> {self.destination}"
        told = zip(signs, self.kinds.items(), strict=True)
        lines = [
            f"~ some of {pair} {kind} {ports}" if self.part else f"{sign} {pair}  {ports}"
            for sign, (kind, ports) in told
            if ports
        ]
        return "\n".join([*lines, *(f"    {words}" for words in self.causes)])


def _starts(ports: PortSet) -> Iterable[tuple[str, int]]:
    """Return the first port of each range; of ranges that protocols have in common, one."""
    starts = {(first, last): (str(protocol), first) for protocol, first, last in ports.ranges}
    return [*starts.values()][:MOST_EXPLAINED]


@dataclass(frozen=True, eq=False)
class Diff:
    """The difference between two clusters. Made by `diff`; false when there is none.

    Parameters
    ----------
    before, after : Reachability
        Of one index.
    by : str
    """

    before: Reachability
    after: Reachability
    by: str = "pod"

    @cached_property
    def changes(self) -> tuple[FlowChange, ...]:
        """Each pair of ends between which something changed, in the new cluster's order."""
        ports = self.before.matrix.classes.ports
        found = (
            (pair, map(ports, signs(was, now)))
            for pair, was, now in compare(self.before, self.after, self.by)
        )
        return tuple(self._change(pair, kinds) for pair, kinds in found)

    def _change(
        self, pair: tuple[str, str], kinds: Iterable[PortSet], part: bool = False
    ) -> FlowChange:
        gained, lost, unsettled = kinds
        return FlowChange(*pair, gained, lost, unsettled, self, part)

    @cached_property
    def joined(self) -> tuple[FlowChange, ...]:
        """The same, with neighbouring ranges outside as one: what is printed and counted."""
        return tuple(join_changes(self.changes, self.after.index.ranges))

    @cached_property
    def in_part(self) -> tuple[FlowChange, ...]:
        """What changed for some pods of a group only.

        A change stands for the whole group: lost is what no pod in it can do any more. Only pods
        that are in both clusters count.
        """
        return tuple(self._for_some()) if self.by != "pod" else ()

    @cached_property
    def partial(self) -> tuple[FlowChange, ...]:
        """The same, with neighbouring ranges outside as one."""
        return tuple(join_changes(self.in_part, self.after.index.ranges))

    def _for_some(self) -> Iterator[FlowChange]:
        whole = {(change.source, change.destination): change for change in self.changes}
        for pair, *kinds in changed_for_some(self.before, self.after, self.by):
            change = whole.get(pair)
            said = change.kinds.values() if change else repeat(PortSet())
            rest = (some - all_ for some, all_ in zip(kinds, said, strict=False))
            if found := self._change(pair, rest, part=True):
                yield found

    @cached_property
    def added(self) -> tuple[str, ...]:
        """The names that only the new cluster has."""
        return names_only_in(self.after, self.before, self.by)

    @cached_property
    def removed(self) -> tuple[str, ...]:
        """The names that only the old cluster has."""
        return names_only_in(self.before, self.after, self.by)

    def put_together(self, by: str) -> Diff:
        """Return the same difference by pod, workload or namespace.

        Parameters
        ----------
        by : str
            As for `diff`.

        Returns
        -------
        Diff

        Examples
        --------
        >>> import netpol_lab as lab
        >>> shop = lab.load("three-tier")
        >>> found = lab.diff(shop, shop.with_policies(["backend-access-ingress"]))
        >>> print(found.put_together("namespace"))
        no namespace changed as a whole, some of them in part
        ~ some of shop -> shop gained all ports
            ingress: shop/db-access-ingress is gone; it isolated shop/db
        ~ some of 0.0.0.0-255.255.255.255 -> shop gained all ports
            ingress: shop/db-access-ingress is gone; it isolated shop/db
        """
        return self if by == self.by else Diff(self.before, self.after, by)

    def __bool__(self) -> bool:
        return bool(self.changes or self.added or self.removed or self.in_part or self.unjudged)

    def __len__(self) -> int:
        return len(self.changes)

    def __str__(self) -> str:
        lines = in_lines(self.joined, self.added, self.removed)
        unjudged = (f"! {words}" for words in self.unjudged)
        return "\n".join([self.summary, *lines, *map(str, self.partial), *unjudged])

    __repr__ = __str__

    @property
    def summary(self) -> str:
        """The numbers, in one line.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> shop = lab.load("three-tier")
        >>> lab.diff(shop, shop).summary
        'nothing changed'
        """
        kinds = ("gained", "lost", "unsettled")
        counts = {kind: sum(bool(one.kinds[kind]) for one in self.joined) for kind in kinds}
        words = [f"{counted(n, 'connection')} {kind}" for kind, n in counts.items() if n]
        names = {"new": len(self.added), "gone": len(self.removed)}
        words += [f"{n} {what}" for what, n in names.items() if n]
        if not words and self.partial:
            return f"no {self.by} changed as a whole, some of them in part"
        nothing = "nothing changed that is evaluated" if self.unjudged else "nothing changed"
        return ", ".join(words) or nothing

    @cached_property
    def unjudged(self) -> tuple[str, ...]:
        """What may have changed without showing in the connections, in words (SEM-70)."""
        return tuple(unjudged(self))

    why = causes.why


# ---------------------------------------------------------------- changes as lines of text


def join_changes(
    changes: Iterable[FlowChange], ranges: Sequence[AddressRange]
) -> Iterator[FlowChange]:
    """Yield the same changes, neighbouring ranges as one where change and causes are equal.

    Parameters
    ----------
    changes : iterable of FlowChange
    ranges : sequence of AddressRange
        All of them, as in `EndpointIndex`.

    Yields
    ------
    FlowChange

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> found = lab.diff(shop, shop.with_policies([]))
    >>> [*join_changes(found.changes, found.after.index.ranges)] == [*found.changes]
    True
    """
    changes = list(changes)
    with_causes = len(changes) <= FEW_CHANGES
    place = {str(range_): number for number, range_ in enumerate(ranges)}
    alike: dict[tuple[Any, ...], dict[Any, FlowChange]] = {}
    for change in changes:
        key: tuple[Any, ...] = change.source, change.destination
        number = place.get(change.source, place.get(change.destination))
        if number is not None:
            key = _told(change, ranges[number], change.source in place, with_causes)
        alike.setdefault(key, {})[number] = change
    for found in alike.values():
        if None in found:  # between pods
            yield from found.values()
            continue
        for (number, *others), name in runs(found, ranges):
            first = found[number]
            if not others:
                yield first
            elif first.source in place:
                yield replace(first, source=name, piece=first)
            else:
                yield replace(first, destination=name, piece=first)


MOST_EXPLAINED = 6  # ranges of ports in one change
FEW_CHANGES = 3_000  # of more the causes take too long to be found, and nobody reads them all


def _told(
    change: FlowChange, outside: AddressRange, inward: bool, with_causes: bool
) -> tuple[Any, ...]:
    """Return what a line about a change says, apart from the address outside."""
    told = change.causes if with_causes else ()
    causes = tuple(words.replace(str(outside.first), "...") for words in told)
    end = change.destination if inward else change.source
    return end, inward, outside.version, *change.kinds.values(), causes


def in_lines(
    changes: Iterable[FlowChange], added: Iterable[str], removed: Collection[str]
) -> Iterator[str]:
    r"""Yield the lines of a change: what is new, what is gone with its connections, and the rest.

    Parameters
    ----------
    changes : iterable of FlowChange
    added, removed : collection of str
        The names that only the new and only the old cluster has.

    Yields
    ------
    str

    Examples
    --------
    >>> import netpol_lab as lab
    >>> from dataclasses import replace
    >>> shop = lab.load("three-tier")
    >>> found = lab.diff(shop, replace(shop, pods=shop.pods[:2]))
    >>> print(*in_lines(found.joined, found.added, found.removed), sep="\n")
    gone: shop/db, with its 3 connections
    """
    kept: list[FlowChange] = []
    lost = Counter(dict.fromkeys(removed, 0))
    for change in changes:
        gone = {change.source, change.destination} & lost.keys()
        lost.update(gone)
        kept += [] if gone else [change]
    yield from (f"new: {name}" for name in added)
    for name, number in lost.items():
        connections = f", with its {number:,} {plural(number, 'connection')}" if number else ""
        yield f"gone: {name}{connections}"
    yield from map(str, kept)
