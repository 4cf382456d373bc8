"""Grading an attempt at an exercise: what is not as wanted, why, and what it looks like.

Goals, side effects and the picture are read from one `Reachability` of the attempt. The engine is
asked for a verdict only where its reasons are told, and for flows that reachability doesn't cover,
such as those to a Service.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from netpol_lab.course.decisive_line import Decisive, decisive
from netpol_lab.course.exercise_loader import LoadedExercise
from netpol_lab.course.goals import Complexity, Goal, complexity, goals_of, wrong
from netpol_lab.course.side_effects import side_effects
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.verdict import Verdict
from netpol_lab.model.assumptions import DEFAULTS
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Direction
from netpol_lab.pictures.scene import compose
from netpol_lab.pictures.svg import paint
from netpol_lab.reach.reachability import Reachability, reachability, reachability_of


@dataclass(frozen=True)
class Grader:
    """An exercise, ready to grade attempts; what they have in common is worked out only once.

    Parameters
    ----------
    exercise : LoadedExercise

    Examples
    --------
    >>> from netpol_lab.course.exercise_loader import find_exercise
    >>> grader = Grader(find_exercise("two-tiers"))
    >>> grader.grade(grader.exercise.answer).solved
    True
    """

    exercise: LoadedExercise

    @cached_property
    def goals(self) -> tuple[Goal, ...]:
        """Every connection that is wanted, allowed or blocked; those that are listed come first."""
        return goals_of(self.exercise)

    @cached_property
    def start(self) -> Reachability:
        """Every flow before the learner writes anything."""
        return reachability(self.exercise.start)

    @cached_property
    def answered(self) -> Reachability:
        """Every flow with the worked answer."""
        return reachability(self.exercise.answered)

    def grade(self, given: Cluster) -> Grade:
        """Grade the policies of an attempt.

        Parameters
        ----------
        given : Cluster
            Only its policies count.

        Returns
        -------
        Grade

        Examples
        --------
        >>> from netpol_lab.course.exercise_loader import find_exercise
        >>> grader = Grader(find_exercise("two-tiers"))
        >>> print(grader.grade(grader.exercise.start).miss.goal)
        library/page -> library/index on TCP 8080
        """
        cluster = self.exercise.attempted(given)
        missed = wrong(self.goals, cluster)
        if missed:
            miss: Miss | None = simplest(missed, cluster)
        else:
            effects = self.side_effects(reachability_of(cluster, DEFAULTS))
            miss = next((Miss(goal, goal.judged(cluster)) for goal in effects), None)
        return Grade(self, given, cluster, len(self.goals) - len(missed), miss)

    def solves(self, cluster: Cluster) -> bool:
        """Say whether everything in a cluster is as wanted, without a word on why."""
        if wrong(self.goals, cluster):
            return False
        return not any(self.side_effects(reachability_of(cluster, DEFAULTS)))

    def side_effects(self, attempted: Reachability) -> Iterator[Goal]:
        """Yield flows beside the goals that an attempt opens or blocks, and should not."""
        return side_effects(self.exercise, self.start, self.answered, attempted)

    def drawn_port(self, goal: Goal | None = None) -> tuple[int | None, str]:
        """Return the port of a picture: that of a connection, or of the exercise."""
        if goal is None and self.exercise.file.port is not None:
            return self.exercise.file.port, "TCP"
        goal = goal or self.goals[0]
        return goal.port, goal.protocol

    def picture(self, cluster: Cluster, goal: Goal | None = None) -> str:
        """Return the traffic of a cluster, on the exercise's port or that of one connection.

        Parameters
        ----------
        cluster : Cluster
        goal : Goal, optional
            The connection; its ends are drawn, too.

        Returns
        -------
        str
            SVG.
        """
        listed = [] if self.exercise.file.outsiders else self.goals
        shown = [*listed, *([goal] if goal else [])]
        ends = (end for each in shown for end in (each.source, each.destination))
        outside, order = self.exercise.outside_of(ends), self.exercise.order
        return paint(compose(cluster, *self.drawn_port(goal), outside=outside, order=order))


class Miss(NamedTuple):
    """A connection that is not as wanted, and why."""

    goal: Goal
    verdict: Verdict


@dataclass(frozen=True)
class Grade:
    """What an attempt is worth.

    Parameters
    ----------
    grader : Grader
    given : Cluster
        The attempt.
    cluster : Cluster
        The exercise's cluster with the attempt.
    reached : int
        How many goals are reached.
    miss : Miss, optional
        What to tell first of all that is not as wanted; None when the exercise is solved.
    """

    grader: Grader
    given: Cluster
    cluster: Cluster
    reached: int
    miss: Miss | None = None

    @property
    def solved(self) -> bool:
        """Whether everything is as wanted."""
        return self.miss is None

    @property
    def svg(self) -> str:
        """The traffic that the attempt allows, with what is told of it."""
        return self.grader.picture(self.cluster, self.miss and self.miss.goal)

    def decisive(self) -> Iterator[Decisive]:
        """Yield the parts of the attempt because of which the connection is not as wanted."""
        return decisive(*self.miss, self.grader.answered) if self.miss else iter(())


def simplest(missed: Sequence[Goal], cluster: Cluster) -> Miss:
    """Return the goal whose verdict has the fewest reasons; of several, the first."""
    isolating, pods = resolution_of(cluster).isolating, {str(pod): pod for pod in cluster.pods}

    def least(goal: Goal) -> Complexity:
        """Return the least that its verdict can have: whatever isolates a pod is a reason."""
        ends = ((goal.source, Direction.EGRESS), (goal.destination, Direction.INGRESS))
        reasons = sum(len(isolating(pods[name], way)) for name, way in ends if name in pods)
        return 1, reasons, goal.outside

    found: dict[tuple[Complexity, int], Miss] = {}
    for bound in sorted((least(goal), i) for i, goal in enumerate(missed)):
        if found and min(found) <= bound:
            break  # no verdict from here on can be simpler
        goal = missed[bound[1]]
        miss = Miss(goal, goal.judged(cluster))
        found[complexity(*miss), bound[1]] = miss
    return found[min(found)]
