"""Questions about lanes: which of them has the word on one side of a connection."""

from __future__ import annotations

from netpol_lab.course.practice.questions import QuizQuestion, Setting
from netpol_lab.engine.sides import Side
from netpol_lab.model.cluster_policies import Tier

ADMIN, OWN, BASELINE = "tier Admin", "the NetworkPolicies", "tier Baseline"
OPEN = "none of them: it is open"
GATES = (ADMIN, OWN, BASELINE, OPEN)


def deciding_gate(setting: Setting) -> QuizQuestion | None:
    """Ask which lane decides the ingress of a connection; each comes up as often."""
    wanted, verdicts = GATES[int(setting.coin * len(GATES))], setting.situation.verdicts
    likely = [
        pair
        for pair in setting.traps
        if verdicts[pair].ingress.subject.pod and gate_of(verdicts[pair].ingress) == wanted
    ]
    if not likely:
        return None
    pair = setting.rng.choice(likely)
    situation = setting.situation
    believed = (
        (gate_of(situation.verdict_in(one.believed_cluster(situation), pair).ingress), one.words)
        for one in reversed(setting.misconceptions)
    )
    text = f"What decides the ingress of this connection? {verdicts[pair].flow}"
    return setting.question(text, GATES, wanted, str(verdicts[pair]), dict(believed))


def gate_of(side: Side) -> str:
    """Return which lane has the word on one side.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> gate_of(lab.evaluate(lab.load("two-teams"), "page", "db", 5432).ingress)
    'tier Admin'
    """
    if side.ruling is not None:
        return ADMIN if side.ruling.tier is Tier.ADMIN else BASELINE
    return OWN if side.isolated else OPEN
