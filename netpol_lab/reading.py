"""Text into documents: YAML as kubectl reads it, or JSON, with limits and positions.

kubectl turns YAML 1.1 into JSON, and PyYAML differs from it in several scalars (VAL-11), so the
scalars are resolved here. Text is parsed once and fast; only when there is a complaint is the
document composed again, to find the line and column of the offending token.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple

import yaml

from netpol_lab.errors import Complaint, Reason, visible
from netpol_lab.slips import slip

Path = tuple[str | int, ...]

MAX_BYTES = 256 * 2**20  # a dump of 10,000 pods has about 60 MB
MAX_DEPTH = 200
MAX_FINDABLE = 8 * 2**20  # a larger document takes too long to be composed again for positions
MAX_EXCERPT = 160  # a longer line is not shown under a complaint
MAX_EXPANSION = 100_000  # nodes that aliases may add to a document

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


# ---------------------------------------------------------------- scalars as kubectl reads them


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
    sign, digits = (-1, text[1:]) if text[:1] == "-" else (1, text.removeprefix("+"))
    for prefix, base in (("0b", 2), ("0x", 16), ("0o", 8)):
        if digits.startswith(prefix):
            return sign * int(digits[2:], base)
    if len(digits) > 100:  # Python refuses to convert thousands of digits
        raise ValueError("too long")
    return sign * int(digits, 8 if len(digits) > 1 and digits[0] == "0" else 10)


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
_TRUE = {"y", "yes", "true", "on"}
Loader.add_constructor(
    "tag:yaml.org,2002:bool",
    lambda loader, node: str(loader.construct_scalar(node)).lower() in _TRUE,
)
Loader.add_constructor("tag:yaml.org,2002:int", _integer)
Loader.add_constructor("tag:yaml.org,2002:float", _float)
Loader.add_constructor("tag:yaml.org,2002:timestamp", yaml.SafeLoader.construct_yaml_str)


# ---------------------------------------------------------------- documents


class Inset(NamedTuple):
    """Where a text stands in another: below how many lines, and how far indented."""

    lines: int = 0
    columns: int = 0

    def shown(self, excerpt: str) -> str:
        """Return a line as it stands in the other text."""
        return " " * self.columns + excerpt if excerpt else ""


WHOLE = Inset()  # a text that is no part of another


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file, as plain JSON values, with a way back to its text.

    Parameters
    ----------
    file : str
    number : int
        Its place in the file, from 1, counting empty documents too.
    value : object
    text : str
        The part of the file it stands in.
    first_line : int
        The line of the file at which `text` starts, from 0.
    repeats : bool
        Whether some key may stand twice in a mapping; `duplicates` tells.
    is_json : bool
        Whether it was read as JSON.
    columns : int
        How far the whole text is indented in its file.
    """

    file: str
    number: int
    value: Any
    text: str = field(repr=False)
    first_line: int = 0
    repeats: bool = False
    is_json: bool = False
    columns: int = 0

    def locate(self, path: Path, of_key: bool = False) -> tuple[int, int, str]:
        """Return the line, the column (both from 1) and the text of the line at a path.

        Parameters
        ----------
        path : tuple of str and int
            Where the path leads nowhere, its last existing part is meant.
        of_key : bool
            Point at the last key itself, not at its value.
        """
        try:
            positions = _positions(self.text)
        except yaml.YAMLError:  # JSON may hold what YAML cannot, such as half an emoji
            return 0, 0, ""
        mark, lines = positions.mark(path, of_key), positions.lines
        written = len(lines[mark.line].rstrip()) if mark.line < len(lines) else 0
        column = min(mark.column + 1, max(written, 1))  # null stands after the dash or colon
        excerpt = Inset(columns=self.columns).shown(_excerpt(lines, mark.line))
        return self.first_line + mark.line + 1, column + self.columns, excerpt

    def inset(self, path: Path, text: str) -> Inset | None:
        """Return where the text at a path stands, or None unless it is a block after ``|``."""
        start = self.locate(path)[0] - self.first_line
        inner = text.splitlines()
        outer = self.text.splitlines()[start : start + len(inner)]
        indent = min((len(line) - len(line.lstrip()) for line in outer if line.strip()), default=0)
        if not inner or [line[indent:] for line in outer] != inner:
            return None
        return Inset(self.first_line + start, self.columns + indent)

    def for_places(self) -> Document:
        """Return what `find` needs of it, to be kept; nothing can be found in a huge document."""
        text = self.text if len(self.text) <= MAX_FINDABLE else ""
        return replace(self, value=None, text=text)

    def find(self, path: Path) -> tuple[int, int] | None:
        """Return the line and column of the key or item at a path, or None if it is not there."""
        line, column, _ = self.locate(path, of_key=True)
        return (line, column) if line and _positions(self.text).reaches(path) else None

    def span(self, path: Path) -> tuple[int, int]:
        r"""Return the first and the last line of `text`, from 0, that a path is written in.

        Where the path leads nowhere, the line of its last existing part is meant.

        Examples
        --------
        >>> document = Document("x.yaml", 1, None, "a: 1\nb:\n- c\n- d\n# the end\n")
        >>> document.span(("b",)), document.span(("b", 1)), document.span(("b", 2))
        ((1, 3), (3, 3), (1, 1))
        """
        return _positions(self.text).span(path)

    def duplicates(self) -> tuple[Path, ...]:
        """Return the path of every key that is written again in the same mapping (VAL-09)."""
        if not self.repeats:
            return ()
        return _json_duplicates(self.text) if self.is_json else _yaml_duplicates(self.text)


def forget_positions() -> None:
    """Let go of the last document that was composed to find positions; it may be large."""
    for remembered in (_positions, _yaml_duplicates, _json_duplicates):
        remembered.cache_clear()


def documents(text: str, file: str, inset: Inset = WHOLE) -> tuple[list[Document], list[Complaint]]:
    r"""Split a text into documents; a broken one does not hide the others.

    Parameters
    ----------
    text : str
        YAML with any number of documents, or JSON.
    file : str
        Its name, for complaints.
    inset : Inset
        Where it stands in that file, if it is only a part of it.

    Returns
    -------
    tuple
        The documents that can be read, and what is wrong with the rest.

    Examples
    --------
    >>> good, bad = documents("a: 1\n---\nb: [\n---\nc: yes\n", "x.yaml")
    >>> [d.value for d in good]
    [{'a': 1}, {'c': True}]
    >>> bad[0].line
    3
    """
    if len(text) > MAX_BYTES:
        message = f"the text has {len(text):,} characters; at most {MAX_BYTES:,} are read"
        return [], [Complaint("", Reason.SYNTAX, message, file=file)]
    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] in ("{", "["):
        try:
            return [_moved(found, inset) for found in _json_documents(text, file)], []
        except (ValueError, RecursionError):
            pass  # flow-style YAML, or broken: the YAML reader says where
    good: list[Document] = []
    bad: list[Complaint] = []
    for number, (first_line, part) in enumerate(_parts(text), 1):
        try:
            value, repeats = _parse(part)
            document = Document(file, number, value, part, first_line, repeats)
            good.append(_moved(document, inset))
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            complaint = _syntax(error, file, number, inset.lines + first_line, part)
            bad.append(_indented(complaint, inset))
    return good, bad


def _moved(document: Document, inset: Inset) -> Document:
    lines = document.first_line + inset.lines
    return replace(document, first_line=lines, columns=inset.columns) if any(inset) else document


def _indented(complaint: Complaint, inset: Inset) -> Complaint:
    if not complaint.line or not inset.columns:
        return complaint
    column, excerpt = complaint.column + inset.columns, inset.shown(complaint.excerpt)
    return complaint.at(complaint.line, column, excerpt)


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """Yield each document's first line and text; "---" at a line's start begins another."""
    lines = text.splitlines(keepends=True)
    start = 0
    for i, line in enumerate(lines):
        if line.startswith("---") and re.match(r"---(\s|$)", line):
            above = lines[start:i]
            if not all(re.match(r"\s*(%|#|$)", text) for text in above):  # directives belong to it
                yield start, "".join(above)
                start = i
    yield start, "".join(lines[start:])


def _json_documents(text: str, file: str) -> Iterator[Document]:
    """Yield each value of a JSON text; kubectl reads several after one another, too."""
    repeats = False

    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeats
        value = dict(pairs)
        repeats = repeats or len(value) < len(pairs)
        return value

    decode = json.JSONDecoder(object_pairs_hook=collect).raw_decode
    start, number = _after_space(text, 0), 1
    while start < len(text):
        repeats = False
        value, end = decode(text, start)
        part = text if start == 0 and end == len(text) else text[start:end]
        yield Document(file, number, value, part, text.count("\n", 0, start), repeats, True)
        start, number = _after_space(text, end), number + 1


def _after_space(text: str, place: int) -> int:
    match = re.compile(r"\s*").match(text, place)
    return match.end() if match else place


def _parse(text: str) -> tuple[Any, bool]:
    """Return the value of one YAML document and whether a key may stand twice in it."""
    _refuse_depth(text)
    loader = Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None, False
        if "*" in text:
            _refuse_bombs(node)
        return loader.construct_document(node), loader.repeats
    finally:
        loader.dispose()


def _refuse_depth(text: str) -> None:
    """Refuse deep nesting before libyaml's composer, which recurses in C, runs out of stack.

    Only text that could nest deeply is looked at twice: each level needs a bracket, or two more
    columns of indentation, dashes or colons at the start of some line.
    """
    brackets = text.count("[") + text.count("{")
    if brackets <= MAX_DEPTH and not re.search(rf"(?m)^[\s?:-]{{{MAX_DEPTH},}}", text):
        return
    depth = 0
    for event in yaml.parse(text, Loader):
        if isinstance(event, yaml.events.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.events.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise _refused(f"nested more than {MAX_DEPTH} levels deep", event)


def _refuse_bombs(root: yaml.Node) -> None:
    """Refuse aliases that contain themselves or multiply a document beyond all use."""
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()

    def size(node: yaml.Node, depth: int) -> int:
        if id(node) in open_nodes or depth > MAX_DEPTH:
            raise _refused("an alias that contains itself, or nests too deeply", node)
        if id(node) not in sizes:
            open_nodes.add(id(node))
            sizes[id(node)] = 1 + sum(size(child, depth + 1) for child in _children(node))
            open_nodes.remove(id(node))
        return sizes[id(node)]

    if size(root, 0) > len(sizes) + MAX_EXPANSION:
        raise _refused(f"aliases that expand to more than {MAX_EXPANSION:,} values", root)


def _refused(problem: str, where: yaml.Node | yaml.Event) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=where.start_mark)  # type: ignore[arg-type]


def _children(node: yaml.Node) -> Iterable[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return (part for pair in node.value for part in pair)
    return node.value if isinstance(node, yaml.SequenceNode) else ()


def _syntax(error: Exception, file: str, number: int, first_line: int, text: str) -> Complaint:
    lines, problem = text.splitlines(), _problem_of(error)
    complaint = Complaint("", Reason.SYNTAX, problem, "", file, number)
    at = _where(error, text)
    if at is None:
        return complaint
    opened = getattr(error, "context_mark", None)
    line, hint = slip(lines, at.line, opened and opened.line, problem)
    excerpt = _excerpt(lines, line)
    column = at.column if line == at.line else len(excerpt) - len(excerpt.lstrip())
    return replace(complaint, hint=hint).at(first_line + line + 1, column + 1, excerpt)


def _problem_of(error: Exception) -> str:
    """Return what the reader says is wrong."""
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, yaml.reader.ReaderError):
        return f"the control character {visible(chr(_sign_of(error)))} is not allowed in YAML"
    return str(getattr(error, "problem", None) or error or "cannot be read")


def _where(error: Exception, text: str) -> yaml.Mark | None:
    """Return where reading stopped; None where the reader does not say."""
    if isinstance(error, yaml.reader.ReaderError):
        before = text.partition(chr(_sign_of(error)))[0]
        column = len(before) - before.rfind("\n") - 1
        return yaml.Mark("", 0, before.count("\n"), column, None, 0)
    return getattr(error, "problem_mark", None)


def _sign_of(error: yaml.reader.ReaderError) -> int:
    return ord(error.character) if isinstance(error.character, str) else int(error.character)


def _excerpt(lines: list[str], line: int) -> str:
    text = lines[line] if line < len(lines) else ""
    return text if len(text) <= MAX_EXCERPT else ""


# ---------------------------------------------------------------- positions


class _Positions:
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
def _positions(text: str) -> _Positions:
    return _Positions(text)


def _compose(text: str) -> yaml.Node | None:
    loader = Loader(text)
    try:
        return loader.get_single_node()  # type: ignore[no-any-return]
    finally:
        loader.dispose()


def _last_line(node: yaml.Node) -> int:
    """Return the last line with something of a node; marks of blocks go on to what comes next."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        *_, last = _children(node)
        return _last_line(last)
    end = node.end_mark
    return int(end.line - (end.column == 0))


def _spelling(key: yaml.Node) -> str:
    if key.tag == "tag:yaml.org,2002:bool":
        return str(key.value.lower() in _TRUE).lower()
    return str(key.value)


@lru_cache(maxsize=1)
def _yaml_duplicates(text: str) -> tuple[Path, ...]:
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
def _json_duplicates(text: str) -> tuple[Path, ...]:
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


def format_path(path: Path) -> str:
    """Return a path as the API server writes it.

    Examples
    --------
    >>> format_path(("spec", "ingress", 0, "from", 1))
    'spec.ingress[0].from[1]'
    """
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def parse_path(text: str) -> Path:
    """Return the path that `format_path` wrote; keys that hold dots are beyond it.

    Examples
    --------
    >>> parse_path("spec.ingress[0].from[1]")
    ('spec', 'ingress', 0, 'from', 1)
    """
    steps = re.findall(r"\[\d+\]|[^.\[\]]+", text)
    return tuple(int(step[1:-1]) if step[0] == "[" else step for step in steps)


def quoted(text: str, as_key: bool = False) -> str:
    """Return a text as YAML: in quotes only where kubectl would not read it back as it is.

    Examples
    --------
    >>> quoted("web"), quoted("1"), quoted("yes"), quoted("")
    ('web', '"1"', '"yes"', '""')
    >>> quoted("1", as_key=True), quoted("yes", as_key=True)
    ('1', '"yes"')
    """
    if as_key:
        written, meant = f"{{{text}: it}}", {text: "it"}
    else:
        written, meant = f"{{it: {text}}}", {"it": text}
    good, _ = documents(written, "")
    return text if [found.value for found in good] == [meant] else json.dumps(text)


def get(value: Any, *path: str) -> Any:
    """Return what stands at a path of mappings, or None."""
    for step in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value
