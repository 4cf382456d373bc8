"""One file, one exercise: found, read, and refused with every complaint, by line and column.

``docs/exercises.md`` describes the format. What is wanted of the traffic is worked out by `goals`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from os.path import isfile  # which says no to names that no file can have
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from netpol_lab.course.exercise_file import ExerciseFile, address_of, listed
from netpol_lab.course.exercise_validation import field_problems, name_problems
from netpol_lab.errors import (
    Complaint,
    ManifestError,
    Reason,
    UnknownNameError,
    did_you_mean,
    visible,
)
from netpol_lab.manifests.decoding import Problem, decoder
from netpol_lab.manifests.field_paths import Path, format_path, get
from netpol_lab.manifests.loader import read_parts
from netpol_lab.manifests.reader import INLINE
from netpol_lab.manifests.text.files import SUFFIXES, text_of
from netpol_lab.manifests.text.sources import SCENARIOS, files_of
from netpol_lab.manifests.text.yaml_reader import Document, all_documents
from netpol_lab.model.addresses import parse_address
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint
from netpol_lab.pictures.nodes import Outside

FOLDER = SCENARIOS / "exercises"
INTO: Path = ("nothing_else_into",)
FROM: Path = ("nothing_else_from",)


class Guarded(NamedTuple):
    """The pods and workloads that nothing else comes in to, and those that nothing else leaves."""

    into: frozenset[str]
    out: frozenset[str]

    def place(self, source: object, destination: object) -> Path:
        """Return the key of the file that guards one of two ends; nothing if none does."""
        if destination in self.into:
            return INTO
        return FROM if source in self.out else ()


@dataclass(frozen=True, eq=False)
class LoadedExercise:
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
        """What `find_exercise` finds it by."""
        packaged = self.document.file == f"{self.file.name}.yaml" and self.file.name in exercises()
        return self.file.name if packaged else self.document.file

    @cached_property
    def start(self) -> Cluster:
        """The cluster before the learner writes anything; cluster-wide policies always stay."""
        return self.cluster if self.file.keep_policies else self.cluster.with_policies(())

    @cached_property
    def answered(self) -> Cluster:
        """The cluster with the worked answer."""
        return self.attempted(self.answer)

    def attempted(self, given: Cluster) -> Cluster:
        """Return the start with the policies of an attempt, which replace others of their name."""
        together = {str(policy): policy for policy in (*self.start.policies, *given.policies)}
        wide = {str(one): one for one in (*self.start.cluster_policies, *given.cluster_policies)}
        sources = {**self.start.sources, **given.sources}
        start = self.start.with_policies(together.values(), given.other_policies)
        return replace(start, cluster_policies=tuple(wide.values()), sources=sources)

    def full_name(self, name: str) -> str:
        """Return what a name in the file means: a pod, a workload, a Service, or an address."""
        end = self._endpoint(name)
        if end.service is not None:
            return f"service:{end.service}"
        pod = end.pod
        if pod is None or pod.workload is None or name in (str(pod), pod.name) or end.address:
            return end.name
        return f"{pod.namespace}/{pod.workload.name}"

    def outside_of(self, ends: Iterable[str]) -> tuple[Outside, ...]:
        """Return the addresses to draw: those listed, and those among some ends."""
        listed = {address_of(item): item for item in self.file.outsiders}
        used = {str(parse_address(end)): end for end in ends if parse_address(end)}
        return tuple({**used, **listed}.values())

    @cached_property
    def guarded(self) -> Guarded:
        """The pods and workloads that ``nothing_else_into`` and ``nothing_else_from`` name."""
        lists = (self.file.nothing_else_into, self.file.nothing_else_from)
        return Guarded(
            *(frozenset(chain.from_iterable(map(self._names, one or ()))) for one in lists)
        )

    def _names(self, name: str) -> Iterator[str]:
        """Yield the full names of the pods that a name means, and of their workload."""
        yield self.full_name(name)
        yield from (end.name for end in self.cluster.endpoint(name).each)

    @property
    def order(self) -> tuple[str, ...]:
        """The full names of all that the layout names, in its order; a workload is all its pods."""
        ends = map(self._endpoint, chain.from_iterable(map(listed, self.file.layout or ())))
        return tuple(each.name for end in ends for each in end.each)

    def _endpoint(self, name: str) -> Endpoint:
        return self.cluster.endpoint(self.file.captions.get(name, name))


# ---------------------------------------------------------------- finding files


def exercises() -> list[str]:
    """Return the names of the packaged exercises.

    Examples
    --------
    >>> "two-tiers" in exercises()
    True
    """
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def find_exercise(name: str | FilePath) -> LoadedExercise:
    """Return a packaged exercise by its name, or a teacher's own by the path of its file.

    Parameters
    ----------
    name : str or Path

    Returns
    -------
    LoadedExercise

    Raises
    ------
    UnknownNameError
        When there is neither; the text lists what there is.
    ManifestError
        With every complaint about the file.

    Examples
    --------
    >>> find_exercise("two-tiers").cluster
    Cluster: 4 pods, 1 namespace, 0 policies
    """
    if str(name) in exercises():
        name = FOLDER / f"{name}.yaml"
        return read_exercise(text_of(name), name.name)
    path = FilePath(name)
    if isfile(path):
        return read_exercise(text_of(path), str(path))
    if path.name.endswith(SUFFIXES):
        shown = visible(str(path))
        raise UnknownNameError(
            f'there is no file "{shown}", seen from the folder of this notebook.'
        )
    near = did_you_mean(str(name), exercises())
    raise UnknownNameError(f'there is no exercise "{visible(str(name))}". {near}')


def exercise_files(path: str) -> list[FilePath]:
    """Return the file of a path or a packaged exercise, or all files below a folder."""
    return [FOLDER / f"{path}.yaml"] if path in exercises() else files_of(FilePath(path))


# ---------------------------------------------------------------- reading


def read_exercise(text: str, file: str) -> LoadedExercise:
    """Read an exercise.

    Parameters
    ----------
    text : str
        YAML, as ``docs/exercises.md`` describes it.
    file : str
        What to call it in complaints; the exercise's name, unless the text gives one.

    Returns
    -------
    LoadedExercise

    Raises
    ------
    ManifestError
        With every complaint: about the fields, and about the manifests in them.

    Examples
    --------
    >>> read_exercise("titel: Guard the library", "mine.yaml")
    Traceback (most recent call last):
    netpol_lab.errors.ManifestError: mine.yaml:1:1, document 1: titel
      Unknown: unknown field "titel"
      1 | titel: Guard the library
          ^
      hint: did you mean title?
    """
    found, complaints = all_documents(text, file)
    found = [document for document in found if document.value is not None]
    if len(found) != 1 and not complaints:
        said = f"holds {len(found)} documents: an exercise is one"
        hint = "three dashes begin another: indent those within manifests and answer"
        complaints.append(Complaint("", Reason.INVALID, said, hint if found else "", file))
    if complaints:
        raise ManifestError(complaints)
    return _read(found[0])


def _read(document: Document) -> LoadedExercise:
    if is_manifest(document.value):
        problem = Problem((), Reason.INVALID, "is a manifest, not an exercise", _FORMAT)
        raise ManifestError([problem.complaint(document)])
    problems = [
        Problem(path, Reason.DUPLICATE, f'duplicate field "{format_path(path)}"', of_key=True)
        for path in document.duplicates()
    ]
    file: ExerciseFile = decoder(ExerciseFile)(document.value, (), problems)
    problems = problems or list(field_problems(file))
    complaints: list[Complaint] = []
    cluster = _part(document, complaints, *INLINE)
    answer = _part(document, complaints, "answer")
    if cluster is not None and not problems:
        problems += name_problems(file, cluster)
    if file.answer and answer and not (answer.policies or answer.cluster_policies):
        problems.append(Problem(("answer",), Reason.INVALID, "holds no NetworkPolicy"))
    complaints = [*(problem.complaint(document) for problem in problems), *complaints]
    if complaints or cluster is None or answer is None:
        raise ManifestError(sorted(complaints, key=lambda found: (found.line, found.column)))
    if not file.name:  # by default that of the file it stands in
        file = replace(file, name=FilePath(document.file).stem)
    return LoadedExercise(file, document, cluster, answer)


_FORMAT = (
    "what an exercise looks like is in docs/exercises.md; to check a manifest: netpol-lab check"
)


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
