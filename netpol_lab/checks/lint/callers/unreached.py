"""NP603: a port of a Service that no pod may call."""

from __future__ import annotations

from collections.abc import Iterator, Set
from functools import reduce
from operator import or_
from typing import NamedTuple

from netpol_lab.checks.lint.absent.unseen import may_be_unseen, may_have_unseen_pods
from netpol_lab.checks.lint.callers.settings import denied_calls, shut_calls
from netpol_lab.checks.lint.callers.ways import (
    INGRESS,
    Way,
    admitting,
    arrives_at,
    closest,
    ports_in_words,
    shut_ways,
)
from netpol_lab.checks.lint.context import Context, names_in
from netpol_lab.checks.lint.findings import Finding, Witness
from netpol_lab.checks.lint.probes import between
from netpol_lab.checks.lint.rules import tells_apart
from netpol_lab.checks.lint.witnesses import OPENS, difference
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.errors import some
from netpol_lab.model import policy_parts as parts
from netpol_lab.model.objects import Direction, Peer, Policy, Rule
from netpol_lab.model.selectors import Selector
from netpol_lab.model.services import Service, ServicePort

EGRESS = Direction.EGRESS
_Called = Set[tuple[str, int | str]]  # Services with a port, by number or name


class _Unreached(NamedTuple):
    """Where ports of a Service lead that no pod may call, and whom the rules there admit."""

    service: Service
    ways: list[Way]
    admitted: PodSet
    is_for_some: bool  # whether a rule there is for pods in particular


def out_of_reach(context: Context) -> Iterator[Finding]:
    """NP604, and NP603 of what no settings name and nobody outside is meant to call."""
    calls = [*denied_calls(context)]
    yield from shut_calls(context, calls)
    cluster = context.cluster
    others = {(str(call.service), call.port.port) for call in calls}
    others |= {(callback.service, callback.port) for callback in cluster.callbacks}
    yield from _unreached(context, others | {(b.service, b.port) for b in cluster.backends})


def _unreached(context: Context, told: _Called) -> Iterator[Finding]:
    """NP603: all pods behind it are isolated, and whom their rules admit is not let out to them."""
    alike: dict[tuple[Policy, str, tuple[str, ...]], list[_Unreached]] = {}
    seen: set[tuple[str, int]] = set()
    for one in _shut_services(context, told):
        places = {(str(way.pod), way.number) for way in one.ways}
        if places - seen:
            seen |= places
            policy, path = closest(context, one.ways[0].pod, INGRESS, one.ways[0])
            alike.setdefault((policy, path, tuple(map(str, one.admitted))), []).append(one)
    for (policy, path, callers), found in alike.items():
        ways = [way for one in found for way in one.ways]
        if witness := _with_rules(context, found[0]):
            said = f"no pod can reach {some(_with_ports(one) for one in found)}: "
            ports, goes_out = ports_in_words(ways), _let_out(context, found[0].ways)
            otherwise = "; if nobody does, no Service needs to offer it"
            if callers:
                said += f"only {some(callers)} may come in there, and may not go out to it."
                hint = f"add an egress rule with {ports} for whoever calls it{otherwise}"
            else:
                said += "the pods behind it are isolated, and no rule admits another pod there."
                known = f", such as {some(goes_out)}, which may go out to it" if goes_out else ""
                hint = f"add an ingress rule with {ports} for whoever calls it{known or otherwise}"
            yield context.finding("NP603", policy, said, hint, path, witness)


def _shut_services(context: Context, told: _Called) -> Iterator[_Unreached]:
    """Yield the Services that no pod may call, with the ports that it is about."""
    for service in context.cluster.services:
        names = {(str(service), name) for port in service.ports for name in (port.port, port.name)}
        if service.exposed_by or service.external_name or names & told:
            continue
        each = [_shut(context, service, port) for port in service.ports if _is_met(service, port)]
        shut = [one for one in each if one is not None]
        # One that is open is for calls; others may be nobody's, unless a rule names who calls.
        found = shut if len(shut) == len(each) else [one for one in shut if one.is_for_some]
        if found:
            ways = [way for one in found for way in one.ways]
            callers = reduce(or_, (one.admitted for one in found)) - _like(context, ways)
            yield found[0]._replace(ways=ways, admitted=callers)


def _is_met(service: Service, port: ServicePort) -> bool:
    """Say whether a port is where calls arrive: a headless Service leads to pods and maps none."""
    return not service.headless or port.target in (None, port.port)


def _shut(context: Context, service: Service, port: ServicePort) -> _Unreached | None:
    """Return where a port leads if no pod may call it, nor any that the manifests may lack."""
    ways, admitted = shut_ways(context, service, [port]), PodSet(context.pod_index)
    named = False
    for policy, rule in admitting(context, ways):
        matched = context.peers(policy, *rule.peers)
        if matched.has_addresses:
            return None
        if any(_may_be_others(context, policy, peer) for peer in rule.peers):
            return None
        if policy.pod_selector.requirements and not matched.pods:
            return None  # what it lacks is told of the rule itself
        admitted |= matched.pods
        named = named or (bool(matched.pods) and all(map(tells_apart, rule.peers)))
    if not _have_rules(context, ways) or _goes_out(context, service, ways, admitted):
        return None
    return _Unreached(service, ways, admitted, named)


def _have_rules(context: Context, ways: list[Way]) -> bool:
    """Say whether somebody has said who may call some pods: a default deny says nothing yet."""
    isolating = (context.resolution.isolating(way.pod, INGRESS) for way in ways)
    return any(policy.rules(INGRESS) for policies in isolating for policy in policies)


def _may_be_others(context: Context, policy: Policy, peer: Peer) -> bool:
    """Say whether a peer may match pods that the manifests do not show."""
    chosen = peer.namespace_selector
    homes = {policy.namespace} if chosen is None else names_in(chosen)
    unknown = not homes or any(not context.pods_of(name) for name in homes)
    unknown = unknown or any(may_have_unseen_pods(context, name) for name in homes)
    return unknown or may_be_unseen(context, policy, peer)


def _goes_out(context: Context, service: Service, ways: list[Way], admitted: PodSet) -> bool:
    """Say whether one of the pods that are let in may be let out there as well.

    Replicas call each other by a Service without an address, and hardly by another one.
    """
    callers = admitted if service.headless else admitted - _like(context, ways)
    if callers & context.on_hosts or callers - context.isolated[EGRESS]:
        return True
    there = context.set_of(way.pod for way in ways)
    for policy, rule in context.rules_for(EGRESS, callers):
        matched = context.peers(policy, *rule.peers)
        reached = matched.has_addresses or matched.pods & there
        ports = (context.ports_to(rule, way.pod) for way in ways)
        if reached and any((w.protocol, w.number) in p for w, p in zip(ways, ports, strict=True)):
            return True
    return False


def _like(context: Context, ways: list[Way]) -> PodSet:
    """Return the pods behind a Service, and the other replicas of their workloads."""
    own = {(way.pod.namespace, way.pod.workload or way.pod.name) for way in ways}
    here = context.pods_of(ways[0].pod.namespace)
    return context.set_of(p for p in here if (p.namespace, p.workload or p.name) in own)


def _with_ports(shut: _Unreached) -> str:
    """Return a Service in words, with the ports that nobody reaches unless they are all it has."""
    service, ways, *_ = shut
    numbers = {(way.protocol, way.number) for way in ways}
    meant = [
        f"{port.protocol} {port.port}"
        for port in service.ports
        if any((port.protocol, arrives_at(service, port, way.pod)) in numbers for way in ways)
    ]
    return f"Service {service}{f' on {some(meant)}' if len(meant) < len(service.ports) else ''}"


def _let_out(context: Context, ways: list[Way]) -> PodSet:
    """Return the pods that egress rules for particular pods let out there: they are to call."""
    found, there = context.set_of(()), context.set_of(way.pod for way in ways)
    for policy, rule in context.rules_for(EGRESS, context.isolated[EGRESS]):
        matched = context.peers(policy, *rule.peers)
        if matched.has_addresses or not matched.pods & there:
            continue
        ports = ((context.ports_to(rule, way.pod), (way.protocol, way.number)) for way in ways)
        if all(map(tells_apart, rule.peers)) and any(number in own for own, number in ports):
            found |= context.subjects(policy)
    return found - _like(context, ways)


def _with_rules(context: Context, shut: _Unreached) -> Witness | None:
    """Return a flow to a Service's pods that rules for its port would let through."""
    service, ways, callers, _ = shut
    here = context.pods_of(service.namespace) - _like(context, ways)
    sources = callers or _let_out(context, ways) or here
    sources = sources or context.everyone - _like(context, ways)
    source = next(iter((sources - context.isolated[EGRESS]) or sources), None)
    if source is None:
        return None
    ports = tuple(dict.fromkeys(way.port for way in ways if way.pod is ways[0].pod))
    into, out = Rule(INGRESS, 0, ports=ports), Rule(EGRESS, 0, ports=ports)
    policies = [_policy(service.namespace, service.selector, into)]
    if source in context.isolated[EGRESS]:
        policies.append(_policy(source.namespace, Selector(), out))
    variant = context.cluster.with_policies([*context.cluster.policies, *policies])
    pods = context.set_of([ways[0].pod]), context.set_of([source])
    change = (
        "with rules for it at both ends" if len(policies) > 1 else "with an ingress rule for it"
    )
    return difference(context, between(context, INGRESS, *pods, into), variant, change, OPENS)


def _policy(namespace: str, selector: Selector | None, rule: Rule) -> Policy:
    bare = Policy(namespace, "for-the-service", selector or Selector(), (rule.direction,))
    return parts.with_rules(bare, rule.direction, [rule])


OF_CLUSTERS = (out_of_reach,)
