"""Lint: what is legal in policies and probably not meant, with the flow that proves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from netpol_lab.checks.lint import (
    blocks,
    dns,
    generosity,
    isolation,
    other_end,
    peers,
    redundancy,
    rules,
    selectors,
    wide_peers,
)
from netpol_lab.checks.lint import ports as listening
from netpol_lab.checks.lint.codes import CODES, Severity
from netpol_lab.checks.lint.context import Survey
from netpol_lab.checks.lint.findings import Suspicion
from netpol_lab.checks.lint.witnesses import Witness
from netpol_lab.manifests.yaml_reader import forget_positions
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster, Place, checked_cluster
from netpol_lab.model.objects import Pod, Policy


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is legal and probably not meant.

    Parameters
    ----------
    code : str
        Such as ``NP204``; ``docs/lint.md`` lists them.
    severity : Severity
    title : str
        What is the matter, in a few words.
    message : str
        Why it is probably not meant.
    hint : str
        What to write instead.
    chapter : int
        The chapter of the course that teaches it.
    namespace : str
    policy, pod : str
        ``namespace/name`` of what it is about; empty where it is about something else.
    path : str
        The part of the policy.
    place : Place, optional
        Where that is written; None where the cluster came from no text.
    witness : Witness, optional
        The flow that proves it; None where by nature there is none.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> finding = lab.lint(lab.load("one-way"))[0]
    >>> finding.code, finding.severity.value, finding.policy, finding.place.line
    ('NP102', 'warning', 'lab/app-to-friend', 61)
    """

    code: str
    severity: Severity
    title: str
    message: str
    hint: str
    chapter: int
    namespace: str
    policy: str = ""
    pod: str = ""
    path: str = ""
    place: Place | None = None
    witness: Witness | None = None

    @property
    def about(self) -> str:
        """The policy, pod or namespace it is about."""
        return self.policy or self.pod or f"namespace {self.namespace}"

    def __str__(self) -> str:
        where = self.place or self.about
        lines = [f"{where}: {self.severity} {self.code}: {self.title}"]
        who = f"{self.policy}: " if self.policy and self.place else ""
        lines.append(f"  {who}{self.message}")
        lines.append(f"  hint: {self.hint}")
        if self.witness is not None:
            lines.append(f"  witness: {self.witness}")
        lines.append(f"  learn: chapter {self.chapter:02}")
        return "\n".join(lines)


class Found(tuple[Finding, ...]):
    """Findings that print as text, one below the other.

    Examples
    --------
    >>> Found()
    nothing found
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n\n".join(map(str, self)) or "nothing found"


def lint(
    cluster: Cluster,
    assumptions: Assumptions = DEFAULTS,
    progress: Callable[[int, int], object] | None = None,
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
    survey = Survey(checked_cluster(cluster), assumptions)
    suspicions = list(_suspicions(survey, progress or _silent))
    found = [_finding(survey, suspicion) for suspicion in _without_contradictions(suspicions)]
    forget_positions()
    return Found(sorted(found, key=_order))


_OF_POLICIES = (
    *isolation.OF_POLICIES,
    *selectors.OF_POLICIES,
    *peers.OF_POLICIES,
    *wide_peers.OF_POLICIES,
    *rules.OF_POLICIES,
    *other_end.OF_POLICIES,
    *listening.OF_POLICIES,
    *blocks.OF_POLICIES,
    *generosity.OF_POLICIES,
)
_OF_CLUSTERS = (
    *isolation.OF_CLUSTERS,
    *dns.OF_CLUSTERS,
    *redundancy.OF_CLUSTERS,
)


def _silent(done: int, total: int) -> None:
    pass


def _suspicions(survey: Survey, progress: Callable[[int, int], object]) -> Iterator[Suspicion]:
    policies = survey.cluster.policies
    total = len(policies) + len(_OF_CLUSTERS)
    progress(0, total)
    for done, policy in enumerate(policies, 1):
        for check in _OF_POLICIES:
            yield from check(survey, policy)
        progress(done, total)
    for done, whole in enumerate(_OF_CLUSTERS, len(policies) + 1):
        yield from whole(survey)
        progress(done, total)


# To say "remove it" where another finding says what was meant would be no help.
_MEANT = {"NP203", "NP204", "NP205", "NP206", "NP301", "NP302", "NP303", "NP404"}
_GIVES_WAY = {
    "NP307": {"NP302", "NP303"},
    "NP309": {"NP302", "NP303"},
    **dict.fromkeys(("NP502", "NP503", "NP504"), _MEANT),
}


def _without_contradictions(suspicions: list[Suspicion]) -> Iterator[Suspicion]:
    """Yield the suspicions that no other one about the same part, or a part of it, contradicts."""
    told: dict[str, list[Suspicion]] = {}
    for suspicion in suspicions:
        told.setdefault(str(suspicion.about), []).append(suspicion)
    for suspicion in suspicions:
        stronger = _GIVES_WAY.get(suspicion.code, set())
        others = (other for other in told[str(suspicion.about)] if other.code in stronger)
        if not any(_is_part(other.path, suspicion) for other in others):
            yield suspicion


def _is_part(path: str, suspicion: Suspicion) -> bool:
    """Say whether a path leads to what a suspicion is about, or into it."""
    return suspicion.code == "NP502" or f"{path}.".startswith(
        (f"{suspicion.path}.", f"{suspicion.path}[")
    )


def _finding(survey: Survey, suspicion: Suspicion) -> Finding:
    code, about = CODES[suspicion.code], suspicion.about
    policy = about if isinstance(about, Policy) else None
    return Finding(
        code.code,
        code.severity,
        code.title,
        suspicion.message,
        suspicion.hint,
        code.chapter,
        namespace=about.namespace if isinstance(about, Policy | Pod) else about.name,
        policy=str(policy or ""),
        pod=str(about) if isinstance(about, Pod) else "",
        path=suspicion.path,
        place=_place(survey.cluster, policy, suspicion.path) if policy is not None else None,
        witness=suspicion.witness,
    )


def _place(cluster: Cluster, policy: Policy, path: str) -> Place | None:
    """Return where a part is written, or else the nearest part around it that is."""
    while path:
        if place := cluster.place_of(policy, path):
            return place
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return None


def _order(finding: Finding) -> tuple[Any, ...]:
    place = finding.place or Place("\U0010ffff", 0, 0)  # what is written nowhere comes last
    return (*place, finding.code, finding.about, finding.path)
