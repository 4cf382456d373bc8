"""What a learner has done: kept, shared between notebooks, and never lost."""

import errno
import json
import os
import stat
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from netpol_lab.course import progress
from netpol_lab.course.progress import FILE, Store, place
from netpol_lab.course.progress_file import (
    MAX_COUNT,
    MAX_NAME,
    MAX_TEXT,
    NOTHING,
    ExerciseRecord,
    Progress,
    Score,
    locked,
    read,
    write,
)

SOME = Progress({"two-tiers": ExerciseRecord(True, 2, 1, text="kind: A")}, {"02": Score(2, 3, 1)})


@pytest.fixture
def file(tmp_path):
    return tmp_path / FILE


@pytest.fixture
def recorded(file, monkeypatch):
    """Record into a file, as in a notebook; give what is recorded there."""
    monkeypatch.setenv("NETPOL_LAB_PROGRESS", str(file))
    return lambda: read(file)


def names(folder):
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


# --- what is recorded -----------------------------------------------------------------------


def test_an_attempt_is_counted_and_its_text_kept(recorded):
    progress.record_exercise("two-tiers", solved=False, text="kind: A")
    progress.record_exercise("two-tiers", solved=True, text="kind: B")
    assert recorded().exercises == {"two-tiers": ExerciseRecord(True, 2, text="kind: B")}
    assert progress.last_attempt("two-tiers") == "kind: B"


def test_what_was_solved_stays_solved_and_its_attempts_are_counted_no_more(recorded):
    progress.record_exercise("two-tiers", solved=True, text="kind: A")
    progress.record_exercise("two-tiers", solved=False, text="kind: B")
    assert recorded().exercises["two-tiers"] == ExerciseRecord(True, 1, text="kind: B")


def test_a_cell_with_nothing_but_comments_is_no_attempt(file, recorded):
    progress.record_exercise("two-tiers", solved=False, text="# Write here\n\n  # or here")
    assert not file.exists()


def test_help_is_recorded_once_and_for_all(recorded):
    progress.record_help("two-tiers", hints=2)
    progress.record_help("two-tiers", hints=1)
    progress.record_help("two-tiers", answer=True)
    assert recorded().exercises["two-tiers"] == ExerciseRecord(hints=2, answer_shown=True)


def test_the_best_round_of_a_quiz_is_kept(recorded):
    for right in (1, 3, 2):
        progress.record_quiz("02", right, 3)
    assert recorded().quizzes == {"02": Score(3, 3, 3)}


def test_the_best_prediction_is_the_one_with_the_greatest_share(recorded):
    progress.record_prediction("02", 5, 12)
    progress.record_prediction("02", 4, 6)
    assert recorded().predictions == {"02": Score(4, 6, 2)}


@pytest.mark.parametrize(("right", "of"), [(4, 3), (-1, 3)])
def test_a_score_that_cannot_be_is_not_recorded(file, recorded, right, of):
    progress.record_quiz("02", right, of)
    progress.record_prediction("02", right, of)
    assert not file.exists()


def test_a_number_that_cannot_be_stored_breaks_no_file(recorded):
    progress.record_help("a", hints=-1)
    progress.record_help("b", hints=10**9)
    progress.record_quiz("02", 10**9, 10**9)
    assert recorded() == Progress({"a": ExerciseRecord(), "b": ExerciseRecord(hints=MAX_COUNT)})


def test_a_name_that_no_file_can_hold_is_recorded_all_the_same(recorded):
    progress.record_exercise("\ud800" * 200, solved=True, text="kind: A")
    assert recorded().exercises == {"?" * MAX_NAME: ExerciseRecord(True, 1, text="kind: A")}
    assert progress.last_attempt("\ud800" * 200) == "kind: A"


def test_a_long_attempt_is_cut_and_what_no_file_can_hold_is_replaced(recorded):
    progress.record_exercise("two-tiers", solved=False, text="\ud800" + "é" * MAX_TEXT)
    text = recorded().exercises["two-tiers"].text
    assert text.startswith("?é")
    assert len(text.encode()) <= MAX_TEXT


def test_of_what_was_never_tried_there_is_no_attempt(recorded):
    assert progress.last_attempt("two-tiers") == ""


def test_nothing_personal_is_recorded(file, recorded):
    progress.record_quiz("02", 3, 3)
    assert json.loads(file.read_text()) == {
        "version": 1,
        "exercises": {},
        "quizzes": {"02": {"right": 3, "of": 3, "rounds": 1}},
        "predictions": {},
    }


# --- where ----------------------------------------------------------------------------------


@pytest.fixture
def kernel(monkeypatch, tmp_path):
    """A Jupyter kernel that runs in a folder of its own."""
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.delenv("NETPOL_LAB_PROGRESS", raising=False)
    monkeypatch.setattr(progress, "STARTED_IN", tmp_path)
    return shell


def test_in_a_notebook_progress_is_kept_beside_it(kernel, tmp_path):
    assert place() == tmp_path / FILE


def test_pages_with_solutions_record_nothing(kernel, tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "STARTED_IN", tmp_path / "solutions")
    assert place() is None


def test_scripts_and_terminals_record_nothing(kernel, monkeypatch):
    del kernel.kernel
    assert place() is None
    monkeypatch.delitem(sys.modules, "IPython")
    assert place() is None


def test_the_environment_names_a_file_or_switches_it_off(kernel, monkeypatch, tmp_path):
    monkeypatch.setenv("NETPOL_LAB_PROGRESS", str(tmp_path / "mine.json"))
    assert place() == tmp_path / "mine.json"
    for off in ("off", "OFF", " off "):
        monkeypatch.setenv("NETPOL_LAB_PROGRESS", off)
        assert place() is None


@pytest.mark.parametrize("named", ["", "mine.json"])
def test_a_notebook_that_changes_its_folder_goes_on_in_the_same_file(
    kernel, monkeypatch, tmp_path, named
):
    monkeypatch.setenv("NETPOL_LAB_PROGRESS", named)
    (tmp_path / "elsewhere").mkdir()
    before = place()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert place() == before == tmp_path / (named or FILE)


def test_a_folder_that_is_gone_records_nothing(kernel, monkeypatch):
    def gone():
        raise FileNotFoundError

    monkeypatch.setattr("pathlib.Path.cwd", gone)
    monkeypatch.setattr(progress, "STARTED_IN", progress.working_folder())
    assert place() is None
    monkeypatch.setenv("NETPOL_LAB_PROGRESS", "mine.json")
    assert place() is None


def test_memory_alone_remembers_too():
    store = Store(None)
    store.change(SOME.also)
    assert store.read() == SOME
    assert store.reset() == "Your progress begins anew."
    assert store.read() == NOTHING


def test_a_broken_file_is_put_aside_and_told_and_the_course_goes_on(file, capsys):
    file.write_text("{")
    Store(file).change(SOME.also)
    assert read(file) == SOME
    assert (file.parent / "netpol-lab-progress.broken-1.json").read_text() == "{"
    assert capsys.readouterr().out == (
        "netpol-lab-progress.json is damaged. It is kept as netpol-lab-progress.broken-1.json, "
        "and your progress begins anew.\n"
    )


def test_a_broken_file_is_put_aside_when_it_is_only_looked_at(file):
    file.write_text("{")
    assert Store(file).read() == NOTHING
    assert names(file.parent) == ["netpol-lab-progress.broken-1.json"]


def test_a_second_broken_file_gets_another_name(file):
    for _ in range(2):
        file.write_text("{")
        Store(file).read()
    assert names(file.parent) == [f"netpol-lab-progress.broken-{n}.json" for n in (1, 2)]


NEWER = '{"version": 2, "stars": 3}'


def test_a_file_of_a_newer_version_is_left_alone_and_told_once(file, capsys):
    file.write_text(NEWER)
    store = Store(file)
    assert store.read() == NOTHING
    store.change(SOME.also)
    assert store.read() == SOME
    assert names(file.parent) == [FILE]
    assert file.read_text() == NEWER
    assert capsys.readouterr().out == (
        "netpol-lab-progress.json was written by a newer version of netpol_lab. It is left as it "
        "is: update netpol_lab to go on with it. Until then your progress is not written down. "
        "It is remembered until the kernel of this page stops.\n"
    )


def test_only_who_begins_anew_puts_a_newer_version_aside(file):
    file.write_text(NEWER)
    store = Store(file)
    store.read()
    assert store.reset().endswith("kept in netpol-lab-progress.before-reset-1.json.")
    assert store.told == []
    assert (file.parent / "netpol-lab-progress.before-reset-1.json").read_text() == NEWER


def test_a_full_file_drops_old_texts_and_says_so_once(file, capsys):
    store = Store(file)
    for number in range(45):
        store.change(adding(number, ExerciseRecord(True, 1, text="\x01" * MAX_TEXT)))
    assert sum(task.solved for task in read(file).exercises.values()) == 45
    assert read(file).exercises["e44"].text
    assert capsys.readouterr().out == (
        "netpol-lab-progress.json is full: your oldest attempts make room for new ones. "
        "What you have solved stays.\n"
    )


def adding(number, task):
    """Return a change that adds a task."""
    return lambda so_far: so_far.also(Progress({f"e{number}": task}))


def test_a_solved_exercise_for_which_there_is_no_room_loses_nothing_and_is_told(file, capsys):
    full = Progress({f"e{number}": ExerciseRecord(True) for number in range(1000)})
    write(file, full)
    store = Store(file)
    store.change(adding(1000, ExerciseRecord(True)))
    assert read(file) == full
    assert len(store.read().exercises) == 1001
    assert "more than 1,000 exercises or chapters" in capsys.readouterr().out


def test_a_folder_in_its_place_is_left_alone(file, capsys):
    (file / "inside").mkdir(parents=True)
    store = Store(file)
    store.change(SOME.also)
    assert "stays as it is" in store.reset()
    assert store.read() == SOME
    assert (file / "inside").is_dir()
    assert "something else than a file" in capsys.readouterr().out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has none")
def test_a_pipe_in_its_place_is_not_waited_for(file):
    os.mkfifo(file)
    store = Store(file)
    store.change(SOME.also)
    assert store.read() == SOME
    assert stat.S_ISFIFO(file.stat().st_mode)


@pytest.mark.parametrize("name", ["missing/folder.json", "a\0b.json"])
def test_where_nothing_can_be_written_it_is_remembered_and_told_once(tmp_path, capsys, name):
    store = Store(tmp_path / name)
    store.change(SOME.also)
    store.change(SOME.also)
    assert store.read() == SOME
    assert capsys.readouterr().out.count("is remembered until the kernel of this page stops.") == 1


def test_a_folder_that_is_missing_is_named(tmp_path, capsys):
    Store(tmp_path / "missing" / "mine.json").change(SOME.also)
    said = f"cannot be kept in mine.json (there is no folder {tmp_path / 'missing'})."
    assert said in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_to_is_read_all_the_same(file, monkeypatch, capsys):
    write(file, SOME)
    monkeypatch.setattr("os.open", refused)
    store = Store(file)
    store.change(Progress(predictions={"02": Score(5, 6, 1)}).also)
    assert store.read() == SOME.also(Progress(predictions={"02": Score(5, 6, 1)}))
    assert "(Read-only file system)" in capsys.readouterr().out


def refused(*_):
    raise OSError(errno.EROFS, "Read-only file system")


def test_what_could_not_be_written_is_written_as_soon_as_it_can_be(file):
    store = Store(file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.replace", refused)
        store.change(SOME.also)
    assert not file.exists()
    store.change(Progress(quizzes={"03": Score(1, 3, 1)}).also)
    assert read(file) == SOME.also(Progress(quizzes={"03": Score(1, 3, 1)}))
    assert names(file.parent) == [FILE]
    assert store.told == []


# --- beginning anew -------------------------------------------------------------------------


def test_beginning_anew_keeps_what_was_there(file):
    store = Store(file)
    store.change(SOME.also)
    assert store.reset() == (
        "Your progress begins anew. "
        "What was there is kept in netpol-lab-progress.before-reset-1.json."
    )
    assert store.read() == NOTHING
    assert read(file.parent / "netpol-lab-progress.before-reset-1.json") == SOME


def test_beginning_anew_keeps_what_could_not_be_written_before(file):
    store = Store(file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", refused)
        store.change(SOME.also)
        assert store.reset().endswith("cannot be put aside, so your progress stays as it is.")
    assert store.read() == SOME
    assert store.reset().endswith("kept in netpol-lab-progress.before-reset-1.json.")
    assert read(file.parent / "netpol-lab-progress.before-reset-1.json") == SOME
    assert store.read() == NOTHING


def test_a_notebook_that_was_open_does_not_bring_back_what_was_reset(file):
    one, other = Store(file), Store(file)
    one.change(SOME.also)
    other.reset()
    one.change(Progress(quizzes={"03": Score(1, 3, 1)}).also)
    assert read(file) == Progress(quizzes={"03": Score(1, 3, 1)})


def test_beginning_anew_without_progress_does_nothing(file):
    assert Store(file).reset() == "Your progress begins anew."
    assert names(file.parent) == []


def test_what_cannot_be_put_aside_stays(file, monkeypatch):
    write(file, SOME)
    monkeypatch.setattr("os.open", refused)
    assert Store(file).reset().endswith("cannot be put aside, so your progress stays as it is.")
    assert read(file) == SOME


# --- several notebooks at once ---------------------------------------------------------------

RECORDER = """
import sys
from netpol_lab.course import progress
for i in range(25):
    progress.record_quiz("02", 1, 3)
    progress.record_exercise(f"{sys.argv[1]}-{i}", solved=i % 2 == 0, text="kind: A")
"""


@pytest.mark.slow
def test_several_notebooks_that_write_at_once_lose_nothing(file, recorded):
    processes = [
        subprocess.Popen([sys.executable, "-c", RECORDER, name], env={**os.environ})
        for name in ("a", "b", "c", "d")
    ]
    assert [process.wait(60) for process in processes] == [0] * 4
    assert recorded().quizzes == {"02": Score(1, 3, 100)}
    assert len(recorded().exercises) == 100
    assert sum(task.solved for task in recorded().exercises.values()) == 52
    assert names(file.parent) == [FILE]


def test_a_file_that_another_notebook_moves_at_that_moment_is_looked_up_again(file, monkeypatch):
    write(file, SOME)

    def moved(path):
        path.rename(path.with_name("elsewhere"))
        raise FileNotFoundError(errno.ENOENT, "No such file or directory")

    monkeypatch.setattr(progress, "read", moved)
    store = Store(file)
    assert store.read() == NOTHING
    assert store.told == []


def test_a_notebook_that_does_not_let_go_is_not_waited_for_for_ever(file, monkeypatch, capsys):
    monkeypatch.setattr("netpol_lab.course.progress_file.PATIENCE", 0.05)
    store = Store(file)
    with locked(file):
        store.change(SOME.also)
    assert "(another notebook is writing to it)" in capsys.readouterr().out
    assert not file.exists()
    assert store.read() == SOME


def test_a_notebook_that_died_while_writing_holds_nobody_up(file):
    died = (
        "import os; from pathlib import Path; from netpol_lab.course.progress_file import locked\n"
    )
    died += f"with locked(Path({str(file)!r})): os._exit(1)"
    subprocess.run([sys.executable, "-c", died], timeout=60)
    started = time.monotonic()
    Store(file).change(SOME.also)
    assert read(file) == SOME
    assert time.monotonic() - started < 2


def test_without_locks_it_is_written_all_the_same(file, monkeypatch):
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", None)
    Store(file).change(SOME.also)
    assert read(file) == SOME


def test_rounds_that_could_not_be_written_are_counted_beside_those_of_others(file, monkeypatch):
    """Two notebooks count; one of them cannot write for a while. No round is lost."""
    here, there = Store(file), Store(file)
    one_more = added_round
    here.change(one_more)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.replace", refused)
        for _ in range(3):
            here.change(one_more)
        assert here.read().quizzes["02"].rounds == 4
    for _ in range(5):
        there.change(one_more)
    here.change(one_more)
    assert read(file).quizzes["02"].rounds == 10
    assert os.listdir(file.parent) == [file.name]


def added_round(so_far):
    rounds = so_far.quizzes.get("02", Score()).rounds + 1
    return so_far.also(Progress(quizzes={"02": Score(1, 3, rounds)}))
