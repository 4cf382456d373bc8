"""What a cluster-wide policy says, in one line."""

from __future__ import annotations

from itertools import groupby

from netpol_lab.manifests.summary import OF_NO_USE, peer_words
from netpol_lab.model.cluster_policies import ClusterPeer, ClusterPolicy, ClusterRule
from netpol_lab.model.objects import Direction, PolicyPort
from netpol_lab.model.policy_parts import list_of_peers
from netpol_lab.model.ports import Protocol


def cluster_policy_words(policy: ClusterPolicy) -> str:
    """Return what a policy says, in one line.

    Parameters
    ----------
    policy : ClusterPolicy

    Returns
    -------
    str

    Examples
    --------
    >>> from netpol_lab.model.cluster_policies import Action, EVERY_POD, Tier
    >>> every = ClusterPeer(EVERY_POD.pod_selector, EVERY_POD.namespace_selector)
    >>> deny = ClusterRule(Direction.INGRESS, 0, (every,), action=Action.DENY)
    >>> print(cluster_policy_words(ClusterPolicy("", "a", Tier.ADMIN, 5, ingress=(deny,))))
    tier Admin, priority 5, every pod of every namespace: ingress Deny from every pod of every ...
    """
    ways = [f"{way} {_rules(policy.rules(way))}" for way in Direction if policy.rules(way)]
    rules = "; ".join(ways) or "no rules"
    subject = f"{peer_words(policy.subject)}{OF_NO_USE if policy.unusable else ''}"
    rank = f"priority {policy.priority}, " if policy.is_ranked else ""
    return f"tier {policy.tier}, {rank}{subject}: {rules}"


def _rules(rules: tuple[ClusterRule, ...]) -> str:
    return ", then ".join(map(_rule, rules))


def _rule(rule: ClusterRule) -> str:
    peers = " or ".join(map(cluster_peer_words, rule.peers))
    ports = f" on {_ports(rule.ports)}" if rule.ports else ""
    unsure = OF_NO_USE if rule.unusable else ""
    return f"{rule.action} {list_of_peers(rule.direction)} {peers}{ports}{unsure}"


def _ports(ports: tuple[PolicyPort, ...]) -> str:
    """Return ports in words; a name that stands for all protocols is said once."""
    words: list[str] = []
    for name, alike in groupby(ports, lambda port: port.port):
        listed = [*alike]
        of_all = isinstance(name, str) and len(listed) == len(Protocol)
        words += [f"port {name}"] if of_all else map(str, listed)
    return " or ".join(words)


def cluster_peer_words(peer: ClusterPeer) -> str:
    """Return which pods, addresses, nodes or names a peer matches.

    Parameters
    ----------
    peer : ClusterPeer

    Returns
    -------
    str

    Examples
    --------
    >>> cluster_peer_words(ClusterPeer(domain_names=("example.com",)))
    'example.com'
    """
    if peer.networks:
        return f"addresses in {' or '.join(map(str, peer.networks))}"
    if peer.nodes is not None:
        return f"nodes with {peer.nodes}" if peer.nodes.requirements else "every node"
    return " or ".join(peer.domain_names) or peer_words(peer)
