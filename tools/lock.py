"""`make lock`: write requirements.txt, one set of pins, with hashes, for every Python and system.

It takes uv (only here): pip cannot yet pin for Pythons and systems other than its own.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from environment import ToolError, run, say, venv_program


def write_lock(extra: list[str]) -> int:
    """Resolve pyproject.toml into requirements.txt; pins that still fit are kept."""
    with tempfile.TemporaryDirectory() as folder:
        uv = shutil.which("uv") or fetch_uv(Path(folder) / "uv")
        run(lock_command(uv, extra), "uv could not resolve pyproject.toml; see above.")
    say("Wrote requirements.txt.")
    return 0


def lock_command(uv: str, extra: list[str]) -> list[str]:
    """Return the command that resolves every extra and the build tool for all systems."""
    return [
        *(uv, "pip", "compile", "pyproject.toml", "--output-file", "requirements.txt"),
        *("--all-extras", "--group", "build", "--universal", "--python-version", "3.11"),
        # The same version everywhere, where there is one that all Pythons can use: what is
        # tested with one Python then holds for the others.
        *("--fork-strategy", "fewest"),
        "--generate-hashes",  # of every wheel, so for every system and Python
        *("--custom-compile-command", "make lock", "--no-emit-index-url", "--quiet"),
        *extra,
    ]


def fetch_uv(folder: Path) -> str:
    """Install uv into a throw-away environment."""
    say("Fetching uv for this one use ...")
    otherwise = "uv could not be fetched; see above, or install uv yourself."
    run([sys.executable, "-m", "venv", str(folder)], otherwise)
    run([str(venv_program("python", folder)), "-m", "pip", "install", "--quiet", "uv"], otherwise)
    found = shutil.which(str(venv_program("uv", folder)))
    if not found:
        raise ToolError(otherwise)
    return found
