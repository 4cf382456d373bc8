"""Cells that start with %%policy: what they mean, and kind words where they mean nothing."""

import subprocess
import sys

import pytest

import netpol_lab as lab
from netpol_lab.course import progress
from netpol_lab.course.exercise_loader import find_exercise
from netpol_lab.widgets import policy_cells
from netpol_lab.widgets.policy_cells import answer_cell
from tests.helpers.exercises import GOOD

ANSWER = find_exercise("two-tiers").file.answer


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(policy_cells, "_OPENED", {})
    progress.reset()
    yield
    progress.reset()


def test_a_cell_with_no_exercise_opened_is_told_which_cell_to_run():
    said = str(answer_cell("", "spec: 1"))
    assert "Run the cell with lab.exercise(...) above first" in said
    assert "Your text stays in this cell." in said


def test_a_misspelt_name_is_told_the_right_one():
    assert "Did you mean two-tiers?" in str(answer_cell("two-teirs", ANSWER))


def test_a_name_opens_its_exercise_by_itself_and_quotes_do_not_matter():
    assert answer_cell("two-tiers", ANSWER).solved
    assert answer_cell('"two-tiers"', ANSWER).solved


def test_without_a_name_the_exercise_opened_last_is_meant():
    lab.exercise("only-out")
    lab.exercise("two-tiers")
    assert answer_cell("", ANSWER).solved


def test_a_teachers_file_goes_by_its_path_and_by_its_name(tmp_path):
    path = tmp_path / "my-safe.yaml"
    path.write_text(GOOD, encoding="utf-8")
    answer = find_exercise(str(path)).file.answer
    assert answer_cell(str(path), answer).solved
    assert answer_cell("my-safe", answer).solved


def test_a_teachers_file_with_a_fault_is_answered_with_its_place(tmp_path):
    path = tmp_path / "my-safe.yaml"
    path.write_text(GOOD.replace("title:", "titel:"), encoding="utf-8")
    assert f"{path}:1:1" in str(answer_cell(str(path), ANSWER))


def test_importing_the_package_in_jupyter_makes_the_cells_work_and_loads_no_widgets():
    program = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "import sys\n"
        "shell = InteractiveShell.instance()\n"
        "import netpol_lab\n"
        "assert 'ipywidgets' not in sys.modules\n"
        "print(shell.run_cell_magic('policy', '', 'x'))\n"
    )
    run = [sys.executable, "-c", program]
    said = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert "Which exercise is this for?" in said
