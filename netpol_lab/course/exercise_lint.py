"""Whether a file of an exercise can be taught with: everything `netpol-lab scenario check` says.

What is wrong is a complaint; what a teacher should only know of is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path as FilePath

from netpol_lab.checks.lint.codes import Severity
from netpol_lab.checks.lint.run import lint
from netpol_lab.course.almost_answers import loopholes
from netpol_lab.course.exercise_loader import LoadedExercise, is_manifest, read_exercise
from netpol_lab.course.goals import Goal, allowed_in, complexity, listed_goals, problems_of, wrong
from netpol_lab.course.grading import Grader
from netpol_lab.errors import ManifestError, Reason, counted
from netpol_lab.manifests.decoding import Problem
from netpol_lab.manifests.text.files import text_of
from netpol_lab.manifests.text.yaml_reader import documents
from netpol_lab.pictures.traffic import State

LEAST_HINTS = 2  # a nudge, and the line to write
MOST_TOLD = 3  # connections that the answer gets wrong


@dataclass(frozen=True)
class CheckedExercise:
    """What became of one file.

    Parameters
    ----------
    file : str
    grader : Grader, optional
        None where it cannot be read, or its goal cannot be asked.
    complaints, warnings : tuple of str
    """

    file: str
    grader: Grader | None = None
    complaints: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """One line."""
        if self.complaints or self.grader is None:
            return f"{self.file}: {counted(len(self.complaints), 'complaint')}"
        hints = len(self.grader.exercise.file.hints or ())
        return f"{self.file}: good, {len(self.grader.goals)} flows are graded, {hints} hints"


def check_file(file: FilePath) -> CheckedExercise:
    """Check one file.

    Examples
    --------
    >>> from netpol_lab.course.exercise_loader import FOLDER
    >>> check_file(FOLDER / "two-tiers.yaml").complaints
    ()
    """
    try:
        exercise = read_exercise(text_of(file), str(file))
    except ManifestError as error:
        return CheckedExercise(str(file), complaints=tuple(map(str, error.complaints)))
    grader, problems = Grader(exercise), list(problems_of(exercise))
    faults = [*_of_hints(exercise), *(problems or _of_goals(grader))]
    complaints = tuple(str(problem.complaint(exercise.document)) for problem in faults)
    gradable = None if problems else grader
    doubts = () if faults else _of_almost_answers(grader)
    remarks = (*(str(each.complaint(exercise.document)) for each in doubts), *_remarks(exercise))
    return CheckedExercise(str(file), gradable, complaints, remarks)


def holds_manifests(file: FilePath) -> bool:
    """Say whether a file holds objects of Kubernetes, so that it cannot be meant."""
    return any(is_manifest(document.value) for document in documents(text_of(file), str(file))[0])


def _of_hints(exercise: LoadedExercise) -> Iterator[Problem]:
    hints, answer = exercise.file.hints or (), " ".join(exercise.file.answer.split())
    if len(hints) < LEAST_HINTS:
        said = f"has {len(hints)} of at least {LEAST_HINTS}"
        yield Problem(("hints",), Reason.REQUIRED, said, "first a nudge, then which line to write")
    for i, hint in enumerate(hints):
        if not hint.strip():
            yield Problem(("hints", i), Reason.REQUIRED, "is empty")
        elif answer in " ".join(hint.split()):
            yield Problem(("hints", i), Reason.INVALID, "gives the whole answer away")


def _of_goals(grader: Grader) -> Iterator[Problem]:
    """Yield where the goal cannot be graded, is not reached by the answer, or needs nothing."""
    exercise = grader.exercise
    undefined = list(_undefined(exercise))
    yield from undefined
    for goal in () if undefined else _missed(grader):
        got = State.of(goal.judged(exercise.answered).allowed)
        said = f"is not right: {goal} should be {State.of(goal.allowed)}, and is {got}"
        line = exercise.document.locate(goal.path)[0]
        yield Problem(("answer",), Reason.INVALID, said, f"line {line} wants it so")
    if not wrong(grader.goals, exercise.start):
        said = "is reached before the learner has written anything"
        yield Problem(("goal",), Reason.INVALID, said)


def _missed(grader: Grader) -> list[Goal]:
    """Return the first of what the answer gets wrong: goals, or else what goes astray."""
    cluster = grader.exercise.answered
    missed = wrong(grader.goals, cluster)
    missed.sort(key=lambda goal: complexity(goal, goal.judged(cluster)))
    return (missed or [*grader.side_effects(grader.answered)])[:MOST_TOLD]


def _undefined(exercise: LoadedExercise) -> Iterator[Problem]:
    """Yield the items of the goal that Kubernetes gives no answer to."""
    states = {
        "with the answer": allowed_in(exercise.answered),
        "before the learner has written anything": allowed_in(exercise.start),
    }
    for goal in dict.fromkeys(listed_goals(exercise)):
        if left_open := [when for when, allowed in states.items() if allowed(goal) is None]:
            said = f"Kubernetes leaves {goal} open {left_open[0]}"
            yield Problem(goal.path, Reason.INVALID, said)


def _of_almost_answers(grader: Grader) -> Iterator[Problem]:
    """Yield attempts that pass, though more or less is open than with the answer."""
    path = ("otherwise",) if grader.exercise.file.otherwise else ()
    for attempt, flow in islice(loopholes(grader), MOST_TOLD):
        said = f"{attempt.words} also passes, and then {flow} is {State.of(not flow.allowed)}"
        yield Problem(path, Reason.INVALID, f"an answer that {said}", _CLOSE)


_CLOSE = (
    "write otherwise: unchanged, and name the pods that the answer guards under nothing_else_into "
    "or nothing_else_from; or otherwise: anything, if that may be"
)


def _remarks(exercise: LoadedExercise) -> Iterator[str]:
    """Yield what lint says of the answer, unless it says so before there is one."""
    known = {(found.code, found.about) for found in lint(exercise.start)}
    for found in lint(exercise.answered):
        if found.severity is not Severity.NOTE and (found.code, found.about) not in known:
            yield str(found)
