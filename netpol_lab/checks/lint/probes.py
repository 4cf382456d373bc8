"""Flows worth trying: between whom, and on which port, a difference is likely to show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import chain, islice
from operator import and_

from netpol_lab.checks.lint.context import Context, Probe
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.semantics import addresses_of, covers
from netpol_lab.model.addresses import Address
from netpol_lab.model.objects import Direction, IPBlock, Pod, Policy, Rule
from netpol_lab.model.ports import PortSet, Protocol

MOST_PROBES = 9  # flows that are tried before a difference is given up
MOST_ENDS = 3  # pods that are tried at each end

_COMMON = ((Protocol.TCP, 80), (Protocol.TCP, 443))  # ports, where a pod declares none


def between(
    context: Context,
    direction: Direction,
    subjects: PodSet,
    peers: PodSet | Sequence[Address],
    *rules: Rule,
) -> Iterator[Probe]:
    """Yield flows between subjects and peers.

    Parameters
    ----------
    context : Context
    direction : Direction
        The subjects' side.
    subjects : PodSet
    peers : PodSet or sequence of addresses
    *rules : Rule
        Only on ports that each of them allows.
    """
    other = direction.opposite
    for subject in _few(context, subjects, direction):
        ends = _few(context, peers, other) if isinstance(peers, PodSet) else peers
        for peer in ends:
            egress = direction is Direction.EGRESS
            source, destination = (subject, peer) if egress else (peer, subject)
            port = _usual_port(context, destination, rules)
            if port and source is not destination and _can_meet(source, destination):
                yield Probe(str(source), str(destination), port[1], port[0])


def _can_meet(*ends: Pod | Address) -> bool:
    """Say whether two ends share an address family, or one has no address that is known."""
    known = (end.known_addresses if isinstance(end, Pod) else (end,) for end in ends)
    first, second = ({address.version for address in own} for own in known)
    return not first or not second or bool(first & second)


def with_strangers(
    context: Context, direction: Direction, subjects: PodSet, *rules: Rule
) -> Iterator[Probe]:
    """Yield flows between subjects and an address outside the cluster."""
    for subject in _few(context, subjects, direction):
        known = next(iter(subject.known_addresses), None)
        stranger = context.strangers[known.version if known is not None else 4]
        yield from between(context, direction, context.set_of([subject]), [stranger], *rules)


def with_anybody(
    context: Context, direction: Direction, subjects: PodSet, *rules: Rule
) -> Iterator[Probe]:
    """Yield flows between subjects and all kinds of peers."""
    pods = between(context, direction, subjects, context.everyone, *rules)
    yield from islice(pods, MOST_PROBES - MOST_ENDS)
    yield from with_strangers(context, direction, subjects, *rules)


def by_rule(
    context: Context, policy: Policy, rule: Rule, peers: PodSet | Sequence[Address]
) -> Iterator[Probe]:
    """Yield flows between a policy's pods and peers, on ports that one of its rules allows."""
    return between(context, rule.direction, context.subjects(policy), peers, rule)


def arriving_at(
    context: Context, policy: Policy, rule: Rule, destinations: PodSet
) -> Iterator[Probe]:
    """Yield flows that a rule admits, at some of the destinations alone."""
    subjects, matched = context.subjects(policy), context.peers(policy, *rule.peers)
    peers = context.admitted_pods(policy, rule)
    if rule.direction is Direction.EGRESS:
        yield from between(context, rule.direction, subjects, peers & destinations, rule)
        return
    subjects &= destinations
    yield from between(context, rule.direction, subjects, peers, rule)
    if matched.anyone:
        yield from with_strangers(context, rule.direction, subjects, rule)
    inside = (_address_in(context, block) for block in matched.blocks)
    known = [a for a in inside if a is not None]
    yield from between(context, rule.direction, subjects, known, rule)


def admitted(context: Context, policy: Policy, rule: Rule) -> Iterator[Probe]:
    """Yield flows that a rule admits."""
    matched = context.peers(policy, *rule.peers)
    if matched.anyone:
        yield from with_anybody(context, rule.direction, context.subjects(policy), rule)
    yield from by_rule(context, policy, rule, matched.pods)
    inside = (_address_in(context, block) for block in matched.blocks)
    yield from by_rule(context, policy, rule, [a for a in inside if a is not None])


def _address_in(context: Context, block: IPBlock) -> Address | None:
    """Return an address of a block, of nobody in particular where possible."""
    stranger = context.strangers[block.cidr.version]
    if covers(block, stranger):
        return stranger
    firsts = (part.first for part in addresses_of(block))
    return next((address for address in firsts if not address.is_loopback), None)


def _few(context: Context, pods: PodSet, direction: Direction) -> Iterator[Pod]:
    """Yield some pods, first those that their own side lets through."""
    shut = context.isolated[direction] | context.on_hosts
    return islice(chain(pods - shut, pods & shut), MOST_ENDS)


def _usual_port(
    context: Context, destination: Pod | Address, rules: Sequence[Rule]
) -> tuple[Protocol, int] | None:
    """Return a port that all rules allow at a destination, one that is declared there if any is."""
    pod = destination if isinstance(destination, Pod) else None
    ports = reduce(and_, (context.ports_to(rule, pod) for rule in rules), PortSet.every())
    declared = ((port.protocol, port.port) for port in (pod.ports if pod else ()))
    likely = (port for port in chain(declared, _COMMON) if port in ports)
    lowest = ((protocol, low) for protocol, low, _ in ports.ranges)
    return next(chain(likely, lowest), None)
