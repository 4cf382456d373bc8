"""Tests of policies: run the cases of files, or of a text about a cluster at hand.

What a file looks like, and what is wrong with one, is in `expectation_file`; what it expects of
which flow, in `expected_verdicts`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain
from os.path import exists
from pathlib import Path as FilePath

from netpol_lab.checks.assumed import assuming
from netpol_lab.checks.expectation_file import Case, Cases, Refusal, read_cases
from netpol_lab.checks.expectation_report import INLINE, ExpectationReport, Failure
from netpol_lab.checks.expected_verdicts import cannot_run, expected_verdicts
from netpol_lab.errors import (
    Complaint,
    ManifestError,
    NetpolError,
    UnknownNameError,
    did_you_mean,
    visible,
)
from netpol_lab.manifests.loader import read_all
from netpol_lab.manifests.text.directories import parts
from netpol_lab.manifests.text.files import ManifestText, text_of
from netpol_lab.manifests.text.sources import files_of, texts_of_files
from netpol_lab.manifests.text.yaml_reader import Document
from netpol_lab.manifests.to_model import DEFAULT_NAMESPACE
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster, checked_cluster

Texts = tuple[ManifestText, ...]
Read = Callable[[Texts, str, bool, str], Cluster]  # texts, namespace, strict CIDRs, channel
KEPT = 4  # clusters: many files of tests in a row read the same manifests


def run(
    paths: Iterable[str | FilePath],
    assumptions: Assumptions = DEFAULTS,
    strict: bool = True,
    namespace: str = DEFAULT_NAMESPACE,
    channel: str | None = None,
) -> ExpectationReport:
    """Check files of tests.

    Parameters
    ----------
    paths : iterable of str or pathlib.Path
        Files, or directories that are searched with their subdirectories. Manifests among them
        that a test names in ``manifests_from`` are not taken for tests.
    assumptions : Assumptions
    strict : bool
        Whether manifests with unknown or repeated fields are refused, as by `load`.
    namespace : str
        Where objects belong that name no namespace, as by `load`.
    channel : str, optional
        Of the definitions of cluster-wide policies, as by `load`.

    Returns
    -------
    ExpectationReport

    Raises
    ------
    UnknownNameError
        When a path does not exist.

    Examples
    --------
    >>> run([]).summary
    '0 cases, 0 expectations: all hold'
    """

    @lru_cache(maxsize=KEPT)
    def read(texts: Texts, home: str, strict_cidr: bool, its_channel: str) -> Cluster:
        assumed = replace(assumptions, strict_cidr=strict_cidr)
        home = home or namespace
        return read_all(texts, strict, assumed, home, channel=its_channel or channel)

    tests = _Run(read, assumptions)
    files = [file for path in paths for file in files_of(FilePath(path))]
    opened = {file: _opened(file, text_of(file)) for file in files}
    named = {part for found in opened.values() for path in _named(found) for part in parts(path)}
    for file, found in opened.items():
        if isinstance(found, list):
            tests.file(str(file), found)
        elif named.isdisjoint({file.resolve(), *file.resolve().parents}):
            tests.add_unreadable(str(file), found)
    return tests.report


def expect(cluster: Cluster, text: str, assumptions: Assumptions = DEFAULTS) -> ExpectationReport:
    """Check what is expected of a cluster, as `netpol-lab test` does with files.

    Parameters
    ----------
    cluster : Cluster
    text : str
        YAML with ``expect``, and ``assume``, ``probe_ports`` and ``expect_default`` if wanted,
        as ``docs/testing.md`` describes it.
    assumptions : Assumptions

    Returns
    -------
    ExpectationReport
        Each expectation that does not hold, with its reasons, and the numbers.

    Raises
    ------
    ManifestError
        When the text is not in the format, with every complaint.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> needs = '''
    ... expect:
    ... - {from: shop/backend, to: shop/db, port: 5432, allowed: true}
    ... - {from: shop/web, to: shop/db, port: 5432, allowed: false}
    ... '''
    >>> lab.expect(lab.load("three-tier"), needs)
    1 case, 2 expectations: all hold
    """
    known = checked_cluster(cluster)
    tests = _Run(lambda texts, home, strict_cidr, channel: known, assumptions)
    for document, case in read_cases(f"{text}\n", INLINE, at_hand=True):
        tests.case(document, case)
    return tests.report


# ---------------------------------------------------------------- files


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


def _texts_at(path: FilePath) -> Texts:
    return (*texts_of_files(path),)


def _beside(file: str, name: str) -> FilePath:
    """Return the path that a file of tests names, seen from its folder."""
    path = FilePath(file).parent / name
    if not exists(path):
        folder, slash, _ = name.rstrip("/").rpartition("/")
        held = path.parent.glob("*") if exists(path.parent) else ()
        near = did_you_mean(name, [folder + slash + found.name for found in held])
        raise UnknownNameError(
            f'there is no file or directory "{visible(name)}", seen from the folder of {file}. '
            f"{near}"
        )
    return path


# ---------------------------------------------------------------- one run


@dataclass(frozen=True, slots=True)
class _Run:
    """A run of tests: how manifests are read, under which assumptions, and what is found."""

    read: Read
    assumptions: Assumptions
    report: ExpectationReport = field(default_factory=ExpectationReport)
    texts_at: Callable[[FilePath], Texts] = field(  # what is built is built once
        default_factory=lambda: lru_cache(maxsize=KEPT)(_texts_at)
    )

    def add_unreadable(self, file: str, error: NetpolError) -> None:
        self.report.add(file, "", "can be run", Failure(file, 0, cannot_run(error)))

    def file(self, file: str, cases: Cases) -> None:
        """Check the cases of a file, up to the first that cannot be run."""
        try:
            for document, case in cases:
                if case.manifest is None:
                    self.case(document, case)
                else:
                    self.refusal(file, case)
        except NetpolError as error:
            self.add_unreadable(file, error)

    def case(self, document: Document, case: Case) -> None:
        """Check each expected verdict of a case."""
        file, assumptions = document.file, assuming(self.assumptions, case.assume)
        texts, strict_cidr = self.texts(file, case), assumptions.strict_cidr
        cluster = self.read(texts, case.namespace, strict_cidr, case.channel)
        said = self.report.warnings
        said += (w for w in cluster.warnings if w.is_about_files and w not in said)
        self.report.cases += 1
        before = self.report.expectations
        for expected in expected_verdicts(case, cluster, assumptions):
            self.report.expectations += 1
            failure = None
            message, reasons = expected.difference(cluster, assumptions)
            if message:
                path = ("expect_default",) if expected.index < 0 else ("expect", expected.index)
                failure = Failure(file, document.locate(path)[0], message, reasons)
            self.report.add(file, case.name, expected.name, failure)
        if self.report.expectations == before:
            failure = Failure(file, document.locate(("probe_ports",))[0], _NOTHING_TRIED)
            self.report.add(file, case.name, "tests something", failure)

    def texts(self, file: str, case: Case) -> Texts:
        """Return a case's manifests: those of the files it names, then those it holds."""
        inline = () if case.manifests is None else (ManifestText(INLINE, case.manifests),)
        paths = (_beside(file, name) for name in case.manifests_from or ())
        return (*chain.from_iterable(map(self.texts_at, paths)), *inline)

    def refusal(self, file: str, case: Case) -> None:
        """Check what the API server is expected to refuse, and what it warns of."""
        complaints: tuple[Complaint, ...] = ()
        warned: tuple[Complaint, ...] = ()
        try:
            texts = (ManifestText(INLINE, case.manifest or ""),)
            strict_cidr = assuming(self.assumptions, case.assume).strict_cidr
            cluster = self.read(texts, case.namespace, strict_cidr, case.channel)
            if failure := _not_checked(file, cluster):
                self.report.add(file, case.name, "can be run", failure)
                return
            warned = cluster.warnings
        except ManifestError as error:
            complaints = error.complaints
        self.report.refusals += 1
        failures: list[Failure | None] = [*_compare(file, "errors", case.errors or (), complaints)]
        if case.warnings:
            failures += _compare(file, "warnings", case.warnings, warned)
        for failure in failures or [None]:
            words = "is refused" if case.errors else "is accepted"
            self.report.add(file, case.name, words, failure)


_NOTHING_TRIED = (
    "tests nothing: there are no two pods among the manifests; name what runs, too, as in "
    "manifests_from: [../deploy/, ../policies/]"
)


# ---------------------------------------------------------------- expected refusals


def _not_checked(file: str, cluster: Cluster) -> Failure | None:
    """Return that a manifest is of a plugin's kind: what a server says of it is not known."""
    others = dict.fromkeys(policy.kind for policy in cluster.other_policies)
    message = f"not run: {', '.join(others)} is not checked"
    return Failure(file, 0, message) if others else None


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
