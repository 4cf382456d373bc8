"""The chapters of the course, and a map of them that shows what a learner has done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from html import escape

from netpol_lab.course import progress as recording
from netpol_lab.course.exercise_loader import exercises, find_exercise
from netpol_lab.course.practice.chapters import PRACTICE
from netpol_lab.course.progress_file import ExerciseRecord, Progress, Score
from netpol_lab.pictures.notebook_text import Words, with_code


class Stage(StrEnum):
    """How far somebody is with a chapter, as a sign and a word."""

    FINISHED = "✓ finished"
    BEGUN = "◐ begun"
    NOT_STARTED = "○ not started"


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter.

    Parameters
    ----------
    number, title, slug : str
        As in ``"03"``, ``"Which direction?"`` and ``"which-direction"``.
    learned : str
        What the learner knows afterwards.
    minutes : int
    """

    number: str
    title: str
    slug: str
    learned: str
    minutes: int = 20

    @property
    def file(self) -> str:
        """The notebook's name."""
        return f"{self.number}-{self.slug}.ipynb"

    @property
    def heading(self) -> str:
        """The title with its number, as it stands on top of the notebook."""
        return f"{int(self.number)}. {self.title}" if int(self.number) else self.title

    @property
    def exercises(self) -> tuple[str, ...]:
        """The names of its exercises."""
        return exercises_by_chapter().get(self.number, ())

    @property
    def has_practice(self) -> bool:
        """Whether there are connections to predict, and questions about it."""
        return self.number in PRACTICE

    @property
    def has_tasks(self) -> bool:
        """Whether there is anything in it that can be done."""
        return self.has_practice or bool(self.exercises)


CHAPTERS = (
    Chapter("00", "Start here", "start-here",
            "how to read the pictures, and that everything works", 10),
    Chapter("01", "Everything talks", "everything-talks",
            "what is open when you have written no policy, what a policy isolates, and what it "
            "cannot reach"),
    Chapter("02", "Three tiers", "three-tiers",
            "how two policies guard a database, why `web` cannot reach `db`, and what is still "
            "open"),
    Chapter("03", "Which direction?", "which-direction",
            "what `policyTypes` does, and what happens when you leave it out"),
    Chapter("04", "Who is meant?", "who-is-meant",
            "which pods a selector means: of pods, of namespaces, of both, empty or missing"),
    Chapter("05", "Rules add up", "rules-add-up",
            "how rules and policies add up, and what an empty list, an empty rule and a missing "
            "one allow"),
    Chapter("06", "Ports", "ports",
            "which port a rule speaks of: protocols, names, ranges, and the pod's port behind a "
            "Service"),
    Chapter("07", "Leaving the pod", "leaving-the-pod",
            "how to limit what a pod opens, and why the lookup of names breaks first"),
    Chapter("08", "The outside world", "the-outside-world",
            "how a policy speaks of addresses, and which address it sees"),
    Chapter("09", "Who enforces it?", "who-enforces-it",
            "why a policy may do nothing at all, and what network plugins do differently"),
    Chapter("10", "The clinic", "the-clinic",
            "how broken policies look, what Kubernetes makes of them, and how to mend them"),
    Chapter("11", "Your cluster", "your-cluster",
            "how to secure a shop of many namespaces, then your own cluster, and keep it tested"),
    Chapter("12", "Above NetworkPolicy", "above-networkpolicy",
            "how policies for the whole cluster come before and after NetworkPolicies, and who "
            "can change what", 50),
)  # fmt: skip


@cache
def exercises_by_chapter() -> dict[str, tuple[str, ...]]:
    """Return the names of the packaged exercises of each chapter.

    Returns
    -------
    dict of str to tuple of str
        By the chapter's number, as ``"02"``.

    Examples
    --------
    >>> "two-tiers" in exercises_by_chapter()["02"]
    True
    """
    found: dict[str, tuple[str, ...]] = {}
    for name in exercises():
        chapter = find_exercise(name).file.chapter
        found[chapter] = (*found.get(chapter, ()), name)
    return found


# ---------------------------------------------------------------- what is done of a chapter


@dataclass(frozen=True, slots=True)
class ChapterTask:
    """One thing to do in a chapter: what it is called, what is done of it, and whether all is."""

    name: str
    done: str = ""
    finished: bool = False


def tasks_of(chapter: Chapter, progress: Progress) -> Iterator[ChapterTask]:
    """Yield what there is to do in a chapter, in the order of the page, and what is done of it.

    Parameters
    ----------
    chapter : Chapter
    progress : Progress

    Examples
    --------
    >>> three_tiers = CHAPTERS[2]
    >>> [task.done for task in tasks_of(three_tiers, Progress(quizzes={"02": Score(2, 3, 1)}))]
    ['', '', 'quiz 2 of 3']
    """
    if chapter.has_practice:
        yield _scored("predict", progress.predictions.get(chapter.number))
    if chapter.exercises:
        yield _solved(
            [progress.exercises.get(name, ExerciseRecord()) for name in chapter.exercises]
        )
    if chapter.has_practice:
        yield _scored("quiz", progress.quizzes.get(chapter.number))


def _scored(name: str, score: Score | None) -> ChapterTask:
    if score is None:
        return ChapterTask(name)
    return ChapterTask(name, f"{name} {score.right} of {score.of}", finished=True)


def _solved(records: list[ExerciseRecord]) -> ChapterTask:
    """Return what is done of a chapter's exercises, of which there is mostly one."""
    solved, several = sum(record.solved for record in records), len(records) > 1
    name = "exercises" if several else "exercise"
    if solved:
        number = f"{solved} of {len(records)} " if several else ""
        return ChapterTask(name, f"{number}{name} solved", solved == len(records))
    begun = any(record != ExerciseRecord() for record in records)
    return ChapterTask(name, f"{name} begun" if begun else "")


def stage_of(chapter: Chapter, progress: Progress) -> Stage:
    """Return how far somebody is with a chapter.

    Parameters
    ----------
    chapter : Chapter
    progress : Progress

    Returns
    -------
    Stage

    Examples
    --------
    >>> print(stage_of(CHAPTERS[2], Progress()))
    ○ not started
    """
    tasks = [*tasks_of(chapter, progress)]
    if all(task.finished for task in tasks):
        return Stage.FINISHED
    return Stage.BEGUN if any(task.done for task in tasks) else Stage.NOT_STARTED


# ---------------------------------------------------------------- the map


def course_map() -> CourseMap:
    """Return the chapters of the course, with what you have done so far.

    Returns
    -------
    CourseMap
        A table in a notebook; text anywhere else.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> print(str(lab.course_map()).splitlines()[0])
    The course: 13 chapters, about 5 hours
    """
    return CourseMap(recording.recorded(), recording.notes())


def reset_progress() -> Words:
    """Begin the course anew; what was recorded is put aside and not deleted.

    Returns
    -------
    Words
        What was done: where your progress so far is kept, or why it stays as it is.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> lab.reset_progress()
    Your progress begins anew.
    """
    return Words(recording.reset())


@dataclass(frozen=True, slots=True)
class CourseMap:
    """The chapters, and what somebody has done of each.

    Parameters
    ----------
    progress : Progress
    notes : tuple of str
        What there is to tell about the file of progress.

    Examples
    --------
    >>> print(CourseMap(Progress(quizzes={"01": Score(2, 3, rounds=1)})).next)
    1. Everything talks (still to do: predict, exercise)
    """

    progress: Progress
    notes: tuple[str, ...] = ()

    @property
    def next(self) -> str:
        """Where to go on: the first chapter that was begun, else the first that was not."""
        return self._next(lambda chapter: chapter.heading)

    def __str__(self) -> str:
        return "\n".join([_title(), *map(self._line, CHAPTERS), f"next: {self.next}", *self.notes])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        heads = "".join(f"<th scope='col' style='{_CELL}'>{head}</th>" for head in _HEADS)
        rows = "".join(f"<tr>{''.join(self._cells(chapter))}</tr>" for chapter in CHAPTERS)
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return (
            f"<table style='max-width: 860px;'><caption style='{_CELL}'>{_title()}</caption>"
            f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
            f"<p>Next: {self._next(_link)}</p>{notes}"
        )

    def _next(self, named: Callable[[Chapter], str]) -> str:
        """Return where to go on, and what is still to do in a chapter that was begun."""
        at = {stage_of(c, self.progress): c for c in reversed(CHAPTERS) if c.has_tasks}
        if begun := at.get(Stage.BEGUN):
            left = [task.name for task in tasks_of(begun, self.progress) if not task.finished]
            return f"{named(begun)} (still to do: {', '.join(left)})"
        new = at.get(Stage.NOT_STARTED)
        return named(new) if new else "nothing. You have finished the course."

    def _done(self, chapter: Chapter) -> str:
        if not chapter.has_tasks:
            return "here is the map"
        done = ", ".join(task.done for task in tasks_of(chapter, self.progress) if task.done)
        return f"{stage_of(chapter, self.progress)}{done and f': {done}'}"

    def _line(self, chapter: Chapter) -> str:
        known = chapter.learned.replace("`", "")
        title = f"{chapter.heading} ({chapter.minutes} minutes)"
        return f"{title}\n    {known}\n    {self._done(chapter)}"

    def _cells(self, chapter: Chapter) -> Iterator[str]:
        head = f"{_CELL} {_WHOLE} font-weight: normal;"
        yield f"<th scope='row' style='{head}'>{_link(chapter)}</th>"
        yield f"<td style='{_CELL}'>{with_code(escape(chapter.learned))}</td>"
        yield f"<td style='{_CELL} {_WHOLE}'>{chapter.minutes} minutes</td>"
        yield f"<td style='{_CELL}'>{escape(self._done(chapter))}</td>"


_HEADS = ("Chapter", "What you will know afterwards", "Time", "Done")
_CELL = "text-align: left; vertical-align: top; padding: 2px 12px 2px 0;"
_WHOLE = "white-space: nowrap;"


def _title() -> str:
    hours = round(sum(chapter.minutes for chapter in CHAPTERS) / 60)
    return f"The course: {len(CHAPTERS)} chapters, about {hours} hours"


def _link(chapter: Chapter) -> str:
    underlined = "text-decoration: underline;"  # in a line of text, colour alone says too little
    return f'<a href="{chapter.file}" style="{underlined}">{escape(chapter.heading)}</a>'
