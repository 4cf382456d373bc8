"""Questions about enforcement: what a plugin does, and what Kubernetes leaves to it."""

from __future__ import annotations

from dataclasses import replace

from netpol_lab.assumptions import Assumptions
from netpol_lab.practice.misreadings import NOT_ENFORCED, Misreading
from netpol_lab.practice.questions import (
    ALLOWED,
    BLOCKED,
    Occasion,
    Question,
    chosen_set,
)
from netpol_lab.practice.written import Pair, Situation
from netpol_lab.verdict import Verdict, evaluate

OPEN = "Kubernetes leaves it to the plugin"
WORDS = {True: ALLOWED, False: BLOCKED, None: OPEN}
ENFORCED = Misreading("01", "the plugin enforced policies")


def left_open(occasion: Occasion) -> Question | None:
    """Ask whether a connection works, where plugins may differ."""
    situation = _asked(occasion)
    wanted = [*WORDS][int(occasion.coin * 3)]
    found = [pair for pair, verdict in situation.verdicts.items() if verdict.allowed is wanted]
    if not found:
        return None
    pair = occasion.rng.choice(found)
    verdict = situation.verdicts[pair]
    right, choices = WORDS[verdict.allowed], tuple(WORDS.values())
    text = f"A plugin enforces policies. Does this connection work? {verdict.flow}"
    confusions = {
        **{WORDS[one.answers(situation, [pair])[pair]]: one.words for one in occasion.misreadings},
        **({WORDS[verdict.common]: "every plugin did what most do"} if wanted is None else {}),
    }
    made = replace(occasion, situation=situation)
    return made.question("left_open", text, choices, right, str(verdict), confusions)


def _asked(occasion: Occasion) -> Situation:
    """Return the situation, sometimes asked about ICMP."""
    icmp = occasion.rng.random() < 0.4
    return replace(occasion.situation, protocol="ICMP") if icmp else occasion.situation


def which_open(occasion: Occasion) -> Question | None:
    """Ask which connection is left to the plugin."""
    situation, rng = _asked(occasion), occasion.rng
    verdicts = situation.verdicts
    undefined = [pair for pair, verdict in verdicts.items() if verdict.allowed is None]
    sure = [pair for pair, verdict in verdicts.items() if verdict.allowed is not None]
    if not undefined or len(sure) < 3:
        return None
    pair = rng.choice(undefined)
    shown = [pair, *rng.sample(sure, 3)]
    chosen = rng.sample(shown, len(shown))
    made = replace(occasion, situation=situation)
    return made.question(
        "which_open",
        "A plugin enforces policies. Which of these connections does Kubernetes leave to it?",
        [str(verdicts[one].flow) for one in chosen],
        str(verdicts[pair].flow),
        "\n".join(str(verdicts[one]) for one in chosen),
    )


def enforcement(occasion: Occasion) -> Question | None:
    """Ask who can reach a pod, with a plugin that enforces policies or one that does not."""
    situation, rng = occasion.situation, occasion.rng
    enforced = occasion.coin < 0.5
    goal = rng.choice(situation.pods)
    pairs = [pair for pair in situation.pairs if pair[1] == goal and "/" in pair[0]]
    verdicts = [_judged(situation, pair, enforced) for pair in pairs]
    if any(_judged(situation, pair, True).allowed is None for pair in pairs):
        return None
    right = tuple(v.flow.source.name for v in verdicts if v.allowed)
    other = tuple(p[0] for p in pairs if _judged(situation, p, not enforced).allowed)
    if right == other:
        return None
    does = "enforces" if enforced else "does not enforce"
    text = (
        f"The network plugin of this cluster {does} policies. "
        f"Which pods can open a connection to {goal} on TCP 80?"
    )
    wrong = [(other, NOT_ENFORCED if enforced else ENFORCED)]
    because = "\n".join(map(str, verdicts))
    sources = [source for source, _ in pairs]
    return chosen_set(occasion, "enforcement", text, sources, right, because, wrong)


def _judged(situation: Situation, pair: Pair, enforced: bool) -> Verdict:
    return evaluate(situation.cluster, *pair, 80, assumptions=Assumptions(enforced=enforced))
