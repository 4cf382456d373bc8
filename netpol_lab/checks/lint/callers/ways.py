"""Where a port of a Service leads, and which rule there comes closest to letting somebody in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from netpol_lab.checks.lint.context import Context
from netpol_lab.engine.service_targets import target_port
from netpol_lab.errors import some
from netpol_lab.model.objects import Direction, Pod, Policy, PolicyPort, Rule
from netpol_lab.model.ports import Protocol
from netpol_lab.model.services import Service, ServicePort

INGRESS = Direction.INGRESS


class Way(NamedTuple):
    """A pod behind a Service, and the port at which it is called there."""

    pod: Pod
    protocol: Protocol
    number: int

    @property
    def port(self) -> PolicyPort:
        """Its port as a rule has it."""
        return PolicyPort(self.protocol, self.number)


def shut_ways(context: Context, service: Service, ports: Iterable[ServicePort]) -> list[Way]:
    """Return where some ports of a Service lead, if all of it is isolated for ingress.

    Nothing is returned where that is not sure: listed endpoints are no pods of the Service, and
    what policies mean for pods with hostNetwork is left open (SEM-54).
    """
    pods = context.behind(service)
    if service.endpoints or pods & context.on_hosts or pods - context.isolated[INGRESS]:
        return []
    found = ((port, pod, arrives_at(service, port, pod)) for port in ports for pod in pods)
    return [Way(pod, port.protocol, number) for port, pod, number in found if number is not None]


def arrives_at(service: Service, port: ServicePort, pod: Pod) -> int | None:
    """Return the port of a pod at which a call of a Service arrives (SEM-53)."""
    return port.port if service.headless else target_port(port, pod)


def admitting(context: Context, ways: Iterable[Way]) -> Iterator[tuple[Policy, Rule]]:
    """Yield the ingress rules that admit somebody on some of the ways."""
    for way in ways:
        for policy, rule in context.rules_for(INGRESS, context.set_of([way.pod])):
            if _has_port(context, rule, way):
                yield policy, rule


def closest(context: Context, pod: Pod, direction: Direction, way: Way) -> tuple[Policy, str]:
    """Return a policy that isolates a pod, and its part that comes closest to admitting a way.

    That is the rule that opens the port to most pods; else the policy that selects the fewest.
    """
    policies = context.resolution.isolating(pod, direction)
    rules = [
        (policy, rule)
        for policy in policies
        for rule in policy.rules(direction)
        if _has_port(context, rule, way)
    ]
    if rules:
        policy, rule = max(
            rules, key=lambda found: len(context.peers(found[0], *found[1].peers).pods)
        )
        return policy, rule.path
    return min(policies, key=lambda policy: len(context.subjects(policy))), f"spec.{direction}"


def _has_port(context: Context, rule: Rule, way: Way) -> bool:
    return (way.protocol, way.number) in context.ports_to(rule, way.pod)


def ports_in_words(ways: Iterable[Way]) -> str:
    """Return the ports of some ways, each once."""
    return some(dict.fromkeys(way.port for way in ways))
