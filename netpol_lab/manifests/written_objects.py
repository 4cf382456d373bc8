"""An object as it is written: where it stands, and what is said of it there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from netpol_lab.errors import Complaint, visible
from netpol_lab.manifests.decoding import Problem
from netpol_lab.manifests.field_paths import Path, get, parse_path
from netpol_lab.manifests.text.typos import lookalike
from netpol_lab.manifests.text.yaml_reader import (
    Document,
)
from netpol_lab.model.places import Place


class WrittenObject(NamedTuple):
    """An object as it is written: its document, its plain values, and its path within a List."""

    document: Document
    value: Any
    path: Path = ()
    original: str = ""  # of a policy that is built

    def complaint(self, problem: Problem) -> Complaint:
        """Return what is wrong with it, and where."""
        found = problem.complaint(self.document, self.path)
        hint, title = lookalike(found.excerpt) or found.hint, _title(self.value)
        return replace(found, hint=hint, object=title)

    def place(self, path: str) -> Place | None:
        """Return where the field at a path is written."""
        found = self.document.find((*self.path, *parse_path(path)))
        return Place(self.document.file, *found) if found else None

    def for_places(self, original: str) -> WrittenObject:
        """Return what `place` and `text` need of it, to be kept."""
        return WrittenObject(self.document.for_places(), None, self.path, original)

    @property
    def text(self) -> str:
        """The document, if it is this object and nothing else, as YAML; otherwise nothing."""
        return "" if self.path or self.document.is_json else self.document.text


def _title(value: Any) -> str:
    name, namespace = get(value, "metadata", "name"), get(value, "metadata", "namespace")
    full = "/".join(part for part in (namespace, name) if isinstance(part, str))
    kind = get(value, "kind")
    return " ".join(visible(part) for part in (kind, full) if part and isinstance(part, str))
