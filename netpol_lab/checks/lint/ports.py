"""NP310 and NP311: ports at which no pod of a rule says that it listens."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from netpol_lab.checks.lint.context import Survey
from netpol_lab.checks.lint.dns import is_for_dns
from netpol_lab.checks.lint.findings import Suspicion, some
from netpol_lab.checks.lint.probes import MOST_ENDS, between
from netpol_lab.checks.lint.rules import destinations, if_written, translated
from netpol_lab.checks.lint.witnesses import STAYS, Witness, difference
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.model.objects import ContainerPort, Direction, Pod, Policy, PolicyPort, Rule
from netpol_lab.model.policy_parts import listed_rules, port_path, with_rule


def undeclared(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP310 and NP311: all pods that a rule means declare ports, and none of them its own."""
    for rule in listed_rules(policy):
        pods = _only_destinations(survey, policy, rule)
        if not pods or not _are_numbers(rule) or not _are_missing(survey, rule, pods):
            continue
        if witness := _as_replies(survey, policy, rule):
            yield _for_replies(policy, rule, witness)
        elif not _is_known_otherwise(survey, policy, rule, pods):
            yield from _nobody_listens(survey, policy, rule, pods)


def _only_destinations(survey: Survey, policy: Policy, rule: Rule) -> PodSet:
    """Return the destinations of a rule if all of them are pods."""
    meant = survey.peers(policy, *rule.peers)
    if rule.direction is Direction.EGRESS and (meant.anyone or meant.blocks):
        return survey.none
    return destinations(survey, policy, rule)


def _are_numbers(rule: Rule) -> bool:
    """Say whether a rule lists single ports by number, and not those of name servers."""
    alone = (isinstance(port.port, int) and port.end_port is None for port in rule.ports)
    return bool(rule.ports) and all(alone) and not is_for_dns(rule.ports)


def _are_missing(survey: Survey, rule: Rule, pods: PodSet) -> bool:
    """Say whether all pods declare ports, and none of them a number that is asked for."""
    asked = {port.port for port in rule.ports}
    return all(pod.ports and asked.isdisjoint(p.port for p in pod.ports) for pod in pods)


def _is_known_otherwise(survey: Survey, policy: Policy, rule: Rule, pods: PodSet) -> bool:
    """Say whether a Service explains a port, or another rule admits one that the pods declare.

    Who admits one that is declared may well know one that is not, such as that of an exporter.
    """
    explained = any(translated(survey, pods, entry)[0] for entry in rule.ports)
    return explained or any(
        (port.protocol, port.port) in survey.ports_to(other, pod)
        for other in _rules_beside(survey, policy, rule)
        for pod in islice(pods, MOST_ENDS)
        for port in pod.ports
    )


def _rules_beside(survey: Survey, policy: Policy, rule: Rule) -> Iterator[Rule]:
    """Yield the other rules of a direction for some of the same subjects."""
    for other in survey.policies_of[policy.namespace]:
        if rule.direction in other.policy_types and survey.subjects(other) & survey.subjects(
            policy
        ):
            yield from (one for one in other.rules(rule.direction) if one is not rule)


def _nobody_listens(
    survey: Survey, policy: Policy, rule: Rule, pods: PodSet
) -> Iterator[Suspicion]:
    declared = list(dict.fromkeys(port for pod in pods for port in pod.ports))
    first = declared[0]
    meant = PolicyPort(first.protocol, first.port)
    if witness := if_written(survey, policy, rule, 0, meant):
        message = (
            f"none of {some(pods)} declares a port that this rule admits. They need not declare "
            "it, but all of them declare others."
        )
        hint = f"check the number; they declare {some(map(_spelt, declared))}"
        yield Suspicion("NP310", policy, message, hint, port_path(rule, 0), witness)


def _spelt(port: ContainerPort) -> str:
    return f"{port.protocol} {port.port}"


# ---------------------------------------------------------------- replies


def _as_replies(survey: Survey, policy: Policy, rule: Rule) -> Witness | None:
    """Return a connection the other way round to whose replies all a rule says would fit.

    All its sources declare its ports and may be asked there by its destinations, with this rule or
    without it.
    """
    subjects, peers = survey.subjects(policy), survey.peers(policy, *rule.peers)
    sources = subjects if rule.direction is Direction.EGRESS else peers.pods
    if peers.anyone or peers.blocks or not all(_declares(pod, rule) for pod in sources):
        return None
    probes = between(survey, rule.direction.opposite, subjects, peers.pods, rule)
    variant = survey.instead(policy, with_rule(policy, rule))
    return difference(survey, probes, variant, "without this rule", STAYS)


def _declares(pod: Pod, rule: Rule) -> bool:
    declared = {(port.port, port.protocol) for port in pod.ports}
    return declared.issuperset((port.port, port.protocol) for port in rule.ports)


def _for_replies(policy: Policy, rule: Rule, witness: Witness) -> Suspicion:
    ports = some(rule.ports)
    message = (
        f"{ports} is where the sources of this rule listen, not its destinations: it looks like a "
        "rule for replies, which need none. Policies judge who opens a connection."
    )
    hint = "remove it, unless its destinations listen there as well"
    return Suspicion("NP311", policy, message, hint, rule.path, witness)


OF_POLICIES = (undeclared,)
