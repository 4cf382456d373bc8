"""How long starting takes, as a multiple of a bare Python start, all measured in one run.

    python benchmarks/startup.py                30 rounds
    python benchmarks/startup.py 100

Every round starts each program once, so that a busy moment of the machine hits them all; the
fastest start of each counts, since everything else on the machine only ever adds to it.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

MOST = 5  # times a bare start
PROGRAM = str(Path(sys.executable).with_name("netpol-lab"))
FLOW = ("--from", "web", "--to", "db", "--port", "5432")
BARE, *STARTS = (
    (sys.executable, "-c", "pass"),
    (sys.executable, "-c", "import netpol_lab"),
    (PROGRAM, "--version"),
    (PROGRAM, "--help"),
    (PROGRAM, "reach", "--help"),
)
# Not only a start: it reads manifests and answers.
WORK = ((PROGRAM, "verdict", "three-tier", *FLOW),)


def seconds(command):
    """Return how long a command takes, from its start to its end."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def fastest(commands, rounds):
    """Return the fastest time of each command, measured in turns."""
    taken = {command: [] for command in commands}
    for _ in range(rounds):
        for command in commands:
            taken[command].append(seconds(command))
    return {command: min(times) for command, times in taken.items()}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("rounds", type=int, nargs="?", default=30)
    times = fastest([BARE, *STARTS, *WORK], options.parse_args().rounds)
    for command, best in times.items():
        words = " ".join([Path(command[0]).name, *command[1:]])
        print(f"{best * 1000:6.1f} ms  {best / times[BARE]:5.1f} x  {words}")
    met = all(times[command] <= MOST * times[BARE] for command in STARTS)
    print(f"asked for: at most {MOST} times, the last line aside: {'met' if met else 'not met'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
