"""Flows that prove something: a verdict now, and in a variant of the cluster.

In a variant one thing is as it was probably meant. Both verdicts come from `evaluate`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import islice

from netpol_lab.checks.lint.context import Probe, Survey
from netpol_lab.checks.lint.probes import MOST_PROBES
from netpol_lab.engine.explain import ALLOWED_WORDS
from netpol_lab.engine.verdict import evaluate
from netpol_lab.model.addresses import parse_address
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Policy

Turn = tuple[bool | None, bool | None]  # a verdict now, and in the variant
OPENS: Turn = (False, True)
CLOSES: Turn = (True, False)
STAYS: Turn = (True, True)
STAYS_SHUT: Turn = (False, False)


@dataclass(frozen=True, slots=True)
class Witness:
    """A flow that proves a finding.

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


def difference(
    survey: Survey, probes: Iterable[Probe], variant: Cluster, change: str, *turns: Turn
) -> Witness | None:
    """Return the first flow whose verdict takes one of the turns in the variant, if any.

    Parameters
    ----------
    survey : Survey
        Of the cluster as it is.
    probes : iterable of Probe
        The flows to try.
    variant : Cluster
        The same pods with other policies.
    change : str
        What the variant does differently, in words that follow a verdict.
    *turns : Turn
    """
    for probe in islice(probes, MOST_PROBES):
        now = survey.allowed(probe)
        if any(now is turn[0] for turn in turns):
            staged = _staged(survey, variant, probe)
            then = evaluate(staged, *probe, assumptions=survey.assumptions).allowed
            if (now, then) in turns:
                return Witness(*probe, now, then, change, variant, survey.assumptions)
    return None


def _staged(survey: Survey, variant: Cluster, probe: Probe) -> Cluster:
    """Return a variant without all who have no say in one flow, so that asking is quick."""
    if parse_address(probe.destination) in survey.service_addresses:
        return variant  # any pod may be behind it
    ends = map(survey.pod, (probe.source, probe.destination))
    pods = tuple(pod for pod in ends if pod is not None)
    silent = survey.silent_about(pods)
    policies = tuple(policy for policy in variant.policies if id(policy) not in silent)
    return replace(variant, pods=pods, policies=policies, services=())


def stands(survey: Survey, policy: Policy, witness: Witness | None) -> bool:
    """Say whether a suspicion stands: it is proven, or there is no pod to prove it with."""
    return witness is not None or not survey.pods_of(policy.namespace)
