"""Exercises: the learner writes policies, and the traffic that they allow is compared with a goal.

Nothing about NetworkPolicy is decided here, and every answer is a verdict's own reasons.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from textwrap import fill
from typing import Any, NamedTuple

import ipywidgets

from netpol_lab.addresses import parse_address
from netpol_lab.cards import Card, button, heading, preformatted
from netpol_lab.cluster import Cluster
from netpol_lab.decoding import Problem, decoder
from netpol_lab.display import Words
from netpol_lab.errors import (
    Complaint,
    ManifestError,
    NetpolError,
    UnknownNameError,
    did_you_mean,
)
from netpol_lab.expectations import Expect, ProbePort
from netpol_lab.manifests import SCENARIOS, load, text_of
from netpol_lab.model import Pod
from netpol_lab.ports import Protocol
from netpol_lab.predictions import WORDS
from netpol_lab.reading import documents
from netpol_lab.scene import compose
from netpol_lab.svg import paint
from netpol_lab.verdict import Verdict, evaluate, resolution_of

NOT_SOLVED = "not solved yet"
FOLDER = SCENARIOS / "exercises"


@dataclass(frozen=True, slots=True)
class ExerciseFile:
    """One file of exercises: what is asked, what is wanted, and help.

    Parameters
    ----------
    name, title : str
    story : str
        What the learner is asked, in words.
    manifests : str
        The pods, and whatever else is there before the learner starts.
    ports : tuple of ProbePort
        The ports that a goal without a port of its own stands for.
    goal : tuple of Expect
        The traffic that is wanted; what is not listed may be as it likes.
    hints : tuple of str
        From a nudge to the line to write.
    answer : str
        The YAML of one solution among many.
    """

    name: str = ""
    title: str = ""
    story: str = ""
    manifests: str = ""
    ports: tuple[ProbePort, ...] = ()
    goal: tuple[Expect, ...] = ()
    hints: tuple[str, ...] = ()
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Goal:
    """One connection that an exercise wants to be allowed or blocked."""

    source: str
    destination: str
    port: int | None
    protocol: str
    allowed: bool | None

    def judged(self, cluster: Cluster) -> Verdict:
        """Return the verdict on it."""
        return evaluate(cluster, self.source, self.destination, self.port, self.protocol)

    def __str__(self) -> str:
        port = "" if self.port is None else f" {self.port}"
        return f"{self.source} -> {self.destination} on {self.protocol}{port}"


@dataclass(frozen=True, slots=True)
class Feedback:
    """What an attempt is answered with.

    Parameters
    ----------
    solved : bool
    text : str
    svg : str
        The traffic that the attempt allows; empty where there is none to show.
    """

    solved: bool
    text: str
    svg: str = ""

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        html = {"text/html": preformatted(self.text) + self.svg} if self.svg else {}
        return {"text/plain": self.text, **html}


def exercise(name: str) -> Exercise:
    """Return a packaged exercise; in a notebook, cells that start with ``%%policy`` then work.

    Parameters
    ----------
    name : str
        As in ``%%policy NAME``.

    Returns
    -------
    Exercise

    Raises
    ------
    UnknownNameError
        When there is no such exercise; the text lists what there is.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> task = lab.exercise("two-tiers")
    >>> task.check("# my policy")
    not solved yet
    """
    if name not in exercises():
        raise UnknownNameError(f'there is no exercise "{name}". {did_you_mean(name, exercises())}')
    made = Exercise(read_exercise(name))
    _offer_magic(made)
    return made


def exercises() -> list[str]:
    """Return the names of the packaged exercises.

    Examples
    --------
    >>> "two-tiers" in exercises()
    True
    """
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def read_exercise(name: str) -> ExerciseFile:
    """Return what the file of a packaged exercise says."""
    file = FOLDER / f"{name}.yaml"
    found, complaints = documents(text_of(file), file.name)
    if complaints:
        raise ManifestError(complaints)
    problems: list[Problem] = []
    made: ExerciseFile = decoder(ExerciseFile)(found[0].value, (), problems)
    if problems:
        raise NetpolError(f"{file.name} is not an exercise: {problems[0].message}")
    return made


class Exercise(Card):
    """A task, graded by what the learner's policies allow and not by how they are written.

    Made by `exercise`. The learner's YAML stands in a cell; nothing is kept here but the number
    of hints already given.

    Parameters
    ----------
    file : ExerciseFile

    Examples
    --------
    >>> import netpol_lab as lab
    >>> task = lab.exercise("two-tiers")
    >>> task.check(task.file.answer).solved
    True
    """

    def __init__(self, file: ExerciseFile) -> None:
        self.file = file
        self.cluster = load(file.manifests)
        self.goals = tuple(_goals(file))
        self._given = 0
        self._shown: list[str] = []
        self._help = ipywidgets.HTML()
        self._more = button("Hint", self.hint)
        self._last = button("Worked answer", self.answer)
        buttons = [self._more, self._last]
        story = ipywidgets.HTML(_story_html(file.story) + self.svg + _goal_html(self.goals))
        super().__init__([heading(file.title), story, ipywidgets.HBox(buttons), self._help])

    def check(self, attempt: str | Cluster) -> Feedback:
        """Answer an attempt: solved, or one connection that is not as wanted, with its reasons.

        Parameters
        ----------
        attempt : str or Cluster
            YAML text, or a cluster; only the policies in it count.

        Returns
        -------
        Feedback

        Examples
        --------
        >>> import netpol_lab as lab
        >>> task = lab.exercise("two-tiers")
        >>> task.check("kind: NetworkPolicy")
        Kubernetes would refuse this:
        <text>:1:1, document 1: NetworkPolicy apiVersion
          Required: apiVersion not set
          1 | kind: NetworkPolicy
              ^
          hint: policies have apiVersion: networking.k8s.io/v1; pods and namespaces v1
        """
        return self._checked(attempt, str)

    def check_cell(self, text: str) -> Feedback:
        """Answer what stands in a cell under its line ``%%policy``, by the lines of that cell.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> lab.exercise("two-tiers").check_cell("kind: NetworkPolicy")
        Kubernetes would refuse this:
        line 2, column 1 of this cell, document 1: NetworkPolicy apiVersion
          Required: apiVersion not set
          2 | kind: NetworkPolicy
              ^
          hint: policies have apiVersion: networking.k8s.io/v1; pods and namespaces v1
        """
        return self._checked(text, _in_cell)

    def _checked(self, attempt: str | Cluster, told: Callable[[Complaint], str]) -> Feedback:
        try:
            # With a line break at its end, even one word is text and not the name of a file.
            given = load(f"{attempt}\n") if isinstance(attempt, str) else attempt
        except NetpolError as error:
            complaints = error.complaints if isinstance(error, ManifestError) else ()
            said = "\n\n".join(map(told, complaints)) or str(error)
            return Feedback(False, f"Kubernetes would refuse this:\n{said}")
        if not given.policies:
            other = ": there is no NetworkPolicy in this text" if _holds_something(given) else ""
            return Feedback(False, f"{NOT_SOLVED}{other}")
        return self._graded(self.cluster.with_policies(given.policies))

    def hint(self) -> Words:
        """Give the next hint under those before; after the last one, tell how to go on."""
        hints = self.file.hints
        if self._given == len(hints):
            return Words("That was the last hint. The worked answer shows one solution.")
        self._given += 1
        words = self._show(f"Hint {self._given} of {len(hints)}: {hints[self._given - 1].strip()}")
        if self._given == len(hints):
            self._last.focus()  # else the keyboard would be left on a button that is out of use
            self._more.disabled = True
        return words

    def answer(self) -> Words:
        """Give a worked answer; others with the same traffic are as good."""
        return self._show(self.file.answer.strip())

    @property
    def words(self) -> str:  # type: ignore[override]
        """The task and what is wanted, as text."""
        story = "\n\n".join(map(fill, _paragraphs(self.file.story)))
        pods = "\n".join(map(_pod_line, self.cluster.pods))
        return "\n\n".join([self.file.title, story, pods, _goal_text(self.goals)])

    @property
    def svg(self) -> str:  # type: ignore[override]
        """The cluster as it is before anybody writes a policy."""
        return self._picture(self.cluster, self.goals[0])

    def _show(self, words: str) -> Words:
        if words not in self._shown:
            self._shown.append(words)
            self._help.value += preformatted(words)
        return Words(words)

    def _graded(self, cluster: Cluster) -> Feedback:
        wrong = [goal for goal in self.goals if goal.judged(cluster).allowed is not goal.allowed]
        shown = wrong[0] if wrong else self.goals[0]
        held = f"{len(self.goals) - len(wrong)} of {_counted(self.goals)}."
        said = _refusal(wrong[0], cluster) if wrong else "solved: "
        return Feedback(
            not wrong,
            "\n".join([f"{said}{held}", *_idle(cluster, self._home)]),
            self._picture(cluster, shown),
        )

    @property
    def _home(self) -> str:
        """The namespace that the exercise is about."""
        return load(self.file.answer).policies[0].namespace

    def _picture(self, cluster: Cluster, goal: Goal) -> str:
        outside = _outside(self.goals)
        return paint(compose(cluster, goal.port, goal.protocol, outside=outside))


def _refusal(goal: Goal, cluster: Cluster) -> str:
    verdict = goal.judged(cluster)
    got = WORDS[verdict.allowed]
    wanted = WORDS[goal.allowed]
    return f"{NOT_SOLVED}: {goal} should be {wanted}, and is {got}.\n{verdict}\n"


def _pod_line(pod: Pod) -> str:
    labels = ", ".join(f"{key}={value}" for key, value in pod.labels.items())
    return f"pod {pod} has {labels or 'no labels'}"


def _holds_something(cluster: Cluster) -> bool:
    return any((cluster.pods, cluster.services, cluster.namespaces, cluster.ignored))


def _in_cell(complaint: Complaint) -> str:
    """Return a complaint with its place in a cell, whose first line is ``%%policy``."""
    if not complaint.line:
        return str(replace(complaint, file="this cell"))
    moved = replace(complaint, line=complaint.line + 1)
    place = f"{moved.file}:{moved.line}:{moved.column}"
    named = f"line {moved.line}, column {moved.column} of this cell"
    return f"{named}{str(moved).removeprefix(place)}"


def _idle(cluster: Cluster, home: str) -> Iterator[str]:
    """Yield the policies that select no pod, which is legal, silent, and seldom meant."""
    nobody_in_default = all(pod.namespace != "default" for pod in cluster.pods)
    for policy in cluster.policies:
        if nobody_in_default and policy.namespace == "default":
            yield (
                f"Note: {policy} selects no pod. A policy that names no namespace lives in "
                f"`default`, and there are no pods there. "
                f"Write `namespace: {home}` under `metadata`."
            )
        elif not resolution_of(cluster).subjects(policy.namespace, policy.pod_selector):
            wanted = (
                f"pods with {policy.pod_selector}" if policy.pod_selector.requirements else "pods"
            )
            there = f"and there are none in namespace {policy.namespace}"
            yield f"Note: {policy} selects no pod. It wants {wanted}, {there}."


# ---------------------------------------------------------------- goals


def _goals(file: ExerciseFile) -> Iterator[Goal]:
    """Yield each connection of the goal, on each port where the entry names none."""
    for entry in file.goal:
        own = ProbePort(entry.port or 0, entry.protocol or Protocol.TCP)
        for probe in [own] if entry.port else file.ports:
            yield Goal(entry.from_, entry.to, probe.port, probe.protocol, entry.allowed)


def _outside(goals: Iterable[Goal]) -> tuple[str, ...]:
    ends = (end for goal in goals for end in (goal.source, goal.destination))
    return tuple(dict.fromkeys(end for end in ends if parse_address(end)))


class _Wanted(NamedTuple):
    """One line of the goal: who may and who may not open connections to a destination."""

    destination: str
    allowed: str
    blocked: str


def _wanted(goals: Sequence[Goal]) -> list[_Wanted]:
    """Return the goal as a table, with the connections to one destination in one line."""
    names = _short([end for goal in goals for end in (goal.source, goal.destination)])
    lines: dict[str, dict[bool, list[str]]] = {}
    for (source, destination, allowed), ports in _by_pair(goals).items():
        where = "" if ports == _all_ports(goals) else f" on {ports}"
        line = lines.setdefault(f"{names[destination]}{where}", {True: [], False: []})
        line[allowed].append(names[source])
    return [
        _Wanted(where, *(", ".join(line[allowed]) or "nobody" for allowed in (True, False)))
        for where, line in lines.items()
    ]


def _by_pair(goals: Sequence[Goal]) -> dict[tuple[str, str, bool], str]:
    ports: dict[tuple[str, str, bool], list[str]] = {}
    for goal in goals:
        ends = goal.source, goal.destination, bool(goal.allowed)
        ports.setdefault(ends, []).append(f"{goal.protocol} {goal.port}")
    return {ends: ", ".join(asked) for ends, asked in ports.items()}


def _all_ports(goals: Iterable[Goal]) -> str:
    return ", ".join(dict.fromkeys(f"{goal.protocol} {goal.port}" for goal in goals))


def _heading(goals: Sequence[Goal]) -> str:
    """Return what is wanted where, and which port the picture stands for if there are more."""
    ports = dict.fromkeys(f"{goal.protocol} {goal.port}" for goal in goals)
    shown = f" (the picture shows {goals[0].port})" if len(ports) > 1 else ""
    return f"Wanted on {' and on '.join(ports)}{shown}"


def _counted(goals: Sequence[Goal]) -> str:
    """Return how many connections are wanted; on more than one port each counts as often."""
    ports = {(goal.protocol, goal.port) for goal in goals}
    pairs = {(goal.source, goal.destination) for goal in goals}
    if len(ports) == 1 or len(ports) * len(pairs) != len(goals):
        return f"{len(goals)} connections are as wanted"
    return f"{len(goals)} are as wanted ({len(pairs)} connections on each of {len(ports)} ports)"


def _short(ends: Iterable[str]) -> dict[str, str]:
    """Return the names without the namespace, where there is only one."""
    ends = list(ends)
    several = len({end.rpartition("/")[0] for end in ends} - {""}) > 1
    return {end: end if several else end.rpartition("/")[2] for end in ends}


def _goal_text(goals: Sequence[Goal]) -> str:
    lines = (
        f"to {line.destination}\n  allowed from {line.allowed}\n  blocked from {line.blocked}"
        for line in _wanted(goals)
    )
    return "\n".join([f"{_heading(goals)}:", *lines])


def _goal_html(goals: Sequence[Goal]) -> str:
    names = ("Connections to", "allowed from", "blocked from")
    columns = "".join(f"<th scope='col' style='{_LEFT}'>{name}</th>" for name in names)
    rows = "".join(f"<tr>{''.join(map(_cell, line))}</tr>" for line in _wanted(goals))
    caption = f"<caption style='{_LEFT}'>{_heading(goals)}</caption>"
    return f"<table>{caption}<thead><tr>{columns}</tr></thead><tbody>{rows}</tbody></table>"


_LEFT = "text-align: left; padding: 2px 20px 2px 0;"


def _cell(words: str) -> str:
    return f"<td style='{_LEFT}'>{escape(words)}</td>"


def _story_html(story: str) -> str:
    return "".join(f"<p>{_with_code(escape(part))}</p>" for part in _paragraphs(story))


def _with_code(html: str) -> str:
    """Show what stands between backticks as code, as Markdown does."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", html)


def _paragraphs(story: str) -> list[str]:
    return story.strip().split("\n\n")


# ---------------------------------------------------------------- %%policy

_OPENED: dict[str, Exercise] = {}  # what `%%policy NAME` means, in the order they were opened


def _offer_magic(made: Exercise) -> None:
    """Let cells that start with ``%%policy`` be checked, where this runs in Jupyter."""
    _OPENED.pop(made.file.name, None)  # so that the last one opened stands last
    _OPENED[made.file.name] = made
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        shell.register_magic_function(_policy_cell, "cell", "policy")


def _policy_cell(line: str, cell: str) -> Feedback:
    """Check the YAML of a cell: ``%%policy two-tiers``."""
    name = line.strip() or next(reversed(_OPENED))
    return (_OPENED.get(name) or exercise(name)).check_cell(cell)
