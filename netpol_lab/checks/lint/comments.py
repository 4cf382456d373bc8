"""Comments beside the parts of a policy: what somebody has explained is hardly an accident."""

from __future__ import annotations

import re

from netpol_lab.checks.lint.context import Context
from netpol_lab.manifests.excerpts import MOST_TEXT
from netpol_lab.manifests.field_paths import parse_path
from netpol_lab.manifests.text.yaml_reader import Document
from netpol_lab.model.objects import Policy, Rule

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
    text = context.cluster.texts.get(policy, "")
    if not text or len(text) > MOST_TEXT:
        return False
    document, lines = Document("", 1, None, False, text), text.splitlines()
    starts = [document.span(parse_path(rule.path))[0] for rule in rules]
    return len({*starts}) == len(rules) and all(_is_explained(lines, start) for start in starts)


def _is_explained(lines: list[str], start: int) -> bool:
    above = lines[start - 1].strip() if start else ""
    beside = lines[start].partition(" #")
    remark = above if above.startswith("#") else beside[1].strip() + beside[2]
    return _REMARK.match(remark) is not None
