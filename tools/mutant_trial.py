"""Trying a mutant: what may kill it, in a copy of the checkout and in a process of its own.

Every try is a fork of this process, in which pytest and its like are loaded already, but nothing of
the package.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import hypothesis  # noqa: F401
import networkx  # noqa: F401
import pytest
import yaml  # noqa: F401
from mutations import Mutation

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("netpol_lab", "tests", "docs", "examples", "tools", "conftest.py", "pyproject.toml")
CLUSTERS = 200  # of the referee
CHEAP, DEAR = 2.0, 30.0  # seconds of processor time; files of tests that take more come later
PATIENCE, AT_LEAST = 5, 10  # times as long as without a mutant, and seconds
MEMORY = 4 << 30
LONGEST = 1800  # seconds that a mutant may take in all, asleep or awake


class Mutant(NamedTuple):
    """A mutation of one module.

    Parameters
    ----------
    module : str
        Its file, seen from the package.
    line : int
    before, after : str
        The lines that it touches.
    mutation : Mutation
    """

    module: str
    line: int
    before: str
    after: str
    mutation: Mutation

    def __str__(self) -> str:
        return f"{self.module}:{self.line}\n    {self.before}\n    {self.after}"

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is found by again after lines have moved."""
        return self.module, self.before, self.after


class Step(NamedTuple):
    """One thing that may kill a mutant: files of tests, or what `kind` says."""

    kind: str
    files: tuple[str, ...] = ()


# --- what may kill them -----------------------------------------------------------------------


def own_test(module: str) -> str:
    """Return the file that tests a module: for `engine/fix.py`, `tests/engine/test_fix.py`."""
    path = Path(module)
    return (Path("tests") / path.parent / f"test_{path.name}").as_posix()


def steps_for(module: str, costs: Mapping[str, float]) -> list[Step]:
    """Return what a mutant of a module goes through: what is near and quick first."""
    own, room = own_test(module), module.partition("/")[0]
    files = sorted(costs, key=lambda file: (not file.startswith(f"tests/{room}/"), costs[file]))
    others = [file for file in files if file != own and file.startswith("tests/")]
    quick = [file for file in others if costs[file] <= CHEAP]
    near = [file for file in quick if file.startswith(f"tests/{room}/")]
    steps = [
        Step("tests", (own,) if own in costs else ()),
        Step("doctests", (f"netpol_lab/{module}",)),
        Step("tests", tuple(near)),
        *(Step(kind) for kind in ("cases", "referee") if kind in costs),
        Step("tests", tuple(file for file in quick if file not in near)),
        *(Step("tests", (file,)) for file in others if file not in quick),
    ]
    if costs.get(own, 0) > DEAR:  # it has its turn, but not the first
        steps.append(steps.pop(0))
    return [step for step in steps if step.files or step.kind in ("cases", "referee")]


def near_steps(module: str, costs: Mapping[str, float]) -> list[Step]:
    """Return what is near a module and quick, the cases and the clusters."""
    own, room = own_test(module), f"tests/{module.partition('/')[0]}/"
    quick = {file for file, cost in costs.items() if cost <= CHEAP and file.startswith(room)}
    kept = {own, f"netpol_lab/{module}", *quick}
    return [step for step in steps_for(module, costs) if kept.issuperset(step.files)]


class FirstFailure:
    """A pytest plugin that keeps the name of the first test that fails, and shortens long ones."""

    name = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Of a test that goes through clusters from a `first` one on, take only the first few."""
        items[:] = [item for item in items if _first_cluster(item) < CLUSTERS]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that failed."""
        if report.failed and not self.name:
            self.name = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a file that cannot even be read."""
        if report.failed and not self.name:
            self.name = f"{report.nodeid}: cannot be imported"


def _first_cluster(item: pytest.Item) -> int:
    first = item.callspec.params.get("first", 0) if hasattr(item, "callspec") else 0
    return first if isinstance(first, int) else 0


PYTEST = ("-x", "-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", "-p", "no:xdist")


def killer_in(step: Step) -> str:
    """Run one step in this process; return what failed, or nothing."""
    if step.kind == "cases":
        from netpol_lab.checks.expectations import run

        failures = run(["tests/cases"]).failures
        return f"{failures[0].file}" if failures else ""
    if step.kind == "referee":
        from tests.referee.soak import soak

        return "referee" if soak(range(CLUSTERS)) else ""
    seen = FirstFailure()
    doctests = ("--doctest-modules",) if step.kind == "doctests" else ()
    status = pytest.main([*PYTEST, *doctests, *step.files], plugins=[seen])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return seen.name or f"pytest: {status!s}"
    return ""


# --- one process for each mutant --------------------------------------------------------------


def in_copy(folder: Path, steps: Sequence[Step], costs: Mapping[str, float], out: Path) -> int:
    """Fork; the child runs the steps in a copy of the checkout and writes down what failed."""
    child = os.fork()
    if child:
        return child
    try:
        os.setsid()
        os.chdir(folder)
        os.environ |= {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
        sys.path[:] = [str(folder), str(folder / "tools"), *sys.path]
        sys.dont_write_bytecode = True
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        silent = os.open(out.with_suffix(".log"), os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        _run_steps(steps, costs, out)
    finally:
        os._exit(0)


def _run_steps(steps: Sequence[Step], costs: Mapping[str, float], out: Path) -> None:
    """Run steps up to the first failure, each within its time, and write down how it went."""
    for step in steps:
        names = step.files or (step.kind,)
        out.write_text(json.dumps({"killer": "", "during": _called(step)}))
        if costs:
            _limit(AT_LEAST + PATIENCE * sum(costs.get(name, 0.0) for name in names))
        try:
            killer = killer_in(step)
        except BaseException as error:
            killer = f"{_called(step)}: {type(error).__name__}"
        if killer:
            out.write_text(json.dumps({"killer": killer}))
            return
    out.write_text(json.dumps({"killer": ""}))


def _called(step: Step) -> str:
    return step.files[0] if len(step.files) == 1 else f"{step.kind} {len(step.files) or ''}".strip()


def _limit(seconds: float) -> None:
    """Have the system end this process once it has used so much more processor time."""
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(used + seconds) + 1, hard))


class Worker:
    """A copy of the checkout in which one mutant at a time is tried."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out = folder, folder.with_suffix(".json")
        for name in COPIED:
            whole = ROOT / name
            if whole.is_dir():
                skipped = shutil.ignore_patterns("__pycache__", "*.ipynb")
                shutil.copytree(whole, folder / name, ignore=skipped)
            elif whole.exists():
                folder.mkdir(exist_ok=True)
                shutil.copy(whole, folder)
        self.child, self.started, self.cpu = 0, 0.0, 0.0
        self.mutant: Mutant | None = None
        self.right = b""

    def start(
        self, mutant: Mutant | None, steps: Sequence[Step], costs: Mapping[str, float]
    ) -> None:
        """Plant a mutant and begin to try it."""
        self.mutant, self.started = mutant, time.monotonic()
        if mutant:
            module = self.folder / "netpol_lab" / mutant.module
            self.right = module.read_bytes()
            module.write_bytes(mutant.mutation.applied(self.right))
        self.child = in_copy(self.folder, steps, costs, self.out)

    def has_ended(self) -> bool:
        """Say whether the child has ended; one that sleeps for ever is ended here."""
        if time.monotonic() - self.started > LONGEST:
            os.kill(self.child, signal.SIGKILL)
        ended, _, usage = os.wait4(self.child, os.WNOHANG)
        if ended:
            self.cpu = usage.ru_utime + usage.ru_stime
        return bool(ended)

    def finish(self) -> dict[str, Any]:
        """Take the mutant out again, and return what became of it."""
        try:
            found = json.loads(self.out.read_text())
        except (OSError, ValueError):
            found = {"killer": "the process ended"}
        if found.get("during"):
            found = {"killer": f"ran out of time in {found['during']}"}
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child, signal.SIGKILL)  # whatever it has started
        self.child = 0
        if self.mutant:
            (self.folder / "netpol_lab" / self.mutant.module).write_bytes(self.right)
        seconds = round(time.monotonic() - self.started, 1)
        return {"killer": found["killer"], "seconds": seconds, "cpu": self.cpu}


def tried(
    workers: Sequence[Worker],
    tasks: Iterable[tuple[Mutant | None, list[Step]]],
    costs: Mapping[str, float],
) -> Iterator[tuple[Mutant | None, list[Step], dict[str, Any]]]:
    """Try everything, as much at a time as there are workers, and yield each as it ends."""
    waiting, steps_of = iter(tasks), {}
    idle, busy = list(workers), []
    while True:
        for worker in list(idle):
            if (task := next(waiting, None)) is None:
                break
            worker.start(*task, costs)
            idle.remove(worker)
            busy.append(worker)
            steps_of[worker] = task[1]
        if not busy:
            return
        time.sleep(0.05)
        for worker in list(busy):
            if worker.has_ended():
                busy.remove(worker)
                idle.append(worker)
                yield worker.mutant, steps_of[worker], worker.finish()


def measured(workers: Sequence[Worker], files: Iterable[str]) -> dict[str, float]:
    """Return how long each file of tests takes without a mutant; what fails then is left out."""
    tasks = [(None, [Step("tests", (file,))]) for file in files]
    tasks += [(None, [Step("referee")]), (None, [Step("cases")])]
    costs: dict[str, float] = {}
    for _, (step,), found in tried(workers, tasks, {}):
        name = step.files[0] if step.files else step.kind
        if found["killer"]:
            print(f"left out, as it fails without a mutant: {found['killer']}", flush=True)
        else:
            costs[name] = found["cpu"]
    return costs


def fails_together(
    workers: Sequence[Worker], modules: Iterable[str], costs: Mapping[str, float]
) -> str:
    """Say what fails without a mutant when several files of tests run in one process."""
    groups = {step for module in modules for step in steps_for(module, costs) if step.files[1:]}
    failed = tried(workers, ((None, [step]) for step in sorted(groups)), {})
    return next((found["killer"] for _, _, found in failed if found["killer"]), "")
