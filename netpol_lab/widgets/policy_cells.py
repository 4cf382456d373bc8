"""Opening an exercise, and the cells that start with ``%%policy``: kind words for every mistake.

Nothing heavy is imported at the top: `import netpol_lab` makes ``%%policy`` known to Jupyter.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netpol_lab.errors import NetpolError
from netpol_lab.pictures.notebook_text import Words

if TYPE_CHECKING:
    from netpol_lab.widgets.exercise import Exercise

_OPENED: dict[str, Exercise] = {}  # what `%%policy NAME` means; the last one opened stands last


def exercise(name: str | Path) -> Exercise:
    """Return an exercise; in a notebook, cells that start with ``%%policy`` then work.

    Parameters
    ----------
    name : str or pathlib.Path
        As in ``%%policy NAME``, or the path of a teacher's own file (``docs/exercises.md``).

    Returns
    -------
    Exercise

    Raises
    ------
    UnknownNameError
        When there is no such exercise; the text lists what there is.
    ManifestError
        With every complaint about the file.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> task = lab.exercise("two-tiers")
    >>> task.check(task.file.answer)
    solved: 40 of 40 are as wanted (20 connections on each of 2 ports).
    """
    from netpol_lab.course.exercise_loader import find_exercise
    from netpol_lab.widgets.exercise import Exercise

    made = Exercise(find_exercise(name))
    for known in (str(name), made.file.name):
        _OPENED.pop(known, None)
        _OPENED[known] = made
    offer_cells()
    return made


def offer_cells() -> None:
    """Make cells that start with ``%%policy`` work, where this runs in Jupyter."""
    asked = getattr(sys.modules.get("IPython"), "get_ipython", None)
    if asked and (shell := asked()) is not None:
        shell.register_magic_function(answer_cell, "cell", "policy")


def answer_cell(line: str, cell: str) -> Any:
    """Answer the YAML of a cell: ``%%policy two-tiers``.

    Examples
    --------
    >>> answer_cell("two-teirs", "")
    there is no exercise "two-teirs". Did you mean two-tiers?
    Your text stays in this cell. Correct its first line, and run it again.
    """
    name = line.strip().strip("\"'")
    if not name and not _OPENED:
        return Words(_NONE_YET)
    try:
        last = None if name else next(reversed(_OPENED.values()))
        return (last or _OPENED.get(name) or exercise(name)).check_cell(cell)
    except NetpolError as error:
        return Words(f"{error}\n{_STAYS}")


_STAYS = "Your text stays in this cell. Correct its first line, and run it again."
_NONE_YET = (
    "Which exercise is this for? None was opened yet on this page.\n"
    "Run the cell with lab.exercise(...) above first, or name one: %%policy two-tiers\n"
    "Your text stays in this cell."
)
