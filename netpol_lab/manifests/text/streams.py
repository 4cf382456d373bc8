"""A text into the parts that kubectl takes for documents: values of JSON, or YAML between ---.

The rules are those of its NewYAMLOrJSONDecoder (VAL-41): a text that begins with a brace is read
as JSON, value by value; what is no JSON is YAML from there on, unless two values were read before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from netpol_lab.manifests.text.yaml_composer import MAX_DEPTH
from netpol_lab.manifests.text.yaml_scalars import in_json, without_surrogates

_FIRST_LOOKED_AT = 4096  # characters in which kubectl looks for the first brace
_GO_SPACE = "\t\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_SPACE = re.compile(r"[ \t\r\n]*")
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
_SEPARATOR = re.compile(r"^---([^\n]*)(?:\n|\Z)", re.MULTILINE)
_NOTHING = r"(?:[ \t]*(?:#[^\n\r\x85\u2028\u2029]*)?\r?\n)*"
_ONLY_COMMENTS = re.compile(_NOTHING)
_KEPT_WITH_COMMENTS = re.compile(  # dashes behind which nothing has to stand at the very start
    rf"---(?:[ \t][^\n\r]*)?(?:\r?\n(?!\ufeff|---|{_NOTHING}\.\.\.)|\Z)"
)


class JsonValue(NamedTuple):
    """One value of a JSON text, where it stands, and whether a key is repeated in it."""

    value: Any
    line: int  # how many are above it
    start: int
    end: int
    repeats: bool


class YamlPart(NamedTuple):
    """One YAML document, how many lines are above it, and what is wrong with the line there."""

    text: str
    line: int
    fault: str = ""


class JsonFaultError(ValueError):
    """A text that goes on with what is no JSON."""

    def __init__(self, words: str, place: int) -> None:
        super().__init__(words)
        self.place = place


def looks_like_json(text: str) -> bool:
    """Say whether kubectl tries JSON first; a byte order mark before the brace prevents it."""
    return text[:_FIRST_LOOKED_AT].lstrip()[:1] == "{"


def json_values(text: str) -> Iterator[JsonValue]:
    """Yield each value of a JSON text, one after another.

    Raises
    ------
    JsonFaultError
        Where the text goes on with something else.
    """
    repeats = False

    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeats
        value = dict(pairs)
        repeats = repeats or len(value) < len(pairs)
        return value

    decode = json.JSONDecoder(
        object_pairs_hook=collect, parse_float=_number, parse_constant=_no_constant
    ).raw_decode
    lines = _Lines(text)
    has_halves = _HALF_CHARACTER.search(text) is not None
    start = _after_space(text, 0)
    while start < len(text):
        repeats = False
        try:
            value, end = decode(text, start)
        except (ValueError, RecursionError) as error:
            raise JsonFaultError(_go_words(text, start, error), start) from None
        if _is_too_deep(value):
            raise JsonFaultError(f"nested more than {MAX_DEPTH} levels deep", start)
        value = _whole(value) if has_halves else value
        yield JsonValue(value, lines.above(start), start, end, repeats)
        start = _after_space(text, end)


def _is_too_deep(value: Any) -> bool:
    """Say whether lists and objects are within more others than YAML may have."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_DEPTH):
        parts = (part.values() if part.__class__ is dict else part for part in level)
        level = [one for some in parts for one in some if one.__class__ in (dict, list)]
    return bool(level)


def _number(text: str) -> float:
    return in_json(float(text))


def _no_constant(name: str) -> float:
    raise ValueError(f"invalid character '{name[0]}' looking for beginning of value")


def _after_space(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match else place


def _whole(value: Any) -> Any:
    """Return a value without halves of characters."""
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, dict):
        return {without_surrogates(key): _whole(part) for key, part in value.items()}
    return [_whole(part) for part in value] if isinstance(value, list) else value


def _go_words(text: str, start: int, error: Exception) -> str:
    """Return what Go says of something that is no JSON value."""
    if getattr(error, "pos", start) != start:
        return str(getattr(error, "msg", error)).lower()
    where = "in numeric literal" if text[start] == "-" else "looking for beginning of value"
    return f"invalid character '{text[start]}' {where}"


def yaml_start(text: str, place: int) -> int | None:
    """Return where kubectl reads on as YAML behind a JSON value, or None if too little is left.

    It takes the rest of the line with the value, if it is empty; and it cannot look at a text of
    less than four bytes.
    """
    while len(text[place : place + 4].encode()) >= 4:
        if not text[place].isspace():
            return place
        place += 1
        if text[place - 1] == "\n":
            return place
    return None


def yaml_parts(text: str, above: int = 0) -> Iterator[YamlPart]:
    """Yield each document of a YAML text; three dashes at a line's start end one, or are a fault.

    The dashes that nothing stands above belong to the document below them.

    Parameters
    ----------
    text : str
    above : int
        How many lines are above the text.

    Yields
    ------
    YamlPart
    """
    lines = _Lines(text, above)
    begins = 0
    for separator in _SEPARATOR.finditer(text):
        dashes, rest = separator.start(), separator[1].strip(_GO_SPACE)
        if rest and not rest.startswith("#"):
            if dashes > begins:
                yield _part(text[begins:dashes], lines.above(begins))
            fault = f"invalid Yaml document separator: {rest}"
            yield YamlPart(separator[0], lines.above(dashes), fault)
            begins = separator.end()
        elif dashes > begins:
            if not begins and _belongs_to(text, dashes):
                continue
            yield _part(text[begins:dashes], lines.above(begins))
            begins = separator.end()
    if begins < len(text) or not begins:
        yield _part(text[begins:], lines.above(begins))


class _Lines:
    """Counts the lines above places of a text, each further down than the last."""

    def __init__(self, text: str, above: int = 0) -> None:
        self.text = text
        self._place, self._line = 0, above

    def above(self, place: int) -> int:
        """Return how many lines are above a place."""
        self._line += self.text.count("\n", self._place, place)
        self._place = place
        return self._line


def _belongs_to(text: str, dashes: int) -> bool:
    """Say whether only comments stand above the first dashes; both go with what is below."""
    above = _ONLY_COMMENTS.match(text, 0, dashes)
    is_plain = _KEPT_WITH_COMMENTS.match(text, dashes) is not None
    return above is not None and above.end() == dashes and is_plain


def _part(part: str, line: int) -> YamlPart:
    """Return a document as kubectl hands it to go-yaml: each line ends in a line feed."""
    if "\r" in part:
        part = part.replace("\r\n", "\n")
    part = part.removeprefix("\ufeff")
    if part.startswith("\ufeff"):  # go-yaml then passes over the first letter of every line
        return YamlPart(part, line, "begins with two byte order marks")
    return YamlPart(part if part.endswith("\n") or not part else f"{part}\n", line)
