"""Exercises: the learner writes policies, and the traffic that they allow is compared with a goal.

Nothing about NetworkPolicy is decided here, and every answer is a verdict's own reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import ipywidgets

from netpol_lab.course import progress
from netpol_lab.course.exercise_loader import LoadedExercise
from netpol_lab.course.goal_table import (
    counted,
    goal_html,
    goal_rows,
    heading_of,
    in_words,
    rest_of,
)
from netpol_lab.course.grading import Grade, Grader
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.errors import Complaint, ManifestError, NetpolError, Reason
from netpol_lab.manifests.loader import load
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Policy
from netpol_lab.model.ports import spoken_port
from netpol_lab.pictures.notebook_text import Words, with_code
from netpol_lab.pictures.traffic import State
from netpol_lab.widgets.card import Card, button, fitted, heading, preformatted

NOT_SOLVED = "not solved yet"

MOST_TOLD = 8  # complaints about one attempt
NUDGES = 1  # after so many hints, an answer also names the line that decides


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


@dataclass(frozen=True)
class Attempt:
    """What a learner handed in.

    Parameters
    ----------
    given : str or Cluster
    in_cell : bool
        Whether it stood in a cell below its line ``%%policy``.
    """

    given: str | Cluster
    in_cell: bool = False

    @property
    def text(self) -> str:
        """What was typed."""
        return self.given if isinstance(self.given, str) else ""

    def read(self) -> Cluster:
        """Return what it says; even one word is text, and not the name of a file."""
        if isinstance(self.given, Cluster):
            return self.given
        if isinstance(self.given, str):
            return load(f"{self.given}\n")
        raise NetpolError(f"an attempt is YAML text or a cluster, not {type(self.given).__name__}")

    def told(self, error: ManifestError) -> str:
        """Return what is wrong with it, by the lines of the cell."""
        tell = _in_cell if self.in_cell else str
        first, rest = error.complaints[:MOST_TOLD], len(error.complaints) - MOST_TOLD
        words = [_heading_of_complaints(error.complaints), "\n\n".join(map(tell, first))]
        return "\n".join([*words, f"\n... and {rest} more"] if rest > 0 else words)

    def line(self, given: Cluster, policy: Policy, path: str) -> tuple[int, str] | None:
        """Return the number and the text of the line that a part of a policy stands on."""
        place = given.place_of(policy, path)
        lines = self.text.splitlines()
        if place is None or place.line > len(lines):
            return None
        return place.line + self.in_cell, lines[place.line - 1].strip()

    @property
    def called(self) -> str:
        """What it is called in an answer."""
        return "this cell" if self.in_cell else "your text"


def _heading_of_complaints(complaints: Iterable[Complaint]) -> str:
    if all(complaint.reason is Reason.DUPLICATE for complaint in complaints):
        return "Kubernetes would keep only a part of this:"
    return "Kubernetes would refuse this:"


def _in_cell(complaint: Complaint) -> str:
    """Return a complaint with its place in a cell, whose first line is ``%%policy``."""
    if not complaint.line:
        return str(replace(complaint, file="this cell"))
    moved = replace(complaint, line=complaint.line + 1)
    place = f"{moved.file}:{moved.line}:{moved.column}"
    named = f"line {moved.line}, column {moved.column} of this cell"
    return f"{named}{str(moved).removeprefix(place)}"


class Exercise(Card):
    """A task, graded by what the learner's policies allow and not by how they are written.

    Made by `policy_cells.exercise`. The last attempt, and whether the task was ever solved, are
    kept in the learner's progress.

    Parameters
    ----------
    exercise : LoadedExercise

    Examples
    --------
    >>> import netpol_lab as lab
    >>> task = lab.exercise("two-tiers")
    >>> task.check(task.file.answer).solved
    True
    """

    def __init__(self, exercise: LoadedExercise) -> None:
        self._loaded, self.file = exercise, exercise.file
        self.cluster = exercise.start
        self._grader = Grader(exercise)
        self.goals = self._grader.goals
        self._shown: list[str] = []
        self._given = 0
        self._tried: tuple[Attempt, Grade] | None = None
        self._help = ipywidgets.HTML()
        self._more = button("Hint", self.hint)
        self._more.disabled = not self.file.hints
        self._last = button("Worked answer", self.answer)
        rows, rest = goal_rows(self.goals, self.file.captions), rest_of(exercise)
        table = goal_html(self._wanted, rows, rest)
        story = ipywidgets.HTML(fitted(_story_html(self.file.paragraphs) + self.svg + table))
        buttons = ipywidgets.HBox([self._more, self._last])
        super().__init__([heading(self.file.title), story, buttons, self._help])

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
        return self._checked(Attempt(attempt))

    def check_cell(self, text: str) -> Feedback:
        """Answer what stands in a cell under its line ``%%policy``, by the lines of that cell.

        Parameters
        ----------
        text : str
            What stands there.

        Returns
        -------
        Feedback

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
        return self._checked(Attempt(text, in_cell=True))

    def _checked(self, attempt: Attempt) -> Feedback:
        kept = self.last_attempt()
        feedback = self._answered(attempt, str(kept))
        progress.record_exercise(self.file.name, feedback.solved, attempt.text)
        return feedback

    def _answered(self, attempt: Attempt, kept: str) -> Feedback:
        try:
            given = attempt.read()
        except ManifestError as error:
            return Feedback(False, attempt.told(error))
        except NetpolError as error:
            return Feedback(False, str(error))
        if given.policies:
            self._tried = attempt, self._grader.grade(given)
            return self._graded(*self._tried)
        if _holds_something(given):
            return Feedback(False, f"{NOT_SOLVED}: {_what_is_there(given)}")
        return Feedback(False, f"{NOT_SOLVED}{self._where_kept if kept else ''}")

    @property
    def _where_kept(self) -> str:
        name = self._loaded.opened_by
        return f'. Your last attempt is kept: lab.exercise("{name}").last_attempt()'

    def last_attempt(self) -> Words:
        """Return what was last typed for this exercise; empty when there was nothing yet."""
        return Words(progress.last_attempt(self.file.name))

    def hint(self) -> Words:
        """Give the next hint under those before; after the last one, tell how to go on.

        Returns
        -------
        Words

        Examples
        --------
        >>> import netpol_lab as lab
        >>> task = lab.exercise("two-tiers")
        >>> print(task.hint()[:12])
        Hint 1 of 2:
        """
        hints = self.file.hints or ()
        if self._given == len(hints):
            last = "That was the last hint." if hints else "There are no hints."
            return Words(f"{last} The worked answer shows one solution.")
        self._given += 1
        progress.record_help(self.file.name, hints=self._given)
        said = f"Hint {self._given} of {len(hints)}: {hints[self._given - 1].strip()}"
        words = self._show("\n".join([said, *self._line_of_last_attempt()]))
        if self._given == len(hints):
            self._last.focus()  # else the keyboard would be left on a button that is out of use
            self._more.disabled = True
        return words

    def answer(self) -> Words:
        """Give a worked answer; others with the same traffic are as good.

        Returns
        -------
        Words

        Examples
        --------
        >>> import netpol_lab as lab
        >>> print(lab.exercise("two-tiers").answer().splitlines()[0])
        apiVersion: networking.k8s.io/v1
        """
        progress.record_help(self.file.name, answer=True)
        return self._show(self.file.answer.strip())

    @property
    def words(self) -> str:  # type: ignore[override]
        """The task and what is wanted, as text."""
        return in_words(self._loaded, self.goals, self._wanted)

    @property
    def svg(self) -> str:  # type: ignore[override]
        """The cluster as it is before anybody writes a policy."""
        return self._grader.picture(self.cluster)

    def _show(self, words: str) -> Words:
        if words not in self._shown:
            self._shown.append(words)
            self._help.value += preformatted(words)
        return Words(words)

    def _graded(self, attempt: Attempt, grade: Grade) -> Feedback:
        held = f"{grade.reached} of {counted(self.goals)}."
        if grade.miss and grade.miss.goal not in self.goals:
            held += f" {rest_of(self._loaded)}"
        line = self._line(attempt, grade, attempt.called) if self._given >= NUDGES else ()
        text = "\n".join([f"{_said(grade)}{held}", *line, *self._notes(attempt, grade)])
        return Feedback(grade.solved, text, grade.svg)

    def _line_of_last_attempt(self) -> Iterator[str]:
        """Yield which line of the last attempt decides, once a nudge was given."""
        if self._tried is not None and self._given > NUDGES:
            yield from self._line(*self._tried, "your last attempt")

    def _line(self, attempt: Attempt, grade: Grade, called: str) -> Iterator[str]:
        """Yield which line of an attempt makes a connection other than it is wanted."""
        for found in grade.decisive():
            if line := attempt.line(grade.given, found.policy, found.path):
                yield f"Look at line {line[0]} of {called}: {line[1]}\n  {found.does}"
                return

    def _notes(self, attempt: Attempt, grade: Grade) -> Iterator[str]:
        """Yield what is legal, silent, and seldom meant."""
        given, resolution = grade.given, resolution_of(grade.cluster)
        yield from (
            f"Note: {w.object} {w.message}." for w in given.warnings if w.reason is Reason.DUPLICATE
        )
        if given.ignored.get("NetworkPolicy"):
            yield f"Note: {_FOREIGN} It does not count here."
        for policy in given.policies:
            if str(policy) in self._loaded.start.policies_by_name:
                yield (
                    f"Note: {policy} is the name of a policy that is already there, and yours "
                    f"replaces it. Give yours another name."
                )
            if not resolution.subjects(policy.namespace, policy.pod_selector):
                line = attempt.line(given, policy, "spec.podSelector")
                where = f" (line {line[0]})" if line else ""
                yield f"Note: {policy} selects no pod{where}. {self._why_nobody(policy)}"

    def _why_nobody(self, policy: Policy) -> str:
        """Say why a policy selects no pod, and what to write."""
        homes = dict.fromkeys(each.namespace for each in self._loaded.answer.policies)
        if policy.namespace == "default" not in homes:
            return (
                f"A policy that names no namespace lives in the one that kubectl is set to, here "
                f"`default`. Write `namespace: {next(iter(homes))}` under `metadata`."
            )
        if policy.namespace not in homes:
            return (
                f"It lives in namespace {policy.namespace}, and can select pods only there. "
                f"The task is about {' and '.join(homes)}."
            )
        wanted = f"pods with {policy.pod_selector}" if policy.pod_selector.requirements else "pods"
        return f"It wants {wanted}, and there are none in namespace {policy.namespace}."

    @property
    def _wanted(self) -> str:
        return heading_of(self.goals, spoken_port(*self._grader.drawn_port()))


def _said(grade: Grade) -> str:
    if grade.miss is None:
        return "solved: "
    goal, verdict = grade.miss
    should, got = State.of(goal.allowed), State.of(verdict.allowed)
    return f"{NOT_SOLVED}: {goal} should be {should}, and is {got}.\n{verdict}\n"


def _what_is_there(given: Cluster) -> str:
    """Say that a text holds no policy, and what it holds."""
    if given.ignored.get("NetworkPolicy"):
        return _FOREIGN
    made_by = (pod.workload.kind if pod.workload else "Pod" for pod in given.pods)
    services = ["Service"] * bool(given.services)
    kinds = ", ".join(dict.fromkeys([*made_by, *services, *given.ignored])) or "Namespace"
    return f"there is no NetworkPolicy in this text, only: {kinds}. {_POLICY}"


_POLICY = "A policy has apiVersion: networking.k8s.io/v1 and kind: NetworkPolicy."
_FOREIGN = f"a NetworkPolicy of another apiVersion is another kind of object. {_POLICY}"


def _holds_something(cluster: Cluster) -> bool:
    return any((cluster.pods, cluster.services, cluster.namespaces, cluster.ignored))


def _story_html(paragraphs: Iterable[str]) -> str:
    style = "line-height: 1.5; margin: 4px 0 8px;"
    return "".join(f'<p style="{style}">{with_code(escape(part))}</p>' for part in paragraphs)
