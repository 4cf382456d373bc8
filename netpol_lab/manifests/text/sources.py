"""Sources of manifests, as `load` takes them: names of scenarios, paths and texts."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

from netpol_lab.errors import NetpolError, UnknownNameError, did_you_mean, near, visible
from netpol_lab.manifests.text.directories import remarks_on, texts_below
from netpol_lab.manifests.text.files import (
    SUFFIXES,
    ManifestText,
    decoded,
    files_below,
    is_there,
    text_of,
)
from netpol_lab.manifests.text.strays import could_be_manifests
from netpol_lab.manifests.text.yaml_reader import MAX_BYTES
from netpol_lab.model.cluster import Cluster

SCENARIOS = FilePath(__file__).parents[2] / "data" / "scenarios"


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


def texts_of(source: Any) -> Iterator[ManifestText]:
    """Yield every text that a source stands for.

    Parameters
    ----------
    source : str or path
        Whatever somebody gave to `load`.

    Yields
    ------
    ManifestText

    Raises
    ------
    NetpolError
        When it is neither text nor a path.
    UnknownNameError
        When there is no such file, directory or scenario.
    """
    if isinstance(source, str) and source != "-" and _is_text(source):
        yield ManifestText("<text>", source)
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


def texts_of_files(path: str | FilePath) -> Iterator[ManifestText]:
    """Yield the texts at a path, or that of the scenario of that name."""
    if path == "-":
        given = sys.stdin.buffer.read(MAX_BYTES + 1) if sys.stdin else b""  # it may be closed
        yield ManifestText("<stdin>", decoded(given, "<stdin>"))
        return
    place = FilePath(path or "(an empty name)")
    if not is_there(place) and str(path) in scenarios():
        yield ManifestText(f"{path}.yaml", scenario_text(str(path)))
    elif is_there(place) and place.is_dir():
        text = None
        for text in texts_below(place):
            yield text
        if text is None:
            raise _nothing_in(place)
    else:
        for file in files_of(place):
            yield ManifestText(str(file), text_of(file), notes=remarks_on(file))


def is_input(file: FilePath, path: FilePath) -> bool:
    """Say whether a file is read when a path is: it is there, or holds manifests in a folder."""
    if not is_there(file) or not is_there(path):
        return False
    if not path.is_dir():
        return path.samefile(file)
    inside = (found for found in files_below(path) if found.samefile(file))
    return any(could_be_manifests(str(found), text_of(found)) for found in inside)


def _nothing_in(folder: FilePath) -> UnknownNameError:
    return UnknownNameError(f"{folder} holds no file that ends in {', '.join(SUFFIXES)}")


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
    if not is_there(path):
        said = f'"{visible(str(path))}" is neither a file, a directory nor a packaged scenario.'
        raise UnknownNameError(f"{said} {_where_to_look(path)}")
    if not path.is_dir():
        return [path]  # a pipe will do, where somebody names it
    if not (files := list(files_below(path))):
        raise _nothing_in(path)
    return files
