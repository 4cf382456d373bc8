"""netpol-lab scenario check: its words, its exit statuses, and the example of docs/exercises.md."""

import re

import pytest

import netpol_lab as lab
from netpol_lab.cli.main import main
from tests.helpers.exercises import GOOD
from tests.helpers.places import DOCS

PAGE = DOCS / "exercises.md"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "pods.yaml").write_text("apiVersion: v1\nkind: Namespace\n", encoding="utf-8")
    return tmp_path


def test_good_files_end_with_0(folder, capsys):
    assert main(["scenario", "check", str(folder), "two-tiers"]) == 0
    said = capsys.readouterr().out
    assert "good.yaml: good, 6 flows" in said
    assert "pods.yaml: passed over" in said
    assert "two-tiers.yaml: good, 40 flows" in said


def test_complaints_end_with_1(folder, capsys):
    (folder / "bad.yaml").write_text("titel: x\n", encoding="utf-8")
    assert main(["scenario", "check", str(folder)]) == 1
    assert "did you mean title?" in capsys.readouterr().out


def test_manifests_that_are_named_are_no_exercise(folder, capsys):
    assert main(["scenario", "check", str(folder / "pods.yaml")]) == 1
    assert "is a manifest, not an exercise" in capsys.readouterr().out


def test_what_is_not_there_ends_with_2(capsys):
    assert main(["scenario", "check", "nowhere.yaml"]) == 2
    assert "nowhere.yaml" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["scenario"], ["scenario", "check"], ["scenario", "chek", "x"]])
def test_wrong_use_ends_with_2(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "usage: " in capsys.readouterr().err


def test_the_task_is_shown_as_a_learner_reads_it(folder, capsys):
    main(["scenario", "check", "--show", str(folder / "good.yaml")])
    said = capsys.readouterr().out
    assert "Wanted on TCP 80:\nto safe\n  allowed from clerk\n  blocked from internet" in said


def example():
    return re.search(r"^```yaml\n(title: .*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)[1]


def test_the_example_on_the_page_is_good_without_a_warning(tmp_path, capsys):
    file = tmp_path / "front-desk.yaml"
    file.write_text(example(), encoding="utf-8")
    assert main(["scenario", "check", str(file)]) == 0
    said = capsys.readouterr().out
    assert "warning" not in said
    assert said.rpartition("/")[2] in PAGE.read_text("utf-8")  # its last line, as the page has it
    task = lab.exercise(file)
    assert task.check(task.file.answer).solved


def test_the_page_names_every_field():
    from netpol_lab.course.exercise_file import ExerciseFile
    from netpol_lab.manifests.api_types import wire_name

    fields = ExerciseFile.__dataclass_fields__.values()
    page = PAGE.read_text("utf-8")
    assert [f.name for f in fields if f"| `{wire_name(f)}` |" not in page] == []
