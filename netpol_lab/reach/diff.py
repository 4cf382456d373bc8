"""What changed between two clusters: flows gained and lost, and the policy or rule that did it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import Any

from netpol_lab.engine.explain import left_open
from netpol_lab.engine.verdict import Side, Verdict, evaluate
from netpol_lab.model.addresses import AddressRange
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.bitsets import bits_of, ones, union
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Policy
from netpol_lab.model.ports import PortSet
from netpol_lab.reach.certainty import AllowedPorts, Destinations, Row
from netpol_lab.reach.grouping import Connection, join_ranges, runs
from netpol_lab.reach.reachability import Reachability, side_by_side


def diff(old: Cluster, new: Cluster, assumptions: Assumptions = DEFAULTS, by: str = "pod") -> Diff:
    """Say which flows a change of manifests has opened and closed, and by which rule.

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
    """What became of the flows from one end to another.

    Parameters
    ----------
    source, destination : str
        As in `Connection`.
    gained, lost : PortSet
        From blocked to allowed, and from allowed to blocked.
    unsettled : PortSet
        Where the answer has become undefined, or was so.
    diff : Diff
    piece : FlowChange, optional
        Of several that are told as one, the one whose causes are told.
    """

    source: str
    destination: str
    gained: PortSet
    lost: PortSet
    unsettled: PortSet
    diff: Diff = field(repr=False, compare=False)
    piece: FlowChange | None = field(default=None, repr=False, compare=False)

    @cached_property
    def causes(self) -> tuple[str, ...]:
        """The policies and rules that made the difference, in words."""
        if self.piece is not None:
            return self.piece.causes
        kinds = (self.gained, self.lost, self.unsettled)
        found = (self.diff.why(self, *next(iter(ports))) for ports in kinds if ports)
        return tuple(dict.fromkeys(words for some in found for words in some))

    def __str__(self) -> str:
        signs = (("+", self.gained), ("-", self.lost), ("?", self.unsettled))
        pair = f"{self.source} -> {self.destination}"
        lines = [f"{sign} {pair}  {ports}" for sign, ports in signs if ports]
        return "\n".join([*lines, *(f"    {words}" for words in self.causes)])


@dataclass(frozen=True, eq=False)
class Diff:
    """The difference between two clusters. Made by `diff`; false when there is none.

    Parameters
    ----------
    before, after : Reachability
        In one index.
    by : str
    """

    before: Reachability
    after: Reachability
    by: str = "pod"

    @cached_property
    def changes(self) -> tuple[FlowChange, ...]:
        """Each pair of ends between which something changed, in the new cluster's order."""
        compare = _pods_compared if self.by == "pod" else _groups_compared
        ports = self.before.classes.ports
        return tuple(
            FlowChange(
                *pair,
                gained=ports(now.certain & ~was.possible),
                lost=ports(was.certain & ~now.possible),
                unsettled=ports(was.undefined ^ now.undefined),
                diff=self,
            )
            for pair, was, now in compare(self)
        )

    @cached_property
    def joined(self) -> tuple[FlowChange, ...]:
        """The same, with neighbouring ranges outside as one: what is printed and counted."""
        return tuple(join_changes(self.changes, self.after.index.ranges))

    @cached_property
    def partial(self) -> tuple[Connection, ...]:
        """What only some of a group lost (as ports) or gained (as undefined), of pods in both.

        A change stands for all of a group: lost is what nobody in it can do any more.
        """
        found = _some_changed(self) if self.by != "pod" else ()
        return tuple(join_ranges(found, self.after.index.ranges))

    @cached_property
    def added(self) -> tuple[str, ...]:
        """The names that only the new cluster has."""
        return _only_in(self.after, self.before, self.by)

    @cached_property
    def removed(self) -> tuple[str, ...]:
        """The names that only the old cluster has."""
        return _only_in(self.before, self.after, self.by)

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
        ~ some of 0.0.0.0-255.255.255.255 -> shop gained all ports
        """
        return self if by == self.by else Diff(self.before, self.after, by)

    def __bool__(self) -> bool:
        return bool(self.changes or self.added or self.removed)

    def __len__(self) -> int:
        return len(self.changes)

    def __str__(self) -> str:
        lines = in_lines(self.joined, self.added, self.removed)
        return "\n".join([self.summary, *lines, *notes(self.partial)])

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
        counts = (
            (sum(bool(change.gained) for change in self.joined), "gained"),
            (sum(bool(change.lost) for change in self.joined), "lost"),
            (sum(bool(change.unsettled) for change in self.joined), "unsettled"),
        )
        words = [f"{n} connection{'s' * (n > 1)} {what}" for n, what in counts if n]
        words += [f"{len(self.added)} new"] if self.added else []
        words += [f"{len(self.removed)} gone"] if self.removed else []
        if not words and self.partial:
            return f"no {self.by} changed as a whole, some of them in part"
        return ", ".join(words) or "nothing changed"

    def why(self, change: FlowChange, protocol: str, port: int) -> Iterator[str]:
        """Yield what made the difference at one port, in words.

        Parameters
        ----------
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
        was = _example(self.before, self.by, change, protocol, port)
        now = _example(self.after, self.by, change, protocol, port)
        ends = (change.source, change.destination)
        yield from (f"{name} is new" for name in ends if name in self.added)
        yield from (f"{name} is gone" for name in ends if name in self.removed)
        if was is not None and now is not None:
            yield from _reasons(was, now)
        elif change.source == change.destination:
            yield from self._alone(change.source)

    def _alone(self, name: str) -> Iterator[str]:
        """Yield that a group has one pod only, now or before: none of its own to connect with."""
        for reach, only in (
            (self.before, "had one pod only"),
            (self.after, "has one pod only now"),
        ):
            if reach.groups(self.by).members.get(name, 0).bit_count() == 1:
                yield f"{name} {only}"


# ---------------------------------------------------------------- what is told as one


def join_changes(
    changes: Iterable[FlowChange], ranges: Sequence[AddressRange]
) -> Iterator[FlowChange]:
    """Yield the same changes, those of neighbouring ranges as one where change and cause are one.

    Parameters
    ----------
    changes : iterable of FlowChange
    ranges : sequence of AddressRange
        All of them, as in `EndpointIndex`.

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
    alike: dict[tuple[Any, ...], dict[int, FlowChange]] = {}
    for change in changes:
        outside = place.get(change.source, place.get(change.destination))
        if outside is None:
            alike[change.source, change.destination] = {NOWHERE: change}
        else:
            key = _told(change, ranges[outside], change.source in place, with_causes)
            alike.setdefault(key, {})[outside] = change
    for found in alike.values():
        if NOWHERE in found:
            yield found[NOWHERE]
            continue
        for (number, *others), name in runs(found, ranges):
            yield _as_one(found[number], name, place) if others else found[number]


NOWHERE = -1  # the place of what is between pods
FEW_CHANGES = 3_000  # of more the causes take too long to be found, and nobody reads them all


def _told(
    change: FlowChange, outside: AddressRange, inward: bool, with_causes: bool
) -> tuple[Any, ...]:
    """Return what is told of a change, whichever address it is told of."""
    told = change.causes if with_causes else ()
    causes = tuple(words.replace(str(outside.first), "...") for words in told)
    end = change.destination if inward else change.source
    kinds = change.gained, change.lost, change.unsettled
    return end, inward, outside.version, *kinds, causes


def _as_one(first: FlowChange, name: str, outside: Container[str]) -> FlowChange:
    """Return the first of several changes as that of the range around all their ranges."""
    if first.source in outside:
        return replace(first, source=name, piece=first)
    return replace(first, destination=name, piece=first)


def in_lines(
    changes: Iterable[FlowChange], added: Iterable[str], removed: Collection[str]
) -> Iterator[str]:
    r"""Yield who is new and who is gone, and each change; who is gone took its connections along.

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
        connections = f", with its {number:,} connection{'s' * (number > 1)}" if number else ""
        yield f"gone: {name}{connections}"
    yield from map(str, kept)


def notes(partial: Iterable[Connection]) -> Iterator[str]:
    """Yield in words what only some of a group lost or gained.

    Examples
    --------
    >>> [*notes([Connection("shop/web", "shop/db", PortSet.of("TCP", 5432))])]
    ['~ some of shop/web -> shop/db lost TCP 5432']
    """
    for source, destination, lost, gained in partial:
        for what, ports in (("lost", lost), ("gained", gained)):
            if ports:
                yield f"~ some of {source} -> {destination} {what} {ports}"


# ---------------------------------------------------------------- comparing


Compared = tuple[tuple[str, str], AllowedPorts, AllowedPorts]


def _pods_compared(diff: Diff) -> Iterator[Compared]:
    """Yield the pairs of single ends between which something changed; asks once per kind."""
    names = diff.after.index.names
    differences: dict[object, list[tuple[AllowedPorts, AllowedPorts, int]]] = {}
    for place, name in enumerate(names):
        kinds = diff.before.row_key(place), diff.after.row_key(place)
        if kinds not in differences:
            differences[kinds] = [*_difference(diff.before.row(place), diff.after.row(place))]
        found = [
            (there, was, now)
            for was, now, ends in differences[kinds]
            for there in ones(ends & ~(1 << place))
        ]
        for there, was, now in sorted(found):
            yield (name, names[there]), was, now


def _difference(before: Row, after: Row) -> Iterator[tuple[AllowedPorts, AllowedPorts, int]]:
    """Yield what differs between two rows, with the destinations where it does."""
    for was in (*before, _rest(before)):
        for now in (*after, _rest(after)):
            ends = was.ends & now.ends
            if ends and was[:2] != now[:2]:
                yield AllowedPorts(*was[:2]), AllowedPorts(*now[:2]), ends


def _rest(row: Row) -> Destinations:
    """Return the destinations that a row does not reach."""
    return Destinations(0, 0, ~union(part.ends for part in row))


def _groups_compared(diff: Diff) -> Iterator[Compared]:
    before, after = _answers(diff.before, diff.by), _answers(diff.after, diff.by)
    for pair in dict.fromkeys((*after, *before)):
        was, now = before.get(pair, AllowedPorts()), after.get(pair, AllowedPorts())
        if was != now:
            yield pair, was, now


def _answers(reach: Reachability, by: str) -> dict[tuple[str, str], AllowedPorts]:
    bits = reach.classes.bits
    return {
        (c.source, c.destination): AllowedPorts(bits(c.ports), bits(c.ports | c.undefined))
        for c in reach.connections(by)
    }


def _some_changed(diff: Diff) -> Iterator[Connection]:
    """Yield what pods of a group lost or gained while the group did not; asks once per kind."""
    groups, index = diff.after.groups(diff.by), diff.after.index.place_of
    names = diff.before.groups("pod").members.keys() & diff.after.groups("pod").members.keys()
    lasting = bits_of(index[name] for name in names)
    rows: dict[object, list[int]] = {}
    for place in ones(lasting):
        rows.setdefault((diff.before.row_key(place), diff.after.row_key(place)), []).append(place)
    lost: Counter[tuple[str, str]] = Counter()
    gained: Counter[tuple[str, str]] = Counter()
    for places in rows.values():
        alike = bits_of(places)
        for was, now, ends in _difference(diff.before.row(places[0]), diff.after.row(places[0])):
            for source in groups.within(alike):
                among = alike & groups.members[source]
                for destination in groups.touched(source, among, ends & lasting):
                    lost[source, destination] |= was.certain & ~now.possible
                    gained[source, destination] |= now.certain & ~was.possible
    told, ports = {(c.source, c.destination): c for c in diff.changes}, diff.before.classes.ports
    for pair in sorted(lost, key=lambda pair: [*map(groups.order.__getitem__, pair)]):
        whole = told.get(pair)
        parts = ports(lost[pair]), ports(gained[pair])
        if whole is not None:
            parts = parts[0] - whole.lost, parts[1] - whole.gained
        if any(parts):
            yield Connection(*pair, *parts)


def _only_in(reach: Reachability, other: Reachability, by: str) -> tuple[str, ...]:
    there = other.groups(by).members
    return tuple(name for name in reach.groups(by).names if name not in there)


# ---------------------------------------------------------------- causes


def _example(
    reach: Reachability, by: str, change: FlowChange, protocol: str, port: int
) -> Verdict | None:
    """Return the verdict on one flow between two groups: an allowed one if there is any.

    None where there is no such pair: one of them is not there, or is alone with itself.
    """
    members = reach.groups(by).members
    if not {change.source, change.destination} <= members.keys():
        return None
    pairs = (
        (reach.index.flow_name(here), reach.index.flow_name(there))
        for here in ones(members[change.source])
        for there in ones(members[change.destination])
        if here != there
    )
    some = [*islice(pairs, MOST_ASKED)]
    if not some:
        return None
    first, *others = some
    open_ = (pair for pair in others if (protocol, port) in reach.ports(*pair))
    return evaluate(reach.cluster, *next(open_, first), port, protocol, reach.assumptions)


MOST_ASKED = 100  # pairs of pods looked at for an example


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
