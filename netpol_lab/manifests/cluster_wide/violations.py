"""What a server refuses in a custom resource, in its words: first the schema, then the rules.

Values are without unknown fields and nulls already (`coercion`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from netpol_lab.errors import Reason, counted
from netpol_lab.manifests.api_types import is_int32, is_int64
from netpol_lab.manifests.cluster_wide.schema import Schema
from netpol_lab.manifests.field_paths import Path, format_path
from netpol_lab.manifests.rules.server_words import (
    Problem,
    Problems,
    invalid,
    repeated,
    required,
    too_long,
)
from netpol_lab.manifests.text.go_text import shown

# After one of these the server checks no rule, as it could not rely on what the rule asks for.
_BLOCKING = (
    Reason.REQUIRED,
    Reason.TOO_LONG,
    Reason.TOO_MANY,
    Reason.TYPE,
    Reason.UNSUPPORTED,
)


def violations(value: Any, schema: Schema) -> list[Problem]:
    """Return what is wrong with an object, sorted by path.

    Examples
    --------
    >>> schema = Schema("object", {"spec": Schema("integer", least=0)}, ("spec",))
    >>> for problem in violations({"spec": -1}, schema):
    ...     print(problem.message)
    -1: spec in body should be greater than or equal to 0
    """
    found = [*_checked(value, schema, ())]
    blocking = [problem for problem in found if problem.reason in _BLOCKING]
    broken = [*broken_rules(value, schema)]
    if not blocking:
        found += broken
    elif broken:
        which = "; ".join(
            p.message if not p.path else f"{format_path(p.path)}: {p.message}" for p in broken[:3]
        )
        at = found.index(blocking[0])
        hint = f"once this is right the server also refuses {which}"
        found[at] = blocking[0]._replace(hint="; ".join(filter(None, (blocking[0].hint, hint))))
    return sorted(found, key=lambda problem: by_steps(problem.path))


def by_steps(path: Path) -> list[tuple[bool, str | int]]:
    """Return the key that sorts paths by name and number."""
    return [(isinstance(step, int), step) for step in path]


def _checked(value: Any, schema: Schema, path: Path) -> Problems:
    yield from _of_type(value, schema, path)
    match value:
        case str():
            yield from _text(value, schema, path)
        case list():
            yield from _items(value, schema, path)
        case dict():
            yield from _members(value, schema, path)
        case int() | float() if not isinstance(value, bool):
            yield from _number(value, schema, path)
    if schema.enum and value not in schema.enum:
        listed = ", ".join(map(shown, schema.enum))
        said = f"{shown(value)}: supported values: {listed}"
        yield Problem(path, Reason.UNSUPPORTED, said)


# ---------------------------------------------------------------- types


_TYPES = {str: "string", bool: "boolean", list: "array", dict: "object", type(None): "null"}


def _type_of(value: Any) -> str:
    if type(value) in _TYPES:
        return _TYPES[type(value)]
    return "integer" if is_int64(value) else "number"


def _of_type(value: Any, schema: Schema, path: Path) -> Problems:
    """Yield that a value is of the wrong type, as go-openapi says it.

    Of what is neither text nor a list it names the format, of which most values have none.
    """
    found = _type_of(value)
    if found == schema.type:
        return
    wanted = schema.type
    if wanted == "integer" and found not in ("string", "array", "null"):
        wanted, found = "int32", "float64" if found == "number" else ""
    said = f'Invalid value: "{found}": {_in_body(path)} must be of type {wanted}: "{found}"'
    yield Problem(path, Reason.TYPE, said)


def _in_body(path: Path) -> str:
    return f"{format_path(path)} in body"


# ---------------------------------------------------------------- limits


def _number(value: float, schema: Schema, path: Path) -> Problems:
    if schema.type == "integer" and not is_int32(value):
        said = f"Checked value must be of type integer with format int32 in {format_path(path)}"
        yield invalid((), "", said)._replace(written_at=path)
    if schema.most is not None and schema.type == "integer" and value > schema.most:
        yield invalid(
            path, value, f"{_in_body(path)} should be less than or equal to {schema.most}"
        )
    if schema.least is not None and schema.type == "integer" and value < schema.least:
        fault = f"{_in_body(path)} should be greater than or equal to {schema.least}"
        yield invalid(path, value, fault)


def _text(value: str, schema: Schema, path: Path) -> Problems:
    if schema.type != "string":
        return
    if schema.most is not None and len(value) > schema.most:  # in letters, whatever it says
        yield too_long(path, schema.most, "")
    elif schema.pattern and not re.fullmatch(schema.pattern, value):
        yield invalid(path, value, f"{_in_body(path)} should match '{schema.pattern}'")


def _items(value: list[Any], schema: Schema, path: Path) -> Problems:
    if schema.type != "array" or schema.items is None:
        return
    yield from _size(len(value), schema, path, "items")
    for i, item in enumerate(value):
        yield from _checked(item, schema.items, (*path, i))
    if schema.is_set:
        times: Counter[str] = Counter()
        for i, item in enumerate(value):
            times[text := shown(item)] += 1
            if times[text] == 2:
                yield repeated((*path, i), item, "")


def _members(value: dict[str, Any], schema: Schema, path: Path) -> Problems:
    if schema.type != "object":
        return
    yield from _size(len(value), schema, path, "properties")
    for key, part in value.items():
        if member := schema.member(key):
            yield from _checked(part, member, (*path, key))
    for key in schema.required:
        if key not in value:
            yield required((*path, key), "")


def _size(number: int, schema: Schema, path: Path, of_what: str) -> Problems:
    if schema.least is not None and number < schema.least:
        yield invalid(
            path, number, f"{_in_body(path)} should have at least {schema.least} {of_what}"
        )
    if schema.most is not None and number > schema.most:
        said = f"{number}: must have at most {counted(schema.most, 'item')}"
        yield Problem(path, Reason.TOO_MANY, said)


# ---------------------------------------------------------------- rules


def broken_rules(value: Any, schema: Schema, path: Path = ()) -> Problems:
    """Yield the rules that do not hold; one that cannot be asked of a value is passed over."""
    for rule in schema.rules:
        if not _holds(rule.holds, value):
            of_value = value if isinstance(value, str) else None
            yield (
                Problem(path, Reason.INVALID, rule.message)
                if of_value is None
                else invalid(path, of_value, rule.message)
            )
    for step, part, member in _parts(value, schema):
        yield from broken_rules(part, member, (*path, step))


def _holds(holds: Any, value: Any) -> bool:
    try:
        return bool(holds(value))
    except (AttributeError, KeyError, TypeError):
        return True


def _parts(value: Any, schema: Schema) -> Iterator[tuple[str | int, Any, Schema]]:
    if isinstance(value, list) and schema.items is not None:
        yield from ((i, part, schema.items) for i, part in enumerate(value))
    elif isinstance(value, dict):
        known = ((key, part, schema.member(key)) for key, part in value.items())
        yield from ((key, part, member) for key, part, member in known if member)
