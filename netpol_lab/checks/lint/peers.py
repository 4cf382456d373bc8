"""NP2xx: selectors and peers that contradict themselves, or match more than was meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import chain, groupby, pairwise
from typing import Any

from netpol_lab.checks.lint.context import Context
from netpol_lab.checks.lint.findings import Finding
from netpol_lab.checks.lint.probes import by_rule
from netpol_lab.checks.lint.witnesses import CLOSES, STAYS, difference
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.semantics import matches, only_namespace
from netpol_lab.errors import some
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.field_paths import parse_path
from netpol_lab.model import policy_parts as parts
from netpol_lab.model.objects import Peer, Policy, Rule
from netpol_lab.model.selectors import NAME_LABEL, Selector

# ---------------------------------------------------------------- selectors that match nothing


def contradictions(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP201: requirements on one key that no value can meet (SEM-33)."""
    for path, selector in _selectors(policy):
        for key in _contradicted(selector):
            wanted = [str(r) for r in selector.requirements if r.key == key]
            message = f"no label can meet all of: {'; '.join(wanted)}. All have to hold at once."
            hint = f"keep one of them, or list the values together: {key} in (...)"
            yield context.finding("NP201", policy, message, hint, path)


def _selectors(policy: Policy) -> Iterator[tuple[str, Selector]]:
    """Yield the selectors that count, each with its path."""
    yield "spec.podSelector", policy.pod_selector
    for rule, i, peer in parts.listed_peers(policy):
        path = parts.peer_path(rule, i)
        yield from ((f"{path}.{name}", found) for name, found in parts.selectors_of(peer).items())


def left_out(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP209: a field of a selector with nothing in it asks for nothing (SEM-07)."""
    for path, selector in _selectors(policy):
        for field in () if selector.requirements else ("matchLabels", "matchExpressions"):
            if not _is_null(context, policy, f"{path}.{field}"):
                continue
            which = path.rpartition(".")[2]
            what = which.removesuffix("Selector")
            message = (
                f"there is nothing below {field}, so this {which} asks for nothing and leaves out "
                f"no {what}."
            )
            hint = f"indent the labels below {field}; if all are meant, write {which}: {{}}"
            yield context.finding("NP209", policy, message, hint, f"{path}.{field}")


def _is_null(context: Context, policy: Policy, path: str) -> bool:
    """Say whether a field of a policy is written, with nothing in it."""
    value: Any = context.cluster.specs.get(policy)
    if value is None or context.cluster.place_of(policy, path) is None:
        return False
    for step in parse_path(path)[1:]:
        if isinstance(step, int):
            value = value[step]
        else:
            names = {api.wire_name(field): field.name for field in fields(value)}
            value = getattr(value, names[step])
    return value is None


def _contradicted(selector: Selector) -> Iterator[str]:
    by_key = sorted(selector.requirements, key=lambda r: r.key)
    for key, found in groupby(by_key, lambda r: r.key):
        alone = Selector(tuple(found))
        values = chain.from_iterable(r.values for r in alone.requirements)
        labels = ({}, *({key: value} for value in ("\0", *values)))
        if not any(matches(alone, label) for label in labels):
            yield key


def is_contradictory(*selectors: Selector | None) -> bool:
    """Say whether one of some selectors contradicts itself."""
    return any(True for s in selectors if s is not None for _ in _contradicted(s))


# ---------------------------------------------------------------- peers that match too much


def either_or(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP206: namespaceSelector and podSelector in two peers, which admit more than one (SEM-19)."""
    for rule in parts.listed_rules(policy):
        for i, both, more in joinable(context, policy, rule):
            one = replace(rule, peers=(*rule.peers[:i], both, *rule.peers[i + 2 :]))
            probes = by_rule(context, policy, rule, more or context.peers(policy, both).pods)
            change = "with both selectors in one item"
            variant = context.instead(policy, parts.with_rule(policy, rule, one))
            if witness := difference(context, probes, variant, change, CLOSES if more else STAYS):
                message = (
                    f"two items mean OR: all pods of namespaces with {both.namespace_selector}, "
                    f"and pods with {both.pod_selector} in {policy.namespace}. Such pods also run "
                    "in those namespaces, so one item with both may be meant."
                )
                hint = (
                    "remove this dash, so that both selectors have to match; if OR is meant, "
                    "leave it"
                )
                path = parts.peer_path(rule, i + 1)
                yield context.finding("NP206", policy, message, hint, path, witness)


def joinable(context: Context, policy: Policy, rule: Rule) -> Iterator[tuple[int, Peer, PodSet]]:
    """Yield pairs of peers that may be meant as one: the place, that one, and who else matches now.

    Nobody else does where only such pods run in those namespaces so far. Then it still looks like
    one peer if the podSelector alone matches nothing in the policy's own namespace.
    """
    for i, (first, second) in enumerate(pairwise(rule.peers)):
        both = _joined(first, second) or _joined(second, first)
        if both is not None:
            meant = context.peers(policy, both).pods
            more = context.peers(policy, first, second).pods - meant
            at_home = context.peers(policy, replace(both, namespace_selector=None)).pods
            if meant and (more or not at_home):
                yield i, both, more


def _joined(first: Peer, second: Peer) -> Peer | None:
    """Return one peer with both selectors, if each of two has one of them and it says something."""
    pods, namespaces = first.pod_selector, second.namespace_selector
    if pods is None or namespaces is None or first.namespace_selector or second.pod_selector:
        return None
    return Peer(pods, namespaces) if pods.requirements else None


def everywhere(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP208: namespaceSelector {} beside a podSelector whose pods run in several namespaces."""
    for rule, i, peer in parts.listed_peers(policy):
        wanted = peer.pod_selector.requirements if peer.pod_selector else ()
        if peer.namespace_selector != Selector() or not any(r.values for r in wanted):
            continue
        at_home = context.peers(policy, replace(peer, namespace_selector=None)).pods
        everywhere = context.peers(policy, peer).pods
        homes = sorted({pod.namespace for pod in everywhere})
        if at_home:
            one, change = replace(peer, namespace_selector=None), "without the namespaceSelector"
        elif len(homes) > 1:
            one = replace(peer, namespace_selector=only_namespace(homes[0]))
            change = f"with a namespaceSelector for {homes[0]} alone"
        else:
            continue
        others = everywhere - context.peers(policy, one).pods
        variant = context.instead(policy, parts.with_peer(policy, rule, i, one))
        probes = by_rule(context, policy, rule, others)
        if witness := difference(context, probes, variant, change, CLOSES):
            elsewhere = some(sorted({pod.namespace for pod in others}))
            message = (
                f"pods with {peer.pod_selector} run in {policy.namespace}, and this admits those "
                f"of every namespace: also of {elsewhere}, and of any made later."
                if at_home
                else f"pods with {peer.pod_selector} run in each of {some(homes)}, and this admits "
                "them all, and those of any namespace made later."
            )
            remove = "remove namespaceSelector: {}, or " if at_home else ""
            by_name = f"namespaceSelector: {{matchLabels: {{{NAME_LABEL}: ...}}}}"
            hint = f"{remove}name the namespace that is meant: {by_name}"
            yield context.finding("NP208", policy, message, hint, parts.peer_path(rule, i), witness)


OF_POLICIES = (
    left_out,
    contradictions,
    either_or,
    everywhere,
)
