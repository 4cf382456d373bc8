"""What a cluster-wide tier says to all flows of one side at once, in parts that are alike.

Each part is asked once, with the same `decisive` that a verdict asks (ANP-02 to ANP-08).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from netpol_lab.engine.cluster_peers import matched_peers
from netpol_lab.engine.endpoint_rules import named_ports
from netpol_lab.engine.resolution import Resolution
from netpol_lab.engine.semantics import ports_at
from netpol_lab.engine.tiers import LaneAnswer, Match, answer_of, decisive, subjects
from netpol_lab.model.bitsets import bits_by, ones
from netpol_lab.model.cluster_policies import ClusterPolicy, ClusterRule, Tier
from netpol_lab.model.objects import Direction
from netpol_lab.model.ports import PortSet
from netpol_lab.reach.peer_views import PeerViews, Profile
from netpol_lab.reach.port_classes import PortClasses


class Part(NamedTuple):
    """Ports and peers of some subjects to which a tier says the same, by the same rule."""

    ports: PortSet
    peers: int
    match: Match | None

    @property
    def answer(self) -> LaneAnswer:
        """What the tier says."""
        return answer_of(self.match)


class _Entry(NamedTuple):
    """A rule of a policy, with the ports and the peers that it matches for some subjects."""

    policy: ClusterPolicy
    rule: ClusterRule
    ports: PortSet
    surely: int
    perhaps: int
    closed: bool


Alike = tuple[int, tuple[Part, ...]]  # subjects that are alike, as bits, and all their flows


@dataclass(frozen=True)
class TierParts:
    """What one tier says in one direction, under one reading.

    Parameters
    ----------
    resolution : Resolution
    views : PeerViews
    direction : Direction
    tier : Tier
    among : int
        The subjects that are asked for, as bits; others are left out.
    """

    resolution: Resolution
    views: PeerViews
    direction: Direction
    tier: Tier
    among: int = -1

    def __iter__(self) -> Iterator[Alike]:
        """Yield subjects that are alike, as bits, with the parts of all their flows."""
        for alike, policies in self._subjects():
            yield alike, tuple(self._parts(alike, policies))

    def _subjects(self) -> Iterator[tuple[int, tuple[ClusterPolicy, ...]]]:
        """Yield the subjects for whom the same policies have rules, and who look alike to them."""
        groups: list[tuple[int, tuple[ClusterPolicy, ...]]] = [
            (self.views.subjects & self.among, ())
        ]
        for policy in self.resolution.cluster_policies:
            if policy.tier is not self.tier or not policy.rules(self.direction):
                continue
            meant = subjects(self.resolution, policy).bits
            split = (
                pair
                for found, others in groups
                for pair in ((found & meant, (*others, policy)), (found & ~meant, others))
            )
            groups = [(found, others) for found, others in split if found]
        for found, policies in groups:
            if policies:
                for alike in bits_by(self._look, ones(found)).values():
                    yield alike, policies

    def _look(self, place: int) -> object:
        """Return what of a subject can matter to peers and ports of rules."""
        profile = self.views.profiles[place]
        if self.direction is Direction.EGRESS or not self._has_names:
            return profile
        return profile, named_ports(self.views.ends[place], self.views.assumptions)

    @cached_property
    def _has_names(self) -> bool:
        """Whether any rule names a port."""
        policies = self.resolution.cluster_policies
        rules = chain.from_iterable(policy.rules(self.direction) for policy in policies)
        return any(isinstance(entry.port, str) for rule in rules for entry in rule.ports)

    def _parts(self, alike: int, policies: Sequence[ClusterPolicy]) -> Iterator[Part]:
        """Yield disjoint parts of all ports and peers."""
        profile = self.views.profiles[next(ones(alike))]
        entries = [
            entry
            for policy in policies
            for rule in policy.rules(self.direction)
            for closed in rule.ways
            for entry in self._entries(policy, rule, alike, profile, closed)
            if entry.ports
        ]
        found: dict[tuple[object, PortSet], Part] = {}
        for peers, met in self._cells(entries):
            for part in self._decided(met):
                key = _what(part.match), part.ports
                found[key] = part._replace(peers=peers | (found[key].peers if key in found else 0))
        yield from found.values()

    def _entries(
        self, policy: ClusterPolicy, rule: ClusterRule, alike: int, profile: Profile, closed: bool
    ) -> Iterator[_Entry]:
        """Yield a rule with its ports, which can differ between destinations (ANP-14)."""
        view = self.views.view(profile, self.direction)
        assumptions = self.views.assumptions
        surely, perhaps = matched_peers(self.resolution, rule, view, assumptions, closed)
        written = () if closed else rule.ports
        if not any(isinstance(entry.port, str) for entry in written):
            yield _Entry(policy, rule, ports_at(written, ()), surely, perhaps, closed)
            return
        for names, ends in self.views.by_names.items():
            ports = ports_at(rule.ports, names)
            if self.direction is Direction.EGRESS:
                yield _Entry(policy, rule, ports, surely & ends, perhaps & ends, closed)
            elif ends & alike:
                yield _Entry(policy, rule, ports, surely, perhaps, closed)

    def _cells(self, entries: Sequence[_Entry]) -> Iterator[tuple[int, tuple[_Match, ...]]]:
        """Yield the peers that the same entries match, as bits, with those entries in order."""
        cells: list[tuple[int, tuple[_Match, ...]]] = [(self.views.everyone, ())]
        for entry in entries:
            split = (
                pair
                for peers, met in cells
                for pair in (
                    (peers & entry.surely, (*met, (entry, True))),
                    (peers & entry.perhaps, (*met, (entry, False))),
                    (peers & ~entry.surely & ~entry.perhaps, met),
                )
            )
            cells = [(peers, met) for peers, met in split if peers]
        yield from cells

    def _decided(self, met: tuple[_Match, ...]) -> tuple[Part, ...]:
        """Return what decides about each port, where some entries match the peer."""
        key = tuple((id(entry.rule), entry.closed, entry.ports, sure) for entry, sure in met)
        if key not in self._known:
            self._known[key] = (*self._by_ports(met),)
        return self._known[key]

    @cached_property
    def _known(self) -> dict[object, tuple[Part, ...]]:
        return {}

    def _by_ports(self, met: tuple[_Match, ...]) -> Iterator[Part]:
        classes = PortClasses(entry.ports for entry, _ in met)
        bits = [classes.bits(entry.ports) for entry, _ in met]
        found: dict[object, tuple[Match | None, int]] = {}
        for place in range(classes.all.bit_length()):
            here = (
                Match(entry.policy, entry.rule, sure, entry.closed)
                for (entry, sure), covered in zip(met, bits, strict=True)
                if covered >> place & 1
            )
            match = decisive([*_up_to_sure(here)], self.views.assumptions)
            what = _what(match)
            found[what] = match, found.get(what, (match, 0))[1] | 1 << place
        for match, places in found.values():
            yield Part(classes.ports(places), 0, match)


_Match = tuple[_Entry, bool]  # and whether it matches for sure


def _what(match: Match | None) -> object:
    """Return what parts are told apart by: the rule, and how it is taken."""
    return match and (id(match.rule), match.closed)


def _up_to_sure(matches: Iterable[Match]) -> Iterator[Match]:
    """Yield matches without those that come after one of the same policy that is sure."""
    settled: set[int] = set()
    for match in matches:
        if id(match.policy) not in settled:
            yield match
        if match.sure:
            settled.add(id(match.policy))
