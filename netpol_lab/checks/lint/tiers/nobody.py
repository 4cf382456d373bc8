"""Subjects and peers of cluster-wide policies that match no pod."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lab.checks.lint.context import Context
from netpol_lab.checks.lint.findings import Finding
from netpol_lab.engine.tiers import subjects
from netpol_lab.model.cluster_policies import ClusterPolicy
from netpol_lab.model.objects import Direction, Peer
from netpol_lab.model.policy_parts import peer_path

HINT = "ask for labels that pods and namespaces have, or add what has them to the manifests"


def matching_nobody(context: Context) -> Iterator[Finding]:
    """NP707: a subject or a peer that no pod here has."""
    for policy in context.resolution.cluster_policies:
        if not subjects(context.resolution, policy):
            message = f"no pod here is its subject ({_asked(policy.subject)})."
            yield context.finding("NP707", policy, message, HINT, "spec.subject")
            continue
        yield from _peers(context, policy)


def _peers(context: Context, policy: ClusterPolicy) -> Iterator[Finding]:
    for way in Direction:
        for rule in policy.rules(way):
            for i, peer in enumerate(rule.peers):
                if peer.pod_selector is None or context.resolution.cluster_pods((peer,)):
                    continue
                message = f"no pod here is this peer ({_asked(peer)})."
                yield context.finding("NP707", policy, message, HINT, peer_path(rule, i))


def _asked(peer: Peer) -> str:
    """Return what is asked for, in words."""
    pods, namespaces = peer.pod_selector, peer.namespace_selector
    parts = [f"pods with {pods}"] if pods and pods.requirements else []
    parts += [f"namespaces with {namespaces}"] if namespaces and namespaces.requirements else []
    return ", ".join(parts) or "all pods"


OF_CLUSTERS = (matching_nobody,)
