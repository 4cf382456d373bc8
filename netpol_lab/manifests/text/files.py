"""Files: which of a folder may hold manifests, and what is written in one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from enum import Enum
from pathlib import Path as FilePath
from typing import NamedTuple

from netpol_lab.errors import Complaint, ManifestError, NetpolError, Reason
from netpol_lab.manifests.text.yaml_reader import MAX_BYTES, Document

SUFFIXES = (".yaml", ".yml", ".json")


class Origin(Enum):
    """How somebody came to a text: it was named, found in a folder, or built by Kustomize.

    What no kustomization takes in is not read: only what it says of pods is of interest.
    """

    NAMED = "named"
    FOUND = "found"
    BUILT = "built"
    LEFT_OUT = "left out"


class ManifestText(NamedTuple):
    """A text to read manifests from.

    Parameters
    ----------
    name : str
        For complaints: a file's path, or what stands for it.
    text : str
    origin : Origin
        What is found in a folder need not be a manifest.
    notes : tuple of Complaint
        What has to be said about where it comes from; then the text may be empty.
    namespace : str
        Where its objects belong, whatever they say; empty where they say it. Of what is left out,
        where those belong that do not say it.
    faults : tuple of Complaint
        Why it cannot be read; then the text is empty.
    originals : tuple of Document
        The policies that it is built of.
    unbuilt : tuple of str
        The namespaces that a kustomization fills with more than is read here.
    """

    name: str
    text: str
    origin: Origin = Origin.NAMED
    notes: tuple[Complaint, ...] = ()
    namespace: str = ""
    faults: tuple[Complaint, ...] = ()
    originals: tuple[Document, ...] = ()
    unbuilt: tuple[str, ...] = ()


def is_there(path: FilePath) -> bool:
    """Say whether a path leads anywhere."""
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that is too long, or holds a NUL
        return False


def in_short(path: FilePath) -> str:
    """Return a path as people would write it here."""
    try:
        return str(path.relative_to(FilePath.cwd()))
    except ValueError:
        return str(path)


def real(path: FilePath) -> FilePath:
    """Return where a path really leads, behind all links; one in a circle stays as it is."""
    return FilePath(os.path.realpath(path))


def folders_below(folder: FilePath) -> Iterator[tuple[FilePath, list[str]]]:
    """Yield a folder and those below it, with the names in each; hidden ones are left out."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield FilePath(place), sorted(name for name in names if not name.startswith("."))


def files_below(folder: FilePath) -> Iterator[FilePath]:
    """Yield the files below a folder that may hold manifests, by their names."""
    for place, names in folders_below(folder):
        yield from manifest_files(place, names)


def manifest_files(place: FilePath, names: list[str]) -> Iterator[FilePath]:
    """Yield those of the names in a folder that may be files of manifests; a pipe is none."""
    files = (place / name for name in names if name.endswith(SUFFIXES))
    yield from (file for file in files if file.is_file())


def text_of(file: FilePath) -> str:
    """Return the text of a file.

    Parameters
    ----------
    file : pathlib.Path

    Returns
    -------
    str

    Raises
    ------
    ManifestError
        When it is not UTF-8.
    NetpolError
        When it cannot be read at all.
    """
    try:
        with file.open("rb") as stream:
            return decoded(stream.read(MAX_BYTES + 1), str(file))
    except OSError as error:
        raise NetpolError(f"{file} cannot be read: {error.strerror}") from None


def decoded(data: bytes, file: str) -> str:
    """Return bytes as text."""
    try:
        return data.decode("utf-8")  # with its byte order mark, which JSON must not have
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 text ({error.reason} at byte {error.start})"
        hint = "save it as UTF-8; PowerShell's > writes UTF-16"
        raise ManifestError([Complaint("", Reason.SYNTAX, message, hint, file)]) from None
