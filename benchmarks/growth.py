"""How loading and reachability grow: 100 to 10,000 pods, 100 to 1,000 policies.

All pairs, exact port sets. In one kind of cluster pods come from templates (some 1,500 kinds among
10,000), in the other no two pods are alike. Every size runs in a process of its own, so that
memory is its own too.

    python benchmarks/growth.py                       the table
    python benchmarks/growth.py --sizes 1000x100      one line of it for each kind
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import time
from typing import NamedTuple

from _generated import all_different, as_json, templates
from _tables import met

import netpol_lab as lab

KINDS = {"templates": templates, "all different": all_different}
SIZES = ("100x100", "1000x100", "1000x1000", "3000x300", "3000x1000", "10000x100", "10000x1000")
FULL = "10000x1000"
SECONDS = {"templates": 1.0, "all different": 4.0}  # what we ask of ourselves at full size ...
MEGABYTES = 500  # ... and of the whole process


class Measured(NamedTuple):
    """One line of the table."""

    loading: float
    reaching: float
    megabytes: float


def main() -> int:
    """Measure each size in a process of its own, and print the table."""
    found = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    found.add_argument("--sizes", nargs="+", default=SIZES, metavar="PODSxPOLICIES")
    found.add_argument("--here", metavar="KIND", help="measure one size in this process, as JSON")
    options = found.parse_args()
    if options.here:
        print(json.dumps(measured(options.here, options.sizes[0])))
        return 0
    print(f"{'':26}{'loading s':>10}{'reach s':>10}{'times':>8}{'peak MB':>9}")
    for kind in KINDS:
        table(kind, options.sizes)
    print(f"Python {platform.python_version()}; times: of the first line of its kind")
    return 0


def table(kind: str, sizes: list[str]) -> None:
    """Print the lines of one kind."""
    first = 0.0
    for size in sizes:
        line = in_a_process_of_its_own(kind, size)
        first = first or line.reaching
        print(
            f"{kind:14}{size:>12}{line.loading:10.2f}{line.reaching:10.3f}"
            f"{line.reaching / first:8.1f}{line.megabytes:9.0f}{judged(kind, size, line)}",
            flush=True,
        )


def judged(kind: str, size: str, line: Measured) -> str:
    """Return whether what we ask is met, at full size."""
    if size != FULL:
        return ""
    is_met = line.reaching <= SECONDS[kind] and line.megabytes <= MEGABYTES
    asked = f"about {SECONDS[kind]:.0f} s, at most {MEGABYTES} MB"
    return f"   asked for: {asked}: {met(is_met)}"


def in_a_process_of_its_own(kind: str, size: str) -> Measured:
    """Return what a new Python measures."""
    command = [sys.executable, __file__, "--here", kind, "--sizes", size]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Measured(*json.loads(run.stdout))


def measured(kind: str, size: str) -> Measured:
    """Return what one cluster takes, from its JSON on."""
    pods, policies = map(int, size.split("x"))
    text = as_json(KINDS[kind](pods, policies))
    started = time.perf_counter()
    cluster = lab.load(text)
    loaded = time.perf_counter()
    reach = lab.reachability(cluster)
    reach.at(8080)
    return Measured(loaded - started, time.perf_counter() - loaded, peak_megabytes())


def peak_megabytes() -> float:
    """Return the most memory that this process has had."""
    import resource  # not on Windows

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


if __name__ == "__main__":
    sys.exit(main())
