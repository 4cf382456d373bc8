"""Scalars as kubectl reads them: it turns YAML 1.1 into JSON, and PyYAML differs (VAL-11)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Hashable
from typing import Any

import yaml

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Loader(_Base):
    """PyYAML's safe loader with the scalars of kubectl, and text for all mapping keys.

    Its ``yaml_implicit_resolvers`` tell which plain scalars are not text.
    """

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 (PyYAML's own protocol)

    repeats = False  # whether a key may stand twice in some mapping

    def construct_mapping(self, node: yaml.Node, deep: bool = False) -> dict[Hashable, Any]:
        """Return a mapping with text for keys, and keep in mind whether one stands twice."""
        mapping = super().construct_mapping(node, deep=deep)
        by_text: dict[Hashable, Any] = {_key(key): value for key, value in mapping.items()}
        self.repeats = self.repeats or len(by_text) < len(node.value)
        return by_text


def _key(key: object) -> str:
    """Return a mapping key as text: "on: x" is the key "true" (VAL-11)."""
    if isinstance(key, str):
        return key
    return json.dumps(key) if isinstance(key, bool | int | float | None) else str(key)


def _integer(loader: Any, node: yaml.ScalarNode) -> int | float | str:
    """Return a whole number; what Go cannot convert falls through to a float, then to text."""
    text = str(loader.construct_scalar(node))
    try:
        number = _whole(text.replace("_", "").lower())
    except ValueError:
        return _float(loader, node)
    return number if abs(number) < 2**64 else _float(loader, node)


def _whole(text: str) -> int:
    digits = text.lstrip("+-")
    if base := {"0b": 2, "0x": 16, "0o": 8}.get(digits[:2]):
        return int(text, base)
    if len(digits) > 100:  # Python refuses to convert thousands of digits
        raise ValueError("too long")
    return int(text, 8 if len(digits) > 1 and digits[0] == "0" else 10)


def _float(loader: Any, node: yaml.ScalarNode) -> float | str:
    text = str(loader.construct_scalar(node))
    plain = text.lower().replace("_", "")
    if plain.lstrip("+-") in (".inf", ".nan"):
        return float(plain.replace(".", ""))
    try:
        number = float(plain)
    except ValueError:
        return text
    return text if math.isinf(number) else number  # out of range, so text


_SCALARS = (
    ("bool", r"y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF",
     "yYnNtTfFoO"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]*|[1-9][0-9_]*)", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)"
     r"|\.(?:nan|NaN|NAN)", "-+0123456789."),
    ("merge", r"<<", "<"),
)  # fmt: skip
for _tag, _pattern, _first in _SCALARS:
    Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), list(_first)
    )
TRUE = {"y", "yes", "true", "on"}
Loader.add_constructor(
    "tag:yaml.org,2002:bool",
    lambda loader, node: str(loader.construct_scalar(node)).lower() in TRUE,
)
Loader.add_constructor("tag:yaml.org,2002:int", _integer)
Loader.add_constructor("tag:yaml.org,2002:float", _float)
Loader.add_constructor("tag:yaml.org,2002:timestamp", yaml.SafeLoader.construct_yaml_str)
