"""The command line: messages and exit status, never a traceback."""

import subprocess
import sys

import pytest

from netpol_lab.cli import main


def test_expectations_that_hold_end_with_zero(case_directory, capsys):
    assert main(["test", str(case_directory / "001-e2e-default-deny-ingress.yaml")]) == 0
    assert capsys.readouterr().out == "1 case, 432 expectations: all hold\n"


def test_waiting_files_are_listed(case_directory, capsys):
    assert main(["test", str(case_directory / "239-anp-allow-deny-pass.yaml")]) == 0
    assert "waits for cluster-wide policies" in capsys.readouterr().out


def test_a_failed_expectation_ends_with_one(tmp_path, capsys):
    file = tmp_path / "x.yaml"
    file.write_text("manifests: ''\nexpect: [{from: a, to: b, port: 1, allowed: true}]")
    assert main(["test", str(file)]) == 1
    assert "FAIL" in capsys.readouterr().out


def test_a_missing_path_ends_with_two_and_a_sentence(capsys):
    assert main(["test", "no/such/place"]) == 2
    assert "neither a file" in capsys.readouterr().err


def test_wrong_use_ends_with_two(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["nonsense"])
    assert stop.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


def test_it_runs_as_a_module():
    run = subprocess.run(
        [sys.executable, "-m", "netpol_lab", "--help"], capture_output=True, text=True, check=True
    )
    assert "netpol-lab" in run.stdout
