"""Whether a file of an exercise can be taught with: everything `netpol-lab scenario check` says.

What is wrong is a complaint; what a teacher should only know of is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath

from netpol_lab.checks.lint.codes import Severity
from netpol_lab.checks.lint.run import lint
from netpol_lab.course.exercise_loader import Scenario, is_manifest, read_scenario
from netpol_lab.course.goals import FlowAnswers, Goal, complexity, listed_goals, problems_of, wrong
from netpol_lab.course.grading import Grader
from netpol_lab.errors import ManifestError, Reason
from netpol_lab.manifests.decoding import Problem
from netpol_lab.manifests.sources import text_of
from netpol_lab.manifests.yaml_reader import documents
from netpol_lab.pictures.traffic import State

LEAST_HINTS = 2  # a nudge, and the line to write
MOST_TOLD = 3  # connections that the answer gets wrong


@dataclass(frozen=True)
class Checked:
    """What became of one file.

    Parameters
    ----------
    file : str
    scenario : Scenario, optional
        None where it cannot be read.
    goals : tuple of Goal
    complaints, warnings : tuple of str
    """

    file: str
    scenario: Scenario | None = None
    goals: tuple[Goal, ...] = ()
    complaints: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """One line."""
        if self.complaints:
            number = len(self.complaints)
            return f"{self.file}: {number} complaint{'s' if number > 1 else ''}"
        hints = len(self.scenario.file.hints or ()) if self.scenario else 0
        return f"{self.file}: good, {len(self.goals)} flows are graded, {hints} hints"


def check_file(file: FilePath) -> Checked:
    """Check one file.

    Examples
    --------
    >>> from netpol_lab.course.exercise_loader import FOLDER
    >>> check_file(FOLDER / "two-tiers.yaml").complaints
    ()
    """
    try:
        scenario = read_scenario(text_of(file), str(file))
    except ManifestError as error:
        return Checked(str(file), complaints=tuple(map(str, error.complaints)))
    told = tuple(str(scenario.complaint(problem)) for problem in _faults(scenario))
    goals = () if any(problems_of(scenario)) else Grader(scenario).goals
    return Checked(str(file), scenario, goals, told, tuple(_remarks(scenario)))


def holds_manifests(file: FilePath) -> bool:
    """Say whether a file holds objects of Kubernetes, so that it cannot be meant."""
    return any(is_manifest(document.value) for document in documents(text_of(file), str(file))[0])


def _faults(scenario: Scenario) -> Iterator[Problem]:
    yield from _of_help(scenario)
    problems = list(problems_of(scenario))
    yield from problems
    if not problems:
        yield from _of_goals(Grader(scenario))


def _of_help(scenario: Scenario) -> Iterator[Problem]:
    """Yield what is wrong with the hints."""
    hints, answer = scenario.file.hints or (), _squeezed(scenario.file.answer)
    if len(hints) < LEAST_HINTS:
        said = f"has {len(hints)} of at least {LEAST_HINTS}"
        yield Problem(("hints",), Reason.REQUIRED, said, "first a nudge, then which line to write")
    for i, hint in enumerate(hints):
        if not hint.strip():
            yield Problem(("hints", i), Reason.REQUIRED, "is empty")
        elif answer in _squeezed(hint):
            yield Problem(("hints", i), Reason.INVALID, "gives the whole answer away")


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _of_goals(grader: Grader) -> Iterator[Problem]:
    """Yield where the goal cannot be graded, is not reached by the answer, or needs nothing."""
    scenario = grader.scenario
    undefined = list(_undefined(scenario))
    yield from undefined
    for goal in () if undefined else _missed(grader):
        got = State.of(goal.judged(scenario.answered).allowed)
        said = f"is not right: {goal} should be {State.of(goal.allowed)}, and is {got}"
        line = scenario.document.locate(goal.path)[0]
        yield Problem(("answer",), Reason.INVALID, said, f"line {line} wants it so")
    if not wrong(grader.goals, FlowAnswers(scenario.start)):
        said = "is reached before the learner has written anything"
        yield Problem(("goal",), Reason.INVALID, said)


def _missed(grader: Grader) -> list[Goal]:
    """Return the first of what the answer gets wrong: goals, or else what goes astray."""
    cluster = grader.scenario.answered
    missed = wrong(grader.goals, FlowAnswers(cluster))
    missed.sort(key=lambda goal: complexity(goal, goal.judged(cluster)))
    return (missed or [*grader.side_effects(grader.answered)])[:MOST_TOLD]


def _undefined(scenario: Scenario) -> Iterator[Problem]:
    """Yield the items of the goal that Kubernetes gives no answer to."""
    for goal in dict.fromkeys(listed_goals(scenario)):
        states = (
            ("with the answer", scenario.answered),
            ("before the learner has written anything", scenario.start),
        )
        for when, cluster in states:
            if goal.judged(cluster).allowed is None:
                yield Problem(goal.path, Reason.INVALID, f"Kubernetes leaves {goal} open {when}")
                break


def _remarks(scenario: Scenario) -> Iterator[str]:
    """Yield what lint says of the answer, unless it says so before there is one."""
    known = {(found.code, found.about) for found in lint(scenario.start)}
    for found in lint(scenario.answered):
        if found.severity is not Severity.NOTE and (found.code, found.about) not in known:
            yield str(found)
