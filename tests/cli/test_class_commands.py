"""`netpol-lab progress`: what it prints and writes, and how it ends."""

import pytest

from netpol_lab.cli.main import main
from netpol_lab.course.progress_file import Progress, Score, write


@pytest.fixture
def collected(tmp_path):
    write(tmp_path / "ann.json", Progress(quizzes={"02": Score(2, 3, 1)}))
    return tmp_path


def told(capsys, *words, status=0):
    assert main(["progress", *map(str, words)]) == status
    return capsys.readouterr()


def test_text_is_the_usual_format(collected, capsys):
    assert told(capsys, collected).out.splitlines()[1].startswith("ann      0 of 11  no  begun")


def test_another_format_is_named(collected, capsys):
    assert told(capsys, collected, "-o", "csv").out.startswith("learner,done,01,")


def test_the_name_of_a_file_tells_its_format(collected, capsys):
    assert told(capsys, collected, "--details", "--out", collected / "class.md").out == ""
    assert (collected / "class.md").read_text("utf-8").startswith("| learner | chapter |")


def test_another_ending_has_to_be_explained(collected, capsys):
    said = told(capsys, collected, "--out", "class.pdf", status=2)
    assert said.err == (
        'netpol-lab: the end of "class.pdf" does not tell its format: '
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
    assert said.err.endswith("netpol-lab: there is no progress in these paths.\n")


def test_a_name_that_a_terminal_would_obey_is_made_harmless(tmp_path, capsys):
    try:
        (tmp_path / "a\x1b]0;b.json").write_text("{")
    except OSError:
        pytest.skip("no such name can be given here")
    assert "\x1b" not in told(capsys, tmp_path, status=2).err
