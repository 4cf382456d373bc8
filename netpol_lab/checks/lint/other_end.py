"""NP307 and NP309: what one end admits and the other end denies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from netpol_lab.checks.lint.context import Survey
from netpol_lab.checks.lint.dns import is_for_dns
from netpol_lab.checks.lint.findings import Suspicion, some
from netpol_lab.checks.lint.probes import by_rule
from netpol_lab.checks.lint.witnesses import OPENS, Witness, difference
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.model.objects import Direction, Peer, Pod, Policy, Rule
from netpol_lab.model.policy_parts import listed_rules, selectors_of, with_rules


def one_sided(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP307 and NP309: both ends have to allow a flow, and one of them denies all (SEM-04)."""
    subjects = survey.subjects(policy)
    for rule in listed_rules(policy):
        other = rule.direction.opposite
        meant = survey.peers(policy, *rule.peers)
        if meant.anyone or meant.blocks or not meant.pods or not subjects:
            continue
        if meant.pods - survey.isolated[other] or (meant.pods | subjects) & survey.on_hosts:
            continue
        theirs = _rules(survey, other, meant.pods)
        if any(_answers(survey, rule, answer, meant.pods, subjects) for answer in theirs):
            continue
        if witness := _with_both(survey, policy, rule, meant.pods):
            code = "NP307" if all(map(_names_somebody, rule.peers)) else "NP309"
            message = (
                f"policies isolate {some(meant.pods)} for {other}, and none of their {other} rules "
                "admits these flows."
            )
            hint = f"add the matching {other} rule at the other end, or remove this rule"
            yield Suspicion(code, policy, message, hint, rule.path, witness)


def _names_somebody(peer: Peer) -> bool:
    """Say whether an item tells some pods from others, or means all of a namespace or of any."""
    return any(selector.requirements for selector in selectors_of(peer).values())


def _with_both(survey: Survey, policy: Policy, rule: Rule, pods: PodSet) -> Witness | None:
    """Return a flow that the rule admits, and that passes once the other end allows all."""
    other, namespace = rule.direction.opposite, next(iter(pods)).namespace
    everything = with_rules(
        Policy(namespace, "allow-all", policy_types=(other,)), other, [Rule(other, 0)]
    )
    variant = survey.together_with(everything)
    near_by = pods & survey.pods_of(namespace)
    probes = by_rule(survey, policy, rule, near_by)
    return difference(survey, probes, variant, f"if {namespace} allowed all {other}", OPENS)


def _rules(survey: Survey, direction: Direction, pods: PodSet) -> Iterator[tuple[Policy, Rule]]:
    """Yield the rules of one direction that speak for some of the pods."""
    for namespace in {pod.namespace for pod in pods}:
        for policy in survey.policies_of.get(namespace, ()):
            if direction in policy.policy_types and survey.subjects(policy) & pods:
                yield from ((policy, rule) for rule in policy.rules(direction))


def _answers(
    survey: Survey,
    rule: Rule,
    theirs: tuple[Policy, Rule],
    pods: PodSet,
    subjects: PodSet,
) -> bool:
    """Say whether a rule of the other end may admit some of the same flows."""
    policy, answer = theirs
    if is_for_dns(answer.ports) and not is_for_dns(rule.ports):  # to anybody, and to nobody here
        return False
    meant = survey.peers(policy, *answer.peers)
    ours = subjects if meant.anyone or meant.blocks else meant.pods & subjects
    theirs_too = survey.subjects(policy) & pods
    destinations = ours if rule.direction is Direction.INGRESS else theirs_too
    return bool(ours) and any(
        survey.ports_to(rule, pod) & survey.ports_to(answer, pod)
        for pod in _told_apart(destinations, rule, answer)
    )


def _told_apart(pods: PodSet, *rules: Rule) -> Iterable[Pod]:
    """Return destinations that stand for all: one, unless a port name can differ between them."""
    named = any(isinstance(port.port, str) for rule in rules for port in rule.ports)
    return pods if named else islice(pods, 1)


OF_POLICIES = (one_sided,)
