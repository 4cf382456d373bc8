"""Texts and values as the API server, which is written in Go, measures and prints them."""

from __future__ import annotations

import json
from typing import Any

MOST_SHOWN = 1000  # characters of a value; the server shows all of them, however many


def size(text: str) -> int:
    """Return how many bytes a text has, which is what the server counts.

    Examples
    --------
    >>> size("é")
    2
    """
    return len(text.encode("utf-8", "surrogatepass"))


_ESCAPES = str.maketrans(
    {'"': r"\"", "\\": r"\\", "\a": r"\a", "\b": r"\b", "\f": r"\f"}
    | {"\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v"}
)
_IN_JSON = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"})


def shown(value: Any) -> str:
    r"""Return a value as the server prints it: a text in Go's quotes, anything else as JSON.

    Examples
    --------
    >>> print(shown("a\tb\u00a0"), shown(80), shown(["<"]), shown({"a": True}))
    "a\tb\u00a0" 80 ["\u003c"] {"a":true}
    """
    if isinstance(value, str):
        cut = value if len(value) <= MOST_SHOWN else f"{value[:MOST_SHOWN]}..."
        return f'"{"".join(map(_printable, cut.translate(_ESCAPES)))}"'
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=str)
    return text.translate(_IN_JSON)


def _printable(sign: str) -> str:
    code = ord(sign)
    if sign.isprintable():
        return sign
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
