"""tools/dev.py: what can be told without installing anything."""

import ast
import json
import os
import re
import shutil
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


START = """\
import sys, time
from pathlib import Path
sys.path[:0] = {path!r}
import environment
environment.VENV = Path(sys.argv[1], ".venv")
environment.is_ready = lambda venv, _: (venv / "ready").exists()

def install():
    with open(Path(sys.argv[1], "log"), "a") as log:
        log.write("installed\\n")
    time.sleep(0.5)
    environment.VENV.mkdir()
    (environment.VENV / "ready").touch()

environment.install = install
print(environment.prepare())
"""


def test_several_starts_at_once_install_once(tmp_path):
    program = START.format(path=[str(ROOT), str(ROOT / "tools")])
    command = [sys.executable, "-c", program, str(tmp_path)]
    starts = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = [start.communicate(timeout=120)[0] for start in starts]
    assert [start.returncode for start in starts] == [0] * 3
    assert (tmp_path / "log").read_text() == "installed\n"
    assert sum(environment.WAITING in words for words in said) == 2
    assert sorted(os.listdir(tmp_path)) == [".venv", "log"]


def test_a_start_that_died_holds_nobody_up(tmp_path):
    program = START.format(path=[str(ROOT), str(ROOT / "tools")])
    dies = program.replace("time.sleep(0.5)", "import os; os._exit(9)")
    subprocess.run([sys.executable, "-c", dies, str(tmp_path)], timeout=60)
    assert sorted(os.listdir(tmp_path)) == [".venv.lock", "log"]
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], timeout=60, check=True)
    assert sorted(os.listdir(tmp_path)) == [".venv", "log"]


def read_only(folder, *command):
    """Run a command while a folder cannot be written to."""
    if os.geteuid():
        folder.chmod(0o555)
        return subprocess.run(command, capture_output=True, text=True, timeout=60)
    mounted = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'
    words = ["unshare", "--mount", "sh", "-c", mounted, "sh", str(folder), *command]
    run = subprocess.run(words, capture_output=True, text=True, timeout=60)
    if "unshare" in run.stderr or "mount:" in run.stderr:
        pytest.skip("nothing can be mounted here")
    return run


@pytest.mark.skipif(sys.platform != "linux", reason="needs mounts, or folders that say no")
def test_a_checkout_that_cannot_be_written_to_says_so(tmp_path):
    for name in ("tools", "netpol_lab"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("data"))
    for name in ("requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    run = read_only(tmp_path, sys.executable, str(tmp_path / "tools" / "dev.py"), "lab")
    tmp_path.chmod(0o755)
    assert run.returncode == 1
    assert "This checkout cannot be written to (" in run.stderr
    assert "Copy the checkout to a folder of your own" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_complete_environment_needs_nothing_to_be_written(venv, monkeypatch):
    monkeypatch.setattr(environment, "VENV", venv)
    monkeypatch.setattr(environment, "wanted_stamp", lambda: {"packages": "a"})
    environment.write_lab_settings(venv)
    monkeypatch.setattr(environment, "locked", None)
    assert environment.prepare() == environment.venv_program("python", venv)


def test_who_starts_where_nothing_is_kept_is_told(venv, monkeypatch, capsys):
    monkeypatch.setattr(lab, "prepare", lambda: Path("python"))
    monkeypatch.setattr("os.access", lambda *_: False)
    monkeypatch.setattr("subprocess.Popen", lambda *_, **__: None)
    monkeypatch.setattr(lab, "wait_quietly", lambda _: 0)
    assert lab.open_lab([]) == 0
    assert "nothing that you do in them is kept" in capsys.readouterr().out


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
    pins = [line for line in text.replace("\\\n", "").splitlines() if re.match(r"[^\s#]", line)]
    assert len(pins) > 100
    assert all(re.match(r"[\w.-]+==[^ ]+ .*--hash=sha256:[0-9a-f]{64}", pin) for pin in pins)
    assert not [word for word in ("://", "--index", "file:") if word in text]


def test_the_pins_are_resolved_for_every_system():
    assert {"--universal", "--generate-hashes"} <= {*lock.lock_command("uv", [])}


@pytest.mark.parametrize("uv", ["uv", None])
def test_nothing_is_installed_that_has_another_hash(tmp_path, monkeypatch, uv):
    ran = []
    monkeypatch.setattr(environment, "VENV", tmp_path)
    monkeypatch.setattr(environment, "must_be_recreated", lambda *_: False)
    monkeypatch.setattr(environment, "run", lambda command, _: ran.append(command))
    monkeypatch.setattr("shutil.which", lambda _: uv)
    environment.install()
    pinned, editable = ran
    assert "--require-hashes" in pinned
    assert {"--no-deps", "--no-build-isolation"} <= {*editable}
