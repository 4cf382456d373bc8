"""Tests as data: manifests in a file, with the verdicts expected of them.

A file holds either ``manifests`` or ``manifests_from`` and ``expect`` (what is allowed), or
``manifest`` and ``errors`` (what the API server refuses). ``docs/testing.md`` describes the format.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from itertools import product
from os.path import exists
from pathlib import Path as FilePath
from textwrap import indent
from typing import Any, NamedTuple

from netpol_lab.engine.explain import ALLOWED_WORDS, explain
from netpol_lab.engine.verdict import Verdict, judge
from netpol_lab.errors import (
    Complaint,
    ManifestError,
    NetpolError,
    Reason,
    UnknownNameError,
    did_you_mean,
    visible,
)
from netpol_lab.manifests.decoding import Problem, decoder
from netpol_lab.manifests.field_paths import Path, format_path, get
from netpol_lab.manifests.loader import CLUSTER_WIDE, read_all
from netpol_lab.manifests.sources import files_of, text_of
from netpol_lab.manifests.yaml_reader import Document, documents
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster, Flow
from netpol_lab.model.ports import Protocol

INLINE = "<text>"  # the name of manifests that stand in the file of tests itself

# ---------------------------------------------------------------- the format


@dataclass(frozen=True, slots=True)
class ProbePort:
    """One item of ``probe_ports``."""

    port: int = 0
    protocol: str = "TCP"


@dataclass(frozen=True, slots=True)
class Expect:
    """One item of ``expect``."""

    from_: str = ""
    to: str = ""
    port: int | None = None
    protocol: str | None = None
    allowed: Any = None
    common: Any = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One item of ``errors`` or ``warnings``."""

    path: str = ""
    reason: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A whole file."""

    name: str = ""
    about: str = ""
    semantics: tuple[str, ...] | None = None
    source: str = ""
    manifests: str | None = None
    manifests_from: tuple[str, ...] | None = field(
        default=None, metadata={"wire": "manifests_from"}
    )
    probe_ports: tuple[ProbePort, ...] | None = field(
        default=None, metadata={"wire": "probe_ports"}
    )
    expect_default: bool | None = field(default=None, metadata={"wire": "expect_default"})
    expect: tuple[Expect, ...] | None = None
    stage: str = ""
    manifest: str | None = None
    errors: tuple[Refusal, ...] | None = None
    warnings: tuple[Refusal, ...] | None = None


# ---------------------------------------------------------------- results


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that does not hold.

    Parameters
    ----------
    file : str
    line : int
        Where the expectation is written; 0 if it is not about one line.
    message : str
        What was expected and what came instead.
    reasons : str
        The verdict's explanation; may be empty.
    """

    file: str
    line: int
    message: str
    reasons: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        reasons = "".join(f"\n    {line}" for line in self.reasons.splitlines()[1:])
        return f"FAIL {where}: {self.message}{reasons}"


class Outcome(NamedTuple):
    """What came of one expectation: the case and the words of it, and why it does not hold."""

    file: str
    case: str
    name: str
    failure: Failure | None = None
    waits: bool = False  # for a kind of policy that is not evaluated yet


@dataclass
class Report:
    """What a run of expectation files found."""

    cases: int = 0
    expectations: int = 0
    refusals: int = 0
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def waiting(self) -> list[str]:
        """The files with cases that wait for cluster-wide policies to be evaluated."""
        return [outcome.file for outcome in self.outcomes if outcome.waits]

    @property
    def failures(self) -> list[Failure]:
        """The expectations that do not hold, in the order of the files."""
        return [outcome.failure for outcome in self.outcomes if outcome.failure]

    @property
    def summary(self) -> str:
        """One line for people and for scripts."""
        counts = [_count(self.cases, "case"), _count(self.expectations, "expectation")]
        if self.refusals:
            counts.append(_count(self.refusals, "refusal"))
        failed = len(self.failures)
        return f"{', '.join(counts)}: {f'{failed} FAILED' if failed else 'all hold'}"

    def as_data(self) -> dict[str, Any]:
        """Return what `netpol-lab test -o json` prints.

        Examples
        --------
        >>> Report(cases=1, expectations=2).as_data()
        {'cases': 1, 'expectations': 2, 'refusals': 0, 'waiting': [], 'failures': []}
        """
        counts = {"cases": self.cases, "expectations": self.expectations}
        failures = [asdict(failure) for failure in self.failures]
        rest = {"refusals": self.refusals, "waiting": self.waiting, "failures": failures}
        return counts | rest


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


# ---------------------------------------------------------------- running

Texts = tuple[tuple[str, str], ...]  # the name of each text, and the text
Read = Callable[[Texts], Cluster]
Cases = list[tuple[Document, CaseFile]]
KEPT = 4  # clusters: many files of tests in a row read the same manifests


def run(
    paths: Iterable[str | FilePath],
    assumptions: Assumptions = DEFAULTS,
    strict: bool = True,
) -> Report:
    """Check expectation files.

    Parameters
    ----------
    paths : iterable of str or pathlib.Path
        Files, or directories that are searched with their subdirectories. Manifests among them
        that a test names in ``manifests_from`` are not taken for tests.
    assumptions : Assumptions
    strict : bool
        Whether manifests with unknown or repeated fields are refused, as by `load`.

    Returns
    -------
    Report

    Raises
    ------
    UnknownNameError
        When a path does not exist.

    Examples
    --------
    >>> run([]).summary
    '0 cases, 0 expectations: all hold'
    """
    report = Report()

    @lru_cache(maxsize=KEPT)
    def read(texts: Texts) -> Cluster:
        return read_all(texts, strict, assumptions)

    files = [file for path in paths for file in files_of(FilePath(path))]
    opened = {file: _opened(file, text_of(file)) for file in files}
    named = {path.resolve() for found in opened.values() for path in _named(found)}
    for file, found in opened.items():
        if isinstance(found, list):
            _run_file(str(file), found, read, assumptions, report)
        elif named.isdisjoint({file.resolve(), *file.resolve().parents}):
            report.outcomes.append(_not_run(str(file), found))
    return report


def _opened(file: FilePath, text: str) -> Cases | NetpolError:
    """Return the cases of a file, or why it has none."""
    try:
        return read_cases(text, str(file))
    except NetpolError as error:
        return error


def _named(found: Cases | NetpolError) -> Iterator[FilePath]:
    """Yield the manifests that tests name, where there are any."""
    for document, case in found if isinstance(found, list) else ():
        places = (FilePath(document.file).parent / name for name in case.manifests_from or ())
        yield from filter(exists, places)


def _run_file(
    file: str, cases: Cases, read: Read, assumptions: Assumptions, report: Report
) -> None:
    try:
        for document, case in cases:
            if case.manifest is not None:
                _run_refusal(file, case, read, report)
            else:
                run_case(document, case, read(_texts(document, case)), assumptions, report)
    except NetpolError as error:
        report.outcomes.append(_not_run(file, error))


def _texts(document: Document, case: CaseFile) -> Texts:
    """Return a case's manifests: those of the files it names, then those it holds."""
    inline = () if case.manifests is None else ((INLINE, case.manifests),)
    names = case.manifests_from or ()
    return (*(text for name in names for text in _texts_beside(document.file, name)), *inline)


def _texts_beside(file: str, name: str) -> Iterator[tuple[str, str]]:
    """Yield the texts that a path means, seen from the folder of a file of tests."""
    path = FilePath(file).parent / name
    if not exists(path):
        near = did_you_mean(name, _names_in(path.parent, name))
        raise UnknownNameError(
            f'there is no file or directory "{visible(name)}", seen from the folder of {file}. '
            f"{near}"
        )
    for found in files_of(path):
        yield str(found), text_of(found)


def _names_in(folder: FilePath, like: str) -> list[str]:
    """Return what a folder holds, written like a path to something in it."""
    start = like.rstrip("/").rpartition("/")
    held = folder.glob("*") if exists(folder) else ()
    return [start[0] + start[1] + found.name for found in held]


def _unevaluated(file: str, case: CaseFile, kinds: Iterable[str]) -> Outcome:
    """Return what comes of a case with cluster-wide policies: it fails, or waits if it is theirs.

    Verdicts would leave these policies out, and a test that is passed over looks like one that
    holds. Only the cases of this project that say what such policies mean are known to wait.
    """
    if any(row.startswith(_ROWS_OF_CLUSTER_WIDE) for row in case.semantics or ()):
        return Outcome(file, case.name, "waits for cluster-wide policies", waits=True)
    found = ", ".join(kind for kind in kinds if kind in CLUSTER_WIDE)
    message = f"not run: {found} among the manifests, {_NOT_EVALUATED}"
    return Outcome(file, case.name, "can be run", Failure(file, 0, message))


_ROWS_OF_CLUSTER_WIDE = "ANP-"  # of docs/semantics.md
_NOT_EVALUATED = (
    "and cluster-wide policies are not evaluated yet; they could change every verdict. "
    "Test without them: name only the other manifests"
)


def _not_run(file: str, error: NetpolError) -> Outcome:
    return Outcome(file, "", "can be run", Failure(file, 0, _cannot_run(error)))


def _cannot_run(error: NetpolError) -> str:
    return "cannot be run\n" + indent(str(error), "    ")


def read_cases(text: str, file: str, at_hand: bool = False) -> Cases:
    """Return the cases of a file, decoded: one in each document that is not empty.

    Parameters
    ----------
    text, file : str
    at_hand : bool
        Whether the cluster is there already, so that a case need not name manifests.

    Raises
    ------
    ManifestError
        When the file is not in the format, with every complaint.
    """
    found, complaints = documents(text, file)
    given = {"manifests": ""} if at_hand else {}
    cases = [(d, _decoded(d, given, complaints)) for d in found if d.value is not None]
    if not cases and not complaints:
        complaints = [Complaint("", Reason.REQUIRED, "holds no test", _FORMAT, file)]
    if complaints:
        raise ManifestError(complaints)
    return cases


_FORMAT = "what a file of tests looks like: netpol-lab test --help"


def _decoded(document: Document, given: dict[str, str], complaints: list[Complaint]) -> CaseFile:
    problems: list[Problem] = []
    value = given | document.value if isinstance(document.value, dict) else document.value
    if get(document.value, "apiVersion") and get(document.value, "kind"):
        hint = f"to check it: netpol-lab check {document.file}; {_FORMAT}"
        problems.append(Problem((), Reason.INVALID, "is a manifest, not a file of tests", hint))
        case = CaseFile()
    else:
        case = decoder(CaseFile)(value, (), problems)
        problems = problems or list(_incomplete(case, value))
    complaints += (_complaint(document, problem) for problem in problems)
    return case


def _incomplete(case: CaseFile, value: dict[str, Any]) -> Iterator[Problem]:
    """Yield what is missing or in the way, so that no test is passed over in silence."""
    key = "manifests" if case.manifests_from is None else "manifests_from"
    verdicts = case.manifests is not None or case.manifests_from is not None
    if verdicts is (case.manifest is not None):
        yield Problem((), Reason.REQUIRED, "needs manifests, or else manifest", _WRITE_MANIFESTS)
    elif (case.expect is None) is verdicts or (case.errors is None) is not verdicts:
        message = f"{key} needs expect" if verdicts else "manifest needs errors"
        yield Problem((), Reason.REQUIRED, f"{message}, and nothing else")
    if case.manifests_from is not None and not all(case.manifests_from or [""]):
        yield Problem(("manifests_from",), Reason.REQUIRED, "a path is missing", _WRITE_PATHS)
    elif verdicts:
        yield from _untried(case)
    for i, item in enumerate(value.get("expect") or ()):
        yield from _incomplete_item(item, ("expect", i))


def _untried(case: CaseFile) -> Iterator[Problem]:
    """Yield what would leave a case without anything to try, or one half of the matrix form."""
    if case.expect_default is not None and not case.probe_ports:
        message = "expect_default needs probe_ports: the ports that every pod is tried on"
        yield Problem(("expect_default",), Reason.REQUIRED, message, _WRITE_PROBES, of_key=True)
    elif case.probe_ports is not None and case.expect_default is None:
        message = "probe_ports needs expect_default: what holds where expect says nothing"
        yield Problem(("probe_ports",), Reason.REQUIRED, message, _WRITE_DEFAULT, of_key=True)
    elif case.expect == () and case.probe_ports is None:
        yield Problem(
            ("expect",), Reason.REQUIRED, "expect is empty: this tests nothing", _WRITE_ONE
        )


_WRITE_ONE = "write - {from: shop/web, to: shop/db, port: 5432, allowed: false}, for instance"
_WRITE_PROBES = "write probe_ports: [{port: 80}, {port: 53, protocol: UDP}], for instance"
_WRITE_DEFAULT = "write expect_default: false, and list in expect what is allowed even so"

_WRITE_PATHS = "write files or directories, seen from this file: manifests_from: [../policies/]"
_WRITE_MANIFESTS = (
    "write manifests: | and below it, indented, the YAML of pods and policies; or name files, "
    "as in manifests_from: [../policies/]"
)


def _incomplete_item(item: Any, path: Path) -> Iterator[Problem]:
    hint = "allowed is true, false, or null where Kubernetes leaves it undefined"
    for key in ("from", "to", "allowed"):
        if not isinstance(item, dict) or key not in item:
            yield Problem(path, Reason.REQUIRED, f"{key} is missing", hint)
    for key in ("allowed", "common"):
        answer = get(item, key)
        if answer is not None and not isinstance(answer, bool):
            yield Problem((*path, key), Reason.TYPE, "must be true, false or null")


def _complaint(document: Document, problem: Problem) -> Complaint:
    complaint = Complaint(
        format_path(problem.path), problem.reason, problem.message, problem.hint, document.file
    )
    return complaint.at(*document.locate(problem.path, problem.of_key))


def is_cluster_wide(kinds: Iterable[str]) -> bool:
    """Say whether any kind is one of those that come above NetworkPolicy."""
    return any(kind in CLUSTER_WIDE for kind in kinds)


# ---------------------------------------------------------------- expected verdicts


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One expectation on one flow, with the index of the entry that states it (-1: default)."""

    source: str
    destination: str
    port: int | None
    protocol: str
    allowed: bool | None
    common: bool | None
    entry: int

    @property
    def name(self) -> str:
        port = "" if self.port is None else f" {self.port}"
        expected = ALLOWED_WORDS[self.allowed]
        return f"{self.source} -> {self.destination}  {self.protocol}{port}: {expected}"

    @property
    def path(self) -> Path:
        return ("expect_default",) if self.entry < 0 else ("expect", self.entry)


def run_case(
    document: Document, case: CaseFile, cluster: Cluster, assumptions: Assumptions, report: Report
) -> None:
    """Check each expectation of a case, and add what came of it to the report."""
    if is_cluster_wide(cluster.ignored):
        report.outcomes.append(_unevaluated(document.file, case, cluster.ignored))
        return
    report.cases += 1
    before = report.expectations
    for wanted in _wanted(case, cluster):
        report.expectations += 1
        failure = None
        message, reasons = _run_one(wanted, cluster, assumptions)
        if message:
            line = document.locate(wanted.path)[0]
            failure = Failure(document.file, line, message, reasons)
        report.outcomes.append(Outcome(document.file, case.name, wanted.name, failure))
    if report.expectations == before:
        failure = Failure(document.file, document.locate(("probe_ports",))[0], _NOTHING_TRIED)
        report.outcomes.append(Outcome(document.file, case.name, "tests something", failure))


_NOTHING_TRIED = (
    "tests nothing: there are no two pods among the manifests; name what runs, too, as in "
    "manifests_from: [../deploy/, ../policies/]"
)


def _run_one(wanted: _Wanted, cluster: Cluster, assumptions: Assumptions) -> tuple[str, str]:
    """Return what is wrong with one expectation and the reasons; both empty if it holds."""
    try:
        flow = Flow.between(
            cluster, wanted.source, wanted.destination, wanted.port, wanted.protocol
        )
        verdict = judge(cluster, flow, assumptions)
    except NetpolError as error:
        return _cannot_run(error), ""
    difference = _difference(wanted, verdict)
    return difference, explain(verdict) if difference else ""


def _difference(wanted: _Wanted, verdict: Verdict) -> str:
    expected, got = ALLOWED_WORDS[wanted.allowed], ALLOWED_WORDS[verdict.allowed]
    if wanted.allowed is not verdict.allowed:
        return f"{verdict.flow}: expected {expected}, got {got}"
    if wanted.common is not None and wanted.common is not verdict.common:
        expected, got = ALLOWED_WORDS[wanted.common], ALLOWED_WORDS[verdict.common]
        return f"{verdict.flow}: most plugins were expected to have it {expected}, got {got}"
    return ""


def _wanted(case: CaseFile, cluster: Cluster) -> Iterable[_Wanted]:
    if case.probe_ports is None:
        return (_single(entry, i) for i, entry in enumerate(case.expect or ()))
    return _matrix(case, cluster)


def _single(entry: Expect, i: int) -> _Wanted:
    protocol = _spelt(entry.protocol)
    return _Wanted(entry.from_, entry.to, entry.port, protocol, entry.allowed, entry.common, i)


def _matrix(case: CaseFile, cluster: Cluster) -> Iterable[_Wanted]:
    """Return the expectations of the matrix form: later entries replace earlier ones."""
    probes = [(probe.port, _spelt(probe.protocol)) for probe in case.probe_ports or ()]
    default = Expect(from_="*", to="*", allowed=case.expect_default)
    cells: dict[tuple[str, str, int | None, str], _Wanted] = {}
    for i, entry in enumerate((default, *(case.expect or ())), -1):
        for source, destination in _pairs(entry, cluster):
            for port, protocol in _ports_of(entry, probes):
                key = source, destination, port, protocol
                cells[key] = _Wanted(*key, entry.allowed, entry.common, i)
    return cells.values()


def _spelt(protocol: str | None) -> str:
    """Return a protocol as the API spells it: what is one to the verdict is one here."""
    return (protocol or Protocol.TCP).upper()


def _ports_of(entry: Expect, probes: list[tuple[int, str]]) -> Sequence[tuple[int | None, str]]:
    """Return what an entry is about: its port, else the probes, those of its protocol alone.

    A protocol that no probe has is asked about without a port, which is refused where it needs one.
    """
    if entry.port is not None:
        return [(entry.port, _spelt(entry.protocol))]
    if entry.protocol is None:
        return probes
    protocol = _spelt(entry.protocol)
    return [probe for probe in probes if probe[1] == protocol] or [(None, protocol)]


def _pairs(entry: Expect, cluster: Cluster) -> Iterator[tuple[str, str]]:
    """Yield the pairs of different ends that an entry means; of one with itself if it says so."""
    sources, destinations = _meant(entry.from_, cluster), _meant(entry.to, cluster)
    itself = "*" not in entry.from_ + entry.to and len(sources) == 1
    for source, destination in product(sources, destinations):
        if source != destination or itself:
            yield source, destination


def _meant(name: str, cluster: Cluster) -> list[str]:
    """Return the pods that a name with ``*`` at its end, a pod's or a workload's means."""
    if not name.endswith("*"):
        return _called(name, cluster)
    pods = [str(pod) for pod in cluster.pods if not pod.finished]
    meant = [pod for pod in pods if pod.startswith(name[:-1])]
    if not meant:
        raise UnknownNameError(f'"{name}" means no pod. {did_you_mean(name, pods)}')
    return sorted(meant)


def _called(name: str, cluster: Cluster) -> list[str]:
    """Return the pods that a name without ``*`` means; what means none is left to the verdict."""
    try:
        end = cluster.endpoint(name)
    except NetpolError:
        return [name]
    if end.pod is None or end.address is not None:  # an address may be one of several of a pod
        return [name]
    return sorted(one.name for one in end.each)


# ---------------------------------------------------------------- expected refusals


def _run_refusal(file: str, case: CaseFile, read: Read, report: Report) -> None:
    complaints: tuple[Complaint, ...] = ()
    warned: tuple[Complaint, ...] = ()
    try:
        cluster = read(((INLINE, case.manifest or ""),))
        if is_cluster_wide(cluster.ignored):
            report.outcomes.append(_unevaluated(file, case, cluster.ignored))
            return
        warned = cluster.warnings
    except ManifestError as error:
        complaints = error.complaints
    report.refusals += 1
    failures: list[Failure | None] = [*_compare(file, "errors", case.errors or (), complaints)]
    if case.warnings:
        failures += _compare(file, "warnings", case.warnings, warned)
    name = "is refused" if case.errors else "is accepted"
    outcomes = (Outcome(file, case.name, name, failure) for failure in failures or [None])
    report.outcomes += outcomes


def _compare(
    file: str, what: str, wanted: tuple[Refusal, ...], found: tuple[Complaint, ...]
) -> Iterator[Failure]:
    """Yield where the listed errors and the complaints differ, counting repeats."""
    reasoned = what == "errors"
    expected = Counter((item.path, item.reason if reasoned else "") for item in wanted)
    got = Counter((item.path, str(item.reason) if reasoned else "") for item in found)
    for (path, reason), count in (expected - got).items():
        yield Failure(file, 0, f"{what}: expected {count} more {reason} at {path or 'the object'}")
    for (path, reason), count in (got - expected).items():
        yield Failure(file, 0, f"{what}: {count} unexpected {reason} at {path or 'the object'}")
    for item in wanted:
        if not any(item.path == c.path and item.message in c.message for c in found):
            yield Failure(file, 0, f'{what}: no message at {item.path} says "{item.message}"')
