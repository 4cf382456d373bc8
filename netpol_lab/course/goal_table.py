"""What an exercise wants, as a learner reads it: the task in words, and tables as text and HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from html import escape
from textwrap import fill
from typing import NamedTuple

from netpol_lab.course.exercise_loader import LoadedExercise
from netpol_lab.course.goals import REST, Goal
from netpol_lab.course.grading import Grader
from netpol_lab.model.ports import spoken_port
from netpol_lab.pictures.notebook_text import breakable

NOT_LISTED = "-"


class GoalRow(NamedTuple):
    """One line of the goal: who may and who may not open connections to a destination."""

    destination: str
    allowed: str
    blocked: str


def goal_rows(all_goals: Iterable[Goal], captions: Mapping[str, str]) -> list[GoalRow]:
    """Return what a file lists as a table, with the connections to one destination in one line."""
    goals = [goal for goal in all_goals if goal.path != REST]
    names = _short([end for goal in goals for end in (goal.source, goal.destination)], captions)
    alike: dict[GoalRow, list[str]] = {}  # the ports to which the same may open connections
    for (destination, port), sources in _by_port(goals).items():
        who = (", ".join(names[end] for end in ends) or NOT_LISTED for ends in sources)
        alike.setdefault(GoalRow(names[destination], *who), []).append(port)
    every_port = {goal.asked for goal in goals}
    return [
        row
        if set(ports) == every_port
        else row._replace(destination=f"{row.destination} on {', '.join(sorted(ports))}")
        for row, ports in alike.items()
    ]


def _by_port(goals: Iterable[Goal]) -> dict[tuple[str, str], tuple[list[str], list[str]]]:
    """Return who may and who may not open connections to each port of a destination."""
    found: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for goal in goals:
        allowed, blocked = found.setdefault((goal.destination, goal.asked), ([], []))
        (allowed if goal.allowed else blocked).append(goal.source)
    return found


def _short(ends: Iterable[str], captions: Mapping[str, str]) -> dict[str, str]:
    """Return the names as they are shown: without the namespace, where there is only one."""
    ends = list(ends)
    several = len({end.rpartition("/")[0] for end in ends} - {""}) > 1
    called = {address: caption for caption, address in captions.items()}
    return {end: called.get(end) or (end if several else end.rpartition("/")[2]) for end in ends}


def heading_of(grader: Grader) -> str:
    """Return what is wanted where, and which port the picture stands for if there are more."""
    ports = dict.fromkeys(goal.asked for goal in grader.goals)
    shown = spoken_port(*grader.drawn_port()).rpartition(" ")[2]
    which = f" (the picture shows {shown})" if len(ports) > 1 else ""
    return f"Wanted on {' and on '.join(ports)}{which}"


def wanted_in_words(goals: Sequence[Goal]) -> str:
    """Return how many connections are wanted; on more than one port each counts as often."""
    ports = {(goal.protocol, goal.port) for goal in goals}
    pairs = {(goal.source, goal.destination) for goal in goals}
    if len(ports) == 1 or len(ports) * len(pairs) != len(goals):
        return f"{len(goals)} connections are as wanted"
    return f"{len(goals)} are as wanted ({len(pairs)} connections on each of {len(ports)} ports)"


def in_words(grader: Grader) -> str:
    """Return a task as a learner reads it: story, pods and goal."""
    exercise = grader.exercise
    whole = partial(fill, break_on_hyphens=False, break_long_words=False)
    story = "\n\n".join(map(whole, exercise.file.paragraphs))
    pods = "\n".join(
        f"pod {pod} has {', '.join(f'{k}={v}' for k, v in pod.labels.items()) or 'no labels'}"
        for pod in exercise.start.pods
    )
    rows = goal_rows(grader.goals, exercise.file.captions)
    table = goal_text(heading_of(grader), rows, rest_of(exercise))
    return "\n\n".join([exercise.file.title, story, pods, table])


def rest_of(exercise: LoadedExercise) -> str:
    """Return what is wanted of every connection that is not listed, in words."""
    file = exercise.file
    into, out = (_all_of(names) for names in (file.nothing_else_into, file.nothing_else_from))
    said = (
        f"Nothing else comes in to {into}, on any port." if into else "",
        f"Nothing else leaves {out}, on any port." if out else "",
        _REST.get(file.otherwise, ""),
    )
    return " ".join(filter(None, said))


def _all_of(names: Sequence[str] | None) -> str:
    *others, last = names or ("",)
    return f"{', '.join(others)} and {last}" if others else last


_REST = {
    "unchanged": "Every other connection stays as it is.",
    "exact": (
        "The story is about every port and every address. What it does not mention stays as it is."
    ),
    "blocked": "Every other connection is blocked.",
}


def goal_text(heading: str, rows: Iterable[GoalRow], rest: str = "") -> str:
    """Return the goal as text.

    Examples
    --------
    >>> print(goal_text("Wanted on TCP 80", [GoalRow("db", "web", NOT_LISTED)]))
    Wanted on TCP 80:
    to db
      allowed from web
      blocked from -
    """
    lines = (
        f"to {row.destination}\n  allowed from {row.allowed}\n  blocked from {row.blocked}"
        for row in rows
    )
    return "\n".join([f"{heading}:", *lines, *filter(None, [rest])])


def goal_html(heading: str, rows: Iterable[GoalRow], rest: str = "") -> str:
    """Return the goal as a table of HTML."""
    names = ("Connections to", "allowed from", "blocked from")
    columns = "".join(f"<th scope='col' style='{_LEFT}'>{name}</th>" for name in names)
    lines = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    caption = f"<caption style='{_LEFT} white-space: normal;'>{escape(heading)}</caption>"
    table = f"{caption}<thead><tr>{columns}</tr></thead><tbody>{lines}</tbody>"
    end = f"<p style='margin: 2px 0 8px;'>{escape(rest)}</p>" if rest else ""
    return f"<table style='line-height: 1.4; max-width: 100%;'>{table}</table>{end}"


_LEFT = "text-align: left; padding: 3px 20px 3px 0; vertical-align: top;"


def _cell(words: str) -> str:
    """Return a cell in which a long name may break after its namespace."""
    return f"<td style='{_LEFT}'>{breakable(words)}</td>"
