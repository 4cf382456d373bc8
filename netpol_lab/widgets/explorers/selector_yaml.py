"""Selectors as they are written: the policy that holds them, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from textwrap import dedent, indent

from netpol_lab.errors import Complaint
from netpol_lab.manifests.yaml_reader import quoted

PEER, SUBJECT = "peer", "subject"  # what selectors can be for
NOTHING = {"", "null", "~"}  # ways to write null


@dataclass(frozen=True)
class Question:
    """Selectors as they are written, and where.

    Parameters
    ----------
    pods, namespaces : str, optional
        The values of podSelector and namespaceSelector as YAML; None where the field is absent.
    home : str
        The policy's namespace.
    items : int
        Whether both selectors stand in one item of `from`, or each in an item of its own.
    role : str
        ``"peer"`` for an item of `from`, ``"subject"`` for the podSelector of the policy itself.
    """

    pods: str | None = "{}"
    namespaces: str | None = None
    home: str = "default"
    items: int = 1
    role: str = PEER

    @property
    def written(self) -> dict[str, str]:
        """The fields that are there, with their values."""
        fields = {"podSelector": self.pods, "namespaceSelector": self.namespaces}
        if self.role == SUBJECT:
            del fields["namespaceSelector"]
        return {name: text for name, text in fields.items() if text is not None}

    @property
    def yaml(self) -> str:
        """The part of the policy that is about them.

        Examples
        --------
        >>> print(Question(pods="{}", namespaces="null", items=2).yaml)
        from:
        - podSelector: {}
        - namespaceSelector: null
        """
        if self.role == SUBJECT:
            return "\n".join(["spec:", *(_field(*pair, "  ") for pair in self.written.items())])
        return "\n".join(["from:", *self._items()])

    def _items(self) -> Iterator[str]:
        fields = [_field(name, text, "  ") for name, text in self.written.items()]
        if not fields:
            yield "- {}"
        for place, field in enumerate(fields):
            yield f"- {field[2:]}" if place == 0 or self.items == 2 else field

    @property
    def manifest(self) -> str:
        """A whole policy with this part."""
        spec = self.yaml
        if self.role == PEER:
            spec = f"spec:\n  podSelector: {{}}\n  ingress:\n  - {indent(spec, '    ')[4:]}"
        return _HEAD.format(home=quoted(self.home)) + spec + "\n"


_HEAD = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: try-it
  namespace: {home}
"""


def _field(name: str, text: str, margin: str) -> str:
    """Return a field with its value: beside its name if that is short, else below."""
    value = dedent(text.expandtabs()).strip("\n ")
    beside = "\n" not in value and (value[:1] == "{" or value in NOTHING)
    if beside:
        return f"{margin}{name}: {value}".rstrip()
    return f"{margin}{name}:\n{indent(value, margin + '  ')}"


def of_field(complaint: Complaint) -> Complaint:
    """Return a complaint that names its field, not a place in a file that nobody has seen."""
    fields = ("podSelector", "namespaceSelector")
    name = next((field for field in fields if field in complaint.path), "from")
    return replace(complaint, file=name, object="", line=0, column=0, excerpt="")


def complaint_words(complaint: Complaint) -> str:
    """Return a complaint about a selector in short: its field, the server's words and the hint."""
    whole = complaint.path
    path = whole.partition("Selector")[2].removeprefix(".")
    message, hint = complaint.message, complaint.hint.rstrip("?")
    if path:
        message = f"{path}: {message.replace(whole, path)}"
        hint = hint.replace(whole.removesuffix(f".{path}"), "a selector")
    return f"{complaint.reason}: {message}.{f' Hint: {hint}.' if hint else ''}"
