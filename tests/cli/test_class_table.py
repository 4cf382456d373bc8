"""The files of a class: found, named, read, and put into tables."""

import csv
import json
import os

import pytest

from netpol_lab.cli.class_table import find_files, lines_of, read_all
from netpol_lab.cli.reading import refuse_to_overwrite
from netpol_lab.course.progress import FILE
from netpol_lab.course.progress_file import MAX_BYTES, ExerciseRecord, Progress, Score, write
from netpol_lab.errors import NetpolError

ANN = Progress(
    {"two-tiers": ExerciseRecord(True, 3, 1, True, "kind: secret")},
    {"02": Score(2, 3, 1)},
    {"02": Score(5, 6, 2)},
)


@pytest.fixture
def collected(tmp_path):
    """Files as a teacher collects them: by name, and by folder."""
    write(tmp_path / "ann.json", ANN)
    (tmp_path / "bob" / "notebooks").mkdir(parents=True)
    write(tmp_path / "bob" / "notebooks" / FILE, Progress(quizzes={"01": Score(0, 3, 1)}))
    return tmp_path


def learners_in(*paths):
    """Return the learners below some paths, and what there is to complain about."""
    troubles = []
    return read_all(find_files(map(str, paths), troubles), troubles), troubles


def names_in(*paths):
    return [learner.name for learner in learners_in(*paths)[0]]


def table(folder, details=False):
    return list(csv.DictReader(lines_of(learners_in(folder)[0], "csv", details)))


# --- tables ---------------------------------------------------------------------------------


def test_every_learner_is_a_row_named_by_file_or_folder(collected):
    ann, bob = table(collected)
    assert (ann["learner"], ann["done"], ann["01"], ann["02"]) == ("ann", "1 of 12", "no", "done")
    assert (bob["learner"], bob["done"], bob["01"], bob["02"]) == ("bob", "0 of 12", "begun", "no")


def test_details_say_what_was_done_in_each_chapter(collected):
    first, _ = table(collected, details=True)
    assert first == {
        **{"learner": "ann", "chapter": "02", "state": "done", "predict": "5 of 6"},
        **{"exercises": "1 of 1 solved", "quiz": "2 of 3"},
        **{"attempts": "3", "hints": "1", "answers shown": "1"},
    }


def test_text_has_a_column_for_every_chapter(collected):
    head, ann, _ = lines_of(learners_in(collected)[0], "text", False)
    assert head.split() == ["learner", "done", *(f"{n:02}" for n in range(1, 13))]
    assert ann.startswith("ann      1 of 12  no     done")


def test_json_holds_everything_but_what_was_written(collected):
    out = "".join(lines_of(learners_in(collected)[0], "json", False))
    ann = json.loads(out)["learners"][0]
    assert ann["chapters"]["02"] == "done"
    assert ann["exercises"]["two-tiers"]["attempts"] == 3
    assert "secret" not in out


# --- files ----------------------------------------------------------------------------------

BROKEN = {
    "cut off": (b'{"version', "is damaged."),
    "newer": (b'{"version": 2}', "was written by a newer version of netpol_lab."),
    "huge": (b" " * (MAX_BYTES + 1), "is far too large to hold the progress of a course."),
}


@pytest.mark.parametrize(("content", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_told_left_alone_and_the_others_are_read(collected, content, words):
    broken = collected / "eve.json"
    broken.write_bytes(content)
    learners, troubles = learners_in(collected)
    assert troubles == [f"{broken} {words}"]
    assert [learner.name for learner in learners] == ["ann", "bob"]
    assert broken.read_bytes() == content


def test_a_file_that_is_not_there_is_told_and_the_others_are_read(collected):
    learners, (trouble,) = learners_in(collected, collected / "eve.json")
    assert trouble.endswith("eve.json cannot be read: No such file or directory.")
    assert len(learners) == 2


def test_a_folder_without_progress_is_told(tmp_path):
    assert learners_in(tmp_path) == ([], [f"{tmp_path}: there is no .json file in this folder."])


def test_what_was_put_aside_is_not_read(collected):
    for name in ("a.broken-1.json", "a.before-reset-2.json", ".hidden.json"):
        (collected / name).write_text("{")
    assert names_in(collected) == ["ann", "bob"]


def test_a_path_named_twice_is_read_once(collected):
    assert names_in(collected, collected / "ann.json") == ["ann", "bob"]


def test_of_very_many_files_the_first_are_read_and_that_is_told(collected, monkeypatch):
    monkeypatch.setattr("netpol_lab.cli.class_table.MOST_FILES", 1)
    learners, (trouble,) = learners_in(collected)
    assert [learner.name for learner in learners] == ["ann"]
    assert trouble.endswith("holds 2 files: the first 1 are read.")


def test_two_learners_of_one_name_are_told_apart_by_their_paths(collected):
    (collected / "other").mkdir()
    write(collected / "other" / "ann.json", Progress())
    expected = ["bob", *(str(collected / name) for name in ("ann.json", "other/ann.json"))]
    assert sorted(names_in(collected)) == sorted(expected)


def test_a_name_that_a_spreadsheet_would_run_is_made_harmless(tmp_path):
    write(tmp_path / "=1+1.json", Progress())
    assert table(tmp_path)[0]["learner"] == "'=1+1"


@pytest.mark.skipif(os.name == "nt", reason="no file can be called so there")
def test_a_name_cannot_send_commands_to_a_terminal(tmp_path):
    write(tmp_path / "\x1b[31mred\n.json", Progress())
    assert table(tmp_path)[0]["learner"] == r"\x1b[31mred\n"


def test_what_a_learner_has_done_is_not_written_over(collected):
    files = find_files([str(collected)], [])
    refuse_to_overwrite(files, str(collected / "class.csv"))
    refuse_to_overwrite(files, None)
    with pytest.raises(NetpolError, match="writing there would lose it"):
        refuse_to_overwrite(files, str(collected / "bob" / ".." / "ann.json"))
