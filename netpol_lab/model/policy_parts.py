"""Parts of policies: where they are written, and policies with other parts in their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from netpol_lab.model.objects import Direction, Peer, Policy, PolicyPort, Rule, Selector

# ---------------------------------------------------------------- what they hold


def listed_rules(policy: Policy) -> Iterator[Rule]:
    """Yield the rules that count (SEM-16)."""
    return chain.from_iterable(policy.rules(direction) for direction in policy.policy_types)


def listed_peers(policy: Policy) -> Iterator[tuple[Rule, int, Peer]]:
    """Yield the items of `from` and `to` that count, each with its rule and its place there."""
    return ((rule, i, peer) for rule in listed_rules(policy) for i, peer in enumerate(rule.peers))


def listed_ports(policy: Policy) -> Iterator[tuple[Rule, int, PolicyPort]]:
    """Yield the items of `ports` that count, each with its rule and its place there."""
    return ((rule, i, port) for rule in listed_rules(policy) for i, port in enumerate(rule.ports))


def selectors_of(peer: Peer) -> dict[str, Selector]:
    """Return the selectors that an item of `from` or `to` has, by their fields."""
    both = {"podSelector": peer.pod_selector, "namespaceSelector": peer.namespace_selector}
    return {field: selector for field, selector in both.items() if selector is not None}


def is_empty(rule: Rule) -> bool:
    """Say whether a rule restricts neither peers nor ports."""
    return not rule.peers and not rule.ports


# ---------------------------------------------------------------- where they are written


def list_of_peers(rule: Rule) -> str:
    """Return the name of a rule's list of peers."""
    return "from" if rule.direction is Direction.INGRESS else "to"


def path_of_peers(rule: Rule) -> str:
    """Return the path of a rule's `from` or `to`.

    Examples
    --------
    >>> path_of_peers(Rule(Direction.INGRESS, 0))
    'spec.ingress[0].from'
    """
    return f"{rule.path}.{list_of_peers(rule)}"


def peer_path(rule: Rule, item: int) -> str:
    """Return the path of one item of `from` or `to`.

    Examples
    --------
    >>> peer_path(Rule(Direction.EGRESS, 0), 1)
    'spec.egress[0].to[1]'
    """
    return f"{path_of_peers(rule)}[{item}]"


def port_path(rule: Rule, item: int) -> str:
    """Return the path of one item of `ports`."""
    return f"{rule.path}.ports[{item}]"


# ---------------------------------------------------------------- other parts in their place


def with_rules(policy: Policy, direction: Direction, rules: Iterable[Rule]) -> Policy:
    """Return a policy with other rules in one direction."""
    if direction is Direction.INGRESS:
        return replace(policy, ingress=tuple(rules))
    return replace(policy, egress=tuple(rules))


def with_rule(policy: Policy, rule: Rule, *others: Rule) -> Policy:
    """Return a policy with other rules, or none, in the place of one."""
    rules = policy.rules(rule.direction)
    found = ((other,) if other is not rule else others for other in rules)
    return with_rules(policy, rule.direction, chain.from_iterable(found))


def with_peer(policy: Policy, rule: Rule, item: int, *others: Peer) -> Policy:
    """Return a policy with other items, or none, in the place of one of `from` or `to`.

    Where no item is left the rule goes too, as an empty list would admit everybody (SEM-12).
    """
    peers = (*rule.peers[:item], *others, *rule.peers[item + 1 :])
    return with_rule(policy, rule, *([replace(rule, peers=peers)] if peers else []))


def with_port(policy: Policy, rule: Rule, item: int, other: PolicyPort) -> Policy:
    """Return a policy with another item in the place of one of `ports`."""
    ports = (*rule.ports[:item], other, *rule.ports[item + 1 :])
    return with_rule(policy, rule, replace(rule, ports=ports))
