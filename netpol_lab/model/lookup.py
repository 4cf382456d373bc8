"""Objects found by their names, with or without the namespace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from netpol_lab.errors import AmbiguousNameError, UnknownNameError, did_you_mean, visible

_T = TypeVar("_T")


def find(objects: Mapping[str, _T], name: str, kind: str) -> _T:
    """Return what is called ``namespace/name``, or ``name`` where only one has it.

    Parameters
    ----------
    objects : mapping of str to object
        By ``namespace/name``.
    name : str
    kind : str
        What to call them.

    Returns
    -------
    object

    Raises
    ------
    UnknownNameError, AmbiguousNameError

    Examples
    --------
    >>> find({"shop/web": 1, "shop/db": 2}, "db", "pod")
    2
    """
    if name in objects:
        return objects[name]
    same = [full for full in objects if full.rpartition("/")[2] == name]
    if len(same) == 1:
        return objects[same[0]]
    if same:
        raise AmbiguousNameError(
            f'more than one {kind} is called "{name}": {", ".join(sorted(same))}. '
            "Write namespace/name."
        )
    known = did_you_mean(name, objects)
    raise UnknownNameError(f'there is no {kind} "{visible(name)}". {known}')
