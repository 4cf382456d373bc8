"""The file of progress: whatever stands in it, it is read safely or called broken."""

import json
import os

import pytest

from netpol_lab.progress_file import (
    MAX_BYTES,
    NOTHING,
    BrokenProgressError,
    Progress,
    Score,
    Task,
    aside,
    read,
    shortened,
    write,
)

SOME = Progress({"two-tiers": Task(True, 2, 1, text="kind: Ä")}, {"02": Score(2, 3, 1)})


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


GOOD = {"version": 1, "exercises": {}, "quizzes": {}, "predictions": {}}
BROKEN = {
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


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_called_that(file, content):
    file.write_bytes(content)
    with pytest.raises(BrokenProgressError, match=r"^mine\.json .+\.$"):
        read(file)


def test_a_file_from_a_newer_version_is_not_called_damaged(file):
    file.write_bytes(BROKEN["newer"])
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
    other = Progress({"two-tiers": Task(False, 3, text="kind: Ä")}, {"02": Score(3, 3, 1)})
    assert SOME.also(other) == other.also(SOME)
    assert SOME.also(SOME) == SOME


def test_a_name_that_is_taken_is_not_taken_again(tmp_path):
    for name in ("p.json", "p.why-1.json"):
        (tmp_path / name).touch()
    assert aside(tmp_path / "p.json", "why").name == "p.why-2.json"


def test_a_text_is_shortened_between_two_letters():
    assert shortened("é" * 20_000) == "é" * 10_000
