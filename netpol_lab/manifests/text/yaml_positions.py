"""Lines, columns and repeated keys of a document, which is composed once more to find them.

Text is parsed once and fast; only when there is something to tell is this done.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from yaml.events import ScalarEvent

from netpol_lab.manifests.field_paths import Path
from netpol_lab.manifests.text.json_events import json_events
from netpol_lab.manifests.text.yaml_composer import Composer
from netpol_lab.manifests.text.yaml_scalars import key_text


class Spot(NamedTuple):
    """A place in a document, from 0."""

    line: int
    column: int


@dataclass(eq=False, slots=True)
class _Node:
    """A node with its place: what it holds, where it starts, and its last line."""

    parts: Any
    start: Spot
    last_line: int
    pairs: tuple[tuple[str, _Node], ...] = ()  # of a mapping, as it is written


class _Entry(NamedTuple):
    """What a mapping holds for a key, and where the key stands."""

    key: Spot
    node: _Node


class _PlacedComposer(Composer):
    """Composes nodes that know their places."""

    def __init__(self, *source: Any) -> None:
        super().__init__(*source)
        self._last_line = 0
        self._pairs: list[list[tuple[str, _Node]]] = []  # of the mappings that are open

    def node(self, event: Any) -> Any:
        """Return a node; what is written last of it, be it an alias, tells its last line."""
        found = super().node(event)
        self._see(event)
        return found

    def compose(self, event: Any) -> _Node:
        """Return a node with its place."""
        if event.__class__ is ScalarEvent:
            value = super().compose(event)
            self._see(event)
            return _Node(value, _spot(event), self._last_line)
        self._pairs.append([])
        parts = super().compose(event)
        return _Node(parts, _spot(event), self._last_line, tuple(self._pairs.pop()))

    def entry(self, event: Any, key: Any, node: Any) -> _Entry:
        """Return a node with the place of its key."""
        self._see(event)
        self._pairs[-1].append((key if isinstance(key, str) else key_text(key[1]), node))
        return _Entry(_spot(event), node)

    def ended(self, event: Any) -> None:
        """Count the brace or bracket that ends a flow collection."""
        self._see(event)

    def parts(self, node: Any) -> Any:
        """Return the dict, list or scalar that a node holds."""
        return node.parts

    def _see(self, event: Any) -> None:
        start, end = event.start_mark, event.end_mark
        if end.index > start.index or event.__class__ is ScalarEvent:  # ends of blocks stand below
            self._last_line = max(self._last_line, end.line - (end.column == 0))


def _spot(event: Any) -> Spot:
    return Spot(event.start_mark.line, event.start_mark.column)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Make many objects that all stay: to look for garbage among them takes as long again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Positions:
    """A document composed once more, for the places of many complaints."""

    def __init__(self, text: str, is_json: bool) -> None:
        breaks = "\n" if is_json else "\r\n|[\r\n\x85\u2028\u2029]"
        self.lines = re.split(breaks, text)
        source = (text, json_events(text)) if is_json else (text,)
        with _without_garbage_collection():
            self.root: _Node = _PlacedComposer(*source).document() or _Node("", Spot(0, 0), 0)

    def mark(self, path: Path, of_key: bool) -> Spot:
        """Return the place of the value at a path, or of the key that leads to it."""
        found = self._follow(path)
        ends_early = len(found) <= len(path)
        key, node = found[-1]
        return key if key is not None and (of_key or ends_early) else node.start

    def span(self, path: Path) -> tuple[int, int]:
        """Return the first line of the key or item at a path, and the last line of its value."""
        found = self._follow(path)
        key, node = found[-1]
        first = (key or node.start).line if len(found) > 1 else 0
        return first, max(first, node.last_line) if len(found) > len(path) else first

    def reaches(self, path: Path) -> bool:
        """Say whether something is written at a path."""
        return len(self._follow(path)) > len(path)

    def _follow(self, path: Path) -> list[tuple[Spot | None, _Node]]:
        """Return the root, and what stands at each step of a path as far as it leads."""
        found: list[tuple[Spot | None, _Node]] = [(None, self.root)]
        for step in path:
            parts = found[-1][1].parts
            if isinstance(parts, dict) and step in parts:
                found.append(parts[step])
            elif isinstance(parts, list) and isinstance(step, int) and step < len(parts):
                found.append((None, parts[step]))
            else:
                break
        return found


positions = lru_cache(maxsize=1)(Positions)  # the last document that was asked about


@lru_cache(maxsize=1)  # every object of a document asks
def duplicates(text: str, is_json: bool) -> Mapping[Path, Sequence[Path]]:
    """Return the path of every key that is written again in the same mapping (VAL-09).

    By the objects that it stands in: the document, and the items of the lists that lead to it.
    """
    found: dict[Path, list[Path]] = {}
    for path in _again(positions(text, is_json).root, (), set()):
        found.setdefault((), []).append(path)
        end = 2
        while len(path) >= end and path[end - 2] == "items" and isinstance(path[end - 1], int):
            found.setdefault(path[:end], []).append(path[end:])
            end += 2
    return found


def _again(node: _Node, path: Path, seen: set[int]) -> Iterator[Path]:
    if id(node) in seen:  # an alias
        return
    seen.add(id(node))
    parts: list[tuple[str | int, _Node]] = list(node.pairs)
    if isinstance(node.parts, list):
        parts = list(enumerate(node.parts))
    steps: set[str | int] = set()
    for step, part in parts:
        if step in steps:
            yield (*path, step)
        steps.add(step)
        yield from _again(part, (*path, step), seen)
