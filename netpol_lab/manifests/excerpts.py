"""The YAML of a policy with some lines marked: as it was written, and cut to what matters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeAlias

from netpol_lab.manifests.cluster_wide import writer
from netpol_lab.manifests.field_paths import Path
from netpol_lab.manifests.text.yaml_reader import Document
from netpol_lab.manifests.writer import as_yaml, manifest_of
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.cluster_policies import ClusterPolicy
from netpol_lab.model.objects import Policy
from netpol_lab.model.places import Place
from netpol_lab.model.selectors import Requirement, Selector

MOST_LINES = 30  # of one policy
SHORT = 24  # policies up to here are shown whole
MOST_TEXT = 2**16  # characters; of a longer document nothing is looked up, the policy is rewritten
GAP = "…"
AnyPolicy: TypeAlias = Policy | ClusterPolicy


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an excerpt.

    Parameters
    ----------
    text : str
    marked : bool
        Whether it is one of those that decide.
    number : int
        Its place in the policy's text, from 1; 0 for the ellipsis of a gap.
    """

    text: str
    marked: bool = False
    number: int = 0


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The YAML of a policy, or what matters of it, with the lines that decide.

    Parameters
    ----------
    policy : Policy or ClusterPolicy
    lines : tuple of Line
        What was left out stands as a line of its own, an ellipsis.
    place : Place, optional
        Where the policy is written.
    """

    policy: AnyPolicy
    lines: tuple[Line, ...]
    place: Place | None = None

    def __str__(self) -> str:
        return "\n".join(f"{'>' if line.marked else ' '} {line.text}" for line in self.lines)


def excerpt(cluster: Cluster, policy: AnyPolicy, paths: Iterable[Path]) -> Excerpt:
    """Return the lines of a policy, those of some paths marked.

    Parameters
    ----------
    cluster : Cluster
    policy : Policy or ClusterPolicy
        One that has no text of its own, or one that is JSON, is written as YAML.
    paths : iterable of tuple of str and int
        The parts to mark. Where one is not written, the line that it would be under is marked.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> policy = shop.policy("db-access-ingress")
    >>> found = excerpt(shop, policy, [("spec", "ingress", 0, "from", 0)])
    >>> [line.text.strip() for line in found.lines if line.marked]
    ['- podSelector:', 'matchLabels:', 'app: myapp', 'role: backend']
    >>> found.place.line
    78
    """
    document = policy_document(cluster, policy)
    written = (path for path in paths if document.find(path[:1]))  # even spec may be left out
    spans = list(dict.fromkeys(map(document.span, written)))
    return Excerpt(policy, tuple(_cut(document, spans)), cluster.place_of(policy))


def policy_document(cluster: Cluster, policy: AnyPolicy) -> Document:
    """Return the YAML of a policy: the user's own, or else ours."""
    text = cluster.texts.get(policy, "")
    if not text or len(text) > MOST_TEXT:
        text = as_yaml(_manifest_of(policy))
    return Document("", 1, None, False, text)


def _manifest_of(policy: AnyPolicy) -> dict[str, Any]:
    if isinstance(policy, ClusterPolicy):
        return writer.manifest_of(policy)
    return manifest_of(policy)


# ---------------------------------------------------------------- paths


def path_of_requirement(
    document: Document, selector: Selector, wanted: Requirement, at: Path
) -> Path:
    """Return the path of what a selector requires: a label, or an expression after all labels."""
    expressions = next(n for n in count() if not document.find((*at, "matchExpressions", n)))
    place = selector.requirements.index(wanted)
    labels = len(selector.requirements) - expressions
    if place < labels:
        return *at, "matchLabels", wanted.key
    return *at, "matchExpressions", place - labels


# ---------------------------------------------------------------- lines


def _cut(document: Document, spans: list[tuple[int, int]]) -> Iterator[Line]:
    """Yield the lines from the first key to the last value; of a long text what matters."""
    lines = document.text.splitlines()
    first, last = _body(document)
    marked = {number for span in spans for number in range(span[0], span[1] + 1)}
    shown = range(first, last + 1)
    kept = set(shown) if len(shown) <= SHORT else _what_matters(lines, document, spans)
    before = first - 1
    for number in sorted(kept):
        if number == before + 2:  # an ellipsis would be as long
            yield Line(lines[before + 1], before + 1 in marked, number)
        elif number > before + 1:
            indent = len(lines[number]) - len(lines[number].lstrip())
            yield Line(lines[number][:indent] + GAP)
        yield Line(lines[number], number in marked, number + 1)
        before = number
    if before < last:
        yield Line(GAP)


def _body(document: Document) -> tuple[int, int]:
    """Return the first and the last line of what is neither a comment nor a mark around it."""
    keys = ("apiVersion", "kind", "metadata", "spec")
    spans = [document.span((key,)) for key in keys if document.find((key,))]
    return min(first for first, _ in spans), max(last for _, last in spans)


def _what_matters(lines: list[str], document: Document, spans: list[tuple[int, int]]) -> set[int]:
    """Return the policy's name and the marked lines, each below the keys that lead to it."""
    name, _ = document.span(("metadata", "name"))
    kept = {name, *_above(lines, name)}
    for first, last in spans:
        for number in (*_above(lines, first), *range(first, last + 1)):
            wider = kept | {number}
            gaps = sum(above - 1 not in wider for above in wider)
            if len(wider) + gaps < MOST_LINES:
                kept = wider
    return kept


def _above(lines: list[str], number: int) -> list[int]:
    """Return the lines that a line stands below, as its indentation tells, the outermost first."""
    found, depth = [], _depth(lines[number])
    for above in range(number - 1, -1, -1):
        text = lines[above].strip()
        if text and not text.startswith("#") and _depth(lines[above]) < depth:
            found.append(above)
            depth = _depth(lines[above])
    return found[::-1]


def _depth(line: str) -> int:
    """Return how far a line is indented; an item of a list is half a step deeper than its key."""
    text = line.lstrip()
    return 2 * (len(line) - len(text)) + text.startswith("- ")
