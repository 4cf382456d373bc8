"""Text into documents: YAML as kubectl reads it, or JSON, within limits, and back to the text."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import yaml

from netpol_lab.errors import MOST_COMPLAINTS, Complaint, Reason, visible
from netpol_lab.manifests.field_paths import Path
from netpol_lab.manifests.text import streams
from netpol_lab.manifests.text.typos import glued, slip
from netpol_lab.manifests.text.yaml_composer import Composer, mark_at
from netpol_lab.manifests.text.yaml_positions import Positions, duplicates, positions

MAX_BYTES = 256 * 2**20  # a dump of 10,000 pods has about 60 MB
MAX_DOCUMENTS = 100_000  # a dump, however large, is one
MAX_FINDABLE = 8 * 2**20  # a larger document takes too long to be composed again for positions
MAX_EXCERPT = 160  # a longer line is not shown under a complaint


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
    dropped : Complaint or None
        Where the text goes on behind its end, which kubectl passes over without a word (VAL-41).
    """

    file: str
    number: int
    value: Any
    repeats: bool
    text: str = field(repr=False)
    place: Inset = WHOLE
    is_json: bool = False
    dropped: Complaint | None = None

    def locate(self, path: Path, of_key: bool = False) -> tuple[int, int, str]:
        """Return the line, the column (both from 1) and the text of the line at a path.

        Parameters
        ----------
        path : tuple of str and int
            Where it leads nowhere, the last part of it that exists counts.
        of_key : bool
            Point at the last key itself, not at its value.
        """
        found = self._positions()
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
        is_there = line and self.text and self._positions().reaches(path)
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
        return self._positions().span(path)

    def duplicates(self, within: Path = ()) -> Sequence[Path]:
        """Return the path, in an object, of every key that is written again in the same mapping.

        The object is the document, or stands in its lists (VAL-09).
        """
        return duplicates(self.text, self.is_json).get(within, ()) if self.repeats else ()

    def _positions(self) -> Positions:
        return positions(self.text, self.is_json)


def forget_positions() -> None:
    """Forget the last document that was composed to find positions; it may be large."""
    positions.cache_clear()
    duplicates.cache_clear()
    glued.cache_clear()


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
    if (number := text.count("\n---")) >= MAX_DOCUMENTS:
        return [], [_too_many(file, number + 1)]
    reading = _Reading(text, file, inset)
    start = reading.read_json() if streams.looks_like_json(text) else 0
    if start is not None:
        reading.read_yaml(start)
    return reading.good, reading.bad


def all_documents(text: str, file: str) -> tuple[list[Document], list[Complaint]]:
    """Split a text that kubectl never sees: what it would drop is a complaint, too."""
    good, bad = documents(text, file)
    return good, bad + [document.dropped for document in good if document.dropped]


class _Reading:
    """The documents of one text and what is wrong with others, as they are found."""

    def __init__(self, text: str, file: str, inset: Inset) -> None:
        self.text, self.file, self.inset = text, file, inset
        self.good: list[Document] = []
        self.bad: list[Complaint] = []

    def read_json(self) -> int | None:
        """Take in values of JSON; return where YAML begins, or None if it does not."""
        end, text = 0, self.text
        try:
            for number, found in enumerate(streams.json_values(text), 1):
                part = text[found.start : found.end]  # no copy, if it is all
                place = self.inset.below(found.line)
                of_json = found.value, found.repeats, part, place, True
                self.good.append(Document(self.file, number, *of_json))
                if number > MAX_DOCUMENTS:
                    self.bad.append(_too_many(self.file, number))
                    break
                end = found.end
        except streams.JsonFaultError as fault:
            start = streams.yaml_start(text, end) if self.good else 0  # or YAML in flow style
            if start is not None and len(self.good) <= 1:
                return start
            self._refuse_json(fault)
        return None

    def read_yaml(self, start: int) -> None:
        """Take in documents of YAML."""
        first, above = len(self.good) + 1, self.text.count("\n", 0, start)
        parts = streams.yaml_parts(self.text[start:], above)
        for number, part in enumerate(parts, first):
            if len(self.bad) > MOST_COMPLAINTS:
                break
            place = self.inset.below(part.line)
            try:
                self.good.append(self._document(part, number, place))
            except (yaml.YAMLError, RecursionError) as error:
                self.bad.append(_syntax(error, self.file, number, part.text, place))

    def _document(self, part: streams.YamlPart, number: int, place: Inset) -> Document:
        if part.fault:
            raise yaml.MarkedYAMLError(problem=part.fault, problem_mark=mark_at(0, 0))
        if _EMPTY.match(part.text):  # a file may have a great many
            return Document(self.file, number, None, False, part.text, place)
        composer = Composer(part.text)
        value = composer.document()
        document = Document(self.file, number, value, composer.repeats, part.text, place)
        if composer.end is None or not (rest := _rest(part.text, composer.end)):
            return document
        hint = _OTHER_BREAKS if "\r" in part.text else _HOW_TO_KEEP_IT
        said = Complaint("", Reason.SYNTAX, _DROPPED, hint, self.file, number)
        return replace(document, dropped=_at(said, part.text.splitlines(), *rest, place))

    def _refuse_json(self, fault: streams.JsonFaultError) -> None:
        lines = self.text.split("\n")
        line = self.text.count("\n", 0, fault.place)
        column = fault.place - (self.text.rfind("\n", 0, fault.place) + 1)
        is_first = len(self.good) <= 1
        offset = len(self.text[: fault.place + 1].encode())
        said = f"json: offset {offset}: {fault}" if is_first else str(fault)
        hint = _NOTHING_BEHIND if is_first else _ONE_STYLE
        complaint = Complaint("", Reason.SYNTAX, said, hint, self.file, len(self.good) + 1)
        self.bad.append(_at(complaint, lines, line, column, self.inset))


def _too_many(file: str, number: int) -> Complaint:
    message = f"the text has {number:,} documents; at most {MAX_DOCUMENTS:,} are read"
    hint = "put the objects into a list, as kubectl get -o yaml does, or into several files"
    return Complaint("", Reason.SYNTAX, message, hint, file)


_DROPPED = "kubectl reads one object and drops the rest, from here to the next ---, without a word"
_HOW_TO_KEEP_IT = "if this is another object, put a line with nothing but --- before it"
_OTHER_BREAKS = "kubectl sees --- only after a line feed: save the file with LF for line breaks"
_NOTHING_BEHIND = "leave out what stands behind the object"
_ONE_STYLE = "after two JSON objects kubectl reads on as JSON: no comments, and no line with ---"
_EMPTY = re.compile(r"(?:---[ ]*\n)?(?:[ ]*(?:#[\t -~]*)?\n)*\Z")
_NOTHING_MORE = re.compile(r"(?:\s|\ufeff|#[^\r\n\x85\u2028\u2029]*|(?:\.\.\.|---)(?=\s|\Z))*")


def _rest(text: str, end: yaml.Mark) -> tuple[int, int] | None:
    """Return the line and column, from 0, where a text goes on behind its document."""
    match = _NOTHING_MORE.match(text, end.index)
    if match is None or match.end() == len(text):
        return None
    *above, last = f"{text[: match.end()]}x".splitlines()
    return len(above), len(last) - 1


def _at(complaint: Complaint, lines: list[str], line: int, column: int, place: Inset) -> Complaint:
    """Return a complaint about a place in a part of a text, with its place in the whole."""
    excerpt = place.shown(_excerpt(lines, line))
    return complaint.at(place.lines + line + 1, place.columns + column + 1, excerpt)


def _syntax(error: Exception, file: str, number: int, text: str, place: Inset) -> Complaint:
    problem, at = _fault(error, text)
    complaint = Complaint("", Reason.SYNTAX, problem, "", file, number)
    if at is None:
        return complaint
    lines, opened = text.splitlines(), getattr(error, "context_mark", None)
    line, hint = slip(lines, at.line, opened and opened.line, problem)
    excerpt = _excerpt(lines, line)
    column = at.column if line == at.line else len(excerpt) - len(excerpt.lstrip())
    return _at(replace(complaint, hint=hint), lines, line, column, place)


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
        return problem, mark_at(before.count("\n"), column)
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
