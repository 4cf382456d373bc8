"""NP314: rules for pods of an ambient mesh that do not admit the mesh's tunnel (SEM-77)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from netpol_lab.checks.lint.context import Context, Probe
from netpol_lab.checks.lint.findings import Finding, Witness
from netpol_lab.checks.lint.probes import MOST_PROBES, between
from netpol_lab.checks.lint.witnesses import OPENS, difference
from netpol_lab.engine.ambient_mesh import MODE, TUNNEL_PORT, in_ambient_mesh
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.verdict import evaluate
from netpol_lab.model import policy_parts as parts
from netpol_lab.model.objects import Policy, PolicyPort, Rule
from netpol_lab.model.ports import Protocol

_Place = tuple[Policy, Rule]
TUNNEL = PolicyPort(Protocol.TCP, TUNNEL_PORT)


def shut_tunnel(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP314: a rule admits pods of the mesh on their port, where only the tunnel's arrives."""
    subjects = _in_mesh(context, context.subjects(policy))
    for rule in parts.listed_rules(policy) if subjects else ():
        peers = _in_mesh(context, context.admitted_pods(policy, rule))
        probes = between(context, rule.direction, subjects, peers, rule)
        for probe in islice(probes, MOST_PROBES):
            lacking = _lacking(context, policy, rule, probe)
            if (policy, rule) not in lacking:
                continue
            if witness := _through(context, probe, lacking):
                message = (
                    "policies see a connection between pods of Istio's ambient mesh on the port "
                    f"of the mesh's tunnel, TCP {TUNNEL_PORT}, which no rule admits here, and not "
                    f"on the port of this rule ({MODE}: ambient)."
                )
                hint = f"add {{protocol: TCP, port: {TUNNEL_PORT}}} to its ports"
                others = [(p, r) for p, r in lacking if r is not rule]
                hint += "".join(f", and of {r.direction} rule {r.number} of {p}" for p, r in others)
                yield context.finding("NP314", policy, message, hint, f"{rule.path}.ports", witness)
                break


def _in_mesh(context: Context, pods: PodSet) -> PodSet:
    return context.set_of(pod for pod in pods if in_ambient_mesh(context.cluster, pod))


def _lacking(context: Context, policy: Policy, rule: Rule, probe: Probe) -> list[_Place]:
    """Return the rules that admit a flow, one for each end that does not admit its tunnel."""
    if probe.protocol != Protocol.TCP or context.allowed(probe) is not True:
        return []
    inside, carried = (
        evaluate(context.cluster, *flow, context.assumptions)
        for flow in (probe, probe._replace(port=TUNNEL_PORT))
    )
    found = []
    for side, through in zip(inside.sides, carried.sides, strict=True):
        if side.admitted_by and not through.allowed:
            ours = (policy, rule) in side.admitted_by
            found.append((policy, rule) if ours else side.admitted_by[0])
    return found


def _through(context: Context, probe: Probe, lacking: list[_Place]) -> Witness | None:
    variant = context.cluster
    for policy, rule in lacking:
        more = parts.with_rule(policy, rule, replace(rule, ports=(*rule.ports, TUNNEL)))
        variant = variant.with_policies(more if p is policy else p for p in variant.policies)
    change = f"with {TUNNEL} in the rules of TCP {probe.port}"
    return difference(context, [probe._replace(port=TUNNEL_PORT)], variant, change, OPENS)


OF_POLICIES = (shut_tunnel,)
