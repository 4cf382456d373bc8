"""tools/mutants.py: which slips are planted, in what order, and what becomes of them."""

import ast
import json
import os
import subprocess
import sys
from collections import Counter
from textwrap import dedent

import pytest

from tests.helpers.places import PACKAGE, ROOT

if not hasattr(os, "fork"):
    pytest.skip("mutants are forks", allow_module_level=True)

from mutant_trial import near_steps, steps_for
from mutants import ROOMS, Outcome, modules_of, mutants_of, sampled, share_killed
from mutations import mutations

PAIRS = {
    "if a < 1: return": {"if (a <= 1): return", "if (a >= 1): return", "if a < 2: return",
                         "if a < 0: return", "if (not a < 1): return", "if False: return"},
    "x = a and not b": {"x = (a or not b)", "x = a", "x = (not b)", "x = a and b"},
    "f(a, b, key=c)": {"f(b, a, key=c)", "f(a, b)", "pass"},
    "x = min(a, 2)": {"x = max(a, 2)", "x = min(a, 3)", "x = min(a, 1)"},
    "x = [y for y in z if y]": {"x = [y for y in z if True]", "x = [y for y in z if (not y)]"},
    "x = {1: True}": {"x = {}", "x = {2: True}", "x = {0: True}", "x = {1: False}"},
    "x = y[1:]": {"x = y", "x = y[2:]", "x = y[0:]"},
    "continue": {"pass"},
    "x |= y": {"pass"},
}  # fmt: skip


@pytest.mark.parametrize("line", PAIRS)
def test_each_kind_of_slip_changes_one_piece_of_a_line(line):
    body = f"for a in b:\n  {line}" if line == "continue" else f"def f(a):\n  {line}"
    text = body.encode()
    assert {mutation.spoken(text)[1] for mutation in mutations(text)} == PAIRS[line]
    assert {mutation.spoken(text)[0] for mutation in mutations(text)} == {line}


@pytest.mark.parametrize(
    "line",
    [
        "x: int | None",
        "assert a < 1",
        "zip(strict=True)",
        '"""1 < 2"""',
        "@f(1)\ndef g(): ...",
        "f('a', 'b', 'c', 'd')",
    ],
)
def test_what_no_test_can_tell_is_left_alone(line):
    found = {mutation.operator for mutation in mutations(line.encode())}
    assert found <= {"statement removed"}


def test_every_mutant_of_the_package_is_python_and_differs_from_the_module_in_its_line():
    for module in ("engine/verdict.py", "reach/certainty.py", "manifests/text/yaml_reader.py"):
        text = (PACKAGE / module).read_bytes()
        for mutant in mutants_of(PACKAGE, module):
            changed = mutant.mutation.applied(text)
            ast.parse(changed)
            assert changed.splitlines()[: mutant.line - 1] == text.splitlines()[: mutant.line - 1]
            assert mutant.before != mutant.after


def test_a_sample_is_the_same_for_a_seed_and_has_every_room_and_no_line_twice():
    everything = [m for module in modules_of(PACKAGE, ROOMS) for m in mutants_of(PACKAGE, module)]
    found = sampled(everything, 60, 1)
    assert found == sampled(everything, 60, 1) != sampled(everything, 60, 2)
    assert len({(mutant.module, mutant.line) for mutant in found}) == 60
    assert set(Counter(mutant.module.partition("/")[0] for mutant in found)) == set(ROOMS)


COSTS = {
    "tests/engine/test_verdict.py": 1.0, "tests/engine/test_explain.py": 0.5,
    "tests/reach/test_diff.py": 0.1, "tests/reach/test_reachability.py": 90.0,
    "cases": 9.0, "referee": 20.0,
}  # fmt: skip


def test_what_is_near_and_quick_comes_first():
    assert [step.files or step.kind for step in steps_for("engine/verdict.py", COSTS)] == [
        ("tests/engine/test_verdict.py",), ("netpol_lab/engine/verdict.py",),
        ("tests/engine/test_explain.py",), "cases", "referee", ("tests/reach/test_diff.py",),
        ("tests/reach/test_reachability.py",),
    ]  # fmt: skip
    near = near_steps("engine/verdict.py", COSTS)
    assert near == steps_for("engine/verdict.py", COSTS)[:5]
    slow = steps_for("reach/reachability.py", COSTS)
    assert slow[-1].files == ("tests/reach/test_reachability.py",)


def test_a_mutant_that_changes_nothing_does_not_count_against_the_tests():
    killed, alike, survived = (
        Outcome(None, *told, 1.0) for told in (("x", ""), ("", "y"), ("", ""))
    )
    assert [one.word for one in (killed, alike, survived)] == ["killed", "equivalent", "SURVIVED"]
    assert share_killed([killed, alike]) == 1.0
    assert share_killed([killed, killed, killed, survived]) == 0.75


# --- a whole run, of a project with one module ------------------------------------------------

PROJECT = {
    "netpol_lab/__init__.py": "",
    "netpol_lab/checks/expectations.py": """
        class Report:
            failures = []
        def run(paths):
            return Report
    """,
    "netpol_lab/engine/takes.py": """
        def taken(things):
            found = []
            while things:
                found.append(things.pop())
            return found[:3]
    """,
    "tests/engine/test_takes.py": """
        from netpol_lab.engine.takes import taken
        def test_the_last_comes_first():
            assert taken([1, 2]) == [2, 1]
    """,
    "tests/referee/soak.py": """
        def soak(seeds):
            return None
    """,
    "pyproject.toml": """
        [tool.pytest.ini_options]
        addopts = ["--import-mode=importlib"]
        pythonpath = ["."]
    """,
}


@pytest.mark.slow
def test_slips_are_killed_survive_or_run_for_ever_and_the_checkout_stays_as_it_is(tmp_path):
    for name, text in PROJECT.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(dedent(text), encoding="utf-8")
    (tmp_path / "tools").mkdir()
    for name in ("mutants.py", "mutant_trial.py", "mutations.py"):
        text = (ROOT / "tools" / name).read_text(encoding="utf-8")
        impatient = text.replace("AT_LEAST = 5, 10", "AT_LEAST = 5, 4")
        (tmp_path / "tools" / name).write_text(impatient, encoding="utf-8")
    report = tmp_path / "report.json"
    command = [sys.executable, "tools/mutants.py", "99", "--room", "engine", "--out", str(report)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8")
    found = {item["after"]: item for item in json.loads(report.read_text(encoding="utf-8"))}
    assert done.returncode == 1, done.stderr
    assert found["pass"]["killer"] == "ran out of time in tests/engine/test_takes.py"
    assert {line: item["outcome"] for line, item in found.items()} == {
        "pass": "killed", "while (not things):": "killed",
        "return found": "survived", "return found[:4]": "survived", "return found[:2]": "survived",
    }  # fmt: skip
    module = (tmp_path / "netpol_lab/engine/takes.py").read_text(encoding="utf-8")
    assert module == dedent(PROJECT["netpol_lab/engine/takes.py"])
