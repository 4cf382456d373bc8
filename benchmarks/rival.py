"""All connections of a cluster: netpol-lab against network-config-analyzer, on the same manifests.

Whole processes, from the command to the written answer, in turns, so that whatever else the machine
is doing slows both. The answers are compared as well: a fast wrong answer is worth nothing.

    python benchmarks/rival.py --make-venv                 fetch the rival for this one run (PyPI)
    python benchmarks/rival.py --rival other/bin/python    one that is installed there already
    python benchmarks/rival.py --make-venv --workloads 60 --policies 66 --runs 5

The rival is asked for its cheapest full answer (`txt_no_fw_rules`), by workload, as we are.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import subprocess
import sys
import tempfile
import time
import venv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from ipaddress import IPv4Address, ip_address
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path
from statistics import median

from _generated import as_yaml, shop_floor
from _tables import header, met, row

from netpol_lab.model.intervals import without
from netpol_lab.model.ports import PortSet

RIVAL = "network-config-analyzer"
FASTER = 30  # what we ask of ourselves: so many times faster, by the median, at full size
FULL = 300  # workloads
WARM_UP = 20, 22  # workloads and policies
SHOWN = 10  # differences that are printed
LOOPBACK = int(IPv4Address("127.0.0.0")), int(IPv4Address("127.255.255.255"))

Answer = dict[tuple[str, str], PortSet]
Range = tuple[int, int]


def main() -> int:
    """Measure, compare, and print what was found."""
    options = parser().parse_args()
    if options.rival is None and not options.make_venv:
        print(f"left out: it needs {RIVAL}; see --rival and --make-venv")
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rival = options.rival or installed(folder / "venv")
        take_turns(commands(folder, rival, *WARM_UP), 1, folder)
        asked = commands(folder, rival, options.workloads, options.policies)
        times, answers = take_turns(asked, options.runs, folder)
        said = rival_version(rival)
    print(f"{options.workloads} workloads, {options.policies} policies, all connections")
    print(finding(times, said, options.workloads >= FULL))
    differences = [*differing(our_answer(answers["netpol-lab"]), their_answer(answers[RIVAL]))]
    print("\n".join(told(differences)))
    return 1 if differences else 0


def parser() -> argparse.ArgumentParser:
    """Return what can be asked for."""
    found = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    found.add_argument("--rival", metavar="PYTHON", help=f"a Python that has {RIVAL}")
    found.add_argument("--make-venv", action="store_true", help="install it, for this run only")
    found.add_argument("--workloads", type=int, default=300)
    found.add_argument("--policies", type=int, default=330)
    found.add_argument("--runs", type=int, default=3, help="of each (default: 3)")
    return found


def installed(folder: Path) -> str:
    """Return a new Python that has the rival."""
    venv.create(folder, with_pip=True)
    python = str(folder / ("Scripts" if sys.platform == "win32" else "bin") / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", RIVAL], check=True)
    return python


def rival_version(python: str) -> str:
    """Return the rival's version, and its Python's."""
    asked = (
        "import platform, importlib.metadata as m;"
        f"print(m.version({RIVAL!r}) + ' on Python ' + platform.python_version())"
    )
    run = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=True)
    return run.stdout.strip()


# ---------------------------------------------------------------- both programs


def commands(folder: Path, rival: str, workloads: int, policies: int) -> dict[str, list[str]]:
    """Return both commands on the same manifests; their answers go to standard output.

    Variables of the environment, which may keep Python from storing what it compiled, do not count.
    """
    manifests = folder / f"{workloads}.yaml"
    manifests.write_text(as_yaml(shop_floor(workloads, policies)), "utf-8")
    reach = ["reach", str(manifests), "--by", "workload", "-o", "json"]
    connectivity = ["--connectivity", "--resource_list", str(manifests)]
    return {
        "netpol-lab": [sys.executable, "-E", "-m", "netpol_lab", *reach],
        RIVAL: [rival, "-E", "-m", "nca", *connectivity, "--output_format", "txt_no_fw_rules"],
    }


def take_turns(
    commands: dict[str, list[str]], runs: int, folder: Path
) -> tuple[dict[str, list[float]], dict[str, str]]:
    """Return the seconds of each run of each command, and what it answered in the end."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    answers = {}
    for name in [*commands] * runs:
        started = time.perf_counter()
        answers[name] = answer(commands[name], folder)
        times[name].append(time.perf_counter() - started)
    return times, answers


def answer(command: list[str], folder: Path) -> str:
    """Run a command and return what it prints."""
    run = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8")
    if run.returncode:
        sys.exit(f"{' '.join(command)}\nended with {run.returncode}:\n{run.stderr}")
    return run.stdout


def finding(times: dict[str, list[float]], said: str, judge: bool) -> str:
    """Return the measurements as text."""
    ratios = [slow / fast for fast, slow in zip(*times.values(), strict=True)]
    return "\n".join(
        [
            header("seconds, whole process", "runs"),
            *(row(name, values) for name, values in times.items()),
            row("times faster", ratios),
            *([f"asked for: {FASTER} times: {met(median(ratios) >= FASTER)}"] if judge else ()),
            f"netpol-lab {version('netpol-lab')} on Python {platform.python_version()}",
            f"{RIVAL} {said}",
        ]
    )


# ---------------------------------------------------------------- both answers, in one form


def our_answer(text: str) -> Answer:
    """Return what `reach -o json` says."""
    connections = json.loads(text)["connections"]
    return in_one_form((c["from"], c["to"], our_ports(c["ports"])) for c in connections)


def our_ports(ports: dict[str, list[list[int]]]) -> PortSet:
    """Return what lists of ranges by protocol say."""
    found = (PortSet.of(name, *ends) for name, ranges in ports.items() for ends in ranges)
    return PortSet.union(*found)


LINE = re.compile(r"(?P<source>.+) => (?P<destination>.+) : (?P<ports>.+)")
CUBE = re.compile(r"\{protocols:(?P<protocols>[^:{}]+?)(?:,dst_ports:(?P<ports>[^:{}]+))?\}")


def their_answer(text: str) -> Answer:
    """Return what the rival's lines say; other lines are progress."""
    lines = filter(None, map(LINE.fullmatch, text.splitlines()))
    return in_one_form((plain(line[1]), plain(line[2]), their_ports(line[3])) for line in lines)


def plain(name: str) -> str:
    """Return a name without the kind that the rival puts after it."""
    return re.sub(r"\[\w+\]$", "", name)


def their_ports(text: str) -> PortSet:
    """Return what the rival's words say; "all connections" are those of all three protocols."""
    if text == "All connections":
        return PortSet.every()
    if CUBE.sub("", text).strip(", "):
        sys.exit(f"cannot read the rival's {text!r}")
    return PortSet.union(*(part for cube in CUBE.finditer(text) for part in cubed(cube)))


def cubed(cube: re.Match[str]) -> Iterator[PortSet]:
    """Yield the ports of one of the parts in braces, protocol by protocol."""
    for protocol in map(str.strip, cube["protocols"].split(",")):
        if not cube["ports"]:
            yield PortSet.every(protocol)
        else:
            yield from (PortSet.of(protocol, *ends(part)) for part in cube["ports"].split(","))


def ends(part: str) -> Iterator[int]:
    """Return a port, or the first and the last one."""
    return map(int, part.split("-"))


def in_one_form(connections: Iterable[tuple[str, str, PortSet]]) -> Answer:
    """Return ports by pair: of pods as they are, of IPv4 addresses in ranges as wide as can be.

    The rival leaves IPv6 out unless a policy names it, and each cuts the addresses in its own way.
    Of loopback addresses, which never leave a host, only the rival speaks.
    """
    between: Answer = defaultdict(PortSet)
    outside: dict[tuple[str, bool], list[tuple[Range, PortSet]]] = defaultdict(list)
    for source, destination, ports in connections:
        from_outside, to_outside = addresses(source), addresses(destination)
        if from_outside is to_outside is None:
            between[source, destination] |= ports
        elif from_outside is not None:
            outside[destination, True] += ((part, ports) for part in from_outside)
        elif to_outside is not None:
            outside[source, False] += ((part, ports) for part in to_outside)
    wide = {
        (name, f"{'from' if inward else 'to'} {first}-{last}"): ports
        for (name, inward), parts in outside.items()
        for (first, last), ports in widened(parts)
    }
    return {**between, **wide}


def addresses(name: str) -> list[Range] | None:
    """Return the IPv4 ranges that a name spells, or None for what is in the cluster."""
    try:
        ends_of = [[*map(ip_address, part.split("-"))] for part in name.split(",")]
    except ValueError:
        return None
    found = [(int(ends[0]), int(ends[-1])) for ends in ends_of if isinstance(ends[0], IPv4Address)]
    return without(found, [LOOPBACK])


def widened(parts: list[tuple[Range, PortSet]]) -> Iterator[tuple[Range, PortSet]]:
    """Yield ranges with their ports, neighbours with the same ports as one."""
    cuts = sorted({cut for (first, last), _ in parts for cut in (first, last + 1)})
    cells = ((low, high - 1, ports_at(low, parts)) for low, high in pairwise(cuts))
    for ports, alike in groupby(cells, key=itemgetter(2)):
        run = [*alike]
        if ports:
            yield (run[0][0], run[-1][1]), ports


def ports_at(address: int, parts: list[tuple[Range, PortSet]]) -> PortSet:
    """Return the ports of all ranges that hold an address."""
    return PortSet.union(*(p for (first, last), p in parts if first <= address <= last))


# ---------------------------------------------------------------- compared


def differing(one: Answer, other: Answer) -> Iterator[str]:
    """Yield every pair on which the two say different things."""
    for source, destination in sorted({*one, *other}):
        said = [answer.get((source, destination), PortSet()) for answer in (one, other)]
        if said[0] != said[1]:
            yield f"{source} {destination}: netpol-lab says {said[0]}, {RIVAL} {said[1]}"


def told(differences: list[str]) -> Iterator[str]:
    """Yield what came of the comparison."""
    yield f"both say the same: {'NO' if differences else 'yes'}"
    yield from differences[:SHOWN]
    if len(differences) > SHOWN:
        yield f"and {len(differences) - SHOWN} more"


if __name__ == "__main__":
    sys.exit(main())
