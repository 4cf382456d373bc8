"""NP508: what a lenient server makes of a policy whose unknown fields it drops."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from netpol_lab.checks.lint.context import Context
from netpol_lab.checks.lint.findings import Finding
from netpol_lab.checks.lint.probes import admitted, with_anybody
from netpol_lab.checks.lint.witnesses import CLOSES, OPENS, difference, stands
from netpol_lab.errors import Complaint, Reason
from netpol_lab.model import policy_parts as parts
from netpol_lab.model.objects import Direction, Peer, Policy, Rule
from netpol_lab.model.selectors import Selector


class _Left(NamedTuple):
    """What is left of the part that had the field.

    Parameters
    ----------
    kind : str
        A rule, peer or port.
    admits : Rule
        As if the part were all of it.
    without : Policy
        The policy without the part.
    path : str
    words : str
        What is left of it, and what that admits.
    """

    kind: str
    admits: Rule
    without: Policy
    path: str
    words: str


def left_over(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP508: a part that says something else since a field of it was dropped (VAL-08)."""
    for complaint in _about(context, policy):
        field = complaint.path.rpartition(".")[2]
        hint = complaint.hint or f"check how {field} is spelt and indented"
        if left := _what_is_left(policy, complaint.path):
            probes = admitted(context, policy, left.admits)
            variant = context.instead(policy, left.without)
            witness = difference(context, probes, variant, f"without this {left.kind}", CLOSES)
            said = f"this {left.kind} {left.words}"
            path = left.path
        elif _SUBJECTS.match(complaint.path) and policy.pod_selector == Selector():
            subjects = context.subjects(policy)
            tried = (with_anybody(context, d, subjects) for d in policy.policy_types)
            variant, change = context.without(policy), "without this policy"
            witness = difference(context, chain.from_iterable(tried), variant, change, OPENS)
            said = f"the policy applies to every pod of namespace {policy.namespace}"
            path = "spec.podSelector"
        else:
            continue
        if stands(context, policy, witness):
            message = f"{field} is unknown here and dropped, so {said}."
            yield context.finding("NP508", policy, message, hint, path, witness)


_SUBJECTS = re.compile(r"spec\.pod_?selectors?\b", re.IGNORECASE)


def _about(context: Context, policy: Policy) -> Iterator[Complaint]:
    """Yield the complaints about unknown fields of a policy, as it stands."""
    place = context.cluster.place_of(policy, "spec")
    titles = (f"NetworkPolicy {policy}", f"NetworkPolicy {policy.name}")
    for complaint in chain.from_iterable(context.dropped_from.get(t, ()) for t in titles):
        is_here = place and place.file == complaint.file and place.line <= complaint.line
        if is_here and complaint.reason is Reason.UNKNOWN:
            yield complaint


_PART = re.compile(r"spec\.(ingress|egress)\[(\d+)\]\.(?:(from|to|ports)\[(\d+)\]\.)?(.+)")


def _what_is_left(policy: Policy, path: str) -> _Left | None:
    """Return what is left of the part around a field, if it restricts less without the field."""
    if not (found := _PART.fullmatch(path)):
        return None
    section, number, of, item, field = found.groups()
    direction = Direction(section.capitalize())
    rules = policy.rules(direction) if direction in policy.policy_types else ()
    if int(number) >= len(rules):
        return None
    rule = rules[int(number)]
    if of is None:
        return _of_rule(policy, rule)
    items = rule.ports if of == "ports" else rule.peers
    if int(item) >= len(items):
        return None
    return (_of_port if of == "ports" else _of_peer)(policy, rule, int(item), field)


def _of_rule(policy: Policy, rule: Rule) -> _Left | None:
    name = parts.list_of_peers(rule.direction)
    if not rule.peers:
        ports = ", ".join(map(str, rule.ports)) or "every port"
        words = f"has no {name} and admits everybody on {ports}, even outside the cluster"
    elif not rule.ports:
        words = "has no ports and admits its peers on every port"
    else:
        return None
    return _Left("rule", rule, parts.with_rule(policy, rule), rule.path, words)


def _of_peer(policy: Policy, rule: Rule, item: int, field: str) -> _Left | None:
    peer = rule.peers[item]
    if not (words := _words_of(policy, peer, field.split("."))):
        return None
    alone, path = replace(rule, peers=(peer,)), parts.peer_path(rule, item)
    return _Left("peer", alone, parts.with_peer(policy, rule, item), path, words)


def _words_of(policy: Policy, peer: Peer, steps: list[str]) -> str:
    """Return whom a peer matches since a field was dropped; nothing if the rest is as selective."""
    if peer.ip_block is not None:
        return f"covers all of {peer.ip_block.cidr}" if not peer.ip_block.excepts else ""
    pods, namespaces = peer.pod_selector, peer.namespace_selector
    lost = {"podSelector": pods, "namespaceSelector": namespaces}.get(steps[0])
    if len(steps) > 1 and lost is not None and lost.requirements:
        return ""  # something is left of the selector
    where = f"namespace {policy.namespace}"
    if namespaces is not None:
        chosen = namespaces.requirements
        where = f"the namespaces with {namespaces}" if chosen else "every namespace"
    what = f"pods with {pods}" if pods is not None and pods.requirements else "every pod"
    return f"matches {what} of {where}"


def _of_port(policy: Policy, rule: Rule, item: int, field: str) -> _Left | None:
    entry = rule.ports[item]
    if entry.port is not None:
        return None
    others = (*rule.ports[:item], *rule.ports[item + 1 :])
    without = parts.with_rule(policy, rule, *([replace(rule, ports=others)] if others else []))
    alone, path = replace(rule, ports=(entry,)), parts.port_path(rule, item)
    return _Left("port", alone, without, path, f"is every {entry.protocol} port")


OF_POLICIES = (left_over,)
