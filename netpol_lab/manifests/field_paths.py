"""Paths of fields: as the API server writes them, and what stands there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Path = tuple[str | int, ...]


def format_path(path: Path) -> str:
    """Return a path as the API server writes it.

    Examples
    --------
    >>> format_path(("spec", "ingress", 0, "from", 1))
    'spec.ingress[0].from[1]'
    """
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def parse_path(text: str) -> Path:
    """Return the path that `format_path` wrote; keys that hold dots are beyond it.

    Examples
    --------
    >>> parse_path("spec.ingress[0].from[1]")
    ('spec', 'ingress', 0, 'from', 1)
    """
    steps = re.findall(r"\[\d+\]|[^.\[\]]+", text)
    return tuple(int(step[1:-1]) if step[0] == "[" else step for step in steps)


def get(value: Any, *path: str) -> Any:
    """Return what stands at a path of mappings, or None."""
    for step in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value
