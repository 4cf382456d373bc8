"""The answer of another program, which may hang, flood, or leave children behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from threading import Thread
from typing import IO, NamedTuple

from netpol_lab.errors import visible
from netpol_lab.manifests.text.yaml_reader import MAX_BYTES

PIECE = 2**20
MOST_SAID = 2**20  # bytes of complaints; who says more does not end by itself
KEPT = 2000  # bytes of them that are read
SHOWN = 500  # characters of them that are shown


class Answer(NamedTuple):
    """What a program printed and said, and its exit status; or why it has no answer."""

    text: str = ""
    said: str = ""
    status: int = 0
    failure: str = ""


def ask(
    arguments: Sequence[str], called: str, timeout: float, surroundings: Mapping[str, str] | None
) -> Answer:
    """Run a program without input, and stop it with all that it has started if it goes too far.

    Parameters
    ----------
    arguments : sequence of str
        The program and its arguments; no shell sees them.
    called : str
        What to call it.
    timeout : float
        Seconds after which it is stopped.
    surroundings : mapping, optional
        Its environment; None for ours.

    Raises
    ------
    OSError
        When it cannot be started.
    ValueError
        When an argument holds a NUL.
    """
    run = subprocess.Popen(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surroundings,
        start_new_session=True,
    )
    printed = _Stream(run, run.stdout, MAX_BYTES, MAX_BYTES)
    said = _Stream(run, run.stderr, MOST_SAID, KEPT)
    try:
        in_time = _ends(run, (printed, said), time.monotonic() + timeout)
    finally:
        _stop(run)
        run.wait()
    for stream in (printed, said):
        if stream.is_flood:
            return Answer(failure=f"{called} printed more than {stream.most:,} bytes")
    if not in_time:
        return Answer(failure=f"no answer from {called} in {timeout:g} s")
    lines = "\n".join(visible(line, SHOWN) for line in said.text.strip().splitlines())
    return Answer(printed.text, lines, run.returncode)


def _ends(run: subprocess.Popen[bytes], streams: tuple[_Stream, ...], deadline: float) -> bool:
    """Wait until a program has ended and nobody can print any more; say whether it was in time."""
    for stream in streams:
        stream.join(max(0.0, deadline - time.monotonic()))
        if stream.is_alive():
            return False
    try:
        run.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return False
    return True


class _Stream(Thread):
    """Takes in what a program prints, or the beginning of it; stops one that prints without end."""

    def __init__(
        self, run: subprocess.Popen[bytes], stream: IO[bytes] | None, most: int, kept: int
    ) -> None:
        super().__init__(daemon=True)  # a child that has run away may hold the pipe open for ever
        self.most, self._kept = most, kept
        self.is_flood = False
        self._run, self._from, self._held = run, stream, bytearray()
        self.start()

    @property
    def text(self) -> str:
        return self._held.decode("utf-8", "replace")

    def run(self) -> None:
        """Read to the end."""
        heard = 0
        with self._from as stream:  # type: ignore[union-attr]
            while piece := os.read(stream.fileno(), PIECE):
                self._held += piece[: max(0, self._kept - heard)]
                heard += len(piece)
                if heard > self.most:
                    self.is_flood = True
                    _stop(self._run)
                    return


def _stop(run: subprocess.Popen[bytes]) -> None:
    """Stop a program, if it still runs, with all that it has started."""
    if run.returncode is None:  # nobody has asked: its number is still its own
        with suppress(OSError):  # it may end at this moment
            if hasattr(os, "killpg"):
                os.killpg(run.pid, signal.SIGKILL)
            run.kill()
