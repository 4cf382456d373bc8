"""Whether one part of a policy lies within others, whatever pods there are.

Only the selectors themselves count: a rule that others cover only with the pods of today would be
missed tomorrow.
"""

from __future__ import annotations

from collections.abc import Iterable

from netpol_lab.checks.lint.context import Context
from netpol_lab.engine.semantics import addresses_of, matches, only_namespace, ports_at
from netpol_lab.model.intervals import without
from netpol_lab.model.objects import IPBlock, Peer, Policy, PolicyPort, Rule
from netpol_lab.model.ports import PortSet
from netpol_lab.model.selectors import Selector


def within(inner: Selector | None, outer: Selector | None) -> bool:
    """Say whether a selector can match only what another matches: it asks for all that and more."""
    asked = {*inner.requirements} if inner else set()
    return not outer or asked.issuperset(outer.requirements)


def covered_rule(context: Context, policy: Policy, rule: Rule, others: Iterable[Rule]) -> bool:
    """Say whether other rules of the same subjects admit all that a rule admits."""
    others = tuple(others)
    alone: list[tuple[PolicyPort, ...]] = [(entry,) for entry in rule.ports]
    for entries in alone or [()]:
        fitting = [o for o in others if covered_ports(context, policy, entries, o.ports)]
        if any(not other.peers for other in fitting):
            continue
        found = (peer for other in fitting for peer in other.peers)
        if not rule.peers or not covered_peers(context, policy, rule.peers, found):
            return False
    return True


def covered_ports(
    context: Context, policy: Policy, ports: tuple[PolicyPort, ...], by: tuple[PolicyPort, ...]
) -> bool:
    """Say whether ports are among others at every destination."""
    if not by or not ports:
        return not by
    end_port = context.assumptions.end_port
    everywhere = ports_at(by, (), end_port)  # whatever names a destination has
    return all(port in by or not _anywhere(port, end_port) - everywhere for port in ports)


def _anywhere(port: PolicyPort, end_port: bool) -> PortSet:
    """Return the ports that an entry may select at any destination; a name, all of its protocol."""
    if isinstance(port.port, str):
        return PortSet.every(port.protocol)
    return ports_at((port,), (), end_port)


def covered_peers(
    context: Context, policy: Policy, peers: Iterable[Peer], by: Iterable[Peer]
) -> bool:
    """Say whether each of some peers is covered by one of others, or by several blocks."""
    by = tuple(by)
    blocks = [peer.ip_block for peer in by if peer.ip_block is not None]
    return all(
        _covered_block(peer.ip_block, blocks)
        if peer.ip_block is not None
        else any(_covered_pods(context, policy, peer, other) for other in by)
        for peer in peers
    )


def _covered_block(block: IPBlock, by: list[IPBlock]) -> bool:
    """Say whether all addresses of a block, and those that nobody knows, are in others."""
    parts = [part for other in by for part in addresses_of(other)]
    holes = [part.numbers for part in parts if part.version == block.cidr.version]
    return bool(by) and not without((part.numbers for part in addresses_of(block)), holes)


def _covered_pods(context: Context, policy: Policy, peer: Peer, other: Peer) -> bool:
    """Say whether a peer with selectors matches only pods that another one matches."""
    if other.ip_block is not None or not within(peer.pod_selector, other.pod_selector):
        return False
    namespaces = other.namespace_selector or only_namespace(policy.namespace)
    if peer.namespace_selector is None:
        return matches(namespaces, context.cluster.namespaces[policy.namespace].labels)
    return within(peer.namespace_selector, namespaces)
