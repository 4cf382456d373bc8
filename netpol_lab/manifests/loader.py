"""The door: manifests in, a Cluster out, with every complaint at once.

Behind this door nobody sees a dict, a missing default or an invalid policy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path as FilePath
from typing import Any

from netpol_lab.errors import (
    Complaint,
    ManifestError,
    Reason,
    did_you_mean,
    visible,
)
from netpol_lab.manifests import validation, workloads
from netpol_lab.manifests.decoding import Problem, decoder
from netpol_lab.manifests.field_paths import Path, format_path, get, parse_path
from netpol_lab.manifests.kinds import KINDS, kind_problems
from netpol_lab.manifests.sources import (
    SCENARIOS,
    checked_source,
    scenarios,
    text_of,
    texts_of,
    texts_of_files,
)
from netpol_lab.manifests.to_model import DEFAULT_NAMESPACE, build
from netpol_lab.manifests.typos import lookalike
from netpol_lab.manifests.yaml_reader import WHOLE, Document, Inset, documents, forget_positions
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster, Place

MOST_LISTS = 20  # steps of a path: each list within a list takes two

CLUSTER_WIDE = ("ClusterNetworkPolicy", "AdminNetworkPolicy", "BaselineAdminNetworkPolicy")


def load(
    *sources: str | FilePath, strict: bool = True, assumptions: Assumptions = DEFAULTS
) -> Cluster:
    r"""Read manifests as an API server would.

    Parameters
    ----------
    *sources : str or pathlib.Path
        Each one a packaged scenario (``"three-tier"``), a file, a directory (read with its
        subdirectories), ``"-"`` for standard input, or the YAML or JSON text itself.
    strict : bool
        Refuse unknown and repeated fields, as kubectl asks the server to. Otherwise drop them, as
        old kubectl and ``--validate=false`` do, and keep what was dropped in `Cluster.dropped`;
        of repeated fields the last one stands (VAL-08, VAL-09).
    assumptions : Assumptions
        Only `strict_cidr` matters here.

    Returns
    -------
    Cluster

    Raises
    ------
    ManifestError
        With every complaint: file, document, line, column, path, the server's words and a hint.
    UnknownNameError
        When a source is neither of the above.
    NetpolError
        When a source is neither text nor a path, as an object that is parsed already.

    Examples
    --------
    >>> load("three-tier")
    Cluster: 3 pods, 1 namespace, 2 policies
    >>> load("kind: Pod\napiVersion: v1\nmetadata: {name: [web]}")
    Traceback (most recent call last):
    netpol_lab.errors.ManifestError: <text>:3:18, document 1: Pod metadata.name
      Type: cannot be a list: must be text
      3 | metadata: {name: [web]}
                           ^
      hint: only one goes here: web, without brackets or a dash
    """
    texts = (text for source in map(checked_source, sources) for text in texts_of(source))
    return read_all(texts, strict, assumptions)


def load_files(*paths: str, strict: bool = True, assumptions: Assumptions = DEFAULTS) -> Cluster:
    """Read manifests from files alone; nothing is taken for YAML text, whatever it looks like.

    Parameters
    ----------
    *paths : str
        Files, pipes, directories, packaged scenarios, or ``"-"`` for standard input.
    strict, assumptions
        As for `load`.

    Examples
    --------
    >>> load_files("three-tier")
    Cluster: 3 pods, 1 namespace, 2 policies
    """
    texts = (text for path in paths for text in texts_of_files(path))
    return read_all(texts, strict, assumptions)


def read_all(
    texts: Iterable[tuple[str, str]], strict: bool = True, assumptions: Assumptions = DEFAULTS
) -> Cluster:
    r"""Read texts that have names.

    Parameters
    ----------
    texts : iterable of (str, str)
        The name of each text, for complaints, and the text.
    strict, assumptions
        As for `load`.

    Examples
    --------
    >>> read_all([("here", "kind: Pod\napiVersion: v1\nmetadata: {name: a}")])
    Cluster: 1 pod, 1 namespace, 0 policies
    """
    reader = _Reader(assumptions, strict)
    for file, text in texts:
        reader.read(text, file)
    return reader.cluster()


INLINE = ("scenario", "manifests")  # where a file of an exercise has its pods from


def is_exercise(value: Any) -> bool:
    """Say whether a document is an exercise (docs/exercises.md), which holds manifests as text."""
    is_object = not isinstance(value, dict) or "kind" in value or "apiVersion" in value
    return not is_object and any(map(value.get, INLINE)) and ("goal" in value or "story" in value)


def read_parts(document: Document, *names: str) -> Cluster:
    """Read the manifests in some fields of a file; complaints are about the lines of that file."""
    reader = _Reader(DEFAULTS)
    reader.take_in(document, *names)
    return reader.cluster()


# ---------------------------------------------------------------- documents


@dataclass(frozen=True, slots=True)
class _Written:
    """The text that an object was read from: its document, and its path within a List."""

    document: Document
    prefix: Path

    @property
    def is_alone(self) -> bool:
        """Whether the document is this object and nothing else, as YAML."""
        return not self.prefix and not self.document.is_json and bool(self.document.text)

    def __call__(self, path: str) -> Place | None:
        found = self.document.find((*self.prefix, *parse_path(path)))
        return Place(self.document.file, *found) if found else None


@dataclass
class _Reader:
    """Collects objects and complaints from any number of texts."""

    assumptions: Assumptions
    strict: bool = True
    objects: dict[str, dict[tuple[str, str], Any]] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)
    warnings: list[Complaint] = field(default_factory=list)
    dropped: list[Complaint] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    written: dict[tuple[str, str], _Written] = field(default_factory=dict)

    def read(self, text: str, file: str, inset: Inset = WHOLE) -> None:
        found, broken = documents(text, file, inset)
        self.complaints += broken
        for document in found:
            if is_exercise(document.value) and inset is WHOLE:
                self.take_in(document, *INLINE)
            else:
                self._object(document, document.value, (), {})

    def take_in(self, document: Document, *names: str) -> None:
        """Read the manifests that some fields of a file hold as text, or name."""
        for name in names:
            match document.value.get(name):
                case str(known) if name == "scenario" and known in scenarios():
                    self.read(text_of(SCENARIOS / f"{known}.yaml"), f"{known}.yaml")
                case str(unknown) if name == "scenario":
                    said = f'there is no packaged scenario "{visible(unknown)}"'
                    near = did_you_mean(unknown, scenarios())
                    problem = Problem((name,), Reason.INVALID, said, near)
                    self._complain(document, {}, [problem], ())
                case str(text):
                    inset = document.inset((name,), text)
                    within = document.file if inset else f"{document.file} ({name})"
                    self.read(text, within, inset or WHOLE)

    def _object(self, document: Document, value: Any, path: Path, inherited: Any) -> None:
        """Take in one object, or each item of a List (VAL-41)."""
        if value is None:
            return
        if len(path) > MOST_LISTS:
            problem = Problem((), Reason.INVALID, "lists within lists within lists")
            self._complain(document, value, [problem], path)
            return
        if not isinstance(value, dict):
            said = "is not an object: must be a mapping with kind"
            hint = "an object begins with lines such as apiVersion: v1 and kind: Pod"
            problem = Problem(path, Reason.TYPE, said, hint)
            self._complain(document, value, [problem], path)
            return
        value = {**inherited, **value}
        kind, version = value.get("kind"), value.get("apiVersion")
        if isinstance(kind, str) and kind.endswith("List") and "items" in value:
            self._items(document, value, path)
        elif problems := list(kind_problems(value)):
            self._complain(document, value, problems, path)
        elif (kind, version) in KINDS:
            self._take(document, value, path, str(kind))
        else:
            self._pass_over(document, value, path)

    def _items(self, document: Document, value: dict[str, Any], path: Path) -> None:
        items = value["items"] or []
        if not isinstance(items, list):
            problem = Problem(("items",), Reason.TYPE, "must be a list")
            self._complain(document, value, [problem], path)
            return
        kind = value["kind"].removesuffix("List")
        inherited = {"apiVersion": value.get("apiVersion"), "kind": kind} if kind else {}
        for i, item in enumerate(items):
            self._object(document, item, (*path, "items", i), inherited)

    def _take(self, document: Document, value: dict[str, Any], path: Path, kind: str) -> None:
        problems: list[Problem] = []
        decoded = decoder(KINDS[kind, value["apiVersion"]])(_stored(value), (), problems)
        if kind != "NetworkPolicy":  # their metadata is open as they are
            problems = [p for p in problems if p.reason is not Reason.UNKNOWN]
        problems += _duplicates(document, path)
        problems = self._drop(document, value, problems, path)
        problems = problems or list(self._check(kind, decoded))
        if problems:
            self._complain(document, value, problems, path)
            return
        name = self._keep(kind, decoded)
        if kind == "NetworkPolicy":
            warned = [*validation.warnings(decoded, self.assumptions.strict_cidr)]
            warned += [_TWICE] if name in self.written else []
            self.written[name] = _Written(document.for_places(), path)
            self.warnings += (_complaint(document, value, problem, path) for problem in warned)

    def _check(self, kind: str, decoded: Any) -> Iterator[Problem]:
        if kind == "NetworkPolicy":
            yield from validation.check_policy(decoded, self.assumptions.strict_cidr)
        else:
            yield from validation.check_metadata(decoded.metadata)
            yield from _CHECKS.get(kind, _no_checks)(decoded)

    def _drop(
        self, document: Document, value: Any, problems: list[Problem], path: Path
    ) -> list[Problem]:
        """Return what is refused even so; a lenient reader drops the rest and goes on."""
        if self.strict:
            return problems
        lost = [p for p in problems if p.reason in (Reason.UNKNOWN, Reason.DUPLICATE)]
        self.dropped += (_complaint(document, value, problem, path) for problem in lost)
        return [problem for problem in problems if problem not in lost]

    def _keep(self, kind: str, decoded: Any) -> tuple[str, str]:
        """Keep an object under its name, where a later one of that name replaces it (VAL-41)."""
        alike, meta = self.objects.setdefault(kind, {}), decoded.metadata
        if not meta.name:  # the server would add something unique to generateName (VAL-04)
            names = (f"{meta.generate_name}{number}" for number in count(1))
            taken = {name for _, name in alike}
            meta = replace(meta, name=next(name for name in names if name not in taken))
            decoded = replace(decoded, metadata=meta)
        name = meta.namespace or DEFAULT_NAMESPACE, meta.name
        alike[name] = decoded
        return name

    def _pass_over(self, document: Document, value: Any, path: Path) -> None:
        self.ignored[str(value["kind"])] += 1
        if value["kind"] in CLUSTER_WIDE:
            message = f"{value['kind']} is not evaluated yet: verdicts leave it out"
            problem = Problem(("kind",), Reason.UNSUPPORTED, message)
            self.warnings.append(_complaint(document, value, problem, path))

    def _complain(
        self, document: Document, value: Any, problems: Iterable[Problem], path: Path
    ) -> None:
        self.complaints += (_complaint(document, value, p, path) for p in problems)

    def cluster(self) -> Cluster:
        forget_positions()
        if self.complaints:
            raise ManifestError(sorted(self.complaints, key=lambda c: (c.file, c.document)))
        cluster = build({kind: list(alike.values()) for kind, alike in self.objects.items()})
        written = {p: self.written[p.namespace, p.name] for p in cluster.policies}
        return replace(
            cluster,
            warnings=tuple(self.warnings),
            dropped=tuple(self.dropped),
            ignored=dict(self.ignored),
            sources=written,
            texts={p: place.document.text for p, place in written.items() if place.is_alone},
        )


def _complaint(document: Document, value: Any, problem: Problem, prefix: Path) -> Complaint:
    line, column, excerpt = document.locate((*prefix, *problem.path), problem.of_key)
    return Complaint(
        format_path(problem.path),
        problem.reason,
        problem.message,
        lookalike(excerpt) or problem.hint,
        document.file,
        document.number,
        line,
        column,
        _title(value),
        excerpt,
    )


def _title(value: Any) -> str:
    name, namespace = get(value, "metadata", "name"), get(value, "metadata", "namespace")
    full = "/".join(part for part in (namespace, name) if isinstance(part, str))
    kind = get(value, "kind")
    return " ".join(visible(part) for part in (kind, full) if part and isinstance(part, str))


_TWICE = Problem(  # VAL-41
    ("metadata", "name"),
    Reason.DUPLICATE,
    "stands twice, and the last one replaces the other",
    "give one of them another name, if both are meant",
)
_ONE_TOO_MANY = (
    "are these two objects? Put a line with --- between them: "
    "kubectl keeps only the last one without a word"
)
_OF_EACH_OBJECT = (("apiVersion",), ("kind",), ("metadata",), ("spec",))
_LAST_STANDS = "kubectl keeps only the last one without a word: merge the two or remove one"


def _duplicates(document: Document, prefix: Path) -> list[Problem]:
    depth = len(prefix)
    paths = [path[depth:] for path in document.duplicates() if path[:depth] == prefix]
    two = next((path for path in paths if path in _OF_EACH_OBJECT), None)
    return [
        Problem(
            path,
            Reason.DUPLICATE,
            f'duplicate field "{format_path(path)}"',
            "" if path in _OF_EACH_OBJECT and path != two else _hint_of_duplicate(path),
            of_key=True,
        )
        for path in paths
    ]


def _hint_of_duplicate(path: Path) -> str:
    return _ONE_TOO_MANY if path in _OF_EACH_OBJECT else _LAST_STANDS


def _stored(value: dict[str, Any]) -> dict[str, Any]:
    """Return an object without the status that old servers gave their policies (VAL-42)."""
    is_policy = value.get("kind") == "NetworkPolicy" and get(value, "metadata", "uid")
    return {key: part for key, part in value.items() if not (is_policy and key == "status")}


def _no_checks(_: Any) -> Iterator[Problem]:
    return iter(())


_CHECKS: dict[str, Callable[[Any], Iterator[Problem]]] = {
    "Pod": validation.check_pod,
    "Service": validation.check_service,
    **dict.fromkeys(workloads.KINDS, validation.check_workload),
}
