"""Where things are written: a document composed once more, for lines, columns and repeated keys.

Text is parsed once and fast; only when there is something to tell is this done.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import yaml

from netpol_lab.manifests.field_paths import Path
from netpol_lab.manifests.yaml_scalars import TRUE, Loader


def children(node: yaml.Node) -> Iterable[yaml.Node]:
    """Return the nodes within a node: of a mapping, keys and values."""
    if isinstance(node, yaml.MappingNode):
        return (part for pair in node.value for part in pair)
    return node.value if isinstance(node, yaml.SequenceNode) else ()


class Positions:
    """A document composed once more, for the places of many complaints."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        self._root = _compose(text)
        self._keys: dict[int, dict[str, tuple[yaml.Node, yaml.Node]]] = {}

    def mark(self, path: Path, of_key: bool) -> yaml.Mark:
        """Return the mark of the value at a path, or of the key that leads to it."""
        node = self._root
        if node is None:
            return yaml.Mark("", 0, 0, 0, None, 0)
        mark = node.start_mark
        for i, step in enumerate(path):
            key, value = self._step(node, step)
            if value is None:
                break
            by_key = key is not None and (of_key or i < len(path) - 1)
            mark = key.start_mark if key is not None and by_key else value.start_mark
            node = value
        return mark

    def span(self, path: Path) -> tuple[int, int]:
        """Return the first line of the key or item at a path, and the last line of its value."""
        node, first = self._root, 0
        if node is None:
            return 0, 0
        for step in path:
            key, value = self._step(node, step)
            if value is None:
                return first, first
            first, node = (key or value).start_mark.line, value
        return first, max(first, _last_line(node))

    def reaches(self, path: Path) -> bool:
        """Say whether something is written at a path."""
        node = self._root
        for step in path:
            node = self._step(node, step)[1] if node is not None else None
        return node is not None

    def _step(self, node: yaml.Node, step: str | int) -> tuple[yaml.Node | None, yaml.Node | None]:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            return None, node.value[step] if step < len(node.value) else None
        if not isinstance(node, yaml.MappingNode) or not isinstance(step, str):
            return None, None
        if id(node) not in self._keys:  # the last of repeated keys stands
            self._keys[id(node)] = {_spelling(key): (key, value) for key, value in node.value}
        return self._keys[id(node)].get(step, (None, None))


@lru_cache(maxsize=1)
def positions(text: str) -> Positions:
    """Return the positions of a document; the last one asked for is remembered."""
    return Positions(text)


def _compose(text: str) -> yaml.Node | None:
    loader = Loader(text)
    try:
        return loader.get_single_node()  # type: ignore[no-any-return]
    finally:
        loader.dispose()


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


@lru_cache(maxsize=1)
def yaml_duplicates(text: str) -> tuple[Path, ...]:
    """Return the path of every key of YAML that is written again in the same mapping (VAL-09)."""
    root = _compose(text)
    return tuple(_below(root, (), set())) if root is not None else ()


def _below(node: yaml.Node, path: Path, seen: set[int]) -> Iterator[Path]:
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for i, item in enumerate(node.value):
            yield from _below(item, (*path, i), seen)
    elif isinstance(node, yaml.MappingNode):
        keys: set[str] = set()
        for key, value in node.value:
            name = _spelling(key)
            if name in keys and key.tag != "tag:yaml.org,2002:merge":
                yield (*path, name)
            keys.add(name)
            yield from _below(value, (*path, name), seen)


@lru_cache(maxsize=1)
def json_duplicates(text: str) -> tuple[Path, ...]:
    """Return the path of every key of JSON that is written again in the same object (VAL-09)."""
    return tuple(_among(json.loads(text, object_pairs_hook=tuple), ()))


def _among(value: Any, path: Path) -> Iterator[Path]:
    """Yield repeated keys of JSON in which every object is a tuple of its pairs."""
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield from _among(item, (*path, i))
    elif isinstance(value, tuple):
        keys: set[str] = set()
        for key, item in value:
            if key in keys:
                yield (*path, key)
            keys.add(key)
            yield from _among(item, (*path, key))
