"""NP1xx: who is isolated, in which direction, and who was forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from netpol_lab.checks.lint.context import Survey
from netpol_lab.checks.lint.findings import Suspicion, some
from netpol_lab.checks.lint.probes import admitted, with_anybody
from netpol_lab.checks.lint.witnesses import CLOSES, OPENS, difference, stands
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.model.objects import Direction, Pod, Policy, Selector

INGRESS, EGRESS = Direction.INGRESS, Direction.EGRESS

SYSTEM = ("kube-system", "kube-public", "kube-node-lease")  # rarely anybody's to lock down


def unlisted_rules(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP101: rules whose direction is not in policyTypes do nothing (SEM-16)."""
    for direction in Direction:
        if direction in policy.policy_types or not policy.rules(direction):
            continue
        listed = replace(policy, policy_types=(*policy.policy_types, direction))
        variant = survey.instead(policy, listed)
        anybody = with_anybody(survey, direction, survey.subjects(policy))
        rules = policy.rules(direction)
        meant = chain.from_iterable(admitted(survey, policy, rule) for rule in rules)
        change = f"with {direction.value} listed"
        witness = difference(survey, anybody, variant, change, CLOSES) or difference(
            survey, meant, variant, change, OPENS
        )
        if stands(survey, policy, witness):
            message = (
                f"policyTypes does not list {direction.value}, so the {direction} rules are "
                f"stored and ignored: this policy isolates no pod for {direction}."
            )
            hint = f"add {direction.value} to policyTypes, or remove the {direction} rules"
            yield Suspicion("NP101", policy, message, hint, f"spec.{direction}", witness)


def egress_isolates_ingress(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP102: without policyTypes, Ingress is always among them (DEF-01)."""
    if policy.types_written or not policy.egress or policy.ingress is not None:
        return
    meant = replace(policy, policy_types=(EGRESS,), types_written=True)
    probes = with_anybody(survey, INGRESS, survey.subjects(policy))
    change = "with policyTypes: [Egress]"
    witness = difference(survey, probes, survey.instead(policy, meant), change, OPENS)
    if stands(survey, policy, witness):
        message = (
            "policyTypes is left out, which means Ingress and, as there are egress rules, Egress: "
            "this policy lets nothing connect to its pods."
        )
        hint = "write policyTypes: [Egress], or [Ingress, Egress] if that is meant"
        yield Suspicion("NP102", policy, message, hint, "spec.egress", witness)


def idle_empty_egress(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP103: an empty egress list isolates only where Egress is listed (DEF-01)."""
    if policy.egress != () or EGRESS in policy.policy_types:
        return
    listed = replace(policy, policy_types=(*policy.policy_types, EGRESS))
    probes = with_anybody(survey, EGRESS, survey.subjects(policy))
    variant = survey.instead(policy, listed)
    witness = difference(survey, probes, variant, "with Egress listed", CLOSES)
    if stands(survey, policy, witness):
        message = (
            "egress: [] looks like a ban, but policyTypes does not list Egress, so this policy "
            "restricts no connection that its pods open."
        )
        hint = "write policyTypes: [Ingress, Egress], or remove the empty list"
        yield Suspicion("NP103", policy, message, hint, "spec.egress", witness)


def listed_without_rules(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP104: a listed direction without rules denies all; beside rules that may be an accident."""
    for direction in policy.policy_types if policy.types_written else ():
        section = policy.ingress if direction is INGRESS else policy.egress
        if section is not None or not policy.rules(direction.opposite):
            continue
        others = survey.isolated_by(survey.beside(policy), direction)
        types = tuple(d for d in policy.policy_types if d is not direction)
        if not types:
            continue
        unlisted = survey.instead(policy, replace(policy, policy_types=types))
        probes = with_anybody(survey, direction, survey.subjects(policy) - others)
        change = f"without {direction.value} in policyTypes"
        if witness := difference(survey, probes, unlisted, change, OPENS):
            message = (
                f"policyTypes lists {direction.value} and there is no {direction} section: its "
                f"pods may {'receive' if direction is INGRESS else 'open'} no connection at all."
            )
            hint = (
                f"if that is meant, write {direction}: [] so that it shows; otherwise remove "
                f"{direction.value} from policyTypes or add rules"
            )
            yield Suspicion("NP104", policy, message, hint, "spec.policyTypes", witness)


def empty_namespace(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP107: a policy reaches only pods of its own namespace (SEM-06)."""
    if survey.pods_of(policy.namespace) or not survey.everyone:
        return
    alike = survey.pod_index.labelled(policy.pod_selector)
    elsewhere = sorted({pod.namespace for pod in alike}) if policy.pod_selector.requirements else []
    message = (
        f"there is no running pod in namespace {policy.namespace}, and a policy selects only pods "
        "of its own namespace."
    )
    hint = "check metadata.namespace" + (
        f": pods with {policy.pod_selector} run in {some(elsewhere)}" if elsewhere else ""
    )
    yield Suspicion("NP107", policy, message, hint, "metadata.namespace")


# ---------------------------------------------------------------- pods and namespaces left out


def forgotten_pods(survey: Survey) -> Iterator[Suspicion]:
    """NP105: a pod that no policy selects stays open both ways (SEM-02)."""
    for namespace, policies in survey.policies_of.items():
        selected = survey.selected_by(policies)
        left = survey.pods_of(namespace) - selected - survey.on_hosts
        if not left:
            continue
        who = some(_owners(left, selected))
        message = (
            f"no policy of namespace {namespace} selects {who}: nothing limits "
            "what comes in there, or what is opened from there."
        )
        yield from _without_default_deny("NP105", survey, left, message)


OFTEN = 3  # times as many namespaces have policies as have none


def forgotten_namespaces(survey: Survey) -> Iterator[Suspicion]:
    """NP106: the few namespaces without any policy, where most have some."""
    empty = [
        name
        for name in survey.cluster.namespaces
        if name not in survey.policies_of
        and name not in SYSTEM
        and survey.pods_of(name) - survey.on_hosts
    ]
    if len(survey.policies_of) < OFTEN * len(empty):
        return
    for name in empty:
        message = f"namespace {name} has pods and no policy at all, unlike most namespaces here."
        left = survey.pods_of(name) - survey.on_hosts
        yield from _without_default_deny("NP106", survey, left, message)


def _without_default_deny(
    code: str, survey: Survey, pods: PodSet, message: str
) -> Iterator[Suspicion]:
    """Yield a suspicion about pods of one namespace that a default deny would protect."""
    pod = next(iter(pods))
    policy = Policy(pod.namespace, "default-deny", Selector(), (INGRESS,))
    variant = survey.together_with(policy)
    probes = with_anybody(survey, INGRESS, pods)
    change = "with a default deny for ingress in the namespace"
    if witness := difference(survey, probes, variant, change, CLOSES):
        hint = "add a default deny (podSelector: {}), then allow what is needed"
        about = pod if code == "NP105" else survey.cluster.namespaces[pod.namespace]
        yield Suspicion(code, about, message, hint, witness=witness)


def _owners(pods: Iterable[Pod], others: Iterable[Pod] = ()) -> list[str]:
    """Return the pods' names, those of one workload as one, unless others of it are not meant."""
    split = {None, *(pod.workload for pod in others)}
    words = (f"pod {p.name}" if p.workload in split else str(p.workload) for p in pods)
    return list(dict.fromkeys(words))


def host_network(survey: Survey) -> Iterator[Suspicion]:
    """NP108: Kubernetes leaves open what a policy means for hostNetwork pods (SEM-54)."""
    for namespace, policies in survey.policies_of.items():
        selected = survey.selected_by(policies) & survey.on_hosts
        if not selected or survey.assumptions.host_network_as_pods is not None:
            continue
        who = some(_owners(selected))
        message = (
            f"policies of namespace {namespace} select {who} with hostNetwork. Most plugins do "
            "not apply policies to such pods, some do, and Kubernetes leaves it open."
        )
        hint = "protect the node's ports by other means, or run without hostNetwork"
        probes = chain.from_iterable(with_anybody(survey, d, selected) for d in Direction)
        change = "without the policies of the namespace"
        variant = survey.without(*policies)
        witness = difference(survey, probes, variant, change, (None, True), (None, False))
        if witness:
            yield Suspicion("NP108", next(iter(selected)), message, hint, witness=witness)


OF_POLICIES = (
    unlisted_rules,
    egress_isolates_ingress,
    idle_empty_egress,
    listed_without_rules,
    empty_namespace,
)
OF_CLUSTERS = (forgotten_pods, forgotten_namespaces, host_network)
