"""Make, check and repair `.venv`: one pinned environment for the notebooks and for the tests.

What is installed has to have the hashes in requirements.txt, wherever it comes from.

A stamp inside `.venv` says what was installed into it. As long as the stamp fits, starting costs
a fraction of a second; when it doesn't, what is missing is installed. The stamp is removed before
an installation and written after it, so an interrupted one never looks finished. Several starts
at once wait for the one that installs.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from netpol_lab.writing import locked, replacing

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PINS = ROOT / "requirements.txt"
INPUTS = (PINS, ROOT / "pyproject.toml")

# No pop-up over the course, no call to the outside, and every cell in the page (search, printing
# and screen readers find only what is there).
LAB_SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {
        "checkForUpdates": False,
        "fetchNews": "false",
    },
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}

_LAB_SETTINGS = f"{json.dumps(LAB_SETTINGS, indent=2)}\n".encode()

LONGEST = 3600.0  # seconds that another start may take to install everything
WAITING = "Another start is setting up .venv: waiting until it is done ..."
STILL_BUSY = (
    "Another start has been setting up .venv for an hour, and is still at it.\n"
    "End it, then try again."
)
CANNOT_WRITE = (
    "This checkout cannot be written to ({}), and its .venv is missing or out of date.\n"
    "Copy the checkout to a folder of your own, and start there."
)

Stamp = dict[str, Any]


class ToolError(Exception):
    """Something went wrong that the user can fix; the text says how."""


def prepare() -> Path:
    """Return the Python of a complete `.venv`, after making or repairing it where needed."""
    if not is_complete():
        try:
            with locked(VENV, LONGEST, STILL_BUSY, lambda: say(WAITING)):
                complete()
        except OSError as error:
            raise ToolError(_why_not(error)) from None
    return venv_program("python", VENV)


def is_complete() -> bool:
    """Tell whether nothing has to be written."""
    return is_ready(VENV, wanted_stamp()) and has_lab_settings(VENV)


def complete() -> None:
    """Install what is missing, if no other start has done it meanwhile."""
    if not is_ready(VENV, wanted_stamp()):
        install()
    write_lab_settings(VENV)


def _why_not(error: OSError) -> str:
    said = error.strerror or str(error)
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return CANNOT_WRITE.format(said)
    return said if error.errno == errno.EBUSY else f".venv could not be set up: {said}."


def venv_program(name: str, venv: Path = VENV) -> Path:
    """Return where `.venv` keeps a program, be it `python` or a console script."""
    return venv / "Scripts" / f"{name}.exe" if os.name == "nt" else venv / "bin" / name


# --- the stamp ------------------------------------------------------------------------------


def wanted_stamp(inputs: tuple[Path, ...] = INPUTS, root: Path = ROOT) -> Stamp:
    """Say what a fitting `.venv` was made from: which Python and place, which packages."""
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in inputs))
    # A .venv holds absolute paths, so one that was moved or copied has to be made again.
    return {"made": [*sys.version_info[:2], str(root)], "packages": digest.hexdigest()}


def read_stamp(venv: Path) -> Stamp:
    """Return what the stamp says; an unreadable stamp says nothing."""
    try:
        stamp = json.loads(stamp_file(venv).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(venv: Path, stamp: Stamp) -> None:
    """Write the stamp in one step, together with the list of what is installed now."""
    with replacing(stamp_file(venv)) as file:
        file.write(json.dumps({**stamp, "installed": installed(venv)}, indent=1).encode())


def stamp_file(venv: Path) -> Path:
    """Return the path of the stamp."""
    return venv / "netpol-lab-stamp.json"


def is_ready(venv: Path, wanted: Stamp) -> bool:
    """Tell whether nothing has to be installed: the stamp fits and nothing it lists is gone."""
    stamp = read_stamp(venv)
    return (
        all(stamp.get(key) == value for key, value in wanted.items())
        and set(stamp.get("installed", ["?"])) <= set(installed(venv))
        and runs(venv_program("python", venv))
    )


def installed(venv: Path) -> list[str]:
    """List the installed packages with their versions, as `NAME-VERSION.dist-info`."""
    return sorted(path.name for path in site_packages(venv).glob("*.dist-info"))


def site_packages(venv: Path) -> Path:
    """Return the folder that packages are installed into."""
    base = {"base": str(venv), "platbase": str(venv)}
    return Path(sysconfig.get_path("purelib", scheme="venv", vars=base))


def runs(python: Path) -> bool:
    """Tell whether this Python starts and is of the version that is running now."""
    question = [str(python), "-I", "-c", "import sys; print(*sys.version_info[:2])"]
    try:
        answer = subprocess.run(question, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return False
    return answer.stdout.split() == [str(part) for part in sys.version_info[:2]]


# --- installing -----------------------------------------------------------------------------


def install() -> None:
    """Install into `.venv` what requirements.txt and pyproject.toml say."""
    say("Setting up .venv (about 130 packages; the first time takes a minute or more) ...")
    uv = shutil.which("uv")
    wanted = wanted_stamp()
    if must_be_recreated(VENV, wanted, bool(uv)):
        remove(VENV)
        make_venv(uv)
    stamp_file(VENV).unlink(missing_ok=True)
    installer = install_command(venv_program("python"), uv)
    for arguments in (
        ["--require-hashes", "--requirement", str(PINS)],
        ["--no-deps", "--no-build-isolation", "--editable", str(ROOT)],
    ):
        run([*installer, *arguments], FETCHING)
    write_stamp(VENV, wanted)
    say("The environment is ready.")


def must_be_recreated(venv: Path, wanted: Stamp, have_uv: bool) -> bool:
    """Say whether `.venv` has to be made again, since installing into it cannot work."""
    made = read_stamp(venv).get("made", wanted["made"])
    can_install = have_uv or (site_packages(venv) / "pip").is_dir()
    return made != wanted["made"] or not runs(venv_program("python", venv)) or not can_install


def remove(folder: Path) -> None:
    """Delete a folder that this script made (or only the link, if it is one)."""
    try:
        if folder.is_symlink():
            folder.unlink()
        elif folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise ToolError(
            f"{folder.name} could not be removed: {error}\n"
            "Close every JupyterLab and terminal that uses it, then try again."
        ) from None


def make_venv(uv: str | None) -> None:
    """Make an empty virtual environment for the Python that runs this."""
    # Not sys.executable: that may be the .venv that was just removed.
    python = getattr(sys, "_base_executable", sys.executable)
    if uv:
        run([uv, "venv", "--quiet", "--python", python, str(VENV)], "uv could not make .venv.")
    else:
        run([python, "-m", "venv", str(VENV)], NO_VENV)


def install_command(python: Path, uv: str | None) -> list[str]:
    """Return the installer to use: uv where there is one, else the pip inside `.venv`."""
    # A person wants to see that something happens; a log wants to stay readable.
    quiet = [] if sys.stdout.isatty() else ["--quiet"]
    if uv:
        return [uv, "pip", "install", *quiet, "--python", str(python)]
    return [str(python), "-m", "pip", "install", *quiet, "--disable-pip-version-check"]


FETCHING = (
    "The packages could not be installed; the lines above say why.\n"
    "Most often the network is the reason. The same command carries on where this one stopped."
)
NO_VENV = (
    "Python could not make a virtual environment; the lines above say why.\n"
    "On Debian and Ubuntu its part for that is a package of its own: sudo apt install python3-venv"
)


def run(command: list[str], otherwise: str) -> None:
    """Run a command and raise `ToolError` with the given words when it fails."""
    try:
        status = subprocess.run(command, cwd=ROOT).returncode
    except OSError as error:
        raise ToolError(f"{command[0]} could not be started: {error}") from None
    if status:
        raise ToolError(otherwise)


def write_lab_settings(venv: Path) -> None:
    """Write the course's JupyterLab settings into `.venv`, away from the user's own settings."""
    target = lab_settings(venv)
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing(target) as file:
        file.write(_LAB_SETTINGS)


def has_lab_settings(venv: Path) -> bool:
    """Tell whether the course's settings are there, as they are now."""
    try:
        return lab_settings(venv).read_bytes() == _LAB_SETTINGS
    except OSError:
        return False


def lab_settings(venv: Path) -> Path:
    """Return the path of the course's settings for JupyterLab."""
    return venv / "share" / "jupyter" / "lab" / "settings" / "overrides.json"


def say(text: str) -> None:
    """Print at once, so that our lines and those of the programs we start stay in order."""
    print(text, flush=True)
