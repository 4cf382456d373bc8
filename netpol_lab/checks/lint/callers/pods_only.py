"""NP605: the port of the internet or of the API server, opened to pods alone."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lab.checks.lint.context import Context
from netpol_lab.checks.lint.findings import Finding
from netpol_lab.checks.lint.probes import with_strangers
from netpol_lab.checks.lint.witnesses import OPENS, difference
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.service_targets import target_port
from netpol_lab.errors import some
from netpol_lab.model import policy_parts as parts
from netpol_lab.model.objects import Direction, Peer, Policy, Rule

EGRESS = Direction.EGRESS
_OUTER = {443, 6443}  # HTTPS, and where the API server listens


def pods_only(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP605: an empty namespaceSelector matches all pods, and nothing else (SEM-23)."""
    subjects = context.subjects(policy)
    for rule in policy.rules(EGRESS) if EGRESS in policy.policy_types else ():
        outer = tuple(port for port in rule.ports if port.port in _OUTER)
        if not outer or not rule.peers or not all(map(_is_everybody, rule.peers)):
            continue
        matched = context.peers(policy, *rule.peers)
        if _someone_listens(context, matched.pods) or _goes_outside(context, subjects, rule):
            continue
        block = context.all_addresses(subjects)
        wider, more = parts.with_one_more(policy, EGRESS, (Peer(ip_block=block),), outer)
        variant = context.instead(policy, wider)
        probes = with_strangers(context, EGRESS, subjects, more)
        change = f"with a rule for {some(outer)} to {block}"
        if witness := difference(context, probes, variant, change, OPENS):
            said = (
                f"{some(outer)} is open to pods alone: an empty selector matches nothing "
                "outside the cluster, nor the API server, and no pod here listens on "
                f"{some(outer)}."
            )
            hint = (
                f"add an egress rule with {some(outer)} to {{ipBlock: {{cidr: {block}}}}} for the "
                "internet, or to the addresses that are meant"
            )
            yield context.finding("NP605", policy, said, hint, rule.path, witness)


def _is_everybody(peer: Peer) -> bool:
    """Say whether a peer means all pods, of all namespaces or of its own."""
    selectors = (peer.namespace_selector, peer.pod_selector)
    return peer.ip_block is None and not any(s.requirements for s in selectors if s is not None)


def _someone_listens(context: Context, pods: PodSet) -> bool:
    """Say whether a pod declares one of the ports, or a Service leads to it."""
    if any(port.port in _OUTER for pod in pods for port in pod.ports):
        return True
    return any(
        target_port(port, pod) in _OUTER
        for service in context.cluster.services
        for port in service.ports
        for pod in context.behind(service) & pods
    )


def _goes_outside(context: Context, subjects: PodSet, rule: Rule) -> bool:
    """Say whether another rule lets some of the same pods out to addresses on one of the ports."""
    for policy, other in context.rules_for(EGRESS, subjects):
        matched = context.peers(policy, *other.peers)
        if matched.has_addresses and context.ports_to(other, None) & context.ports_to(rule, None):
            return True
    return False


OF_POLICIES = (pods_only,)
