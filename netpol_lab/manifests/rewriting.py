"""A YAML text with other values in it: only the lines that say them change, comments stay.

Whatever cannot be changed in place is written anew, from the smallest part around it; the result is
read again, so that it says what it should.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from netpol_lab.manifests.text.yaml_composer import events_of
from netpol_lab.manifests.text.yaml_reader import documents
from netpol_lab.manifests.writer import as_yaml, on_one_line

_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*", re.MULTILINE)
MAX_WHOLE = 2**20  # characters; a larger document is looked at where it changes
_STAND_IN = "\ufdd0"  # for a byte order mark, which libyaml would pass over


class Instead(list[Any]):
    """Values that stand in the place of one item of a list."""


class Rewritten(NamedTuple):
    """A text that says something else now, and the comments that went with what it said."""

    text: str
    lost: tuple[str, ...] = ()


def plain(value: Any) -> Any:
    """Return a value with the items that stand in place of one where they belong.

    Examples
    --------
    >>> plain({"items": [1, Instead([2, 3]), 4]})
    {'items': [1, 2, 3, 4]}
    """
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if not isinstance(value, list):
        return value
    parts = ((plain(part), isinstance(part, Instead)) for part in value)
    return [one for part, several in parts for one in (part if several else [part])]


def rewritten(text: str, old: Any, new: Any) -> Rewritten:
    r"""Return the text of a YAML document in which another value stands.

    Parameters
    ----------
    text : str
        Of one document.
    old, new : object
        What it says, and what it is to say; `Instead` may stand for an item of a list.

    Returns
    -------
    Rewritten

    Examples
    --------
    >>> text = "# mine\na: [1, 2]  # some\nb: {c: d}\n"
    >>> print(rewritten(text, {"a": [1, 2], "b": {"c": "d"}}, {"a": [1, 3], "b": {"c": "e"}}).text)
    # mine
    a: [1, 3]  # some
    b: {c: e}
    <BLANKLINE>
    """
    wanted = plain(new)
    if old == wanted:
        return Rewritten(text)
    for way in (_in_place, _from_the_root):
        found = way(text, old, new)
        if found is not None and _says(found.text, wanted):
            return found
    return Rewritten(f"{as_yaml(wanted)}\n", tuple(_COMMENT.findall(text)))


def _says(text: str, wanted: Any) -> bool:
    good, bad = documents(text, "")
    return not bad and [one.value for one in good] == [wanted] and not good[0].dropped


def _in_place(text: str, old: Any, new: Any) -> Rewritten | None:
    root, edits = _tree(text, old, new), _Edits(text)
    if root is None:
        return None
    try:
        edits.value(root, old, new)
    except _NotInPlaceError:
        return None
    return edits.done()


def _from_the_root(text: str, old: Any, new: Any) -> Rewritten | None:
    root, edits = _tree(text, old, new), _Edits(text)
    if root is None:
        return None
    edits.replace(root, plain(new))
    return edits.done()


# ---------------------------------------------------------------- where values are written


@dataclass(slots=True)
class _Node:
    """A value as it is written: from where to where, in which column, and its parts."""

    start: int
    end: int
    column: int
    in_braces: bool = False
    style: str | None = None
    entries: dict[str, tuple[_Node, _Node]] | None = None
    items: list[_Node] | None = None
    is_alias: bool = False

    @property
    def is_scalar(self) -> bool:
        return self.entries is None and self.items is None and not self.is_alias

    def scalars(self) -> Iterator[_Node]:
        """Yield what is neither a mapping nor a list in it, keys included."""
        if self.is_scalar:
            yield self
        for key, value in (self.entries or {}).values():
            yield from key.scalars()
            yield from value.scalars()
        for item in self.items or ():
            yield from item.scalars()


class _Both(NamedTuple):
    """What a part of a text says, and what it is to say."""

    old: Any
    new: Any

    def at(self, step: str | int) -> _Both:
        """Return the same of a part of it."""
        try:
            return _Both(self.old[step], self.new[step])
        except (IndexError, KeyError, TypeError):
            return _Both(self.old, None)


def _tree(text: str, old: Any, new: Any) -> _Node | None:
    """Return the root of a document that was read before, None if a key is no plain text.

    Of a large one only those parts are looked at that change.
    """
    following = events_of(text.replace("\ufeff", _STAND_IN))
    following(), following()  # the stream and the document
    try:
        return _node(following(), following, _Both(old, new), len(text) > MAX_WHOLE)
    except _NotInPlaceError:
        return None


def _node(event: Any, following: Any, both: _Both, in_brief: bool) -> _Node:
    mark = event.start_mark
    node = _Node(mark.index, _place(event.end_mark), mark.column)
    if isinstance(event, AliasEvent):
        node.is_alias = True
    elif isinstance(event, ScalarEvent):
        node.style = event.style
    elif in_brief and both.old is both.new:
        node.end = _passed(following)
    elif isinstance(event, SequenceStartEvent):
        node.items, node.in_braces = [], bool(event.flow_style)
        while not isinstance(inner := following(), SequenceEndEvent):
            item = both.at(len(node.items))
            node.items.append(_node(inner, following, item, in_brief))
        node.end = _place(inner.end_mark) if node.in_braces else _last(node, node.items)
    elif isinstance(event, MappingStartEvent):
        node.entries, node.in_braces = {}, bool(event.flow_style)
        while not isinstance(inner := following(), MappingEndEvent):
            if not isinstance(inner, ScalarEvent) or inner.value in node.entries:
                raise _NotInPlaceError
            value = both.at(inner.value)
            node.entries[inner.value] = (
                _node(inner, following, value, in_brief),
                _node(following(), following, value, in_brief),
            )
        values = [value for _, value in node.entries.values()]
        node.end = _place(inner.end_mark) if node.in_braces else _last(node, values)
    return node


def _passed(following: Any) -> int:
    """Read to the end of a collection, and return where that is."""
    depth, end = 1, 0
    while depth:
        event = following()
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if event.end_mark.index > event.start_mark.index or isinstance(event, ScalarEvent):
            end = _place(event.end_mark)  # the ends of blocks stand below them
    return end


def _place(mark: Any) -> int:
    return int(mark.index)


def _last(node: _Node, parts: list[_Node]) -> int:
    return max([node.start, *(part.end for part in parts)])


# ---------------------------------------------------------------- edits


class _NotInPlaceError(Exception):
    """What is around it has to be written anew."""


@dataclass
class _Edits:
    """Changes of a text, each of a part that no other one is about."""

    text: str
    parts: list[tuple[int, int, str]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def done(self) -> Rewritten:
        """Return the text with all changes made."""
        text = self.text
        for start, end, instead in sorted(self.parts, reverse=True):
            text = text[:start] + instead + text[end:]
        return Rewritten(text, tuple(self.lost))

    def value(self, node: _Node, old: Any, new: Any) -> None:
        """Make a node say something else, or raise if what is around it has to change."""
        if old == new and type(old) is type(new):
            return
        if node.is_alias:
            raise _NotInPlaceError
        before = len(self.parts), len(self.lost)
        try:
            if isinstance(new, dict) and isinstance(old, dict) and node.entries is not None:
                self._mapping(node, old, new)
            elif isinstance(new, list) and isinstance(old, list) and node.items is not None:
                self._list(node, old, new)
            else:
                self._scalar(node, new)
        except _NotInPlaceError:
            if not node.in_braces:
                raise
            del self.parts[before[0] :], self.lost[before[1] :]
            self.replace(node, plain(new))

    def replace(self, node: _Node, *values: Any, dash: int | None = None) -> None:
        """Write a value anew, or several in the place of an item behind a dash."""
        comments = self._comments(node.start, node)
        if node.in_braces:
            self.lost += comments
            found = ", ".join(map(on_one_line, values))
        else:
            between = f"\n{' ' * (dash or 0)}- "
            lines = [as_yaml(value).replace("\n", f"\n{' ' * node.column}") for value in values]
            found = _with_comments(between.join(lines), comments)
        self.parts.append((node.start, self._end(node), found))

    def _scalar(self, node: _Node, new: Any) -> None:
        if not node.is_scalar or isinstance(new, dict | list) or node.start == node.end:
            raise _NotInPlaceError
        if node.style in ("|", ">"):
            raise _NotInPlaceError
        quoted = node.style == '"' and isinstance(new, str)
        found = json.dumps(new, ensure_ascii=False) if quoted else on_one_line(new)
        self.parts.append((node.start, node.end, found))

    def _list(self, node: _Node, old: list[Any], new: list[Any]) -> None:
        items = node.items or []
        if len(old) != len(new) or len(items) != len(old) or Instead() in new:
            raise _NotInPlaceError
        for item, was, now in zip(items, old, new, strict=True):
            if isinstance(now, Instead):
                if node.in_braces and not item.in_braces:
                    raise _NotInPlaceError
                self.replace(item, *map(plain, now), dash=node.column)
                continue
            before = len(self.parts), len(self.lost)
            try:
                self.value(item, was, now)
            except _NotInPlaceError:
                if node.in_braces:
                    raise
                del self.parts[before[0] :], self.lost[before[1] :]
                self.replace(item, plain(now))

    # ------------------------------------------------------------ mappings

    def _mapping(self, node: _Node, old: dict[str, Any], new: dict[str, Any]) -> None:
        entries = node.entries or {}
        gone = [key for key in old if key not in new]
        added = {key: part for key, part in new.items() if key not in old}
        if entries.keys() != old.keys() or (gone and added and len(gone) + len(added) > 2):
            raise _NotInPlaceError
        renamed = dict(zip(gone, added, strict=True)) if gone and added else {}
        for key in old:
            name = renamed.get(key, key)
            if name in new:
                self._entry(node, key, name, old[key], new[name])
            else:
                self._remove(node, key)
        if added and not renamed:
            self._insert(node, added)

    def _entry(self, node: _Node, key: str, name: str, old: Any, new: Any) -> None:
        written, value = (node.entries or {})[key]
        before = len(self.parts), len(self.lost)
        try:
            if name != key:
                self._scalar(written, name)
            self.value(value, old, new)
        except _NotInPlaceError:
            if node.in_braces or value.is_alias:
                raise
            del self.parts[before[0] :], self.lost[before[1] :]
            short = value.is_scalar or value.in_braces
            found = f"{on_one_line(name)}: {on_one_line(plain(new))}" if short else ""
            found = found or as_yaml({name: plain(new)})
            found = found.replace("\n", f"\n{' ' * written.column}")
            comments = self._comments(written.start, value)
            self.parts.append((written.start, self._end(value), _with_comments(found, comments)))

    def _insert(self, node: _Node, added: dict[str, Any]) -> None:
        """Put entries before the first one."""
        if node.in_braces:
            found = on_one_line(plain(added))[1:-1] + (", " if node.entries else "")
            self.parts.append((node.start + 1, node.start + 1, found))
            return
        indent = " " * node.column
        found = as_yaml(plain(added)).replace("\n", f"\n{indent}")
        place = self._above_comments(node.start)
        if place == node.start:
            self.parts.append((place, place, f"{found}\n{indent}"))
        else:
            self.parts.append((place, place, f"{indent}{found}\n"))

    def _above_comments(self, start: int) -> int:
        """Return where the lines of comments begin that stand above a key; those are about it."""
        begin = self.text.rfind("\n", 0, start) + 1
        if self.text[begin:start].strip():  # it stands behind a dash
            return start
        place = start
        while begin:
            above = self.text.rfind("\n", 0, begin - 1) + 1
            if not self.text[above:begin].lstrip().startswith("#"):
                break
            place = begin = above
        return place

    def _remove(self, node: _Node, key: str) -> None:
        """Take an entry away with its lines, where it has lines of its own."""
        written, value = (node.entries or {})[key]
        begin = self.text.rfind("\n", 0, written.start) + 1
        end = self.text.find("\n", self._end(value)) + 1 or len(self.text)
        behind = self.text[self._end(value) : end].strip()
        is_alone = not self.text[begin : written.start].strip() and behind[:1] in ("", "#")
        if node.in_braces or not is_alone or len(node.entries or {}) < 2:
            raise _NotInPlaceError
        self.lost += [*self._comments(written.start, value), *([behind] if behind else [])]
        self.parts.append((begin, end, ""))

    # ------------------------------------------------------------ comments

    def _end(self, node: _Node) -> int:
        """Return where the last line of a node ends; a block of text takes the lines below it."""
        return node.start + len(self.text[node.start : node.end].rstrip())

    def _comments(self, start: int, node: _Node) -> list[str]:
        """Return the comments between a place and the end of a node."""
        shown = list(self.text[start : self._end(node)])
        for scalar in node.scalars():
            span = slice(scalar.start - start, scalar.end - start)
            shown[span] = "x" * len(shown[span])
        return [found.rstrip() for found in _COMMENT.findall("".join(shown))]


def _with_comments(text: str, comments: list[str]) -> str:
    """Return a text with comments behind its first line."""
    if not comments:
        return text
    first, line_break, rest = text.partition("\n")
    return f"{first}  {' '.join(comments)}{line_break}{rest}"
