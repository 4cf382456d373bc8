"""Commands for teachers: their words, exit statuses, and the example of docs/exercises.md."""

import re

import pytest

import netpol_lab as lab
from netpol_lab.cli.main import main
from netpol_lab.course.progress_file import Progress, Score, write
from tests.helpers.exercises import GOOD
from tests.helpers.places import DOCS

# ---------------------------------------------------------------- scenario check

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


# ---------------------------------------------------------------- progress


@pytest.fixture
def collected(tmp_path):
    write(tmp_path / "ann.json", Progress(quizzes={"02": Score(2, 3, 1)}))
    return tmp_path


def told(capsys, *words, status=0):
    assert main(["progress", *map(str, words)]) == status
    return capsys.readouterr()


def test_text_is_the_usual_format(collected, capsys):
    assert told(capsys, collected).out.splitlines()[1].startswith("ann      0 of 12  no  begun")


def test_another_format_is_named(collected, capsys):
    assert told(capsys, collected, "-o", "csv").out.startswith("learner,done,01,")


def test_the_name_of_a_file_tells_its_format(collected, capsys):
    assert told(capsys, collected, "--details", "--out", collected / "class.md").out == ""
    assert (collected / "class.md").read_text("utf-8").startswith("| learner | chapter |")


def test_another_ending_has_to_be_explained(collected, capsys):
    said = told(capsys, collected, "--out", "class.pdf", status=2)
    assert said.err == (
        'netpol-lab: the suffix of "class.pdf" does not tell its format: '
        "Did you mean .md? Or say it with -o.\n"
    )


def test_a_learner_s_own_file_is_not_written_over(collected, capsys):
    before = (collected / "ann.json").read_bytes()
    told(capsys, collected, "--out", collected / "ann.json", status=2)
    assert (collected / "ann.json").read_bytes() == before


def test_a_broken_file_is_a_warning_and_a_status(collected, capsys):
    (collected / "eve.json").write_text("{")
    said = told(capsys, collected, status=1)
    assert said.err == f"warning: {collected / 'eve.json'} is damaged.\n"
    assert len(said.out.splitlines()) == 2


def test_where_no_file_can_be_read_it_is_wrong_use(tmp_path, capsys):
    said = told(capsys, tmp_path, status=2)
    assert said.out == ""
    assert said.err.endswith("netpol-lab: no progress was found in these paths.\n")


def test_a_name_that_a_terminal_would_obey_is_made_harmless(tmp_path, capsys):
    try:
        (tmp_path / "a\x1b]0;b.json").write_text("{")
    except OSError:
        pytest.skip("no such name can be given here")
    assert "\x1b" not in told(capsys, tmp_path, status=2).err
