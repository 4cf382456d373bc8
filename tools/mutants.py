"""Plant small slips in engine, reach and manifests, one at a time: does anything notice them?

    make mutants                                     150 mutants, sampled by --seed
    python tools/mutants.py 40 --room engine         40 of one room
    python tools/mutants.py 20 --module engine/verdict.py --out mutants.json
    python tools/mutants.py --again mutants.json     those that survived, after new tests

Each mutant is judged in a copy of the checkout by, in this order and up to the first failure: the
tests of its module and its doctests, those of its room, the cases, 200 clusters of the referee, and
the tests of the other two rooms; files that take long come last. A mutant that needs far more time
than the code as it is counts as killed. Ends with 1 if fewer than 95 % are killed.

Why no library: mutmut 3 leaves out code outside functions and decorated functions (our properties
and caches), cosmic-ray has one command for all mutants and changes the working tree, and neither
samples by a seed. A mutant that changes nothing anybody could see belongs into `mutants.toml`.

Every mutant is a fork of this process, in which pytest and its like are loaded already, but nothing
of the package. It works where there is `os.fork`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import hypothesis  # noqa: F401
import networkx  # noqa: F401
import pytest
import yaml  # noqa: F401
from mutations import Mutation, mutations

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("engine", "reach", "manifests")
ARGUED = Path(__file__).with_suffix(".toml")
COPIED = ("netpol_lab", "tests", "docs", "examples", "tools", "conftest.py", "pyproject.toml")
CLUSTERS = 200  # of the referee
WANTED = 0.95
CHEAP = 2.0  # seconds of processor time; a file of tests that takes more comes later
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


# --- which mutants ----------------------------------------------------------------------------


def mutants_of(package: Path, module: str) -> Iterator[Mutant]:
    """Yield all mutants of one module."""
    text = (package / module).read_bytes()
    for mutation in mutations(text):
        yield Mutant(module, mutation.line(text), *mutation.spoken(text), mutation)


def modules_of(package: Path, rooms: Iterable[str]) -> list[str]:
    """Return the modules of some rooms, as paths seen from the package."""
    found = (file for room in rooms for file in sorted((package / room).rglob("*.py")))
    return [file.relative_to(package).as_posix() for file in found]


def sampled(all_mutants: Iterable[Mutant], number: int, seed: int) -> list[Mutant]:
    """Return some mutants on different lines; each room and each kind of slip has its turn."""
    groups: dict[tuple[str, str], list[Mutant]] = defaultdict(list)
    for mutant in all_mutants:
        groups[mutant.module.partition("/")[0], mutant.mutation.operator].append(mutant)
    rng = random.Random(seed)
    for group in groups.values():
        rng.shuffle(group)
    decks = list(groups.values())
    rng.shuffle(decks)
    in_turn = (mutant for hand in zip_longest(*decks) for mutant in hand if mutant)
    by_line: dict[tuple[str, int], Mutant] = {}
    for mutant in in_turn:
        by_line.setdefault((mutant.module, mutant.line), mutant)
    return list(by_line.values())[:number]


def argued(file: Path = ARGUED) -> dict[tuple[str, str, str], str]:
    """Return the mutants that change nothing anybody could see, and why."""
    if not file.exists():
        return {}
    listed = tomllib.loads(file.read_text(encoding="utf-8")).get("equivalent", ())
    return {(item["module"], item["before"], item["after"]): item["why"] for item in listed}


# --- what may kill them -----------------------------------------------------------------------


def own_test(module: str) -> str:
    """Return the file that tests a module: for `engine/fix.py`, `tests/engine/test_fix.py`."""
    path = Path(module)
    return (Path("tests") / path.parent / f"test_{path.name}").as_posix()


def steps_for(module: str, costs: Mapping[str, float]) -> list[Step]:
    """Return what a mutant of a module goes through: what is near and quick first."""
    own, room = own_test(module), module.partition("/")[0]
    files = sorted(costs, key=lambda file: costs[file])
    near = [file for file in files if file.startswith(f"tests/{room}/") and file != own]
    far = [file for file in files if not file.startswith(f"tests/{room}/")]
    quick = [file for file in near if costs[file] <= CHEAP]
    slow = [file for file in near if costs[file] > CHEAP]
    first = [own] if costs.get(own, CHEAP + 1) <= CHEAP else []
    slow += [own] if own in costs and not first else []
    steps = [
        Step("tests", tuple(first)), Step("doctests", (f"netpol_lab/{module}",)),
        Step("tests", tuple(quick)), Step("cases"), Step("referee"),
        *(Step("tests", (file,)) for file in slow),
        Step("tests", tuple(file for file in far if costs[file] <= CHEAP)),
        *(Step("tests", (file,)) for file in far if costs[file] > CHEAP),
    ]  # fmt: skip
    return [step for step in steps if step.files or step.kind in ("cases", "referee")]


class FirstFailure:
    """A pytest plugin that keeps the name of the first test that fails."""

    name = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that failed."""
        if report.failed and not self.name:
            self.name = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a file that cannot even be read."""
        if report.failed and not self.name:
            self.name = f"{report.nodeid}: cannot be imported"


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
            say(f"left out, as it fails without a mutant: {found['killer']}")
        else:
            costs[name] = found["cpu"]
    return costs


# --- what became of them ----------------------------------------------------------------------


class Outcome(NamedTuple):
    """What became of a mutant: who killed it, or why it is no fault; nothing if it survived."""

    mutant: Mutant
    killer: str
    why: str
    seconds: float

    @property
    def word(self) -> str:
        """One word."""
        return "killed" if self.killer else "equivalent" if self.why else "SURVIVED"

    def __str__(self) -> str:
        return (
            f"{self.word:<10} {self.seconds:6.1f} s  {self.mutant}\n    {self.killer or self.why}"
        )

    def as_data(self) -> dict[str, Any]:
        """Return it as plain values."""
        _, line, before, after, mutation = self.mutant
        return {
            "module": self.mutant.module, "line": line, "operator": mutation.operator,
            "before": before, "after": after, "outcome": self.word.lower(),
            "killer": self.killer, "why": self.why, "seconds": self.seconds,
        }  # fmt: skip


def share_killed(outcomes: Sequence[Outcome]) -> float:
    """Return how many were killed, of those that change something."""
    counted = [outcome for outcome in outcomes if outcome.word != "equivalent"]
    return sum(bool(outcome.killer) for outcome in counted) / max(1, len(counted))


def summary(outcomes: Sequence[Outcome]) -> str:
    """Return what survived, and the numbers for each room."""
    lines = [f"{outcome}" for outcome in outcomes if not outcome.killer]
    for room in ROOMS:
        here = [one for one in outcomes if one.mutant.module.startswith(f"{room}/")]
        words = [one.word for one in here]
        if here:
            killed, alike = words.count("killed"), words.count("equivalent")
            lines.append(f"{room}: {len(here)} mutants, {killed} killed, {alike} equivalent")
    total = f"{len(outcomes)} mutants, {100 * share_killed(outcomes):.1f} % of the others killed"
    return "\n".join([*lines, total])


def say(words: object) -> None:
    """Print at once, for somebody who watches."""
    print(words, flush=True)


def chosen(asked: argparse.Namespace, package: Path) -> list[Mutant]:
    """Return the mutants that were asked for."""
    modules = asked.module or modules_of(package, asked.room or ROOMS)
    everything = [mutant for module in modules for mutant in mutants_of(package, module)]
    if not asked.again:
        return sampled(everything, asked.number, asked.seed)
    survived = {
        (item["module"], item["before"], item["after"])
        for item in json.loads(asked.again.read_text(encoding="utf-8"))
        if item["outcome"] == "survived"
    }
    return list({mutant.key: mutant for mutant in everything if mutant.key in survived}.values())


def main() -> int:
    """Try mutants and report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("number", type=int, nargs="?", default=150, help="how many (default: 150)")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (default: 1)")
    parser.add_argument("--room", action="append", choices=ROOMS, help="only of this room")
    parser.add_argument("--module", action="append", help="only of this one: engine/verdict.py")
    parser.add_argument("--again", type=Path, help="what survived according to this report")
    parser.add_argument("--out", type=Path, help="write a report as JSON")
    parser.add_argument("--workers", type=int, default=2, help="at a time (default: 2)")
    parser.add_argument(
        "--list", action="store_true", help="only show which mutants would be tried"
    )
    asked = parser.parse_args()
    mutants = chosen(asked, ROOT / "netpol_lab")
    if asked.list:
        print(*mutants, sep="\n")
        return 0
    outcomes: list[Outcome] = []
    why, began = argued(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        workers = [Worker(Path(folder) / str(i)) for i in range(asked.workers)]
        files = [
            file for room in ROOMS for file in sorted((ROOT / "tests" / room).rglob("test_*.py"))
        ]
        costs = measured(workers, (file.relative_to(ROOT).as_posix() for file in files))
        say(f"without a mutant all takes {sum(costs.values()):.0f} s of processor time\n")
        tasks = ((mutant, steps_for(mutant.module, costs)) for mutant in mutants)
        for mutant, _, found in tried(workers, tasks, costs):
            assert mutant is not None
            ended = Outcome(mutant, found["killer"], why.get(mutant.key, ""), found["seconds"])
            outcomes.append(ended)
            say(f"{len(outcomes)} of {len(mutants)}: {ended}")
            if asked.out:
                report = json.dumps([one.as_data() for one in outcomes], indent=1)
                asked.out.write_text(report, encoding="utf-8")
    say(f"\n{summary(outcomes)}\n{(time.monotonic() - began) / 60:.0f} minutes")
    return int(share_killed(outcomes) < WANTED)


if __name__ == "__main__":
    sys.exit(main())
