"""A bar on the terminal, for work that takes longer than a second; never in a file or a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from threading import Event, Thread
from typing import TextIO, TypeVar

from netpol_lab.cli.terminal import bare

_T = TypeVar("_T")

PATIENCE = 1.0  # seconds before anything is shown
BETWEEN = 0.1  # seconds between two drawings
WIDTH = 24  # characters of the bar


class ProgressBar:
    """Shows on standard error what is being done and how far it is, if that is a terminal.

    Parameters
    ----------
    stream : text file, optional
        Where to draw; standard error when left out.
    patience : float
        Seconds before anything is shown.

    Examples
    --------
    >>> with ProgressBar() as progress:
    ...     progress.now("reading manifests")
    ...     total = sum(progress.counting(range(10), "numbers"))
    >>> total
    45
    """

    def __init__(self, stream: TextIO | None = None, patience: float = PATIENCE) -> None:
        self._stream = bare(sys.stderr if stream is None else stream)
        self._patience = patience
        self._doing, self._done, self._total = "", 0, 0
        self._over = Event()
        self._painter = Thread(target=self._paint, daemon=True)

    def __enter__(self) -> ProgressBar:
        if self._stream.isatty():
            self._painter.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def now(self, doing: str) -> None:
        """Say what is being done now."""
        self._doing, self._done, self._total = doing, 0, 0

    def counting(self, items: Iterable[_T], doing: str) -> Iterator[_T]:
        """Yield the items, counting them."""
        self.now(doing)
        for item in items:
            yield item
            self._done += 1

    def at(self, done: int, total: int) -> None:
        """Say how many steps are done, and of how many."""
        self._done, self._total = done, total

    def stop(self) -> None:
        """Erase the bar for good: what follows is written to the same terminal."""
        self._over.set()
        if self._painter.is_alive():
            self._painter.join()

    def _paint(self) -> None:
        start = time.monotonic()
        if self._over.wait(self._patience):
            return
        while not self._over.wait(BETWEEN):
            line = bar(self._doing, self._done, self._total, time.monotonic() - start)
            self._stream.write(f"\r\x1b[K{line}")
            self._stream.flush()
        self._stream.write("\r\x1b[K")
        self._stream.flush()


def bar(doing: str, done: int, total: int, seconds: float) -> str:
    """Return one drawing of the bar: filled as far as is known, else with a moving block.

    Examples
    --------
    >>> bar("looking", 5, 10, 2.0)
    'looking  [############            ]  50%  2 s'
    >>> bar("writing lines", 20_000, 0, 1.2)
    'writing lines  [            ####        ]  20,000  1 s'
    """
    if total:
        inside, far = "#" * (WIDTH * done // total), f"  {done / total:.0%}"
    else:
        turn = int(seconds * 10) % (2 * (WIDTH - 4))
        inside = " " * min(turn, 2 * (WIDTH - 4) - turn) + "####"
        far = f"  {done:,}" if done else ""
    return f"{doing}  [{inside:<{WIDTH}}]{far}  {seconds:.0f} s"
