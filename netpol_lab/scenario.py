"""One file, one exercise: its fields, and what is wrong with them, by line and column.

``SCENARIOS.md`` describes the format. What is wanted of the traffic is worked out by `goals`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

from netpol_lab.addresses import parse_address
from netpol_lab.cluster import Cluster, Endpoint, checked_port
from netpol_lab.decoding import Problem, decoder
from netpol_lab.errors import (
    Complaint,
    ManifestError,
    NetpolError,
    Reason,
    UnknownNameError,
    did_you_mean,
    visible,
)
from netpol_lab.expectations import ProbePort
from netpol_lab.manifests import INLINE, SCENARIOS, SUFFIXES, files_of, read_parts, text_of
from netpol_lab.reading import Document, Path, documents, format_path, get

FOLDER = SCENARIOS / "exercises"
OTHERWISE = ("unchanged", "blocked")
OutsideEnd = str | tuple[str, str]  # an address, or a name for it and the address


# ---------------------------------------------------------------- the format


@dataclass(frozen=True, slots=True)
class Wanted:
    """One item of ``goal``: `from_` and `to` are names, or lists of names."""

    from_: Any = None
    to: Any = None
    port: int | None = None
    protocol: str | None = None
    allowed: Any = None


@dataclass(frozen=True, slots=True)
class ExerciseFile:
    """The fields of a file, as they are written.

    Parameters
    ----------
    name, title : str
    chapter : str
        The chapter it belongs to, as ``"04"``; may be empty.
    story : str
        What the learner is asked, in words.
    scenario : str
        A packaged scenario whose pods take part.
    manifests : str
        The pods, and whatever else is there before the learner starts.
    keep_policies : bool
        Whether policies among these stay in force beside the learner's; otherwise they are
        not there at all.
    outside : tuple
        Addresses outside the cluster to draw, each alone or with a name before it.
    layout : tuple
        Names of pods and addresses in the order in which to draw them, or rows of them.
    port : int, optional
        The port that the picture shows; without `ports`, also the one the goal is about.
    ports : tuple of ProbePort
        The ports that a goal without a port of its own stands for.
    goal : tuple of Wanted
        The traffic that is wanted.
    otherwise : str
        What every other connection should be on these ports: ``unchanged`` or ``blocked``;
        when empty, it may be as it likes.
    hints : tuple of str
        From a nudge to the line to write.
    answer : str
        The YAML of one solution among many.
    """

    name: str = ""
    title: str = ""
    chapter: str = ""
    story: str = ""
    scenario: str = ""
    manifests: str = ""
    keep_policies: bool = field(default=False, metadata={"wire": "keep_policies"})
    outside: tuple[Any, ...] | None = ()
    layout: tuple[Any, ...] | None = ()
    port: int | None = None
    ports: tuple[ProbePort, ...] | None = ()
    goal: tuple[Wanted, ...] | None = ()
    otherwise: str = ""
    hints: tuple[str, ...] | None = ()
    answer: str = ""

    @property
    def asked(self) -> tuple[ProbePort, ...]:
        """The ports that a goal without a port of its own stands for."""
        return self.ports or ((ProbePort(self.port),) if self.port else ())

    @property
    def outsiders(self) -> tuple[OutsideEnd, ...]:
        """The outside addresses, as pictures take them."""
        return tuple(item if isinstance(item, str) else (item[0], item[1]) for item in _pairs(self))

    @property
    def captions(self) -> Mapping[str, str]:
        """The address that each name of an outside address stands for."""
        return {pair[0]: pair[1] for pair in self.outsiders if not isinstance(pair, str)}


def _pairs(file: ExerciseFile) -> list[Any]:
    return [item for item in file.outside or () if not _outside_problem(item)]


@dataclass(frozen=True, eq=False)
class Scenario:
    """A file that was read: its fields, its cluster, and the way back to its lines.

    Parameters
    ----------
    file : ExerciseFile
    document : Document
    cluster : Cluster
        Everything in it before the learner starts, with all its policies.
    answer : Cluster
        What the worked answer says.
    """

    file: ExerciseFile
    document: Document
    cluster: Cluster
    answer: Cluster

    @property
    def opened_by(self) -> str:
        """What `find_scenario` finds it by."""
        packaged = self.document.file == f"{self.file.name}.yaml" and self.file.name in exercises()
        return self.file.name if packaged else self.document.file

    @cached_property
    def start(self) -> Cluster:
        """The cluster before the learner writes anything."""
        return self.cluster if self.file.keep_policies else self.cluster.with_policies(())

    @cached_property
    def answered(self) -> Cluster:
        """The cluster with the worked answer."""
        return self.attempted(self.answer)

    def attempted(self, given: Cluster) -> Cluster:
        """Return the start with the policies of an attempt, which replace others of their name."""
        together = {str(policy): policy for policy in (*self.start.policies, *given.policies)}
        sources = {**self.start.sources, **given.sources}
        return replace(self.start, policies=tuple(together.values()), sources=sources)

    def complaint(self, problem: Problem) -> Complaint:
        """Return what is wrong with a part of the file, with its place."""
        return _complaint(self.document, problem)

    def full_name(self, name: str) -> str:
        """Return what a name in the file means: a pod, a workload, a Service, or an address."""
        return _full_name(name, self.cluster.endpoint(self.file.captions.get(name, name)))

    def outside_of(self, ends: Iterable[str]) -> tuple[OutsideEnd, ...]:
        """Return the addresses to draw: those listed, and those among some ends."""
        listed = {address_of(item): item for item in self.file.outsiders}
        used = {str(parse_address(end)): end for end in ends if parse_address(end)}
        return tuple({**used, **listed}.values())

    @property
    def order(self) -> tuple[str, ...]:
        """The full names of all that the layout names, in its order."""
        return tuple(name for item in _in_order(self.file) for name in self._drawn(item))

    def _drawn(self, name: str) -> Iterator[str]:
        """Yield the endpoints of a picture that a name means: of a workload, all its pods."""
        end = self.cluster.endpoint(self.file.captions.get(name, name))
        return (each.name for each in end.each)


def address_of(item: OutsideEnd) -> str:
    """Return the address of an outside end, as it is written everywhere."""
    return str(parse_address(item if isinstance(item, str) else item[1]))


def _full_name(name: str, end: Endpoint) -> str:
    if end.service is not None:
        return f"service:{end.service}"
    pod = end.pod
    if pod is None or pod.workload is None or name in (str(pod), pod.name) or end.address:
        return end.name
    return f"{pod.namespace}/{pod.workload.name}"


def _in_order(file: ExerciseFile) -> list[Any]:
    """Return the names of the layout in one line."""
    rows = ([item] if isinstance(item, str) else item for item in file.layout or ())
    return [name for row in rows for name in row]


# ---------------------------------------------------------------- finding files


def exercises() -> list[str]:
    """Return the names of the packaged exercises.

    Examples
    --------
    >>> "two-tiers" in exercises()
    True
    """
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def read_exercise(name: str) -> ExerciseFile:
    """Return what the file of an exercise says; a packaged one goes by its name.

    Examples
    --------
    >>> read_exercise("two-tiers").title
    'Guard the library'
    """
    return find_scenario(name).file


def find_scenario(name: str | FilePath) -> Scenario:
    """Return a packaged exercise by its name, or a teacher's own by the path of its file.

    Raises
    ------
    UnknownNameError
        When there is neither; the text lists what there is.
    ManifestError
        With every complaint about the file.

    Examples
    --------
    >>> find_scenario("two-tiers").cluster
    Cluster: 4 pods, 1 namespace, 0 policies
    """
    if str(name) in exercises():
        name = FOLDER / f"{name}.yaml"
        return read_scenario(text_of(name), name.name)
    if not _looks_like_a_path(str(name)):
        near = did_you_mean(str(name), exercises())
        raise UnknownNameError(f'there is no exercise "{visible(str(name))}". {near}')
    path = FilePath(name)
    if not path.is_file():
        raise UnknownNameError(
            f'there is no file "{visible(str(path))}", seen from the folder of this notebook.'
        )
    return read_scenario(text_of(path), str(path))


def _looks_like_a_path(name: str) -> bool:
    return name.endswith(SUFFIXES) or FilePath(name).is_file()


def scenario_files(path: str) -> list[FilePath]:
    """Return the file of a path or a packaged exercise, or all files below a folder."""
    return [FOLDER / f"{path}.yaml"] if path in exercises() else files_of(FilePath(path))


# ---------------------------------------------------------------- reading


def read_scenario(text: str, file: str) -> Scenario:
    """Read an exercise.

    Raises
    ------
    ManifestError
        With every complaint: about the fields, and about the manifests in them.

    Examples
    --------
    >>> read_scenario("titel: Guard the library", "mine.yaml")
    Traceback (most recent call last):
    netpol_lab.errors.ManifestError: mine.yaml:1:1, document 1: titel
      Unknown: unknown field "titel"
      1 | titel: Guard the library
          ^
      hint: did you mean title?
    """
    found, complaints = documents(text, file)
    found = [document for document in found if document.value is not None]
    if len(found) != 1 and not complaints:
        said = f"holds {len(found)} documents: an exercise is one"
        hint = "three dashes begin another: indent those within manifests and answer"
        complaints.append(Complaint("", Reason.INVALID, said, hint if found else "", file))
    if complaints:
        raise ManifestError(complaints)
    return _read(found[0])


def _read(document: Document) -> Scenario:
    if is_manifest(document.value):
        problem = Problem((), Reason.INVALID, "is a manifest, not an exercise", _FORMAT)
        raise ManifestError([_complaint(document, problem)])
    problems = [
        Problem(path, Reason.DUPLICATE, f'duplicate field "{format_path(path)}"', of_key=True)
        for path in document.duplicates()
    ]
    file: ExerciseFile = decoder(ExerciseFile)(document.value, (), problems)
    problems = problems or list(_problems(file))
    complaints = [_complaint(document, problem) for problem in problems]
    cluster = _part(document, complaints, *INLINE)
    answer = _part(document, complaints, "answer")
    if cluster is not None and not problems:
        found = (_complaint(document, p) for p in _of_names(file, cluster))
        complaints += found
    if complaints or cluster is None or answer is None:
        raise ManifestError(sorted(complaints, key=lambda found: (found.line, found.column)))
    return Scenario(_named(file, document.file), document, cluster, answer)


_FORMAT = "what an exercise looks like is in SCENARIOS.md; to check a manifest: netpol-lab check"


def is_manifest(value: Any) -> bool:
    """Say whether a document is an object of Kubernetes."""
    return bool(get(value, "apiVersion") and get(value, "kind"))


def _part(document: Document, complaints: list[Complaint], *names: str) -> Cluster | None:
    """Read the manifests in some fields; what is wrong with them is added to the complaints."""
    try:
        return read_parts(document, *names) if isinstance(document.value, dict) else None
    except ManifestError as error:
        complaints += error.complaints
        return None


def _named(file: ExerciseFile, source: str) -> ExerciseFile:
    """Return the fields with a name, which by default is that of the file."""
    return file if file.name else replace(file, name=FilePath(source).stem)


def _complaint(document: Document, problem: Problem) -> Complaint:
    complaint = Complaint(
        format_path(problem.path), problem.reason, problem.message, problem.hint, document.file
    )
    return complaint.at(*document.locate(problem.path, problem.of_key))


# ---------------------------------------------------------------- what is wrong with the fields


def _problems(file: ExerciseFile) -> Iterator[Problem]:
    """Yield what can be told without the pods."""
    yield from (
        Problem((), Reason.REQUIRED, f"{name} is missing", hint)
        for name, hint in _REQUIRED.items()
        if not getattr(file, name)
    )
    if not (file.manifests or file.scenario):
        yield Problem((), Reason.REQUIRED, "there are no pods", _WRITE_PODS)
    if file.name and not re.fullmatch(r"[\w.-]+", file.name):
        said = "must be one word of letters, digits, dashes and dots"
        yield Problem(("name",), Reason.INVALID, said, "it is typed after %%policy")
    if file.chapter and not re.fullmatch(r"\d\d", file.chapter):
        said = f'"{visible(file.chapter)}" is not the number of a chapter'
        yield Problem(("chapter",), Reason.INVALID, said, 'write two digits, as in "04"')
    if file.otherwise not in ("", *OTHERWISE):
        said = f'"{visible(file.otherwise)}" is not one of {", ".join(OTHERWISE)}'
        yield Problem(
            ("otherwise",), Reason.UNSUPPORTED, said, did_you_mean(file.otherwise, OTHERWISE)
        )
    for i, item in enumerate(file.outside or ()):
        if said := _outside_problem(item):
            yield Problem(("outside", i), Reason.INVALID, said, _WRITE_OUTSIDE)
    yield from _layout_problems(file)
    yield from _port_problems(file)
    for i, wanted in enumerate(file.goal or ()):
        yield from _goal_problems(wanted, ("goal", i), bool(file.asked))


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
    texts = isinstance(pair, list) and len(pair) == 2 and all(isinstance(t, str) for t in pair)
    if texts and parse_address(pair[1]):
        return ""
    return f'"{visible(str(item), 40)}" is not an IP address'


def _layout_problems(file: ExerciseFile) -> Iterator[Problem]:
    for i, item in enumerate(file.layout or ()):
        row = [item] if isinstance(item, str) else item
        if not isinstance(row, list) or not all(isinstance(name, str) for name in row):
            hint = "write names, or rows of names: [[web, backend], [db]]"
            yield Problem(("layout", i), Reason.TYPE, "must be a name or a list of names", hint)


def _port_problems(file: ExerciseFile) -> Iterator[Problem]:
    if file.port is not None:
        yield from _port_problem(("port",), file.port, "TCP")
    for i, probe in enumerate(file.ports or ()):
        yield from _port_problem(("ports", i), probe.port or None, probe.protocol or "TCP")


def _port_problem(path: Path, port: int | None, protocol: str) -> Iterator[Problem]:
    try:
        checked_port(port, protocol)
    except NetpolError as error:
        yield Problem(path, Reason.INVALID, str(error))


def _goal_problems(wanted: Wanted, path: Path, has_ports: bool) -> Iterator[Problem]:
    for key, names in (("from", wanted.from_), ("to", wanted.to)):
        given = [names] if isinstance(names, str) else names
        if not isinstance(given, list) or not given or not all(isinstance(n, str) for n in given):
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


# ---------------------------------------------------------------- what is wrong with the names


def _of_names(file: ExerciseFile, cluster: Cluster) -> Iterator[Problem]:
    """Yield what can only be told with the pods."""
    known = file.captions
    for i, item in enumerate(file.outsiders):
        address = parse_address(item if isinstance(item, str) else item[1])
        if address and (pod := cluster.owner(address)):
            said = f"{address} is not outside: it is the address of {pod}"
            yield Problem(("outside", i), Reason.INVALID, said)
    for i, wanted in enumerate(file.goal or ()):
        for key, names in (("from", wanted.from_), ("to", wanted.to)):
            for path, name in _each(names, ("goal", i, key)):
                yield from _name_problem(cluster, path, known.get(name, name), known)
    if file.layout:
        yield from _places(file, cluster)


def _each(names: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the names with their places."""
    if isinstance(names, str):
        yield path, names
    else:
        yield from (((*path, i), name) for i, name in enumerate(names))


def _name_problem(
    cluster: Cluster, path: Path, name: str, captions: Iterable[str]
) -> Iterator[Problem]:
    try:
        cluster.endpoint(name)
    except NetpolError as error:
        near = did_you_mean(name, captions) if captions else ""
        hint = near if near.startswith("Did you mean") else ""
        yield Problem(path, Reason.INVALID, str(error), hint)


def _places(file: ExerciseFile, cluster: Cluster) -> Iterator[Problem]:
    """Yield who has no place in the layout, or more than one."""
    places: dict[str, Path] = {}
    captions = file.captions
    for i, item in enumerate(file.layout or ()):
        for path, name in _each(item, ("layout", i)):
            address = captions.get(name, name)
            wrong = list(_name_problem(cluster, path, address, captions))
            yield from wrong
            for end in () if wrong else cluster.endpoint(address).each:
                if end.name in places:
                    said = f"{end.name} stands here a second time"
                    yield Problem(path, Reason.DUPLICATE, said, "name everyone once")
                places[end.name] = path
    missing = [name for name in _everyone(file, cluster) if name not in places]
    if missing:
        yield Problem(("layout",), Reason.REQUIRED, f"has no place for {', '.join(missing)}")


def _everyone(file: ExerciseFile, cluster: Cluster) -> list[str]:
    """Return the full names of all that a picture shows."""
    pods = (str(pod) for pod in cluster.pods if not pod.finished)
    return [*pods, *map(address_of, file.outsiders)]
