"""`make test`: every check, in order, to the end, with one summary.

A step that fails doesn't stop the ones after it: whoever broke three things sees three things.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
import xml.etree.ElementTree as xml
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chromium import find_chromium
from environment import ROOT, ToolError, prepare, say, venv_program

PYTEST = ("{python}", "-m", "pytest")
TWO_AT_A_TIME = ("-n", "2")


@dataclass(frozen=True)
class Step:
    """One check: a short name to ask for it by, a title, a command, and what it counts."""

    name: str
    title: str
    command: tuple[str, ...]
    counts: str = ""  # what one test of its JUnit report is called


STEPS = (
    Step("lint", "ruff check", ("{python}", "-m", "ruff", "check", "--output-format=concise", ".")),
    Step("format", "ruff format", ("{python}", "-m", "ruff", "format", "--check", ".")),
    Step("types", "mypy --strict", ("{python}", "-m", "mypy")),
    Step("imports", "who imports whom", ("{lint-imports}", "--no-logo")),
    Step(
        "unit",
        "unit tests",
        # Whoever is done first takes over from the other: some tests are long.
        (*PYTEST, "tests", "--ignore=tests/browser", *TWO_AT_A_TIME, "--dist", "worksteal"),
        "tests",
    ),
    Step("cases", "conformance cases", ("{netpol-lab}", "test", "tests/cases")),
    Step("doctest", "docstring examples", (*PYTEST, "--doctest-modules", "netpol_lab"), "tests"),
    Step(
        "notebooks",
        "notebooks, strictly",
        (
            *(*PYTEST, "--nbval", "--nbval-current-env", "--nbval-cell-timeout=120"),
            # A notebook is one kernel: its cells stay together.
            *(*TWO_AT_A_TIME, "--dist", "loadscope", "notebooks"),
        ),
        "notebook cells",
    ),
    Step("browser", "browser tests", (*PYTEST, "tests/browser"), "browser checks"),
)

NO_BROWSER = (
    "No Chromium, Chrome or Edge was found, so the browser tests did not run. "
    "Install one, or name one in CHROMIUM."
)


@dataclass(frozen=True)
class StepResult:
    """How a step went: ok, failed, or (None) not run."""

    step: Step
    ok: bool | None
    seconds: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def word(self) -> str:
        """Say it in one word."""
        return {True: "ok", False: "FAILED", None: "not run"}[self.ok]


def run_checks(names: list[str]) -> int:
    """Run the named steps (all when none is named) and print the results."""
    steps = choose_steps(names)
    python = prepare()
    results = [run_step(step, python) for step in steps]
    say(summary(results))
    return 1 if any(result.ok is False for result in results) else 0


def choose_steps(names: list[str]) -> list[Step]:
    """Return the steps to run, always in their order."""
    known = [step.name for step in STEPS]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ToolError(f"There is no check {unknown[0]!r}. The checks are: {', '.join(known)}.")
    return [step for step in STEPS if not names or step.name in names]


def run_step(step: Step, python: Path) -> StepResult:
    """Run one step and count what it did."""
    say(f"\n=== {step.title}")
    try:
        browser = find_chromium(python) if step.name == "browser" else None
    except ToolError as error:
        say(str(error))
        return StepResult(step, False)
    if step.name == "browser" and not browser:
        say(NO_BROWSER)
        return StepResult(step, False if os.environ.get("REQUIRE_BROWSER") == "1" else None)
    return carry_out(step, python, browser)


def carry_out(step: Step, python: Path, browser: str | None) -> StepResult:
    """Run a step's command, time it and count."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        started = time.monotonic()
        ok, output = attempt(step, command_of(step, python, report), environment(browser))
        seconds = time.monotonic() - started
        counts = count(step, ok, report, output)
    return StepResult(step, ok and has_counted(step, counts), seconds, counts)


def attempt(step: Step, command: list[str], env: Mapping[str, str]) -> tuple[bool, str]:
    """Run a step's command; only a step that is counted by its words is captured."""
    try:
        return (run_captured if step.name == "cases" else run_shown)(command, env)
    except OSError as error:
        say(f"{command[0]} could not be started: {error.strerror}")
        return False, ""


def command_of(step: Step, python: Path, report: Path) -> list[str]:
    """Fill in the programs of `.venv`, and ask pytest for a report."""
    scripts = {f"{{{name}}}": str(venv_program(name)) for name in ("netpol-lab", "lint-imports")}
    programs = {"{python}": str(python), **scripts}
    report_option = [f"--junit-xml={report}"] if step.counts else []
    return [*(programs.get(word, word) for word in step.command), *report_option]


def environment(browser: str | None) -> Mapping[str, str]:
    """Return the environment of a step: UTF-8, no file of progress, the browser to test with."""
    settings = {"PYTHONUTF8": "1", "NETPOL_LAB_PROGRESS": "off"}
    return {**os.environ, **settings, **({"CHROMIUM": browser} if browser else {})}


def run_captured(command: list[str], env: Mapping[str, str]) -> tuple[bool, str]:
    """Run a command, show its output as it comes, and return it together with how it went."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    with process:
        output = "".join(show(line) for line in process.stdout or ())
    return process.returncode == 0, output


def run_shown(command: list[str], env: Mapping[str, str]) -> tuple[bool, str]:
    """Run a command that writes to the terminal itself, with its colours and progress."""
    return subprocess.run(command, cwd=ROOT, env=env).returncode == 0, ""


def show(line: str) -> str:
    """Print a line as it comes, and hand it on."""
    print(line, end="", flush=True)
    return line


# --- counting -------------------------------------------------------------------------------


def count(step: Step, ok: bool, report: Path, output: str) -> Counter[str]:
    """Count what a step ran: from its JUnit report, or from the sentence it ends with."""
    if not step.counts:
        return count_expectations(output) if step.name == "cases" else Counter()
    counts = count_report(report)
    ran = Counter({step.counts: counts["passed"] + counts["failed"]})
    if not ok and not counts["failed"]:
        counts["failed"] = 1  # it fell over before or after its tests
    return counts + ran


def count_report(report: Path) -> Counter[str]:
    """Count passed, failed and skipped tests in a JUnit report; no report counts nothing."""
    try:
        suites = list(xml.parse(report).getroot().iter("testsuite"))
    except (OSError, xml.ParseError):
        return Counter()
    total = {
        key: sum(int(suite.get(key, 0)) for suite in suites)
        for key in ("tests", "failures", "errors", "skipped")
    }
    failed = total["failures"] + total["errors"]
    passed = total["tests"] - failed - total["skipped"]
    return Counter(passed=passed, failed=failed, skipped=total["skipped"])


# "210 files, 21 345 expectations: all hold", with or without separators in the numbers
NUMBER = r"(\d+(?:[ ,_.\u00a0\u202f]\d{3})*)"
EXPECTATIONS = re.compile(
    rf"{NUMBER} (?:case|file)s?(?: files?)?,? (?:and )?{NUMBER} expectations?"
)


def count_expectations(output: str) -> Counter[str]:
    """Read the numbers in the last line of `netpol-lab test` that has them."""
    found = EXPECTATIONS.findall(output)
    if not found:
        return Counter()
    cases, expectations = (int(re.sub(r"\D", "", number)) for number in found[-1])
    return Counter(cases=cases, expectations=expectations)


def has_counted(step: Step, counts: Counter[str]) -> bool:
    """Tell whether a step that is there to test something has tested something."""
    wanted = "expectations" if step.name == "cases" else step.counts
    if wanted and not counts[wanted]:
        say(f"This step ran no {wanted} at all, which counts as failed.")
    return not wanted or counts[wanted] > 0


# --- the summary ----------------------------------------------------------------------------

COUNTED = ("tests", "cases", "expectations", "notebook cells", "browser checks")


def summary(results: Iterable[StepResult]) -> str:
    """Return the closing lines: a table of steps, what was counted, and the sum."""
    results = list(results)
    counts: Counter[str] = sum((result.counts for result in results), Counter())
    failed = [result.step.title for result in results if result.ok is False]
    return "\n".join(
        [
            "\n=== Summary",
            *(f"{o.step.title:<22}{o.word:<9}{o.seconds:6.1f} s" for o in results),
            ", ".join(f"{name} {counts[name]}" for name in COUNTED),
            f"Failed: {', '.join(failed)}." if failed else "Nothing failed.",
            totals(counts),
        ]
    )


def totals(counts: Counter[str]) -> str:
    """Return the last line; the steps without tests of their own are in the table above it."""
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    return f"{counts['passed']} passed, {counts['failed']} failed{skipped}"
