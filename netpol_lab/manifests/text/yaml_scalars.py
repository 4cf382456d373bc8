"""Scalars as kubectl reads them: as go-yaml resolves YAML 1.1, which differs from PyYAML (VAL-11).

Numbers stay int or float here, since keys tell `1` from `1.0`; `in_json` is for values.
"""

from __future__ import annotations

import base64
import math
import re
import struct
from functools import lru_cache
from typing import Any

TAG = "tag:yaml.org,2002:"
MERGE = f"{TAG}merge"

_WORDS: dict[str, Any] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), False),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **{sign + word: math.inf for sign in ("", "+") for word in (".inf", ".Inf", ".INF")},
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_MAY_BE_MORE = frozenset("yYnNtTfFoO~0123456789+-.")  # how plain scalars begin that are no text
_INTEGER = re.compile(
    r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[oO]([0-7]+)|0[bB]([01]+)|0([0-7]+)|(0|[1-9][0-9]{0,19}))"
)
_BASES = ((2, 16), (3, 8), (4, 2), (5, 8), (6, 10))  # the groups of _INTEGER
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_POINT_FIRST = re.compile(r"\.[0-9](?:_?[0-9])*(?:[eE][-+]?[0-9](?:_?[0-9])*)?")
_TAGGED = ("str", "bool", "int", "float", "null", "timestamp")  # all other tags make text
_BASE64 = re.compile("(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_DATE = r"[0-9]{4}-(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12][0-9]|3[01])"
_TIME = r"[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?"
_TIMESTAMP = re.compile(rf"{_DATE}(?:[Tt]{_TIME}(?:Z|[-+][0-9]{{2}}:[0-9]{{2}})| {_TIME})?")


class UnreadableScalarError(ValueError):
    """A scalar that is not what its tag says; the text is go-yaml's."""


def plain_value(text: str) -> Any:
    """Return what a plain scalar stands for.

    Examples
    --------
    >>> [plain_value(text) for text in ("web", "010", "0X50", "8_0.0", "1e3", "off", "12:30", "~")]
    ['web', 8, 80, 80.0, 1000.0, False, '12:30', None]
    """
    return _resolved(text) if not text or text[0] in _MAY_BE_MORE else text


@lru_cache(maxsize=4096)
def _resolved(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    number = _number(text) if text[0] in "0123456789+-." else None
    return text if number is None else number


def _number(text: str) -> int | float | None:
    if text[0] == ".":
        return _finite(text) if _POINT_FIRST.fullmatch(text) else None
    plain = text.replace("_", "")
    if match := _INTEGER.fullmatch(plain):
        digits, base = next((match[group], base) for group, base in _BASES if match[group])
        number = int(match[1] + digits, base)
        if -(2**63) <= number < (2**63 if match[1] else 2**64):
            return number
    return _finite(plain) if _FLOAT.fullmatch(plain) else None


def _finite(text: str) -> float | None:
    number = float(text)
    return None if math.isinf(number) else number  # out of range, so text


def in_json(number: float) -> float:
    """Return a number as it comes back from JSON, where 80.0 is written as 80.

    Examples
    --------
    >>> in_json(80.0), in_json(0.5)
    (80, 0.5)
    """
    return int(number) if number.is_integer() and abs(number) < 1e21 else number


def implicit_tag(text: str) -> str:
    """Return the tag that a plain scalar has without being written.

    Examples
    --------
    >>> [implicit_tag(text).removeprefix(TAG) for text in ("web", "0o17", "~", "<<")]
    ['str', 'int', 'null', 'merge']
    """
    if text == "<<":
        return MERGE
    kinds = {bool: "bool", int: "int", float: "float", str: "str"}
    return TAG + kinds.get(type(plain_value(text)), "null")


def tagged_value(tag: str, text: str) -> Any:
    """Return what a scalar with a tag stands for; a tag that nobody knows makes it text.

    Raises
    ------
    UnreadableScalarError
        When it is not what its tag says.

    Examples
    --------
    >>> tagged_value(TAG + "str", "80"), tagged_value("!shop", "80"), tagged_value(TAG + "int", "8")
    ('80', '80', 8)
    """
    name = tag.removeprefix(TAG) if tag.startswith(TAG) else ""
    if name == "binary":
        return _decoded(text)
    if name not in _TAGGED or name == "str" or (name == "timestamp" and _TIMESTAMP.fullmatch(text)):
        return text
    value = plain_value(text)
    found = "str" if text == "<<" else implicit_tag(text).removeprefix(TAG)
    if name == "float" and found == "int" and value < 2**63:
        return float(value)
    if found != name:
        raise UnreadableScalarError(f"cannot decode !!{found} `{text}` as a !!{name}")
    return value


def _decoded(text: str) -> str:
    """Return the text that Base64 stands for."""
    written = re.sub(r"[\r\n]", "", text)
    if not _BASE64.fullmatch(written):
        raise UnreadableScalarError("!!binary value contains invalid base64 data")
    return without_surrogates(base64.b64decode(written).decode("utf-8", "surrogateescape"))


def without_surrogates(text: str) -> str:
    r"""Return a text with U+FFFD in place of what is no character, as Go's JSON has it.

    Examples
    --------
    >>> without_surrogates("a\ud800") == "a\ufffd"
    True
    """
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def key_text(key: float) -> str:
    """Return a key that is a boolean or a number as text: ``on: x`` is the key "true".

    Examples
    --------
    >>> [key_text(key) for key in (True, 8, 1.0, 1e6)]
    ['true', '8', '1', '1e+06']
    """
    if isinstance(key, bool):
        return str(key).lower()
    return str(key) if isinstance(key, int) else _float_text(key)


def _float_text(number: float) -> str:
    """Return the shortest text that tells a number from others of 32 bits, as Go prints it."""
    try:
        packed = struct.pack("f", number)
    except OverflowError:
        packed = struct.pack("f", math.copysign(math.inf, number))
    (single,) = struct.unpack("f", packed)
    if not math.isfinite(single):
        return ".nan" if math.isnan(single) else ".inf" if single > 0 else "-.inf"
    spellings = (f"{single:.{more}e}" for more in range(9))
    shortest = next(text for text in spellings if struct.pack("f", float(text)) == packed)
    mantissa, _, exponent = shortest.partition("e")
    if not -4 <= int(exponent) < 6:
        return shortest
    digits = len(mantissa.lstrip("-").replace(".", ""))
    return f"{float(shortest):.{max(0, digits - 1 - int(exponent))}f}"
