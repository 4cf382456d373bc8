"""What lies in a folder beside manifests, and is passed over there: values, charts, patches, lists.

A text that could be a manifest is never passed over: then a mistake in it would lose a policy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from netpol_lab.errors import Complaint, Reason, visible
from netpol_lab.manifests.field_paths import get
from netpol_lab.manifests.text.files import ManifestText
from netpol_lab.manifests.text.yaml_reader import Document, documents

MOST_TOLD = 20  # files of which a warning each is of use
_OF_MANIFESTS = {"apiversion", "kind", "podselector", "policytypes", "matchlabels"}
_IN_TEXT = re.compile(r"apiVersion|\bkind\b|k8s\.io|NetworkPolicy|podSelector", re.IGNORECASE)
_OF_A_POLICY = re.compile(r"networking\.k8s\.io/\w+|NetworkPolicy(List)?")
_ACTION = re.compile(r"\{\{|\{%")
_DIRECTIVES = ("$patch", "$deleteFromPrimitiveList", "$retainKeys", "$setElementOrder")
_PLAYS = ("hosts", "tasks", "import_playbook", "ansible.builtin.import_playbook")


def sort_out(
    found: list[Document], broken: list[Complaint], text: ManifestText
) -> tuple[list[Document], list[Complaint], list[Complaint]]:
    """Return what of a text from a folder is to be read, and a warning for all the rest.

    Parameters
    ----------
    found, broken : list
        What can be read of it at all, and the complaints about the rest.
    text : ManifestText

    Returns
    -------
    (list of Document, list of Complaint, list of Complaint)
        Documents to read, complaints that count, and warnings.
    """
    file = text.name
    if why := why_file_is_stray(file, text.text, found, bool(broken)):
        return [], [], [_passed_over(file, why)]
    written = [document for document in found if document.value is not None]
    strays = {document.number: why_stray(file, document.value) for document in written}
    alone = len(strays) == 1
    notes = [_passed_over(file, why, 0 if alone else n) for n, why in strays.items() if why]
    return [document for document in found if not strays.get(document.number)], broken, notes


def in_brief(warnings: list[Complaint]) -> Iterator[Complaint]:
    """Yield warnings about strays; of a great many, the first ones and how many there are."""
    yield from warnings[:MOST_TOLD]
    if (more := len(warnings) - MOST_TOLD) > 0:
        last = warnings[-1]
        said = f"nor are {more:,} more, this being the last: {last.message}"
        yield replace(last, message=said)


def _passed_over(file: str, why: str, document: int = 0) -> Complaint:
    return Complaint("", Reason.NOT_READ, why, "", file, document)


def could_be_manifests(file: str, text: str) -> bool:
    """Say whether something in a file in a folder would be read."""
    found, broken, _ = sort_out(*documents(text, file), ManifestText(file, text))
    return bool(found or broken)


def why_file_is_stray(file: str, text: str, found: Sequence[Document], is_broken: bool) -> str:
    """Return why a file in a folder holds no manifests, or an empty text if it may.

    Parameters
    ----------
    file, text : str
    found : sequence of Document
        What can be read of it.
    is_broken : bool
        Whether something cannot.
    """
    values = [document.value for document in found]
    if _ACTION.search(text) and (is_broken or _in_chart(file) or any(map(_has_made_name, values))):
        return "is a template: render it first, as in helm template CHART > all.yaml"
    if is_broken and not _IN_TEXT.search(text):
        return "cannot be read, and holds neither apiVersion nor kind"
    if "$" in text and any(map(_holds_directive, values)):
        return (
            "is a patch ($patch and the like): name the folder of the kustomization it belongs to"
        )
    return ""


def why_stray(file: str, value: Any) -> str:
    """Return why a document of a file in a folder is no manifest, or an empty text if it may be.

    Examples
    --------
    >>> why_stray("values.yaml", {"image": {"tag": "v1"}})
    "is a chart's values: helm template CHART > all.yaml gives the objects"
    >>> why_stray("db.yaml", {"kind": "Pod"})
    ''
    """
    name = FilePath(file).name.lower()
    if isinstance(value, list):
        return "" if any(map(_could_be_manifest, value)) else f"is a list{_of_what(value)}"
    if value is None:  # nothing at all needs no word
        return ""
    if not isinstance(value, dict):
        return f'is only the text "{visible(str(value), 40)}"' if _is_prose(value) else ""
    if name == "chart.yaml" and "kind" not in value:
        return "describes a chart: helm template CHART > all.yaml gives its objects"
    if "expect" in value and "apiVersion" not in value:
        return "is a file of tests, for netpol-lab test"
    if _could_be_manifest(value):
        return ""
    if "values" in name and not name.endswith(".json"):
        return "is a chart's values: helm template CHART > all.yaml gives the objects"
    if "compose" in name and "services" in value:
        return "is a Compose file"
    keys = ", ".join(visible(str(key), 30) for key in list(value)[:3])
    return f"is no object: it has neither apiVersion nor kind, but {keys or 'nothing at all'}"


def _could_be_manifest(value: Any) -> bool:
    """Say whether a value was probably meant as an object, however wrong it is."""
    if not isinstance(value, dict):
        return False
    keys = {str(key).lower().strip() for key in value}
    if keys & _OF_MANIFESTS or {"metadata", "spec"} <= keys:
        return True
    items = value.get("items")
    if isinstance(items, list) and any(map(_could_be_manifest, items)):
        return True
    return any(isinstance(part, str) and _OF_A_POLICY.fullmatch(part) for part in value.values())


def _is_prose(value: Any) -> bool:
    return not _IN_TEXT.search(str(value))


def _of_what(values: list[Any]) -> str:
    items = [value for value in values if isinstance(value, dict)]
    if items and all("op" in item and "path" in item for item in items):
        return " of JSON patches: name the folder of the kustomization it belongs to"
    if any(key in item for item in items for key in _PLAYS):
        return " of plays for Ansible"
    return ", not an object"


def _in_chart(file: str) -> bool:
    """Say whether a file lies among the templates of a chart."""
    return any(
        folder.name == "templates" and (folder.parent / "Chart.yaml").is_file()
        for folder in FilePath(file).parents
    )


def _has_made_name(value: Any) -> bool:
    """Say whether a template would fill in what an object is called."""
    paths = (("kind",), ("metadata", "name"), ("metadata", "namespace"))
    return any(_ACTION.search(str(get(value, *path))) for path in paths)


def _holds_directive(value: Any) -> bool:
    """Say whether a value holds a key that tells a patch what to do, at any depth."""
    if isinstance(value, list):
        return any(map(_holds_directive, value))
    if not isinstance(value, dict):
        return False
    return any(
        str(key).startswith(_DIRECTIVES) or _holds_directive(inner) for key, inner in value.items()
    )
