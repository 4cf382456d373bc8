"""Questions about enforcement: what a plugin does, and what Kubernetes leaves to it."""

from __future__ import annotations

from dataclasses import replace

from netpol_lab.course.practice.misconceptions import NOT_ENFORCED, Misconception
from netpol_lab.course.practice.questions import ALLOWED, BLOCKED, QuizQuestion, Setting
from netpol_lab.course.practice.situation import Situation
from netpol_lab.engine.verdict import Verdict, evaluate
from netpol_lab.model.assumptions import Assumptions

OPEN = "Kubernetes leaves it to the plugin"
WORDS = {True: ALLOWED, False: BLOCKED, None: OPEN}
PINGS = 0.2  # how often ICMP is asked about: the chapter is about more than ping
ENFORCED = Misconception("01", "the plugin enforced policies")


def left_open(setting: Setting) -> QuizQuestion | None:
    """Ask whether a connection works, where plugins may differ."""
    ping = setting.rng.random() < PINGS
    situation = _pinged(setting.situation) if ping else setting.situation
    wanted = [*WORDS][int(setting.coin * 3)]
    found = [one for one in _apart(situation) if one.allowed is wanted]
    if not found:
        return None
    verdict = setting.rng.choice(found)
    pair = verdict.flow.source.name, verdict.flow.destination.name
    text = f"A plugin enforces policies. Does this connection work? {verdict.flow}"
    confusions = {WORDS[one.answer(situation, pair)]: one.words for one in setting.misconceptions}
    if wanted is None:
        confusions[WORDS[verdict.common]] = "every plugin did what most do"
    made = replace(setting, situation=situation)
    return made.question(text, WORDS.values(), WORDS[wanted], str(verdict), confusions)


def _pinged(situation: Situation) -> Situation:
    return replace(situation, protocol="ICMP")


def _apart(situation: Situation) -> list[Verdict]:
    """Return the verdicts, without those on an address that a pod shares with its node."""
    shared = {pod["status"]["podIP"] for pod in situation.of_kind("Pod")}
    return [found for pair, found in situation.verdicts.items() if not shared & {*pair}]


def which_open(setting: Setting) -> QuizQuestion | None:
    """Ask which connection is left to the plugin; at most one of the four is about ICMP."""
    rng, coin = setting.rng, setting.coin
    undefined, sure = _parted(setting.situation)
    undefined_pings, sure_pings = _parted(_pinged(setting.situation))
    rights = undefined_pings if coin < PINGS else undefined
    firsts = sure_pings if PINGS <= coin < 2 * PINGS else sure
    if not rights or not firsts or len(sure) < 3:
        return None
    right, first = rng.choice(rights), rng.choice(firsts)
    shown = [right, first, *rng.sample([one for one in sure if one is not first], 2)]
    chosen = rng.sample(shown, len(shown))
    text = "A plugin enforces policies. Which of these connections does Kubernetes leave to it?"
    flows, because = [str(one.flow) for one in chosen], "\n".join(map(str, chosen))
    return setting.question(text, flows, str(right.flow), because)


def _parted(situation: Situation) -> tuple[list[Verdict], list[Verdict]]:
    """Return the verdicts that are left open, and the others."""
    found = _apart(situation)
    undefined = [one for one in found if one.allowed is None]
    return undefined, [one for one in found if one.allowed is not None]


def enforcement(setting: Setting) -> QuizQuestion | None:
    """Ask who can reach a pod, with a plugin that enforces policies or one that does not."""
    situation, rng = setting.situation, setting.rng
    enforced = setting.coin < 0.5
    goal = rng.choice(situation.pods)
    sources = [pod for pod, end in situation.pairs if end == goal and "/" in pod]
    verdicts = {
        works: [
            evaluate(situation.cluster, pod, goal, 80, assumptions=Assumptions(enforced=works))
            for pod in sources
        ]
        for works in (True, False)
    }
    if any(verdict.allowed is None for verdict in verdicts[True]):
        return None
    able = {
        works: [verdict.flow.source.name for verdict in found if verdict.allowed]
        for works, found in verdicts.items()
    }
    if able[True] == able[False]:
        return None
    does = "enforces" if enforced else "does not enforce"
    text = (
        f"The network plugin of this cluster {does} policies. "
        f"Which pods can open a connection to {goal} on TCP 80?"
    )
    wrong = [(able[not enforced], NOT_ENFORCED if enforced else ENFORCED)]
    because = "\n".join(map(str, verdicts[enforced]))
    return setting.which(text, sources, able[enforced], because, wrong)
