"""The format of files of tests: what may be written in one, and complaints about the rest.

A file holds either ``manifests`` or ``manifests_from`` and ``expect`` (what is allowed), or
``manifest`` and ``errors`` (what the API server refuses). ``docs/testing.md`` describes the format.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from netpol_lab.checks.assumed import assumed_problems
from netpol_lab.errors import Complaint, ComplaintList, ManifestError, Reason
from netpol_lab.manifests.api_types import IntOrString
from netpol_lab.manifests.cluster_wide.channels import Channel
from netpol_lab.manifests.decoding import Problem, decoder
from netpol_lab.manifests.field_paths import Path, get
from netpol_lab.manifests.rules.server_words import unsupported
from netpol_lab.manifests.text.yaml_reader import Document, all_documents

# ---------------------------------------------------------------- the fields


@dataclass(frozen=True, slots=True)
class ProbePort:
    """One item of ``probe_ports``: what every pair of pods is tried on.

    Parameters
    ----------
    port : int
    protocol : str
    """

    port: int = 0
    protocol: str = "TCP"


@dataclass(frozen=True, slots=True)
class Expectation:
    """One item of ``expect``; `allowed` and `common` are true, false or null."""

    from_: str = ""
    to: str = ""
    port: IntOrString | None = None
    protocol: str | None = None
    allowed: Any = None
    common: Any = None
    assume: Mapping[str, Any] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One item of ``errors`` or ``warnings``."""

    path: str = ""
    reason: str = ""
    message: str = ""


def snake_case(key: str, default: Any = None) -> Any:
    """Return a field whose key is not in camelCase, as those of manifests are."""
    return field(default=default, metadata={"wire": key})


@dataclass(frozen=True, slots=True)
class Case:
    """One document of a file of tests; a field that is None is not there."""

    name: str = ""
    about: str = ""
    semantics: tuple[str, ...] | None = None
    source: str = ""
    manifests: str | None = None
    manifests_from: tuple[str, ...] | None = snake_case("manifests_from")
    namespace: str = ""
    assume: Mapping[str, Any] | None = None
    probe_ports: tuple[ProbePort, ...] | None = snake_case("probe_ports")
    expect_default: bool | None = snake_case("expect_default")
    expect: tuple[Expectation, ...] | None = None
    stage: str = ""
    channel: str = ""
    manifest: str | None = None
    errors: tuple[Refusal, ...] | None = None
    warnings: tuple[Refusal, ...] | None = None


# ---------------------------------------------------------------- reading them


Cases = list[tuple[Document, Case]]

_FORMAT = "what a file of tests looks like: netpol-lab test --help"


def read_cases(text: str, file: str, at_hand: bool = False) -> Cases:
    """Return the cases of a file, decoded: one in each document that is not empty.

    Parameters
    ----------
    text, file : str
    at_hand : bool
        Whether the cluster is there already, so that a case need not name manifests.

    Returns
    -------
    list of (Document, Case)

    Raises
    ------
    ManifestError
        When the file is not in the format, with every complaint.

    Examples
    --------
    >>> text = "expect: [{from: shop/web, to: shop/db, port: 5432, allowed: false}]"
    >>> ((document, case),) = read_cases(text, "shop.yaml", at_hand=True)
    >>> case.expect[0].to
    'shop/db'
    """
    found, broken = all_documents(text, file)
    complaints = ComplaintList()
    complaints += broken
    given = {"manifests": ""} if at_hand else {}
    cases = [(d, _decoded(d, given, complaints)) for d in found if d.value is not None]
    if not cases and not complaints:
        complaints += [Complaint("", Reason.REQUIRED, "holds no test", _FORMAT, file)]
    if complaints:
        raise ManifestError(complaints)
    return cases


def _decoded(document: Document, given: dict[str, str], complaints: ComplaintList) -> Case:
    problems: list[Problem] = []
    value = given | document.value if isinstance(document.value, dict) else document.value
    if get(document.value, "apiVersion") and get(document.value, "kind"):
        hint = f"to check it: netpol-lab check {document.file}; {_FORMAT}"
        problems.append(Problem((), Reason.INVALID, "is a manifest, not a file of tests", hint))
        case = Case()
    else:
        case = decoder(Case)(value, (), problems)
        problems += (*_assumptions(case, at_hand=bool(given)), *_channel(case))
        problems = problems or list(_incomplete(case, value))
    complaints += (problem.complaint(document) for problem in problems)
    return case


# ---------------------------------------------------------------- what is missing


_WRITE_ONE = "write - {from: shop/web, to: shop/db, port: 5432, allowed: false}, for instance"
_WRITE_PROBES = "write probe_ports: [{port: 80}, {port: 53, protocol: UDP}], for instance"
_WRITE_DEFAULT = "write expect_default: false, and list in expect what is allowed even so"
_WRITE_PATHS = "write files or directories, seen from this file: manifests_from: [../policies/]"
_WRITE_MANIFESTS = (
    "write manifests: | and below it, indented, the YAML of pods and policies; or name files, "
    "as in manifests_from: [../policies/]"
)


def _incomplete(case: Case, value: dict[str, Any]) -> Iterator[Problem]:
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


def _assumptions(case: Case, at_hand: bool) -> Iterator[Problem]:
    """Yield what cannot be assumed, in a case and in each of its entries."""
    yield from assumed_problems(case.assume, ("assume",), read=at_hand)
    for i, entry in enumerate(case.expect or ()):
        yield from assumed_problems(entry.assume, ("expect", i, "assume"), read=True)


def _channel(case: Case) -> Iterator[Problem]:
    if case.channel not in ("", *Channel):
        yield unsupported(("channel",), case.channel, Channel)


def _untried(case: Case) -> Iterator[Problem]:
    """Yield what would leave a case without anything to try, or one half of the matrix form."""
    if case.expect_default is not None and not case.probe_ports:
        message = "expect_default needs probe_ports: the ports that every pod is tried on"
        yield Problem(("expect_default",), Reason.REQUIRED, message, _WRITE_PROBES, of_key=True)
    elif case.probe_ports is not None and case.expect_default is None:
        message = "probe_ports needs expect_default: what holds where expect says nothing"
        yield Problem(("probe_ports",), Reason.REQUIRED, message, _WRITE_DEFAULT, of_key=True)
    elif case.expect == () and case.probe_ports is None:
        message = "expect is empty: this tests nothing"
        yield Problem(("expect",), Reason.REQUIRED, message, _WRITE_ONE)


def _incomplete_item(item: Any, path: Path) -> Iterator[Problem]:
    hint = "allowed is true, false, or null where Kubernetes leaves it undefined"
    for key in ("from", "to", "allowed"):
        if not isinstance(item, dict) or key not in item:
            yield Problem(path, Reason.REQUIRED, f"{key} is missing", hint)
    for key in ("allowed", "common"):
        answer = get(item, key)
        if answer is not None and not isinstance(answer, bool):
            yield Problem((*path, key), Reason.TYPE, "must be true, false or null")
    port = get(item, "port")
    if isinstance(port, str) and not port.strip("0123456789"):
        hint = f"write {port} without quotation marks" if port else "write a number or a name"
        yield Problem((*path, "port"), Reason.TYPE, f'"{port}" is not the name of a port', hint)
