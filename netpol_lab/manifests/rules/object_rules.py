"""The API server's rules for selectors, pods, Services and workloads (VAL-32 to VAL-37, VAL-50).

Of pods, Services and workloads only what policies depend on is checked: a pod without containers
passes, one with a label that no selector could name doesn't.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
from typing import Any

from netpol_lab.errors import Reason
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.field_paths import Path
from netpol_lab.manifests.rules.cidrs import parse_cidr
from netpol_lab.manifests.rules.metadata_rules import check_annotations
from netpol_lab.manifests.rules.naming_rules import (
    DNS_LABEL,
    SUBDOMAIN,
    check_key,
    check_labels,
    check_port_name,
    check_value,
    name_faults,
    name_hint,
)
from netpol_lab.manifests.rules.server_words import (
    Problem,
    Problems,
    forbidden,
    invalid,
    repeated,
    required,
    unsupported,
)
from netpol_lab.manifests.text.go_text import shown
from netpol_lab.model.addresses import parse_address
from netpol_lab.model.ports import MAX_PORT, MIN_PORT, Protocol, is_governed
from netpol_lab.model.selectors import Operator

# ---------------------------------------------------------------- selectors


def check_selector(selector: api.LabelSelector, path: Path) -> Problems:
    """Yield what is wrong with a label selector (VAL-32 to VAL-37)."""
    yield from check_labels(selector.match_labels, (*path, "matchLabels"))
    for i, expression in enumerate(selector.match_expressions or ()):
        yield from _expression(expression, (*path, "matchExpressions", i))


def _expression(expression: api.LabelSelectorRequirement, path: Path) -> Problems:
    operator, values = expression.operator, expression.values or ()
    if operator not in tuple(Operator):
        fault, hint = "not a valid selector operator", operator_hint(operator, bool(values))
        yield invalid((*path, "operator"), operator, fault, hint)
    elif operator in (Operator.IN, Operator.NOT_IN):
        if not values:
            message = "must be specified when `operator` is 'In' or 'NotIn'"
            hint = "list the values, such as values: [web], or write operator: Exists for any value"
            yield required((*path, "values"), hint, message)
    elif values:
        message = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
        with_values = Operator.IN if operator == Operator.EXISTS else Operator.NOT_IN
        hint = f"leave values out, or write operator: {with_values}"
        yield forbidden((*path, "values"), message, hint)
    yield from check_key(expression.key, (*path, "key"))
    for i, value in enumerate(values):
        yield from check_value(value, (*path, "values", i))


_OPERATORS = {
    Operator.IN: "in = == equal equals eq is any anyof oneof contains matches",
    Operator.NOT_IN: "notin != notequal notequals ne neq isnot not noneof doesnotcontain",
    Operator.EXISTS: "exists exist present has",
    Operator.DOES_NOT_EXIST: "doesnotexist doesntexist notexists notexist absent missing ! hasnot",
}


def operator_hint(written: str, has_values: bool) -> str:
    """Return the operator that was probably meant, as far as it goes with the values."""
    plain = re.sub(r"[\s_'-]", "", written.lower())
    meant = next((one for one, names in _OPERATORS.items() if plain in names.split()), None)
    if not written:
        missing = Operator.IN if has_values else Operator.EXISTS
        return f"add operator: {missing}"
    if meant is None:
        return f"the operators are {', '.join(Operator)}"
    wants_values = meant in (Operator.IN, Operator.NOT_IN)
    then = " Then leave values out" if has_values else " Then list the values"
    return f"did you mean {meant}?{then if wants_values is not has_values else ''}"


def _matches(selector: api.LabelSelector, labels: Mapping[str, str]) -> bool:
    """Say whether a valid selector selects labels: only for what a workload says of its own pods.

    What the selectors of policies mean is for the engine to say.
    """
    wanted = selector.match_labels or {}
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _holds(expression, labels) for expression in selector.match_expressions or ()
    )


def _holds(expression: api.LabelSelectorRequirement, labels: Mapping[str, str]) -> bool:
    there, value = expression.key in labels, labels.get(expression.key)
    match expression.operator:
        case Operator.EXISTS:
            return there
        case Operator.DOES_NOT_EXIST:
            return not there
        case Operator.IN:
            return there and value in (expression.values or ())
        case _:
            return value not in (expression.values or ())


# ---------------------------------------------------------------- ports and addresses


def check_protocol(
    protocol: str | None, path: Path, known: Iterable[str] = Protocol.__members__
) -> Problems:
    """Yield why a text is no protocol that ports have (VAL-17)."""
    if protocol is not None and not is_governed(protocol):
        yield unsupported(path, protocol, known, _protocol_hint(protocol))


_EACH = "write an item of ports for each protocol"
_PROTOCOLS = (
    (r"icmp.*", "ICMP has no ports, and no rule can name it"),
    (r"6", "write TCP"),
    (r"17", "write UDP"),
    (r"132", "write SCTP"),
    (r"dns", f"names are looked up by UDP and TCP: {_EACH}"),
    (r"https?|http/?[12].*|h2c?|grpc|wss?|websocket|tls|ssl|ssh|s?ftp|smtp|ldaps?|mysql|postgres.*|sql|"
     r"redis|amqp|kafka|mongo.*", "{} runs over TCP: write TCP"),
    (r"http/?3|quic|ntp|snmp|syslog|dhcp|wireguard", "{} runs over UDP: write UDP"),
    (r"any|all|\*|both|-1|.*(tcp.*udp|udp.*tcp|tcp.*sctp|udp.*sctp).*", _EACH),
)  # fmt: skip


def _protocol_hint(protocol: str) -> str:
    """Return what to write for a protocol that no port has; nothing where it is a misprint."""
    if not protocol:
        return "leave it out for TCP"
    found = (words for names, words in _PROTOCOLS if re.fullmatch(names, protocol.strip().lower()))
    return next(found, "").format(protocol)


SORTED_PROTOCOLS = sorted(Protocol.__members__)  # as of pods and Services, not of policies


def is_port(text: str) -> bool:
    """Say whether a text is the number of a port."""
    return bool(re.fullmatch("[0-9]{1,5}", text)) and MIN_PORT <= int(text) <= MAX_PORT


def check_port_number(number: int, path: Path) -> Problems:
    """Yield why a number is no port (VAL-18)."""
    if not MIN_PORT <= number <= MAX_PORT:
        hint = f"a port is a number from {MIN_PORT} to {MAX_PORT}"
        yield invalid(path, number, "must be between 1 and 65535, inclusive", hint)


def check_address(text: str, path: Path) -> Problems:
    """Yield why a text is no IP address that the server takes."""
    try:
        address = ip_address(text)
    except ValueError:
        loose = parse_cidr(f"{text}/{128 if ':' in text else 32}")  # with zeros in front
        fault = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
        hint = f"write {loose.network_address}" if loose else "such as 10.9.8.7"
        yield invalid(path, text, "must not have leading 0s" if loose else fault, hint)
        return
    if address.version == 6 and address.ipv4_mapped:
        fault = "must not be an IPv4-mapped IPv6 address"
        yield invalid(path, text, fault, f"write {address.ipv4_mapped}")


# ---------------------------------------------------------------- pods


def check_pod(pod: api.Pod) -> Problems:
    """Yield what is wrong with a pod: its own addresses and the ports of its containers."""
    for text, path in _own_addresses(pod):
        if parse_address(text) is None:
            yield from check_address(text, path)
    yield from _container_ports(pod.spec, ("spec",))


def _own_addresses(pod: api.Pod) -> Iterator[tuple[str, Path]]:
    if pod.status.pod_ip:
        yield pod.status.pod_ip, ("status", "podIP")
    for i, ip in enumerate(pod.status.pod_ips or ()):
        if ip.ip:
            yield ip.ip, ("status", "podIPs", i, "ip")


def _container_ports(spec: api.PodSpec, path: Path) -> Problems:
    for port, at in _ports_of(spec, path):
        if port.name:
            yield from check_port_name(port.name, (*at, "name"))
        if port.container_port == 0:
            yield required((*at, "containerPort"), "write the number of the port")
        else:
            yield from check_port_number(port.container_port, (*at, "containerPort"))
        yield from check_protocol(port.protocol or None, (*at, "protocol"), SORTED_PROTOCOLS)


def repeated_port_names(spec: api.PodSpec, path: Path) -> Problems:
    """Yield the names that two ports of one container have (VAL-50).

    The server refuses them. Here they are taken, with a warning: what a policy does with such a
    name is worth a question, and two containers may have it anyway.
    """
    names: set[tuple[Path, str]] = set()
    for port, at in _ports_of(spec, path):
        key = at[:-1], port.name
        if port.name and key in names:
            message = f"the server refuses this: Duplicate value: {shown(port.name)}"
            hint = "give each port of a container a name of its own"
            yield Problem((*at, "name"), Reason.WARNING, message, hint)
        names.add(key)


def _ports_of(spec: api.PodSpec, path: Path) -> Iterator[tuple[api.ContainerPort, Path]]:
    lists = {"initContainers": spec.init_containers, "containers": spec.containers}
    for section, containers in lists.items():
        for i, container in enumerate(containers or ()):
            for j, port in enumerate(container.ports or ()):
                yield port, (*path, section, i, "ports", j)


# ---------------------------------------------------------------- Services


def check_service(service: api.Service) -> Problems:
    """Yield what is wrong with a Service, as far as connections through it depend on it."""
    spec, ports = service.spec, service.spec.ports or ()
    external, headless = spec.type == "ExternalName", _given(spec) == ("None",)
    if not ports and not external and not headless:
        yield required(("spec", "ports"), "list its ports: - port: 80")
    if external:
        yield from _external_name(spec)
    elif headless and spec.type in ("LoadBalancer", "NodePort"):
        fault = f"may not be set to 'None' for {spec.type} services"
        hint = "leave clusterIP out, or write type: ClusterIP"
        yield invalid(("spec", "clusterIPs", 0), "None", fault, hint)
    names: set[str] = set()
    for i, port in enumerate(ports):
        path: Path = ("spec", "ports", i)
        yield from _service_port_name(port.name, len(ports) > 1, names, (*path, "name"))
        yield from check_port_number(port.port, (*path, "port"))
        yield from check_protocol(port.protocol or None, (*path, "protocol"), SORTED_PROTOCOLS)
        yield from _target_port(port.target_port or port.port, (*path, "targetPort"))
    yield from check_labels(spec.selector, ("spec", "selector"))
    if not external:
        yield from _cluster_ips(spec)
    for i, ip in enumerate(spec.external_ips or ()):
        yield from check_address(ip, ("spec", "externalIPs", i))
    if spec.type and spec.type not in _TYPES:
        yield unsupported(("spec", "type"), spec.type, _TYPES)
    yield from _repeated_ports(ports)
    for i, place in enumerate(service.status.load_balancer.ingress or ()):
        if place.ip:
            yield from check_address(place.ip, ("status", "loadBalancer", "ingress", i, "ip"))


_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")


def _external_name(spec: api.ServiceSpec) -> Problems:
    name = spec.external_name.removesuffix(".")
    if spec.cluster_ip or spec.cluster_ips:
        message = "may not be set for ExternalName services"
        yield forbidden(("spec", "clusterIPs"), message, "leave clusterIP and clusterIPs out")
    if not name:
        yield required(("spec", "externalName"), "write the name it stands for: example.com")
    else:
        for fault in name_faults(SUBDOMAIN, name):
            hint = name_hint(SUBDOMAIN, name)
            yield invalid(("spec", "externalName"), name, fault, hint)


def _service_port_name(name: str, is_needed: bool, names: set[str], path: Path) -> Problems:
    if not name and is_needed:
        yield required(path, "where there are several ports, each needs a name")
    if not name:
        return
    for fault in name_faults(DNS_LABEL, name):
        yield invalid(path, name, fault, name_hint(DNS_LABEL, name))
    if name in names:
        yield repeated(path, name, "give each port a name of its own")
    names.add(name)


def _target_port(target: int | str, path: Path) -> Problems:
    if isinstance(target, int):
        yield from check_port_number(target, path)
        return
    hint = "remove the quotes: in quotes it is a name" if is_port(target) else ""
    for problem in check_port_name(target, path):
        yield problem._replace(hint=hint or problem.hint)


def _cluster_ips(spec: api.ServiceSpec) -> Problems:
    path: Path = ("spec", "clusterIPs")
    given = _given(spec)
    if spec.cluster_ip and given[0] != spec.cluster_ip:
        fault = "first value must match `clusterIP`"
        yield invalid(path, list(given), fault, f"put {spec.cluster_ip} first")
    elif given and not spec.cluster_ip:
        fault, hint = "must be empty when `clusterIP` is not specified", "write clusterIP as well"
        yield invalid(path, list(given), fault, hint)
    faults = [*_each_cluster_ip(spec, given, path)]
    yield from faults
    if len(given) > 2:
        yield invalid(path, list(given), "may only hold up to 2 values", _FAMILIES)
    versions = {ip_address(ip).version for ip in given if parse_address(ip)}
    if not faults and len(given) > 1 and versions != {4, 6}:
        fault = "may specify no more than one IP for each IP family"
        yield invalid(path, list(given), fault, _FAMILIES)


_FAMILIES = "one for IPv4, one for IPv6"


def _given(spec: api.ServiceSpec) -> tuple[str, ...]:
    return spec.cluster_ips or ((spec.cluster_ip,) if spec.cluster_ip else ())


def _each_cluster_ip(spec: api.ServiceSpec, given: tuple[str, ...], path: Path) -> Problems:
    for i, ip in enumerate(given):
        if i == 0 and ip == "None":
            if len(given) > 1:
                fault = "'None' must be the first and only value"
                yield invalid(path, list(given), fault, "leave the others out")
        else:
            at = (*path, i) if spec.cluster_ips else ("spec", "clusterIP")
            for problem in check_address(ip, (*path, i)):
                yield problem._replace(written_at=at)


def _repeated_ports(ports: Iterable[api.ServicePort]) -> Problems:
    seen: set[tuple[str, int]] = set()
    for i, port in enumerate(ports):
        key = port.protocol or "TCP", port.port
        if key in seen:
            message = (
                f'{{"Name":"","Protocol":{shown(key[0])},"AppProtocol":null,"Port":{key[1]},'
                '"TargetPort":0,"NodePort":0}'
            )
            hint = "a Service has each port once for each protocol"
            yield Problem(("spec", "ports", i), Reason.DUPLICATE_VALUE, message, hint)
        seen.add(key)


# ---------------------------------------------------------------- workloads


def check_workload(workload: api.Workload) -> Problems:
    """Yield what is wrong with the pods that a workload makes, and with how it finds them."""
    spec, template = workload.spec, ("spec", "template")
    readable = True
    if spec.selector is not None:
        faults = [*check_selector(spec.selector, ("spec", "selector"))]
        yield from faults
        readable = not faults
        yield from _own_selector(workload, spec.selector, readable, ("spec", "selector"))
    if readable or workload.kind not in _SELECTING:
        yield from _template(spec.template, template)
    of_job = ("spec", "jobTemplate", "spec", "template")
    yield from _template(spec.job_template.spec.template, of_job)


# What the server calls them where their selector is empty; a DaemonSet it checks in another order.
_SELECTING = {"Deployment": "deployment", "ReplicaSet": "deployment", "StatefulSet": "statefulset"}


def _own_selector(
    workload: api.Workload, selector: api.LabelSelector, readable: bool, path: Path
) -> Problems:
    labels = workload.spec.template.metadata.labels
    is_empty = not selector.match_labels and not selector.match_expressions
    kind = {**_SELECTING, "DaemonSet": "daemonset"}.get(workload.kind)
    if is_empty and kind:
        fault = f"empty selector is invalid for {kind}"
        yield invalid(path, {}, fault, "select the labels of the template")
    elif not readable and workload.kind in _SELECTING:
        hint = "first see to what is in it"
        is_set = workload.kind == "StatefulSet"
        fault = "" if is_set else "invalid label selector"
        yield invalid(path, _as_json(selector), fault, hint)
    elif readable and not _matches(selector, labels or {}):
        at = ("spec", "template", "metadata", "labels")
        fault = "`selector` does not match template `labels`"
        hint = "the labels of template.metadata have to be those that spec.selector names"
        written = labels if labels is None else dict(sorted(labels.items()))
        yield invalid(at, written, fault, hint)


def _as_json(selector: api.LabelSelector) -> Mapping[str, Any]:
    expressions = [
        {"key": each.key, "operator": each.operator}
        | ({"values": list(each.values)} if each.values else {})
        for each in selector.match_expressions or ()
    ]
    labels = dict(sorted((selector.match_labels or {}).items()))
    written = {"matchLabels": labels, "matchExpressions": expressions}
    return {name: value for name, value in written.items() if value}


def _template(template: api.PodTemplate, path: Path) -> Problems:
    """Yield what is wrong with a template; the server leaves `metadata` out of its paths."""
    meta = template.metadata
    for name, found in (
        ("labels", check_labels(meta.labels, (*path, "labels"))),
        ("annotations", check_annotations(meta.annotations, (*path, "annotations"))),
    ):
        for problem in found:
            yield problem._replace(written_at=(*path, "metadata", name))
    yield from _container_ports(template.spec, (*path, "spec"))
