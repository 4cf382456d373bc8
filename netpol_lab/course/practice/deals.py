"""Clusters made from a seed, to predict and to ask about: never trivial, always answerable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from netpol_lab.course.practice.chapters import THEMES
from netpol_lab.course.practice.generators import LEVELS
from netpol_lab.course.practice.misconceptions import Misreading
from netpol_lab.course.practice.situation import Pair, Situation
from netpol_lab.errors import UnknownNameError, did_you_mean
from netpol_lab.manifests.loader import load
from netpol_lab.model.cluster import Cluster

MOST_FLOWS = {"easy": 4, "medium": 6, "hard": 9}
TRAPS = {"easy": 1, "medium": 2, "hard": 3}

Traps = dict[Pair, list[Misreading]]


@dataclass(frozen=True)
class Deal:
    """One cluster to predict, and its connections.

    Parameters
    ----------
    chapter, level : str
    seed : int
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

    chapter: str
    level: str
    seed: int
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
        ``easy``, ``medium`` or ``hard``: more pods, more policies, more confusions to fall for.
    seed : int
        The same seed gives the same cluster, another one another.

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
    >>> print(one.says)
    Easy: 3 pods in 2 namespaces, 1 policy, 4 connections. 5 common confusions go wrong here.
    >>> len(one.flows)
    4
    """
    _known("chapter", chapter, THEMES)
    _known("level", level, LEVELS)
    rng = Random(f"deal/{chapter}/{level}/{seed}")
    situation, traps = draw(rng, chapter, level)
    flows = tuple(_chosen(rng, situation, traps, MOST_FLOWS[level]))
    used = {end for flow in flows for end in flow}
    return Deal(
        chapter,
        level,
        seed,
        load(f"{situation.manifests}\n"),
        situation.manifests,
        situation.pods_text,
        situation.policies_text,
        situation.port,
        situation.protocol,
        tuple(pair for pair in situation.outside if pair[1] in used),
        flows,
        _says(level, situation, flows, traps),
    )


def _known(what: str, given: str, known: object) -> None:
    options = list(known)  # type: ignore[call-overload]
    if given not in options:
        raise UnknownNameError(f'there is no {what} "{given}". {did_you_mean(given, options)}')


def draw(rng: Random, chapter: str, level: str) -> tuple[Situation, Traps]:
    """Return a situation that is worth asking about, and who would be wrong about it."""
    theme = THEMES[chapter]
    while True:
        situation = theme.draw(rng, level)
        answers = {verdict.allowed for verdict in situation.verdicts.values()}
        if {True, False} <= answers:
            traps = theme.traps(situation)
            if len(confusions(traps)) >= TRAPS[level]:
                return situation, traps


def confusions(traps: Traps) -> list[Misreading]:
    """Return the confusions that go wrong somewhere."""
    return list({id(one): one for found in traps.values() for one in found}.values())


def _chosen(rng: Random, situation: Situation, traps: Traps, most: int) -> Iterator[Pair]:
    """Yield connections of both answers in the order of the pods; traps are chosen first."""
    by_answer = {
        answer: sorted(rng.sample(found, len(found)), key=lambda pair: -min(1, len(traps[pair])))
        for answer in (True, False)
        if (found := [pair for pair in traps if situation.verdicts[pair].allowed is answer])
    }
    share = rng.choice([most // 2, most - most // 2])
    allowed = by_answer[True][: max(share, most - len(by_answer[False]))]
    chosen = {*allowed, *by_answer[False][: most - len(allowed)]}
    yield from (pair for pair in situation.pairs if pair in chosen)


def _says(level: str, situation: Situation, flows: tuple[Pair, ...], traps: Traps) -> str:
    homes = len({name.partition("/")[0] for name in situation.pods})
    wrong = len(confusions({pair: traps[pair] for pair in flows}))
    counts = ", ".join(
        [
            f"{_counted(len(situation.pods), 'pod')} in {_counted(homes, 'namespace')}",
            _counted(len(situation.policies), "policy"),
            _counted(len(flows), "connection"),
        ]
    )
    go = "goes" if wrong == 1 else "go"
    return f"{level.title()}: {counts}. {_counted(wrong, 'common confusion')} {go} wrong here."


def _counted(number: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"
