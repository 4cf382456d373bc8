"""The API server's rules for decoded objects, in its order and its words (VAL rows).

Each function yields the problems of one type. Nothing here changes a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from netpol_lab.errors import Reason, near, visible
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.cidrs import cidr_hint, parse_cidr, strict_fault
from netpol_lab.manifests.decoding import Problem
from netpol_lab.manifests.field_paths import Path
from netpol_lab.manifests.naming_rules import check_key, check_labels, check_metadata, check_value
from netpol_lab.manifests.services import endpoint_types
from netpol_lab.model.addresses import parse_address
from netpol_lab.model.objects import Direction, Operator
from netpol_lab.model.ports import MAX_PORT, MIN_PORT, Protocol, is_governed

Problems = Iterator[Problem]


def check_object(thing: api.Object, strict_cidr: bool = True) -> Problems:
    """Yield everything the API server would refuse (VAL-03 to VAL-37).

    Of pods, Services and workloads only what policies depend on is checked.

    Parameters
    ----------
    thing : Object
        Of one of the types in `kinds.KINDS`.
    strict_cidr : bool
        Refuse CIDRs with host bits or leading zeros, as servers since v1.36 do.

    Yields
    ------
    Problem

    Examples
    --------
    >>> [problem.message for problem in check_object(api.NetworkPolicy())]
    ['name or generateName is required']
    """
    yield from check_metadata(thing.metadata)
    match thing:
        case api.NetworkPolicy():
            yield from _policy(thing.spec, strict_cidr)
        case api.Pod():
            yield from _pod(thing)
        case api.Service():
            yield from _service(thing)
        case endpoint_types.Endpoints():
            yield from _endpoints(thing)
        case endpoint_types.EndpointSlice():
            yield from _endpoint_slice(thing)
        case api.Workload():
            yield from _container_ports(thing.spec.template.spec, ("spec", "template"))
            of_job = ("spec", "jobTemplate", "spec", "template")
            yield from _container_ports(thing.spec.job_template.spec.template.spec, of_job)


def warnings(policy: api.NetworkPolicy, strict_cidr: bool = True) -> Problems:
    """Yield what the server accepts with a warning, or kubectl apply not at all (VAL-04).

    Parameters
    ----------
    policy : NetworkPolicy
        One that `check_object` finds no fault with.
    strict_cidr : bool
        As for `check_object`.

    Yields
    ------
    Problem

    Examples
    --------
    >>> policy = api.NetworkPolicy(metadata=api.ObjectMeta(generate_name="p-"))
    >>> [problem.message for problem in warnings(policy)]
    ['from p-: cannot use generate name with apply']
    """
    if not policy.metadata.name:
        message = f"from {policy.metadata.generate_name}: cannot use generate name with apply"
        hint = "kubectl create takes it"
        yield Problem(("metadata", "generateName"), Reason.INVALID, message, hint)
    for path, text in _cidrs(policy.spec):
        network = parse_cidr(text)
        if network is not None and not strict_cidr and strict_fault(text, network):
            message = f'CIDR value "{text}" is ambiguous in this context (should be "{network}"?)'
            yield Problem(path, Reason.INVALID, message)
        elif network is not None and ":" in text and str(network) != text:
            canonical = f'should be in RFC 5952 canonical format ("{network}")'
            message = f'IPv6 CIDR value "{text}" {canonical}'
            yield Problem(path, Reason.INVALID, message, f"write {network}")


def _cidrs(spec: api.NetworkPolicySpec) -> Iterator[tuple[Path, str]]:
    for rule, path in _rules(spec):
        for peer, peer_path in _peers(rule, path):
            if peer.ip_block is not None:
                yield (*peer_path, "ipBlock", "cidr"), peer.ip_block.cidr
                for i, text in enumerate(peer.ip_block.excepts or ()):
                    yield (*peer_path, "ipBlock", "except", i), text


# ---------------------------------------------------------------- policies


def _policy(spec: api.NetworkPolicySpec, strict_cidr: bool) -> Problems:
    yield from check_selector(spec.pod_selector, ("spec", "podSelector"))
    for rule, path in _rules(spec):
        for i, port in enumerate(rule.ports or ()):
            yield from _policy_port(port, (*path, "ports", i))
        for peer, peer_path in _peers(rule, path):
            yield from _peer(peer, peer_path, strict_cidr)
    yield from _policy_types(spec.policy_types or (), ("spec", "policyTypes"))


def _rules(spec: api.NetworkPolicySpec) -> Iterator[tuple[api.Rule, Path]]:
    yield from ((rule, ("spec", "ingress", i)) for i, rule in enumerate(spec.ingress or ()))
    yield from ((rule, ("spec", "egress", i)) for i, rule in enumerate(spec.egress or ()))


def _peers(rule: api.Rule, path: Path) -> Iterator[tuple[api.NetworkPolicyPeer, Path]]:
    key = "from" if isinstance(rule, api.NetworkPolicyIngressRule) else "to"
    return ((peer, (*path, key, i)) for i, peer in enumerate(rule.peers or ()))


def _policy_types(written: tuple[str, ...], path: Path) -> Problems:
    known = [direction.value for direction in Direction]
    if len(written) > len(known):
        yield Problem(path, Reason.INVALID, "may not specify more than two policyTypes")
        return
    for i, name in enumerate(written):
        if name not in known:
            yield _unsupported((*path, i), name, known)


def _unsupported(path: Path, value: str, known: Iterable[str]) -> Problem:
    known = list(known)
    same = [word for word in known if word.lower() == value.lower()] or near(value, known, most=1)
    hint = f"did you mean {same[0]}?" if same else ""
    listed = ", ".join(f'"{word}"' for word in known)
    message = f'"{visible(value)}": supported values: {listed}'
    return Problem(path, Reason.UNSUPPORTED, message, hint)


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
            yield Problem(path, Reason.FORBIDDEN, message, hint)
    elif not given:
        hint = (
            'for every pod of the namespace write "podSelector: {}"; '
            "for anyone leave the whole list out"
        )
        yield Problem(path, Reason.REQUIRED, "must specify a peer", hint)


def check_selector(selector: api.LabelSelector, path: Path) -> Problems:
    """Yield what is wrong with a label selector (VAL-32 to VAL-37)."""
    yield from check_labels(selector.match_labels, (*path, "matchLabels"))
    for i, expression in enumerate(selector.match_expressions or ()):
        yield from _expression(expression, (*path, "matchExpressions", i))


def _expression(expression: api.LabelSelectorRequirement, path: Path) -> Problems:
    operator, values = expression.operator, expression.values or ()
    if operator not in tuple(Operator):
        message = f'"{visible(operator)}": not a valid selector operator'
        hint = f"the operators are {', '.join(Operator)}"
        yield Problem((*path, "operator"), Reason.INVALID, message, hint)
    elif operator in (Operator.IN, Operator.NOT_IN):
        if not values:
            message = "must be specified when `operator` is 'In' or 'NotIn'"
            yield Problem((*path, "values"), Reason.REQUIRED, message)
    elif values:
        message = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
        yield Problem((*path, "values"), Reason.FORBIDDEN, message, "leave values out")
    yield from check_key(expression.key, (*path, "key"))
    for i, value in enumerate(values):
        yield from check_value(value, (*path, "values", i))


def _ip_block(block: api.IPBlock, path: Path, strict: bool) -> Problems:
    if not block.cidr:
        hint = "for every IPv4 address write cidr: 0.0.0.0/0"
        yield Problem((*path, "cidr"), Reason.REQUIRED, "", hint)
        return
    yield from _cidr(block.cidr, (*path, "cidr"), strict)
    outer = parse_cidr(block.cidr)
    if outer is None:
        return
    for i, text in enumerate(block.excepts or ()):
        yield from _cidr(text, (*path, "except", i), strict)
        inner = parse_cidr(text)
        if inner is None or (inner.network_address in outer and inner.prefixlen > outer.prefixlen):
            continue
        message = f'"{visible(text)}": must be a strict subset of `cidr`'
        hint = f"an except has to lie inside {block.cidr} and be smaller"
        yield Problem((*path, "except", i), Reason.INVALID, message, hint)


def _cidr(text: str, path: Path, strict: bool) -> Problems:
    network = parse_cidr(text)
    if network is None:
        fault = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
        yield Problem(path, Reason.INVALID, f'"{visible(text)}": {fault}', cidr_hint(text))
    elif strict and (fault := strict_fault(text, network)):
        yield Problem(path, Reason.INVALID, f'"{visible(text)}": {fault}', f"write {network}")


# ---------------------------------------------------------------- ports


def _policy_port(port: api.NetworkPolicyPort, path: Path) -> Problems:
    yield from _protocol(port.protocol, (*path, "protocol"))
    number, end, end_path = port.port, port.end_port, (*path, "endPort")
    if end is not None and number is None:
        message = "may not be specified when `port` is not specified"
        yield Problem(end_path, Reason.INVALID, message, "add the first port of the range")
    elif end is not None and isinstance(number, str):
        message = "may not be specified when `port` is non-numeric"
        yield Problem(end_path, Reason.INVALID, message)
    if isinstance(number, str):
        yield from _port_name(number, (*path, "port"))
    elif number is not None:
        yield from _port_number(number, (*path, "port"))
        if end is not None and end < number:
            message = "must be greater than or equal to `port`"
            yield Problem(end_path, Reason.INVALID, message, "swap the two numbers")
        if end is not None:
            yield from _port_number(end, end_path)


def _protocol(protocol: str | None, path: Path) -> Problems:
    if protocol is not None and not is_governed(protocol):
        yield _unsupported(path, protocol, Protocol.__members__)


def _port_number(number: int, path: Path) -> Problems:
    if not MIN_PORT <= number <= MAX_PORT:
        yield Problem(path, Reason.INVALID, "must be between 1 and 65535, inclusive")


def _port_name(name: str, path: Path) -> Problems:
    hint = "remove the quotes: in quotes it is a name" if name.isdigit() else ""
    if re.fullmatch(r"\d+\s*-\s*\d+", name):
        hint = "a range is written as port and endPort"
    broken = (
        (len(name) > 15, "must be no more than 15 characters"),
        (not re.fullmatch(r"[-a-z0-9]+", name),
         "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"),
        (not re.search(r"[a-z]", name), "must contain at least one letter (a-z)"),
        ("--" in name, "must not contain consecutive hyphens"),
        (name[:1] == "-" or name[-1:] == "-", "must not begin or end with a hyphen"),
    )  # fmt: skip
    return (Problem(path, Reason.INVALID, text, hint) for is_broken, text in broken if is_broken)


# ---------------------------------------------------------------- pods and services


def _pod(pod: api.Pod) -> Problems:
    yield from _address(pod.status.pod_ip, ("status", "podIP"))
    for i, ip in enumerate(pod.status.pod_ips or ()):
        yield from _address(ip.ip, ("status", "podIPs", i, "ip"))
    yield from _container_ports(pod.spec, ())


def _service(service: api.Service) -> Problems:
    yield from _cluster_ip(service.spec.cluster_ip, ("spec", "clusterIP"))
    for i, ip in enumerate(service.spec.cluster_ips or ()):
        yield from _cluster_ip(ip, ("spec", "clusterIPs", i))
    for i, ip in enumerate(service.spec.external_ips or ()):
        yield from _address(ip, ("spec", "externalIPs", i))
    for i, at in enumerate(service.status.load_balancer.ingress or ()):
        yield from _address(at.ip, ("status", "loadBalancer", "ingress", i, "ip"))
    for i, port in enumerate(service.spec.ports or ()):
        yield from _port_number(port.port, ("spec", "ports", i, "port"))
        yield from _protocol(port.protocol, ("spec", "ports", i, "protocol"))


def _cluster_ip(text: str, path: Path) -> Problems:
    return _address("" if text == "None" else text, path)  # "None" is a headless Service's


def _address(text: str, path: Path) -> Problems:
    if text:
        yield from _given_address(text, path)


def _endpoints(endpoints: endpoint_types.Endpoints) -> Problems:
    for i, subset in enumerate(endpoints.subsets or ()):
        for name, found in _addresses_of(subset):
            for j, address in enumerate(found or ()):
                yield from _given_address(address.ip, ("subsets", i, name, j, "ip"))
        for j, port in enumerate(subset.ports or ()):
            yield from _port_number(port.port or 0, ("subsets", i, "ports", j, "port"))
            yield from _protocol(port.protocol, ("subsets", i, "ports", j, "protocol"))


def _addresses_of(
    subset: endpoint_types.EndpointSubset,
) -> Iterator[tuple[str, tuple[endpoint_types.EndpointAddress, ...] | None]]:
    yield "addresses", subset.addresses
    yield "notReadyAddresses", subset.not_ready_addresses


_ADDRESS_TYPES = {"FQDN": 0, "IPv4": 4, "IPv6": 6}


def _endpoint_slice(found: endpoint_types.EndpointSlice) -> Problems:
    kind = found.address_type
    if not kind:
        yield Problem(("addressType",), Reason.REQUIRED, "", "write IPv4 or IPv6")
    elif kind not in _ADDRESS_TYPES:
        yield _unsupported(("addressType",), kind, _ADDRESS_TYPES)
    for i, port in enumerate(found.ports or ()):
        yield from _protocol(port.protocol, ("ports", i, "protocol"))
    for i, end in enumerate(found.endpoints or ()):
        if not end.addresses:
            said = "must contain at least 1 address"
            yield Problem(("endpoints", i, "addresses"), Reason.REQUIRED, said)
        for j, text in enumerate(end.addresses or () if _ADDRESS_TYPES.get(kind) else ()):
            path, address = ("endpoints", i, "addresses", j), parse_address(text)
            if address is None:
                yield from _given_address(text, path)
            elif address.version != _ADDRESS_TYPES[kind]:
                said = f'"{visible(text)}": must be an {kind} address'
                yield Problem(path[:-1], Reason.INVALID, said)


def _given_address(text: str, path: Path) -> Problems:
    """Yield what is wrong with an address that has to be there."""
    if parse_address(text) is None:
        yield Problem(path, Reason.INVALID, f'"{visible(text)}": must be a valid IP address')


def _container_ports(spec: api.PodSpec, above: Path) -> Problems:
    lists = {"containers": spec.containers, "initContainers": spec.init_containers}
    for section, containers in lists.items():
        for i, container in enumerate(containers or ()):
            for j, port in enumerate(container.ports or ()):
                path: Path = (*above, "spec", section, i, "ports", j)
                yield from _port_number(port.container_port, (*path, "containerPort"))
                yield from _protocol(port.protocol, (*path, "protocol"))
