"""What an exercise wants of the traffic: its flows, and which of them are otherwise.

Nothing about NetworkPolicy is decided here: whether a flow is allowed, `reach` and `engine` know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import permutations, product

from netpol_lab.course.exercise_file import Wanted, address_of, listed
from netpol_lab.course.exercise_loader import LoadedExercise
from netpol_lab.engine.verdict import Verdict, evaluate
from netpol_lab.errors import FlowError, ManifestError, Reason
from netpol_lab.manifests.decoding import Problem
from netpol_lab.manifests.field_paths import Path
from netpol_lab.model.addresses import parse_address
from netpol_lab.model.assumptions import DEFAULTS
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.ports import Protocol, spoken_port
from netpol_lab.pictures.answers import Answers
from netpol_lab.pictures.traffic import State

REST: Path = ("otherwise",)  # says what is wanted of all that is not listed
RESTS = ("unchanged", "exact", "blocked")  # what it may be; `anything` asks for nothing


@dataclass(frozen=True, slots=True)
class Goal:
    """One connection that an exercise wants to be allowed or blocked.

    Parameters
    ----------
    source, destination : str
        Full names of pods, workloads and Services, or addresses.
    port : int or None
    protocol : str
    allowed : bool
    path : tuple
        The place in the file that says so; ignored in comparisons.
    """

    source: str
    destination: str
    port: int | None
    protocol: str
    allowed: bool
    path: Path = field(default=(), compare=False, repr=False)

    def judged(self, cluster: Cluster) -> Verdict:
        """Return the verdict on it."""
        return evaluate(cluster, self.source, self.destination, self.port, self.protocol)

    @property
    def flow(self) -> tuple[str, str, int | None, str]:
        """What it is about, without what is wanted."""
        return self.source, self.destination, self.port, self.protocol

    @property
    def outside(self) -> bool:
        """Whether one of its ends is an address."""
        return any(map(parse_address, (self.source, self.destination)))

    @property
    def asked(self) -> str:
        """The port in words."""
        return spoken_port(self.port, self.protocol)

    def __str__(self) -> str:
        return f"{self.source} -> {self.destination} on {self.asked}"


# ---------------------------------------------------------------- from the file


def goals_of(exercise: LoadedExercise) -> tuple[Goal, ...]:
    """Return every connection that is wanted, allowed or blocked; those that are listed first.

    Parameters
    ----------
    exercise : LoadedExercise

    Returns
    -------
    tuple of Goal

    Raises
    ------
    ManifestError
        When one item of the goal contradicts another, or asks what cannot be asked.

    Examples
    --------
    >>> from netpol_lab.course.exercise_loader import find_exercise
    >>> task = find_exercise("two-tiers")
    >>> print(goals_of(task)[0])
    library/page -> library/search on TCP 8080
    """
    listed = {goal.flow: goal for goal in listed_goals(exercise)}
    if found := list(problems_of(exercise)):
        raise ManifestError([problem.complaint(exercise.document) for problem in found])
    rest = (goal for goal in _otherwise(exercise, listed) if goal.flow not in listed)
    return (*listed.values(), *rest)


def listed_goals(exercise: LoadedExercise) -> Iterator[Goal]:
    """Yield what the file lists, even where it says a thing twice."""
    for i, wanted in enumerate(exercise.file.goal or ()):
        ends = product(listed(wanted.from_), listed(wanted.to))
        for (source, destination), (port, protocol) in product(ends, _ports(exercise, wanted)):
            here, there = exercise.full_name(source), exercise.full_name(destination)
            if here != there or wanted.from_ == wanted.to:  # a list means each to each other
                yield Goal(here, there, port, protocol, bool(wanted.allowed), ("goal", i))


def problems_of(exercise: LoadedExercise) -> Iterator[Problem]:
    """Yield the items of the goal that cannot be asked, or contradict an earlier one."""
    if not any(listed_goals(exercise)):
        yield Problem(("goal",), Reason.INVALID, "is about no connection between two ends")
    for goal in listed_goals(exercise):
        try:
            goal.judged(exercise.start)
        except FlowError as error:
            yield Problem(goal.path, Reason.INVALID, str(error))
    wanted: dict[tuple[str, str, int | None, str], Goal] = {}
    for goal in listed_goals(exercise):
        first = wanted.setdefault(goal.flow, goal)
        if first != goal:
            line = exercise.document.locate(first.path)[0]
            said = f"{goal} should be {State.of(goal.allowed)} here, and {State.of(first.allowed)}"
            yield Problem(goal.path, Reason.INVALID, f"{said} by line {line}")


def _ports(exercise: LoadedExercise, wanted: Wanted) -> list[tuple[int | None, str]]:
    if wanted.port is not None:
        return [(wanted.port, wanted.protocol or Protocol.TCP)]
    return [(probe.port, probe.protocol or Protocol.TCP) for probe in exercise.file.asked]


def _otherwise(
    exercise: LoadedExercise, listed: Iterable[tuple[str, str, int | None, str]]
) -> Iterator[Goal]:
    """Yield what is wanted of every pair of ends that is not listed, unless it is undefined.

    Where pods are guarded and there are no common ports, `side_effects` alone judges the rest.
    """
    guarded, otherwise = exercise.guarded, exercise.file.otherwise
    if otherwise not in RESTS:
        return
    listed = list(listed)
    ports = _ports(exercise, Wanted())
    if not (ports or (otherwise == "unchanged" and any(guarded))):
        ports = list(dict.fromkeys(flow[2:] for flow in listed))
    ends = _ends(exercise, [end for flow in listed for end in flow[:2]])
    pairs = [pair for pair in permutations(ends, 2) if not all(map(parse_address, pair))]
    before, after = allowed_in(exercise.start), allowed_in(exercise.answered)
    for (source, destination), (port, protocol) in product(pairs, ports):
        goal = Goal(source, destination, port, protocol, False, REST)
        now, then = before(goal), after(goal)
        if now is not None and then is not None:
            as_answered = otherwise == "exact" or guarded.place(source, destination)
            kept = then if as_answered else now
            yield goal if otherwise == "blocked" else replace(goal, allowed=kept)


def _ends(exercise: LoadedExercise, listed: Sequence[str]) -> list[str]:
    """Return all ends: pods, or their workloads unless one of its pods is listed itself."""
    ends: list[str] = []
    for pod in exercise.cluster.pods:
        replicas = {str(pod), *map(str, exercise.cluster.replicas_beside(pod))}
        whole = pod.workload is not None and replicas.isdisjoint(listed)
        name = f"{pod.namespace}/{pod.workload.name}" if whole and pod.workload else str(pod)
        ends += [] if pod.finished else [name]
    addresses = [*map(address_of, exercise.file.outsiders), *filter(parse_address, listed)]
    return list(dict.fromkeys([*ends, *addresses]))


# ---------------------------------------------------------------- what is not as wanted


def allowed_in(cluster: Cluster) -> Callable[[Goal], bool | None]:
    """Return what says whether a flow is allowed in a cluster, the same as the verdict on it.

    Parameters
    ----------
    cluster : Cluster

    Examples
    --------
    >>> import netpol_lab as lab
    >>> allowed_in(lab.load("three-tier"))(Goal("web", "db", 5432, "TCP", allowed=True))
    False
    """
    on = cache(lambda port, protocol: Answers(cluster, port, protocol, DEFAULTS).allowed)
    return lambda goal: on(goal.port, goal.protocol)(goal.source, goal.destination)


def wrong(goals: Iterable[Goal], cluster: Cluster) -> list[Goal]:
    """Return the connections that are not as wanted."""
    allowed = allowed_in(cluster)
    return [goal for goal in goals if allowed(goal) is not goal.allowed]


Complexity = tuple[int, int, bool]  # outcomes, reasons, and whether an end is outside


def complexity(goal: Goal, verdict: Verdict) -> Complexity:
    """Return how much there is to read in a verdict; an outside end is one more thing to grasp."""
    reasons = sum(
        len(side.isolated_by) + len(side.admitted_by) + sum(map(bool, side.rulings))
        for side in verdict.sides
    )
    return len(verdict.outcomes), reasons, goal.outside
