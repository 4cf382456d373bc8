"""What can go wrong, said kindly: where, what, and what to type instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from netpol_lab.harmless import escaped, harmless


class NetpolError(Exception):
    """Base of every error that netpol_lab raises on purpose; its text is meant for people."""

    def __str__(self) -> str:
        return harmless(super().__str__())

    def _render_traceback_(self) -> list[str]:
        """Return what Jupyter shows: the message alone, since the way to it helps nobody."""
        return [f"{type(self).__name__}: {self}"]


class UnknownNameError(NetpolError, LookupError):
    """A pod, policy, scenario or file that does not exist; the text lists near names."""


class AmbiguousNameError(NetpolError, LookupError):
    """A short name that more than one object has; the text lists them."""


class FlowError(NetpolError, ValueError):
    """A question about a connection that cannot be asked, such as port 70000."""


class ClusterError(NetpolError):
    """A live cluster that cannot be read: no kubectl, no answer, or no rights."""


class Reason(StrEnum):
    """Why a manifest is refused, in the API server's words.

    The last three are about where manifests come from.
    """

    REQUIRED = "Required"
    INVALID = "Invalid"
    UNSUPPORTED = "Unsupported"
    FORBIDDEN = "Forbidden"
    UNKNOWN = "Unknown"
    DUPLICATE = "Duplicate"
    DUPLICATE_VALUE = "DuplicateValue"
    TOO_LONG = "TooLong"
    TYPE = "Type"
    TOO_MANY = "TooMany"
    NO_MATCH = "NoMatch"
    SYNTAX = "Syntax"
    NOT_READ = "NotRead"
    NOT_APPLIED = "NotApplied"
    BUILT = "Built"
    WARNING = "Warning"

    @property
    def words(self) -> str:
        """What the API server writes between the field and what is wrong with it.

        Examples
        --------
        >>> Reason.INVALID.words, Reason.FORBIDDEN.words
        ('Invalid value', 'Forbidden')
        """
        return _WORDS.get(self, str(self))


_WORDS = {
    Reason.REQUIRED: "Required value",
    Reason.INVALID: "Invalid value",
    Reason.UNSUPPORTED: "Unsupported value",
    Reason.DUPLICATE_VALUE: "Duplicate value",
    Reason.TOO_LONG: "Too long",
    Reason.TOO_MANY: "Too many",
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong with a manifest, and where.

    Parameters
    ----------
    path : str
        The field, as the API server writes it: ``spec.ingress[0].from[0]``.
    reason : Reason
        The kind of fault.
    message : str
        The server's words.
    hint : str
        What to type instead; may be empty.
    file : str
        The file's name, or ``"<text>"``; empty where it is about objects of several.
    document : int
        Which document of the file, from 1; 0 where it is about the file as a whole.
    line, column : int
        Position of the offending token, from 1; 0 where unknown.
    object : str
        Kind and name of the object, as ``NetworkPolicy shop/db``.
    excerpt : str
        The line at fault, for display under the message.

    Examples
    --------
    >>> print(
    ...     Complaint(
    ...         "spec.ingress[0].ports[0].port",
    ...         Reason.INVALID,
    ...         "0: must be between 1 and 65535, inclusive",
    ...         file="shop.yaml",
    ...         document=2,
    ...         line=14,
    ...         column=13,
    ...     )
    ... )
    shop.yaml:14:13, document 2: spec.ingress[0].ports[0].port
      Invalid value: 0: must be between 1 and 65535, inclusive
    """

    path: str
    reason: Reason
    message: str
    hint: str = ""
    file: str = "<text>"
    document: int = 1
    line: int = 0
    column: int = 0
    object: str = ""
    excerpt: str = ""

    @property
    def is_about_files(self) -> bool:
        """Whether it says what is read and what is not, rather than what is wrong in a manifest."""
        about = (Reason.NOT_READ, Reason.NOT_APPLIED, Reason.BUILT)
        return self.reason in about or not self.document

    def at(self, line: int, column: int, excerpt: str = "") -> Complaint:
        """Return the same complaint with its position filled in."""
        return replace(self, line=line, column=column, excerpt=excerpt)

    def __str__(self) -> str:
        if not self.file:
            return visible(self.message, 1000)
        position = f":{self.line}:{self.column}" if self.line else ""
        where = " ".join(visible(part, 200) for part in (self.object, self.path) if part)
        file = visible(self.file, 1000)
        document = f", document {self.document}" if self.document else ""
        lines = [f"{file}{position}{document}: {where}".rstrip(": ")]
        message = visible(self.message, 2000)
        lines.append(f"  {self.reason.words}{': ' if message else ''}{message}")
        if self.excerpt:
            number = f"{self.line} | "
            lines.append(f"  {number}{visible(self.excerpt.replace(chr(9), ' '), 200)}")
            lines.append("  " + " " * (len(number) + self.column - 1) + "^")
        if self.hint:
            lines.append(f"  hint: {harmless(self.hint)}")
        return "\n".join(lines)


MOST_COMPLAINTS = 1_000


class ManifestError(NetpolError, ValueError):
    """Manifests that Kubernetes would refuse, with every complaint at once.

    Parameters
    ----------
    complaints : sequence of Complaint
        In the order of the text. Of more than a thousand the first are there, and a last one that
        says so.
    """

    def __init__(self, complaints: Sequence[Complaint]) -> None:
        self.complaints = tuple(complaints)
        super().__init__("\n\n".join(map(str, self.complaints)))


class ComplaintList(list[Complaint]):
    """Complaints as they are found; one too many ends the reading, which might never end.

    Raises
    ------
    ManifestError
        When it gets more than a thousand.
    """

    @property
    def room(self) -> int:
        """How many more there may be."""
        return MOST_COMPLAINTS - len(self)

    def append(self, complaint: Complaint) -> None:
        """Add one."""
        if not self.room:
            said = f"the rest: there are more than {MOST_COMPLAINTS:,} complaints"
            last = Complaint("", Reason.NOT_READ, said, "", complaint.file, 0)
            raise ManifestError([*sorted(self, key=lambda c: (c.file, c.document)), last])
        super().append(complaint)

    def extend(self, complaints: Iterable[Complaint]) -> None:
        """Add some, in turn."""
        for complaint in complaints:
            self.append(complaint)

    def __iadd__(self, complaints: Iterable[Complaint]) -> ComplaintList:  # type: ignore[override,misc]
        self.extend(complaints)
        return self


def visible(text: str, most: int = 80) -> str:
    r"""Return a text fit for a terminal: shortened, and without control characters.

    Examples
    --------
    >>> visible("a\x1b]0;b")
    'a\\x1b]0;b'
    """
    shown = text if len(text) <= most else f"{text[:most]}..."
    return "".join(c if c.isprintable() else escaped(c) for c in shown)


def near(word: str, options: Iterable[str], most: int = 3, cutoff: float = 0.5) -> list[str]:
    """Return the options most like `word`, best first.

    How like they have to be, `cutoff`, goes from 0 (not at all) to 1 (the same).

    Examples
    --------
    >>> near("shop/wed", ["shop/web", "shop/db", "blog/cat"], most=1)
    ['shop/web']
    """
    return difflib.get_close_matches(word, list(options), n=most, cutoff=cutoff)


_LONG = 6  # letters of a word in which two slips are likely
_LIKE = 0.8  # how like two words are of which one may be meant by the other, from 0 to 1


def is_slip(word: str, other: str) -> bool:
    """Say whether one word is another with a slip of the pen: one letter, in long words two.

    Examples
    --------
    >>> is_slip("bd", "db"), is_slip("monitorin", "monitoring"), is_slip("ingress", "postgres")
    (True, True, False)
    """
    most = 1 if min(len(word), len(other)) < _LONG else 2
    return word != other and abs(len(word) - len(other)) <= most and _edits(word, other) <= most


def _edits(word: str, other: str) -> int:
    """Return how many letters have to be added, removed, changed or swapped with the next."""
    before: list[int] = []
    above: list[int] = [*range(len(other) + 1)]
    for i, letter in enumerate(word, 1):
        row = [i]
        for j, there in enumerate(other, 1):
            least = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != there))
            if before and j > 1 and letter == other[j - 2] and word[i - 2] == there:
                least = min(least, before[j - 2] + 1)
            row.append(least)
        before, above = above, row
    return above[-1]


def resembles(one: str, other: str) -> bool:
    """Say whether one word is a slip of the other, like it or a part of it.

    Upper case plays no part, and what differs in numbers alone is another thing.

    Examples
    --------
    >>> resembles("controller", "controller-eligible"), resembles("monitorng", "monitoring")
    (True, True)
    >>> resembles("web-1", "web-2"), resembles("web", "db")
    (False, False)
    """
    short, long = sorted((one.lower(), other.lower()), key=len)
    if not short or short == long:
        return bool(short)
    if re.sub(r"\d+", "", short) == re.sub(r"\d+", "", long):
        return False
    is_part, is_swap = f"-{short}-" in f"-{long}-", sorted(short) == sorted(long)
    return is_part or (is_swap and is_slip(short, long)) or bool(near(short, [long], cutoff=_LIKE))


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """Return a closing sentence that lists near options, or all when there are few.

    Examples
    --------
    >>> did_you_mean("wed", ["web", "db"])
    'Did you mean web?'
    >>> did_you_mean("wed", ["shop/web", "shop/db"])
    'Did you mean shop/web?'
    >>> did_you_mean("x", ["web", "db"])
    'There are: db, web.'
    """
    options = sorted(set(options))
    spelt = {option if "/" in word else option.rpartition("/")[2]: option for option in options}
    if close := [spelt[name] for name in near(word, spelt)]:
        return f"Did you mean {' or '.join(close)}?"
    if 0 < len(options) <= 12:
        return f"There are: {', '.join(options)}."
    return f"There are {len(options)} of them." if options else "There are none."


def plural(number: int, noun: str, several: str = "") -> str:
    """Return a noun as it stands behind a number.

    Parameters
    ----------
    number : int
    noun : str
        In the singular.
    several : str, optional
        The plural, where that is not the noun with an s.

    Examples
    --------
    >>> plural(1, "pod"), plural(0, "pod"), plural(2, "address", "addresses")
    ('pod', 'pods', 'addresses')
    """
    return noun if number == 1 else several or f"{noun}s"


def counted(number: int, noun: str, several: str = "") -> str:
    """Return a number with its noun.

    Parameters
    ----------
    number : int
    noun, several : str
        As for `plural`.

    Examples
    --------
    >>> counted(1, "connection"), counted(3, "policy", "policies")
    ('1 connection', '3 policies')
    """
    return f"{number} {plural(number, noun, several)}"


def some(things: Iterable[object], most: int = 3, between: str = ", ") -> str:
    """Return the names of things; of many, the first few and how many more there are.

    Parameters
    ----------
    things : iterable of object
        What prints as a name.
    most : int
        How many names are given.
    between : str

    Examples
    --------
    >>> some(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    names = list(map(str, things))
    rest = f" and {len(names) - most:,} more" if len(names) > most else ""
    return f"{between.join(names[:most])}{rest}"
