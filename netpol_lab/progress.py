"""What a learner has done so far, noted in one small file in their folder.

Whoever grades something calls one of the `record_...` functions. They never raise: what cannot be
written is kept in memory and told once, in words. Several notebooks may be open, each a process of
its own, so each change reads the file, changes it and replaces it under a lock.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from netpol_lab.progress_file import (
    MAX_COUNT,
    MAX_NAME,
    NOTHING,
    BrokenProgressError,
    Progress,
    Score,
    Task,
    aside,
    locked,
    read,
    shortened,
    write,
)

FILE = "netpol-lab-progress.json"
VARIABLE = "NETPOL_LAB_PROGRESS"  # a path, or `off`

_REMEMBERED = "It is remembered until the kernel of this page stops."

_Any = TypeVar("_Any")


# ---------------------------------------------------------------- what graders call


def record_exercise(name: str, solved: bool, text: str = "") -> None:
    """Record an attempt at an exercise; one without a line of YAML is none.

    Parameters
    ----------
    name : str
    solved : bool
    text : str
        What stood in the cell.

    Examples
    --------
    >>> record_exercise("my-own", solved=False, text="# nothing yet")
    >>> last_attempt("my-own")
    ''
    >>> record_exercise("my-own", solved=False, text="kind: NetworkPolicy")
    >>> last_attempt("my-own")
    'kind: NetworkPolicy'
    """
    written = any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines())
    if solved or written:
        _store().change(lambda so_far: _with_attempt(so_far, name[:MAX_NAME], solved, text))


def record_help(name: str, hints: int = 0, answer: bool = False) -> None:
    """Record how many hints were given to an exercise, or that its answer was shown.

    Parameters
    ----------
    name : str
    hints : int
        All that were given so far.
    answer : bool
    """
    given = Task(hints=hints, answer_shown=answer)
    _store().change(lambda so_far: so_far.also(Progress({name[:MAX_NAME]: given})))


def record_quiz(chapter: str, right: int, of: int) -> None:
    """Record a round of a chapter's quiz; the best one is kept.

    Parameters
    ----------
    chapter : str
        Its number, as ``"02"``.
    right, of : int
    """
    _record_round("quizzes", chapter[:MAX_NAME], right, of)


def record_prediction(chapter: str, right: int, of: int) -> None:
    """Record a round of predictions in a chapter; the best one is kept.

    Parameters
    ----------
    chapter : str
        Its number, as ``"02"``.
    right, of : int
    """
    _record_round("predictions", chapter[:MAX_NAME], right, of)


def _record_round(kind: str, chapter: str, right: int, of: int) -> None:
    if 0 <= right <= of:
        _store().change(lambda so_far: _with_round(so_far, kind, chapter, right, of))


def last_attempt(name: str) -> str:
    """Return the learner's last attempt at an exercise; empty when there is none."""
    return recorded().exercises.get(name[:MAX_NAME], Task()).text


def recorded() -> Progress:
    """Return everything that is recorded."""
    return _store().read()


def reset() -> str:
    """Begin anew; what was recorded is put aside, and the sentence returned says where."""
    return _store().reset()


def notes() -> tuple[str, ...]:
    """Return what had to be told about the file; empty when all is well."""
    return tuple(_store().told)


def _with_attempt(so_far: Progress, name: str, solved: bool, text: str) -> Progress:
    before = so_far.exercises.get(name, Task())
    attempts = before.attempts if before.solved else min(before.attempts + 1, MAX_COUNT)
    now = Task(solved, attempts, text=shortened(text))
    return so_far.also(Progress({name: now}))


def _with_round(so_far: Progress, kind: str, chapter: str, right: int, of: int) -> Progress:
    scores: Mapping[str, Score] = getattr(so_far, kind)
    before = scores.get(chapter, Score())
    now = before.also(Score(right, of, min(before.rounds + 1, MAX_COUNT)))
    changed: dict[str, Any] = {kind: {**scores, chapter: now}}
    return replace(so_far, **changed)


# ---------------------------------------------------------------- where it is kept


def place() -> Path | None:
    """Return the file of this learner; None keeps everything in memory.

    Scripts and tests write nothing, and neither do the pages with the solutions.

    Examples
    --------
    >>> place() is None
    True
    """
    named = os.environ.get(VARIABLE, "")
    if named:
        return None if named.lower() == "off" else Path(os.path.expanduser(named))
    try:
        here = Path.cwd()
    except OSError:  # the folder is gone
        return None
    return here / FILE if _in_a_notebook() and here.name != "solutions" else None


def _in_a_notebook() -> bool:
    """Say whether a Jupyter kernel runs this, and not a script or a terminal."""
    asked = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return getattr(asked() if asked else None, "kernel", None) is not None


def _store() -> Store:
    return _store_at(place())


@cache
def _store_at(path: Path | None) -> Store:
    return Store(path)


class Store:
    """Progress in a file, and in memory whatever could not be written.

    Parameters
    ----------
    path : Path or None
        The file; None for memory alone.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.told: list[str] = []
        self._unwritten = NOTHING

    def read(self) -> Progress:
        """Return what is recorded, here or by other notebooks."""
        return self._looked_up().also(self._unwritten)

    def change(self, made: Callable[[Progress], Progress]) -> None:
        """Change what is recorded."""
        if self._safely(lambda path: self._write(path, made)) is None:
            self._unwritten = made(self.read())

    def reset(self) -> str:
        """Put the file aside and begin anew."""
        kept = self._safely(lambda path: _put_aside_if_there(path, "before-reset"))
        if kept is None and self.path:
            return f"{self.path.name} cannot be put aside, so your progress stays as it is."
        self._unwritten = NOTHING
        where = f" What was there is kept in {kept.name}." if kept and kept != self.path else ""
        return f"Your progress begins anew.{where}"

    def _looked_up(self) -> Progress:
        """Return what the file holds. Nobody has to wait for that: it is replaced all at once."""
        try:
            return read(self.path) if self.path and os.path.lexists(self.path) else NOTHING
        except BrokenProgressError:
            return self._safely(self._stored) or NOTHING
        except (OSError, ValueError) as error:
            self._tell_of(error)
            return NOTHING

    def _safely(self, made: Callable[[Path], _Any]) -> _Any | None:
        """Return what is made under the lock; None, and a word about it, where that fails."""
        if self.path is None:
            return None
        try:
            with locked(self.path):
                return made(self.path)
        except (OSError, ValueError) as error:  # ValueError: a name that no file can have
            self._tell_of(error)
            return None

    def _write(self, path: Path, made: Callable[[Progress], Progress]) -> Progress:
        new = made(self._stored(path).also(self._unwritten))
        write(path, new)
        self._unwritten = NOTHING
        self.told = [sentence for sentence in self.told if not sentence.endswith(_REMEMBERED)]
        return new

    def _stored(self, path: Path) -> Progress:
        """Return what the file holds; one that is broken is put aside."""
        try:
            return read(path) if os.path.lexists(path) else NOTHING
        except BrokenProgressError as error:
            kept = aside(path, "broken")
            self._tell(f"{error} It is kept as {kept.name}, and your progress begins anew.")
            return NOTHING

    def _tell_of(self, error: Exception) -> None:
        reason = getattr(error, "strerror", None) or str(error)
        name = self.path.name if self.path else FILE
        self._tell(f"Your progress cannot be kept in {name} ({reason}). {_REMEMBERED}")

    def _tell(self, sentence: str) -> None:
        if sentence not in self.told:
            self.told.append(sentence)
            print(sentence)


def _put_aside_if_there(path: Path, why: str) -> Path:
    return aside(path, why) if os.path.lexists(path) else path
