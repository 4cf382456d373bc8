"""What the API server refuses of a NetworkPolicy, in its order and its words (VAL rows)."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lab.errors import Reason
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.field_paths import Path
from netpol_lab.manifests.hints.ports import end_port_hint, port_name_hint, port_number_hint
from netpol_lab.manifests.rules.cidrs import (
    cidr_hint,
    cidr_warnings,
    except_hint,
    fault_of,
    likely_cidr,
    read_cidr,
    strict_fault,
)
from netpol_lab.manifests.rules.naming_rules import check_port_name
from netpol_lab.manifests.rules.object_rules import (
    check_port_number,
    check_protocol,
    check_selector,
)
from netpol_lab.manifests.rules.server_words import (
    Problem,
    Problems,
    forbidden,
    invalid,
    required,
    unsupported,
)
from netpol_lab.model.objects import Direction


def check_policy(spec: api.NetworkPolicySpec, strict_cidr: bool) -> Problems:
    """Yield what the server refuses of the spec of a policy."""
    yield from check_selector(spec.pod_selector, ("spec", "podSelector"))
    for rule, path in _rules(spec):
        for i, port in enumerate(rule.ports or ()):
            yield from _policy_port(port, (*path, "ports", i))
        for peer, peer_path in _peers(rule, path):
            yield from _peer(peer, peer_path, strict_cidr)
    yield from _policy_types(spec.policy_types or (), ("spec", "policyTypes"))
    for block, path in _blocks(spec):  # declared with the field, which the server looks at last
        if not block.cidr:
            yield required((*path, "cidr"), "for every IPv4 address write cidr: 0.0.0.0/0")


def policy_warnings(policy: api.NetworkPolicy, strict_cidr: bool) -> Problems:
    """Yield what the server warns of in a policy, or kubectl apply does not take (VAL-04)."""
    if not policy.metadata.name:
        message = f"from {policy.metadata.generate_name}: cannot use generate name with apply"
        hint = "kubectl create takes it"
        yield Problem(("metadata", "generateName"), Reason.WARNING, message, hint)
    for block, path in _blocks(policy.spec):
        excepts = ((("except", i), text) for i, text in enumerate(block.excepts or ()))
        for part, text in ((("cidr",), block.cidr), *excepts):
            # A strict server refuses the others: `older_servers` has the word for them.
            for message in cidr_warnings(text) if not strict_cidr or not strict_fault(text) else ():
                network = read_cidr(text)
                hint = f"write {network.network}" if network else ""
                yield Problem((*path, *part), Reason.WARNING, message, hint)


def _rules(spec: api.NetworkPolicySpec) -> Iterator[tuple[api.Rule, Path]]:
    yield from ((rule, ("spec", "ingress", i)) for i, rule in enumerate(spec.ingress or ()))
    yield from ((rule, ("spec", "egress", i)) for i, rule in enumerate(spec.egress or ()))


def _peers(rule: api.Rule, path: Path) -> Iterator[tuple[api.NetworkPolicyPeer, Path]]:
    key = "from" if isinstance(rule, api.NetworkPolicyIngressRule) else "to"
    return ((peer, (*path, key, i)) for i, peer in enumerate(rule.peers or ()))


def _blocks(spec: api.NetworkPolicySpec) -> Iterator[tuple[api.IPBlock, Path]]:
    for rule, path in _rules(spec):
        for peer, peer_path in _peers(rule, path):
            if peer.ip_block is not None:
                yield peer.ip_block, (*peer_path, "ipBlock")


def _policy_types(written: tuple[str, ...], path: Path) -> Problems:
    known = [direction.value for direction in Direction]
    if len(written) > len(known):
        fault = "may not specify more than two policyTypes"
        yield invalid(path, list(written), fault, "write Ingress, Egress or both, each once")
        return
    for i, name in enumerate(written):
        if name not in known:
            yield unsupported((*path, i), name, known)


def _peer(peer: api.NetworkPolicyPeer, path: Path, strict_cidr: bool) -> Problems:
    selectors = {"podSelector": peer.pod_selector, "namespaceSelector": peer.namespace_selector}
    given = {name: selector for name, selector in selectors.items() if selector is not None}
    for name, selector in given.items():
        yield from check_selector(selector, (*path, name))
    if peer.ip_block is not None:
        yield from _ip_block(peer.ip_block, (*path, "ipBlock"), strict_cidr)
        if given:
            message = "may not specify both ipBlock and another peer"
            hint = "put a dash before the second: two items are alternatives"
            yield forbidden(path, message, hint)
    elif not given:
        hint = (
            'for every pod of the namespace write "podSelector: {}"; '
            "for anyone leave the whole list out"
        )
        yield required(path, hint, "must specify a peer")


def _ip_block(block: api.IPBlock, path: Path, strict: bool) -> Problems:
    if not block.cidr:
        return  # `check_policy` says so, after everything else
    yield from _cidr(block.cidr, (*path, "cidr"), strict)
    outer = read_cidr(block.cidr)
    if outer is None:
        return
    for i, text in enumerate(block.excepts or ()):
        inner, likely = read_cidr(text), read_cidr(likely_cidr(text))
        fits = likely is None or outer.contains(likely)
        hint = cidr_hint(text) if fits else except_hint(block.cidr, text)
        if fault := fault_of(text, strict):
            yield invalid((*path, "except", i), text, fault, hint)
        if inner is not None and not outer.contains(inner):
            hint = except_hint(block.cidr, text)
            fault = "must be a strict subset of `cidr`"
            yield invalid((*path, "except", i), text, fault, hint)


def _cidr(text: str, path: Path, strict: bool) -> Problems:
    if fault := fault_of(text, strict):
        yield invalid(path, text, fault, cidr_hint(text))


# ---------------------------------------------------------------- ports


def _policy_port(port: api.NetworkPolicyPort, path: Path) -> Problems:
    yield from check_protocol(port.protocol, (*path, "protocol"))
    number, end, end_path = port.port, port.end_port, (*path, "endPort")
    if end is not None and number is None:
        fault = "may not be specified when `port` is not specified"
        yield invalid(end_path, end, fault, "add the first port of the range, as port")
    elif end is not None and isinstance(number, str):
        fault = "may not be specified when `port` is non-numeric"
        yield invalid(end_path, end, fault, "write port as a number, or leave endPort out")
    if isinstance(number, str):
        found = check_port_name(number, (*path, "port"))
        hint = port_name_hint(port)
        yield from (problem._replace(hint=hint or problem.hint) for problem in found)
    elif number is not None:
        for problem in check_port_number(number, (*path, "port")):
            yield problem._replace(hint=port_number_hint(number))
        if end is not None and end < number:
            fault = "must be greater than or equal to `port`"
            yield invalid(end_path, end, fault, end_port_hint(number, end))
        if end is not None:
            yield from check_port_number(end, end_path)
