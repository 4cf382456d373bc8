"""Compare what two versions of the package answer, in JSON and exit status.

    git worktree add ../before COMMIT
    python tools/same_answers.py ../before .

Every conformance case, lint input and packaged scenario is given to `check`, `verdict`, `reach`,
`lint` and `diff`, in both checkouts. Fields, keys, values and exit statuses must be equal. Only the
text of `reason`, `hint` and `message` may differ, and that only by the substitutions of
`same_answers.toml` beside this script.

The inputs are those of the second checkout; each version runs in a process of its own. Prints how
many answers were compared, and the differences; ends with 1 where there are any.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import yaml

WORDED = ("reason", "hint", "message")  # the fields whose text may change
TABLE = Path(__file__).with_suffix(".toml")
SHOWN = 20  # differences
PORTS = ("80", "53/UDP", "5432")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Invocation(NamedTuple):
    """One command, and the files it reads."""

    name: str
    words: tuple[str, ...]


class Answer(NamedTuple):
    """What a command printed, and its exit status."""

    status: int
    output: str
    errors: str


# --- the commands ----------------------------------------------------------------------------


def invocations(checkout: Path, folder: Path) -> Iterator[Invocation]:
    """Write the inputs into a folder and yield every command about them."""
    for name, text, flows in inputs(checkout):
        file = folder / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        bare = file.with_suffix(".bare.yaml")
        bare.write_text(without_policies(text), encoding="utf-8")
        yield from commands_about(name, str(file), str(bare), flows)


def inputs(checkout: Path) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Yield a name, the manifests and the expected flows of every case, lint input and scenario."""
    tests = checkout / "tests"
    for path in sorted((tests / "cases").rglob("*.yaml")):
        for number, case in enumerate(yaml.load_all(path.read_text(encoding="utf-8"), LOADER)):
            text = case.get("manifests", case.get("manifest"))
            yield f"{path.parent.name}/{path.stem}-{number}", text, case.get("expect", [])
    lint = tests / "checks" / "lint" / "cases"
    world = (lint / "world.yaml").read_text(encoding="utf-8")
    for path in sorted(lint.rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        case = yaml.load(text, LOADER) if path.stem.startswith("NP") else None
        texts = {key: case[key] for key in ("fires", "silent")} if case else {"whole": text}
        for key, policy in texts.items():
            yield f"lint/{path.stem}-{key}", f"{world}\n---\n{policy}", []
    for path in sorted((checkout / "netpol_lab" / "data" / "scenarios").glob("*.yaml")):
        yield f"scenarios/{path.stem}", path.read_text(encoding="utf-8"), []


def without_policies(text: str) -> str:
    """Return the manifests that are no NetworkPolicy; a text that cannot be read stays whole."""
    try:
        documents = [each for each in yaml.load_all(text, LOADER) if each]
    except (yaml.YAMLError, ValueError):
        return text
    kept = [d for d in documents if not (isinstance(d, dict) and d.get("kind") == "NetworkPolicy")]
    return yaml.safe_dump_all(kept)


def commands_about(
    name: str, file: str, bare: str, flows: list[dict[str, Any]]
) -> Iterator[Invocation]:
    """Yield every command about one input."""
    asked: dict[tuple[str, ...], None] = {}
    for lenient in ((), ("--lenient",)):
        asked[("check", file, *lenient)] = None
        asked[("lint", file, *lenient)] = None
    for by in ("pod", "workload", "namespace"):
        asked[("reach", file, "--by", by)] = None
        asked[("diff", bare, file, "--by", by)] = None
    asked[("reach", file, "--port", "80")] = None
    asked[("diff", file, bare, "--port", "80")] = None
    for flow in flows:
        asked[("verdict", file, *ends_of(flow))] = None
        asked[("verdict", file, *ends_of(flow), "--narrow")] = None
    for source, destination in pairs_of(file):
        for port in PORTS:
            asked[("verdict", file, "--from", source, "--to", destination, "--port", port)] = None
    for words in asked:
        yield Invocation(name, (*words, "-o", "json"))


def ends_of(flow: dict[str, Any]) -> tuple[str, ...]:
    """Return an expected flow as options; a pattern stays a pattern."""
    port = ("--port", str(flow["port"])) if "port" in flow else ()
    protocol = ("--protocol", str(flow["protocol"])) if "protocol" in flow else ()
    return ("--from", str(flow["from"]), "--to", str(flow["to"]), *port, *protocol)


def pairs_of(file: str) -> Iterator[tuple[str, str]]:
    """Yield every pair of a few pods and one address outside."""
    try:
        documents = list(yaml.load_all(Path(file).read_text(encoding="utf-8"), LOADER))
    except (yaml.YAMLError, ValueError):
        return
    pods = [
        f"{meta.get('namespace', 'default')}/{meta.get('name')}"
        for each in documents
        if isinstance(each, dict) and each.get("kind") in ("Pod", "Deployment")
        if isinstance(meta := each.get("metadata"), dict)
    ]
    ends = [*pods[:3], "203.0.113.7"]
    yield from ((source, end) for source in ends for end in ends)


# --- the answers ------------------------------------------------------------------------------


def answers(checkout: Path, asked: list[Invocation]) -> list[Answer]:
    """Run every command with one version, in a process of its own."""
    lines = "".join(json.dumps(invocation.words) + "\n" for invocation in asked)
    environment = {**os.environ, "PYTHONPATH": str(checkout), "NETPOL_LAB_PROGRESS": "off"}
    run = subprocess.run(
        [sys.executable, __file__, "--answer"],
        input=lines,
        capture_output=True,
        encoding="utf-8",
        env=environment,
        cwd=checkout,
    )
    if run.returncode:
        sys.exit(f"{checkout} could not be asked:\n{run.stderr}")
    return [Answer(*json.loads(line)) for line in run.stdout.splitlines()]


def answer_standard_input() -> None:
    """Answer each line of standard input, a list of words, with one line of JSON."""
    main = command_line()
    for line in sys.stdin:
        print(json.dumps(run_command(main, json.loads(line))))


def command_line() -> Callable[[list[str]], int]:
    """Return the command line of the version that is importable, old or new."""
    module = importlib.import_module("netpol_lab.cli")
    found = getattr(module, "main", None)
    if not callable(found):
        found = importlib.import_module("netpol_lab.cli.main").main
    return found  # type: ignore[no-any-return]


def run_command(main: Callable[[list[str]], int], words: list[str]) -> Answer:
    """Run one command; SystemExit is an exit status too."""
    with (
        contextlib.redirect_stdout(io.StringIO()) as output,
        contextlib.redirect_stderr(io.StringIO()) as errors,
    ):
        try:
            status = main(words)
        except SystemExit as left:
            status = left.code if isinstance(left.code, int) else 1
    return Answer(status, output.getvalue(), errors.getvalue())


# --- the comparison ---------------------------------------------------------------------------


def substitutions() -> list[tuple[str, str]]:
    """Return the rewordings: what was written before, and what is written now."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return [(row["before"], row["now"]) for row in table.get("words", [])]


def reworded(text: str, table: list[tuple[str, str]]) -> str:
    """Return an old text with all rewordings applied."""
    for before, now in table:
        text = text.replace(before, now)
    return text


def expected(value: Any, table: list[tuple[str, str]], field: str = "") -> Any:
    """Return an old answer with the rewordings applied, in the fields where words may differ."""
    if isinstance(value, dict):
        return {key: expected(each, table, key) for key, each in value.items()}
    if isinstance(value, list):
        return [expected(each, table, field) for each in value]
    return reworded(value, table) if field in WORDED and isinstance(value, str) else value


def first_difference(before: Any, now: Any, place: str = "$") -> str:
    """Say where two values first differ; an empty text where they are equal."""
    if type(before) is not type(now):
        return f"{place}: {before!r} -> {now!r}"
    if isinstance(before, dict):
        if list(before) != list(now):
            return f"{place}: keys {list(before)} -> {list(now)}"
        found = (first_difference(before[key], now[key], f"{place}.{key}") for key in before)
        return next(filter(None, found), "")
    if isinstance(before, list):
        if len(before) != len(now):
            return f"{place}: {len(before)} -> {len(now)} items"
        both = enumerate(zip(before, now, strict=True))
        found = (first_difference(a, b, f"{place}[{number}]") for number, (a, b) in both)
        return next(filter(None, found), "")
    return "" if before == now else f"{place}: {before!r} -> {now!r}"


def compare(before: Answer, now: Answer, table: list[tuple[str, str]]) -> str:
    """Say how two answers differ; an empty text where they don't."""
    if before.status != now.status:
        return f"exit status {before.status} -> {now.status}: {now.errors.strip()[-300:]}"
    if bool(before.output) != bool(now.output):
        return f"output {'lost' if before.output else 'gained'}"
    if not before.output:
        return ""
    try:
        first = expected(json.loads(before.output), table)
    except ValueError:
        return "" if reworded(before.output, table) == now.output else "another text, not JSON"
    return first_difference(first, json.loads(now.output))


def main() -> int:
    """Ask both versions, compare, and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("before", type=Path, nargs="?", help="the checkout to compare with")
    parser.add_argument("now", type=Path, nargs="?", default=Path(), help="default: this folder")
    parser.add_argument("--answer", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.answer:
        answer_standard_input()
        return 0
    if options.before is None:
        parser.error("name the checkout to compare with")
    before, now = options.before.resolve(), options.now.resolve()
    with tempfile.TemporaryDirectory() as folder:
        asked = list(invocations(now, Path(folder)))
        with ThreadPoolExecutor() as pool:  # each waits for a process of its own
            both = zip(asked, *pool.map(answers, (before, now), (asked, asked)), strict=True)
        table = substitutions()
        found = [(each, difference) for each, a, b in both if (difference := compare(a, b, table))]
    for invocation, difference in found[:SHOWN]:
        words = [Path(word).name if word.startswith(folder) else word for word in invocation.words]
        print(f"{invocation.name}: netpol-lab {' '.join(words)}\n    {difference}")
    counts = Counter(invocation.words[0] for invocation in asked)
    said = ", ".join(f"{command} {number}" for command, number in counts.items())
    print(f"{len(asked)} answers compared ({said}): {len(found)} differ")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
