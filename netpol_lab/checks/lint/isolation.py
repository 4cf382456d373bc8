"""NP1xx: who is isolated, in which direction, and who was forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import reduce
from itertools import chain
from operator import or_

from netpol_lab.checks.lint.absent.unseen import may_have_unseen_pods
from netpol_lab.checks.lint.codes import Severity
from netpol_lab.checks.lint.context import Context
from netpol_lab.checks.lint.findings import Finding, Witness
from netpol_lab.checks.lint.meant import SYSTEM_NAMESPACES, labels_meant, one_by_one
from netpol_lab.checks.lint.probes import admitted, with_anybody
from netpol_lab.checks.lint.witnesses import CLOSES, OPENS, Turn, difference, stands
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.tiers import subjects
from netpol_lab.errors import counted, is_slip, some
from netpol_lab.manifests.pods.workloads import JOBS
from netpol_lab.manifests.to_model import DEFAULT_NAMESPACE
from netpol_lab.model.cluster_policies import Action
from netpol_lab.model.objects import Direction, Pod, Policy
from netpol_lab.model.policy_parts import is_empty
from netpol_lab.model.selectors import Selector

INGRESS, EGRESS = Direction.INGRESS, Direction.EGRESS

SYSTEM = ("kube-system", "kube-public", "kube-node-lease")  # rarely anybody's to lock down


def unlisted_rules(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP101: rules whose direction is not in policyTypes do nothing (SEM-16)."""
    for direction in Direction:
        rules = policy.rules(direction)
        if direction in policy.policy_types or not rules:
            continue
        listed = replace(policy, policy_types=(*policy.policy_types, direction))
        change = f"with {direction.value} listed"
        witness = _with_types(context, policy, listed, direction, change, CLOSES)
        if witness is None:
            probes = chain.from_iterable(admitted(context, policy, rule) for rule in rules)
            witness = difference(context, probes, context.instead(policy, listed), change, OPENS)
        if stands(context, policy, witness):
            message = (
                f"policyTypes does not list {direction.value}, so the {direction} rules are "
                f"stored and ignored: this policy isolates no pod for {direction}."
            )
            hint = f"add {direction.value} to policyTypes, or remove the {direction} rules"
            yield context.finding("NP101", policy, message, hint, f"spec.{direction}", witness)


def _with_types(
    context: Context, policy: Policy, other: Policy, direction: Direction, change: str, turn: Turn
) -> Witness | None:
    """Return a flow that a policy with other policyTypes in its place would open or close."""
    probes = with_anybody(context, direction, context.subjects(policy))
    return difference(context, probes, context.instead(policy, other), change, turn)


def egress_isolates_ingress(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP102: without policyTypes, Ingress is always among them (DEF-01)."""
    if policy.types_written or not policy.egress or policy.ingress is not None:
        return
    meant = replace(policy, policy_types=(EGRESS,), types_written=True)
    witness = _with_types(context, policy, meant, INGRESS, "with policyTypes: [Egress]", OPENS)
    if stands(context, policy, witness):
        message = (
            "policyTypes is left out, which means Ingress and, as there are egress rules, Egress: "
            "this policy lets nothing connect to its pods."
        )
        hint = "write policyTypes: [Egress], or [Ingress, Egress] if that is meant"
        yield context.finding("NP102", policy, message, hint, "spec.egress", witness)


def idle_empty_egress(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP103: an empty egress list isolates only where Egress is listed (DEF-01)."""
    if policy.egress != () or EGRESS in policy.policy_types:
        return
    listed = replace(policy, policy_types=(*policy.policy_types, EGRESS))
    witness = _with_types(context, policy, listed, EGRESS, "with Egress listed", CLOSES)
    if stands(context, policy, witness):
        message = (
            "egress: [] looks like a ban, but policyTypes does not list Egress, so this policy "
            "restricts no connection that its pods open."
        )
        hint = "write policyTypes: [Ingress, Egress], or remove the empty list"
        yield context.finding("NP103", policy, message, hint, "spec.egress", witness)


def listed_without_rules(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP104: a listed direction without rules denies all; beside rules that may be an accident."""
    for direction in policy.policy_types if policy.types_written else ():
        section = policy.ingress if direction is INGRESS else policy.egress
        types = tuple(d for d in policy.policy_types if d is not direction)
        if section is not None or not types or not policy.rules(direction.opposite):
            continue
        beside = (p for p in context.policies_of[policy.namespace] if p is not policy)
        alone = context.subjects(policy) - context.isolated_by(beside, direction)
        if direction is INGRESS and all(map(_only_runs, alone)):
            continue
        probes = with_anybody(context, direction, alone)
        unlisted = context.instead(policy, replace(policy, policy_types=types))
        change = f"without {direction.value} in policyTypes"
        if witness := difference(context, probes, unlisted, change, OPENS):
            message = (
                f"policyTypes lists {direction.value} and there are no {direction} rules: its "
                f"pods may {'receive' if direction is INGRESS else 'open'} no connection at all."
            )
            hint = (
                f"if that is meant, write {direction}: [] so that it shows; otherwise remove "
                f"{direction.value} from policyTypes or add rules"
            )
            yield context.finding("NP104", policy, message, hint, "spec.policyTypes", witness)


def _only_runs(pod: Pod) -> bool:
    """Say whether a pod does a job and listens nowhere, so that a ban on ingress is meant."""
    return not pod.ports and pod.workload is not None and pod.workload.kind in JOBS


def empty_namespace(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP107: a policy applies only to pods of its own namespace (SEM-06)."""
    here = policy.namespace
    if context.pods_of(here) or not context.everyone:
        return
    if here == _PLACEHOLDER:
        yield from _said_once(context, policy, *_of_placeholder(context, policy))
        return
    if may_have_unseen_pods(context, here):
        return
    by_default = (
        "; objects that name no namespace are taken to be there: --namespace says where"
        if here == DEFAULT_NAMESPACE
        else ""
    )
    operated = any(maker.permitted and not maker.namespace for maker in context.cluster.pod_makers)
    if not operated and (meant := _where_meant(context, policy)):
        message = (
            f"there is no running pod in namespace {here}, and a policy selects only pods of its "
            "own namespace."
        )
        hint = f"check metadata.namespace: {meant}{by_default}"
        yield context.finding("NP107", policy, message, hint, "metadata.namespace")
        return
    many = counted(len(context.policies_of[here]), "policy", "policies")
    message = (
        f"no running pod of namespace {here} is among the manifests, so that it cannot be seen "
        f"what {many} there would select."
    )
    unread = next((file.name for file in context.cluster.unread if here in file.words), "")
    if unread:
        message += f" They may come from {unread}, which is not read."
    what = f"what {unread} makes" if unread else "what runs there"
    hint = f"name {what} as well, or check metadata.namespace{by_default}"
    yield from _said_once(context, policy, message, hint)


def _said_once(context: Context, policy: Policy, message: str, hint: str) -> Iterator[Finding]:
    """Yield a note for all policies of a namespace, with the first of them."""
    about = f"namespace {policy.namespace}"
    if about not in context.told:
        context.told.add(about)
        found = context.finding("NP107", policy, message, hint, "metadata.namespace")
        yield replace(found, severity=Severity.NOTE)


_PLACEHOLDER = "system"  # of kubebuilder, for the namespace that its config/default sets


def _of_placeholder(context: Context, policy: Policy) -> tuple[str, str]:
    """Return what is the matter with a policy that Kustomize should move, and a hint."""
    wanted = policy.pod_selector
    message = (
        f"namespace {policy.namespace} stands for the one that a kustomization sets, and none here "
        "takes this policy in and sets one: it protects no pod."
    )
    hint = "list its folder in the resources of the kustomization that sets the namespace"
    if wanted.requirements and not context.pod_index.labelled(wanted):
        near = _nearly(context, wanted)
        message += f" Nor does any pod here have {wanted}."
        hint += f"; nearest is {some(_owners(near))}: {labels_meant(context, wanted, near).words}"
    return message, hint


def _nearly(context: Context, wanted: Selector) -> PodSet:
    """Return the pods that meet all of a selector but one requirement; all, if none do."""
    apart = (
        context.pod_index.labelled(rest) for _, rest in one_by_one(wanted) if rest.requirements
    )
    return next((pods for pods in apart if pods), context.everyone)


def _where_meant(context: Context, policy: Policy) -> str:
    """Return which other namespace a policy was meant for, in words: by its pods, or its name."""
    wanted, here = policy.pod_selector, policy.namespace
    if wanted.requirements and (alike := context.pod_index.labelled(wanted)):
        return f"pods with {wanted} run in {some(sorted({pod.namespace for pod in alike}))}"
    known = [name for name in context.cluster.namespaces if context.pods_of(name)]
    close = [name for name in known if here not in SYSTEM_NAMESPACES and is_slip(here, name)]
    return f"did you mean {some(close)}?" if close else ""


# ---------------------------------------------------------------- pods and namespaces left out


def forgotten_pods(context: Context) -> Iterator[Finding]:
    """NP105: a pod that no policy selects stays open both ways (SEM-02)."""
    for namespace, policies in context.policies_of.items():
        if namespace in context.cluster.unbuilt:  # there may be a default deny that is not in sight
            continue
        selected = context.selected_by(policies)
        if left := context.pods_of(namespace) - selected - _exempted(context):
            who = some(_owners(left, selected))
            message = (
                f"no policy of namespace {namespace} selects {who}: nothing limits "
                "what comes in there, or what is opened from there."
            )
            yield from _left_open("NP105", context, left, message)


OFTEN = 3  # times as many namespaces have policies as have none


def forgotten_namespaces(context: Context) -> Iterator[Finding]:
    """NP106: the few namespaces without any policy, where most have some."""
    bare = context.cluster.namespaces.keys() - context.policies_of.keys() - {*SYSTEM}
    bare -= context.cluster.unbuilt
    pods = {name: context.pods_of(name) - _exempted(context) for name in context.cluster.namespaces}
    empty = [name for name in pods if name in bare and pods[name]]
    restricted = (policies for policies in context.policies_of.values() if _restricts(policies))
    if len([*restricted]) < OFTEN * len(empty):
        return
    for name in empty:
        message = f"namespace {name} has pods and no policy at all, unlike most namespaces here."
        yield from _left_open("NP106", context, pods[name], message)


def _exempted(context: Context) -> PodSet:
    """Return the pods that no default deny is for: on their node's network, or limited above."""
    denying = (
        policy
        for policy in context.cluster.cluster_policies
        if policy.is_usable
        if any(rule.action is Action.DENY for rule in (*policy.ingress, *policy.egress))
    )
    found = (subjects(context.resolution, policy) for policy in denying)
    return reduce(or_, found, context.on_hosts)


def _restricts(policies: Iterable[Policy]) -> bool:
    """Say whether one of some policies does not admit everything (SEM-11)."""
    return any(not any(map(is_empty, p.rules(d))) for p in policies for d in p.policy_types)


def _left_open(code: str, context: Context, pods: PodSet, message: str) -> Iterator[Finding]:
    """Yield a finding about pods of one namespace that a default deny would protect."""
    pod = next(iter(pods))
    policy = Policy(pod.namespace, "default-deny", Selector(), (INGRESS,))
    probes = with_anybody(context, INGRESS, pods)
    change = "with a default deny for ingress in the namespace"
    if witness := difference(context, probes, context.together_with(policy), change, CLOSES):
        hint = "add a default deny (podSelector: {}), then allow what is needed"
        about = pod if code == "NP105" else context.cluster.namespaces[pod.namespace]
        yield context.finding(code, about, message, hint, witness=witness)


def _owners(pods: Iterable[Pod], others: Iterable[Pod] = ()) -> list[str]:
    """Return the pods' names, those of one workload as one, unless others of it are not meant."""
    split = {None, *(pod.workload for pod in others)}
    words = (f"pod {p.name}" if p.workload in split else str(p.workload) for p in pods)
    return list(dict.fromkeys(words))


def host_network(context: Context) -> Iterator[Finding]:
    """NP108: Kubernetes leaves open what a policy means for hostNetwork pods (SEM-54)."""
    for namespace, policies in context.policies_of.items():
        selected = context.selected_by(policies) & context.on_hosts
        if not selected or context.assumptions.host_network_as_pods is not None:
            continue
        probes = chain.from_iterable(with_anybody(context, d, selected) for d in Direction)
        change = "without the policies of the namespace"
        variant, turns = context.without(*policies), ((None, True), (None, False))
        if witness := difference(context, probes, variant, change, *turns):
            message = (
                f"policies of namespace {namespace} select {some(_owners(selected))} with "
                "hostNetwork. Most plugins do not apply policies to such pods, some do, and "
                "Kubernetes leaves it open."
            )
            hint = "protect the node's ports by other means, or run without hostNetwork"
            yield context.finding("NP108", next(iter(selected)), message, hint, witness=witness)


OF_POLICIES = (
    unlisted_rules,
    egress_isolates_ingress,
    idle_empty_egress,
    listed_without_rules,
    empty_namespace,
)
OF_CLUSTERS = (forgotten_pods, forgotten_namespaces, host_network)
