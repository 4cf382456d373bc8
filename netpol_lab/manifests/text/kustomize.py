"""Kustomize, where it is installed: a folder in, the objects it builds out.

It gets no network and no other program: see `_environment`. What it may be given is decided before,
in `kustomization`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory
from typing import NamedTuple

from netpol_lab.errors import visible
from netpol_lab.manifests.text.files import real
from netpol_lab.manifests.text.programs import ask

PROGRAMS = {"kubectl": ("kubectl", "kustomize"), "kustomize": ("kustomize", "build")}
NOWHERE = "http://127.0.0.1:9"  # the port of the discard service: nobody answers


class Built(NamedTuple):
    """What came of a build: the objects as text, or why there are none."""

    program: str
    text: str = ""
    failure: str = ""


def kustomize(folder: FilePath, timeout: float = 30) -> Built:
    """Build the kustomization of a folder.

    Parameters
    ----------
    folder : pathlib.Path
    timeout : float
        Seconds after which the program is stopped.

    Returns
    -------
    Built
        Without a program where none is on PATH.
    """
    found = ((shutil.which(name), words) for name, words in PROGRAMS.items())
    path, words = next(((path, words) for path, words in found if path), ("", ("", "")))
    if not path:
        return Built("", failure="neither kubectl nor kustomize is on PATH")
    called = " ".join(words)
    if real(folder) in real(FilePath(path)).parents:
        return Built(called, failure=f"{path} lies in the folder itself, so it is not run")
    try:
        return _run([path, words[1], os.path.abspath(folder)], called, timeout)
    except OSError as error:
        return Built(called, failure=f"{path} cannot be started: {error.strerror}")


def _run(arguments: list[str], called: str, timeout: float) -> Built:
    with _environment() as surroundings:
        answer = ask(arguments, called, timeout, surroundings)
    if answer.failure:
        return Built(called, failure=answer.failure)
    if answer.status:
        said = visible(answer.said, 500) or "nothing"
        return Built(called, failure=f"{called} says: {said}")
    return Built(called, answer.text)


@contextmanager
def _environment() -> Iterator[dict[str, str]]:
    """Yield an environment without other programs, configuration, credentials or network."""
    with TemporaryDirectory() as empty:
        kept = {name: os.environ[name] for name in ("SYSTEMROOT", "LANG") if name in os.environ}
        folders = dict.fromkeys(("PATH", "HOME", "USERPROFILE", "XDG_CONFIG_HOME", "TMPDIR"), empty)
        proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), NOWHERE)
        git = {"GIT_ALLOW_PROTOCOL": "none", "GIT_TERMINAL_PROMPT": "0"}
        yield {**kept, **folders, **proxies, **git, "KUBECONFIG": os.devnull}
