"""What lint reports: findings, and the flows that prove them."""

from __future__ import annotations

from dataclasses import dataclass, field

from netpol_lab.checks.lint.codes import Severity
from netpol_lab.engine.left_open import ALLOWED_WORDS
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.places import Place


@dataclass(frozen=True, slots=True)
class Witness:
    """A flow that proves a finding: its verdict now, and in a variant of the cluster.

    Parameters
    ----------
    source, destination : str
        ``namespace/pod``, or an address.
    port : int
    protocol : str
    now, then : bool or None
        The verdict on the cluster as it is, and on the variant.
    change : str
        What the variant does differently, in words.
    variant : Cluster
    assumptions : Assumptions
        Under which both verdicts were given.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> print(lab.lint(lab.load("one-way"))[0].witness)
    lab/friend -> lab/app  TCP 80: denied now, allowed with policyTypes: [Egress]
    """

    source: str
    destination: str
    port: int
    protocol: str
    now: bool | None
    then: bool | None
    change: str
    variant: Cluster = field(repr=False, compare=False)
    assumptions: Assumptions = field(repr=False, compare=False)

    def __str__(self) -> str:
        flow = f"{self.source} -> {self.destination}  {self.protocol} {self.port}"
        still = "still " if self.now == self.then else ""
        now, then = ALLOWED_WORDS[self.now], ALLOWED_WORDS[self.then]
        return f"{flow}: {now} now, {still}{then} {self.change}"


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
        who = f"{self.policy}: " if self.policy and self.place else ""
        proof = f"  witness: {self.witness}\n" if self.witness else ""
        return (
            f"{where}: {self.severity} {self.code}: {self.title}\n  {who}{self.message}\n"
            f"  hint: {self.hint}\n{proof}  learn: chapter {self.chapter:02}"
        )


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
