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
NO_PODS = "name what runs: there are no pods among the manifests"
NONE_COUNTS = "add pods to the manifests that run, and not with hostNetwork"


def matching_nobody(context: Context) -> Iterator[Finding]:
    """NP707: a subject or a peer that no pod here has."""
    for policy in context.resolution.cluster_policies:
        if not subjects(context.resolution, policy):
            if context.cluster.pods or not _is_for_all(policy.subject):
                message = f"no pod here is its subject ({_asked(policy.subject)})."
                hint = _hint(context, policy.subject)
                yield context.finding("NP707", policy, message, hint, "spec.subject")
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


def _hint(context: Context, subject: Peer) -> str:
    if not context.cluster.pods:
        return NO_PODS
    return NONE_COUNTS if _is_for_all(subject) else HINT


def _is_for_all(peer: Peer) -> bool:
    asked = (peer.pod_selector, peer.namespace_selector)
    return not any(selector and selector.requirements for selector in asked)


def _asked(peer: Peer) -> str:
    """Return what is asked for, in words."""
    pods, namespaces = peer.pod_selector, peer.namespace_selector
    parts = [f"pods with {pods}"] if pods and pods.requirements else []
    parts += [f"namespaces with {namespaces}"] if namespaces and namespaces.requirements else []
    return ", ".join(parts) or "all pods"


OF_CLUSTERS = (matching_nobody,)
