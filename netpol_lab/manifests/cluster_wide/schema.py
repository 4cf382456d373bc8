"""Structural schemas: what a custom resource definition says about each value, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class SchemaRule(NamedTuple):
    """A rule that a schema cannot express by limits: a CEL expression of the definition.

    Parameters
    ----------
    message : str
        What the server says where it does not hold.
    holds : callable
        Whether it does, for a value whose type and fields are right.
    """

    message: str
    holds: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Schema:
    """What a value may be.

    Parameters
    ----------
    type : str
        ``object``, ``array``, ``string`` or ``integer`` (of 32 bits), as the definition says it.
    properties : mapping of str to Schema
    required : tuple of str
    values : Schema, optional
        Of a map: an object with any keys.
    items : Schema, optional
    least, most : int, optional
        How many properties, items or letters there may be; or the lowest and the highest number.
    enum : tuple of str
    pattern : str
    is_set : bool
        Whether no item of a list may be there twice.
    default : str, optional
    rules : tuple of SchemaRule
    """

    type: str
    properties: Mapping[str, Schema] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    values: Schema | None = None
    items: Schema | None = None
    least: int | None = None
    most: int | None = None
    enum: tuple[str, ...] = ()
    pattern: str = ""
    is_set: bool = False
    default: str | None = None
    rules: tuple[SchemaRule, ...] = ()

    def member(self, key: str) -> Schema | None:
        """Return the schema of a field, None where it is unknown."""
        return self.properties.get(key) or self.values


def an_object(*required: str, **limits: Any) -> Callable[..., Schema]:
    """Return what makes the schema of an object from its properties."""
    return lambda properties: Schema("object", properties, required, **limits)


def a_list(items: Schema, least: int | None = None, most: int | None = None) -> Schema:
    """Return the schema of a list."""
    return Schema("array", items=items, least=least, most=most)


def a_set(items: Schema, most: int) -> Schema:
    """Return the schema of a list that is not empty, and in which nothing is twice."""
    return Schema("array", items=items, least=1, most=most, is_set=True)


TEXT = Schema("string")
A_MAP = Schema("object", values=TEXT)
A_PORT = Schema("integer", least=1, most=65535)
