"""What each chapter practises: how its clusters are drawn, and the confusions that it clears up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from netpol_lab.course.practice import misconceptions as m
from netpol_lab.course.practice.first_steps import denied, directed, tiers
from netpol_lab.course.practice.meant_peers import added, meant
from netpol_lab.course.practice.misconceptions import Misreading
from netpol_lab.course.practice.outer_world import enforced, outside
from netpol_lab.course.practice.reached_ports import leaving, ported
from netpol_lab.course.practice.situation import Pair, Situation
from netpol_lab.course.practice.whole import legal, whole

Draw = Callable[[Random, str], Situation]


@dataclass(frozen=True)
class Theme:
    """One chapter's clusters and confusions.

    Parameters
    ----------
    draw : function
        From a random source and a level to a situation.
    misreadings : tuple of Misreading
        Those that the chapter is about come first.
    """

    draw: Draw
    misreadings: tuple[Misreading, ...]

    def traps(self, situation: Situation) -> dict[Pair, list[Misreading]]:
        """Return who would be wrong about each defined pair of ends."""
        sure = {p: v.allowed for p, v in situation.verdicts.items() if v.allowed is not None}
        wrong: dict[Pair, list[Misreading]] = {pair: [] for pair in sure}
        for misreading in self.misreadings:
            if misreading.sees_the_same(situation):
                continue
            for pair, answer in misreading.answers(situation, sure).items():
                if answer is (not sure[pair]):
                    wrong[pair].append(misreading)
        return wrong


_TYPES = (m.EGRESS_ALONE, m.SECTIONS, m.RULES_COUNT, m.ONLY_WITH_RULES)
_PEERS = (
    m.REACHES_ALL, m.APART, m.TOGETHER, m.BY_NAME, m.NULL, m.NOT_IN, m.ABSENT, m.EMPTY,
)  # fmt: skip
_RULES = (
    m.ONE_RULE, m.ALL_AGREE, m.LAST, m.EMPTY_IS_ALL, m.EMPTY_RULE_IS_NONE, m.EMPTY_FROM_IS_NOBODY,
    m.PODS_ONLY, m.PORTS_ONLY, m.OUTSIDE_TOO, m.NO_PORTS, m.FIRST,
)  # fmt: skip
_PORTS = (
    m.SERVICE_PORT, m.ONE_NUMBER, m.ANY_PROTOCOL, m.START_ONLY, m.END_LEFT_OUT, m.PORTS_ONLY,
    m.NO_PORTS,
)  # fmt: skip
_ENDS = (m.ONE_SIDE, m.OTHER_SIDE, m.REPLIES)

THEMES: dict[str, Theme] = {
    "01": Theme(
        denied, (m.ALL_PODS, m.BOTH_WAYS, m.EVERYWHERE, *_ENDS, m.ONLY_WITH_RULES)
    ),
    "02": Theme(tiers, (m.ALL_PODS, m.BOTH_WAYS, m.NO_DENY, m.ALL_AGREE, m.LAST, m.REPLIES)),
    "03": Theme(directed, (*_TYPES, m.BOTH_WAYS, m.EMPTY_IS_ALL, *_ENDS)),
    "04": Theme(meant, (*_PEERS, m.EVERYWHERE)),
    "05": Theme(added, _RULES),
    "06": Theme(ported, _PORTS),
    "07": Theme(
        leaving,
        (m.ANY_PROTOCOL, m.SERVICE_PORT, *_ENDS, m.REACHES_ALL, m.BY_NAME, m.BOTH_WAYS, m.NO_PORTS),
    ),
    "08": Theme(
        outside,
        (m.EXCEPT_DENIES, m.NO_EXCEPT, m.OWN_NODE, m.OUTSIDE_TOO, m.PODS_ONLY, m.REPLIES),
    ),
    "09": Theme(enforced, (m.OWN_NODE, m.NOT_ENFORCED, *_ENDS, m.BOTH_WAYS)),
    "10": Theme(legal, (*_PEERS, *_TYPES)),
    "11": Theme(
        whole,
        (
            m.REACHES_ALL, m.APART, m.TOGETHER, m.BY_NAME, m.NOT_IN, m.ONE_RULE, m.ALL_AGREE,
            m.EMPTY_IS_ALL, m.PODS_ONLY, m.NO_PORTS, *_ENDS, m.EXCEPT_DENIES, m.EVERYWHERE,
        ),
    ),
}  # fmt: skip
