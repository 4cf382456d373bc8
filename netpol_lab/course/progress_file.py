"""The file that holds what a learner has done: read with care, replaced all at once, under a lock.

It may have been edited, cut off, or come from somebody else, so nothing in it is taken on trust.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, astuple, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from netpol_lab import writing
from netpol_lab.errors import NetpolError
from netpol_lab.writing import replacing

VERSION = 1

MAX_BYTES = 5_000_000  # of a file
MAX_TEXT = 20_000  # bytes of one attempt
MAX_ENTRIES = 1_000  # of one kind
MAX_NAME = 100  # characters
MAX_COUNT = 1_000_000
PATIENCE = 5.0  # seconds to wait for another notebook that is writing

BROKEN, BEFORE_RESET = "broken", "before-reset"  # why a file was put aside, as its name says

_One = TypeVar("_One", "ExerciseRecord", "Score")


@dataclass(frozen=True, slots=True)
class ExerciseRecord:
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

    def also(self, other: ExerciseRecord) -> ExerciseRecord:
        """Return the best of both, with the text of the other if it has one."""
        best = ExerciseRecord(*map(max, astuple(self), astuple(other)))
        return replace(best, text=other.text or self.text)


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
    exercises : mapping of str to ExerciseRecord
        By the exercise's name; the one that was worked on last is the last.
    quizzes, predictions : mapping of str to Score
        By the chapter's number, as ``"02"``.
    """

    exercises: Mapping[str, ExerciseRecord] = field(default_factory=dict)
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
    """Return the best of both; the others come last, as they are newer."""
    before = {name: one for name, one in some.items() if name not in others}
    both = {n: some[n].also(other) if n in some else other for n, other in others.items()}
    return {**before, **both}


NOTHING = Progress()


# ---------------------------------------------------------------- files


class BrokenProgressError(NetpolError):
    """A file that holds no progress, or none that this version can read."""


class NewerProgressError(BrokenProgressError):
    """A file that nothing is wrong with: a later version wrote it, and can read it."""


def read(path: Path) -> Progress:
    """Return the progress in a file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Progress

    Raises
    ------
    NewerProgressError
        When a newer version of netpol_lab wrote it.
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
    except NewerProgressError as error:
        raise NewerProgressError(f"{path.name} {error}") from None
    except (ValueError, RecursionError):  # not JSON, not UTF-8, or nested without end
        raise BrokenProgressError(f"{path.name} is damaged.") from None


def write(path: Path, progress: Progress) -> Progress:
    """Replace a file, all at once, by one that `read` takes.

    Parameters
    ----------
    path : Path
    progress : Progress

    Returns
    -------
    Progress
        What was written: less than was given where that is too much for a file. Then the oldest
        exercises that were not solved make room, and the oldest texts.

    Raises
    ------
    ValueError
        When it is still too much, or not what can be read again. The file stays as it is.
    OSError
        When it cannot be written. The file stays as it is.
    """
    written = _small(_readable(replace(progress, exercises=_few(progress.exercises))))
    with replacing(path) as file:
        file.write(_encoded(written))
    return written


def _few(records: Mapping[str, ExerciseRecord]) -> Mapping[str, ExerciseRecord]:
    """Return no more exercises than a file may hold, as far as some were not solved."""
    surplus = max(len(records) - MAX_ENTRIES, 0)
    dropped = [name for name, record in records.items() if not record.solved][:surplus]
    return {name: record for name, record in records.items() if name not in dropped}


def _readable(progress: Progress) -> Progress:
    """Return what `read` would make of it, so that nothing is written that it refuses."""
    try:
        return _decoded(_as_data(progress))
    except ValueError:
        raise ValueError(
            f"it cannot hold more than {MAX_ENTRIES:,} exercises or chapters, names longer than "
            f"{MAX_NAME} letters, or counts beyond {MAX_COUNT:,}"
        ) from None


def _small(progress: Progress) -> Progress:
    """Return it without the oldest texts, where it is more than a file may hold."""
    surplus = len(_encoded(progress)) - MAX_BYTES
    records = dict(progress.exercises)
    for name, record in progress.exercises.items():
        if surplus > 0:
            surplus -= len(_json(record.text)) - len(_json(""))
            records[name] = replace(record, text="")
    return replace(progress, exercises=records)


def _encoded(progress: Progress) -> bytes:
    return _json(_as_data(progress)) + b"\n"


def _as_data(progress: Progress) -> dict[str, Any]:
    return {"version": VERSION, **asdict(progress)}


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False).encode()


def aside(path: Path, why: str) -> Path:
    """Give a file a name that is free, so that nothing is ever lost.

    Parameters
    ----------
    path : Path
    why : str
        `BROKEN` or `BEFORE_RESET`.

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


def was_put_aside(path: Path) -> bool:
    """Say whether `aside` gave a file its name.

    Examples
    --------
    >>> was_put_aside(Path("ann.broken-1.json")), was_put_aside(Path("ann.json"))
    (True, False)
    """
    return re.search(rf"\.({BROKEN}|{BEFORE_RESET})-\d+$", path.stem) is not None


def _refuse_what_is_no_file(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is something else than a file")


def shortened(text: str) -> str:
    """Return a text that can be stored, and at most its first 20 kB."""
    return text.encode("utf-8", "replace")[:MAX_TEXT].decode("utf-8", "ignore")


def short_name(name: str) -> str:
    """Return a name that can be stored, and at most its first 100 letters."""
    return shortened(name)[:MAX_NAME]


def _decoded(value: Any) -> Progress:
    """Return the progress in a JSON value, which may hold anything."""
    whole = _checked(dict, value)
    if _checked(int, whole.get("version")) > VERSION:
        raise NewerProgressError("was written by a newer version of netpol_lab.")
    return Progress(
        _entries(ExerciseRecord, whole.get("exercises", {})),
        _entries(Score, whole.get("quizzes", {})),
        _entries(Score, whole.get("predictions", {})),
    )


def _entries(kind: type[_One], value: Any) -> dict[str, _One]:
    found = _checked(dict, value)
    if len(found) > MAX_ENTRIES or any(len(name) > MAX_NAME for name in found):
        raise ValueError(kind)
    return {short_name(name): _entry(kind, _checked(dict, entry)) for name, entry in found.items()}


def _entry(kind: type[_One], value: dict[str, Any]) -> _One:
    default = asdict(kind())
    entry = kind(**{n: _checked(type(d), value.get(n, d)) for n, d in default.items()})
    if isinstance(entry, Score) and entry.right > entry.of:
        raise ValueError("more right than asked")
    return entry


def _checked(kind: type, value: Any) -> Any:
    """Return a value of exactly this kind, as far as it can be stored: JSON's true is no number."""
    if type(value) is not kind or (kind is int and value not in range(MAX_COUNT + 1)):
        raise ValueError(value)
    return shortened(str(value)) if kind is str else value


# ---------------------------------------------------------------- one at a time


def locked(path: Path) -> AbstractContextManager[None]:
    """Keep other notebooks from changing a file; see `writing.locked`."""
    return writing.locked(path, PATIENCE, "another notebook is writing to it")
