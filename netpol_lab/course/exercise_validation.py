"""Why the fields of an exercise's file are refused: missing, misspelt, or without a match."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from math import prod
from typing import Any

from netpol_lab.course.exercise_file import ExerciseFile, Wanted, address_of, listed
from netpol_lab.errors import NetpolError, Reason, did_you_mean, visible
from netpol_lab.manifests.decoding import Problem
from netpol_lab.manifests.field_paths import Path
from netpol_lab.model.addresses import parse_address
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import checked_port

OTHERWISE = ("unchanged", "exact", "blocked", "anything")
MOST_FLOWS = 10_000  # of one exercise; each is asked several times

# ---------------------------------------------------------------- what is wrong with the fields


def field_problems(file: ExerciseFile) -> Iterator[Problem]:
    """Yield what can be told without the pods."""
    for name, hint in _REQUIRED.items():
        if not getattr(file, name):
            yield Problem((), Reason.REQUIRED, f"{name} is missing", hint)
    if not (file.manifests or file.scenario):
        yield Problem((), Reason.REQUIRED, "there are no pods", _WRITE_PODS)
    yield from _word_problems(file)
    for i, item in enumerate(file.outside or ()):
        if said := _outside_problem(item):
            yield Problem(("outside", i), Reason.INVALID, said, _WRITE_OUTSIDE)
    for i, item in enumerate(file.layout or ()):
        if not _are_names(item):
            hint = "write names, or rows of names: [[web, backend], [db]]"
            yield Problem(("layout", i), Reason.TYPE, "must be a name or a list of names", hint)
    if file.port is not None:
        yield from _port_problem(("port",), file.port, "TCP")
    for i, probe in enumerate(file.ports or ()):
        yield from _port_problem(("ports", i), probe.port or None, probe.protocol or "TCP")
    for i, wanted in enumerate(file.goal or ()):
        yield from _goal_problems(wanted, ("goal", i), bool(file.asked))
    yield from _too_many(("goal",), sum(_flows(file, wanted) for wanted in file.goal or ()))


def _word_problems(file: ExerciseFile) -> Iterator[Problem]:
    """Yield what is wrong with fields that are one word."""
    if file.name and not re.fullmatch(r"[\w.-]+", file.name):
        said = "must be one word of letters, digits, dashes and dots"
        yield Problem(("name",), Reason.INVALID, said, "it is typed after %%policy")
    if file.chapter and not re.fullmatch(r"\d\d", file.chapter):
        said = f'"{visible(file.chapter)}" is not the number of a chapter'
        yield Problem(("chapter",), Reason.INVALID, said, 'write two digits, as in "04"')
    if file.otherwise not in ("", *OTHERWISE):
        said = f'"{visible(file.otherwise)}" is not one of {", ".join(OTHERWISE)}'
        near = did_you_mean(file.otherwise, OTHERWISE)
        yield Problem(("otherwise",), Reason.UNSUPPORTED, said, near)


_REQUIRED = {
    "title": "one line that names the task",
    "story": "say what is there and what is wanted, in words",
    "goal": "list the traffic that is wanted: - {from: web, to: db, allowed: true}",
    "answer": "write the YAML of one solution, indented below answer: |",
}
_WRITE_PODS = "write manifests: | and below it, indented, the YAML of pods; or scenario: three-tier"
_WRITE_OUTSIDE = "write 203.0.113.7, or with a name [internet, 203.0.113.7]"


def _outside_problem(item: Any) -> str:
    """Say why an item of ``outside`` is none; nothing if it is one."""
    pair = [item, item] if isinstance(item, str) else item
    given = pair[1] if _are_names(pair) and len(pair) == 2 else item
    address = parse_address(given) if isinstance(given, str) else None
    if address is None:
        return f'"{visible(str(given), 40)}" is not an IP address'
    return f"{address} never leaves a pod: it is loopback" if address.is_loopback else ""


def _are_names(given: Any) -> bool:
    """Say whether something is a name, or a list of names."""
    names = listed(given)
    return isinstance(names, list) and all(isinstance(name, str) for name in names)


def _port_problem(path: Path, port: int | None, protocol: str) -> Iterator[Problem]:
    try:
        checked_port(port, protocol)
    except NetpolError as error:
        yield Problem(path, Reason.INVALID, str(error))


def _goal_problems(wanted: Wanted, path: Path, has_ports: bool) -> Iterator[Problem]:
    for key, names in (("from", wanted.from_), ("to", wanted.to)):
        if names == [] or not _are_names(names):
            hint = "write a name, or a list of names: [web, backend]"
            reason = Reason.REQUIRED if names is None else Reason.TYPE
            yield Problem((*path, key), reason, f"{key} must be a name or a list of names", hint)
    if not isinstance(wanted.allowed, bool):
        yield Problem((*path, "allowed"), Reason.REQUIRED, "allowed must be true or false")
    if wanted.port is not None:
        yield from _port_problem((*path, "port"), wanted.port, wanted.protocol or "TCP")
    elif not has_ports:
        hint = (
            "list the ports of the whole goal, as in ports: [{port: 80}], or give this one a port"
        )
        yield Problem(path, Reason.REQUIRED, "there is no port", hint)


def _flows(file: ExerciseFile, wanted: Wanted) -> int:
    """Return how many connections one item of the goal is about."""
    ends = (len(names) if isinstance(names, list) else 1 for names in (wanted.from_, wanted.to))
    return prod(ends) * (1 if wanted.port is not None else len(file.asked))


def _too_many(path: Path, flows: int) -> Iterator[Problem]:
    if flows > MOST_FLOWS:
        said = f"asks for {flows:,} connections; the most are {MOST_FLOWS:,}"
        yield Problem(path, Reason.TOO_MANY, said)


# ---------------------------------------------------------------- what is wrong with the names


def name_problems(file: ExerciseFile, cluster: Cluster) -> Iterator[Problem]:
    """Yield what can only be told with the pods."""
    known = file.captions
    for i, item in enumerate(file.outsiders):
        address = parse_address(address_of(item))
        if address and (pod := cluster.owner(address)):
            said = f"{address} is not outside: it is the address of {pod}"
            yield Problem(("outside", i), Reason.INVALID, said)
    for i, wanted in enumerate(file.goal or ()):
        for key, names in (("from", wanted.from_), ("to", wanted.to)):
            for path, name in _each(names, ("goal", i, key)):
                if problem := _name_problem(cluster, path, known.get(name, name), known):
                    yield problem
    for key in ("nothing_else_into", "nothing_else_from"):
        for path, name in _each(getattr(file, key) or (), (key,)):
            if problem := _name_problem(cluster, path, name, known):
                yield problem
            elif cluster.endpoint(name).pod is None:
                yield Problem(path, Reason.INVALID, f"{name} is no pod", "name pods or workloads")
    if file.layout:
        yield from _places(file, cluster)
    if file.otherwise:
        ends = {pod.workload or str(pod) for pod in cluster.pods} | {*map(str, file.outsiders)}
        yield from _too_many(("otherwise",), len(ends) ** 2 * max(1, len(file.asked)))


def _each(names: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the names with their places."""
    if isinstance(names, str):
        yield path, names
    else:
        yield from (((*path, i), name) for i, name in enumerate(names))


def _name_problem(
    cluster: Cluster, path: Path, name: str, captions: Iterable[str]
) -> Problem | None:
    try:
        cluster.endpoint(name)
    except NetpolError as error:
        near = did_you_mean(name, captions) if captions else ""
        hint = near if near.startswith("Did you mean") else ""
        return Problem(path, Reason.INVALID, str(error), hint)
    return None


def _places(file: ExerciseFile, cluster: Cluster) -> Iterator[Problem]:
    """Yield who has no place in the layout, or more than one."""
    places: dict[str, Path] = {}
    captions = file.captions
    for i, item in enumerate(file.layout or ()):
        for path, name in _each(item, ("layout", i)):
            address = captions.get(name, name)
            if problem := _name_problem(cluster, path, address, captions):
                yield problem
                continue
            for end in cluster.endpoint(address).each:
                if end.name in places:
                    said = f"{end.name} stands here a second time"
                    yield Problem(path, Reason.DUPLICATE, said, "name everyone once")
                places[end.name] = path
    pods = (str(pod) for pod in cluster.pods if not pod.finished)
    drawn = (*pods, *map(address_of, file.outsiders))
    if missing := [name for name in drawn if name not in places]:
        yield Problem(("layout",), Reason.REQUIRED, f"has no place for {', '.join(missing)}")
