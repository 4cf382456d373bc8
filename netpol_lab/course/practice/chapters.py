"""What each chapter practises: its clusters, the misconceptions it clears up, and its questions.

`deal` makes a cluster from a seed with connections to predict: never trivial, always answerable.
`questions` makes three questions of different kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random

from netpol_lab.course.practice import clinic, generators, tier_clusters, tier_questions
from netpol_lab.course.practice import misconceptions as m
from netpol_lab.course.practice import questions as q
from netpol_lab.course.practice import tier_misconceptions as t
from netpol_lab.course.practice import undefined_questions as u
from netpol_lab.course.practice import variant_questions as v
from netpol_lab.course.practice.generators import LEVELS, Level
from netpol_lab.course.practice.misconceptions import Misconception
from netpol_lab.course.practice.questions import Kind, QuizQuestion, Setting, Traps
from netpol_lab.course.practice.situation import Pair, Situation
from netpol_lab.errors import UnknownNameError, counted, did_you_mean
from netpol_lab.manifests.loader import load
from netpol_lab.model.cluster import Cluster


@dataclass(frozen=True)
class Practice:
    """What one chapter practises.

    Parameters
    ----------
    draw : function
        From a source of random numbers and a `Level` to a situation.
    misconceptions : tuple of Misconception
        Those that the chapter is about come first.
    kinds : tuple of function
        The kinds of question that it asks.
    levels : tuple of str
        The levels of its questions; one that is listed twice comes up twice as often.
    """

    draw: Callable[[Random, Level], Situation]
    misconceptions: tuple[Misconception, ...]
    kinds: tuple[Kind, ...]
    levels: tuple[str, ...] = ("easy", "easy", "medium")

    def traps(self, situation: Situation) -> Traps:
        """Return who would be wrong about each defined pair of ends."""
        sure = {p: v.allowed for p, v in situation.verdicts.items() if v.allowed is not None}
        wrong: Traps = {pair: [] for pair in sure}
        for one in self.misconceptions:
            for pair, answer in one.answers(situation, sure).items():
                if answer is (not sure[pair]):
                    wrong[pair].append(one)
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
_EGRESS = (
    m.ANY_PROTOCOL, m.SERVICE_PORT, *_ENDS, m.REACHES_ALL, m.BY_NAME, m.BOTH_WAYS, m.NO_PORTS,
)  # fmt: skip
_BLOCKS = (m.EXCEPT_DENIES, m.NO_EXCEPT, m.OWN_NODE, m.OUTSIDE_TOO, m.PODS_ONLY, m.REPLIES)
_EVERYTHING = (
    m.REACHES_ALL, m.APART, m.TOGETHER, m.BY_NAME, m.NOT_IN, m.ONE_RULE, m.ALL_AGREE,
    m.EMPTY_IS_ALL, m.PODS_ONLY, m.NO_PORTS, *_ENDS, m.EXCEPT_DENIES, m.EVERYWHERE,
)  # fmt: skip

PRACTICE: dict[str, Practice] = {
    "01": Practice(
        generators.isolation,
        (m.ALL_PODS, m.BOTH_WAYS, m.EVERYWHERE, *_ENDS, m.ONLY_WITH_RULES),
        (q.works, q.isolated, q.reaching), ("easy", "medium"),
    ),
    "02": Practice(
        generators.tiers,
        (m.ALL_PODS, m.BOTH_WAYS, m.NO_DENY, m.ALL_AGREE, m.LAST, m.REPLIES),
        (q.works, q.isolated, q.reaching, q.admitting, v.labels, v.change), ("easy", "medium"),
    ),
    "03": Practice(
        generators.directions, (*_TYPES, m.BOTH_WAYS, m.EMPTY_IS_ALL, *_ENDS),
        (q.stored, q.works, q.isolated, v.variants),
    ),
    "04": Practice(
        generators.peers, (*_PEERS, m.EVERYWHERE), (q.works, q.reaching, v.labels, v.variants)
    ),
    "05": Practice(generators.rules, _RULES, (q.works, q.reaching, q.admitting, v.variants)),
    "06": Practice(
        generators.ports, _PORTS,
        (q.works, q.open_ports, q.through_service, v.change, v.variants),
    ),
    "07": Practice(generators.egress, _EGRESS, (q.works, q.reaching, v.change, v.variants)),
    "08": Practice(generators.blocks, _BLOCKS, (q.works, q.reaching, q.admitting, v.variants)),
    "09": Practice(
        generators.enforcement, (m.OWN_NODE, m.NOT_ENFORCED, *_ENDS, m.BOTH_WAYS),
        (u.left_open, u.which_open, u.enforcement),
    ),
    "10": Practice(
        generators.legal, (*_PEERS, *_TYPES), (clinic.refused, clinic.wrong_line, clinic.as_kept)
    ),
    "11": Practice(
        generators.everything, _EVERYTHING,
        (q.works, q.isolated, q.reaching, q.admitting, v.change, v.variants), ("medium",),
    ),
    "12": Practice(
        tier_clusters.above, (*t.EVERYONE, m.ONE_SIDE, m.OTHER_SIDE),
        (q.works, q.reaching, tier_questions.deciding_gate), ("medium", "medium", "hard"),
    ),
}  # fmt: skip


# ---------------------------------------------------------------- clusters to predict


@dataclass(frozen=True)
class Deal:
    """One cluster to predict, and its connections.

    Parameters
    ----------
    cluster : Cluster
        What the engine makes of the manifests.
    manifests : str
        All of it as YAML.
    pods, policies : str
        The same for a reader: a line for each pod, namespace and Service that matters, and the
        YAML of the policies.
    port : int
    protocol : str
    outside : tuple of (str, str)
        Captions and addresses outside the cluster that take part.
    flows : tuple of (str, str)
        The connections to predict: some allowed, some blocked, none undefined.
    says : str
        How difficult it is, in one sentence.
    """

    cluster: Cluster = field(repr=False)
    manifests: str = field(repr=False)
    pods: str = field(repr=False)
    policies: str = field(repr=False)
    port: int
    protocol: str
    outside: tuple[Pair, ...]
    flows: tuple[Pair, ...]
    says: str


def deal(chapter: str, level: str = "easy", seed: int = 1) -> Deal:
    """Return a cluster about a chapter, with connections to predict.

    Parameters
    ----------
    chapter : str
        Its number, as ``"04"``.
    level : str
        ``easy``, ``medium`` or ``hard``: more pods, more policies, more misconceptions to fall
        for.
    seed : int
        The same seed always gives the same cluster.

    Returns
    -------
    Deal

    Raises
    ------
    UnknownNameError
        When there is no such chapter or level.

    Examples
    --------
    >>> one = deal("01", "easy", seed=1)
    >>> one.says.partition(". ")[2]
    '5 common misunderstandings give a wrong answer here.'
    >>> len(one.flows)
    4
    """
    for what, given, known in (("chapter", chapter, PRACTICE), ("level", level, LEVELS)):
        if given not in list(known):
            near = did_you_mean(given, known)
            raise UnknownNameError(f'there is no {what} "{given}". {near}')
    rng = Random(f"deal/{chapter}/{level}/{seed}")
    situation, traps = draw(rng, chapter, level)
    flows = tuple(_chosen(rng, situation, traps, LEVELS[level].flows))
    used = {end for flow in flows for end in flow}
    outside = tuple(pair for pair in situation.outside if pair[1] in used)
    cluster, asked = load(f"{situation.manifests}\n"), (situation.port, situation.protocol)
    says = _says(level, situation, flows, traps)
    return Deal(cluster, *situation.texts, *asked, outside, flows, says)


def draw(rng: Random, chapter: str, level: str) -> tuple[Situation, Traps]:
    """Return a situation that is worth asking about, and who would be wrong about it."""
    practice = PRACTICE[chapter]
    while True:
        situation = practice.draw(rng, LEVELS[level])
        answers = {verdict.allowed for verdict in situation.verdicts.values()}
        if {True, False} <= answers:
            traps = practice.traps(situation)
            if _misconceptions_in(traps) >= LEVELS[level].misconceptions:
                return situation, traps


def _misconceptions_in(traps: Traps) -> int:
    return len({one.words for found in traps.values() for one in found})


def _chosen(rng: Random, situation: Situation, traps: Traps, most: int) -> Iterator[Pair]:
    """Yield connections of both answers in the order of the pods; traps are chosen first."""
    by_answer = {
        answer: sorted(rng.sample(found, len(found)), key=lambda pair: not traps[pair])
        for answer in (True, False)
        if (found := [pair for pair in traps if situation.verdicts[pair].allowed is answer])
    }
    share = rng.choice([most // 2, most - most // 2])
    allowed = by_answer[True][: max(share, most - len(by_answer[False]))]
    chosen = {*allowed, *by_answer[False][: most - len(allowed)]}
    yield from (pair for pair in situation.pairs if pair in chosen)


def _says(level: str, situation: Situation, flows: tuple[Pair, ...], traps: Traps) -> str:
    homes = len({name.partition("/")[0] for name in situation.pods})
    pods = f"{counted(len(situation.pods), 'pod')} in {counted(homes, 'namespace')}"
    policies = counted(len(situation.policies), "policy", "policies")
    connections = counted(len(flows), "connection")
    wrong = _misconceptions_in({pair: traps[pair] for pair in flows})
    wrongly = f"{counted(wrong, 'common misunderstanding')} {'gives' if wrong == 1 else 'give'}"
    size = f"{level.title()}: {pods}, {policies}, {connections}."
    return f"{size} {wrongly} a wrong answer here."


# ---------------------------------------------------------------- questions


def questions(chapter: str, seed: int) -> tuple[QuizQuestion, ...]:
    """Return the three questions of a chapter and a seed.

    Parameters
    ----------
    chapter : str
        Its number, as ``"04"``.
    seed : int
        The same seed always gives the same questions.

    Returns
    -------
    tuple of QuizQuestion

    Examples
    --------
    >>> [question.kind for question in questions("09", 1)]
    ['left_open', 'which_open', 'enforcement']
    """
    return tuple(question(chapter, seed, number) for number in (1, 2, 3))


def question(chapter: str, seed: int, number: int) -> QuizQuestion:
    """Return one of the three questions, counted from 1."""
    practice = PRACTICE[chapter]
    kinds = Random(f"{chapter}/{seed}").sample(practice.kinds, 3)
    rng = Random(f"{chapter}/{seed}/{number}")
    return ask(kinds[number - 1], chapter, rng.choice(practice.levels), rng)


def ask(kind: Kind, chapter: str, level: str, rng: Random) -> QuizQuestion:
    """Return a question of a kind; draws clusters until one of them suits it."""
    while True:
        coin = rng.random()
        for _ in range(50):  # then another coin: what is wanted may not come up in this chapter
            situation, traps = draw(rng, chapter, level)
            found = kind(Setting(rng, situation, traps, PRACTICE[chapter].misconceptions, coin))
            if found is not None:
                return replace(found, kind=kind.__name__)
