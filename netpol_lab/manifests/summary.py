"""What a policy says, in one line."""

from __future__ import annotations

from netpol_lab.model import selectors
from netpol_lab.model.cluster_policies import ClusterPeer, ClusterPolicy
from netpol_lab.model.objects import Direction, Peer, Policy, Rule
from netpol_lab.model.policy_parts import is_empty, list_of_peers
from netpol_lab.model.selectors import Operator, Requirement, Selector


def policy_words(policy: Policy) -> str:
    """Return what a policy says, in one line.

    Parameters
    ----------
    policy : Policy

    Returns
    -------
    str

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
    if any(map(is_empty, rules)):
        return f"any {direction}"
    if not any(rule.peers for rule in rules):
        ports = " or ".join(map(_ports, rules))
        return f"{direction} {list_of_peers(direction)} anyone, only on {ports}"
    return f"{direction} only {', or '.join(map(_rule, rules))}"


def _rule(rule: Rule) -> str:
    peers = " or ".join(map(peer_words, rule.peers)) or "anyone"
    ports = f" on {_ports(rule)}" if rule.ports else ""
    return f"{list_of_peers(rule.direction)} {peers}{ports}"


def _ports(rule: Rule) -> str:
    return " or ".join(map(str, rule.ports))


def peer_words(peer: Peer) -> str:
    """Return which pods or addresses a peer of a policy matches.

    Parameters
    ----------
    peer : Peer

    Returns
    -------
    str

    Examples
    --------
    >>> import netpol_lab as lab
    >>> policy = lab.load("three-tier").policy("db-access-ingress")
    >>> peer_words(policy.ingress[0].peers[0])
    'pods with app=myapp, role=backend'
    """
    if peer.ip_block is not None:
        return f"addresses in {peer.ip_block}"
    if isinstance(peer, ClusterPeer) and peer.namespace_selector is None:
        return _elsewhere(peer)
    pods, namespaces = _pods(peer.pod_selector or Selector()), peer.namespace_selector
    if namespaces is None:
        return pods if pods != "every pod" else "every pod of the namespace"
    match namespaces.requirements:
        case ():
            return f"{pods} of every namespace"
        case (Requirement(selectors.NAME_LABEL, Operator.IN, (name,)),):
            return f"{pods} of namespace {name}"
    return f"{pods} of namespaces with {namespaces}"


def _elsewhere(peer: ClusterPeer) -> str:
    """Return what a peer of a cluster-wide policy means that is not told by namespaces."""
    if peer.nodes is not None:
        return f"nodes with {peer.nodes}" if peer.nodes.requirements else "every node"
    if peer.networks:
        return f"addresses in {' or '.join(map(str, peer.networks))}"
    return " or ".join(peer.domain_names)


OF_NO_USE = " at most (a part of it cannot be used)"


def cluster_policy_words(policy: ClusterPolicy) -> str:
    """Return what a cluster-wide policy says, in one line.

    Parameters
    ----------
    policy : ClusterPolicy

    Returns
    -------
    str

    Examples
    --------
    >>> import netpol_lab as lab
    >>> policies = lab.load("two-teams").cluster_policies
    >>> print(cluster_policy_words(policies[0]).partition(": ")[2])
    Accept from every pod of namespace monitoring on TCP 9100
    """
    rank = f", priority {policy.priority}" if policy.is_ranked else ""
    return f"{policy.tier}{rank}; {subject_and_rules(policy)}"


def subject_and_rules(policy: ClusterPolicy) -> str:
    """Return whom a cluster-wide policy is about, and what its rules say.

    Parameters
    ----------
    policy : ClusterPolicy

    Returns
    -------
    str

    Examples
    --------
    >>> import netpol_lab as lab
    >>> print(subject_and_rules(lab.load("two-teams").cluster_policies[0]))
    every pod of every namespace: Accept from every pod of namespace monitoring on TCP 9100
    """
    rules = (
        f"{rule.action} {_rule(rule)}{OF_NO_USE if rule.unusable else ''}"
        for way in Direction
        for rule in policy.rules(way)
    )
    said = ", then ".join(rules) or "no rules"
    subject = f"{peer_words(policy.subject)}{OF_NO_USE if policy.unusable else ''}"
    return f"{subject}: {said}"


def _pods(selector: Selector) -> str:
    return f"pods with {selector}" if selector.requirements else "every pod"
