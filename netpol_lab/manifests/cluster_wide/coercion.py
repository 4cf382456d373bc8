"""What a server makes of a custom resource before it looks at it: unknown fields and nulls go.

A null is nothing here, also in a map of labels; in a NetworkPolicy it is an empty value (DEF-12).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netpol_lab.manifests.api_types import is_int64
from netpol_lab.manifests.cluster_wide.schema import Schema
from netpol_lab.manifests.field_paths import Path


def unknown_fields(value: Any, schema: Schema | None, path: Path = ()) -> Iterator[Path]:
    """Yield the paths of fields that a schema does not have, the outermost of each.

    Where a value is of the wrong type nothing in it is known.

    Examples
    --------
    >>> schema = Schema("object", {"name": Schema("string")})
    >>> [*unknown_fields({"name": "a", "nam": "b"}, schema)]
    [('nam',)]
    """
    if isinstance(value, dict):
        for key, part in value.items():
            member = schema.member(key) if schema else None
            if member is None:
                yield (*path, key)
            else:
                yield from unknown_fields(part, member, (*path, key))
    elif isinstance(value, list):
        for i, part in enumerate(value):
            yield from unknown_fields(part, schema.items if schema else None, (*path, i))


def coerced(value: Any, schema: Schema | None) -> Any:
    """Return a value without unknown fields and without nulls, and with defaults.

    Examples
    --------
    >>> schema = Schema("object", {"a": Schema("string"), "b": Schema("string", default="x")})
    >>> coerced({"a": None, "c": 1}, schema)
    {'b': 'x'}
    """
    if isinstance(value, list):
        return [coerced(part, schema.items if schema else None) for part in value]
    if not isinstance(value, dict):
        return _as_go_has_it(value)
    if schema is None:
        return {}
    known = ((key, part, schema.member(key)) for key, part in value.items())
    kept = {key: coerced(part, found) for key, part, found in known if found and part is not None}
    defaults = {key: found.default for key, found in schema.properties.items() if found.default}
    return defaults | kept


_BEYOND = 1e300  # no server reads such a number


def _as_go_has_it(value: Any) -> Any:
    """Return 80.0 as the whole number that it is, and what has more than 64 bits as a float."""
    if isinstance(value, float) and value % 1 == 0 and is_int64(value):
        return int(value)
    if isinstance(value, int) and not is_int64(value) and not isinstance(value, bool):
        return float(value) if abs(value) < _BEYOND else _BEYOND
    return value
