"""The chapters of the course, and the map that shows what is done."""

import re
from html import unescape

import nbformat
import pytest

from netpol_lab.course import chapters as course
from netpol_lab.course import progress
from netpol_lab.course.chapters import CHAPTERS, CourseMap, Stage, course_map, stage_of, tasks_of
from netpol_lab.course.exercise_loader import exercises
from netpol_lab.course.progress_file import NOTHING, ExerciseRecord, Progress, Score
from netpol_lab.pictures.notebook_text import Words
from tests.helpers.places import NOTEBOOKS

START, TALKS, TIERS = CHAPTERS[:3]

DONE = Progress(
    {"two-tiers": ExerciseRecord(True, 1)}, {"02": Score(3, 3, 1)}, {"02": Score(5, 6, 1)}
)


# --- the chapters ---------------------------------------------------------------------------


def test_the_chapters_are_numbered_from_00():
    assert [chapter.number for chapter in CHAPTERS] == [f"{n:02}" for n in range(13)]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.number)
def test_every_chapter_has_its_notebook_with_this_title(chapter):
    first = nbformat.read(NOTEBOOKS / chapter.file, as_version=4).cells[0]
    assert first.source.startswith(f"# {chapter.heading}\n")


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.number)
def test_the_map_and_the_head_line_of_a_chapter_say_the_same_minutes(chapter):
    first = nbformat.read(NOTEBOOKS / chapter.file, as_version=4).cells[0]
    said = re.search(r"(?m)^\*About (\d+) minutes\b", first.source)
    assert said, "the line under the title should begin with *About N minutes"
    assert int(said[1]) == chapter.minutes


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.number)
def test_what_a_chapter_is_said_to_have_is_in_it(chapter):
    cells = nbformat.read(NOTEBOOKS / chapter.file, as_version=4).cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    assert (f'lab.quiz("{chapter.number}"' in code) == chapter.has_practice
    assert ("lab.predict(" in code) == chapter.has_practice
    assert set(re.findall(r"(?m)^%%policy (\S+)", code)) == set(chapter.exercises)


def test_every_exercise_belongs_to_a_chapter():
    belonging = {name for chapter in CHAPTERS for name in chapter.exercises}
    assert belonging == set(exercises())


def test_every_notebook_is_a_chapter():
    assert {path.name for path in NOTEBOOKS.glob("*.ipynb")} <= {c.file for c in CHAPTERS}


def test_the_first_page_links_to_every_chapter():
    cells = nbformat.read(NOTEBOOKS / START.file, as_version=4).cells
    links = [cell.source for cell in cells if cell.source.startswith("The same chapters")]
    expected = [f"- [{chapter.heading}]({chapter.file})" for chapter in CHAPTERS[1:]]
    assert links[0].splitlines()[2:] == expected


# --- what is done of one ----------------------------------------------------------------------


def words(chapter, progress):
    return [task.done for task in tasks_of(chapter, progress)]


def test_nothing_recorded_is_not_started():
    assert words(TIERS, NOTHING) == ["", "", ""]
    assert stage_of(TIERS, NOTHING) is Stage.NOT_STARTED


def test_what_is_done_is_said_in_words():
    assert words(TIERS, DONE) == ["predict 5 of 6", "exercise solved", "quiz 3 of 3"]
    assert stage_of(TIERS, DONE) is Stage.FINISHED
    assert stage_of(TALKS, DONE) is Stage.NOT_STARTED


@pytest.mark.parametrize(
    "task", [ExerciseRecord(attempts=1), ExerciseRecord(hints=1), ExerciseRecord(answer_shown=True)]
)
def test_an_exercise_that_was_tried_or_helped_with_is_begun(task):
    begun = Progress({"two-tiers": task})
    assert words(TIERS, begun)[1] == "exercise begun"
    assert stage_of(TIERS, begun) is Stage.BEGUN


def test_several_exercises_are_counted(monkeypatch):
    monkeypatch.setattr(course, "exercises_by_chapter", lambda: {"02": ("two-tiers", "another")})
    assert words(TIERS, DONE)[1] == "1 of 2 exercises solved"
    assert stage_of(TIERS, DONE) is Stage.BEGUN


# --- the map --------------------------------------------------------------------------------


def test_the_map_begins_with_chapter_1():
    assert CourseMap(NOTHING).next == "1. Everything talks"
    assert str(CourseMap(NOTHING)).count("○ not started") == 12


def test_the_map_says_what_is_done_and_what_is_next():
    done = DONE.also(Progress(quizzes={"01": Score(1, 3, 1)}))
    text = str(CourseMap(done))
    assert "    ✓ finished: predict 5 of 6, exercise solved, quiz 3 of 3" in text.splitlines()
    assert "    ◐ begun: quiz 1 of 3" in text.splitlines()
    assert CourseMap(done).next == "1. Everything talks (still to do: predict, exercise)"


def test_a_chapter_that_was_begun_comes_before_those_that_were_not():
    begun = Progress(quizzes={"03": Score(1, 3, 1)})
    assert CourseMap(begun).next == "3. Which direction? (still to do: predict, exercise)"


def test_table_and_text_say_the_same():
    html = CourseMap(DONE)._repr_html_()
    shown = unescape(re.sub(r"<[^>]+>", "", html.replace("</td>", "\n").replace("</th>", "\n")))
    for line in str(CourseMap(DONE)).splitlines()[1:-1]:
        title = re.sub(r" \(\d+ minutes\)$", "", line.strip())
        assert title in shown


def test_every_chapter_is_a_link_in_the_table():
    links = re.findall(r'<a href="([^"]+)"', CourseMap(NOTHING)._repr_html_())
    assert links == [*(chapter.file for chapter in CHAPTERS), TALKS.file]


def test_whoever_has_done_everything_is_told_so():
    all_of_it = Progress(
        {name: ExerciseRecord(True) for chapter in CHAPTERS for name in chapter.exercises},
        {chapter.number: Score(3, 3, 1) for chapter in CHAPTERS},
        {chapter.number: Score(6, 6, 1) for chapter in CHAPTERS},
    )
    assert CourseMap(all_of_it).next == "nothing. You have finished the course."
    assert "Next: nothing." in CourseMap(all_of_it)._repr_html_()


def test_what_there_is_to_tell_stands_under_the_map():
    told = CourseMap(NOTHING, ("<it> is damaged.",))
    assert str(told).endswith("\n<it> is damaged.")
    assert "<p>&lt;it&gt; is damaged.</p>" in told._repr_html_()


def test_the_map_shows_what_is_recorded_until_it_is_reset(tmp_path, monkeypatch):
    monkeypatch.setenv("NETPOL_LAB_PROGRESS", str(tmp_path / "mine.json"))
    progress.record_quiz("02", 3, 3)
    assert "quiz 3 of 3" in str(course_map())
    said = course.reset_progress()
    assert said == Words(
        "Your progress begins anew. What was there is kept in mine.before-reset-1.json."
    )
    assert "quiz" not in str(course_map())
