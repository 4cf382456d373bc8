"""The door: manifests in, a Cluster out, with every default applied and every complaint at once.

All of Kubernetes' defaults for policies live here (DEF rows); behind this door nobody sees a dict.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from netpol_lab import api, model, validation
from netpol_lab.api import Problem, decoder
from netpol_lab.assumptions import DEFAULTS, Assumptions
from netpol_lab.errors import (
    Complaint,
    ManifestError,
    NetpolError,
    Reason,
    UnknownNameError,
    did_you_mean,
)
from netpol_lab.model import Cluster, Direction, Operator, Requirement, Selector
from netpol_lab.ports import Protocol
from netpol_lab.reading import Document, Path, documents, format_path, get

SCENARIOS = FilePath(__file__).parent / "scenarios"
SUFFIXES = (".yaml", ".yml", ".json")
DEFAULT_NAMESPACE = "default"  # where kubectl puts what names no namespace (DEF-11)

CLUSTER_WIDE = ("ClusterNetworkPolicy", "AdminNetworkPolicy", "BaselineAdminNetworkPolicy")


def load(*sources: str | FilePath, assumptions: Assumptions = DEFAULTS) -> Cluster:
    r"""Read manifests as an API server would.

    Parameters
    ----------
    *sources : str or pathlib.Path
        Each one a packaged scenario (``"three-tier"``), a file, a directory (read with its
        subdirectories), or the YAML or JSON text itself.
    assumptions : Assumptions
        Only `strict_cidr` matters here.

    Returns
    -------
    Cluster

    Raises
    ------
    ManifestError
        With every complaint: file, document, line, column, path, the server's words and a hint.
    UnknownNameError
        When a source is neither of the above.

    Examples
    --------
    >>> load("three-tier")
    Cluster: 3 pods, 1 namespace, 2 policies
    >>> load("kind: Pod\napiVersion: v1\nmetadata: {name: [web]}")
    Traceback (most recent call last):
    netpol_lab.errors.ManifestError: <text>:3:18, document 1: Pod metadata.name
      Type: cannot be a list: must be text
      3 | metadata: {name: [web]}
                           ^
    """
    reader = _Reader(assumptions)
    for source in sources:
        for file, text in _texts(source):
            reader.read(text, file)
    return reader.cluster()


def scenarios() -> list[str]:
    """Return the names of the packaged scenarios.

    Examples
    --------
    >>> "three-tier" in scenarios()
    True
    """
    return sorted(path.stem for path in SCENARIOS.glob("*.yaml"))


# ---------------------------------------------------------------- sources


def _texts(source: str | FilePath) -> Iterator[tuple[str, str]]:
    """Yield the file name and text of everything a source means."""
    if isinstance(source, str) and _is_text(source):
        yield "<text>", source
        return
    if not FilePath(source).exists() and str(source) in scenarios():
        yield f"{source}.yaml", text_of(SCENARIOS / f"{source}.yaml")
    else:
        yield from ((str(file), text_of(file)) for file in files_of(FilePath(source)))


def files_of(path: FilePath) -> list[FilePath]:
    """Return the manifest files a path means: itself, or all below a directory.

    Raises
    ------
    UnknownNameError
        When there is no such path, or no manifest file below it.
    """
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise UnknownNameError(
            f'"{path}" is neither a file, a directory nor a packaged scenario. '
            f"{did_you_mean(str(path), scenarios())}"
        )
    if not (files := list(_files_below(path))):
        raise UnknownNameError(f"{path} holds no file that ends in {', '.join(SUFFIXES)}")
    return files


def _is_text(source: str) -> bool:
    return "\n" in source or ": " in source or source.lstrip()[:1] in ("{", "[") or not source


def _files_below(folder: FilePath) -> Iterator[FilePath]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.endswith(SUFFIXES) and not name.startswith("."):
                yield FilePath(place, name)


def text_of(file: FilePath) -> str:
    """Return the text of a file.

    Raises
    ------
    ManifestError
        When it is not UTF-8.
    NetpolError
        When it cannot be read at all.
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        complaint = Complaint("", Reason.SYNTAX, f"is not UTF-8 text ({error.reason})",
                              "save it as UTF-8", file=str(file))  # fmt: skip
        raise ManifestError([complaint]) from None
    except OSError as error:
        raise NetpolError(f"{file} cannot be read: {error.strerror}") from None


# ---------------------------------------------------------------- documents


@dataclass
class _Reader:
    """Collects objects and complaints from any number of texts."""

    assumptions: Assumptions
    objects: dict[str, dict[tuple[str, str], Any]] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)
    warnings: list[Complaint] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)

    def read(self, text: str, file: str) -> None:
        found, broken = documents(text, file)
        self.complaints += broken
        for document in found:
            self._object(document, document.value, (), {})

    def _object(self, document: Document, value: Any, path: Path, inherited: Any) -> None:
        """Take in one object, or each item of a List (VAL-41)."""
        if value is None:
            return
        if not isinstance(value, dict):
            problem = Problem(path, Reason.TYPE, "is not an object: must be a mapping with kind")
            self._complain(document, value, [problem], path)
            return
        value = {**inherited, **value}
        kind, version = value.get("kind"), value.get("apiVersion")
        if isinstance(kind, str) and kind.endswith("List") and "items" in value:
            self._items(document, value, path)
        elif problems := list(_mapping_problems(kind, version)):
            self._complain(document, value, problems, path)
        elif (kind, version) in _KINDS:
            self._take(document, value, path, str(kind))
        else:
            self._pass_over(document, value, path)

    def _items(self, document: Document, value: dict[str, Any], path: Path) -> None:
        items = value["items"] or []
        if not isinstance(items, list):
            problem = Problem(("items",), Reason.TYPE, "must be a list")
            self._complain(document, value, [problem], path)
            return
        kind = value["kind"].removesuffix("List")
        inherited = {"apiVersion": value.get("apiVersion"), "kind": kind} if kind else {}
        for i, item in enumerate(items):
            self._object(document, item, (*path, "items", i), inherited)

    def _take(self, document: Document, value: dict[str, Any], path: Path, kind: str) -> None:
        problems: list[Problem] = []
        known = _KINDS[kind, value["apiVersion"]]
        decoded = decoder(known.shape)(value, (), problems)
        if kind == "NetworkPolicy":
            problems += _duplicates(document, path)
            strict = self.assumptions.strict_cidr
            problems = problems or list(validation.check_policy(decoded, strict))
            warned = () if problems else validation.warnings(decoded, strict)
            self.warnings += (_complaint(document, value, problem, path) for problem in warned)
        elif not problems:
            problems += _check_name(decoded.metadata) + known.check(decoded)
        if problems:
            self._complain(document, value, problems, path)
        else:
            key = decoded.metadata.namespace or DEFAULT_NAMESPACE, _name(decoded.metadata)
            self.objects.setdefault(kind, {})[key] = decoded

    def _pass_over(self, document: Document, value: Any, path: Path) -> None:
        self.ignored[str(value["kind"])] += 1
        if value["kind"] in CLUSTER_WIDE:
            message = f"{value['kind']} is not evaluated yet: verdicts leave it out"
            problem = Problem(("kind",), Reason.UNSUPPORTED, message)
            self.warnings.append(_complaint(document, value, problem, path))

    def _complain(
        self, document: Document, value: Any, problems: Iterable[Problem], path: Path
    ) -> None:
        self.complaints += (_complaint(document, value, p, path) for p in problems)

    def cluster(self) -> Cluster:
        if self.complaints:
            raise ManifestError(sorted(self.complaints, key=lambda c: (c.file, c.document)))
        return _build(self)


def _complaint(document: Document, value: Any, problem: Problem, prefix: Path) -> Complaint:
    line, column, excerpt = document.locate((*prefix, *problem.path), problem.of_key)
    return Complaint(
        format_path(problem.path),
        problem.reason,
        problem.message,
        problem.hint,
        document.file,
        document.number,
        line,
        column,
        _title(value),
        excerpt,
    )


def _title(value: Any) -> str:
    name, namespace = get(value, "metadata", "name"), get(value, "metadata", "namespace")
    full = "/".join(part for part in (namespace, name) if isinstance(part, str))
    kind = get(value, "kind")
    return " ".join(part for part in (kind, full) if part and isinstance(part, str))


def _mapping_problems(kind: Any, version: Any) -> Iterator[Problem]:
    """Yield why no API resource is called so (VAL-01, VAL-02)."""
    if not version:
        hint = "policies have apiVersion: networking.k8s.io/v1; pods and namespaces v1"
        yield Problem(("apiVersion",), Reason.REQUIRED, "apiVersion not set", hint)
    if not kind:
        yield Problem(("kind",), Reason.REQUIRED, "kind not set")
    if not version or not kind or (kind, version) in _KINDS:
        return
    message = f'no matches for kind "{kind}" in version "{version}"'
    for known, right in _KINDS:
        if kind == known and _is_builtin_group(str(version)):
            yield Problem(("apiVersion",), Reason.NO_MATCH, message, f"write {right}")
        elif str(kind).lower() == known.lower() and version == right:
            yield Problem(("kind",), Reason.NO_MATCH, message, f"write {known}")


def _is_builtin_group(version: str) -> bool:
    """Say whether a group is Kubernetes' own; others, such as Calico's, have like-named kinds."""
    group = version.rpartition("/")[0]
    return "." not in group or group.endswith(".k8s.io")


def _duplicates(document: Document, prefix: Path) -> list[Problem]:
    depth = len(prefix)
    return [
        Problem(
            path[depth:],
            Reason.DUPLICATE,
            f'duplicate field "{format_path(path[depth:])}"',
            "kubectl keeps only the last one without a word: merge the two or remove one",
            of_key=True,
        )
        for path in document.duplicates()
        if path[:depth] == prefix
    ]


def _check_name(meta: api.ObjectMeta) -> list[Problem]:
    if meta.name or meta.generate_name:
        return []
    path = ("metadata", "name")
    return [Problem(path, Reason.REQUIRED, "name or generateName is required")]


def _name(meta: api.ObjectMeta) -> str:
    return meta.name or meta.generate_name


# ---------------------------------------------------------------- checks of other kinds


def _check_pod(pod: api.Pod) -> list[Problem]:
    ips: list[tuple[Path, str]] = [(("status", "podIP"), pod.status.pod_ip)]
    ips += ((("status", "podIPs", i, "ip"), ip.ip) for i, ip in enumerate(pod.status.pod_ips or ()))
    return [*_bad_addresses(ips), *_bad_container_ports(pod)]


def _check_service(service: api.Service) -> list[Problem]:
    ips: list[tuple[Path, str]] = [(("spec", "clusterIP"), service.spec.cluster_ip)]
    ips += ((("spec", "clusterIPs", i), ip) for i, ip in enumerate(service.spec.cluster_ips or ()))
    return list(_bad_addresses((path, ip) for path, ip in ips if ip != "None"))


def _bad_addresses(ips: Iterable[tuple[Path, str]]) -> Iterator[Problem]:
    for path, text in ips:
        if text and model.parse_address(text) is None:
            yield Problem(path, Reason.INVALID, f'"{text}": must be a valid IP address')


def _bad_container_ports(pod: api.Pod) -> Iterator[Problem]:
    for section, containers in (
        ("containers", pod.spec.containers),
        ("initContainers", pod.spec.init_containers),
    ):
        for i, container in enumerate(containers or ()):
            for j, port in enumerate(container.ports or ()):
                path: Path = ("spec", section, i, "ports", j)
                if not 1 <= port.container_port <= 65535:
                    message = "must be between 1 and 65535, inclusive"
                    yield Problem((*path, "containerPort"), Reason.INVALID, message)
                if port.protocol is not None and port.protocol not in Protocol.__members__:
                    message = f'"{port.protocol}": supported values: "SCTP", "TCP", "UDP"'
                    yield Problem((*path, "protocol"), Reason.UNSUPPORTED, message)


def _no_checks(_: Any) -> list[Problem]:
    return []


@dataclass(frozen=True)
class _Kind:
    shape: type
    check: Any = _no_checks


_KINDS: dict[tuple[Any, Any], _Kind] = {
    ("NetworkPolicy", "networking.k8s.io/v1"): _Kind(api.NetworkPolicy),
    ("Pod", "v1"): _Kind(api.Pod, _check_pod),
    ("Namespace", "v1"): _Kind(api.Namespace),
    ("Node", "v1"): _Kind(api.Node),
    ("Service", "v1"): _Kind(api.Service, _check_service),
}


# ---------------------------------------------------------------- from API objects to the model


def _build(reader: _Reader) -> Cluster:
    objects = reader.objects
    nodes = {_name(node.metadata): _node_addresses(node) for node in _all(objects, "Node")}
    pods = tuple(_pod(pod, nodes) for pod in _all(objects, "Pod"))
    policies = tuple(_policy(policy) for policy in _all(objects, "NetworkPolicy"))
    services = tuple(_service(service) for service in _all(objects, "Service"))
    written = {_name(n.metadata): n.metadata.labels or {} for n in _all(objects, "Namespace")}
    things: tuple[model.Pod | model.Policy | model.Service, ...] = (*pods, *policies, *services)
    mentioned = [thing.namespace for thing in things]  # DEF-09
    names = dict.fromkeys([*mentioned, *written])
    return Cluster(
        namespaces={name: _namespace(name, written.get(name, {})) for name in names},
        pods=pods,
        policies=policies,
        services=services,
        warnings=tuple(reader.warnings),
        ignored=dict(reader.ignored),
    )


def _all(objects: Mapping[str, Mapping[Any, Any]], kind: str) -> Iterable[Any]:
    return objects.get(kind, {}).values()


def _namespace(name: str, labels: Mapping[str, str]) -> model.Namespace:
    return model.Namespace(name, {**labels, model.NAME_LABEL: name})  # SEM-25


def _pod(pod: api.Pod, nodes: Mapping[str, tuple[model.Address, ...]]) -> model.Pod:
    spec, status, meta = pod.spec, pod.status, pod.metadata
    own = _addresses([status.pod_ip, *(ip.ip for ip in status.pod_ips or ())])
    hosts = _addresses([status.host_ip, *(ip.ip for ip in status.host_ips or ())])
    shared = own if spec.host_network else ()
    return model.Pod(
        namespace=meta.namespace or DEFAULT_NAMESPACE,
        name=_name(meta),
        labels=dict(meta.labels or {}),
        addresses=own,
        ports=(*_ports(spec.containers, False), *_ports(spec.init_containers, True)),
        node=spec.node_name or None,
        node_addresses=tuple(dict.fromkeys((*shared, *hosts, *nodes.get(spec.node_name, ())))),
        host_network=spec.host_network,
        finished=status.phase in ("Succeeded", "Failed"),
    )


def _ports(
    containers: Iterable[api.Container] | None, is_init: bool
) -> Iterator[model.ContainerPort]:
    for container in containers or ():
        for port in container.ports or ():
            protocol = Protocol(port.protocol or Protocol.TCP)  # DEF-10
            yield model.ContainerPort(port.name, port.container_port, protocol, is_init)


def _addresses(texts: Iterable[str]) -> tuple[model.Address, ...]:
    found = (model.parse_address(text) for text in texts)
    return tuple(dict.fromkeys(address for address in found if address is not None))


def _node_addresses(node: api.Node) -> tuple[model.Address, ...]:
    return _addresses(address.address for address in node.status.addresses or ())


def _service(service: api.Service) -> model.Service:
    spec, meta = service.spec, service.metadata
    labels = spec.selector or {}
    return model.Service(
        namespace=meta.namespace or DEFAULT_NAMESPACE,
        name=_name(meta),
        selector=Selector(_label_requirements(labels)) if labels else None,
        addresses=_addresses([spec.cluster_ip, *(spec.cluster_ips or ())]),
        ports=tuple(_service_port(port) for port in spec.ports or ()),
    )


def _service_port(port: api.ServicePort) -> model.ServicePort:
    target = port.target_port or port.port
    return model.ServicePort(port.port, target, Protocol(port.protocol or Protocol.TCP))  # type: ignore[arg-type]


# ---------------------------------------------------------------- policies and their defaults


def _policy(policy: api.NetworkPolicy) -> model.Policy:
    spec, meta = policy.spec, policy.metadata
    return model.Policy(
        namespace=meta.namespace or DEFAULT_NAMESPACE,  # SEM-64
        name=_name(meta),
        pod_selector=_selector(spec.pod_selector),
        policy_types=_policy_types(spec),
        ingress=_rules(Direction.INGRESS, spec.ingress),
        egress=_rules(Direction.EGRESS, spec.egress),
        types_written=bool(spec.policy_types),
    )


def _policy_types(spec: api.NetworkPolicySpec) -> tuple[Direction, ...]:
    """Return the directions a policy isolates, defaulted as the server does (DEF-01 to DEF-06).

    "If policyTypes has length 0: set [Ingress]; then, if egress has length > 0, append Egress."
    """
    if spec.policy_types:
        return tuple(dict.fromkeys(map(Direction, spec.policy_types)))
    return (Direction.INGRESS, Direction.EGRESS) if spec.egress else (Direction.INGRESS,)


def _rules(direction: Direction, rules: Any) -> tuple[model.Rule, ...] | None:
    if rules is None:
        return None
    return tuple(
        model.Rule(
            direction,
            i,
            tuple(map(_peer, _peers_of(rule) or ())),
            tuple(map(_policy_port, rule.ports or ())),
        )
        for i, rule in enumerate(rules)
    )


def _peers_of(
    rule: api.NetworkPolicyIngressRule | api.NetworkPolicyEgressRule,
) -> tuple[api.NetworkPolicyPeer, ...] | None:
    return rule.from_ if isinstance(rule, api.NetworkPolicyIngressRule) else rule.to


def _peer(peer: api.NetworkPolicyPeer) -> model.Peer:
    return model.Peer(
        pod_selector=_selector(peer.pod_selector) if peer.pod_selector else None,
        namespace_selector=_selector(peer.namespace_selector) if peer.namespace_selector else None,
        ip_block=_ip_block(peer.ip_block) if peer.ip_block else None,
    )


def _ip_block(block: api.IPBlock) -> model.IPBlock:
    cidrs = (validation.parse_cidr(text) for text in (block.cidr, *(block.except_ or ())))
    cidr, *excepts = (cidr for cidr in cidrs if cidr is not None)
    return model.IPBlock(cidr, tuple(excepts))


def _policy_port(port: api.NetworkPolicyPort) -> model.PolicyPort:
    number: Any = port.port
    return model.PolicyPort(
        protocol=Protocol(port.protocol or Protocol.TCP),  # SEM-35, DEF-05
        port=int(number) if isinstance(number, float) else number,
        end_port=port.end_port,
    )


def _selector(selector: api.LabelSelector) -> Selector:
    expressions = (
        Requirement(item.key, Operator(item.operator), tuple(item.values or ()))
        for item in selector.match_expressions or ()
    )
    return Selector((*_label_requirements(selector.match_labels or {}), *expressions))


def _label_requirements(labels: Mapping[str, str]) -> tuple[Requirement, ...]:
    return tuple(Requirement(key, Operator.IN, (value,)) for key, value in labels.items())
