"""Times as the API reads them: RFC 3339, with the complaints of Go's `time.Parse`."""

from __future__ import annotations

import re
from calendar import monthrange

from netpol_lab.manifests.text.go_text import shown

_LAYOUT = "2006-01-02T15:04:05Z07:00"
_STEPS = (  # each part of the layout, what it looks like, and what Go calls it out of range
    ("2006", r"\d{4}", ""),
    ("-", "-", ""),
    ("01", r"\d\d", "month"),
    ("-", "-", ""),
    ("02", r"\d\d", "day"),
    ("T", "T", ""),
    ("15", r"\d\d?", "hour"),
    (":", ":", ""),
    ("04", r"\d\d", "minute"),
    (":", ":", ""),
    ("05", r"\d\d(?:[.,]\d+)?", "second"),
    ("Z07:00", r"Z|[+-]\d\d:\d\d", ""),
)
_RANGES = {"month": (1, 12), "hour": (0, 23), "minute": (0, 59), "second": (0, 59)}


def time_fault(text: str) -> str:
    """Return what is wrong with a time, in Go's words, or nothing.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> time_fault("2026-11-30T12:00:00Z")
    ''
    >>> print(time_fault("2026-11-30"))
    parsing time "2026-11-30" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"
    >>> print(time_fault("2026-02-30T12:00:00Z"))
    parsing time "2026-02-30T12:00:00Z": day out of range
    """
    rest, numbers = text, {}
    for part, pattern, name in _STEPS:
        match = re.match(pattern, rest, re.ASCII)
        if match is None:
            return (
                f'parsing time {shown(text)} as "{_LAYOUT}": cannot parse {shown(rest)} as "{part}"'
            )
        rest = rest[match.end() :]
        numbers[name or part] = match[0]
        if name in _RANGES and not _is_within(match[0], *_RANGES[name]):
            return f"parsing time {shown(text)}: {name} out of range"
    return f"parsing time {shown(text)}: {fault}" if (fault := _late_fault(numbers, rest)) else ""


def _is_within(number: str, least: int, most: int) -> bool:
    return least <= int(re.split("[.,]", number)[0]) <= most


def _late_fault(numbers: dict[str, str], rest: str) -> str:
    """Return what Go finds only when it has read everything."""
    zone = numbers["Z07:00"]
    if zone != "Z" and int(zone[1:3]) > 24:
        return "time zone offset hour out of range"
    if zone != "Z" and int(zone[4:]) > 60:
        return "time zone offset minute out of range"
    if rest:
        return f"extra text: {shown(rest)}"
    days = monthrange(max(int(numbers["2006"]), 1), int(numbers["month"]))[1]
    return "" if 1 <= int(numbers["day"]) <= days else "day out of range"
