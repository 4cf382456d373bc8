"""A folder of manifests: its files as they are, and what Kustomize builds where it is in charge.

A file belongs to the kustomization in the nearest folder above it: then it is read as a part of
what is built, or not at all. Whatever is left out is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path as FilePath

from netpol_lab.errors import Complaint, ManifestError, NetpolError, Reason, some
from netpol_lab.manifests.text.files import (
    ManifestText,
    Origin,
    folders_below,
    in_short,
    manifest_files,
    real,
    text_of,
)
from netpol_lab.manifests.text.kustomization import (
    NAMES,
    Kustomization,
    KustomizationTree,
    Readings,
    kustomization_in,
    tree_of,
)
from netpol_lab.manifests.text.originals import originals_in

MOST_NAMED = 5  # files that one warning names


def texts_below(folder: FilePath) -> Iterator[ManifestText]:
    """Yield the texts of the files below a folder, and of the kustomizations that are roots."""
    files: dict[FilePath, FilePath] = {}  # as they are shown, by where they really are
    for place, names in folders_below(folder):
        files |= {real(file): file for file in manifest_files(place, names)}
    readings = Readings()
    homes, faults = _homes(folder, readings)
    if faults:
        yield ManifestText("", "", faults=tuple(faults))
    yield from _texts(files, homes, readings, list(_trees(homes, readings)))


def parts(path: FilePath) -> set[FilePath]:
    """Return a path and the folders elsewhere that its kustomizations take in."""
    readings = Readings()
    homes, _ = _homes(path, readings)
    return {real(path), *(folder for tree in _trees(homes, readings) for folder in tree.parts)}


def _homes(
    folder: FilePath, readings: Readings
) -> tuple[dict[FilePath, FilePath], list[Complaint]]:
    """Return the folders with a kustomization, as they are shown, by where they really are.

    With them goes what is wrong with those that cannot be read.
    """
    homes: dict[FilePath, FilePath] = {}
    faults: list[Complaint] = []
    for place, names in folders_below(folder):
        try:
            if any(name in NAMES for name in names) and readings[real(place)]:
                homes[real(place)] = place
        except ManifestError as error:
            faults += (_shown_in(place, complaint) for complaint in error.complaints)
    return homes, faults


def _shown_in(place: FilePath, complaint: Complaint) -> Complaint:
    return replace(complaint, file=in_short(place / FilePath(complaint.file).name))


def _trees(homes: Mapping[FilePath, FilePath], readings: Readings) -> Iterator[KustomizationTree]:
    """Yield the kustomizations that no other one names, each with all that it takes in."""
    found = [readings[home] for home in homes]
    named = {folder for one in found if one for folder in one.folders}
    reached: set[FilePath] = set()
    # Where kustomizations name one another in a circle, none of them is a root.
    for home in (*(home for home in homes if home not in named), *homes):
        if home not in reached:
            tree = tree_of(homes[home], readings)
            reached |= tree.parts.keys()
            yield tree


def _texts(
    files: Mapping[FilePath, FilePath],
    homes: Mapping[FilePath, FilePath],
    readings: Mapping[FilePath, Kustomization | None],
    trees: list[KustomizationTree],
) -> Iterator[ManifestText]:
    """Yield files as they are, also of what is not built; then what is built, and what is left."""
    namespaces = _namespaces(trees)
    builds = [(tree, _built(tree, namespaces)) for tree in trees]
    built = {f for tree, text in builds for f in tree.resources if text.origin is Origin.BUILT}
    unbuilt = {
        f: FilePath(in_short(f)) for tree, _ in builds for f in tree.resources if f not in built
    }
    taken_in = built.union(*(tree.inputs for tree in trees)) - unbuilt.keys()
    left_out: dict[FilePath, list[FilePath]] = {}
    for file, shown in {**unbuilt, **files}.items():
        home = next((folder for folder in file.parents if folder in homes), None)
        if file in taken_in:
            continue
        if file in unbuilt or home is None:
            yield _found(shown, namespaces.get(file, ""))
        else:
            left_out.setdefault(home, []).append(shown)
            yield _not_read(shown, readings[home])
    yield from (text for _, text in builds)
    notes = tuple(_left_out(homes[home], found) for home, found in left_out.items())
    if notes:
        yield ManifestText("", "", notes=notes)


def _found(file: FilePath, namespace: str) -> ManifestText:
    """Return what is written in a file, or why that cannot be read: there may be more to say."""
    name = str(file)
    try:
        return ManifestText(name, text_of(file), Origin.FOUND, namespace=namespace)
    except ManifestError as error:
        return ManifestText(name, "", Origin.FOUND, faults=error.complaints)
    except NetpolError as error:
        fault = _note(file, Reason.NOT_READ, str(error))
        return ManifestText(name, "", Origin.FOUND, faults=(fault,))


def _not_read(file: FilePath, home: Kustomization | None) -> ManifestText:
    """Return a file that is left out; nobody has asked for it, so whatever is wrong is no fault."""
    found = _found(file, home.namespace if home else "")
    return found._replace(origin=Origin.LEFT_OUT, faults=())


def _namespaces(trees: Iterable[KustomizationTree]) -> dict[FilePath, str]:
    """Return where files of objects are put, if all that take one in agree."""
    found: dict[FilePath, str] = {}
    for tree in trees:
        for file, name in tree.namespaces.items():
            found[file] = name if found.get(file, name) == name else ""
    return found


def _built(tree: KustomizationTree, namespaces: Mapping[FilePath, str]) -> ManifestText:
    """Return what Kustomize makes of a root; without a build, an empty text that says why."""
    from netpol_lab.manifests.text.partial_builds import build  # few folders need a program

    folder, reasons, failed = tree.folder, tree.refused, False
    if not reasons or tree.absent:
        built = build(tree)
        if built.text.strip():
            missing = f", but {some(tree.absent, MOST_NAMED, '; ')}" if tree.absent else ""
            note = _note(_file_of(tree), Reason.BUILT, f"by {built.program}{missing}")
            name, originals = f"{folder} ({built.program})", originals_in(tree.resources)
            found = ManifestText(name, built.text, Origin.BUILT, (note,), originals=originals)
            return found._replace(unbuilt=_lacking(tree, namespaces) if tree.absent else ())
        reasons = reasons or [built.failure or f"{built.program} printed nothing"]
        failed = " says: " in built.failure
    said = f"not built: {some(reasons, MOST_NAMED, '; ')}. {_read_as_they_are(tree, namespaces)}"
    hint = f"where you trust it: kubectl kustomize {folder} > built.yaml; then name built.yaml"
    if failed:
        hint = "mend what Kustomize complains of, then it is built here as well"
    note = _note(_file_of(tree), Reason.NOT_APPLIED, said, hint)
    return ManifestText(str(folder), "", notes=(note,), unbuilt=_lacking(tree, namespaces))


def _lacking(tree: KustomizationTree, namespaces: Mapping[FilePath, str]) -> tuple[str, ...]:
    """Return the namespace of a tree, if something belongs there that is not read so."""
    home = tree.root.namespace
    elsewhere = any(namespaces[file] != home for file in tree.namespaces)
    return (home,) if home and (elsewhere or tree.absent or tree.loose) else ()


def _file_of(tree: KustomizationTree) -> FilePath:
    return tree.folder / tree.root.file.name


def _read_as_they_are(tree: KustomizationTree, namespaces: Mapping[FilePath, str]) -> str:
    """Say how the files of a tree are read that is not built, and what is lost."""
    names = {namespaces[file] for file in tree.namespaces}
    namespace = names.pop() if len(names) == 1 else ""
    changes = (name for name in tree.changes if name != "namespace" or not namespace)
    lost = [*changes, *sorted(in_short(f) for f in tree.inputs if f.name not in NAMES)]
    said = "Its files are read as they are"
    said += f", in namespace {namespace}" if namespace else ""
    return said + (f", without {some(lost, MOST_NAMED)}" if lost else "")


def _left_out(home: FilePath, files: list[FilePath]) -> Complaint:
    names = some(files, MOST_NAMED)
    said = f"{names}: no kustomization takes this in, so it is left out"
    return _note(home, Reason.NOT_READ, said, "if it is applied by other means, name it as well")


def _note(file: FilePath, reason: Reason, message: str, hint: str = "") -> Complaint:
    return Complaint("", reason, message, hint, str(file), document=0)


def remarks_on(file: FilePath) -> tuple[Complaint, ...]:
    """Return what is to be said of a file that is named by itself, though Kustomize is in charge.

    Most likely a shell has named all files of a folder.
    """
    try:
        home = kustomization_in(file.parent) if file.is_file() else None
    except NetpolError:  # nobody has asked for it
        home = None
    if home is None:
        return ()
    name = str(home.file)
    if file.name in NAMES:
        said = "is read only as an object, so nothing is built"
    elif real(file) in home.inputs:
        said = f"is a patch or another input of {name}, and is read as an object"
    else:
        return ()
    hint = f"name the folder, {file.parent}: then it is built"
    return (_note(file, Reason.NOT_APPLIED, said, hint),)
