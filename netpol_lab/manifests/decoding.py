"""One decoder for every object, driven by the types of `api_types`.

Decoding follows Go's JSON rules: null equals absent, and inside a list or a label map it is an
empty value (DEF-07, DEF-12).
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache, reduce
from operator import or_
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from netpol_lab.errors import Reason, visible
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.field_paths import Path, format_path
from netpol_lab.manifests.hints import values as hints
from netpol_lab.manifests.hints.fields import unknown_field
from netpol_lab.manifests.rules.server_words import Problem as Problem
from netpol_lab.manifests.text.times import time_fault

MOST_HINTS = 200  # looking for near names takes time; nobody reads more


Decode = Callable[[Any, Path, list[Problem]], Any]


class Decoder(NamedTuple):
    """How to read one type: what any value but null gives, and what null gives."""

    read: Decode
    zero: Callable[[], Any] = lambda: None

    def __call__(self, value: Any, path: Path, problems: list[Problem]) -> Any:
        """Return the decoded value; what is wrong with it is added to `problems`."""
        return self.zero() if value is None else self.read(value, path, problems)


@cache
def decoder(annotation: Any) -> Decoder:
    """Return the decoder of a type annotation.

    Parameters
    ----------
    annotation : type
        A dataclass, or what its fields may have: see `api_types`.

    Returns
    -------
    Decoder
        Call it with a plain value, its path, and a list that takes the problems.

    Examples
    --------
    >>> problems = []
    >>> decoder(api.LabelSelector)({"matchLabels": {"role": None}}, (), problems)
    LabelSelector(match_labels={'role': ''}, match_expressions=None)
    >>> _ = decoder(api.LabelSelector)({"matchLabel": {}}, ("spec",), problems)
    >>> print(problems[0].message)
    unknown field "spec.matchLabel"
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    if origin in (Union, types.UnionType):  # the last alternative is None
        return Decoder(decoder(reduce(or_, arguments[:-1])).read)
    if origin is tuple:
        return Decoder(_list_of(decoder(arguments[0]), arguments[0]))
    if origin is not None and issubclass(origin, Mapping):
        return Decoder(_map_of(decoder(arguments[1])))
    return Decoder(_struct(annotation), annotation)


def _list_of(item: Decoder, kind: Any) -> Decode:
    def read(value: Any, path: Path, problems: list[Problem]) -> Any:
        if not isinstance(value, list):
            hint = hints.list_of(kind, value, path) if len(problems) < MOST_HINTS else ""
            problems.append(_wrong_type(value, "a list", path, hint))
            return None
        return tuple(item(part, (*path, i), problems) for i, part in enumerate(value))

    return read


def _map_of(item: Decoder) -> Decode:
    def read(value: Any, path: Path, problems: list[Problem]) -> Any:
        if not isinstance(value, dict):
            problems.append(_wrong_type(value, "a mapping", path, hints.pair(value)))
            return None
        return {key: item(part, (*path, key), problems) for key, part in value.items()}

    return read


def _struct(cls: type) -> Decode:
    kinds = get_type_hints(cls)
    members = {api.wire_name(f): (f.name, decoder(kinds[f.name])) for f in fields(cls)}
    is_open = issubclass(cls, api.Open)

    def read(value: Any, path: Path, problems: list[Problem]) -> Any:
        if not isinstance(value, dict):
            hint = hints.struct(cls, value, path) if len(problems) < MOST_HINTS else ""
            problems.append(_wrong_type(value, "a mapping", path, hint))
            return cls()
        given = {}
        for key, part in value.items():
            if key in members:
                name, decode = members[key]
                given[name] = decode(part, (*path, key), problems)
            elif not is_open:
                hint = _unknown_hint(cls, key, value, path) if len(problems) < MOST_HINTS else ""
                message = f'unknown field "{format_path((*path, key))}"'
                problems.append(Problem((*path, key), Reason.UNKNOWN, message, hint, of_key=True))
        return cls(**given)

    return read


def _unknown_hint(cls: type, key: str, beside: dict[str, Any], path: Path) -> str:
    """Return what to do about an unknown field, and what would be wrong in its right place."""
    home = unknown_field(cls, key, beside, path)
    faults: list[Problem] = []
    if home.kind is not None:
        decoder(home.kind)(beside[key], home.path, faults)
    inside = [f"{format_path(p.path)}: {p.hint or p.message}" for p in faults[:5]]
    first = f"{home.words} Then" if home.words.endswith("?") else f"{home.words}; then"
    return f"{first} {'; then '.join(inside)}" if inside else home.words


def _scalar(wanted: str, accepts: Callable[[Any], bool], zero: Any) -> Decoder:
    def read(value: Any, path: Path, problems: list[Problem]) -> Any:
        if accepts(value):
            return int(value) if isinstance(value, float) else value
        hint = hints.scalar(wanted, value, path) if len(problems) < MOST_HINTS else ""
        problems.append(_wrong_type(value, wanted, path, hint))
        return zero

    return Decoder(read, lambda: zero)


def _time(value: Any, path: Path, problems: list[Problem]) -> Any:
    if not isinstance(value, str):
        problems.append(_wrong_type(value, "a time, as text", path, hints.time(value)))
    elif fault := time_fault(value):
        problems.append(Problem(path, Reason.TYPE, fault, hints.time(value)))
    return value


_SCALARS: dict[Any, Decoder] = {
    Any: Decoder(lambda value, path, problems: value),
    str: _scalar("text", lambda value: isinstance(value, str), ""),
    bool: _scalar("true or false", lambda value: isinstance(value, bool), False),
    int: _scalar("a whole number of 32 bits", api.is_int32, 0),
    api.Int64: _scalar("a whole number of 64 bits", api.is_int64, 0),
    api.Time: Decoder(_time, lambda: None),
    api.IntOrString: _scalar(
        "a port number or name", lambda value: isinstance(value, str) or api.is_int32(value), None
    ),
}


def _wrong_type(value: Any, wanted: str, path: Path, hint: str) -> Problem:
    message = f"cannot be {_in_words(value)}: must be {wanted}"
    return Problem(path, Reason.TYPE, message, hint)


def _in_words(value: Any) -> str:
    match value:
        case bool():
            return f"the boolean {str(value).lower()}"
        case int() | float():
            return f"the number {value}"
        case str():
            return f'the text "{visible(value, 40)}"'
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return f"a value of the YAML type {type(value).__name__}"
