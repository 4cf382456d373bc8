"""The API server's rules for a decoded NetworkPolicy, in its order and its words (VAL rows).

Each function yields the problems of one type. Nothing here changes a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_network

from netpol_lab.errors import Reason, near, visible
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.decoding import Problem
from netpol_lab.manifests.field_paths import Path
from netpol_lab.model.addresses import Network, parse_address
from netpol_lab.model.objects import Direction, Operator
from netpol_lab.model.ports import MAX_PORT, MIN_PORT, Protocol, is_governed

Problems = Iterator[Problem]


# ---------------------------------------------------------------- the policy


def check_policy(policy: api.NetworkPolicy, strict_cidr: bool = True) -> Problems:
    """Yield everything the API server would refuse (VAL-03 to VAL-37).

    Examples
    --------
    >>> [problem.message for problem in check_policy(api.NetworkPolicy())]
    ['name or generateName is required']
    """
    spec = policy.spec
    yield from check_metadata(policy.metadata)
    yield from check_selector(spec.pod_selector, ("spec", "podSelector"))
    for i, inward in enumerate(spec.ingress or ()):
        yield from _rule(inward.ports, inward.from_, "from", ("spec", "ingress", i), strict_cidr)
    for i, outward in enumerate(spec.egress or ()):
        yield from _rule(outward.ports, outward.to, "to", ("spec", "egress", i), strict_cidr)
    yield from _policy_types(spec.policy_types or (), ("spec", "policyTypes"))


def _rule(
    ports: Iterable[api.NetworkPolicyPort] | None,
    peers: Iterable[api.NetworkPolicyPeer] | None,
    peers_key: str,
    path: Path,
    strict_cidr: bool,
) -> Problems:
    for i, port in enumerate(ports or ()):
        yield from _port(port, (*path, "ports", i))
    for i, peer in enumerate(peers or ()):
        yield from _peer(peer, (*path, peers_key, i), strict_cidr)


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
    quoted = ", ".join(f'"{word}"' for word in known)
    same = [word for word in known if word.lower() == value.lower()] or near(value, known, most=1)
    hint = f"did you mean {same[0]}?" if same else ""
    message = f'"{visible(value)}": supported values: {quoted}'
    return Problem(path, Reason.UNSUPPORTED, message, hint)


# ---------------------------------------------------------------- ports


def _port(port: api.NetworkPolicyPort, path: Path) -> Problems:
    yield from _protocol(port.protocol, (*path, "protocol"))
    end, end_path = port.end_port, (*path, "endPort")
    if port.port is None:
        if end is not None:
            message = "may not be specified when `port` is not specified"
            yield Problem(end_path, Reason.INVALID, message, "add the first port of the range")
    elif isinstance(port.port, str):
        if end is not None:
            yield Problem(
                end_path, Reason.INVALID, "may not be specified when `port` is non-numeric"
            )
        yield from _port_name(port.port, (*path, "port"))
    else:
        number = int(port.port)  # type: ignore[call-overload]
        yield from _port_number(number, (*path, "port"))
        if end is not None:
            if end < number:
                message = "must be greater than or equal to `port`"
                yield Problem(end_path, Reason.INVALID, message, "swap the two numbers")
            yield from _port_number(end, end_path)


def _protocol(protocol: str | None, path: Path) -> Problems:
    if protocol is not None and not is_governed(protocol):
        yield _unsupported(path, protocol, Protocol.__members__)


def _port_number(number: float, path: Path) -> Problems:
    if not MIN_PORT <= number <= MAX_PORT:
        yield Problem(path, Reason.INVALID, "must be between 1 and 65535, inclusive")


def _port_name(name: str, path: Path) -> Problems:
    hint = "take the quotes away: in quotes it is a name" if name.isdigit() else ""
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
    yield from (
        Problem(path, Reason.INVALID, text, hint) for is_broken, text in broken if is_broken
    )


# ---------------------------------------------------------------- peers


def _peer(peer: api.NetworkPolicyPeer, path: Path, strict_cidr: bool) -> Problems:
    selectors = (("podSelector", peer.pod_selector), ("namespaceSelector", peer.namespace_selector))
    given = [(name, selector) for name, selector in selectors if selector is not None]
    for name, selector in given:
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
    yield from _labels(selector.match_labels, (*path, "matchLabels"))
    for i, expression in enumerate(selector.match_expressions or ()):
        yield from _expression(expression, (*path, "matchExpressions", i))


def _expression(expression: api.LabelSelectorRequirement, path: Path) -> Problems:
    operator, values = expression.operator, expression.values or ()
    if operator in (Operator.IN, Operator.NOT_IN):
        if not values:
            message = "must be specified when `operator` is 'In' or 'NotIn'"
            yield Problem((*path, "values"), Reason.REQUIRED, message)
    elif operator in (Operator.EXISTS, Operator.DOES_NOT_EXIST):
        if values:
            message = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            yield Problem((*path, "values"), Reason.FORBIDDEN, message, "leave values out")
    else:
        hint = f"the operators are {', '.join(Operator)}"
        yield Problem(
            (*path, "operator"),
            Reason.INVALID,
            f'"{visible(operator)}": not a valid selector operator',
            hint,
        )
    yield from _qualified_name(expression.key, (*path, "key"))
    for i, value in enumerate(values):
        yield from _label_value(value, (*path, "values", i))


# ---------------------------------------------------------------- address blocks


def _ip_block(block: api.IPBlock, path: Path, strict: bool) -> Problems:
    if not block.cidr:
        hint = "for IPv4 addresses of all kinds write cidr: 0.0.0.0/0"
        yield Problem((*path, "cidr"), Reason.REQUIRED, "", hint)
        return
    yield from _cidr(block.cidr, (*path, "cidr"), strict)
    outer = parse_cidr(block.cidr)
    if outer is None:
        return
    for i, text in enumerate(block.except_ or ()):
        yield from _cidr(text, (*path, "except", i), strict)
        inner = parse_cidr(text)
        if inner is not None and not _is_strictly_inside(inner, outer):
            message = f'"{visible(text)}": must be a strict subset of `cidr`'
            hint = f"an except has to lie inside {block.cidr} and be smaller"
            yield Problem((*path, "except", i), Reason.INVALID, message, hint)


def _is_strictly_inside(inner: Network, outer: Network) -> bool:
    return inner.network_address in outer and inner.prefixlen > outer.prefixlen


_CIDR = re.compile(r"(?P<address>[0-9A-Fa-f:.]+)/(?P<length>[0-9]{1,4})")
_BAD_CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"


def parse_cidr(text: str) -> Network | None:
    """Return the network a CIDR spells, as leniently as old API servers, or None.

    Leading zeros are dropped, host bits cut off, and an IPv4-mapped block is its IPv4 block.

    Examples
    --------
    >>> parse_cidr("10.1.2.3/08")
    IPv4Network('10.0.0.0/8')
    >>> parse_cidr("10.0.0.0/255.0.0.0") is None
    True
    """
    match = _CIDR.fullmatch(text)
    if match is None:
        return None
    address = re.sub(r"(?<![0-9A-Fa-f:])0+(?=\d)", "", match["address"])
    try:
        network = ip_network(f"{address}/{int(match['length'])}", strict=False)
    except ValueError:
        return None
    return _unmapped(network)


def _unmapped(network: Network) -> Network:
    if isinstance(network, IPv6Network) and network.prefixlen >= 96:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return IPv4Network((mapped, network.prefixlen - 96))
    return network


def _cidr(text: str, path: Path, strict: bool) -> Problems:
    network = parse_cidr(text)
    if network is None:
        yield Problem(path, Reason.INVALID, f'"{visible(text)}": {_BAD_CIDR}', _cidr_hint(text))
    elif strict and (fault := _strict_fault(text, network)):
        yield Problem(path, Reason.INVALID, f'"{visible(text)}": {fault}', f"write {network}")


def _cidr_hint(text: str) -> str:
    if text != text.strip():
        return "take the space away"
    if "/" not in text and parse_cidr(f"{text}/32"):
        return f"for this one address write {text}/{128 if ':' in text else 32}"
    return ""


def _strict_fault(text: str, network: Network) -> str:
    """Return what a server since v1.36 refuses in a CIDR that older ones took (VAL-28, VAL-29)."""
    leading = re.search(r"(?<![0-9A-Fa-f])0[0-9]+\.|\.0[0-9]|/0[0-9]", text)
    if leading or parse_address(text.partition("/")[0]) is None:  # zeros of an IPv6 group are fine
        return "must not have leading 0s in IP or prefix length"
    if _is_mapped(text):
        return "must not have an IPv4-mapped IPv6 address"
    if ip_network(text, strict=False).network_address != _address(text):
        return "must not have bits set beyond the prefix length"
    return ""


def _address(text: str) -> object:
    from ipaddress import ip_address

    return ip_address(text.partition("/")[0])


def _is_mapped(text: str) -> bool:
    address = _address(text)
    return isinstance(address, IPv6Address) and address.ipv4_mapped is not None


def warnings(policy: api.NetworkPolicy, strict_cidr: bool = True) -> Problems:
    """Yield what the server accepts with a warning, or kubectl apply not at all (VAL-04)."""
    if not policy.metadata.name:
        hint = "kubectl create takes it"
        message = f"from {policy.metadata.generate_name}: cannot use generate name with apply"
        yield Problem(("metadata", "generateName"), Reason.INVALID, message, hint)
    for path, text in _cidrs(policy.spec):
        network = parse_cidr(text)
        if network is not None and not strict_cidr and _strict_fault(text, network):
            message = f'CIDR value "{text}" is ambiguous in this context (should be "{network}"?)'
            yield Problem(path, Reason.INVALID, message)
        elif network is not None and ":" in text and str(network) != text:
            message = (
                f'IPv6 CIDR value "{text}" should be in RFC 5952 canonical format ("{network}")'
            )
            yield Problem(path, Reason.INVALID, message, f"write {network}")


def _cidrs(spec: api.NetworkPolicySpec) -> Iterator[tuple[Path, str]]:
    inward = (("ingress", i, "from", r.from_) for i, r in enumerate(spec.ingress or ()))
    outward = (("egress", i, "to", r.to) for i, r in enumerate(spec.egress or ()))
    for section, i, key, peers in (*inward, *outward):
        for j, peer in enumerate(peers or ()):
            if peer.ip_block is not None:
                path: Path = ("spec", section, i, key, j, "ipBlock")
                yield (*path, "cidr"), peer.ip_block.cidr
                for k, text in enumerate(peer.ip_block.except_ or ()):
                    yield (*path, "except", k), text


# ---------------------------------------------------------------- metadata and labels

_SUBDOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_NAME = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_BAD_SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'example.com')"
)
_BAD_LABEL = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must start and end with an alphanumeric character (e.g. 'my-name', or '123-abc')"
)
_BAD_NAME = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character (e.g. 'MyName', or 'my.name', or '123-abc')"
)


def check_metadata(meta: api.ObjectMeta) -> Problems:
    """Yield what is wrong with an object's metadata (VAL-03, VAL-05 to VAL-07)."""
    path: Path = ("metadata",)
    if meta.generate_name:
        base = meta.generate_name  # "maskTrailingDash" of the server
        base = f"{base[:-2]}a" if len(base) > 1 and base.endswith("-") else base
        yield from _texts(_subdomain(base), meta.generate_name, (*path, "generateName"))
    yield from check_name(meta)
    if meta.name:
        yield from _texts(_subdomain(meta.name), meta.name, (*path, "name"))
    if meta.namespace:
        yield from _texts(_dns_label(meta.namespace), meta.namespace, (*path, "namespace"))
    yield from _labels(meta.labels, (*path, "labels"))
    for key in meta.annotations or {}:
        yield from _qualified_name(key.lower(), (*path, "annotations"))


def check_name(meta: api.ObjectMeta) -> Problems:
    """Yield a problem for an object without any name (VAL-03)."""
    if not meta.name and not meta.generate_name:
        message = "name or generateName is required"
        yield Problem(("metadata", "name"), Reason.REQUIRED, message)


def _labels(labels: Mapping[str, str] | None, path: Path) -> Problems:
    for key, value in (labels or {}).items():
        yield from _qualified_name(key, path)
        yield from _label_value(value, path)


def _texts(messages: Iterable[str], value: str, path: Path) -> Problems:
    return (Problem(path, Reason.INVALID, f'"{visible(value)}": {text}') for text in messages)


def _subdomain(text: str) -> Iterator[str]:
    if len(text) > 253:
        yield "must be no more than 253 characters"
    if not re.fullmatch(_SUBDOMAIN, text):
        yield _BAD_SUBDOMAIN


def _dns_label(text: str) -> Iterator[str]:
    if len(text) > 63:
        yield "must be no more than 63 characters"
    if not re.fullmatch(_LABEL, text):
        yield _BAD_LABEL


def _qualified_name(key: str, path: Path) -> Problems:
    yield from _texts(_bad_key(key), key, path)


def _bad_key(key: str) -> Iterator[str]:
    if key.count("/") > 1:
        yield f"a qualified name {_BAD_NAME} with an optional DNS subdomain prefix and '/'"
        return
    prefix, slash, name = key.rpartition("/")
    if slash:
        if not prefix:
            yield "prefix part must be non-empty"
        else:
            yield from (f"prefix part {text}" for text in _subdomain(prefix))
    if not name:
        yield "name part must be non-empty"
    elif len(name) > 63:
        yield "name part must be no more than 63 characters"
    if not re.fullmatch(_NAME, name):
        yield f"name part {_BAD_NAME}"


def _label_value(value: str, path: Path) -> Problems:
    if len(value) > 63:
        yield from _texts(["must be no more than 63 characters"], value, path)
    if not re.fullmatch(rf"({_NAME})?", value):
        yield from _texts(
            [f"a valid label must be an empty string or {_BAD_NAME[5:]}"], value, path
        )


# ---------------------------------------------------------------- pods and services


def check_pod(pod: api.Pod) -> Problems:
    """Yield what makes a pod's addresses or ports unreadable."""
    ips: list[tuple[Path, str]] = [(("status", "podIP"), pod.status.pod_ip)]
    ips += ((("status", "podIPs", i, "ip"), ip.ip) for i, ip in enumerate(pod.status.pod_ips or ()))
    yield from _bad_addresses(ips)
    yield from _bad_container_ports(pod.spec)


def check_service(service: api.Service) -> Problems:
    """Yield what makes a Service's addresses or ports unreadable; "None" is a headless one's."""
    ips: list[tuple[Path, str]] = [(("spec", "clusterIP"), service.spec.cluster_ip)]
    ips += ((("spec", "clusterIPs", i), ip) for i, ip in enumerate(service.spec.cluster_ips or ()))
    yield from _bad_addresses((path, ip) for path, ip in ips if ip != "None")
    for i, port in enumerate(service.spec.ports or ()):
        yield from _port_number(port.port, ("spec", "ports", i, "port"))
        yield from _protocol(port.protocol, ("spec", "ports", i, "protocol"))


def _bad_addresses(ips: Iterable[tuple[Path, str]]) -> Problems:
    for path, text in ips:
        if text and parse_address(text) is None:
            yield Problem(path, Reason.INVALID, f'"{visible(text)}": must be a valid IP address')


def check_workload(workload: api.Workload) -> Problems:
    """Yield what makes the ports of a workload's template unreadable."""
    spec = workload.spec
    yield from _bad_container_ports(spec.template.spec, ("spec", "template"))
    of_job = ("spec", "jobTemplate", "spec", "template")
    yield from _bad_container_ports(spec.job_template.spec.template.spec, of_job)


def _bad_container_ports(spec: api.PodSpec, above: Path = ()) -> Problems:
    for section, containers in (
        ("containers", spec.containers),
        ("initContainers", spec.init_containers),
    ):
        for i, container in enumerate(containers or ()):
            for j, port in enumerate(container.ports or ()):
                path: Path = (*above, "spec", section, i, "ports", j)
                yield from _port_number(port.container_port, (*path, "containerPort"))
                yield from _protocol(port.protocol, (*path, "protocol"))
