"""Sources of manifests, as `load` takes them: names of scenarios, paths and texts."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

from netpol_lab.errors import (
    Complaint,
    ManifestError,
    NetpolError,
    Reason,
    UnknownNameError,
    did_you_mean,
    near,
    visible,
)
from netpol_lab.manifests.text.yaml_reader import MAX_BYTES
from netpol_lab.model.cluster import Cluster

SCENARIOS = FilePath(__file__).parents[2] / "data" / "scenarios"
SUFFIXES = (".yaml", ".yml", ".json")


def scenarios() -> list[str]:
    """Return the names of the packaged scenarios.

    Examples
    --------
    >>> "three-tier" in scenarios()
    True
    """
    return sorted(path.stem for path in SCENARIOS.glob("*.yaml"))


def scenario_text(name: str) -> str:
    """Return the text of a packaged scenario."""
    return text_of(SCENARIOS / f"{name}.yaml")


def texts_of(source: Any) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of every file that a source stands for.

    Parameters
    ----------
    source : str or path
        Whatever somebody gave to `load`.

    Yields
    ------
    (str, str)

    Raises
    ------
    NetpolError
        When it is neither text nor a path.
    UnknownNameError
        When there is no such file, directory or scenario.
    """
    if isinstance(source, str) and source != "-" and _is_text(source):
        yield "<text>", source
    elif isinstance(source, str | os.PathLike):
        yield from texts_of_files(source if isinstance(source, str) else FilePath(source))
    else:
        taken = "load takes names of scenarios, paths, and YAML or JSON as text"
        raise NetpolError(f"{taken}, not {_in_words(source)}.")


def _is_text(source: str) -> bool:
    return "\n" in source or ": " in source or source.lstrip()[:1] in ("{", "[") or not source


def _in_words(source: Any) -> str:
    """Return what was given in place of a text, and how to turn it into one."""
    match source:
        case None:
            return "None: is there a function without a return before it?"
        case Cluster():
            return "a cluster: it is loaded already, use it as it is"
        case bytes() | bytearray():
            return "bytes: write load(it.decode())"
        case dict():
            return "an object that is parsed already: write load(json.dumps(it))"
        case list() | tuple() if all(isinstance(part, str | os.PathLike) for part in source):
            return "a list: put a star before it, load(*it)"
        case list() | tuple():
            return "a list of objects: write load(*map(json.dumps, it))"
        case _ if hasattr(source, "read"):
            return "an open file: write load(it.read()), or give its path"
        case _:
            return f"a value of the type {type(source).__name__}"


def texts_of_files(path: str | FilePath) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of every file at a path, or of the scenario of that name."""
    if path == "-":
        given = sys.stdin.buffer.read(MAX_BYTES + 1) if sys.stdin else b""  # it may be closed
        yield "<stdin>", _decoded(given, "<stdin>")
    elif not _exists(FilePath(path)) and str(path) in scenarios():
        yield f"{path}.yaml", scenario_text(str(path))
    else:
        path = FilePath(path) if path else FilePath("(an empty name)")  # not the current folder
        yield from ((str(file), text_of(file)) for file in files_of(path))


def _exists(path: FilePath) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that is too long, or holds a NUL
        return False


def _where_to_look(path: FilePath) -> str:
    """Return what was probably meant: a scenario of a similar name, or a file elsewhere."""
    if near(str(path), scenarios()):
        return did_you_mean(str(path), scenarios())
    if path.suffix or path.parent.name:
        return f"Paths are relative to {FilePath.cwd()}."
    return f"The scenarios are: {', '.join(scenarios())}."


def files_of(path: FilePath) -> list[FilePath]:
    """Return the manifest files at a path: the file itself, or all below a directory.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    list of pathlib.Path

    Raises
    ------
    UnknownNameError
        When there is no such path, or no manifest file below it.
    """
    if not _exists(path):
        said = f'"{visible(str(path))}" is neither a file, a directory nor a packaged scenario.'
        raise UnknownNameError(f"{said} {_where_to_look(path)}")
    if not path.is_dir():
        return [path]  # a pipe will do, where somebody names it
    if not (files := list(_files_below(path))):
        raise UnknownNameError(f"{path} holds no file that ends in {', '.join(SUFFIXES)}")
    return files


def _files_below(folder: FilePath) -> Iterator[FilePath]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = FilePath(place, name)
            if name.endswith(SUFFIXES) and not name.startswith(".") and file.is_file():
                yield file


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
            return _decoded(stream.read(MAX_BYTES + 1), str(file))
    except OSError as error:
        raise NetpolError(f"{file} cannot be read: {error.strerror}") from None


def _decoded(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 text ({error.reason} at byte {error.start})"
        hint = "save it as UTF-8; PowerShell's > writes UTF-16"
        raise ManifestError([Complaint("", Reason.SYNTAX, message, hint, file)]) from None
