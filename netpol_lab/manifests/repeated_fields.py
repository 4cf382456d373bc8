"""Fields that are written twice: a strict server refuses them (VAL-09).

Where nobody asks it to, Go's decoder writes the second over the value of the first, which merges
the two. kubectl reads YAML into a map before, where the last one replaces the other.
"""

from __future__ import annotations

import json
import types
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from netpol_lab.errors import Reason
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.decoding import Problem
from netpol_lab.manifests.field_paths import Path, format_path
from netpol_lab.manifests.text.typos import glued
from netpol_lab.manifests.text.yaml_reader import Document

_ONE_TOO_MANY = (
    "are these two objects? Put a line with --- between them: "
    "kubectl silently keeps only the last one"
)
_OF_EACH_OBJECT = (("apiVersion",), ("kind",), ("metadata",), ("spec",))
_LAST_STANDS = "kubectl silently keeps only the last one: merge the two or remove one"
MERGED = "kubectl keeps only the last one, and a server that gets this JSON merges them: remove one"


def repeated_fields(document: Document, within: Path) -> Iterator[Problem]:
    """Yield a problem for each field that is written twice; only one says there are two objects.

    Parameters
    ----------
    document : Document
    within : tuple of str and int
        Where the object stands in it.

    Yields
    ------
    Problem
    """
    first: Path = ()
    for path in document.duplicates(within):
        hint = MERGED if document.is_json else _LAST_STANDS
        if path in _OF_EACH_OBJECT and not document.is_json:
            first = first or path
            hint = (glued(document.text) or _ONE_TOO_MANY) if path == first else ""
        message = f'duplicate field "{format_path(path)}"'
        yield Problem(path, Reason.DUPLICATE, message, hint, of_key=True)


def merged(text: str, path: Path, kind: type) -> Any:
    """Return the plain value of an object in a JSON text, its repeated fields merged.

    Parameters
    ----------
    text : str
        JSON.
    path : tuple of str and int
        Where the object stands in it.
    kind : type
        One of `api_types`.

    Returns
    -------
    object

    Examples
    --------
    >>> text = '{"ports": [{"port": 80, "endPort": 90}], "ports": [{"port": 81}]}'
    >>> merged(text, (), api.NetworkPolicyIngressRule)
    {'ports': [{'port': 81, 'endPort': 90}]}
    """
    value = json.loads(text, object_pairs_hook=tuple)
    for step in path:
        value = value[step] if isinstance(step, int) else dict(value)[step]
    return _written_over(None, value, kind)


class _Slice(list[Any]):
    """A list that remembers what was cut off its end, as a slice of Go does."""

    beyond: tuple[Any, ...] = ()


def _written_over(old: Any, new: Any, kind: Any) -> Any:
    """Return what a field of some type holds when a value is decoded into it."""
    inner, may_be_none = _without_none(kind)
    if new is None:
        return None if may_be_none else old
    if isinstance(new, tuple) and (is_dataclass(inner) or _is_map(inner)):
        return _fields_written_over(old, new, inner)
    if isinstance(new, list) and get_origin(inner) is tuple:
        return _items_written_over(old, new, get_args(inner)[0])
    return _plain(new)


def _fields_written_over(old: Any, new: tuple[tuple[str, Any], ...], kind: Any) -> dict[str, Any]:
    result = dict(old) if isinstance(old, dict) else {}
    members = {} if _is_map(kind) else _members(kind)
    for key, part in new:
        if key in members:
            result[key] = _written_over(result.get(key), part, members[key])
        else:
            result[key] = _plain(part)
    return result


def _items_written_over(old: Any, new: list[Any], kind: Any) -> _Slice:
    had = (*old, *old.beyond) if isinstance(old, _Slice) else ()
    known = (*had, *[None] * len(new))
    result = _Slice(_written_over(*pair, kind) for pair in zip(known, new, strict=False))
    result.beyond = had[len(new) :] if new else ()
    return result


def _without_none(kind: Any) -> tuple[Any, bool]:
    """Return a type without its None, and whether it had one."""
    if get_origin(kind) in (Union, types.UnionType) and type(None) in get_args(kind):
        others = [each for each in get_args(kind) if each is not type(None)]
        return (others[0] if len(others) == 1 else Any), True
    return kind, False


def _is_map(kind: Any) -> bool:
    origin = get_origin(kind)
    return origin is not None and issubclass(origin, Mapping) if isinstance(origin, type) else False


@cache
def _members(kind: type) -> dict[str, Any]:
    kinds = get_type_hints(kind)
    return {api.wire_name(each): kinds[each.name] for each in fields(kind)}


def _plain(value: Any) -> Any:
    """Return a value without pairs; of those with one key the last counts."""
    if isinstance(value, tuple):
        return {key: _plain(part) for key, part in value}
    return [_plain(part) for part in value] if isinstance(value, list) else value
