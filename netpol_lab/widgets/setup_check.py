"""Say whether this Python can run the course: ``lab.check_setup()``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from netpol_lab.pictures.notebook_text import Words

PYTHON = (3, 11)
# What the notebooks' widgets need at least; the same as in pyproject.toml.
PACKAGES = {"ipywidgets": (8, 1), "anywidget": (0, 9), "pyyaml": (6, 0)}


def check_setup() -> Words:
    """Return one line for each thing the notebooks need, and what to do if one is missing.

    Returns
    -------
    Words

    Examples
    --------
    >>> import netpol_lab as lab
    >>> lab.check_setup()
    ok  Python 3.11 or newer
    ok  ipywidgets 8.1 or newer
    ok  anywidget 0.9 or newer
    ok  pyyaml 6.0 or newer
    This Python can run the course.
    """
    lines = [_line("Python", PYTHON, sys.version_info[:2]), *_packages()]
    missing = any(line.startswith("NO") for line in lines)
    last = (
        "Run `make lab` again: it installs what is missing."
        if missing
        else "This Python can run the course."
    )
    return Words("\n".join([*lines, last]))


def _packages() -> Iterator[str]:
    for name, needed in PACKAGES.items():
        try:
            found = tuple(int(part) for part in version(name).split(".")[:2])
        except (PackageNotFoundError, ValueError):
            found = ()
        yield _line(name, needed, found)


def _line(name: str, needed: tuple[int, ...], found: tuple[int, ...]) -> str:
    wanted = f"{name} {'.'.join(map(str, needed))} or newer"
    if found >= needed:
        return f"ok  {wanted}"
    here = f"here is {'.'.join(map(str, found))}" if found else "it is not installed"
    return f"NO  {wanted}: {here}"
