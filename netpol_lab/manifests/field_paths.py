"""Paths of fields: as the API server writes them, and what stands there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Path = tuple[str | int, ...]


def format_path(path: Path) -> str:
    """Return a path as the API server writes it.

    Parameters
    ----------
    path : tuple of str and int

    Returns
    -------
    str

    Examples
    --------
    >>> format_path(("spec", "ingress", 0, "from", 1))
    'spec.ingress[0].from[1]'
    """
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def parse_path(text: str) -> Path:
    """Return the path that `format_path` wrote; it cannot tell keys that contain dots.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of str and int

    Examples
    --------
    >>> parse_path("spec.ingress[0].from[1]")
    ('spec', 'ingress', 0, 'from', 1)
    """
    steps = re.findall(r"\[\d+\]|[^.\[\]]+", text)
    return tuple(int(step[1:-1]) if step[0] == "[" else step for step in steps)


def get(value: Any, *path: str) -> Any:
    """Return the value at a path of mappings, or None.

    Examples
    --------
    >>> get({"metadata": {"name": "web"}}, "metadata", "name")
    'web'
    """
    for step in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value


def get_text(value: Any, *path: str) -> str:
    """Return the text at a path of mappings, empty where there is none.

    Examples
    --------
    >>> get_text({"metadata": {"name": "web"}}, "metadata", "name"), get_text({}, "kind")
    ('web', '')
    """
    found = get(value, *path)
    return found if isinstance(found, str) else ""


def get_list(value: Any, *path: str) -> list[Any]:
    """Return the list at a path of mappings, empty where there is none.

    Examples
    --------
    >>> get_list({"spec": {"ports": [80]}}, "spec", "ports"), get_list({}, "spec")
    ([80], [])
    """
    found = get(value, *path)
    return found if isinstance(found, list) else []
