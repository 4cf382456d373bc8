"""The objects as the Kubernetes API defines them, and one decoder driven by these types.

Decoding follows Go's JSON rules: null equals absent, and inside a list or a label map it is an
empty value (DEF-07, DEF-12). Pods, Services and the like have many more fields than are listed
here, so only closed types complain about unknown ones (VAL-08).
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any, ClassVar, NamedTuple, Union, get_args, get_origin, get_type_hints

from netpol_lab.errors import Reason, near
from netpol_lab.reading import Path, format_path


class Problem(NamedTuple):
    """Something wrong at a path of a document; `of_key` points at the key, not its value."""

    path: Path
    reason: Reason
    message: str
    hint: str = ""
    of_key: bool = False


class IntOrString:
    """The type of `port`: a number or a name."""


# ---------------------------------------------------------------- the API's types


@dataclass(frozen=True, slots=True)
class ObjectMeta:
    """``metadata`` of every object."""

    name: str = ""
    generate_name: str = ""
    namespace: str = ""
    labels: Mapping[str, str] | None = None
    annotations: Mapping[str, str] | None = None
    creation_timestamp: Any = None
    deletion_grace_period_seconds: Any = None
    deletion_timestamp: Any = None
    finalizers: Any = None
    generation: Any = None
    managed_fields: Any = None
    owner_references: Any = None
    resource_version: Any = None
    self_link: Any = None
    uid: Any = None


@dataclass(frozen=True, slots=True)
class LabelSelectorRequirement:
    """One item of ``matchExpressions``."""

    key: str = ""
    operator: str = ""
    values: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class LabelSelector:
    """``podSelector`` and ``namespaceSelector``."""

    match_labels: Mapping[str, str] | None = None
    match_expressions: tuple[LabelSelectorRequirement, ...] | None = None


@dataclass(frozen=True, slots=True)
class IPBlock:
    """``ipBlock``; ``except`` is a word of Python, hence the underscore."""

    cidr: str = ""
    except_: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class NetworkPolicyPeer:
    """One item of ``from`` or ``to``."""

    pod_selector: LabelSelector | None = None
    namespace_selector: LabelSelector | None = None
    ip_block: IPBlock | None = None


@dataclass(frozen=True, slots=True)
class NetworkPolicyPort:
    """One item of ``ports``."""

    protocol: str | None = None
    port: IntOrString | None = None
    end_port: int | None = None


@dataclass(frozen=True, slots=True)
class NetworkPolicyIngressRule:
    """One item of ``ingress``."""

    ports: tuple[NetworkPolicyPort, ...] | None = None
    from_: tuple[NetworkPolicyPeer, ...] | None = None


@dataclass(frozen=True, slots=True)
class NetworkPolicyEgressRule:
    """One item of ``egress``."""

    ports: tuple[NetworkPolicyPort, ...] | None = None
    to: tuple[NetworkPolicyPeer, ...] | None = None


@dataclass(frozen=True, slots=True)
class NetworkPolicySpec:
    """``spec`` of a NetworkPolicy."""

    pod_selector: LabelSelector = LabelSelector()
    ingress: tuple[NetworkPolicyIngressRule, ...] | None = None
    egress: tuple[NetworkPolicyEgressRule, ...] | None = None
    policy_types: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """A NetworkPolicy; it has no status (VAL-42)."""

    api_version: str = ""
    kind: str = ""
    metadata: ObjectMeta = ObjectMeta()
    spec: NetworkPolicySpec = NetworkPolicySpec()


@dataclass(frozen=True, slots=True)
class Namespace:
    """A Namespace, as far as policies see it."""

    OPEN: ClassVar = True
    metadata: ObjectMeta = ObjectMeta()


@dataclass(frozen=True, slots=True)
class ContainerPort:
    """One item of a container's ``ports``."""

    OPEN: ClassVar = True
    name: str = ""
    container_port: int = 0
    protocol: str | None = None


@dataclass(frozen=True, slots=True)
class Container:
    """A container, init container or sidecar."""

    OPEN: ClassVar = True
    ports: tuple[ContainerPort, ...] | None = None


@dataclass(frozen=True, slots=True)
class PodSpec:
    """``spec`` of a Pod."""

    OPEN: ClassVar = True
    node_name: str = ""
    host_network: bool = False
    containers: tuple[Container, ...] | None = None
    init_containers: tuple[Container, ...] | None = None


@dataclass(frozen=True, slots=True)
class PodIP:
    """One item of ``podIPs`` or ``hostIPs``."""

    OPEN: ClassVar = True
    ip: str = ""


@dataclass(frozen=True, slots=True)
class PodStatus:
    """``status`` of a Pod."""

    OPEN: ClassVar = True
    phase: str = ""
    host_ip: str = field(default="", metadata={"wire": "hostIP"})
    host_ips: tuple[PodIP, ...] | None = field(default=None, metadata={"wire": "hostIPs"})
    pod_ip: str = field(default="", metadata={"wire": "podIP"})
    pod_ips: tuple[PodIP, ...] | None = field(default=None, metadata={"wire": "podIPs"})


@dataclass(frozen=True, slots=True)
class Pod:
    """A Pod, as far as policies see it."""

    OPEN: ClassVar = True
    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """One item of a Node's ``addresses``."""

    OPEN: ClassVar = True
    type: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """``status`` of a Node."""

    OPEN: ClassVar = True
    addresses: tuple[NodeAddress, ...] | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A Node: only its addresses matter."""

    OPEN: ClassVar = True
    metadata: ObjectMeta = ObjectMeta()
    status: NodeStatus = NodeStatus()


@dataclass(frozen=True, slots=True)
class ServicePort:
    """One item of a Service's ``ports``."""

    OPEN: ClassVar = True
    port: int = 0
    target_port: IntOrString | None = None
    protocol: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """``spec`` of a Service."""

    OPEN: ClassVar = True
    selector: Mapping[str, str] | None = None
    cluster_ip: str = field(default="", metadata={"wire": "clusterIP"})
    cluster_ips: tuple[str, ...] | None = field(default=None, metadata={"wire": "clusterIPs"})
    ports: tuple[ServicePort, ...] | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A Service, as far as policies see it."""

    OPEN: ClassVar = True
    metadata: ObjectMeta = ObjectMeta()
    spec: ServiceSpec = ServiceSpec()


# ---------------------------------------------------------------- the decoder

Decode = Callable[[Any, Path, list[Problem]], Any]


class Decoder(NamedTuple):
    """How to read one type: what null gives, and what any other value gives."""

    zero: Callable[[], Any]
    read: Decode

    def __call__(self, value: Any, path: Path, problems: list[Problem]) -> Any:
        """Return the decoded value; what is wrong with it is added to `problems`."""
        return self.zero() if value is None else self.read(value, path, problems)


@cache
def decoder(annotation: Any) -> Decoder:
    """Return the decoder of a type annotation.

    Examples
    --------
    >>> problems = []
    >>> decoder(LabelSelector)({"matchLabels": {"role": None}}, (), problems)
    LabelSelector(match_labels={'role': ''}, match_expressions=None)
    >>> _ = decoder(LabelSelector)({"matchLabel": {}}, ("spec",), problems)
    >>> print(problems[0].message)
    unknown field "spec.matchLabel"
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return Decoder(_none, decoder(arguments[0]).read)
    if origin is tuple:
        return Decoder(_none, _list_of(decoder(arguments[0])))
    if origin is not None and issubclass(origin, Mapping):
        return Decoder(_none, _map_of(decoder(arguments[1])))
    if isinstance(annotation, type) and is_dataclass(annotation):
        return Decoder(annotation, _struct(annotation))
    return _SCALARS[annotation]


def _none() -> None:
    return None


def _list_of(item: Decoder) -> Decode:
    def read(value: Any, path: Path, problems: list[Problem]) -> Any:
        if not isinstance(value, list):
            problems.append(_wrong_type(value, "a list", path, _list_hint(value)))
            return None
        return tuple(item(part, (*path, i), problems) for i, part in enumerate(value))

    return read


def _map_of(item: Decoder) -> Decode:
    def read(value: Any, path: Path, problems: list[Problem]) -> Any:
        if not isinstance(value, dict):
            problems.append(_wrong_type(value, "a mapping", path))
            return None
        return {key: item(part, (*path, key), problems) for key, part in value.items()}

    return read


def _struct(cls: type) -> Decode:
    hints = get_type_hints(cls)
    members = {_wire(f.name, f.metadata): (f.name, decoder(hints[f.name])) for f in fields(cls)}
    is_open = getattr(cls, "OPEN", False)

    def read(value: Any, path: Path, problems: list[Problem]) -> Any:
        if not isinstance(value, dict):
            problems.append(_wrong_type(value, "a mapping", path))
            return cls()
        given = {}
        for key, part in value.items():
            if key in members:
                name, decode = members[key]
                given[name] = decode(part, (*path, key), problems)
            elif not is_open:
                problems.append(_unknown(cls, key, (*path, key), list(members)))
        return cls(**given)

    return read


def _wire(name: str, metadata: Mapping[str, str]) -> str:
    """Return a field's name in manifests: pod_selector is podSelector."""
    first, *rest = name.rstrip("_").split("_")
    return metadata.get("wire") or first + "".join(map(str.title, rest))


def _scalar(wanted: str, accepts: Callable[[Any], bool], zero: Any) -> Decoder:
    def read(value: Any, path: Path, problems: list[Problem]) -> Any:
        if accepts(value):
            return value
        problems.append(_wrong_type(value, wanted, path, _scalar_hint(value, wanted)))
        return zero

    return Decoder(lambda: zero, read)


def _is_int32(value: Any) -> bool:
    whole = isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0
    return whole and -(2**31) <= value < 2**31


_SCALARS: dict[Any, Decoder] = {
    Any: Decoder(_none, lambda value, path, problems: value),
    str: _scalar("text", lambda value: isinstance(value, str), ""),
    bool: _scalar("true or false", lambda value: isinstance(value, bool), False),
    int: _scalar("a whole number of 32 bits", _is_int32, 0),
    IntOrString: _scalar(
        "a port number or name", lambda value: isinstance(value, str) or _is_int32(value), None
    ),
}


# ---------------------------------------------------------------- complaints of the decoder


def _wrong_type(value: Any, wanted: str, path: Path, hint: str = "") -> Problem:
    message = f"cannot be {_in_words(value)}: must be {wanted}"
    return Problem(path, Reason.TYPE, message, hint)


def _in_words(value: Any) -> str:
    match value:
        case bool():
            return f"the boolean {str(value).lower()}"
        case int() | float():
            return f"the number {value}"
        case str():
            return f'the text "{value[:40]}"'
        case list():
            return "a list"
        case _:
            return "a mapping"


def _list_hint(value: Any) -> str:
    if isinstance(value, dict):
        return 'put a dash before it: "- " starts an item of the list'
    return f"write it as a list: [{value}]"


def _scalar_hint(value: Any, wanted: str) -> str:
    if wanted == "text" and isinstance(value, bool):
        return "yes, no, on, off, y, n, true and false are booleans in YAML: put it in quotes"
    if wanted == "text" and isinstance(value, int | float):
        return "a bare number is not text: put it in quotes"
    if isinstance(value, str) and value.isdigit():
        return "take the quotes away"
    return ""


def _unknown(cls: type, key: str, path: Path, known: list[str]) -> Problem:
    message = f'unknown field "{format_path(path)}"'
    return Problem(path, Reason.UNKNOWN, message, _unknown_hint(cls, key, path, known), True)


def _unknown_hint(cls: type, key: str, path: Path, known: list[str]) -> str:
    where = format_path(path[:-1]) or "the top level"
    homes = _homes().get(key, [])
    inner = [name for name, kind in _nested(cls) if kind in homes]
    if inner:
        return f"did you mean {inner[0]}.{key}? Indent it by two, under {inner[0]}"
    if close := near(key, known, most=1):
        return f"did you mean {close[0]}?"
    if key.lower() in (name.lower() for name in known):
        return "names are case-sensitive"
    if homes:
        return f"{key} is a field of {_TITLES[homes[0]]}, not of {where}: check the indentation"
    return f"{where} knows {', '.join(known)}"


_TITLES: dict[type, str] = {
    LabelSelector: "a selector",
    LabelSelectorRequirement: "an item of matchExpressions",
    IPBlock: "ipBlock",
    NetworkPolicyPeer: "a peer (an item of from or to)",
    NetworkPolicyPort: "an item of ports",
    NetworkPolicyIngressRule: "an ingress rule",
    NetworkPolicyEgressRule: "an egress rule",
    NetworkPolicySpec: "spec",
    ObjectMeta: "metadata",
    NetworkPolicy: "the object itself",
}


@cache
def _homes() -> dict[str, list[type]]:
    """Return the policy types that have a field of each name."""
    homes: dict[str, list[type]] = {}
    for cls in _TITLES:
        for f in fields(cls):
            homes.setdefault(_wire(f.name, f.metadata), []).append(cls)
    return homes


def _nested(cls: type) -> list[tuple[str, type]]:
    """Return the fields of a type that hold another struct, with that struct's type."""
    hints = get_type_hints(cls)
    kinds = ((f, hints[f.name]) for f in fields(cls))
    return [
        (_wire(f.name, f.metadata), next((k for k in (kind, *get_args(kind)) if k in _TITLES), cls))
        for f, kind in kinds
    ]
