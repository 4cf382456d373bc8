"""What a cluster-wide tier says to all flows of one side at once, in parts that are alike.

Each part is asked once, with the same `decisive` that a verdict asks (ANP-02 to ANP-08).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from netpol_lab.engine.cluster_peers import matched_peers
from netpol_lab.engine.endpoint_rules import named_ports
from netpol_lab.engine.resolution import Resolution
from netpol_lab.engine.semantics import ports_at
from netpol_lab.engine.tiers import ANSWERS, LaneAnswer, Match, decisive, subjects
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
        return LaneAnswer.NEXT if self.match is None else ANSWERS[self.match.rule.action]


class _Entry(NamedTuple):
    """A rule of a policy, with the ports and the peers that it matches for some subjects."""

    policy: ClusterPolicy
    rule: ClusterRule
    ports: PortSet
    surely: int
    perhaps: int


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
    """

    resolution: Resolution
    views: PeerViews
    direction: Direction
    tier: Tier

    def __iter__(self) -> Iterator[Alike]:
        """Yield subjects that are alike, as bits, with the parts of all their flows."""
        for alike, policies in self._subjects():
            yield alike, tuple(self._parts(alike, policies))

    def _subjects(self) -> Iterator[tuple[int, tuple[ClusterPolicy, ...]]]:
        """Yield the subjects for whom the same policies have rules, and who look alike to them."""
        groups: list[tuple[int, tuple[ClusterPolicy, ...]]] = [(self.views.subjects, ())]
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
        names = self._names(place) if self.direction is Direction.INGRESS else ()
        return self.views.profiles[place], names

    def _names(self, place: int) -> object:
        return named_ports(self.views.ends[place], self.views.assumptions)

    def _parts(self, alike: int, policies: Sequence[ClusterPolicy]) -> Iterator[Part]:
        """Yield disjoint parts of all ports and peers."""
        profile = self.views.profiles[next(ones(alike))]
        entries = [
            entry
            for policy in policies
            for rule in policy.rules(self.direction)
            for entry in self._entries(policy, rule, alike, profile)
        ]
        found: dict[tuple[Match | None, PortSet], int] = {}
        for peers, met in self._cells(entries):
            for match, ports in self._decided(met):
                found[match, ports] = found.get((match, ports), 0) | peers
        for (match, ports), peers in found.items():
            yield Part(ports, peers, match)

    def _entries(
        self, policy: ClusterPolicy, rule: ClusterRule, alike: int, profile: Profile
    ) -> Iterator[_Entry]:
        """Yield a rule with its ports, which can differ between destinations (ANP-14)."""
        view = self.views.view(profile, self.direction)
        surely, perhaps = matched_peers(self.resolution, rule, view, self.views.assumptions)
        if not any(isinstance(entry.port, str) for entry in rule.ports):
            yield _Entry(policy, rule, ports_at(rule.ports, ()), surely, perhaps)
            return
        for names, ends in self.views.by_names.items():
            ports = ports_at(rule.ports, names)
            if self.direction is Direction.EGRESS:
                yield _Entry(policy, rule, ports, surely & ends, perhaps & ends)
            elif ends & alike:
                yield _Entry(policy, rule, ports, surely, perhaps)

    def _cells(self, entries: Sequence[_Entry]) -> Iterator[tuple[int, tuple[_Match, ...]]]:
        """Yield the peers that the same entries match, as bits, with those entries in order."""
        cells: list[tuple[int, tuple[_Match, ...]]] = [(self.views.everyone, ())]
        for entry in entries:
            if not (entry.ports or not entry.rule.ports):
                continue
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

    def _decided(self, met: tuple[_Match, ...]) -> Iterator[tuple[Match | None, PortSet]]:
        """Yield what decides about each port, where some entries match the peer."""
        classes = PortClasses(entry.ports for entry, _ in met)
        by_match: dict[Match | None, list[PortSet]] = {}
        for place in range(classes.all.bit_length()):
            ports = classes.ports(1 << place)
            here = [
                Match(entry.policy, entry.rule, sure)
                for entry, sure in met
                if classes.bits(entry.ports) >> place & 1
            ]
            match = decisive([*_up_to_sure(here)], self.views.assumptions)
            by_match.setdefault(match, []).append(ports)
        for match, sets in by_match.items():
            yield match, PortSet.union(*sets)


_Match = tuple[_Entry, bool]  # and whether it matches for sure


def _up_to_sure(matches: Sequence[Match]) -> Iterator[Match]:
    """Yield matches without those that come after one of the same policy that is sure."""
    settled: set[str] = set()
    for match in matches:
        name = str(match.policy)
        if name not in settled:
            yield match
        if match.sure:
            settled.add(name)
