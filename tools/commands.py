"""The commands of `python tools/dev.py COMMAND` and `make COMMAND`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import checks
import lab
import lock
from environment import ROOT, VENV, ToolError, prepare, remove, say


def main(arguments: list[str]) -> int:
    """Run the command that the first word names, and return its exit status."""
    name, *rest = arguments or ["help"]
    if name in ("-h", "--help"):
        name = "help"
    if name not in COMMANDS:
        print(f"There is no command {name!r}.\n\n{overview()}", file=sys.stderr)
        return 2
    return guarded(COMMANDS[name], [*lab.split_words(os.environ.get("ARGS", "")), *rest])


def guarded(action: Callable[[list[str]], int], rest: list[str]) -> int:
    """Run a command; an error that was foreseen becomes a sentence."""
    try:
        return action(rest)
    except ToolError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command carries on from here.", file=sys.stderr)
        return 130


def do_lab(rest: list[str]) -> int:
    """Open the course in JupyterLab; more words are options for JupyterLab."""
    return lab.open_lab(rest)


def do_test(rest: list[str]) -> int:
    """Run every check, or only the named ones (lint, format, types, unit, cases, ...)."""
    return checks.run_checks(rest)


def do_format(rest: list[str]) -> int:
    """Format the code as `test` wants it."""
    python = prepare()
    fixed = start([python, "-m", "ruff", "check", "--fix", *(rest or ["."])])
    return start([python, "-m", "ruff", "format", *(rest or ["."])]) or fixed


def do_images(rest: list[str]) -> int:
    """Draw the pictures in images/ again."""
    return start_script("tools/make_images.py", rest)


def do_notebooks(rest: list[str]) -> int:
    """Run every notebook and store its outputs; --check only tells what would change."""
    return start_script("tools/make_notebooks.py", rest)


def do_soak(rest: list[str]) -> int:
    """Compare the engines on N random clusters (make soak N=5000)."""
    return start_script("tests/referee/soak.py", rest or [os.environ.get("N", "1000")])


def do_mutants(rest: list[str]) -> int:
    """Plant small slips one at a time, and see which no test notices (make mutants N=150)."""
    return start_script("tools/mutants.py", rest or [os.environ.get("N", "150")])


def do_bench(rest: list[str]) -> int:
    """Measure speed: run every benchmark, or those named."""
    scripts = [Path(name) for name in rest] or sorted((ROOT / "benchmarks").glob("[!_]*.py"))
    if not scripts:
        raise ToolError("There are no benchmarks in benchmarks/.")
    return max(start_script(script, []) for script in scripts)


def do_lock(rest: list[str]) -> int:
    """Pin requirements.txt again from pyproject.toml; --upgrade takes the newest versions."""
    return lock.write_lock(rest)


def do_clean(rest: list[str]) -> int:
    """Remove .venv and every cache; never a notebook, or anything else you wrote."""
    caches = (".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", "build", "dist")
    compiled = [path for path in ROOT.rglob("__pycache__") if VENV not in path.parents]
    for folder in [VENV, *(ROOT / name for name in caches), *compiled]:
        remove(folder)
    say("Removed .venv and the caches. `make lab` or `make test` makes them again.")
    return 0


def do_help(rest: list[str]) -> int:
    """Show this overview."""
    say(overview())
    return 0


def start_script(script: str | Path, rest: Sequence[str]) -> int:
    """Run one of our scripts in the environment."""
    if not (ROOT / script).is_file():
        raise ToolError(f"{script} is missing from this checkout.")
    return start([prepare(), str(script), *rest])


def start(command: Sequence[str | Path]) -> int:
    """Run a command at the top of the checkout and return its exit status."""
    return subprocess.run([str(word) for word in command], cwd=ROOT).returncode


COMMANDS = {
    name.removeprefix("do_"): function
    for name, function in globals().items()
    if name.startswith("do_")
}


def overview() -> str:
    """Return one line for each command."""
    lines = [f"  {name:<10}{function.__doc__}" for name, function in COMMANDS.items()]
    return "\n".join(["make COMMAND, or python tools/dev.py COMMAND [MORE ...]\n", *lines])
