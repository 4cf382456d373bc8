"""Parts of policies: where they are written, and policies with other parts in their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from netpol_lab.model.objects import Direction, Peer, Policy, PolicyPort, Rule
from netpol_lab.model.selectors import Selector

# ---------------------------------------------------------------- what they hold


def listed_rules(policy: Policy) -> Iterator[Rule]:
    """Yield the rules that count: those of the listed directions (SEM-16).

    Parameters
    ----------
    policy : Policy

    Yields
    ------
    Rule

    Examples
    --------
    >>> ingress_only = Policy("shop", "p", ingress=(), egress=(Rule(Direction.EGRESS, 0),))
    >>> list(listed_rules(ingress_only))
    []
    """
    return chain.from_iterable(policy.rules(direction) for direction in policy.policy_types)


def listed_peers(policy: Policy) -> Iterator[tuple[Rule, int, Peer]]:
    """Yield the peers that count, each with its rule and its place there (SEM-16).

    Parameters
    ----------
    policy : Policy

    Yields
    ------
    (Rule, int, Peer)
        The place counts from 0.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> [(rule, place, peer)] = listed_peers(lab.load("three-tier").policy("db-access-ingress"))
    >>> peer_path(rule, place), str(peer.pod_selector)
    ('spec.ingress[0].from[0]', 'app=myapp, role=backend')
    """
    return ((rule, i, peer) for rule in listed_rules(policy) for i, peer in enumerate(rule.peers))


def listed_ports(policy: Policy) -> Iterator[tuple[Rule, int, PolicyPort]]:
    """Yield the items of `ports` that count, each with its rule and its place there (SEM-16).

    Parameters
    ----------
    policy : Policy

    Yields
    ------
    (Rule, int, PolicyPort)
        The place counts from 0.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> list(listed_ports(lab.load("three-tier").policy("db-access-ingress")))
    []
    """
    return ((rule, i, port) for rule in listed_rules(policy) for i, port in enumerate(rule.ports))


def selectors_of(peer: Peer) -> dict[str, Selector]:
    """Return the selectors that a peer has, by their fields.

    Parameters
    ----------
    peer : Peer

    Returns
    -------
    dict of str to Selector
        Under ``podSelector`` and ``namespaceSelector``, as far as they are there.

    Examples
    --------
    >>> list(selectors_of(Peer(pod_selector=Selector())))
    ['podSelector']
    """
    both = {"podSelector": peer.pod_selector, "namespaceSelector": peer.namespace_selector}
    return {field: selector for field, selector in both.items() if selector is not None}


def is_empty(rule: Rule) -> bool:
    """Say whether a rule restricts neither peers nor ports (SEM-11).

    Parameters
    ----------
    rule : Rule

    Returns
    -------
    bool

    Examples
    --------
    >>> is_empty(Rule(Direction.INGRESS, 0))
    True
    """
    return not rule.peers and not rule.ports


# ---------------------------------------------------------------- where they are written


def list_of_peers(direction: Direction) -> str:
    """Return what rules of a direction call their list of peers, ``from`` or ``to``.

    Parameters
    ----------
    direction : Direction

    Returns
    -------
    str

    Examples
    --------
    >>> list_of_peers(Direction.EGRESS)
    'to'
    """
    return "from" if direction is Direction.INGRESS else "to"


def path_of_peers(rule: Rule) -> str:
    """Return the path of a rule's `from` or `to`.

    Parameters
    ----------
    rule : Rule

    Returns
    -------
    str

    Examples
    --------
    >>> path_of_peers(Rule(Direction.INGRESS, 0))
    'spec.ingress[0].from'
    """
    return f"{rule.path}.{list_of_peers(rule.direction)}"


def peer_path(rule: Rule, item: int) -> str:
    """Return the path of one peer.

    Parameters
    ----------
    rule : Rule
    item : int
        The peer's place in `from` or `to`, from 0.

    Returns
    -------
    str

    Examples
    --------
    >>> peer_path(Rule(Direction.EGRESS, 0), 1)
    'spec.egress[0].to[1]'
    """
    return f"{path_of_peers(rule)}[{item}]"


def port_path(rule: Rule, item: int, field: str = "ports") -> str:
    """Return the path of one item of `ports`.

    Parameters
    ----------
    rule : Rule
    item : int
        Its place, from 0.
    field : str
        What the list is called: in a cluster-wide policy it may be ``protocols``.

    Returns
    -------
    str

    Examples
    --------
    >>> port_path(Rule(Direction.EGRESS, 0), 1)
    'spec.egress[0].ports[1]'
    """
    return f"{rule.path}.{field}[{item}]"


# ---------------------------------------------------------------- other parts in their place


def with_rules(policy: Policy, direction: Direction, rules: Iterable[Rule]) -> Policy:
    """Return a policy with other rules in one direction.

    Parameters
    ----------
    policy : Policy
    direction : Direction
    rules : iterable of Rule

    Returns
    -------
    Policy

    Examples
    --------
    >>> with_rules(Policy("shop", "p"), Direction.EGRESS, []).egress
    ()
    """
    if direction is Direction.INGRESS:
        return replace(policy, ingress=tuple(rules))
    return replace(policy, egress=tuple(rules))


def with_one_more(
    policy: Policy,
    direction: Direction,
    peers: tuple[Peer, ...] = (),
    ports: tuple[PolicyPort, ...] = (),
) -> tuple[Policy, Rule]:
    """Return a policy with one more rule, the last of its direction, and that rule.

    Parameters
    ----------
    policy : Policy
    direction : Direction
    peers : tuple of Peer
    ports : tuple of PolicyPort

    Returns
    -------
    (Policy, Rule)

    Examples
    --------
    >>> policy, rule = with_one_more(Policy("shop", "p"), Direction.EGRESS)
    >>> rule.path, policy.egress == (rule,)
    ('spec.egress[0]', True)
    """
    rules = policy.rules(direction)
    rule = Rule(direction, len(rules), peers, ports)
    return with_rules(policy, direction, (*rules, rule)), rule


def with_rule(policy: Policy, rule: Rule, *others: Rule) -> Policy:
    """Return a policy with other rules, or none, in the place of one.

    Parameters
    ----------
    policy : Policy
    rule : Rule
        One of its rules, found by identity.
    *others : Rule

    Returns
    -------
    Policy

    Examples
    --------
    >>> rule = Rule(Direction.INGRESS, 0)
    >>> with_rule(Policy("shop", "p", ingress=(rule,)), rule).ingress
    ()
    """
    rules = policy.rules(rule.direction)
    found = ((other,) if other is not rule else others for other in rules)
    return with_rules(policy, rule.direction, chain.from_iterable(found))


def with_peer(policy: Policy, rule: Rule, item: int, *others: Peer) -> Policy:
    """Return a policy with other peers, or none, in the place of one.

    Where no peer is left the rule goes too, as an empty list would admit everybody (SEM-12).

    Parameters
    ----------
    policy : Policy
    rule : Rule
        One of its rules, found by identity.
    item : int
        The peer's place in `from` or `to`, from 0.
    *others : Peer

    Returns
    -------
    Policy

    Examples
    --------
    >>> rule = Rule(Direction.INGRESS, 0, peers=(Peer(pod_selector=Selector()),))
    >>> with_peer(Policy("shop", "p", ingress=(rule,)), rule, 0).ingress
    ()
    """
    peers = (*rule.peers[:item], *others, *rule.peers[item + 1 :])
    return with_rule(policy, rule, *([replace(rule, peers=peers)] if peers else []))


def with_port(policy: Policy, rule: Rule, item: int, other: PolicyPort) -> Policy:
    """Return a policy with another item in the place of one of `ports`.

    Parameters
    ----------
    policy : Policy
    rule : Rule
        One of its rules, found by identity.
    item : int
        The place of the one, from 0.
    other : PolicyPort

    Returns
    -------
    Policy

    Examples
    --------
    >>> rule = Rule(Direction.INGRESS, 0, ports=(PolicyPort(port=80),))
    >>> changed = with_port(Policy("shop", "p", ingress=(rule,)), rule, 0, PolicyPort(port=81))
    >>> print(*changed.ingress[0].ports)
    TCP 81
    """
    ports = (*rule.ports[:item], other, *rule.ports[item + 1 :])
    return with_rule(policy, rule, replace(rule, ports=ports))
