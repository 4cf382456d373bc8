"""What only the text of a policy tells: comments beside its parts, and keys without a value.

What somebody has explained is hardly an accident; what a template has left empty often is one.
"""

from __future__ import annotations

import re

from netpol_lab.checks.lint.context import Context
from netpol_lab.manifests.excerpts import MOST_TEXT
from netpol_lab.manifests.field_paths import parse_path
from netpol_lab.manifests.text.yaml_reader import Document
from netpol_lab.model.objects import Policy, Rule

_OF_A_VALUE = "[-*&!"  # how lists begin, and names of what is written elsewhere
_REMARK = re.compile(r"#[#\s]*[^\W\d_]\S*[^\s:](?:\s|$)")  # a word, and no key of YAML


def are_explained(context: Context, policy: Policy, *rules: Rule) -> bool:
    """Say whether each of some rules has a comment of its own, above it or on its first line.

    Parameters
    ----------
    context : Context
    policy : Policy
    *rules : Rule
        Rules of this policy.
    """
    document = _document(context, policy)
    if document is None:
        return False
    lines = document.text.splitlines()
    starts = [document.span(parse_path(rule.path))[0] for rule in rules]
    return len({*starts}) == len(rules) and all(_is_explained(lines, start) for start in starts)


def has_no_value(context: Context, policy: Policy, path: str) -> bool:
    """Say whether a list of a policy is a key without a value, such as a template may leave.

    Parameters
    ----------
    context : Context
    policy : Policy
    path : str
        Of a list that is written.
    """
    document = _document(context, policy)
    if document is None:
        return False
    line, column, _ = document.locate(parse_path(path))
    return document.text.splitlines()[line - 1][column - 1 :][:1] not in _OF_A_VALUE


def _document(context: Context, policy: Policy) -> Document | None:
    """Return the text of a policy; None where there is none, or too much of it."""
    text = context.text_of(policy)
    return Document("", 1, None, False, text) if 0 < len(text) <= MOST_TEXT else None


def _is_explained(lines: list[str], start: int) -> bool:
    above = lines[start - 1].strip() if start else ""
    beside = lines[start].partition(" #")
    remark = above if above.startswith("#") else beside[1].strip() + beside[2]
    return _REMARK.match(remark) is not None
