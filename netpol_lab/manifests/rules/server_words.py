"""Problems in the API server's own words: the value as Go prints it, then what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from netpol_lab.errors import Complaint, Reason, near
from netpol_lab.manifests.field_paths import Path, format_path
from netpol_lab.manifests.text.go_text import shown
from netpol_lab.manifests.text.typos import placeholder
from netpol_lab.manifests.text.yaml_reader import Document


class Problem(NamedTuple):
    """Something wrong with a decoded value, by its path.

    Parameters
    ----------
    path : tuple of str and int
    reason : Reason
    message : str
    hint : str
        What to type instead; may be empty.
    of_key : bool
        Whether the key at the path is at fault, not its value.
    written_at : tuple of str and int
        Where the fault is written, if that is not what the server calls it.
    """

    path: Path
    reason: Reason
    message: str
    hint: str = ""
    of_key: bool = False
    written_at: Path = ()

    def complaint(self, document: Document, within: Path = ()) -> Complaint:
        """Return the problem with its line, where the value stands at a path of a document."""
        path = format_path(self.path)
        file, number = document.file, document.number
        complaint = Complaint(path, self.reason, self.message, self.hint, file, number)
        return complaint.at(
            *document.locate((*within, *(self.written_at or self.path)), self.of_key)
        )


Problems = Iterator[Problem]


def invalid(path: Path, value: Any, fault: str, hint: str = "") -> Problem:
    """Return why a value is none of those that its field may have."""
    hint = placeholder(value) or hint if isinstance(value, str) else hint
    return Problem(path, Reason.INVALID, ": ".join(filter(None, (shown(value), fault))), hint)


def unsupported(path: Path, value: Any, known: Iterable[str], hint: str = "") -> Problem:
    """Return which values a field may have; unless there is a hint, the nearest one is it."""
    known, text = list(known), value if isinstance(value, str) else ""
    same = [word for word in known if word.lower() == text.lower()] or near(text, known, most=1)
    hint = hint or (f"did you mean {same[0]}?" if same else f"write {' or '.join(known)}")
    listed = ", ".join(map(shown, known))
    return Problem(path, Reason.UNSUPPORTED, f"{shown(value)}: supported values: {listed}", hint)


def required(path: Path, hint: str, message: str = "") -> Problem:
    """Return that a field has to be there; often the server says no more."""
    return Problem(path, Reason.REQUIRED, message, hint)


def forbidden(path: Path, message: str, hint: str) -> Problem:
    """Return why a field may not be there."""
    return Problem(path, Reason.FORBIDDEN, message, hint)


def repeated(path: Path, value: Any, hint: str) -> Problem:
    """Return that a value which has to be unique is there before."""
    return Problem(path, Reason.DUPLICATE_VALUE, shown(value), hint)


def too_long(path: Path, most: int, hint: str) -> Problem:
    """Return how many bytes a value may have at most."""
    return Problem(path, Reason.TOO_LONG, f"may not be more than {most} bytes", hint)
