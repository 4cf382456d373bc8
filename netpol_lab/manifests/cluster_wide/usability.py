"""What the server stores of a cluster-wide policy, though no implementation can use it (ANP-20).

The definitions do not check selectors, nor protocols and ranges of v1alpha1. One implementation
skips such a rule, another takes it for a rule about everybody: what it decides is undefined.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from netpol_lab.errors import Reason
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.decoding import decoder
from netpol_lab.manifests.field_paths import Path, format_path
from netpol_lab.manifests.rules.object_rules import check_protocol, check_selector
from netpol_lab.manifests.rules.server_words import Problem, Problems
from netpol_lab.model.objects import Direction
from netpol_lab.model.policy_parts import list_of_peers


def subject_faults(spec: dict[str, Any]) -> Problems:
    """Yield what keeps anyone from knowing which pods a policy selects."""
    yield from _of_selectors(spec["subject"], ("spec", "subject"))


def rule_faults(rule: dict[str, Any], direction: Direction, index: int) -> Problems:
    """Yield what keeps anyone from knowing which flows a rule matches.

    Examples
    --------
    >>> peer = {"namespaces": {"matchExpressions": [{"key": "a", "operator": "Foo"}]}}
    >>> rule = {"action": "Deny", "from": [peer]}
    >>> [problem.message for problem in rule_faults(rule, Direction.INGRESS, 0)]
    ['"Foo": not a valid selector operator']
    """
    path = ("spec", str(direction), index)
    yield from (fault._replace(path=(*path, *fault.path)) for fault in faults_in(rule, direction))


def faults_in(rule: dict[str, Any], direction: Direction) -> Problems:
    """Yield the same, each with its path within the rule."""
    peers = list_of_peers(direction)
    for i, peer in enumerate(rule[peers]):
        yield from _of_selectors(peer, (peers, i))
        if "domainNames" in peer and rule["action"] not in ("Accept", "Allow"):
            message = "names of hosts are described for rules that accept, and for no others"
            hint = "deny the addresses, by networks, after a rule that accepts the names"
            yield Problem((peers, i, "domainNames"), Reason.INVALID, message, hint)
    yield from port_faults(rule.get("ports", ()), ("ports",))


def port_faults(ports: Sequence[dict[str, Any]], path: Path) -> Problems:
    """Yield what keeps anyone from knowing which ports a rule of v1alpha1 is about.

    Examples
    --------
    >>> range_ = {"protocol": "TCP", "start": 90, "end": 80}
    >>> [problem.message for problem in port_faults([{"portRange": range_}], ())]
    ['the range ends before it starts']
    """
    for i, port in enumerate(ports):
        for key, value in port.items():
            if isinstance(value, dict):
                yield from _of_a_port(value, (*path, i, key))


def first_of(faults: Iterator[Problem]) -> str:
    """Return the first fault in words, nothing where there is none."""
    return next((f"{format_path(p.path)}: {p.message or p.reason.words}" for p in faults), "")


def is_usable(selector: dict[str, Any]) -> bool:
    """Say whether a selector is one that an implementation can use.

    Examples
    --------
    >>> is_usable({"matchExpressions": [{"key": "a", "operator": "In"}]})
    False
    """
    return not any(_of_a_selector(selector, ()))


def _of_selectors(holder: dict[str, Any], path: Path) -> Problems:
    """Yield what is wrong with the selectors in a subject or peer, as in a NetworkPolicy."""
    for key in ("namespaces", "nodes"):
        if key in holder:
            yield from _of_a_selector(holder[key], (*path, key))
    for key, selector in holder.get("pods", {}).items():
        yield from _of_a_selector(selector, (*path, "pods", key))


def _of_a_selector(selector: dict[str, Any], path: Path) -> Problems:
    yield from check_selector(decoder(api.LabelSelector)(selector, path, []), path)


def _of_a_port(port: dict[str, Any], path: Path) -> Problems:
    """Yield what v1alpha1 takes of ports: any text for a protocol, and a range from 90 to 80."""
    yield from check_protocol(port.get("protocol", "TCP"), (*path, "protocol"))
    if port.get("start", 0) > port.get("end", 65535):
        message, hint = "the range ends before it starts", "exchange start and end"
        yield Problem(path, Reason.INVALID, message, hint)
