"""What cluster-wide policies cost: 10,000 pods and 1,000 policies, with 100 of them and without.

Each is measured in a process of its own, in turns, by processor time; the lowest of each counts.

    python benchmarks/tiers.py                     with and without
    python benchmarks/tiers.py --before CHECKOUT   without: here and in an earlier checkout
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from _generated import Object, as_json, everywhere, templates
from _tables import met

PODS, POLICIES, CLUSTER_WIDE = 10_000, 1_000, 100
MOST_TIMES, MOST_TIMES_BEFORE = 2.0, 1.05
HERE = Path(__file__).resolve().parents[1]


def main() -> int:
    """Measure in turns, and print the ratio."""
    found = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    found.add_argument("--before", type=Path, metavar="CHECKOUT")
    found.add_argument("--runs", type=int, default=5)
    found.add_argument("--here", type=int, help="measure so many cluster-wide ones in this process")
    options = found.parse_args()
    if options.here is not None:
        print(measured(options.here))
        return 0
    asked = MOST_TIMES_BEFORE if options.before else MOST_TIMES
    first = (options.before or HERE, 0)
    second = (HERE, 0) if options.before else (HERE, CLUSTER_WIDE)
    pairs = [
        (in_a_process_of_its_own(*first), in_a_process_of_its_own(*second))
        for _ in range(options.runs)
    ]
    least, most = (min(column) for column in zip(*pairs, strict=True))
    print(f"{PODS:,} pods, {POLICIES:,} NetworkPolicies, {first[1]} cluster-wide: {least:.2f} s")
    print(f"{PODS:,} pods, {POLICIES:,} NetworkPolicies, {second[1]} cluster-wide: {most:.2f} s")
    print(f"times {most / least:.2f}   asked for: at most {asked}: {met(most / least <= asked)}")
    return 0


def in_a_process_of_its_own(checkout: Path, cluster_wide: int) -> float:
    """Return the seconds that a new Python measures with the package of a checkout."""
    command = [sys.executable, __file__, "--here", str(cluster_wide)]
    variables = {**os.environ, "PYTHONPATH": str(checkout)}
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=variables)
    return float(run.stdout)


def measured(cluster_wide: int) -> float:
    """Return the processor time of loading a cluster and of all its connections, in seconds."""
    import netpol_lab as lab

    text = as_json([*templates(PODS, POLICIES), *map(cluster_policy, range(cluster_wide))])
    started = time.process_time()
    reach = lab.reachability(lab.load(text))
    reach.at(8080)
    return time.process_time() - started


def cluster_policy(i: int) -> Object:
    """Return a policy of either tier about a zone, with rules in both directions."""
    zone = {"namespaces": {"matchLabels": {"zone": str(i % 10)}}}
    other = {"namespaces": {"matchLabels": {"zone": str((i + 3) % 10)}}}
    app = {"pods": everywhere("app", f"app-{i % 50}")}
    port = {"tcp": {"destinationPort": {"number": 8000 + i % 20}}}
    ports = {"udp": {"destinationPort": {"range": {"start": 5000, "end": 5001 + i}}}}
    outside = {"networks": [f"{20 + i % 50}.0.0.0/8"]}
    return {
        "apiVersion": "policy.networking.k8s.io/v1beta1",
        "kind": "ClusterNetworkPolicy",
        "metadata": {"name": f"cluster-policy-{i}"},
        "spec": {
            "tier": "Baseline" if i % 3 == 2 else "Admin",
            "priority": i,
            "subject": zone if i % 2 else app,
            "ingress": [
                {"action": "Accept", "from": [app], "protocols": [port]},
                {"action": "Deny", "from": [other], "protocols": [port, ports]},
            ],
            "egress": [
                {"action": "Pass", "to": [zone, app]},
                {"action": "Deny", "to": [outside, other], "protocols": [ports]},
            ],
        },
    }


if __name__ == "__main__":
    sys.exit(main())
