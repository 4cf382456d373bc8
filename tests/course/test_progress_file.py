"""The file of progress: whatever stands in it, it is read safely or called broken."""

import json
import os
from dataclasses import replace

import pytest

from netpol_lab.course.progress_file import (
    BEFORE_RESET,
    BROKEN,
    MAX_BYTES,
    MAX_COUNT,
    MAX_ENTRIES,
    MAX_NAME,
    MAX_TEXT,
    NOTHING,
    BrokenProgressError,
    ExerciseRecord,
    Progress,
    Score,
    aside,
    locked,
    read,
    shortened,
    was_put_aside,
    write,
)

SOME = Progress({"two-tiers": ExerciseRecord(True, 2, 1, text="kind: Ä")}, {"02": Score(2, 3, 1)})


@pytest.fixture
def file(tmp_path):
    return tmp_path / "mine.json"


def test_what_is_written_is_read_again(file):
    write(file, SOME)
    assert read(file) == SOME
    assert [path.name for path in file.parent.iterdir()] == ["mine.json"]


def test_a_file_that_cannot_be_replaced_leaves_nothing_behind(file, monkeypatch):
    def refused(*_):
        raise PermissionError

    write(file, SOME)
    monkeypatch.setattr("os.replace", refused)
    with pytest.raises(PermissionError):
        write(file, NOTHING)
    assert read(file) == SOME
    assert len(list(file.parent.iterdir())) == 1


# --- whatever is written is read again --------------------------------------------------------

WORST = "\x01" * MAX_TEXT  # as JSON, six times as long


def test_the_oldest_texts_make_room_and_every_mark_stays(file):
    write(file, Progress({f"e{i}": ExerciseRecord(True, 2, 1, True, WORST) for i in range(60)}))
    tasks = read(file).exercises
    kept = [name for name, task in tasks.items() if task.text]
    assert kept == [f"e{i}" for i in range(60 - len(kept), 60)]
    assert len(kept) == MAX_BYTES // (6 * MAX_TEXT)
    assert {replace(task, text="") for task in tasks.values()} == {ExerciseRecord(True, 2, 1, True)}


def test_an_attempt_made_again_is_not_the_oldest():
    so_far = Progress({"a": ExerciseRecord(text="kind: A"), "b": ExerciseRecord(text="kind: B")})
    assert [*so_far.also(Progress({"a": ExerciseRecord(text="kind: C")})).exercises] == ["b", "a"]


def test_of_too_many_exercises_those_that_were_not_solved_make_room(file):
    tasks = {
        "new": ExerciseRecord(),
        "solved": ExerciseRecord(True),
        **{f"e{i}": ExerciseRecord() for i in range(MAX_ENTRIES)},
    }
    write(file, Progress(tasks))
    assert [*read(file).exercises] == ["solved", *(f"e{i}" for i in range(1, MAX_ENTRIES))]


def test_what_is_as_large_as_can_be_is_read_again(file):
    names = [f"{i:03}" + "\x01" * (MAX_NAME - 3) for i in range(MAX_ENTRIES)]
    scores = dict.fromkeys(names, Score(MAX_COUNT, MAX_COUNT, MAX_COUNT))
    task = ExerciseRecord(True, MAX_COUNT, MAX_COUNT, True, WORST)
    write(file, Progress(dict.fromkeys(names, task), scores, scores))
    assert read(file).quizzes == scores
    assert all(task.solved for task in read(file).exercises.values())


TOO_MUCH = {
    "solved exercises": Progress({f"e{i}": ExerciseRecord(True) for i in range(MAX_ENTRIES + 1)}),
    "quizzes": Progress(quizzes={f"{i}": Score(1, 1, 1) for i in range(MAX_ENTRIES + 1)}),
    "letters": Progress({"e" * (MAX_NAME + 1): ExerciseRecord(True)}),
    "attempts": Progress({"e": ExerciseRecord(True, MAX_COUNT + 1)}),
    "less than nothing": Progress({"e": ExerciseRecord(True, -1)}),
}


@pytest.mark.parametrize("progress", TOO_MUCH.values(), ids=TOO_MUCH.keys())
def test_what_could_not_be_read_again_is_not_written(file, progress):
    write(file, SOME)
    with pytest.raises(ValueError, match="more than 1,000 exercises or chapters"):
        write(file, progress)
    assert read(file) == SOME


def test_letters_that_no_file_can_hold_are_replaced(file):
    write(file, Progress({"\ud800": ExerciseRecord(text="\udfff")}))
    assert read(file).exercises == {"?": ExerciseRecord(text="?")}


def test_letters_that_no_file_can_hold_can_be_read_and_written_again(file):
    file.write_text(json.dumps({**GOOD, "exercises": {"\ud800": {"text": "\ud800"}}}))
    write(file, read(file))
    assert read(file).exercises == {"?": ExerciseRecord(text="?")}


GOOD = {"version": 1, "exercises": {}, "quizzes": {}, "predictions": {}}
CONTENTS = {
    "cut off": b'{"version": 1, "exer',
    "empty": b"",
    "not JSON": b"hello",
    "not UTF-8": b'{"version": 1, "\xff": 1}',
    "nested": b"[" * 100_000,
    "a list": b"[]",
    "no version": b"{}",
    "a true version": b'{"version": true}',
    "a huge number": b'{"version": ' + b"9" * 10_000 + b"}",
    "newer": json.dumps({**GOOD, "version": 2}).encode(),
    "a list of exercises": json.dumps({**GOOD, "exercises": []}).encode(),
    "a task that is a text": json.dumps({**GOOD, "exercises": {"a": "solved"}}).encode(),
    "solved in words": json.dumps({**GOOD, "exercises": {"a": {"solved": "yes"}}}).encode(),
    "a text that is a number": json.dumps({**GOOD, "exercises": {"a": {"text": 1}}}).encode(),
    "half an attempt": json.dumps({**GOOD, "exercises": {"a": {"attempts": 0.5}}}).encode(),
    "more right than asked": json.dumps({**GOOD, "quizzes": {"02": {"right": 4}}}).encode(),
    "a very long name": json.dumps({**GOOD, "quizzes": {"0" * 101: {}}}).encode(),
    "very many": json.dumps({**GOOD, "quizzes": {str(i): {} for i in range(1001)}}).encode(),
    "too large": b" " * (MAX_BYTES + 1),
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
def test_a_broken_file_is_called_that(file, content):
    file.write_bytes(content)
    with pytest.raises(BrokenProgressError, match=r"^mine\.json .+\.$"):
        read(file)


def test_a_file_from_a_newer_version_is_not_called_damaged(file):
    file.write_bytes(CONTENTS["newer"])
    with pytest.raises(BrokenProgressError, match="was written by a newer version of netpol_lab"):
        read(file)


@pytest.mark.skipif(os.name == "nt", reason="there every path has its own rules")
@pytest.mark.parametrize("path", ["/dev/zero", "/"])
def test_what_is_no_file_is_not_read(path, tmp_path):
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(OSError, match="is something else than a file"):
        read(tmp_path / "link")


def test_what_a_future_version_adds_to_this_one_does_no_harm(file):
    file.write_text(json.dumps({**GOOD, "stars": 3}))
    assert read(file) == NOTHING


@pytest.mark.skipif(os.name == "nt", reason="there links need a right of their own")
def test_a_link_in_the_place_of_the_new_file_is_not_followed(file):
    (file.parent / "precious").write_text("mine")
    (file.parent / f".{file.name}.{os.getpid()}.tmp").symlink_to("precious")
    write(file, SOME)
    assert read(file) == SOME
    assert (file.parent / "precious").read_text() == "mine"


def test_the_best_of_two_is_the_same_whichever_comes_first():
    other = Progress(
        {"two-tiers": ExerciseRecord(False, 3, text="kind: Ä")}, {"02": Score(3, 3, 1)}
    )
    assert SOME.also(other) == other.also(SOME)
    assert SOME.also(SOME) == SOME


def test_a_name_that_is_taken_is_not_taken_again(tmp_path):
    for name in ("p.json", "p.why-1.json"):
        (tmp_path / name).touch()
    assert aside(tmp_path / "p.json", "why").name == "p.why-2.json"


@pytest.mark.parametrize("why", [BROKEN, BEFORE_RESET])
def test_what_was_put_aside_is_known_by_its_name(file, why):
    file.touch()
    assert not was_put_aside(file)
    assert was_put_aside(aside(file, why))


@pytest.mark.skipif(os.name == "nt", reason="there links need a right of their own")
def test_a_link_to_a_file_of_progress_stays_a_link(file):
    target = file.parent / "shared" / "mine.json"
    target.parent.mkdir()
    write(target, SOME)
    file.symlink_to(target)
    write(file, NOTHING)
    assert file.is_symlink()
    assert read(target) == NOTHING


@pytest.mark.skipif(os.name == "nt", reason="there links need a right of their own")
def test_two_links_to_one_file_are_not_written_to_at_once(file, monkeypatch):
    monkeypatch.setattr("netpol_lab.course.progress_file.PATIENCE", 0.05)
    write(file, SOME)
    link = file.parent / "link.json"
    link.symlink_to(file)
    with locked(file), pytest.raises(OSError, match="another notebook"), locked(link):
        pass


def test_a_text_is_shortened_between_two_letters():
    assert shortened("é" * 20_000) == "é" * 10_000
