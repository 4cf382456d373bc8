"""tools/dev.py: what can be told without installing anything."""

import ast
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from venv import EnvBuilder

import checks
import chromium
import commands
import environment
import lab
import lock
import pytest
from checks import Step, StepResult

from tests.helpers.places import ROOT


@pytest.fixture
def venv(tmp_path):
    """A folder that looks like a complete `.venv`, with one package."""
    EnvBuilder(with_pip=False, symlinks=os.name != "nt").create(tmp_path)
    (environment.site_packages(tmp_path) / "pyyaml-6.0.dist-info").mkdir()
    environment.write_stamp(tmp_path, {"packages": "a"})
    return tmp_path


# --- the environment ------------------------------------------------------------------------


def test_a_stamped_environment_is_ready(venv):
    assert environment.is_ready(venv, {"packages": "a"})


def test_other_packages_make_it_unready(venv):
    assert not environment.is_ready(venv, {"packages": "b"})


def test_a_package_that_went_missing_makes_it_unready(venv):
    (environment.site_packages(venv) / "pyyaml-6.0.dist-info").rmdir()
    assert not environment.is_ready(venv, {"packages": "a"})


def test_a_missing_interpreter_makes_it_unready(venv):
    environment.venv_program("python", venv).unlink()
    assert not environment.is_ready(venv, {"packages": "a"})


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_a_damaged_stamp_makes_it_unready(venv, text):
    environment.stamp_file(venv).write_text(text)
    assert not environment.is_ready(venv, {"packages": "a"})


def test_no_environment_is_not_ready(tmp_path):
    assert not environment.is_ready(tmp_path / "none", {"packages": "a"})


def test_the_stamp_changes_with_the_pins_and_with_the_place(tmp_path):
    pins = tmp_path / "requirements.txt"
    pins.write_text("pyyaml==6.0.2\n")
    before = environment.wanted_stamp((pins,), tmp_path)
    pins.write_text("pyyaml==6.0.3\n")
    after = environment.wanted_stamp((pins,), tmp_path)
    assert before["packages"] != after["packages"]
    assert before["made"] == after["made"]
    assert after["made"] != environment.wanted_stamp((pins,), tmp_path / "moved")["made"]


def test_an_environment_without_pip_is_made_anew_only_where_there_is_no_uv(venv):
    wanted = {"made": ["3.11", "here"], "packages": "a"}
    assert environment.must_be_recreated(venv, wanted, have_uv=False)
    assert not environment.must_be_recreated(venv, wanted, have_uv=True)


def test_an_interrupted_installation_leaves_no_stamp(venv, monkeypatch):
    def stop(command, otherwise):
        raise KeyboardInterrupt

    monkeypatch.setattr(environment, "VENV", venv)
    monkeypatch.setattr(environment, "must_be_recreated", lambda *_: False)
    monkeypatch.setattr(environment, "run", stop)
    with pytest.raises(KeyboardInterrupt):
        environment.install()
    assert environment.read_stamp(venv) == {}


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_removing_a_link_leaves_what_it_points_to(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    link = tmp_path / "link"
    link.symlink_to(kept, target_is_directory=True)
    environment.remove(link)
    assert kept.is_dir()
    assert not link.exists()


def test_the_settings_are_ones_that_jupyterlab_knows(venv):
    environment.write_lab_settings(venv)
    written = venv / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    schemas = Path(sys.prefix) / "share" / "jupyter" / "lab" / "schemas"
    for plugin, settings in json.loads(written.read_text()).items():
        package, _, name = plugin.partition(":")
        known = json.loads((schemas / package / f"{name}.json").read_text("utf-8"))["properties"]
        for key, value in settings.items():
            choices = [choice["const"] for choice in known[key].get("oneOf", [])]
            assert value in (choices or [True, False])


# --- JupyterLab -----------------------------------------------------------------------------


def test_lab_opens_the_first_page_or_what_there_is_of_it(tmp_path):
    assert lab.start_url(tmp_path) == "/lab"
    (tmp_path / "notebooks").mkdir()
    assert lab.start_url(tmp_path) == "/lab/tree/notebooks"
    (tmp_path / lab.START).touch()
    assert lab.start_url(tmp_path) == "/lab/tree/notebooks/00-start-here.ipynb"


def test_options_come_from_lab_args_and_from_the_command_line(monkeypatch):
    monkeypatch.setenv("LAB_ARGS", "--no-browser --port 9999")
    assert lab.lab_options(["--debug"]) == ["--no-browser", "--port", "9999", "--debug"]


@pytest.mark.parametrize("root", [True, False])
def test_only_root_is_allowed_as_root(monkeypatch, root):
    monkeypatch.setattr(lab, "is_root", lambda: root)
    command = lab.lab_command(Path("python"), ["--port", "1"])
    assert ("--allow-root" in command) == root
    assert command[-2:] == ["--port", "1"]
    assert not any("token" in word for word in command)


# --- the checks -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "cases", "expectations"),
    [
        ("210 files, 21 345 expectations: all hold", 210, 21345),
        ("1 case, 1 expectation: all hold", 1, 1),
        ("1,210 cases, 21,345 expectations, 3 do not hold", 1210, 21345),
        ("12 case files, 21\u202f345 expectations", 12, 21345),
    ],
)
def test_the_number_of_expectations_is_read_from_the_last_sentence(line, cases, expectations):
    counts = checks.count_expectations(f"reading 7 files\n{line}\n")
    assert counts == Counter(cases=cases, expectations=expectations)


def test_a_report_is_counted(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="9" failures="2" errors="1" skipped="1"/></testsuites>'
    )
    assert checks.count_report(report) == Counter(passed=5, failed=3, skipped=1)


def test_a_step_that_fell_over_counts_as_one_failure(tmp_path):
    step = Step("unit", "unit tests", (), "tests")
    assert checks.count(step, False, tmp_path / "none.xml", "") == Counter(failed=1)


def test_a_step_that_ran_nothing_has_failed(capsys):
    step = Step("notebooks", "notebooks", (), "notebook cells")
    assert not checks.has_counted(step, Counter())
    assert "ran no notebook cells" in capsys.readouterr().out


def test_the_summary_ends_with_the_sum():
    unit, lint = checks.STEPS[3], checks.STEPS[0]
    outcomes = [
        StepResult(lint, False, 0.2),
        StepResult(unit, True, 3.0, Counter(passed=8, tests=8)),
    ]
    lines = checks.summary(outcomes).splitlines()
    assert lines[-3:] == [
        "tests 8, cases 0, expectations 0, notebook cells 0, browser checks 0",
        "Failed: ruff check.",
        "8 passed, 0 failed",
    ]


def test_steps_can_be_named_and_a_wrong_name_is_answered():
    assert [step.name for step in checks.choose_steps(["cases", "lint"])] == ["lint", "cases"]
    with pytest.raises(environment.ToolError, match="The checks are: lint, "):
        checks.choose_steps(["lnit"])


@pytest.mark.parametrize(("required", "ok"), [("1", False), ("", None)])
def test_a_missing_browser_fails_only_where_one_is_required(monkeypatch, capsys, required, ok):
    monkeypatch.setenv("REQUIRE_BROWSER", required)
    monkeypatch.setattr(checks, "find_chromium", lambda python: None)
    browser = next(step for step in checks.STEPS if step.name == "browser")
    assert checks.run_step(browser, Path("python")).ok is ok
    assert "Install one" in capsys.readouterr().out


def test_a_browser_that_is_named_wrongly_is_not_passed_over(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "no-such-browser")
    with pytest.raises(environment.ToolError, match="no-such-browser"):
        chromium.find_chromium(Path("python"))
    browser = next(step for step in checks.STEPS if step.name == "browser")
    assert checks.run_step(browser, Path("python")).ok is False


# --- the commands ---------------------------------------------------------------------------


def test_every_command_is_a_make_target_and_is_explained():
    makefile = (ROOT / "Makefile").read_text()
    targets = next(line for line in makefile.splitlines() if line.startswith(".PHONY"))
    assert targets.split()[1:] == list(commands.COMMANDS)
    assert all(command in commands.overview() for command in commands.COMMANDS)


def test_an_unknown_command_is_answered_with_the_list(capsys):
    assert commands.main(["lap"]) == 2
    assert "There is no command 'lap'." in capsys.readouterr().err


def test_trouble_is_told_in_words(capsys):
    def fail(rest):
        raise environment.ToolError("The packages could not be installed.")

    assert commands.guarded(fail, []) == 1
    assert "could not be installed" in capsys.readouterr().err


def test_the_front_door_can_be_read_by_old_pythons():
    door = ast.parse((ROOT / "tools" / "dev.py").read_text(), feature_version=(3, 4))
    assert not [node for node in ast.walk(door) if isinstance(node, ast.JoinedStr)]


def test_the_commands_need_nothing_but_python():
    command = [sys.executable, "-S", "tools/dev.py", "help"]
    assert subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL).returncode == 0


# --- the pins -------------------------------------------------------------------------------


def test_every_dependency_is_pinned_and_no_place_is_named():
    text = (ROOT / "requirements.txt").read_text()
    pins = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert all("==" in pin for pin in pins)
    assert not [word for word in ("://", "--index", "file:") if word in text]


def test_the_pins_are_resolved_for_every_system():
    assert "--universal" in lock.lock_command("uv", [])
