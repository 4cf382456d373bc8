"""What a policy says, in one line."""

from __future__ import annotations

from netpol_lab.model.objects import (
    NAME_LABEL,
    Direction,
    Operator,
    Peer,
    Policy,
    Requirement,
    Rule,
    Selector,
)


def policy_words(policy: Policy) -> str:
    """Return what a policy says, in one line.

    Parameters
    ----------
    policy : Policy

    Examples
    --------
    >>> import netpol_lab as lab
    >>> print(policy_words(lab.load("three-tier").policy("db-access-ingress")))
    pods with app=myapp, role=db: ingress only from pods with app=myapp, role=backend
    """
    clauses = (_clause(policy, direction) for direction in policy.policy_types)
    return f"{_pods(policy.pod_selector)}: {'; '.join(dict.fromkeys(clauses))}"


def _clause(policy: Policy, direction: Direction) -> str:
    rules = policy.rules(direction)
    if not rules:
        return f"no {direction}"
    if any(not rule.peers and not rule.ports for rule in rules):
        return f"any {direction}"
    if not any(rule.peers for rule in rules):
        ports = " or ".join(_ports(rule) for rule in rules)
        return f"{direction} {_preposition(rules[0])} anyone, only on {ports}"
    return f"{direction} only {', or '.join(_rule(rule) for rule in rules)}"


def _rule(rule: Rule) -> str:
    peers = " or ".join(map(peer_words, rule.peers)) or "anyone"
    ports = f" on {_ports(rule)}" if rule.ports else ""
    return f"{_preposition(rule)} {peers}{ports}"


def _preposition(rule: Rule) -> str:
    return "from" if rule.direction is Direction.INGRESS else "to"


def _ports(rule: Rule) -> str:
    return " or ".join(map(str, rule.ports))


def peer_words(peer: Peer) -> str:
    """Return whom one item of `from` or `to` means.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> policy = lab.load("three-tier").policy("db-access-ingress")
    >>> peer_words(policy.ingress[0].peers[0])
    'pods with app=myapp, role=backend'
    """
    if peer.ip_block is not None:
        return f"addresses in {peer.ip_block}"
    pods = _pods(peer.pod_selector or Selector())
    if peer.namespace_selector is None:
        return pods if pods != "every pod" else "every pod of the namespace"
    if not peer.namespace_selector.requirements:
        return f"{pods} of every namespace"
    return f"{pods} of {_namespaces(peer.namespace_selector)}"


def _namespaces(selector: Selector) -> str:
    match selector.requirements:
        case (Requirement(key, Operator.IN, (name,)),) if key == NAME_LABEL:
            return f"namespace {name}"
    return f"namespaces with {selector}"


def _pods(selector: Selector) -> str:
    return f"pods with {selector}" if selector.requirements else "every pod"
