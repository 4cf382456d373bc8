"""NP307 and NP309 to NP311: rules that nobody answers at the other end.

Either the other end's policies allow none of their flows, or nothing seems to listen there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice

from netpol_lab.checks.lint.context import Context
from netpol_lab.checks.lint.dns import is_for_dns
from netpol_lab.checks.lint.findings import Finding, Witness
from netpol_lab.checks.lint.hints import removing, without
from netpol_lab.checks.lint.probes import MOST_ENDS, between, by_rule
from netpol_lab.checks.lint.rules import destinations, if_written, tells_apart, translated
from netpol_lab.checks.lint.witnesses import OPENS, STAYS, difference
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.semantics import matches, namespaces_for
from netpol_lab.errors import some
from netpol_lab.model import policy_parts as parts
from netpol_lab.model.objects import Direction, Peer, Pod, Policy, PolicyPort, Rule
from netpol_lab.model.selectors import NAME_LABEL, Operator, Selector

EGRESS = Direction.EGRESS

# ---------------------------------------------------------------- the other end's policies


def one_sided(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP307 and NP309: both ends have to allow a flow, and one of them denies all (SEM-04)."""
    subjects = context.subjects(policy)
    for rule in parts.listed_rules(policy):
        other = rule.direction.opposite
        matched = context.peers(policy, *rule.peers)
        pods = _beyond(context, subjects, matched.pods)
        if matched.has_addresses or not pods or not subjects:
            continue
        if not all(is_here(context, peer) for peer in rule.peers):
            continue  # some whom it is about may not be among the manifests
        if _are_bystanders(context, policy, rule, pods):
            continue
        if pods - context.isolated[other] or (pods | subjects) & context.on_hosts:
            continue
        theirs = context.rules_for(other, pods)
        if any(_answers(context, rule, answer, pods, subjects) for answer in theirs):
            continue
        if witness := _with_both(context, policy, rule, pods):
            code = "NP307" if all(map(tells_apart, rule.peers)) else "NP309"
            if code == "NP309" and rule.direction is EGRESS and _lists_undeclared(rule, pods):
                continue  # it is for somebody who is not among the manifests
            message = (
                f"policies isolate {some(pods)} for {other}, and none of their {other} rules "
                "admits these flows."
            )
            hint = f"add the matching {other} rule at the other end"
            yield context.finding(code, policy, message, hint, rule.path, witness)


def is_here(context: Context, peer: Peer) -> bool:
    """Say whether a peer is confined to namespaces whose pods are among the manifests."""
    wanted = peer.namespace_selector
    if wanted is None:
        return True
    named = [r for r in wanted.requirements if r.operator is Operator.IN]
    names = [name for r in named if r.key == NAME_LABEL for name in r.values]
    known = bool(names) and all(map(context.pods_of, names))
    return known or any(r.key != NAME_LABEL for r in named)


def _beyond(context: Context, subjects: PodSet, pods: PodSet) -> PodSet:
    """Return the pods that are more than replicas of the one workload that is spoken of.

    Where they are all there is, the rule is about pods that are not among the manifests.
    """
    own = {(pod.namespace, pod.workload or pod.name) for pod in subjects}
    if len(own) > 1:
        return pods
    return context.set_of(p for p in pods if (p.namespace, p.workload or p.name) not in own)


_SCRAPED = re.compile("metric|monitor|observ|prom|telemetry")
_SCRAPES = re.compile("alloy|grafana-agent|metrics|prometheus|scrap|victoria|vmagent")


def _are_bystanders(context: Context, policy: Policy, rule: Rule, pods: PodSet) -> bool:
    """Say whether a rule for what scrapes, in whole namespaces, finds only other pods there.

    Each of them has a list of its own of what it may open, so that nothing holds for whoever comes.
    """
    whole = all(not peer.pod_selector or not peer.pod_selector.requirements for peer in rule.peers)
    if rule.direction is EGRESS or not whole or not _is_scraped(context, policy, rule):
        return False
    own = (p for p in context.cluster.policies if p.pod_selector.requirements)
    listing = context.isolated_by(own, EGRESS)
    return not pods - listing and not any(map(_may_scrape, pods))


def _is_scraped(context: Context, policy: Policy, rule: Rule) -> bool:
    """Say whether a rule is for metrics, by the names of its ports or of the namespaces."""
    chosen = (peer.namespace_selector for peer in rule.peers if peer.namespace_selector)
    values = (value for selector in chosen for r in selector.requirements for value in r.values)
    names = (
        port.name
        for pod in context.subjects(policy)
        for port in pod.ports
        if rule.ports and (port.protocol, port.port) in context.ports_to(rule, pod)
    )
    return any(map(_SCRAPED.search, chain(values, names)))


def _may_scrape(pod: Pod) -> bool:
    return any(map(_SCRAPES.search, (pod.name, *pod.labels.values())))


def _with_both(context: Context, policy: Policy, rule: Rule, pods: PodSet) -> Witness | None:
    """Return a flow that the rule admits, and that passes once the other end allows all."""
    other, namespace = rule.direction.opposite, next(iter(pods)).namespace
    bare = Policy(namespace, "allow-all", policy_types=(other,))
    variant = context.together_with(parts.with_rules(bare, other, [Rule(other, 0)]))
    probes = by_rule(context, policy, rule, pods & context.pods_of(namespace))
    return difference(context, probes, variant, f"if {namespace} allowed all {other}", OPENS)


def _answers(
    context: Context, rule: Rule, theirs: tuple[Policy, Rule], pods: PodSet, subjects: PodSet
) -> bool:
    """Say whether a rule of the other end may admit some of the same flows."""
    policy, answer = theirs
    if is_for_dns(answer.ports) and not is_for_dns(rule.ports):  # to anybody, and to nobody here
        return False
    matched = context.peers(policy, *answer.peers)
    ours = subjects if matched.has_addresses else matched.pods & subjects
    theirs_too = context.subjects(policy) & pods
    # One destination stands for all, unless a port name can differ between them.
    named = any(isinstance(port.port, str) for port in (*rule.ports, *answer.ports))
    reached = ours if rule.direction is Direction.INGRESS else theirs_too
    return bool(ours) and any(
        context.ports_to(rule, pod) & context.ports_to(answer, pod)
        for pod in (reached if named else islice(reached, 1))
    )


# ---------------------------------------------------------------- ports that no pod declares


def undeclared(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP310 and NP311: all destinations of a rule declare ports, and none of them the rule's."""
    for rule in parts.listed_rules(policy):
        matched, pods = context.peers(policy, *rule.peers), destinations(context, policy, rule)
        if rule.direction is EGRESS:
            outside = matched.has_addresses or not all(map(_names_pods, rule.peers))
            pods = context.set_of(()) if outside else pods
        if not pods or not _lists_undeclared(rule, pods):
            continue
        if not context.cluster.replaced.isdisjoint(_named(pods)):
            continue  # another variant may declare it
        asked = rule.peers if rule.direction is EGRESS else (Peer(policy.pod_selector),)
        if any(_may_be_refused(context, policy, peer) for peer in asked):
            continue
        if witness := _as_replies(context, policy, rule):
            message = (
                f"{some(rule.ports)} is where the sources of this rule listen, not its "
                "destinations: it looks like a rule for replies, which need none. Policies judge "
                "who opens a connection."
            )
            hint = f"{removing(policy, rule)}, unless its destinations listen there as well"
            yield context.finding("NP311", policy, message, hint, rule.path, witness)
        elif not _is_known_otherwise(context, policy, rule, pods):
            declared = list(dict.fromkeys(port for pod in pods for port in pod.ports))
            meant = PolicyPort(declared[0].protocol, declared[0].port)
            if witness := if_written(context, policy, rule, 0, meant):
                message = (
                    f"none of {some(pods)} declares a port that this rule admits. They need not "
                    "declare it, but all of them declare others."
                )
                spelt = some(f"{port.protocol} {port.port}" for port in declared)
                hint = f"check the number; they declare {spelt}"
                path = parts.port_path(rule, 0)
                yield context.finding("NP310", policy, message, hint, path, witness)


def _named(pods: PodSet) -> Iterator[str]:
    """Yield the kind, namespace and name of what makes some pods, or of a pod by itself."""
    for pod in pods:
        owner = pod.workload
        kind, name = (owner.kind, owner.name) if owner else ("Pod", pod.name)
        yield f"{kind} {pod.namespace}/{name}"


def _may_be_refused(context: Context, policy: Policy, peer: Peer) -> bool:
    """Say whether a workload that is refused, and so is not here, makes pods that a peer is for."""
    pods, homes = peer.pod_selector or Selector(), namespaces_for(peer, policy.namespace)
    return bool(context.cluster.refused) and any(
        matches(pods, maker.labels) and matches(homes, context.labels_of(maker.namespace))
        for maker in context.cluster.pod_makers
        if maker.labels and not maker.complete and "(" not in maker.kind
    )


def _names_pods(peer: Peer) -> bool:
    """Say whether a peer asks for labels of pods, so that it is about some in particular."""
    return peer.pod_selector is not None and bool(peer.pod_selector.requirements)


def _lists_undeclared(rule: Rule, pods: PodSet) -> bool:
    """Say whether a rule lists single numbers, not for DNS, and all pods declare only others."""
    alone = (isinstance(port.port, int) and port.end_port is None for port in rule.ports)
    if not rule.ports or not all(alone) or is_for_dns(rule.ports):
        return False
    asked = {port.port for port in rule.ports}
    if not all(pod.all_declare for pod in pods):
        return False  # a container that declares none may listen there
    return all(pod.ports and asked.isdisjoint(p.port for p in pod.ports) for pod in pods)


def _is_known_otherwise(context: Context, policy: Policy, rule: Rule, pods: PodSet) -> bool:
    """Say whether a Service explains a port, or another rule admits one that the pods declare.

    Who admits one that is declared may well know one that is not, such as that of an exporter.
    """
    explained = any(translated(context, pods, entry)[0] for entry in rule.ports)
    return (
        explained
        or _is_targeted(context, rule, pods)
        or any(
            (port.protocol, port.port) in context.ports_to(other, pod)
            for _, other in context.rules_for(rule.direction, context.subjects(policy))
            if other is not rule
            for pod in islice(pods, MOST_ENDS)
            for port in pod.ports
        )
    )


def _is_targeted(context: Context, rule: Rule, pods: PodSet) -> bool:
    """Say whether a Service leads to a port of a rule, so that somebody expects it to listen."""
    asked = {(entry.port, entry.protocol) for entry in rule.ports}
    return any(
        (port.target, port.protocol) in asked
        for service in context.cluster.services
        if context.behind(service) & pods
        for port in service.ports
    )


def _as_replies(context: Context, policy: Policy, rule: Rule) -> Witness | None:
    """Return a connection the other way round to whose replies all a rule says would fit.

    All its sources declare its ports and may be asked there by its destinations, with this rule or
    without it.
    """
    subjects, peers = context.subjects(policy), context.peers(policy, *rule.peers)
    sources = subjects if rule.direction is Direction.EGRESS else peers.pods
    asked = {(port.port, port.protocol) for port in rule.ports}
    declared = ({(port.port, port.protocol) for port in pod.ports} for pod in sources)
    if peers.has_addresses or not all(map(asked.issubset, declared)):
        return None
    probes = between(context, rule.direction.opposite, subjects, peers.pods, rule)
    variant = context.instead(policy, parts.with_rule(policy, rule))
    return difference(context, probes, variant, without(policy, rule), STAYS)


OF_POLICIES = (one_sided, undeclared)
