"""What a server takes of a cluster-wide policy, and somebody should hear of all the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from netpol_lab.errors import Reason
from netpol_lab.manifests.cluster_wide.cel_rules import is_canonical, network_of
from netpol_lab.manifests.cluster_wide.stored import StoredPolicy
from netpol_lab.manifests.cluster_wide.usability import rule_faults, subject_faults
from netpol_lab.manifests.field_paths import Path, get_text
from netpol_lab.manifests.rules.naming_rules import check_port_name
from netpol_lab.manifests.rules.server_words import Problem, Problems
from netpol_lab.model.objects import Direction


def policy_warnings(policy: StoredPolicy, value: dict[str, Any]) -> Problems:
    """Yield warnings about a policy that is stored.

    Parameters
    ----------
    policy : StoredPolicy
    value : dict
        As it is written.

    Yields
    ------
    Problem

    Examples
    --------
    >>> from netpol_lab.manifests.api_types import ObjectMeta
    >>> spec = {"subject": {"namespaces": {}}}
    >>> policy = StoredPolicy(metadata=ObjectMeta(name="a"), spec=spec)
    >>> written = {"metadata": {"name": "a", "namespace": "shop"}}
    >>> [problem.message for problem in policy_warnings(policy, written)]
    ['has no effect: the policy is about the whole cluster']
    """
    if not policy.metadata.name:
        message = f"from {policy.metadata.generate_name}: cannot use generate name with apply"
        path = ("metadata", "generateName")
        yield Problem(path, Reason.WARNING, message, "kubectl create takes it")
    if get_text(value, "metadata", "namespace"):
        message = "has no effect: the policy is about the whole cluster"
        hint = "leave it out, and choose the pods of one namespace by subject"
        yield Problem(("metadata", "namespace"), Reason.WARNING, message, hint)
    yield from in_force_even_so(subject_faults(policy.spec))
    canonical = policy.kind == "ClusterNetworkPolicy"
    for direction in Direction:
        for i, rule in enumerate(policy.spec.get(str(direction), ())):
            faults = rule_faults(rule, direction, i)
            yield from (_undefined(fault, "this rule could match") for fault in faults)
            yield from _names_of_ports(rule, ("spec", str(direction), i))
            if canonical:
                yield from _host_bits(rule, ("spec", str(direction), i))


def in_force_even_so(problems: Iterable[Problem]) -> Problems:
    """Yield warnings about what leaves a whole policy open, though a server has stored it."""
    yield from (_undefined(problem, "the policy could decide") for problem in problems)


def _undefined(fault: Problem, what: str) -> Problem:
    said = ": ".join(filter(None, (fault.reason.words, fault.message)))
    message = f"{said}; the server stores it even so, and what {what} is undefined"
    return fault._replace(reason=Reason.WARNING, message=message)


def _host_bits(rule: dict[str, Any], path: Path) -> Iterator[Problem]:
    """Yield the CIDRs that only definitions before v0.3.0 take."""
    for i, peer in enumerate(rule.get("to", ())):
        for j, text in enumerate(peer.get("networks", ())):
            if not is_canonical(text):
                message = "definitions refuse a CIDR with host bits since v0.3.0"
                hint = f"write {network_of(text)}, which is what it means"
                yield Problem((*path, "to", i, "networks", j), Reason.WARNING, message, hint)


def _names_of_ports(rule: dict[str, Any], path: Path) -> Iterator[Problem]:
    """Yield which names no port of a pod can have: the server does not check them."""
    for key, name in (("protocols", "destinationNamedPort"), ("ports", "namedPort")):
        for i, item in enumerate(rule.get(key, ())):
            at = (*path, key, i, name)
            for fault in check_port_name(item[name], at) if name in item else ():
                said = f"no port can have this name, so it matches nothing: {fault.message}"
                yield fault._replace(reason=Reason.WARNING, message=said)
                break
