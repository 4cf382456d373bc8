"""Progress files of many learners, and tables of what is in them."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from netpol_lab.cli.reports.tables import Table
from netpol_lab.course.chapters import CHAPTERS, Stage, stage_of
from netpol_lab.course.progress import FILE
from netpol_lab.course.progress_file import BrokenProgressError, Progress, read, was_put_aside
from netpol_lab.errors import visible

MOST_FILES = 10_000
# Words that fit eleven times on a line.
_BRIEFLY = {Stage.FINISHED: "done", Stage.BEGUN: "begun", Stage.NOT_STARTED: "no"}


@dataclass(frozen=True, slots=True)
class Learner:
    """What one learner has done.

    Parameters
    ----------
    name : str
    progress : Progress
    """

    name: str
    progress: Progress


# ---------------------------------------------------------------- reading


def find_files(paths: Iterable[str], problems: list[str]) -> list[Path]:
    """Return the named files and those in the named folders, each once."""
    return list(dict.fromkeys(file for path in paths for file in _files(Path(path), problems)))


def read_all(files: Sequence[Path], problems: list[str]) -> list[Learner]:
    """Return the learners whose files these are; for each that cannot be read, add a sentence."""
    learners: list[Learner] = []
    names = _names(files)
    for file in files:
        try:
            progress = read(file)
        except BrokenProgressError as error:
            problems.append(os.path.join(file.parent, str(error)))
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            problems.append(f"{file} cannot be read: {reason}.")
        else:  # without the texts of attempts: for a whole class they would be large
            tasks = progress.exercises.items()
            brief = {name: replace(task, text="") for name, task in tasks}
            name = visible(names[file], 1000)
            learners.append(Learner(name, replace(progress, exercises=brief)))
    return sorted(learners, key=lambda learner: learner.name)


def _files(path: Path, problems: list[str]) -> Iterator[Path]:
    """Yield a file, or those in a folder that may be progress files."""
    if not path.is_dir():
        yield path
        return
    found = list(_in_folder(path))
    if not found:
        problems.append(f"{path}: there is no .json file in this folder.")
    if len(found) > MOST_FILES:
        problems.append(f"{path} holds {len(found):,} files: the first {MOST_FILES:,} are read.")
    yield from sorted(found)[:MOST_FILES]


def _in_folder(folder: Path) -> Iterator[Path]:
    for where, inside, names in os.walk(folder):
        inside[:] = (name for name in inside if not name.startswith("."))
        for name in names:
            file = Path(where, name)
            # What a learner's course has put aside is not what they have done.
            hidden = name.startswith(".") or was_put_aside(file)
            if file.suffix == ".json" and not hidden:
                yield file


def _names(files: Iterable[Path]) -> dict[Path, str]:
    """Return each file's learner; where two would share a name, the paths tell them apart."""
    names = {file: _name(file) for file in files}
    times = Counter(names.values())
    return {file: name if times[name] == 1 else str(file) for file, name in names.items()}


def _name(file: Path) -> str:
    if file.name != FILE:
        return file.stem
    folder = Path(os.path.abspath(file)).parent
    return (folder.parent if folder.name == "notebooks" else folder).name or file.stem


# ---------------------------------------------------------------- the table


def lines_of(learners: Sequence[Learner], format: str, details: bool) -> Iterator[str]:
    """Yield the lines of one table about all of them."""
    if format == "json":
        yield json.dumps({"learners": [as_data(one) for one in learners]}, indent=2)
        return
    table = _details(learners) if details else _overview(learners)
    yield from {"text": table.text, "csv": table.csv, "md": table.markdown}[format]()


def as_data(learner: Learner) -> dict[str, Any]:
    """Return all that the course recorded about a learner, except the texts of attempts."""
    progress = learner.progress
    stages = {c.number: _BRIEFLY[stage_of(c, progress)] for c in CHAPTERS if c.has_tasks}
    tasks = {name: asdict(task) for name, task in progress.exercises.items()}
    for task in tasks.values():
        del task["text"]
    return {"name": learner.name, "chapters": stages, **asdict(progress), "exercises": tasks}


def _overview(learners: Iterable[Learner]) -> Table:
    """Return one row for each learner: how far they got in every chapter."""
    chapters = [chapter for chapter in CHAPTERS if chapter.has_tasks]
    rows = []
    for learner in learners:
        cells = [_BRIEFLY[stage_of(chapter, learner.progress)] for chapter in chapters]
        rows.append((learner.name, f"{cells.count('done')} of {len(chapters)}", *cells))
    return Table(("learner", "done", *(chapter.number for chapter in chapters)), rows)


def _details(learners: Iterable[Learner]) -> Table:
    """Return one row for each learner and chapter that was begun."""
    header = (
        *("learner", "chapter", "state", "predict", "exercises", "quiz"),
        *("attempts", "hints", "answers shown"),
    )
    return Table(header, [row for learner in learners for row in _chapters_of(learner)])


def _chapters_of(learner: Learner) -> Iterator[tuple[str, ...]]:
    done = learner.progress
    for chapter in CHAPTERS:
        stage = stage_of(chapter, done)
        if not chapter.has_tasks or stage is Stage.NOT_STARTED:
            continue
        tasks = [done.exercises[name] for name in chapter.exercises if name in done.exercises]
        scores = (scores.get(chapter.number) for scores in (done.predictions, done.quizzes))
        predicted, quiz = (f"{score.right} of {score.of}" if score else "no" for score in scores)
        solved = f"{sum(task.solved for task in tasks)} of {len(chapter.exercises)} solved"
        helped = (
            sum(task.attempts for task in tasks),
            sum(task.hints for task in tasks),
            sum(task.answer_shown for task in tasks),
        )
        row = (learner.name, chapter.number, _BRIEFLY[stage], predicted, solved, quiz)
        yield (*row, *map(str, helped))
