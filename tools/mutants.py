"""Plant small slips in engine, reach and manifests, one at a time: does anything notice them?

    make mutants                                     150 mutants, sampled by --seed
    python tools/mutants.py 40 --room engine         40 of one room
    python tools/mutants.py 20 --module engine/verdict.py --out mutants.json
    python tools/mutants.py --again mutants.json     those that survived, after new tests
    python tools/mutants.py 100 --room reach --near  in minutes, to find what tests are missing

Each mutant is judged in a copy of the checkout by, in this order and up to the first failure: the
tests of its module and its doctests, those of its room, the cases, 200 clusters of the referee, and
the tests of the other two rooms; files that take long come at the end. A mutant that needs far more
time than the code as it is counts as killed. Ends with 1 if fewer than 95 % are killed. `--near`
leaves out what takes long and the other rooms: what survives then may yet be killed by them.

Why no library: mutmut 3 leaves out code outside functions and decorated functions (our properties
and caches), cosmic-ray has one command for all mutants and changes the working tree, and neither
samples by a seed. A mutant that changes nothing anybody could see belongs into `mutants.toml`.

It works where there is `os.fork`.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from mutant_trial import (
    ROOT,
    Mutant,
    Worker,
    fails_together,
    measured,
    near_steps,
    steps_for,
    tried,
)
from mutations import mutations

ROOMS = ("engine", "reach", "manifests")
ARGUED = Path(__file__).with_suffix(".toml")
WANTED = 0.95


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
    """Return some mutants, on as many lines; each room and each kind of slip has its turn."""
    groups: dict[tuple[str, str], list[Mutant]] = defaultdict(list)
    for mutant in all_mutants:
        groups[mutant.module.partition("/")[0], mutant.mutation.operator].append(mutant)
    rng = random.Random(seed)
    for group in groups.values():
        rng.shuffle(group)
    decks = list(groups.values())
    rng.shuffle(decks)
    in_turn = [mutant for hand in zip_longest(*decks) for mutant in hand if mutant]
    by_line = {(mutant.module, mutant.line): mutant for mutant in reversed(in_turn)}
    firsts = set(by_line.values())
    return sorted(in_turn, key=lambda mutant: mutant not in firsts)[:number]


def argued(file: Path = ARGUED) -> dict[tuple[str, str, str], str]:
    """Return the mutants that change nothing anybody could see, and why."""
    if not file.exists():
        return {}
    listed = tomllib.loads(file.read_text(encoding="utf-8")).get("equivalent", ())
    return {(item["module"], item["before"], item["after"]): item["why"] for item in listed}


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


def tests_of(rooms: Iterable[str]) -> list[str]:
    """Return the files of tests of some rooms, as paths seen from the checkout."""
    files = (file for room in rooms for file in sorted((ROOT / "tests" / room).rglob("test_*.py")))
    return [file.relative_to(ROOT).as_posix() for file in files]


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
    parser.add_argument("--near", action="store_true", help="only by what is near and quick")
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
        modules = {mutant.module.partition("/")[0]: mutant.module for mutant in mutants}
        costs = measured(workers, tests_of(sorted(modules) if asked.near else ROOMS))
        if failed := fails_together(workers, modules.values(), costs):
            sys.exit(f"fails without a mutant, beside other files of tests: {failed}")
        say(f"without a mutant all takes {sum(costs.values()):.0f} s of processor time\n")
        steps = near_steps if asked.near else steps_for
        tasks = ((mutant, steps(mutant.module, costs)) for mutant in mutants)
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
