"""NP313: webhooks and the like, which the API server calls from outside the pod network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from netpol_lab.checks.lint.context import Context
from netpol_lab.checks.lint.findings import Finding
from netpol_lab.checks.lint.probes import with_strangers
from netpol_lab.checks.lint.witnesses import OPENS, difference
from netpol_lab.engine.service_targets import target_port
from netpol_lab.model import policy_parts as parts
from netpol_lab.model.callbacks import Callback
from netpol_lab.model.objects import Direction, Peer, Pod, Policy, PolicyPort, Rule
from netpol_lab.model.ports import Protocol

INGRESS, TCP = Direction.INGRESS, Protocol.TCP
_TUNNELS = ("konnectivity", "tunnelfront")  # whose pods bring calls of the API server, in places


class Call(NamedTuple):
    """A call of the API server, and where it arrives."""

    callback: Callback
    pod: Pod
    port: int


def calls(context: Context) -> Iterator[Call]:
    """Yield the calls of the API server that arrive at pods, which have an own address."""
    for callback in context.cluster.callbacks:
        service = context.services.get(callback.service)
        for offered in service.ports if service else ():
            if service is None or (offered.port, offered.protocol) != (callback.port, TCP):
                continue
            for pod in context.behind(service) - context.on_hosts:
                number = target_port(offered, pod)
                if number is not None:
                    yield Call(callback, pod, number)


def is_called(context: Context, pods: Iterable[Pod], ports: Iterable[PolicyPort]) -> bool:
    """Say whether some ports are all those at which the API server calls some of the pods."""
    known, wanted = {(call.pod, call.port) for call in calls(context)}, [*ports]
    return bool(wanted) and all(
        any((pod, port.port) in known or (pod, _number(pod, port)) in known for pod in pods)
        for port in wanted
    )


def _number(pod: Pod, port: PolicyPort) -> int | None:
    found = (p.port for p in pod.ports if (p.name, p.protocol) == (port.port, port.protocol))
    return next(found, None)


def unreachable(context: Context) -> Iterator[Finding]:
    """NP313: selectors match pods only, and the API server is none (SEM-23)."""
    told: set[tuple[str, str, int]] = set()
    for call in calls(context):
        callback, pod, port = call
        isolating = context.resolution.isolating(pod, INGRESS)
        once = (callback.service, pod.namespace, port)
        if not isolating or once in told or _is_admitted(context, call):
            continue
        policy, rule = _nearest(context, isolating, call)
        added = PolicyPort(TCP, port)
        wider, more = parts.with_one_more(policy, INGRESS, ports=(added,))
        variant = context.instead(policy, wider)
        probes = with_strangers(context, INGRESS, context.set_of([pod]), more)
        change = f"with a rule for {added} without from"
        if witness := difference(context, probes, variant, change, OPENS):
            told.add(once)
            message = (
                f"the API server calls Service {callback.service} ({callback}), so it connects to "
                f"{pod} on {added}, from the address of a node or from outside the cluster. "
                "Selectors match only pods, and no rule admits addresses on that port."
            )
            hint = (
                f"add an ingress rule with {added} and no from, or with an ipBlock for the API "
                "server; if its calls come through pods (Konnectivity), choose those"
            )
            path = rule.path if rule else "spec.ingress"
            yield context.finding("NP313", policy, message, hint, path, witness)


def _is_admitted(context: Context, call: Call) -> bool:
    """Say whether a rule admits addresses on a port, or the pods of a known tunnel."""
    rules = context.rules_for(INGRESS, context.set_of([call.pod]))
    for policy, rule in rules:
        if (TCP, call.port) in context.ports_to(rule, call.pod):
            matched = context.peers(policy, *rule.peers)
            if matched.has_addresses or any(map(_is_tunnel, rule.peers)):
                return True
    return False


def _is_tunnel(peer: Peer) -> bool:
    wanted = peer.pod_selector.requirements if peer.pod_selector else ()
    values = (value for r in wanted for value in r.values)
    return any(name in value for value in values for name in _TUNNELS)


def _nearest(
    context: Context, isolating: Iterable[Policy], call: Call
) -> tuple[Policy, Rule | None]:
    """Return a policy that isolates the pod, with a rule that opens the port to others if any."""
    policies = [*isolating]
    for policy in policies:
        for rule in policy.rules(INGRESS):
            if (TCP, call.port) in context.ports_to(rule, call.pod):
                return policy, rule
    return policies[0], None


OF_CLUSTERS = (unreachable,)
