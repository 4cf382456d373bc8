"""Lint: what is legal in policies and probably not meant, with the flow that proves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from netpol_lab.checks.lint import (
    ambient,
    api_server,
    blocks,
    dns,
    dropped,
    exclusions,
    generosity,
    isolation,
    peers,
    ports,
    rules,
)
from netpol_lab.checks.lint.absent import unmatched
from netpol_lab.checks.lint.callers import outside, pods_only, unreached
from netpol_lab.checks.lint.codes import Severity
from netpol_lab.checks.lint.context import Context
from netpol_lab.checks.lint.findings import Finding, Found
from netpol_lab.checks.lint.redundancy import needless
from netpol_lab.checks.lint.tiers import covering, meeting, nobody
from netpol_lab.checks.lint.told.intent import is_answered
from netpol_lab.errors import counted
from netpol_lab.manifests.text.yaml_reader import forget_positions
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster, checked_cluster
from netpol_lab.model.places import Place

OnProgress = Callable[[int, int], object]  # is told how many steps are done, and of how many


def lint(
    cluster: Cluster, assumptions: Assumptions = DEFAULTS, progress: OnProgress | None = None
) -> Found:
    """Find what is legal in the policies of a cluster and probably not meant.

    Parameters
    ----------
    cluster : Cluster
    assumptions : Assumptions
        What to take for granted where plugins differ.
    progress : function, optional
        Is called with how many steps are done, and of how many.

    Returns
    -------
    tuple of Finding
        In the order of files, lines and codes; it prints as text.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> lab.lint(lab.load("three-tier"))
    shop/web: note NP105: pods that no policy selects, in a namespace that has policies
      no policy of namespace shop selects pod web: nothing limits what comes in there, or ...
      hint: add a default deny (podSelector: {}), then allow what is needed
      witness: shop/backend -> shop/web  TCP 80: allowed now, denied with a default deny ...
      learn: chapter 01
    """
    context = Context(checked_cluster(cluster), assumptions)
    found = list(_all_findings(context, progress or (lambda done, total: None)))
    left = [f for f in _without_contradictions(found) if not is_answered(context, f)]
    forget_positions()
    return Found(_said_once(sorted(left, key=_order)))


_TOPICS = (
    isolation,
    peers,
    unmatched,
    exclusions,
    rules,
    ports,
    blocks,
    generosity,
    dropped,
    ambient,
    pods_only,
    meeting,
)
_OF_POLICIES = [check for topic in _TOPICS for check in topic.OF_POLICIES]
_OF_CLUSTERS = (
    *(
        check
        for topic in (isolation, dns, api_server, outside, unreached, covering, meeting, nobody)
        for check in topic.OF_CLUSTERS
    ),
    needless,
)


def _all_findings(context: Context, progress: OnProgress) -> Iterator[Finding]:
    policies = context.cluster.policies
    total = len(policies) + len(_OF_CLUSTERS)
    progress(0, total)
    for done, policy in enumerate(policies, 1):
        for check in _OF_POLICIES:
            yield from check(context, policy)
        progress(done, total)
    for done, whole in enumerate(_OF_CLUSTERS, len(policies) + 1):
        yield from whole(context)
        progress(done, total)


# To say "remove it" where another finding says what was meant would be no help.
_MEANT = {"NP203", "NP204", "NP205", "NP206", "NP301", "NP302", "NP303", "NP404", "NP210"}
_MEANT |= {"NP601", "NP602", "NP605"}
_GIVES_WAY = {
    "NP307": {"NP302", "NP303", "NP311"},
    "NP309": {"NP302", "NP303", "NP311", "NP601", "NP602", "NP605"},
    "NP304": {"NP204", "NP205"},
    "NP603": {"NP302", "NP303", "NP307", "NP309", "NP310"},
    "NP203": {"NP202"},
    "NP204": {"NP202"},
    **dict.fromkeys(("NP502", "NP504"), _MEANT),
    "NP503": {*_MEANT, "NP307", "NP309"},
}


_ABOUT_ALL_OF_IT = ("NP502", "NP203", "NP204")  # of peers nobody asks where no pod is selected


def _without_contradictions(findings: list[Finding]) -> Iterator[Finding]:
    """Yield the findings that no other one about the same part, or a part of it, contradicts."""
    told: dict[str, list[Finding]] = {}
    for finding in findings:
        told.setdefault(finding.about, []).append(finding)
    proven = {_flow(f) for f in findings if f.code in ("NP307", "NP309")}
    for finding in findings:
        if finding.code == "NP603" and _flow(finding) in proven:
            continue  # the rule of the caller tells it
        stronger = _GIVES_WAY.get(finding.code, set())
        others = (f"{other.path}." for other in told[finding.about] if other.code in stronger)
        inside = (
            ("",) if finding.code in _ABOUT_ALL_OF_IT else (f"{finding.path}.", f"{finding.path}[")
        )
        if not any(path.startswith(inside) for path in others):
            yield finding


def _flow(finding: Finding) -> tuple[str, str, int] | None:
    """Return between whom the flow is that proves a finding, and on which port."""
    proof = finding.witness
    return (proof.source, proof.destination, proof.port) if proof else None


def _said_once(findings: list[Finding]) -> Iterator[Finding]:
    """Yield findings, and of those that doubt the same label of a namespace the first."""
    doubted = [f.hint for f in findings if _is_a_doubt(f)]
    told = set()
    for finding in findings:
        if not _is_a_doubt(finding):
            yield finding
        elif finding.hint not in told:
            told.add(finding.hint)
            more = doubted.count(finding.hint) - 1
            also = f" {counted(more, 'more peer asks', 'more peers ask')} for it."
            yield replace(finding, message=f"{finding.message}{also if more else ''}")


def _is_a_doubt(finding: Finding) -> bool:
    return finding.code == "NP205" and finding.severity is not Severity.ERROR


def _order(finding: Finding) -> tuple[Any, ...]:
    place = finding.place or Place("\U0010ffff", 0, 0)  # what is written nowhere comes last
    return (*place, finding.code, finding.about, finding.path)
