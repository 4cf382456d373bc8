"""What a comment answers: somebody knows what is found there, and says that it is meant.

Notes are answered so, and warnings that are only about what was meant: whom a selector is for that
matches nothing here, or which rules overlap. Others stay, and errors, whatever stands beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from netpol_lab.checks.lint.codes import Severity
from netpol_lab.checks.lint.context import Context
from netpol_lab.checks.lint.findings import Finding
from netpol_lab.manifests.excerpts import MOST_TEXT
from netpol_lab.manifests.field_paths import Path, parse_path
from netpol_lab.manifests.text.yaml_reader import Document
from netpol_lab.model import policy_parts as parts
from netpol_lab.model.objects import Policy


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# In any comment beside the part: that it is so on purpose, and not that it should be otherwise.
_MEANT = _words(r"(?<!not )\b(intentional(ly)?|intended|on purpose|deliberate(ly)?|by design)\b")
_UNDONE = _words(r"\b(todo|fixme|xxx|hack|for now|temporar\w+)\b")

_OPENS = _words(
    r"\b(allow|admit|permit|open|accept)\w*\b.*"
    r"\b(all|any|anybody|anyone|anywhere|every\w*|external|internet|outside|public|world)\b"
    r"|\b(from|to) (any|anybody|anyone|anywhere|everybody|everyone|everywhere)\b"
    r"|\bunrestricted\b"
)
_SHUTS = _words(
    r"\b(den(y|ies|ied)|block\w*|forbid\w*|reject\w*|restrict\w*|no|none|nobody|only)\b"
)
_LESS_THAN_ALL = _words(
    f"{_SHUTS.pattern}|\\b(cluster|internal|namespaces?|pods?|same|services?)\\b"
)
_SHUTS_ALL = _words(
    r"\b(no|den(y|ies)|block\w*|forbid\w*|without)\b( \w+){0,2}"
    r" (ingress|egress|inbound|outbound|incoming|outgoing)\b"
)
_REPEATS = _words(
    r"\b(redundan\w*|duplicat\w*|overlap\w*|(already|also) (admitted|allowed|covered|permitted)"
    r"|superseded|defen[cs]e[ -]in[ -]depth|(for|as) (the )?(clarity|documentation)"
    r"|documentation purposes?)\b"
)
# Of pods that are not among the manifests: who makes them, and when.
_MADE_ELSEWHERE = _words(
    r"\brun-?time\b|\bephemeral\b|\bon[ -]demand\b|\bdynamic(ally)?\b|\bshort-lived\b"
    r"|\b(creat|deploy|generat|install|launch|provision|schedul|spawn|start)\w*( \w+){0,2} "
    r"(by|elsewhere|from|outside|separately|through|via|when|with)\b"
    r"|\bnot (yet|deployed|installed|part of)\b|\bin future\b|\b(the|for) future\b"
    r"|\b(if|once|until|when)\b.{0,40}\b(added|deployed|enabled|exists?|installed|present)\b"
    r"|\b(bitnami|helm|sub)[ -]?charts?\b|\bchart's\b|\boptional\b"
)
_ALL_TRAFFIC = _words(
    r"\b(all|any|unrestricted) ((in|out)(bound|going)|incoming|egress|ingress|network)? ?"
    r"(connections?|egress|ingress|traffic)\b"
)
_OF_SOME = _words(
    rf"{_SHUTS.pattern}|\b(between|internal|intra|namespace|same|within)\b"
    r"|\bfrom (\w+ ){0,2}pods\b"
)
_ALL_NAMESPACES = _words(r"\b(all|any|each|every|other) namespaces?\b|\bcluster-?wide\b")
_WITHOUT_TCP = _words(r"\b(udp only|only udp|without tcp|no tcp)\b")

# What a comment at the part speaks of, code by code: what it says, and what it must not say.
_ABOUT = {
    "NP104": (_SHUTS_ALL, _OPENS),
    "NP107": (_MADE_ELSEWHERE, _UNDONE),
    "NP202": (_MADE_ELSEWHERE, _UNDONE),
    "NP203": (_MADE_ELSEWHERE, _UNDONE),
    "NP208": (_ALL_NAMESPACES, _SHUTS),
    "NP306": (_WITHOUT_TCP, _UNDONE),
    "NP308": (_OPENS, _LESS_THAN_ALL),
    "NP404": (_REPEATS, _UNDONE),
    "NP502": (_REPEATS, _UNDONE),
    "NP503": (_REPEATS, _UNDONE),
    "NP504": (_REPEATS, _UNDONE),
    "NP505": (_ALL_TRAFFIC, _OF_SOME),
    "NP506": (_OPENS, _LESS_THAN_ALL),
}
_EVEN_WARNINGS = ("NP107", "NP202", "NP203", "NP404")  # what is meant, and no fact about flows
# What speaks of labels that users set, or of what others bring along.
_OF_OTHERS = _words(r"\b(label\w*|namespaces|overlays?|replace\w*|separate\w*|elsewhere)\b")
_HOST_NETWORK = _words(r"\bhost[ -]?networks?\b|\bhost'?s network\b")


def is_answered(context: Context, finding: Finding) -> bool:
    """Say whether a comment tells that what is found is known, and meant.

    Parameters
    ----------
    context : Context
    finding : Finding
    """
    if finding.severity is not Severity.NOTE and finding.code not in _EVEN_WARNINGS:
        return False
    if finding.code == "NP108":
        return any(map(_HOST_NETWORK.search, _remarks_on_hosts(context, finding.namespace)))
    policy = context.cluster.policies_by_name.get(finding.policy)
    said, unsaid = _ABOUT.get(finding.code, (_MEANT, _UNDONE))
    remarks = _remarks_at(_document(context, policy), parse_path(finding.path)) if policy else ()
    return any(
        (_MEANT.search(remark) or (said.search(remark) and not unsaid.search(remark)))
        and not _UNDONE.search(remark)
        for remark in remarks
    )


def is_for_others(context: Context, policy: Policy, key: str) -> bool:
    """Say whether a comment at a peer that asks namespaces for a label tells that others set it.

    Parameters
    ----------
    context : Context
    policy : Policy
    key : str
        Of the label.
    """
    document = _document(context, policy)
    return any(
        _OF_OTHERS.search(remark)
        for rule, i, peer in parts.listed_peers(policy)
        if peer.namespace_selector and key in {r.key for r in peer.namespace_selector.requirements}
        for remark in _remarks_at(document, (*parse_path(parts.peer_path(rule, i)), *_LABELS, key))
    )


_LABELS = ("namespaceSelector", "matchLabels")


# ---------------------------------------------------------------- where comments stand


def _document(context: Context, policy: Policy) -> Document:
    text = context.text_of(policy)
    return Document("", 1, None, False, text if "#" in text and len(text) <= MOST_TEXT else "")


def _remarks_on_hosts(context: Context, namespace: str) -> Iterator[str]:
    """Yield all comments in the policies that select pods with hostNetwork."""
    for policy in context.policies_of[namespace]:
        if context.subjects(policy) & context.on_hosts:
            yield from map(_remark_in, _document(context, policy).text.splitlines())


def _remarks_at(document: Document, path: Path) -> Iterator[str]:
    """Yield the comments at a part of a policy, and at those around it within the same rule.

    What is about the whole policy may be told above it.
    """
    if not (lines := document.text.splitlines()):
        return
    of_rule = len(_OF_RULE)
    lengths = range(of_rule, len(path) + 1) if len(path) >= of_rule else [len(path)]
    starts = {document.span(path[:length])[0] for length in lengths}
    if len(path) < of_rule:
        starts.add(next(i for i, line in enumerate(lines) if not _is_apart(line)))
    for start in starts:
        yield _remark_in(lines[start])
        yield _above(lines, start)


_OF_RULE = ("spec", "ingress", 0)  # a path of a whole rule


def _is_apart(line: str) -> bool:
    """Say whether a line holds no field."""
    return not line.strip() or line.startswith("---") or line.lstrip().startswith("#")


def _above(lines: list[str], start: int) -> str:
    """Return the lines of a comment that ends above a line, as one."""
    found: list[str] = []
    while start and lines[start - 1].lstrip().startswith("#"):
        start -= 1
        found.insert(0, _remark_in(lines[start]))
    return " ".join(found)


def _remark_in(line: str) -> str:
    """Return the comment in a line, or nothing; a key of YAML that is commented out is none."""
    found = re.search(r"(?:^|\s)#[#\s]*([^\W_]\S*[^\s:](?:\s.*)?)$", line)
    return found[1] if found else ""
