"""What objects, namespaces and labels may be called, in the API server's words (VAL rows)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from netpol_lab.errors import Reason, visible
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.decoding import Problem
from netpol_lab.manifests.field_paths import Path


class _Form(NamedTuple):
    """What a text must look like: its most characters, its pattern, and the server's words."""

    most: int
    pattern: str
    said: str

    def faults(self, text: str) -> Iterator[str]:
        if len(text) > self.most:
            yield f"must be no more than {self.most} characters"
        if not re.fullmatch(self.pattern, text):
            yield self.said


_PART = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = _Form(
    253,
    rf"{_PART}(\.{_PART})*",
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'example.com')",
)
_DNS_LABEL = _Form(
    63,
    _PART,
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must start and end with an alphanumeric character (e.g. 'my-name', or '123-abc')",
)
_NAME = _Form(
    63,
    r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]",
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character (e.g. 'MyName', or 'my.name', or '123-abc')",
)
_VALUE = _Form(
    63,
    rf"({_NAME.pattern})?",
    f"a valid label must be an empty string or {_NAME.said.removeprefix('must ')}",
)


def check_metadata(meta: api.ObjectMeta) -> Iterator[Problem]:
    """Yield what is wrong with an object's metadata (VAL-03, VAL-05 to VAL-07).

    Examples
    --------
    >>> [problem.message for problem in check_metadata(api.ObjectMeta())]
    ['name or generateName is required']
    """
    if base := meta.generate_name:
        if len(base) > 1 and base.endswith("-"):  # "maskTrailingDash" of the server
            base = f"{base[:-2]}a"
        path = "metadata", "generateName"
        yield from _refused(_SUBDOMAIN.faults(base), meta.generate_name, path)
    elif not meta.name:
        message = "name or generateName is required"
        yield Problem(("metadata", "name"), Reason.REQUIRED, message)
    if meta.name:
        yield from _refused(_SUBDOMAIN.faults(meta.name), meta.name, ("metadata", "name"))
    if meta.namespace:
        faults = _DNS_LABEL.faults(meta.namespace)
        yield from _refused(faults, meta.namespace, ("metadata", "namespace"))
    yield from check_labels(meta.labels, ("metadata", "labels"))
    for key in meta.annotations or {}:
        yield from check_key(key.lower(), ("metadata", "annotations"))


def check_labels(labels: Mapping[str, str] | None, path: Path) -> Iterator[Problem]:
    """Yield what is wrong with labels (VAL-06)."""
    for key, value in (labels or {}).items():
        yield from check_key(key, path)
        yield from check_value(value, path)


def check_key(key: str, path: Path) -> Iterator[Problem]:
    """Yield why a text cannot be the key of a label or an annotation."""
    return _refused(_key_faults(key), key, path)


def check_value(value: str, path: Path) -> Iterator[Problem]:
    """Yield why a text cannot be the value of a label."""
    return _refused(_VALUE.faults(value), value, path)


def _key_faults(key: str) -> Iterator[str]:
    prefix, slash, name = key.rpartition("/")
    if "/" in prefix:
        yield f"a qualified name {_NAME.said} with an optional DNS subdomain prefix and '/'"
        return
    if prefix:
        yield from (f"prefix part {fault}" for fault in _SUBDOMAIN.faults(prefix))
    elif slash:
        yield "prefix part must be non-empty"
    if not name:
        yield "name part must be non-empty"
    yield from (f"name part {fault}" for fault in _NAME.faults(name))


def _refused(faults: Iterable[str], value: str, path: Path) -> Iterator[Problem]:
    return (Problem(path, Reason.INVALID, f'"{visible(value)}": {fault}') for fault in faults)
