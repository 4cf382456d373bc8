"""Lines, columns and repeated keys of a document, which is composed once more to find them.

Text is parsed once and fast; only when there is something to tell is this done.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

import yaml

from netpol_lab.manifests.field_paths import Path
from netpol_lab.manifests.text.yaml_scalars import TRUE, Loader


def children(node: yaml.Node) -> Iterable[yaml.Node]:
    """Return the nodes within a node: of a mapping, keys and values."""
    if isinstance(node, yaml.MappingNode):
        return (part for pair in node.value for part in pair)
    return node.value if isinstance(node, yaml.SequenceNode) else ()


_Pair = tuple[yaml.Node | None, yaml.Node]  # a key and its value; an item of a list has no key


class Positions:
    """A document composed once more, for the places of many complaints."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        start = yaml.Mark("", 0, 0, 0, None, 0)
        self._root: yaml.Node = yaml.compose(text, Loader) or yaml.ScalarNode("", "", start, start)
        self._steps: dict[int, dict[str | int, _Pair]] = {}

    def mark(self, path: Path, of_key: bool) -> yaml.Mark:
        """Return the mark of the value at a path, or of the key that leads to it."""
        found = self._follow(path)
        key, value = found[-1]
        ends_early = len(found) <= len(path)
        return (key if key is not None and (of_key or ends_early) else value).start_mark

    def span(self, path: Path) -> tuple[int, int]:
        """Return the first line of the key or item at a path, and the last line of its value."""
        found = self._follow(path)
        key, value = found[-1]
        first = (key or value).start_mark.line if len(found) > 1 else 0
        return first, max(first, _last_line(value)) if len(found) > len(path) else first

    def reaches(self, path: Path) -> bool:
        """Say whether something is written at a path."""
        return len(self._follow(path)) > len(path)

    def _follow(self, path: Path) -> list[_Pair]:
        """Return the root, and what stands at each step of a path as far as it leads."""
        found: list[_Pair] = [(None, self._root)]
        for step in path:
            _, node = found[-1]
            if id(node) not in self._steps:  # the last of repeated keys stands
                self._steps[id(node)] = {s: (key, value) for s, key, value in _yaml_parts(node)}
            if step not in self._steps[id(node)]:
                break
            found.append(self._steps[id(node)][step])
        return found


positions = lru_cache(maxsize=1)(Positions)  # the last document that was asked about


def _last_line(node: yaml.Node) -> int:
    """Return the last line with something of a node; marks of blocks go on to what comes next."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        *_, last = children(node)
        return _last_line(last)
    end = node.end_mark
    return int(end.line - (end.column == 0))


def _spelling(key: yaml.Node) -> str:
    if key.tag == "tag:yaml.org,2002:bool":
        return str(key.value.lower() in TRUE).lower()
    return str(key.value)


# ---------------------------------------------------------------- repeated keys

_Parts = Iterator[tuple[str | int, yaml.Node | None, Any]]  # step, its key in YAML, value


@lru_cache(maxsize=1)
def duplicates(text: str, is_json: bool) -> tuple[Path, ...]:
    """Return the path of every key that is written again in the same mapping (VAL-09)."""
    if is_json:
        return tuple(_again(json.loads(text, object_pairs_hook=tuple), _json_parts, (), set()))
    return tuple(_again(yaml.compose(text, Loader), _yaml_parts, (), set()))


def _again(
    value: Any, parts: Callable[[Any], _Parts], path: Path, seen: set[int]
) -> Iterator[Path]:
    if id(value) in seen:  # an alias
        return
    seen.add(id(value))
    steps: set[str | int] = set()
    for step, key, part in parts(value):
        if step in steps and (key is None or key.tag != "tag:yaml.org,2002:merge"):
            yield (*path, step)
        steps.add(step)
        yield from _again(part, parts, (*path, step), seen)


def _yaml_parts(node: yaml.Node | None) -> _Parts:
    if isinstance(node, yaml.SequenceNode):
        yield from ((i, None, item) for i, item in enumerate(node.value))
    elif isinstance(node, yaml.MappingNode):
        yield from ((_spelling(key), key, value) for key, value in node.value)


def _json_parts(value: Any) -> _Parts:
    """Yield the parts of JSON in which every object is a tuple of its pairs."""
    if isinstance(value, list):
        yield from ((i, None, item) for i, item in enumerate(value))
    elif isinstance(value, tuple):
        yield from ((key, None, item) for key, item in value)
