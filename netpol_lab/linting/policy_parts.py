"""Parts of policies: where they are written, and policies with other parts in their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from netpol_lab.model import Direction, Peer, Policy, PolicyPort, Rule

_OPPOSITE = {Direction.INGRESS: Direction.EGRESS, Direction.EGRESS: Direction.INGRESS}


def opposite(direction: Direction) -> Direction:
    """Return the direction that the other end's policies are asked about."""
    return _OPPOSITE[direction]


def peer_path(rule: Rule, item: int) -> str:
    """Return the path of one item of `from` or `to`.

    Examples
    --------
    >>> peer_path(Rule(Direction.EGRESS, 0), 1)
    'spec.egress[0].to[1]'
    """
    return f"{rule.path}.{list_of_peers(rule)}[{item}]"


def list_of_peers(rule: Rule) -> str:
    """Return the name of a rule's list of peers."""
    return "from" if rule.direction is Direction.INGRESS else "to"


def port_path(rule: Rule, item: int) -> str:
    """Return the path of one item of `ports`."""
    return f"{rule.path}.ports[{item}]"


def listed_rules(policy: Policy) -> Iterator[Rule]:
    """Yield the rules that count."""
    return chain.from_iterable(policy.rules(direction) for direction in policy.policy_types)


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


def with_peers(rule: Rule, peers: Iterable[Peer]) -> Rule:
    """Return a rule with other peers."""
    return replace(rule, peers=tuple(peers))


def is_for_dns(ports: Sequence[PolicyPort]) -> bool:
    """Say whether ports are only those of name servers."""
    return bool(ports) and all(port.port in (53, 5353) or "dns" in str(port.port) for port in ports)


def some(things: Iterable[object], most: int = 3) -> str:
    """Return a few names, and how many more there are.

    Examples
    --------
    >>> some(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    names = list(map(str, things))
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{rest}"
