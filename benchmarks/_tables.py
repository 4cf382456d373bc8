"""What the tables of several benchmarks share."""

from __future__ import annotations

from statistics import median

WIDTH = 26


def header(name: str, counted: str) -> str:
    """Return the first line of a table of measurements."""
    return f"{name:{WIDTH}}{'median':>8}{'min':>8}{'max':>8}{counted:>8}"


def row(name: str, values: list[float]) -> str:
    """Return the line of one series of measurements."""
    numbers = (median(values), min(values), max(values))
    return f"{name:{WIDTH}}{''.join(f'{number:8.2f}' for number in numbers)}{len(values):8}"


def met(is_met: bool) -> str:
    """Say whether what we ask of ourselves is met."""
    return "met" if is_met else "NOT MET"
