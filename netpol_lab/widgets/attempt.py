"""What a learner hands in for an exercise, and the words that answer it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from netpol_lab.course.goal_table import rest_of, wanted_in_words
from netpol_lab.course.grading import Grade
from netpol_lab.engine.other_policies import listed
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.errors import Complaint, ManifestError, NetpolError, Reason
from netpol_lab.manifests.loader import load
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Policy
from netpol_lab.pictures.traffic import State
from netpol_lab.widgets.card import preformatted

NOT_SOLVED = "not solved yet"
MOST_TOLD = 8  # complaints about one attempt


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

    def refused(self, error: ManifestError) -> Feedback:
        """Answer what cannot be read, by the lines of the cell."""
        told, more = error.complaints[:MOST_TOLD], len(error.complaints) - MOST_TOLD
        twice = all(complaint.reason is Reason.DUPLICATE for complaint in error.complaints)
        heading = "Kubernetes would keep only a part of this:" if twice else _REFUSED
        lines = [heading, "\n\n".join(map(_in_cell if self.in_cell else str, told))]
        return Feedback(False, "\n".join([*lines, f"\n... and {more} more"] if more > 0 else lines))

    def line(self, given: Cluster, policy: Policy, path: str) -> tuple[int, str] | None:
        """Return the number and the text of the line that a part of a policy stands on."""
        place = given.place_of(policy, path)
        lines = self.text.splitlines()
        if place is None or place.line > len(lines):
            return None
        return place.line + self.in_cell, lines[place.line - 1].strip()

    def graded(self, grade: Grade, nudged: bool) -> Feedback:
        """Answer an attempt that was graded; after a nudge, with the line that decides."""
        goals, words = grade.grader.goals, "solved: "
        if grade.miss:
            goal, verdict = grade.miss
            should, got = State.of(goal.allowed), State.of(verdict.allowed)
            words = f"{NOT_SOLVED}: {goal} should be {should}, and is {got}.\n{verdict}\n"
        words += f"{grade.reached} of {wanted_in_words(goals)}."
        if grade.miss and grade.miss.goal not in goals:
            words += f" This must hold as well: {rest_of(grade.grader.exercise)}"
        called = "this cell" if self.in_cell else "your text"
        line = self.deciding_line(grade, called) if nudged else ()
        text = "\n".join([words, *line, *_notes(self, grade)])
        return Feedback(grade.solved, text, grade.svg)

    def deciding_line(self, grade: Grade, called: str) -> Iterator[str]:
        """Yield the line because of which a connection is not as wanted."""
        for found in grade.decisive():
            if line := self.line(grade.given, found.policy, found.path):
                yield f"Look at line {line[0]} of {called}: {line[1]}\n  {found.does}"
                return


_REFUSED = "Kubernetes would refuse this:"


def _in_cell(complaint: Complaint) -> str:
    """Return a complaint with its place in a cell, whose first line is ``%%policy``."""
    if not complaint.line:
        return str(replace(complaint, file="this cell"))
    moved = replace(complaint, line=complaint.line + 1)
    place = f"{moved.file}:{moved.line}:{moved.column}"
    named = f"line {moved.line}, column {moved.column} of this cell"
    return f"{named}{str(moved).removeprefix(place)}"


# ---------------------------------------------------------------- in words


def _notes(attempt: Attempt, grade: Grade) -> Iterator[str]:
    """Yield what is legal, silent, and seldom meant."""
    given, exercise, resolution = grade.given, grade.grader.exercise, resolution_of(grade.cluster)
    yield from (
        f"Note: {w.object} {w.message}." for w in given.warnings if w.reason is Reason.DUPLICATE
    )
    if given.ignored.get("NetworkPolicy"):
        yield f"Note: {_FOREIGN} It is not evaluated, and what it could decide is undefined."
    elif given.other_policies:
        others = listed(given.other_policies)
        yield f"Note: what {others} could decide is undefined, as it is not evaluated yet."
    for above in given.cluster_policies:
        if not above.is_usable:
            yield f"Note: a part of {above} cannot be used, and what that could match is undefined."
    for policy in given.policies:
        if str(policy) in exercise.start.policies_by_name:
            yield (
                f"Note: {policy} is the name of a policy that is already there, and yours "
                f"replaces it. Give yours another name."
            )
        if not resolution.subjects(policy.namespace, policy.pod_selector):
            line = attempt.line(given, policy, "spec.podSelector")
            where = f" (line {line[0]})" if line else ""
            why = _why_no_pod(policy, [each.namespace for each in exercise.answer.policies])
            yield f"Note: {policy} selects no pod{where}. {why}"


def _why_no_pod(policy: Policy, namespaces: list[str]) -> str:
    """Say why a policy selects no pod, and what to write; those of the answer do select some."""
    if policy.namespace == "default" not in namespaces:
        return (
            f"A policy that names no namespace lives in the one that kubectl is set to, here "
            f"`default`. Write `namespace: {namespaces[0]}` under `metadata`."
        )
    if policy.namespace not in namespaces:
        return (
            f"It lives in namespace {policy.namespace}, and can select pods only there. "
            f"The task is about {' and '.join(dict.fromkeys(namespaces))}."
        )
    wanted = f"pods with {policy.pod_selector}" if policy.pod_selector.requirements else "pods"
    return f"It wants {wanted}, and there are none in namespace {policy.namespace}."


def without_policy(given: Cluster) -> str:
    """Say what a text holds that holds no policy; nothing for an empty one."""
    if given.ignored.get("NetworkPolicy"):
        return _FOREIGN
    if not any((given.pods, given.services, given.namespaces, given.ignored)):
        return ""
    made_by = (pod.workload.kind if pod.workload else "Pod" for pod in given.pods)
    services = ["Service"] * bool(given.services)
    kinds = ", ".join(dict.fromkeys([*made_by, *services, *given.ignored])) or "Namespace"
    return f"there is no NetworkPolicy in this text, only: {kinds}. {_POLICY}"


_POLICY = "A policy has apiVersion: networking.k8s.io/v1 and kind: NetworkPolicy."
_FOREIGN = f"a NetworkPolicy of another apiVersion is another kind of object. {_POLICY}"
