"""What a check hands over: something that is legal and probably not meant, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from netpol_lab.checks.lint.witnesses import Witness
from netpol_lab.model.objects import Namespace, Pod, Policy


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Something that is legal and probably not meant.

    Parameters
    ----------
    code : str
        A key of `CODES`.
    about : Policy, Pod or Namespace
    message : str
        Why it is probably not meant.
    hint : str
        What to write instead.
    path : str
        The part of the policy; empty where it is about no policy.
    witness : Witness, optional
    """

    code: str
    about: Policy | Pod | Namespace
    message: str
    hint: str
    path: str = ""
    witness: Witness | None = None


def some(things: Iterable[object], most: int = 3) -> str:
    """Return a few names, and how many more there are.

    Examples
    --------
    >>> some(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    names = list(map(str, things))
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{rest}"
