"""The file that holds what a learner has done: read with care, replaced all at once, under a lock.

It may have been edited, cut off, or come from somebody else, so nothing in it is taken on trust.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Never, TypeVar

from netpol_lab.errors import NetpolError

VERSION = 1

MAX_BYTES = 5_000_000  # of a file
MAX_TEXT = 20_000  # bytes of one attempt
MAX_ENTRIES = 1_000  # of one kind
MAX_NAME = 100  # characters
MAX_COUNT = 1_000_000
PATIENCE = 5.0  # seconds to wait for another notebook that is writing

_One = TypeVar("_One", "Task", "Score")


@dataclass(frozen=True, slots=True)
class Task:
    """What became of one exercise.

    Parameters
    ----------
    solved : bool
        Whether it ever was.
    attempts : int
        How many there were until it was solved.
    hints : int
        How many were asked for.
    answer_shown : bool
    text : str
        The last attempt.
    """

    solved: bool = False
    attempts: int = 0
    hints: int = 0
    answer_shown: bool = False
    text: str = ""

    def also(self, other: Task) -> Task:
        """Return the best of both, with the text of the other if it has one."""
        return Task(
            self.solved or other.solved,
            max(self.attempts, other.attempts),
            max(self.hints, other.hints),
            self.answer_shown or other.answer_shown,
            other.text or self.text,
        )


@dataclass(frozen=True, slots=True)
class Score:
    """The best result of a quiz or a prediction, and how often it was taken.

    Examples
    --------
    >>> Score(2, 3, rounds=1).also(Score(1, 3, rounds=2))
    Score(right=2, of=3, rounds=2)
    """

    right: int = 0
    of: int = 0
    rounds: int = 0

    def also(self, other: Score) -> Score:
        """Return the better of both, taken as often as either says."""
        best = max(self, other, key=lambda score: (score.right / max(score.of, 1), score.of))
        return replace(best, rounds=max(self.rounds, other.rounds))


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything that is recorded of one learner.

    Parameters
    ----------
    exercises : mapping of str to Task
        By the exercise's name.
    quizzes, predictions : mapping of str to Score
        By the chapter's number, as ``"02"``.
    """

    exercises: Mapping[str, Task] = field(default_factory=dict)
    quizzes: Mapping[str, Score] = field(default_factory=dict)
    predictions: Mapping[str, Score] = field(default_factory=dict)

    def also(self, other: Progress) -> Progress:
        """Return the best of both."""
        return Progress(
            _united(self.exercises, other.exercises),
            _united(self.quizzes, other.quizzes),
            _united(self.predictions, other.predictions),
        )


def _united(some: Mapping[str, _One], others: Mapping[str, _One]) -> dict[str, _One]:
    both = {name: some[name].also(others[name]) for name in some if name in others}
    return {**some, **others, **both}


NOTHING = Progress()


# ---------------------------------------------------------------- files


class BrokenProgressError(NetpolError):
    """A file that holds no progress, or none that this version can read."""


def read(path: Path) -> Progress:
    """Return the progress in a file.

    Raises
    ------
    BrokenProgressError
        When it holds something else.
    OSError
        When it cannot be read.
    """
    _refuse_what_is_no_file(path.stat())
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise BrokenProgressError(f"{path.name} is far too large to hold the progress of a course.")
    try:
        return _decoded(json.loads(content))
    except BrokenProgressError as error:
        raise BrokenProgressError(f"{path.name} {error}") from None
    except (ValueError, RecursionError):  # not JSON, not UTF-8, or nested without end
        raise BrokenProgressError(f"{path.name} is damaged.") from None


def write(path: Path, progress: Progress) -> None:
    """Replace a file, all at once."""
    data = {"version": VERSION, **asdict(progress)}
    new = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    new.unlink(missing_ok=True)  # of a process that died; or a link, which is not to be followed
    try:
        with new.open("x", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(data, indent=1, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        _replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def _replace(new: Path, path: Path) -> None:
    """Put a file in another's place; Windows waits until nobody reads the old one."""
    for _ in range(50):
        try:
            return os.replace(new, path)
        except PermissionError:
            if os.name != "nt":
                raise
            time.sleep(0.02)
    os.replace(new, path)


def aside(path: Path, why: str) -> Path:
    """Give a file a name that is free, so that nothing is ever lost.

    Returns
    -------
    Path
        The new name, as ``netpol-lab-progress.broken-1.json``.

    Raises
    ------
    OSError
        When it is somebody's folder, or a device, or cannot be given another name.
    """
    if not path.is_symlink():
        _refuse_what_is_no_file(path.stat())
    number = 1
    while os.path.lexists(free := path.with_name(f"{path.stem}.{why}-{number}{path.suffix}")):
        number += 1
    path.rename(free)
    return free


def _refuse_what_is_no_file(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is something else than a file")


def shortened(text: str) -> str:
    """Return a text that can be stored, and at most its first 20 kB."""
    return text.encode("utf-8", "replace")[:MAX_TEXT].decode("utf-8", "ignore")


def _decoded(value: Any) -> Progress:
    """Return the progress in a JSON value, which may hold anything."""
    whole = _mapping(value)
    version = _count(whole.get("version"))
    if version > VERSION:
        raise BrokenProgressError("was written by a newer version of netpol_lab.")
    return Progress(
        {name: _task(task) for name, task in _entries(whole, "exercises")},
        {name: _score(score) for name, score in _entries(whole, "quizzes")},
        {name: _score(score) for name, score in _entries(whole, "predictions")},
    )


def _entries(whole: dict[str, Any], kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    found = _mapping(whole.get(kind, {}))
    if len(found) > MAX_ENTRIES or any(len(name) > MAX_NAME for name in found):
        raise ValueError(kind)
    for name, value in found.items():
        yield name, _mapping(value)


def _task(value: dict[str, Any]) -> Task:
    return Task(
        _flag(value.get("solved", False)),
        _count(value.get("attempts", 0)),
        _count(value.get("hints", 0)),
        _flag(value.get("answer_shown", False)),
        shortened(_words(value.get("text", ""))),
    )


def _score(value: dict[str, Any]) -> Score:
    score = Score(*(_count(value.get(name, 0)) for name in ("right", "of", "rounds")))
    if score.right > score.of:
        raise ValueError("more right than asked")
    return score


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else _refuse(value)


def _words(value: Any) -> str:
    return value if isinstance(value, str) else _refuse(value)


def _flag(value: Any) -> bool:
    return value if isinstance(value, bool) else _refuse(value)


def _count(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT:
        return value
    return _refuse(value)


def _refuse(value: Any) -> Never:
    raise ValueError(type(value).__name__)


# ---------------------------------------------------------------- one at a time

_BUSY = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes from changing a file; a process that dies gives the lock back.

    Raises
    ------
    OSError
        When the folder cannot be written to, or another process does not let go.
    """
    lock = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait_for(lock)
        yield
    finally:
        os.close(lock)  # which unlocks it


def _wait_for(lock: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while not _is_ours(lock):
        if time.monotonic() > deadline:
            raise OSError(errno.EBUSY, "another notebook is writing to it")
        time.sleep(0.01)


def _is_ours(lock: int) -> bool:
    """Lock an open file, and say whether that worked; where there are no locks, it always does."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ModuleNotFoundError:  # in a browser: there is only one process
        return True
    except OSError as error:
        return error.errno not in _BUSY
    return True
