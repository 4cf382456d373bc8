"""Composing a document: the events of libyaml become plain values, by the rules of go-yaml.

kubectl reads YAML with go-yaml and turns it into JSON. PyYAML's own composer and constructor
differ from it in merge keys, repeated anchors, tags and keys, and take eight times as long.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from netpol_lab.manifests.text import yaml_scalars as scalars

MAX_DEPTH = 100  # so that nothing runs out of stack that walks through what is read
MAX_EXPANSION = 100_000  # nodes that aliases may add to a document

_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STAND_IN = "\ufdd0"  # no character, and never will be one
_MISPLACED_SLASH = re.compile(r"(?:[^\\]|\\[^/])*?(\\/)", re.DOTALL)
_NO_KEY = object()
_NO_COMMA = "did not find expected ',' or ']'"
_MAP_WANTED = "map merge requires map or sequence of maps as the value"


def events_of(text: str) -> Callable[[], Any]:
    """Return a function that gives the next event of a YAML text."""
    next_event: Callable[[], Any] = _Parser(text).get_event
    return next_event


@dataclass
class _Anchored:
    """What an anchor stands for: a node, and how many nodes that is when written out."""

    node: Any = None
    size: int = 0  # 0 while it is not complete
    key: Any = _NO_KEY  # what it is as a key


class _NoJson(NamedTuple):
    """Stands for a value that JSON cannot hold, since kubectl may never come to convert it."""

    error: yaml.MarkedYAMLError


class Composer:
    """Composes the first document of a text; with plain values, each node is its value.

    Parameters
    ----------
    text : str
        Without a byte order mark at its start; others are ordinary characters to go-yaml.
    next_event : callable, optional
        Where its events come from, if it is not YAML.

    Attributes
    ----------
    repeats : bool
        Whether some key may be written twice in one mapping.
    end : Mark or None
        Where the document ends; kubectl silently drops what comes after it.
    """

    def __init__(self, text: str, next_event: Callable[[], Any] | None = None) -> None:
        self._text = text
        self._has_marks = "\ufeff" in text
        shown = text.replace("\ufeff", _STAND_IN) if self._has_marks else text
        self._next = next_event or events_of(shown)
        self._has_slashes = next_event is None and "\\/" in text
        self._has_questions = next_event is None and "?" in text
        self._anchors: dict[str, _Anchored] = {}
        self._with_odd_keys: dict[int, tuple[Any, dict[Any, Any]]] = {}
        self._has_no_json = False
        self._depth = self._flows = self._nodes = self._added = 0
        self.repeats = False
        self.end: Any = None

    def document(self) -> Any:
        """Return the root node of the document, or None if there is none."""
        root = self._root()
        if self._has_no_json and (fault := _first_fault(root)):
            raise fault.error
        return root

    def _root(self) -> Any:
        self._next()
        if self._next().__class__ is StreamEndEvent:
            return None
        root = self.node(self._next())
        ended = self._next()
        self.end = ended.end_mark if ended.explicit else ended.start_mark
        return root

    def node(self, event: Any) -> Any:
        """Return the node that begins with an event."""
        if event.__class__ is AliasEvent:
            return self._alias(event).node
        if event.anchor is None:
            return self.compose(event)
        anchored = self._anchors[event.anchor] = _Anchored()  # a later one may take its place
        before = self._nodes
        if event.__class__ is ScalarEvent:
            anchored.key = self._scalar(event)
        anchored.node = self.compose(event)
        anchored.size = self._nodes - before
        return anchored.node

    def compose(self, event: Any) -> Any:
        """Return the node that begins with an event which is no alias."""
        self._nodes += 1
        kind = event.__class__
        if kind is ScalarEvent:
            value = self._scalar(event)
            return self._in_json(value, event) if value.__class__ is float else value
        self._depth += 1
        self._flows += bool(event.flow_style)
        if self._depth > MAX_DEPTH:
            raise refused(f"nested more than {MAX_DEPTH} levels deep", event)
        made = self.mapping() if kind is MappingStartEvent else self.sequence()
        self._flows -= bool(event.flow_style)
        self._depth -= 1
        return made

    def sequence(self) -> list[Any]:
        """Return the nodes of a sequence."""
        items = []
        while (event := self._next()).__class__ is not SequenceEndEvent:
            items.append(self.node(event))
        self.ended(event)
        return items

    def mapping(self) -> dict[str, Any]:
        """Return the nodes of a mapping by their keys; a merge counts where it is written."""
        found: dict[Any, Any] = {}
        odd: dict[Any, Any] = {}  # keys that are no text, and where they stand
        written = 0
        while (event := self._next()).__class__ is not MappingEndEvent:
            if _is_merge(event):
                self.node(event)  # it may have an anchor
                odd |= dict.fromkeys(self._merge(found), event)
                self.repeats = True  # perhaps: `duplicates` tells
                continue
            key = self._key(event)
            if key.__class__ is not str:
                key = type(key), key
                odd[key] = event
            found[key] = self.entry(event, key, self.node(self._next()))
            written += 1
        self.ended(event)
        self.repeats = self.repeats or len(found) < written
        return self._with_text_for_keys(found, odd) if odd else found

    # What a subclass may add to nodes that are no plain values.

    def entry(self, event: Any, key: Any, node: Any) -> Any:
        """Return what a mapping holds for a key, which an event begins."""
        return node

    def ended(self, event: Any) -> None:
        """Take notice of the end of a collection."""

    def parts(self, node: Any) -> Any:
        """Return the dict, list or scalar that a node holds."""
        return node

    # ------------------------------------------------------------ scalars and keys

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if self._has_marks:
            text = text.replace(_STAND_IN, "\ufeff")
        if event.tag is not None:
            return self._tagged(event, text)
        if not event.style:
            if self._has_questions and self._flows and "?" in text:
                raise refused(_NO_COMMA, event)
            return scalars.plain_value(text)
        if self._has_slashes and event.style == '"':
            self._refuse_slashes(event)
        return text

    def _tagged(self, event: Any, text: str) -> Any:
        if not text and self._flows and self._has_comma_in_tag(event):
            raise refused(_NO_COMMA, event)
        try:
            return scalars.tagged_value(event.tag, text)
        except scalars.UnreadableScalarError as error:
            raise refused(str(error), event) from None

    def _has_comma_in_tag(self, event: Any) -> bool:
        """Say whether a comma stands right behind a tag: it belongs to it, but not to libyaml."""
        start, end = event.start_mark.index, event.end_mark.index
        return self._text[end : end + 1] == "," and self._text[start:end].split()[-1][0] == "!"

    def _refuse_slashes(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        if match := _MISPLACED_SLASH.match(self._text, self._text.index('"', start), end):
            lines = self._text[start : match.start(1)].split("\n")
            column = len(lines[-1]) + (event.start_mark.column if len(lines) == 1 else 0)
            line = event.start_mark.line + len(lines) - 1
            problem, mark = "found unknown escape character", mark_at(line, column)
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)

    def _in_json(self, number: float, event: Any) -> Any:
        if math.isfinite(number):
            return scalars.in_json(number)
        shown = "NaN" if math.isnan(number) else "+Inf" if number > 0 else "-Inf"
        return self._no_json(f"json: unsupported value: {shown}", event)

    def _no_json(self, problem: str, where: Any) -> _NoJson:
        self._has_no_json = True
        return _NoJson(refused(problem, where))

    def _key(self, event: Any) -> Any:
        """Return a key as go-yaml has it, which tells 1 from 1.0 and yes."""
        if event.__class__ is ScalarEvent and event.anchor is None:
            return self._scalar(event)
        if event.__class__ is AliasEvent:
            key = self._alias(event).key
        else:
            self.node(event)
            key = self._anchors[event.anchor].key if event.anchor is not None else _NO_KEY
        if key is _NO_KEY:
            raise refused("invalid map key", event)
        return key

    def _with_text_for_keys(self, found: dict[Any, Any], odd: dict[Any, Any]) -> Any:
        """Return a mapping as JSON has it, where keys are text."""
        somewhere, *_ = odd.values()
        by_text: Any = {}
        for key, node in found.items():
            text, fault = _as_text(key)
            if text in by_text:
                fault = f'two keys that differ in YAML are both "{text}" in JSON'
            if fault:
                by_text = self._no_json(fault, odd.get(key, somewhere))
                break
            by_text[text] = node
        self._with_odd_keys[id(by_text)] = by_text, found
        return by_text

    # ------------------------------------------------------------ anchors and merges

    def _alias(self, event: Any) -> _Anchored:
        anchored = self._anchors.get(event.anchor)
        if anchored is None:
            raise refused(f"unknown anchor '{event.anchor}' referenced", event)
        if not anchored.size:
            raise refused(f"anchor '{event.anchor}' value contains itself", event)
        self._nodes += anchored.size
        self._added += anchored.size
        if self._added > MAX_EXPANSION:
            raise refused(f"aliases that expand to more than {MAX_EXPANSION:,} values", event)
        return anchored

    def _merge(self, found: dict[Any, Any]) -> Iterable[Any]:
        """Put the keys that a merge brings into a mapping; return those that are no text."""
        event = self._next()
        given = self.node(event)
        parts = self.parts(given)
        is_list = parts.__class__ is list and event.__class__ is not AliasEvent
        nodes = [self.parts(node) for node in parts] if is_list else [parts]
        maps = [self._with_odd_keys.get(id(node), (node, node))[1] for node in nodes]
        if not all(isinstance(each, dict) for each in maps):
            raise refused(_MAP_WANTED, event)
        for each in reversed(maps):  # the first of a list counts most
            found.update(each)
        return [key for each in maps for key in each if not isinstance(key, str)]


def mark_at(line: int, column: int, index: int = 0) -> yaml.Mark:
    """Return a place in a text, each number from 0, as PyYAML has it."""
    return yaml.Mark("", index, line, column, None, 0)


def refused(problem: str, where: Any) -> yaml.MarkedYAMLError:
    """Return an error that says what is wrong with a document, and where."""
    return yaml.MarkedYAMLError(problem=problem, problem_mark=where.start_mark)


def _is_merge(event: Any) -> bool:
    is_sign = event.__class__ is ScalarEvent and event.value == "<<"
    return is_sign and (event.implicit[0] or event.tag == scalars.MERGE)


def _as_text(key: Any) -> tuple[str, str]:
    """Return the text of a key, or why it can have none."""
    if isinstance(key, str):
        return key, ""
    _, value = key
    if value is None:
        return "", "unsupported map key of type: %!s(<nil>), key: <nil>"
    if isinstance(value, int) and value >= 2**63:
        return "", f"unsupported map key of type: uint64, key: {value:#x}"
    return scalars.key_text(value), ""


def _first_fault(value: Any) -> _NoJson | None:
    if isinstance(value, _NoJson):
        return value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next(filter(None, map(_first_fault, inner)), None)
