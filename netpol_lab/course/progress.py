"""What a learner has done so far, noted in one small file in their folder.

Whoever grades something calls one of the `record_...` functions. They never raise: what cannot be
written is kept in memory and told once, in words. Several notebooks may be open, each a process of
its own, so each change reads the file, changes it and replaces it under a lock.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache, reduce
from pathlib import Path
from typing import TypeVar

from netpol_lab.course.progress_file import (
    BEFORE_RESET,
    BROKEN,
    MAX_COUNT,
    NOTHING,
    BrokenProgressError,
    ExerciseRecord,
    NewerProgressError,
    Progress,
    Score,
    aside,
    locked,
    read,
    short_name,
    shortened,
    write,
)

FILE = "netpol-lab-progress.json"
VARIABLE = "NETPOL_LAB_PROGRESS"  # a path, or `off`

_REMEMBERED = "It is remembered until the kernel of this page stops."

# Why a file is left as it is. ValueError: a name that no file can have, or more than it can hold.
_TROUBLES = (OSError, ValueError, NewerProgressError)

_Any = TypeVar("_Any")


# ---------------------------------------------------------------- what graders call


def record_exercise(name: str, solved: bool, text: str = "") -> None:
    """Record an attempt at an exercise; one without a line of YAML is none.

    Parameters
    ----------
    name : str
        The exercise's.
    solved : bool
    text : str
        What stood in the cell; of a long one the first 20 kB are kept.

    Examples
    --------
    >>> record_exercise("my-own", solved=False, text="# nothing yet")
    >>> last_attempt("my-own")
    ''
    >>> record_exercise("my-own", solved=False, text="kind: NetworkPolicy")
    >>> last_attempt("my-own")
    'kind: NetworkPolicy'
    """
    name = short_name(name)

    def with_attempt(so_far: Progress) -> Progress:
        before = so_far.exercises.get(name, ExerciseRecord())
        attempts = before.attempts if before.solved else min(before.attempts + 1, MAX_COUNT)
        record = ExerciseRecord(solved, attempts, text=shortened(text))
        return so_far.also(Progress({name: record}))

    written = any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines())
    if solved or written:
        _store().change(with_attempt)


def record_help(name: str, hints: int = 0, answer: bool = False) -> None:
    """Record how many hints were given to an exercise, or that its answer was shown.

    Parameters
    ----------
    name : str
        The exercise's.
    hints : int
        All that were given so far.
    answer : bool

    Examples
    --------
    >>> record_help("with-help", hints=2)
    >>> recorded().exercises["with-help"].hints
    2
    """
    given = ExerciseRecord(hints=min(max(hints, 0), MAX_COUNT), answer_shown=answer)
    _store().change(lambda so_far: so_far.also(Progress({short_name(name): given})))


def record_quiz(chapter: str, right: int, of: int) -> None:
    """Record a round of a chapter's quiz; the best one is kept.

    Parameters
    ----------
    chapter : str
        Its number, as ``"02"``.
    right, of : int
        So many answers were right, of so many.

    Examples
    --------
    >>> record_quiz("my-own", right=2, of=3)
    >>> recorded().quizzes["my-own"]
    Score(right=2, of=3, rounds=1)
    """
    _record_round("quizzes", short_name(chapter), right, of)


def record_prediction(chapter: str, right: int, of: int) -> None:
    """Record a round of predictions in a chapter; the best one is kept.

    Parameters
    ----------
    chapter : str
        Its number, as ``"02"``.
    right, of : int
        So many connections were predicted right, of so many.

    Examples
    --------
    >>> record_prediction("my-own", right=5, of=6)
    >>> recorded().predictions["my-own"]
    Score(right=5, of=6, rounds=1)
    """
    _record_round("predictions", short_name(chapter), right, of)


def _record_round(kind: str, chapter: str, right: int, of: int) -> None:
    def with_round(so_far: Progress) -> Progress:
        rounds = getattr(so_far, kind).get(chapter, Score()).rounds + 1
        score = Score(right, of, min(rounds, MAX_COUNT))
        return so_far.also(Progress(**{kind: {chapter: score}}))  # type: ignore[arg-type]

    if 0 <= right <= of <= MAX_COUNT:
        _store().change(with_round)


def last_attempt(name: str) -> str:
    """Return the learner's last attempt at an exercise.

    Parameters
    ----------
    name : str
        The exercise's.

    Returns
    -------
    str
        What stood in the cell; empty when there is no attempt.

    Examples
    --------
    >>> last_attempt("never-tried")
    ''
    """
    return recorded().exercises.get(short_name(name), ExerciseRecord()).text


def recorded() -> Progress:
    """Return everything that is recorded, here or by other notebooks.

    Returns
    -------
    Progress
        What the file and the memory of this page hold; what cannot be read counts as nothing.

    Examples
    --------
    >>> "never-tried" in recorded().exercises
    False
    """
    return _store().read()


def reset() -> str:
    """Begin anew; what was recorded is put aside.

    Returns
    -------
    str
        A sentence that says where it is kept, or that it could not be put aside and stays.

    Examples
    --------
    >>> reset()
    'Your progress begins anew.'
    """
    return _store().reset()


def notes() -> tuple[str, ...]:
    """Return what had to be told about the file.

    Returns
    -------
    tuple of str
        Sentences; none when all is well.

    Examples
    --------
    >>> notes()
    ()
    """
    return tuple(_store().told)


# ---------------------------------------------------------------- where it is kept


def working_folder() -> Path | None:
    """Return the folder in which this process works; None when it is gone."""
    try:
        return Path.cwd()
    except OSError:
        return None


# Asked once: after a `%cd` a notebook still goes on in its own file.
STARTED_IN = working_folder()


def place() -> Path | None:
    """Return the file of this learner.

    Scripts and tests write nothing, and neither do the pages with the solutions.

    Returns
    -------
    Path or None
        None keeps everything in memory.

    Examples
    --------
    >>> place() is None
    True
    """
    named = os.path.expanduser(os.environ.get(VARIABLE, "").strip())
    if os.path.isabs(named):
        return Path(named)
    if STARTED_IN is None or named.lower() == "off":
        return None
    if named:
        return STARTED_IN / named
    return STARTED_IN / FILE if _in_a_notebook() and STARTED_IN.name != "solutions" else None


def _in_a_notebook() -> bool:
    """Say whether a Jupyter kernel runs this, and not a script or a terminal."""
    asked = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return getattr(asked() if asked else None, "kernel", None) is not None


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
        self._alone = NOTHING  # what is recorded where there is no file
        self._unwritten: list[Callable[[Progress], Progress]] = []  # to be made up for, in turn

    def read(self) -> Progress:
        """Return what is recorded, here or by other notebooks. A file is read without the lock."""
        path, stored = self.path, self._alone
        try:
            if path and os.path.lexists(path):
                stored = read(path)
        except NewerProgressError as error:
            self._tell_of(error)
        except (BrokenProgressError, OSError, ValueError):  # another may be putting it aside
            stored = self._safely(self._stored) or NOTHING
        return self._with_unwritten(stored)

    def _with_unwritten(self, stored: Progress) -> Progress:
        """Return what is stored with the changes that could not be written, made anew."""
        return reduce(lambda so_far, made: made(so_far), self._unwritten, stored)

    def change(self, made: Callable[[Progress], Progress]) -> None:
        """Change what is recorded."""
        if self.path is None:
            self._alone = made(self._alone)
        elif self._safely(lambda path: self._write(path, made)) is None:
            self._unwritten.append(made)

    def reset(self) -> str:
        """Put the file aside and begin anew."""
        kept = self._safely(self._put_aside)
        if kept is None and self.path:
            return f"{self.path.name} cannot be put aside, so your progress stays as it is."
        self._all_is_well()
        where = f" What was there is kept in {kept.name}." if kept and kept != self.path else ""
        return f"Your progress begins anew.{where}"

    def _put_aside(self, path: Path) -> Path:
        """Put the file aside if there is one, with what could not be written until now."""
        if self._unwritten:
            self._write(path, lambda so_far: so_far)
        return aside(path, BEFORE_RESET) if os.path.lexists(path) else path

    def _safely(self, made: Callable[[Path], _Any]) -> _Any | None:
        """Return what is made under the lock; None, and a word about it, where that fails."""
        if self.path is None:
            return None
        try:
            with locked(self.path):
                return made(self.path)
        except _TROUBLES as error:
            self._tell_of(error)
            return None

    def _write(self, path: Path, made: Callable[[Progress], Progress]) -> Progress:
        new = made(self._with_unwritten(self._stored(path)))
        written = write(path, new)
        self._all_is_well()
        if written != new:
            self._tell(
                f"{path.name} is full: your oldest attempts make room for new ones. "
                "What you have solved stays."
            )
        return written

    def _all_is_well(self) -> None:
        """Forget what could not be written, and that it could not."""
        self._alone, self._unwritten = NOTHING, []
        self.told = [sentence for sentence in self.told if not sentence.endswith(_REMEMBERED)]

    def _stored(self, path: Path) -> Progress:
        """Return what the file holds; one that is broken is put aside."""
        try:
            return read(path) if os.path.lexists(path) else NOTHING
        except NewerProgressError:
            raise  # nothing is wrong with it
        except BrokenProgressError as error:
            kept = aside(path, BROKEN)
            self._tell(f"{error} It is kept as {kept.name}, and your progress begins anew.")
            return NOTHING

    def _tell_of(self, error: Exception) -> None:
        reason = getattr(error, "strerror", None) or str(error)
        name = self.path and (self.path.name or self.path)  # `/` has no name
        said = f"Your progress cannot be kept in {name} ({reason})."
        if isinstance(error, NewerProgressError):
            said = (
                f"{error} It is left as it is: update netpol_lab to go on with it. "
                "Until then your progress is not written down."
            )
        self._tell(f"{said} {_REMEMBERED}")

    def _tell(self, sentence: str) -> None:
        if sentence not in self.told:
            self.told.append(sentence)
            print(sentence)


_store_at = cache(Store)


def _store() -> Store:
    return _store_at(place())
