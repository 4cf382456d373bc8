"""Open JupyterLab on the first page of the course."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

from environment import ROOT, prepare, say

START = "notebooks/00-start-here.ipynb"
READ_ONLY = (
    "This checkout cannot be written to: the pages work, but nothing that you do in them is kept.\n"
    "To keep it, copy the checkout to a folder of your own, and start there."
)


def open_lab(extra: list[str]) -> int:
    """Open JupyterLab and wait until it ends; Ctrl-C is the normal way to end it."""
    command = lab_command(prepare(), lab_options(extra))
    if not os.access(ROOT, os.W_OK):
        say(READ_ONLY)
    say("Starting JupyterLab. Press Ctrl-C in this window to stop it.")
    return wait_quietly(subprocess.Popen(command, cwd=ROOT))


def wait_quietly(process: subprocess.Popen[bytes]) -> int:
    """Return the exit status; after a Ctrl-C that is 0, since ending is what was wanted."""
    stopped = False
    while True:
        try:
            status = process.wait()
            return 0 if stopped else status
        except KeyboardInterrupt:
            stopped = True  # JupyterLab got it too and is closing its kernels: wait for that


def lab_options(extra: list[str]) -> list[str]:
    """Return the options for JupyterLab: those in LAB_ARGS, then those of the command line."""
    return [*split_words(os.environ.get("LAB_ARGS", "")), *extra]


def split_words(text: str) -> list[str]:
    """Split as a shell would; on Windows a path keeps its backslashes."""
    if os.name == "nt":
        return [word.strip("\"'") for word in shlex.split(text, posix=False)]
    return shlex.split(text)


def lab_command(python: Path, options: list[str]) -> list[str]:
    """Return the command that starts JupyterLab; later options win over ours."""
    return [
        *(str(python), "-m", "jupyterlab"),
        f"--ServerApp.root_dir={ROOT}",
        f"--LabApp.default_url={start_url(ROOT)}",
        "--ServerApp.answer_yes=True",  # Ctrl-C ends it without a question
        "--LanguageServerManager.autodetect=False",  # or it lists twenty that are not installed
        *(["--allow-root"] if is_root() else []),
        *options,
    ]


def start_url(root: Path) -> str:
    """Return the address of the first page, or of what there is of it."""
    for path in (START, "notebooks"):
        if (root / path).exists():
            return f"/lab/tree/{path}"
    return "/lab"


def is_root() -> bool:
    """Tell whether JupyterLab would refuse to start for fear of running as root."""
    return hasattr(os, "geteuid") and os.geteuid() == 0
