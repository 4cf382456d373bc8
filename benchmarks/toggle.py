"""How long a board takes in Python for one switched policy, from 3 pods to 300.

What the browser adds is in redraw.py. At 100 pods we ask 50 ms of ourselves.

    python benchmarks/toggle.py
"""

from __future__ import annotations

import statistics
import sys
import time
from itertools import cycle

from _generated import as_json, templates
from _tables import met

import netpol_lab as lab
from netpol_lab.model.cluster import Cluster

ROUNDS = 20
ASKED = {100: 50.0}  # milliseconds, at so many pods


def main() -> int:
    """Switch policies of larger and larger clusters, and print the table."""
    print(f"{'':22}{'median ms':>10}{'slowest':>9}{'times':>7}")
    first = 0.0
    for pods in (3, 40, 100, 300):
        cluster = lab.load("three-tier" if pods == 3 else as_json(templates(pods, 20)))
        taken = toggles(cluster)
        median = statistics.median(taken)
        first = first or median
        asked = ASKED.get(pods)
        verdict = "" if asked is None else f"   asked for: {asked:.0f} ms: {met(median <= asked)}"
        name = f"{len(cluster.pods)} pods, {len(cluster.policies)} policies"
        print(f"{name:22}{median:10.1f}{max(taken):9.1f}{median / first:7.1f}{verdict}")
    return 0


def toggles(cluster: Cluster) -> list[float]:
    """Return how many milliseconds each switch of a policy takes, the first ones aside."""
    board = lab.explore(cluster, port=8080)
    names = cycle([str(policy) for policy in cluster.policies][:5])
    on = {str(policy): True for policy in cluster.policies}
    taken = []
    for _ in range(ROUNDS + 3):
        name = next(names)
        on[name] = not on[name]
        started = time.perf_counter()
        board.set({name: on[name]})
        taken.append((time.perf_counter() - started) * 1000)
    return taken[3:]


if __name__ == "__main__":
    sys.exit(main())
