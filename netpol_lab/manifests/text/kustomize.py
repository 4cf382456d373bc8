"""Kustomize, where it is installed: a folder in, the objects it builds out.

It gets no network and no other program: see `_environment`. What it may be given is decided before,
in `kustomization`.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory, TemporaryFile
from threading import Event, Timer
from typing import NamedTuple

from netpol_lab.errors import visible
from netpol_lab.manifests.text.files import real
from netpol_lab.manifests.text.yaml_reader import MAX_BYTES

PROGRAMS = {"kubectl": ("kubectl", "kustomize"), "kustomize": ("kustomize", "build")}
NOWHERE = "http://127.0.0.1:9"  # the port of the discard service: nobody answers
PIECE = 2**20


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
    with _environment() as surroundings, TemporaryFile() as said:
        run = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            env=surroundings,
            start_new_session=True,
        )
        late = Event()
        timer = Timer(timeout, lambda: _stop(run, late))
        timer.start()
        try:
            output = _read(run)
        finally:
            timer.cancel()
            _stop(run)
        said.seek(0)
        complaint = said.read(2000).decode("utf-8", "replace").strip()
    if late.is_set():
        return Built(called, failure=f"no answer from {called} in {timeout:g} s")
    if output is None:
        return Built(called, failure=f"{called} printed more than {MAX_BYTES:,} bytes")
    if run.returncode:
        return Built(called, failure=f"{called} says: {visible(complaint, 500) or 'nothing'}")
    return Built(called, output.decode("utf-8", "replace"))


def _stop(run: subprocess.Popen[bytes], late: Event | None = None) -> None:
    """Stop a program, if it still runs, with all that it has started."""
    if run.poll() is None:
        if late:
            late.set()
        if hasattr(os, "killpg"):
            with suppress(OSError):  # it may end at this moment
                os.killpg(run.pid, signal.SIGKILL)
        run.kill()
        run.wait()


def _read(run: subprocess.Popen[bytes]) -> bytes | None:
    """Return all that a program prints, or None if that is too much."""
    output = bytearray()
    with run.stdout as stream:  # type: ignore[union-attr]
        while piece := stream.read(PIECE):
            output += piece
            if len(output) > MAX_BYTES:
                return None
    run.wait()
    return bytes(output)


@contextmanager
def _environment() -> Iterator[dict[str, str]]:
    """Yield an environment without other programs, configuration, credentials or network."""
    with TemporaryDirectory() as empty:
        kept = {name: os.environ[name] for name in ("SYSTEMROOT", "LANG") if name in os.environ}
        folders = dict.fromkeys(("PATH", "HOME", "USERPROFILE", "XDG_CONFIG_HOME", "TMPDIR"), empty)
        proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), NOWHERE)
        git = {"GIT_ALLOW_PROTOCOL": "none", "GIT_TERMINAL_PROMPT": "0"}
        yield {**kept, **folders, **proxies, **git, "KUBECONFIG": os.devnull}
