"""NP301 to NP303 and NP308: rules and their ports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice, pairwise

from netpol_lab.checks.lint.context import Probe, Survey
from netpol_lab.checks.lint.dns import is_for_dns
from netpol_lab.checks.lint.findings import Suspicion
from netpol_lab.checks.lint.probes import MOST_ENDS, admitted, between, with_strangers
from netpol_lab.checks.lint.witnesses import CLOSES, OPENS, Witness, difference, stands
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.semantics import ports_at, target_port
from netpol_lab.errors import near
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import ContainerPort, Direction, Policy, PolicyPort, Rule, Service
from netpol_lab.model.policy_parts import (
    list_of_peers,
    listed_ports,
    port_path,
    selectors_of,
    with_port,
    with_rule,
    with_rules,
)

EGRESS = Direction.EGRESS

# ---------------------------------------------------------------- dashes


def stray_dash(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP301: peers in one rule and ports in the next, which are alternatives (SEM-14)."""
    for direction in policy.policy_types:
        for first, second in pairwise(policy.rules(direction)):
            parts = _split(first, second)
            if parts is None or (direction is EGRESS and is_for_dns(parts[1].ports)):
                continue
            peers, ports = parts
            joined = with_rule(with_rule(policy, second), first, replace(peers, ports=ports.ports))
            probes = chain(
                with_strangers(survey, direction, survey.subjects(policy), ports),
                between(survey, direction, survey.subjects(policy), survey.everyone, ports),
                admitted(survey, policy, peers),
            )
            variant = survey.instead(policy, joined)
            change = "with peers and ports in one rule"
            witness = difference(survey, probes, variant, change, CLOSES)
            if stands(survey, policy, witness):
                yield _suspected_dash(policy, peers, ports, second, witness)


def _split(first: Rule, second: Rule) -> tuple[Rule, Rule] | None:
    """Return the rule with only peers and the one with only ports, if two rules are such."""
    for peers, ports in ((first, second), (second, first)):
        if names_peers(peers) and not peers.ports and ports.ports and not ports.peers:
            return peers, ports
    return None


def names_peers(rule: Rule) -> bool:
    """Say whether a rule tells some peers from others; all pods of a namespace may be meant."""
    return any(
        peer.ip_block is not None or any(s.requirements for s in selectors_of(peer).values())
        for peer in rule.peers
    )


def _suspected_dash(
    policy: Policy, peers: Rule, ports: Rule, second: Rule, witness: Witness | None
) -> Suspicion:
    name = list_of_peers(peers)
    message = (
        f"rule {peers.number} has only {name} and rule {ports.number} only ports. Rules are "
        f"alternatives: rule {peers.number} admits its peers on every port, rule {ports.number} "
        f"everybody on {', '.join(map(str, ports.ports))}."
    )
    hint = f"remove this dash, so that one rule has both {name} and ports"
    return Suspicion("NP301", policy, message, hint, second.path, witness)


def open_beside(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP308: a rule for ingress with ports alone, where the others say from whom (SEM-12)."""
    rules = policy.rules(Direction.INGRESS) if Direction.INGRESS in policy.policy_types else ()
    dashes = {id(rule) for pair in pairwise(rules) for rule in _split(*pair) or ()}
    for rule in rules:
        if rule.peers or not rule.ports or id(rule) in dashes or not any(map(names_peers, rules)):
            continue
        variant = survey.instead(policy, with_rule(policy, rule))
        probes = with_strangers(survey, rule.direction, survey.subjects(policy), rule)
        if witness := difference(survey, probes, variant, "without this rule", CLOSES):
            message = (
                "this rule has no from, which admits everybody on its ports, also from outside "
                "the cluster; the other rules say from whom."
            )
            hint = "add from, if not everybody is meant"
            yield Suspicion("NP308", policy, message, hint, rule.path, witness)


# ---------------------------------------------------------------- ports and their names


def destinations(survey: Survey, policy: Policy, rule: Rule) -> PodSet:
    """Return the pods at which the ports of a rule are looked for."""
    if rule.direction is EGRESS:
        meant = survey.peers(policy, *rule.peers)
        return survey.everyone if meant.anyone else meant.pods
    return survey.subjects(policy)


def service_port(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP302: policies see the port of the pod, not that of the Service before it (SEM-53)."""
    for rule, i, entry in listed_ports(policy):
        if not isinstance(entry.port, int) or entry.end_port is not None:
            continue
        pods = destinations(survey, policy, rule)
        service, number = translated(survey, pods, entry)
        if service is None or any(_listens(pod.ports, entry) for pod in pods):
            continue
        meant = replace(entry, port=number)
        witness = if_written(survey, policy, rule, i, meant)
        if witness is not None:
            message = (
                f"{entry.port} is the port of Service {service}; a connection arrives at its pods "
                f"on {number}, and policies see that port."
            )
            hint = f"write port: {number}, or the name of the pods' port"
            yield Suspicion("NP302", policy, message, hint, port_path(rule, i), witness)


def translated(survey: Survey, pods: PodSet, entry: PolicyPort) -> tuple[Service | None, int]:
    """Return a Service whose port is asked for and becomes another one at some of the pods."""
    for service, offered in survey.offers.get((entry.port, entry.protocol), ()):
        for pod in islice(survey.behind(service) & pods, MOST_ENDS):
            number = target_port(offered, pod)
            if number is not None and number != entry.port:
                return service, number
    return None, 0


def _listens(declared: tuple[ContainerPort, ...], entry: PolicyPort) -> bool:
    return any((port.port, port.protocol) == (entry.port, entry.protocol) for port in declared)


def unknown_name(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP303: a port name is looked up at each destination; without it nothing is admitted."""
    for rule, i, entry in listed_ports(policy):
        if not isinstance(entry.port, str) or is_for_dns([entry]):
            continue
        pods = destinations(survey, policy, rule)
        blocks = rule.direction is EGRESS and survey.peers(policy, *rule.peers).blocks
        # Names in init containers count here, whatever the assumptions: plugins differ (SEM-56).
        if not (pods or blocks) or any(ports_at((entry,), pod.ports) for pod in pods):
            continue
        declared = [port for pod in islice(pods, MOST_ENDS) for port in pod.ports if port.name]
        meant = _name_meant(entry, declared)
        witness = if_written(survey, policy, rule, i, meant) if meant else None
        message = (
            f"no destination of this rule has a {entry.protocol} port called {entry.port}"
            f"{'' if pods else ': addresses have no port names'}, so it admits nothing."
        )
        names = ", ".join(dict.fromkeys(f"{p.name} ({p.protocol} {p.port})" for p in declared))
        hint = f"did you mean {meant}?" if meant else f"their named ports: {names or 'none'}"
        yield Suspicion("NP303", policy, message, hint, port_path(rule, i), witness)


def _name_meant(entry: PolicyPort, declared: list[ContainerPort]) -> PolicyPort | None:
    """Return the entry with the protocol or the name of a port that pods do have."""
    for port in declared:
        if port.name == entry.port:
            return replace(entry, protocol=port.protocol)
    names = [port.name for port in declared if port.protocol == entry.protocol]
    close = near(str(entry.port), names, most=1)
    return replace(entry, port=close[0]) if close else None


def if_written(
    survey: Survey, policy: Policy, rule: Rule, i: int, meant: PolicyPort
) -> Witness | None:
    """Return a flow that another entry in the place of one would let through."""
    probes = list(admitted(survey, policy, replace(rule, ports=(meant,))))
    variant = survey.instead(policy, with_port(policy, rule, i, meant))
    change = f"with {meant} in the rule"
    if witness := difference(survey, probes, variant, change, OPENS):
        return witness
    both = _at_both_ends(survey, variant, rule, i, meant, probes)
    return difference(survey, probes, both, f"with {meant} in the rules of both ends", OPENS)


def _at_both_ends(
    survey: Survey, variant: Cluster, rule: Rule, i: int, meant: PolicyPort, probes: list[Probe]
) -> Cluster:
    """Return a variant where the policies of the other ends say the same instead of one entry."""
    ends = {end for probe in probes for end in (probe.source, probe.destination)}
    others = survey.set_of(pod for pod in map(survey.pod, ends) if pod is not None)
    policies = (
        _rewritten(policy, rule.direction.opposite, rule.ports[i], meant)
        if survey.subjects(policy) & others
        else policy
        for policy in variant.policies
    )
    return variant.with_policies(policies)


def _rewritten(policy: Policy, direction: Direction, old: PolicyPort, new: PolicyPort) -> Policy:
    """Return a policy with another entry in the place of one in all rules of a direction."""
    rules = (
        replace(rule, ports=tuple(new if port == old else port for port in rule.ports))
        for rule in policy.rules(direction)
    )
    return with_rules(policy, direction, rules) if policy.rules(direction) else policy


OF_POLICIES = (stray_dash, open_beside, service_port, unknown_name)
