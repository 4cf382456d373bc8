"""Questions made from a seed: small clusters about a chapter's topic, with the engine's answers.

Every cluster is written as YAML first and then loaded, so that what the learner reads is what the
engine was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from random import Random
from typing import Any

import ipywidgets
import yaml

from netpol_lab.cards import Card, button, heading, preformatted
from netpol_lab.cluster import Cluster
from netpol_lab.display import Words
from netpol_lab.errors import UnknownNameError, did_you_mean
from netpol_lab.explain import describe_pod
from netpol_lab.manifests import load
from netpol_lab.model import Direction
from netpol_lab.variants import effect_of, rule_of
from netpol_lab.verdict import Verdict, evaluate, resolution_of

YesNo = ("allowed", "blocked")


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its choices.

    Parameters
    ----------
    text : str
    manifests : str
        The YAML that the engine was given, pods included.
    pods, policies : str
        The same for the reader: one line a pod, and the YAML of the policies.
    choices : tuple of str
    right : str
        The choice that the engine gives.
    because : str
        The engine's reasons.
    """

    text: str
    manifests: str
    pods: str
    policies: str
    choices: tuple[str, ...]
    right: str
    because: str


def quiz(chapter: str, seed: int = 1) -> Quiz:
    """Return three questions about a chapter.

    Parameters
    ----------
    chapter : str
        Its number, as ``"02"``.
    seed : int
        The same seed gives the same questions, another one others.

    Returns
    -------
    Quiz

    Raises
    ------
    UnknownNameError
        When there are no questions about this chapter.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> questions = lab.quiz("03", seed=2)
    >>> questions.answer(1, questions.questions[0].right).splitlines()[0]
    'Question 1: right.'
    """
    if chapter not in TOPICS:
        raise UnknownNameError(f'there is no quiz "{chapter}". {did_you_mean(chapter, TOPICS)}')
    return Quiz(chapter, seed)


def questions(chapter: str, seed: int) -> tuple[Question, ...]:
    """Return the questions of a chapter and a seed.

    Examples
    --------
    >>> [question.right for question in questions("01", 1)] == [
    ...     question.right for question in questions("01", 1)
    ... ]
    True
    """
    return tuple(make(Random(f"{chapter}/{seed}/{i}")) for i, make in enumerate(TOPICS[chapter]))


# ---------------------------------------------------------------- the widget


class Quiz(Card):
    """Three questions with choices, a button to check them, and one for three others.

    Made by `quiz`.

    Parameters
    ----------
    chapter : str
    seed : int
    """

    def __init__(self, chapter: str, seed: int) -> None:
        self.chapter = chapter
        self._asked, self._score = ipywidgets.VBox(), ipywidgets.HTML()
        self._deal(seed)
        buttons = [button("Check", self.check), button("Three others", self.another)]
        title = heading("Three questions. Choose an answer to each, then check.")
        super().__init__([title, self._asked, ipywidgets.HBox(buttons), self._score])

    def answer(self, number: int, choice: str) -> Words:
        """Answer one question, and return whether that is right, and why.

        Parameters
        ----------
        number : int
            1, 2 or 3.
        choice : str
            One of its choices.

        Raises
        ------
        UnknownNameError
            When there is no such question or choice.
        """
        if not 1 <= number <= len(self.questions):
            raise UnknownNameError(f"there is no question {number}: they are 1 to 3.")
        choices = self.questions[number - 1].choices
        if choice not in choices:
            raise UnknownNameError(f'"{choice}" is not a choice. {did_you_mean(choice, choices)}')
        self._fields[number - 1].value = choice
        self._judge(number - 1)
        return Words(self._said[number - 1])

    def check(self) -> Words:
        """Judge every answer that was given."""
        for i, field in enumerate(self._fields):
            if field.value:
                self._judge(i)
        if not any(self._said):
            self._score.value = "nothing answered yet"
        return Words("\n\n".join(filter(None, self._said)) or self._score.value)

    def another(self) -> None:
        """Replace the questions by those of the next seed."""
        self._deal(self.seed + 1)

    @property
    def score(self) -> int:
        """How many answers are right."""
        pairs = zip(self._fields, self.questions, strict=True)
        return sum(field.value == question.right for field, question in pairs)

    @property
    def words(self) -> str:  # type: ignore[override]
        """The questions with their choices, and what was said to the answers."""
        return "\n\n".join(
            "\n".join(filter(None, [_in_words(i + 1, question), said]))
            for i, (question, said) in enumerate(zip(self.questions, self._said, strict=True))
        )

    def _deal(self, seed: int) -> None:
        self.seed, self.questions = seed, questions(self.chapter, seed)
        self._fields = [_field(question) for question in self.questions]
        self._answers = [ipywidgets.HTML() for _ in self.questions]
        self._said = [""] * len(self.questions)
        self._asked.children, self._score.value = list(self._blocks()), ""

    def _blocks(self) -> Iterator[Any]:
        for i, question in enumerate(self.questions):
            shown = ipywidgets.HTML(preformatted(f"{question.pods}\n\n{question.policies}", "note"))
            title = heading(f"{i + 1}. {question.text}")
            yield ipywidgets.VBox([title, shown, self._fields[i], self._answers[i]])

    def _judge(self, i: int) -> None:
        question, choice = self.questions[i], self._fields[i].value
        if choice == question.right:
            said = f"Question {i + 1}: right."
        else:
            said = f"Question {i + 1}: not right. You chose: {choice}. Right is: {question.right}."
        self._said[i] = f"{said}\n{question.because}"
        self._answers[i].value = preformatted(self._said[i])
        self._score.value = f"{self.score} of 3 right. The reasons stand under each question."


def _field(question: Question) -> Any:
    return ipywidgets.RadioButtons(
        options=question.choices, value=None, layout=ipywidgets.Layout(width="auto")
    )


def _in_words(number: int, question: Question) -> str:
    choices = "\n".join(f"( ) {choice}" for choice in question.choices)
    asked = f"{number}. {question.text}"
    return "\n\n".join([asked, question.pods, question.policies, choices])


# ---------------------------------------------------------------- clusters


@dataclass(frozen=True, slots=True)
class Written:
    """A cluster with the texts it was loaded from."""

    pods: tuple[dict[str, Any], ...]
    policies: tuple[dict[str, Any], ...]

    @property
    def manifests(self) -> str:
        """All of it as YAML."""
        return _as_yaml([*self.pods, *self.policies])

    def question(self, text: str, choices: Iterable[str], right: str, because: str) -> Question:
        """Return a question about this cluster."""
        named = (pod["metadata"] for pod in self.pods)
        labelled = (f"{m['namespace']}/{m['name']} (app={m['labels']['app']})" for m in named)
        pods, policies = f"Pods: {', '.join(labelled)}", _as_yaml(self.policies)
        return Question(text, self.manifests, pods, policies, tuple(choices), right, because)


def _as_yaml(documents: Iterable[dict[str, Any]]) -> str:
    dumped = (yaml.safe_dump(each, sort_keys=False, default_flow_style=None) for each in documents)
    return "---\n".join(dumped).strip()


def _pod(namespace: str, name: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "labels": {"app": name}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}


def _policy(namespace: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }


def _labelled(name: str) -> dict[str, Any]:
    return {"matchLabels": {"app": name}}


def _peers(name: str) -> list[dict[str, Any]]:
    return [{"podSelector": _labelled(name)}]


NAMES = ("apple", "birch", "cedar", "daisy", "elder", "fern")
SHAPES: tuple[tuple[str, ...], ...] = (("Ingress",), ("Egress",), ("Ingress", "Egress"))


def _denied(rng: Random) -> Written:
    """Return three pods in two namespaces, and one or two policies without rules."""
    names = rng.sample(NAMES, 3)
    pods = (_pod("north", names[0]), _pod("north", names[1]), _pod("south", names[2]))
    selectors = rng.sample([{}, _labelled(names[0]), _labelled(names[1]), _labelled(names[2])], 2)
    policies = [
        _policy(
            rng.choice(["north", "north", "south"]),
            f"policy-{i}",
            {"podSelector": selector, "policyTypes": list(rng.choice(SHAPES))},
        )
        for i, selector in enumerate(selectors, 1)
    ]
    return Written(pods, tuple(policies[: rng.choice([1, 1, 2])]))


def _tiers(rng: Random) -> Written:
    """Return four pods of one namespace and two policies, each of which admits one pod."""
    names = rng.sample(NAMES, 4)
    pods = tuple(_pod("garden", name) for name in names)
    guarded = rng.sample(names, 2)
    policies = (
        _policy(
            "garden",
            f"{name}-ingress",
            {
                "podSelector": _labelled(name),
                "ingress": [{"from": _peers(rng.choice(_others(names, name)))}],
            },
        )
        for name in guarded
    )
    return Written(pods, tuple(policies))


def _others(names: Sequence[str], name: str) -> list[str]:
    return [other for other in names if other != name]


def _directed(rng: Random) -> Written:
    """Return three pods and one policy with its three fields written in any way."""
    names = rng.sample(NAMES, 3)
    pods = tuple(_pod("garden", name) for name in names)
    spec: dict[str, Any] = {"podSelector": _labelled(names[0])}
    types = rng.choice([None, None, [], *map(list, SHAPES)])
    fields = {
        "policyTypes": types,
        "ingress": rng.choice([None, [], [{"from": _peers(names[1])}]]),
        "egress": rng.choice([None, [], [{"to": _peers(names[1])}]]),
    }
    spec |= {field: value for field, value in fields.items() if value is not None}
    return Written(pods, (_policy("garden", "the-policy", spec),))


# ---------------------------------------------------------------- kinds of questions

Make = Callable[[Random], Question]
Draw = Callable[[Random], Written]


def _works(draw: Draw) -> Make:
    """Ask whether one connection works; both answers come up as often as they can."""

    def make(rng: Random) -> Question:
        written = draw(rng)
        verdicts = list(_verdicts(load(written.manifests)))
        wanted = rng.choice([True, False])
        likely = [verdict for verdict in verdicts if verdict.allowed is wanted] or verdicts
        verdict = rng.choice(likely)
        text = f"Does this connection work? {verdict.flow}"
        right = YesNo[0] if verdict.allowed else YesNo[1]
        return written.question(text, YesNo, right, str(verdict))

    return make


def _verdicts(cluster: Cluster) -> Iterator[Verdict]:
    for source, destination in permutations(map(str, cluster.pods), 2):
        yield evaluate(cluster, source, destination, port=80)


def _isolated(draw: Draw) -> Make:
    """Ask which pods are isolated in one direction."""

    def make(rng: Random) -> Question:
        written, way = draw(rng), rng.choice(list(Direction))
        cluster = load(written.manifests)
        pods = [str(pod) for pod in cluster.pods]
        isolated = [str(p) for p in cluster.pods if resolution_of(cluster).isolating(p, way)]
        because = "\n".join(describe_pod(cluster, pod) for pod in cluster.pods)
        text = f"Which pods are isolated for {way}?"
        return written.question(text, _subsets(rng, pods, isolated), _spoken(isolated), because)

    return make


def _reaching(draw: Draw) -> Make:
    """Ask who can reach one pod."""

    def make(rng: Random) -> Question:
        written = draw(rng)
        cluster = load(written.manifests)
        pods = [str(pod) for pod in cluster.pods]
        goal = rng.choice(pods)
        verdicts = [evaluate(cluster, pod, goal, port=80) for pod in _others(pods, goal)]
        able = [v.flow.source.name for v in verdicts if v.allowed]
        choices = _subsets(rng, _others(pods, goal), able)
        text = f"Which pods can open a connection to {goal} on TCP 80?"
        return written.question(text, choices, _spoken(able), "\n".join(map(str, verdicts)))

    return make


def _defaults(rng: Random) -> Question:
    """Ask which policyTypes are stored."""
    written = _directed(rng)
    (policy,) = load(written.manifests).policies
    stored = f"[{', '.join(direction.value for direction in policy.policy_types)}]"
    effects = (effect_of(policy, direction) for direction in Direction)
    because = "\n".join([rule_of(policy), *effects])
    choices = [f"[{', '.join(shape)}]" for shape in SHAPES]
    return written.question("Which policyTypes does Kubernetes store?", choices, stored, because)


def _subsets(rng: Random, pods: Sequence[str], right: Sequence[str]) -> list[str]:
    """Return the right set of pods among three others, the smaller ones mostly first."""
    masks = range(2 ** len(pods))
    sets = [_spoken([pod for i, pod in enumerate(pods) if mask >> i & 1]) for mask in masks]
    wrong = [words for words in sets if words != _spoken(right)]
    return sorted([_spoken(right), *rng.sample(wrong, 3)], key=sets.index)


def _spoken(pods: Sequence[str]) -> str:
    return ", ".join(pods) or "none of them"


TOPICS: dict[str, tuple[Make, ...]] = {
    "01": (_works(_denied), _isolated(_denied), _works(_denied)),
    "02": (_works(_tiers), _reaching(_tiers), _isolated(_tiers)),
    "03": (_defaults, _works(_directed), _isolated(_directed)),
}
