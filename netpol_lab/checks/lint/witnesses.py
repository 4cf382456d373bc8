"""Flows that prove something: a verdict now, and another in a variant of the cluster.

In a variant, one thing is as its author probably meant it. Both verdicts come from `evaluate`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from netpol_lab.checks.lint.context import Context, Probe
from netpol_lab.checks.lint.findings import Witness
from netpol_lab.checks.lint.probes import MOST_PROBES
from netpol_lab.engine.verdict import evaluate
from netpol_lab.model.addresses import parse_address
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Policy

Turn = tuple[bool | None, bool | None]  # a verdict now, and in the variant
OPENS: Turn = (False, True)
CLOSES: Turn = (True, False)
STAYS: Turn = (True, True)
STAYS_SHUT: Turn = (False, False)


def difference(
    context: Context, probes: Iterable[Probe], variant: Cluster, change: str, *turns: Turn
) -> Witness | None:
    """Return the first flow whose verdict takes one of the turns in the variant, if any.

    Parameters
    ----------
    context : Context
        Of the cluster as it is.
    probes : iterable of Probe
        The flows to try.
    variant : Cluster
        The same pods with other policies.
    change : str
        What the variant does differently, in words that follow a verdict.
    *turns : Turn
        What counts as a proof: the verdict now, and the verdict in the variant.

    Returns
    -------
    Witness or None
    """
    for probe in islice(probes, MOST_PROBES):
        now = context.allowed(probe)
        if any(now is turn[0] for turn in turns):
            staged = _staged(context, variant, probe)
            then = evaluate(staged, *probe, context.assumptions).allowed
            if (now, then) in turns:
                return Witness(*probe, now, then, change, variant, context.assumptions)
    return None


def _staged(context: Context, variant: Cluster, probe: Probe) -> Cluster:
    """Return a variant without the pods and policies that have no say in one flow, for speed."""
    if parse_address(probe.destination) in context.service_addresses:
        return variant  # any pod may be behind it
    pods = tuple(filter(None, map(context.pod, (probe.source, probe.destination))))
    silent = context.silent_about(pods)
    policies = tuple(policy for policy in variant.policies if id(policy) not in silent)
    return replace(variant, pods=pods, policies=policies, services=())


def stands(context: Context, policy: Policy, witness: Witness | None) -> bool:
    """Say whether a finding stands: it is proven, or there is no pod to prove it with."""
    return witness is not None or not context.pods_of(policy.namespace)
