"""A cluster-wide policy as `kubectl describe` prints an object of a kind that it does not know.

Every field under a heading made of its name, labels too: a label `app` is printed as `App`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^A-Za-z]+")
_ACRONYMS = ("API", "GUID", "UID", "URL")
_GAP = 2  # blanks between the longest heading of neighbouring lines and what follows


def described(fields: Mapping[str, Any]) -> Iterator[str]:
    r"""Yield the lines about an object.

    Parameters
    ----------
    fields : mapping of str to object
        Its plain fields.

    Yields
    ------
    str

    Examples
    --------
    >>> spec = {"tier": "Admin", "ingress": [{"action": "Deny", "from": [{"namespaces": {}}]}]}
    >>> print(*described({"kind": "ClusterNetworkPolicy", "spec": spec}), sep="\n")
    Kind:  ClusterNetworkPolicy
    Spec:
      Ingress:
        Action:  Deny
        From:
          Namespaces:
      Tier:  Admin
    """
    lines = _lines(fields, 0)
    for has_value, together in groupby(lines, lambda line: line[1] is not None):
        block = [*together]
        width = max(len(heading) for heading, _ in block) + _GAP
        for heading, value in block:
            yield f"{heading:{width}}{value}".rstrip() if has_value else heading


def _lines(fields: Mapping[str, Any], level: int) -> Iterator[tuple[str, str | None]]:
    """Yield headings with their values; None where what belongs to them follows."""
    indent = "  " * level
    for key in sorted(fields):
        value, heading = fields[key], f"{indent}{heading_of(key)}:"
        if not isinstance(value, dict | list):
            yield heading, _as_go_prints(value)
            continue
        yield heading, None
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict):
                yield from _lines(part, level + 1)
            else:
                yield f"{indent}  {_as_go_prints(part)}", None


def heading_of(key: str) -> str:
    """Return the heading of a field.

    Examples
    --------
    >>> heading_of("podSelector"), heading_of("app"), heading_of("app.kubernetes.io/name")
    ('Pod Selector', 'App', 'app.kubernetes.io/name')
    """
    if not all(sign.isalpha() or sign == "-" for sign in key):
        return key
    words = _WORD.findall(key)
    return " ".join(
        word.upper() if word.upper() in _ACRONYMS else word[:1].upper() + word[1:] for word in words
    )


def _as_go_prints(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
