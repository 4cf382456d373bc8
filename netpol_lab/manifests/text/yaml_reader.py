"""Text into documents: YAML as kubectl reads it, or JSON, within limits, and back to the text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import yaml

from netpol_lab.errors import Complaint, Reason, visible
from netpol_lab.manifests.field_paths import Path
from netpol_lab.manifests.text.yaml_positions import children, duplicates, positions
from netpol_lab.manifests.text.yaml_scalars import Loader
from netpol_lab.manifests.typos import slip

MAX_BYTES = 256 * 2**20  # a dump of 10,000 pods has about 60 MB
MAX_DEPTH = 200
MAX_FINDABLE = 8 * 2**20  # a larger document takes too long to be composed again for positions
MAX_EXCERPT = 160  # a longer line is not shown under a complaint
MAX_EXPANSION = 100_000  # nodes that aliases may add to a document


class Inset(NamedTuple):
    """Where a text stands in another: below how many lines, and how far indented."""

    lines: int = 0
    columns: int = 0

    def below(self, lines: int) -> Inset:
        """Return where a part stands that begins some lines further down."""
        return Inset(self.lines + lines, self.columns)

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
    repeats : bool
        Whether some key may stand twice in a mapping; `duplicates` tells.
    text : str
        The part of the file it stands in.
    place : Inset
        Where `text` stands in that file.
    is_json : bool
        Whether it was read as JSON.
    """

    file: str
    number: int
    value: Any
    repeats: bool
    text: str = field(repr=False)
    place: Inset = WHOLE
    is_json: bool = False

    def locate(self, path: Path, of_key: bool = False) -> tuple[int, int, str]:
        """Return the line, the column (both from 1) and the text of the line at a path.

        Parameters
        ----------
        path : tuple of str and int
            Where it leads nowhere, the last part of it that exists counts.
        of_key : bool
            Point at the last key itself, not at its value.
        """
        try:
            found = positions(self.text)
        except yaml.YAMLError:  # JSON may hold what YAML cannot, such as half an emoji
            return 0, 0, ""
        mark, lines = found.mark(path, of_key), found.lines
        written = len(lines[mark.line].rstrip()) if mark.line < len(lines) else 0
        column = min(mark.column + 1, max(written, 1))  # null stands after the dash or colon
        excerpt = self.place.shown(_excerpt(lines, mark.line))
        return self.place.lines + mark.line + 1, self.place.columns + column, excerpt

    def inset(self, path: Path, text: str) -> Inset | None:
        """Return where the text at a path stands, or None unless it is a block after ``|``."""
        start = self.locate(path)[0] - self.place.lines
        inner = text.splitlines()
        outer = self.text.splitlines()[start : start + len(inner)]
        indent = min((len(line) - len(line.lstrip()) for line in outer if line.strip()), default=0)
        if not inner or [line[indent:] for line in outer] != inner:
            return None
        return Inset(self.place.lines + start, self.place.columns + indent)

    def for_places(self) -> Document:
        """Return what `find` needs of it, to be kept; nothing can be found in a huge document."""
        text = self.text if len(self.text) <= MAX_FINDABLE else ""
        return replace(self, value=None, text=text)

    def find(self, path: Path) -> tuple[int, int] | None:
        """Return the line and column of the key or item at a path, or None if it is not there."""
        line, column, _ = self.locate(path, of_key=True)
        is_there = line and self.text and positions(self.text).reaches(path)
        return (line, column) if is_there else None

    def span(self, path: Path) -> tuple[int, int]:
        r"""Return the first and the last line of `text`, from 0, that a path is written in.

        Where the path leads nowhere, the line of the last part that exists counts.

        Examples
        --------
        >>> document = Document("x.yaml", 1, None, False, "a: 1\nb:\n- c\n- d\n# the end\n")
        >>> document.span(("b",)), document.span(("b", 1)), document.span(("b", 2))
        ((1, 3), (3, 3), (1, 1))
        """
        return positions(self.text).span(path)

    def duplicates(self) -> tuple[Path, ...]:
        """Return the path of every key that is written again in the same mapping (VAL-09)."""
        return duplicates(self.text, self.is_json) if self.repeats else ()


def forget_positions() -> None:
    """Forget the last document that was composed to find positions; it may be large."""
    positions.cache_clear()
    duplicates.cache_clear()


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
            return list(_json_documents(text, file, inset)), []
        except (ValueError, RecursionError):
            pass  # flow-style YAML, or broken: the YAML reader says where
    good: list[Document] = []
    bad: list[Complaint] = []
    for number, (first_line, part) in enumerate(_parts(text), 1):
        place = inset.below(first_line)
        try:
            good.append(Document(file, number, *_parse(part), part, place))
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            bad.append(_syntax(error, file, number, part, place))
    return good, bad


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


def _json_documents(text: str, file: str, inset: Inset) -> Iterator[Document]:
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
        place = inset.below(text.count("\n", 0, start))
        yield Document(file, number, value, repeats, part, place, is_json=True)
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
        depth += isinstance(event, yaml.events.CollectionStartEvent)
        depth -= isinstance(event, yaml.events.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _refused(f"nested more than {MAX_DEPTH} levels deep", event)


def _refuse_bombs(root: yaml.Node) -> None:
    """Refuse aliases that contain themselves or multiply a document beyond all use."""
    sizes: dict[int, int] = {}  # 0 while the parts of a node are counted

    def size(node: yaml.Node, depth: int) -> int:
        if sizes.get(id(node)) == 0 or depth > MAX_DEPTH:
            raise _refused("an alias that contains itself, or nests too deeply", node)
        if id(node) not in sizes:
            sizes[id(node)] = 0
            sizes[id(node)] = 1 + sum(size(child, depth + 1) for child in children(node))
        return sizes[id(node)]

    if size(root, 0) > len(sizes) + MAX_EXPANSION:
        raise _refused(f"aliases that expand to more than {MAX_EXPANSION:,} values", root)


def _refused(problem: str, where: yaml.Node | yaml.Event) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=where.start_mark)  # type: ignore[arg-type]


def _syntax(error: Exception, file: str, number: int, text: str, place: Inset) -> Complaint:
    problem, at = _fault(error, text)
    complaint = Complaint("", Reason.SYNTAX, problem, "", file, number)
    if at is None:
        return complaint
    lines, opened = text.splitlines(), getattr(error, "context_mark", None)
    line, hint = slip(lines, at.line, opened and opened.line, problem)
    excerpt = _excerpt(lines, line)
    column = at.column if line == at.line else len(excerpt) - len(excerpt.lstrip())
    where = place.lines + line + 1, place.columns + column + 1, place.shown(excerpt)
    return replace(complaint, hint=hint).at(*where)


def _fault(error: Exception, text: str) -> tuple[str, yaml.Mark | None]:
    """Return what the reader says is wrong and where it stopped, if it says that."""
    if isinstance(error, RecursionError):
        return "nested too deeply", None
    if isinstance(error, yaml.reader.ReaderError):
        given = error.character
        character = given if isinstance(given, str) else chr(given)
        before = text.partition(character)[0]
        column = len(before) - before.rfind("\n") - 1
        problem = f"the control character {visible(character)} is not allowed in YAML"
        return problem, yaml.Mark("", 0, before.count("\n"), column, None, 0)
    return str(getattr(error, "problem", None) or error), getattr(error, "problem_mark", None)


def _excerpt(lines: list[str], line: int) -> str:
    text = lines[line] if line < len(lines) else ""
    return text if len(text) <= MAX_EXCERPT else ""


def quoted(text: str, as_key: bool = False) -> str:
    """Return a text as YAML: in quotes only where kubectl would not read it back as it is.

    Examples
    --------
    >>> quoted("web"), quoted("1"), quoted("yes"), quoted("")
    ('web', '"1"', '"yes"', '""')
    >>> quoted("1", as_key=True), quoted("yes", as_key=True)
    ('1', '"yes"')
    """
    pair = (text, "it") if as_key else ("it", text)
    good, _ = documents(f"{{{': '.join(pair)}}}", "")
    return text if [found.value for found in good] == [dict([pair])] else json.dumps(text)
