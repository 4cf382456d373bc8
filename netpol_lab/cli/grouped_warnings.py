"""Warnings as people read them: those that say the same become one, with a line for each place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from netpol_lab.errors import Complaint

MOST_LINES = 10  # places of one group
MOST_WARNINGS = 1_000  # that anybody scrolls through
_IN_FULL = "netpol-lab check -o json lists them all"
_AFTER_THE_SUBJECT = (" passed over: ", ": no kustomization takes this in")


class _Said(NamedTuple):
    """What a warning says, apart from what it says it of."""

    reason: str
    words: str
    hint: str


def grouped(warnings: Iterable[Complaint | str]) -> Iterator[str]:
    """Yield the words of warnings; those that differ only in what they are about become one.

    Only what is about files is taken together, and what has a line of its own stays alone.

    Parameters
    ----------
    warnings : iterable of Complaint or str
        Text stays as it is.

    Yields
    ------
    str
        In the order of the first of each group.

    Examples
    --------
    >>> from netpol_lab.errors import Complaint, Reason
    >>> words = "is a chart's values"
    >>> files = ("a/values.yaml", "b/values.yaml")
    >>> found = [Complaint("", Reason.NOT_READ, words, file=f, document=0) for f in files]
    >>> print(*grouped(found))
    NotRead, 2 times: is a chart's values
      a/values.yaml
      b/values.yaml
    >>> print(*grouped(found[:1]))
    a/values.yaml
      NotRead: is a chart's values
    """
    groups: dict[_Said | int | str, list[Complaint]] = {}
    for number, warning in enumerate(warnings):
        if isinstance(warning, str):
            groups[warning] = []
        else:
            alone = warning.line or not warning.is_about_files
            groups.setdefault(number if alone else _said(warning), []).append(warning)
    for number, (key, group) in enumerate(groups.items()):
        if number == MOST_WARNINGS:
            yield f"and {len(groups) - number:,} more: {_IN_FULL}"
            return
        first = str(group[0]) if group else str(key)
        yield first if len(group) < 2 else "\n".join(_lines(group))


def _lines(group: list[Complaint]) -> Iterator[str]:
    from netpol_lab.errors import visible
    from netpol_lab.harmless import harmless

    said = _said(group[0])
    times = f"{said.reason}, {len(group)} times:" if said.reason else f"{len(group)} kinds"
    yield f"{times} {visible(said.words, 2000)}"
    shown = len(group) if len(group) <= MOST_LINES else MOST_LINES - 1
    yield from (f"  {visible(_subject(one)[0], 1000)}" for one in group[:shown])
    if more := len(group) - shown:
        yield f"  and {more:,} more: {_IN_FULL}"
    if said.hint:
        yield f"  hint: {harmless(said.hint)}"


def _said(warning: Complaint) -> _Said:
    from pathlib import PurePath

    folder = str(PurePath(warning.file).parent)
    hint = warning.hint.replace(f" {folder} ", " FOLDER ")
    return _Said(warning.reason.words if warning.file else "", _subject(warning)[1], hint)


def _subject(warning: Complaint) -> tuple[str, str]:
    """Return what a warning is about, and what it says of it."""
    for between in _AFTER_THE_SUBJECT:
        subject, found, rest = warning.message.partition(between)
        if found:
            return subject, f"{between}{rest}".lstrip(": ")
    document = f", document {warning.document}" if warning.document else ""
    return f"{warning.file}{document}", warning.message
