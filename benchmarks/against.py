"""How long a piece of work takes in this checkout and in an earlier one, in turns on one machine.

Each workload is a snippet that sets something up and leaves a function `work`; a process of its
own in each checkout runs it. Rounds alternate between the two, so that whatever else the machine
is doing slows both; the medians of their processor time are compared.

    git worktree add ../before <commit>
    python benchmarks/against.py ../before
    python benchmarks/against.py ../before toggle --rounds 9
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
BENCHMARKS = ROOT / "benchmarks"  # both checkouts are measured with the same made-up clusters


class Workload(NamedTuple):
    """What is measured.

    Parameters
    ----------
    name : str
    snippet : str
        Python that defines `work`, a function of the number of the call; it may use only public
        names of `netpol_lab`, which are the same in both checkouts, and `_generated`.
    calls : int
        How often a round calls `work`, beside the first calls, which are not counted.
    limit : float
        The most that the new time may be, as a part of the old one.
    """

    name: str
    snippet: str
    calls: int
    limit: float


TOGGLE = """
import netpol_lab as lab
from _generated import as_json, templates

cluster = lab.load(as_json(templates(100, 20)))
board = lab.explore(cluster, port=8080)
names = [str(policy) for policy in cluster.policies][:5]

def work(call):
    board.set({names[call % 5]: call // 5 % 2 == 1})
"""

EXERCISE = """
import os
os.environ["NETPOL_LAB_PROGRESS"] = "off"
import netpol_lab as lab

task = lab.exercise("two-tiers")
attempt = task.file.answer{change}

def work(call):
    named = attempt.replace("search-ingress", f"search-{{call}}")  # no two attempts are the same
    feedback = task.check(named)
    assert feedback.solved is {solved}
    feedback._repr_mimebundle_()
"""
RIGHT = EXERCISE.format(change="", solved=True)
WRONG = EXERCISE.format(change='.replace("tier: page", "tier: crawler")', solved=False)

WORKLOADS = (
    Workload("toggle", TOGGLE, calls=20, limit=0.6),
    Workload("right answer", RIGHT, calls=40, limit=0.4),
    Workload("wrong answer", WRONG, calls=40, limit=0.4),
)

TIMED = """
import gc, time
from statistics import median

def took(call):
    started = time.process_time()  # other programs do not count
    work(call)
    return time.process_time() - started

for call in range({warm_up}):
    work(call)
gc.collect()
print(median(took(call) for call in range({warm_up}, {warm_up} + {calls})))
"""
WARM_UP = 10


def main() -> int:
    """Measure the workloads that were named, or all, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("before", type=Path, nargs="?", help="a checkout of an earlier commit")
    parser.add_argument("names", nargs="*", help="workloads (default: all)")
    parser.add_argument("--rounds", type=int, default=7, help="in each checkout (default: 7)")
    asked = parser.parse_args()
    if asked.before is None:  # as in `make bench`
        print("Nothing to compare with: name a checkout of an earlier commit.")
        return 0
    print(f"{'milliseconds, medians':24}{'before':>9}{'now':>9}{'ratio':>7}")
    for workload in WORKLOADS:
        if workload.name in asked.names or not asked.names:
            print(line(workload, *measured(workload, asked.before.resolve(), asked.rounds)))
    return 0


def measured(workload: Workload, before: Path, rounds: int) -> tuple[float, float]:
    """Return the median milliseconds of one call, before and now."""
    times: dict[Path, list[float]] = {before: [], ROOT: []}
    for _ in range(rounds):
        for checkout, taken in times.items():
            taken.append(one_round(workload, checkout))
    old, new = (1000 * median(taken) for taken in times.values())
    return old, new


def one_round(workload: Workload, checkout: Path) -> float:
    """Return the median seconds of one call, in a process of its own."""
    program = workload.snippet + TIMED.format(warm_up=WARM_UP, calls=workload.calls)
    path = os.pathsep.join(map(str, (checkout, BENCHMARKS)))
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{workload.name} fails in {checkout}:\n{done.stderr}")
    return float(done.stdout)


def line(workload: Workload, old: float, new: float) -> str:
    """Return one line of the table, and whether what we ask is met."""
    ratio = new / old
    met = "met" if ratio <= workload.limit else "NOT MET"
    asked = f"   asked for: at most {workload.limit}: {met}"
    return f"{workload.name:24}{old:9.1f}{new:9.1f}{ratio:7.2f}{asked}"


if __name__ == "__main__":
    sys.exit(main())
