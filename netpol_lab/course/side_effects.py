"""What an attempt opens or closes beside the goals: on other ports, from other addresses.

Goals are some flows; a learner is told "nothing else", and that is about all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netpol_lab.course.exercise_file import address_of
from netpol_lab.course.exercise_loader import Scenario
from netpol_lab.course.goals import REST, Goal, wrong
from netpol_lab.manifests.field_paths import Path
from netpol_lab.model.addresses import parse_address
from netpol_lab.model.cluster import Cluster
from netpol_lab.reach.diff import FlowChange, diff

INTO: Path = ("nothing_else_into",)
FROM: Path = ("nothing_else_from",)

# The first of these that is among some ports stands for them: one that people know.
FAMILIAR = (("TCP", 22), ("TCP", 443), ("UDP", 53), ("SCTP", 7))


def missed(scenario: Scenario, goals: Sequence[Goal], cluster: Cluster) -> list[Goal]:
    """Return what is not as wanted: goals, or where all are reached, what else went astray.

    Parameters
    ----------
    scenario : Scenario
    goals : sequence of Goal
        Those of the scenario.
    cluster : Cluster
        With an attempt.

    Examples
    --------
    >>> from netpol_lab.course.goals import goals_of
    >>> from netpol_lab.course.exercise_loader import find_scenario
    >>> task = find_scenario("two-tiers")
    >>> missed(task, goals_of(task), task.answered)
    []
    """
    return wrong(goals, cluster) or list(astray(scenario, cluster))


def astray(scenario: Scenario, cluster: Cluster) -> Iterator[Goal]:
    """Yield one flow for each pair of ends between which more is open, or closed, than wanted.

    Into and from the pods that a file names, nothing may be open that the worked answer leaves
    closed. With ``otherwise: unchanged``, everything else is as it was at the start.
    """
    file = scenario.file
    into, out = _pods(scenario, file.nothing_else_into), _pods(scenario, file.nothing_else_from)
    if not (into or out):
        return
    for change in _changes(scenario.answered, cluster):
        if change.gained and change.destination in into:
            yield _goal(scenario, change, INTO)
        elif change.gained and change.source in out:
            yield _goal(scenario, change, FROM)
    for change in _changes(scenario.start, cluster) if file.otherwise == "unchanged" else ():
        if change.destination not in into and change.source not in out:
            yield _goal(scenario, change, REST)


def _pods(scenario: Scenario, names: Sequence[str] | None) -> set[str]:
    """Return the pods that some names mean."""
    return {end.name for name in names or () for end in scenario.cluster.endpoint(name).each}


def _changes(old: Cluster, new: Cluster) -> list[FlowChange]:
    """Return what differs, between pods first: an outside end is one more thing to grasp."""
    settled = (change for change in diff(old, new).changes if change.gained or change.lost)
    return sorted(settled, key=lambda change: "/" not in change.source)


def _goal(scenario: Scenario, change: FlowChange, path: Path) -> Goal:
    """Return a flow that was opened where it should not be, or closed."""
    ports = change.gained or change.lost
    protocol, port = next((pair for pair in FAMILIAR if pair in ports), next(iter(ports)))
    source, destination = (
        _spoken(scenario, change, n) for n in (change.source, change.destination)
    )
    return Goal(source, destination, port, protocol, not change.gained, path)


def _spoken(scenario: Scenario, change: FlowChange, name: str) -> str:
    """Return a pod's name, or of a range of addresses one that the task speaks of, or the first."""
    index = change.diff.after.index
    place = index.place_of[name]
    if place < len(index.pods):
        return name
    for address in map(parse_address, map(address_of, scenario.file.outsiders)):
        if address and str(index.range_around(address)) == name:
            return str(address)
    return index.flow_name(place)
