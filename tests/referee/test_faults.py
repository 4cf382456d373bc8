"""Every planted fault is caught by the cases or by the referee, so both are worth something."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.helpers.places import CASES, PACKAGE
from tests.referee.faults import (
    FAULTS,
    FAULTS_BESIDE_TIERS,
    FAULTS_FOR_EVERYBODY,
    FAULTS_IN_CONVERSION,
    FAULTS_IN_FIXES,
    FAULTS_IN_LINT,
    FAULTS_IN_READING,
    FAULTS_OF_SERVICES,
)

CLUSTERS = "400"


def planted(fault, folder):
    """Copy the package to a folder with one fault in it."""
    package = folder / "netpol_lab"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    module = package / fault.module
    text = module.read_text(encoding="utf-8")
    assert text.count(fault.right) == 1, f"{fault.module} has changed: {fault.right!r}"
    module.write_text(text.replace(fault.right, fault.wrong), encoding="utf-8")
    return folder


def passes(folder, *command):
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, check=False
    )
    return run.returncode == 0


CASES = ("-m", "tests.referee.first_failing", str(CASES))
EVERY_FLOW = ("-m", "tests.referee.every_flow", "60")
NOTHING_ELSE = ("--tiers", "0", "--texts", "0", "--spellings", "0", "--lint", "0", "--fixes", "0")
REFEREE = ("-m", "tests.referee.soak", CLUSTERS, "--seed", "1", *NOTHING_ELSE)
FIXES = ("-m", "tests.referee.soak", "0", "--seed", "1", "--fixes", "90")
CONVERSION = ("-m", "tests.referee.converted", "12")
LINT = ("-m", "tests.referee.soak", "0", "--seed", "1", "--lint", "100")
CASES_OF_LINT = ("-m", "tests.referee.lint_cases")
BESIDE_TIERS = ("-m", "tests.referee.beside_tiers", "40")
READING = ("-m", "tests.referee.soak", "0", "--seed", "1", "--spellings", "3000")


@pytest.mark.parametrize("fault", FAULTS + FAULTS_OF_SERVICES, ids=lambda fault: fault.about)
def test_a_planted_fault_is_caught(fault, tmp_path):
    folder = planted(fault, tmp_path)
    assert not passes(folder, *CASES) or not passes(folder, *REFEREE), fault.about


@pytest.mark.parametrize("fault", FAULTS_FOR_EVERYBODY, ids=lambda fault: fault.about)
def test_a_fault_in_the_answers_about_everybody_is_caught(fault, tmp_path):
    assert not passes(planted(fault, tmp_path), *EVERY_FLOW), fault.about


@pytest.mark.parametrize("fault", FAULTS_IN_READING, ids=lambda fault: fault.about)
def test_a_fault_in_reading_is_caught(fault, tmp_path):
    assert not passes(planted(fault, tmp_path), *READING), fault.about


@pytest.mark.parametrize("fault", FAULTS_IN_CONVERSION, ids=lambda fault: fault.about)
def test_a_fault_in_conversion_is_caught(fault, tmp_path):
    assert not passes(planted(fault, tmp_path), *CONVERSION), fault.about


@pytest.mark.parametrize("fault", FAULTS_IN_FIXES, ids=lambda fault: fault.about)
def test_a_fault_in_fixes_is_caught(fault, tmp_path):
    assert not passes(planted(fault, tmp_path), *FIXES), fault.about


@pytest.mark.parametrize("fault", FAULTS_IN_LINT, ids=lambda fault: fault.about)
def test_a_fault_in_lint_is_caught(fault, tmp_path):
    folder = planted(fault, tmp_path)
    assert not passes(folder, *CASES_OF_LINT) or not passes(folder, *LINT), fault.about


@pytest.mark.parametrize("fault", FAULTS_BESIDE_TIERS, ids=lambda fault: fault.about)
def test_a_fault_beside_cluster_wide_tiers_is_caught(fault, tmp_path):
    folder = planted(fault, tmp_path)
    assert not passes(folder, *CASES_OF_LINT) or not passes(folder, *BESIDE_TIERS), fault.about


WITHOUT_A_FAULT = {
    "cases": CASES, "referee": REFEREE, "every flow": EVERY_FLOW, "reading": READING,
    "fixes": FIXES, "conversion": CONVERSION, "lint": LINT, "cases of lint": CASES_OF_LINT,
    "beside tiers": BESIDE_TIERS,
}  # fmt: skip


@pytest.mark.parametrize("command", WITHOUT_A_FAULT.values(), ids=WITHOUT_A_FAULT)
def test_without_a_fault_all_are_content(command, tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "netpol_lab")
    assert passes(tmp_path, *command)
