"""What a kustomization file names, and whether it may be built here; nothing is run to find out.

A build must stay on this machine and run no program but Kustomize. So a kustomization is built
only if all of it is understood: known fields alone, and nothing but files and folders that are
there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path as FilePath
from typing import Any

from netpol_lab.errors import ManifestError, visible
from netpol_lab.manifests.text.files import files_below, in_short, real, text_of
from netpol_lab.manifests.text.yaml_reader import MAX_BYTES, all_documents

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
GROUP = "kustomize.config.k8s.io/"
MOST_PARTS = 1000  # kustomizations within one, each as often as it is named
MOST_DEEP = 100

_RESOURCES = ("resources", "bases", "components")  # files or folders
_FILES = ("crds", "configurations")
_WITH_PATH = {
    "patches": {"path", "patch", "target", "options"},
    "patchesJson6902": {"path", "patch", "target", "options"},
    "replacements": {"path", "source", "sourceValue", "targets"},
}
_GENERATORS = ("configMapGenerator", "secretGenerator")
_OF_GENERATOR = {
    "name", "namespace", "behavior", "type", "options", "files", "literals", "envs", "env",
}  # fmt: skip
_PROGRAMS = {
    "generators": "plugins",
    "transformers": "plugins",
    "validators": "plugins",
    "helmCharts": "a Helm chart",
    "helmChartInflationGenerator": "a Helm chart",
    "helmGlobals": "a Helm chart",
}
_ABOUT_ITSELF = ("apiVersion", "kind", "metadata", "sortOptions", "buildMetadata")
_CHANGES = (
    *("namePrefix", "nameSuffix", "namespace", "commonLabels", "labels", "commonAnnotations"),
    *("images", "imageTags", "replicas", "vars", "generatorOptions"),
)
_CAN_BE_SPARED = ("resources", "bases", *_GENERATORS)  # what they name only adds objects
_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_LISTS = (*_RESOURCES, *_FILES, *_WITH_PATH, *_GENERATORS, "patchesStrategicMerge")
# A URL, git's host:path, a query; or two slashes, where Kustomize sees the root of a repository.
_REMOTE = re.compile(r"[:@?\\\r\n\0]|//|\A/|\Agithub\.com", re.IGNORECASE)


@dataclass(frozen=True)
class Kustomization:
    """One kustomization file.

    Parameters
    ----------
    file : pathlib.Path
    folders : tuple of pathlib.Path
        Kustomizations that it takes in.
    resources : tuple of pathlib.Path
        Files of objects that it takes in.
    inputs : tuple of pathlib.Path
        Its other files, such as patches.
    changes : tuple of str
        The fields by which it changes objects.
    refused : tuple of str
        Why it is not built here.
    absent : tuple of str
        Those of these reasons that are gone where files that are not there are not named.
    content : dict
        What it says without the names of such files.
    namespace : str
        Where it puts objects, if anywhere.
    is_component : bool
        Whether it only changes what the one that names it has taken in.
    """

    file: FilePath
    folders: tuple[FilePath, ...] = ()
    resources: tuple[FilePath, ...] = ()
    inputs: tuple[FilePath, ...] = ()
    changes: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    content: dict[str, Any] = field(default_factory=dict)
    namespace: str = ""
    is_component: bool = False


def kustomization_in(folder: FilePath) -> Kustomization | None:
    """Return what the kustomization file of a folder says, or None where there is none.

    An object of another tool that is called Kustomization, as Flux has it, is none.

    Raises
    ------
    ManifestError
        When it is not YAML.
    """
    files = [folder / name for name in NAMES if (folder / name).is_file()]
    if not files:
        return None
    file, *others = files
    text = text_of(file)
    found, broken = all_documents(text, in_short(file))
    if broken and "{{" not in text:
        raise ManifestError(broken)
    found = [document for document in found if document.value is not None]
    value = found[0].value if found else None
    if isinstance(value, dict) and "spec" in value and not _is_of_kustomize(value):
        return None
    if others:
        names = " and ".join(other.name for other in others)
        return Kustomization(file, refused=(f"{names} is there as well",))
    if broken:
        return Kustomization(file, refused=("it is a template",))
    if len(found) != 1 or not isinstance(value, dict):
        return Kustomization(file, refused=("it is not a single mapping",))
    if found[0].duplicates():
        return Kustomization(file, refused=("a field in it is written twice",))
    return _Reading(file, value).result


def _is_of_kustomize(value: dict[str, Any]) -> bool:
    return str(value.get("apiVersion")).startswith(GROUP)


@dataclass
class _Reading:
    """The reading of one file: what it names is put where it belongs."""

    file: FilePath
    value: dict[str, Any]
    folders: list[FilePath] = field(default_factory=list)
    resources: list[FilePath] = field(default_factory=list)
    inputs: list[FilePath] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    kept: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def result(self) -> Kustomization:
        for key, value in self.value.items():
            self._field(str(key), value)
        return Kustomization(
            self.file,
            folders=tuple(dict.fromkeys(self.folders)),
            resources=tuple(self.resources),
            inputs=tuple(self.inputs),
            changes=tuple(dict.fromkeys(self.changes)),
            refused=tuple(dict.fromkeys(self.refused)),
            absent=tuple(dict.fromkeys(self.absent)),
            content={**self.value, **self.kept},
            namespace=_namespace(self.value.get("namespace")),
            is_component=self.value.get("kind") == "Component",
        )

    def _field(self, key: str, value: Any) -> None:
        entries = value if isinstance(value, list) else []
        if key in _LISTS and not isinstance(value, list | None):
            self.refused.append(f"{key}: must be a list")
        elif key in _RESOURCES:
            paths, here = list(self._paths(key, entries)), real(self.file.parent)
            self.kept[key] = [os.path.relpath(path, here) for path in paths]
            for path in paths:
                (self.folders if path.is_dir() else self.resources).append(path)
        elif key in _FILES:
            self.inputs += self._paths(key, entries)
        elif key == "patchesStrategicMerge":
            self.changes.append(key)
            self.inputs += self._paths(key, (e for e in entries if not _is_inline(e)))
        elif key in _WITH_PATH:
            self.changes.append(key)
            items = list(self._items(key, entries, _WITH_PATH[key]))
            self.inputs += self._paths(key, (item["path"] for item in items if "path" in item))
        elif key in _GENERATORS:
            self.kept[key] = []
            for item in self._items(key, entries, _OF_GENERATOR):
                before = len(self.absent)
                self.inputs += self._paths(key, _sources(item))
                self.kept[key] += [item] if len(self.absent) == before else []
        elif key in _PROGRAMS:
            self.refused.append(f"{key}: {_PROGRAMS[key]}, which would have to be run")
        elif key in _CHANGES:
            self.changes.append(key)
        elif key == "openapi":
            self.inputs += self._paths(key, value.values() if isinstance(value, dict) else ())
        elif key not in _ABOUT_ITSELF:
            self.refused.append(f"{visible(key)}: is not a field of Kustomize")

    def _items(self, key: str, entries: list[Any], known: set[str]) -> Iterator[dict[str, Any]]:
        for entry in entries:
            if not isinstance(entry, dict):
                self.refused.append(f"{key}: an entry is not a mapping")
            elif strange := set(entry) - known:
                names = ", ".join(visible(name) for name in sorted(map(str, strange)))
                self.refused.append(f"{key}: {names} is not a field of Kustomize")
            else:
                yield entry

    def _paths(self, key: str, entries: Iterable[Any]) -> Iterator[FilePath]:
        """Yield the files and folders that are meant; the build is refused for what is not here."""
        for entry in entries:
            if not isinstance(entry, str) or not entry:
                self.refused.append(f"{key}: an entry is not a path")
                continue
            if _REMOTE.search(entry):
                self.refused.append(f"{key}: {visible(entry)} is not a path within these files")
                continue
            path = real(self.file.parent / entry)
            if path.is_dir() and key in _RESOURCES:
                yield path
            elif not path.is_file():
                self.refused.append(f"{key}: {visible(entry)} is not there")
                self.absent += self.refused[-1:] if key in _CAN_BE_SPARED else []
            elif real(self.file.parent) not in path.parents:
                self.refused.append(f"{key}: {visible(entry)} lies outside its folder")
            else:
                yield path


def _namespace(value: Any) -> str:
    return value if isinstance(value, str) and _NAMESPACE.fullmatch(value) else ""


def _is_inline(entry: Any) -> bool:
    """Say whether a patch is written in place; Kustomize takes what is no file for its text."""
    if not isinstance(entry, str) or re.match(r"\s*\w+://", entry):
        return False
    return "\n" in entry or entry.startswith("{")


def _sources(generator: dict[str, Any]) -> Iterator[Any]:
    """Yield the files that a ConfigMap or Secret is made of; before = is the name of the key."""
    files, tables = (generator.get(key) or [] for key in ("files", "envs"))
    for name in files if isinstance(files, list) else [files]:
        yield name.rpartition("=")[2] if isinstance(name, str) else name
    yield from tables if isinstance(tables, list) else [tables]
    if "env" in generator:
        yield generator["env"]


class Readings(dict[FilePath, Kustomization | None]):
    """What the kustomization files of folders say, each read once, by where they really are."""

    def __missing__(self, folder: FilePath) -> Kustomization | None:
        found = self[folder] = kustomization_in(folder)
        return found


# ---------------------------------------------------------------- trees


@dataclass(frozen=True)
class KustomizationTree:
    """A kustomization with all that it takes in, wherever that is.

    Parameters
    ----------
    folder : pathlib.Path
        As it is shown.
    parts : dict
        The kustomizations by their folders, the root first.
    bare : tuple of pathlib.Path
        Folders that are named though they hold no kustomization.
    loose : tuple of str
        What is wrong between them.
    """

    folder: FilePath
    parts: dict[FilePath, Kustomization]
    bare: tuple[FilePath, ...] = ()
    loose: tuple[str, ...] = ()

    @property
    def root(self) -> Kustomization:
        """The one that nothing else names."""
        return next(iter(self.parts.values()))

    @cached_property
    def resources(self) -> list[FilePath]:
        """The files of objects."""
        files = (f for part in self.parts.values() for f in part.resources)
        return list(dict.fromkeys((*files, *chain.from_iterable(map(files_below, self.bare)))))

    @cached_property
    def inputs(self) -> set[FilePath]:
        """All its other files."""
        return {file for part in self.parts.values() for file in (part.file, *part.inputs)}

    @property
    def changes(self) -> list[str]:
        """The fields by which it changes objects."""
        return sorted({name for part in self.parts.values() for name in part.changes})

    @cached_property
    def namespaces(self) -> dict[FilePath, str]:
        """Where each file of objects is put; the outermost kustomization has the last word."""
        found: dict[FilePath, str] = {}
        todo = [(next(iter(self.parts)), "")]
        seen = set(todo)
        while todo:
            folder, outer = todo.pop()
            part = self.parts[folder]
            name = outer or part.namespace
            for file in part.resources:
                found[file] = name if found.get(file, name) == name else ""
            inner = {(place, name) for place in part.folders if place in self.parts} - seen
            seen |= inner
            todo += inner
        return found

    @cached_property
    def absent(self) -> list[str]:
        """What is not there, where all the rest can be built."""
        absent = [why for part in self.parts.values() for why in self._said_of(part, part.absent)]
        return absent if self.refused == absent else []

    def _said_of(self, part: Kustomization, reasons: Iterable[str]) -> Iterator[str]:
        where = "" if part is self.root else f"{in_short(part.file)}: "
        return (f"{where}{why}" for why in reasons)

    @cached_property
    def refused(self) -> list[str]:
        """Why it is not built here."""
        said = [why for part in self.parts.values() for why in self._said_of(part, part.refused)]
        if self.root.is_component:
            said.append("a Component only changes what the kustomization that names it takes in")
        files = (*self.resources, *self.inputs)
        if sum(file.stat().st_size for file in files) > MAX_BYTES:
            said.append(f"its files have more than {MAX_BYTES:,} bytes")
        return [*said, *self.loose]


def tree_of(folder: FilePath, readings: Readings | None = None) -> KustomizationTree:
    """Return the kustomization of a folder that holds one, with all that it takes in."""
    readings = Readings() if readings is None else readings
    parts: dict[FilePath, Kustomization] = {}
    loose: list[str] = []
    bare: list[FilePath] = []
    sizes: dict[FilePath, int] = {}

    def visit(place: FilePath, above: tuple[FilePath, ...]) -> int:
        """Add a part and those within; return how many it makes, each as often as it is named."""
        if place in sizes:
            return sizes[place]
        if len(above) > MOST_DEEP:
            return MOST_PARTS + 1
        if place in above:
            loose.append(f"{in_short(place)} takes itself in")
            return 1
        try:
            found = readings[place]
        except ManifestError:
            loose.append(f"the kustomization in {in_short(place)} cannot be read")
            return 1
        if found is None:
            loose.append(f"{in_short(place)} holds no kustomization")
            bare.extend([place] if above[-1] in place.parents else [])
            return 1
        parts[place] = found
        inner = (visit(inner, (*above, place)) for inner in found.folders)
        sizes[place] = min(1 + sum(inner), MOST_PARTS + 1)
        return sizes[place]

    if visit(real(folder), ()) > MOST_PARTS:
        loose.append(f"it takes in more than {MOST_PARTS:,} others")
    return KustomizationTree(folder, parts, tuple(bare), tuple(loose))
