"""The objects as manifests write them: the wire form, with the fields that policies depend on.

`model.objects` has classes of the same names, Pod and Service for instance. Those here are the
same objects one step earlier: as the API defines them, before validation and defaults; `to_model`
turns the one into the other. Policies are closed types: any other field is unknown (VAL-08).
Pods, Services and the like have many more fields than are listed here; they are `Open`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass, field
from typing import Any, ClassVar, dataclass_transform

IntOrString = int | str  # the type of `port`: a number or a name


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class _StructType(type):
    def __new__(cls, name: str, bases: tuple[type, ...], names: dict[str, Any]) -> Any:
        made = super().__new__(cls, name, bases, names)
        # What has slots is Struct itself, or was made by dataclass, which makes a class once more.
        return made if "__slots__" in names else dataclass(frozen=True, slots=True)(made)


class Struct(metaclass=_StructType):
    """A type of the API: every class made from it is a frozen dataclass, without saying so."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


class Open(Struct):
    """A type that has more fields than are listed here: any other field is accepted."""


def wire_name(field: Field[Any]) -> str:
    """Return what a field is called in manifests: pod_selector is podSelector."""
    first, *rest = field.name.split("_")
    return field.metadata.get("wire") or first + "".join(map(str.title, rest))


def is_int32(value: Any) -> bool:
    """Say whether Go would take a value for a whole number of 32 bits; 80.0 is one."""
    whole = isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0
    return whole and -(2**31) <= value < 2**31


# ---------------------------------------------------------------- the API's types


class OwnerReference(Open):
    """One item of ``ownerReferences``."""

    kind: str = ""
    name: str = ""
    controller: bool = False


class ObjectMeta(Struct):
    """``metadata`` of every object."""

    name: str = ""
    generate_name: str = ""
    namespace: str = ""
    labels: Mapping[str, str] | None = None
    annotations: Mapping[str, str] | None = None
    creation_timestamp: str | None = None
    deletion_grace_period_seconds: int | None = None
    deletion_timestamp: str | None = None
    finalizers: tuple[str, ...] | None = None
    generation: int | None = None
    managed_fields: tuple[Any, ...] | None = None
    owner_references: tuple[OwnerReference, ...] | None = None
    resource_version: str = ""
    self_link: str = ""
    uid: str = ""


class Object(Struct):
    """What every object has."""

    api_version: str = ""
    kind: str = ""
    metadata: ObjectMeta = ObjectMeta()


class LabelSelectorRequirement(Struct):
    """One item of ``matchExpressions``."""

    key: str = ""
    operator: str = ""
    values: tuple[str, ...] | None = None


class LabelSelector(Struct):
    """``podSelector`` and ``namespaceSelector``."""

    match_labels: Mapping[str, str] | None = None
    match_expressions: tuple[LabelSelectorRequirement, ...] | None = None


class IPBlock(Struct):
    """``ipBlock``."""

    cidr: str = ""
    excepts: tuple[str, ...] | None = field(default=None, metadata={"wire": "except"})


class NetworkPolicyPeer(Struct):
    """One item of ``from`` or ``to``."""

    pod_selector: LabelSelector | None = None
    namespace_selector: LabelSelector | None = None
    ip_block: IPBlock | None = None


class NetworkPolicyPort(Struct):
    """One item of ``ports``."""

    protocol: str | None = None
    port: IntOrString | None = None
    end_port: int | None = None


class NetworkPolicyIngressRule(Struct):
    """One item of ``ingress``."""

    ports: tuple[NetworkPolicyPort, ...] | None = None
    peers: tuple[NetworkPolicyPeer, ...] | None = field(default=None, metadata={"wire": "from"})


class NetworkPolicyEgressRule(Struct):
    """One item of ``egress``."""

    ports: tuple[NetworkPolicyPort, ...] | None = None
    peers: tuple[NetworkPolicyPeer, ...] | None = field(default=None, metadata={"wire": "to"})


Rule = NetworkPolicyIngressRule | NetworkPolicyEgressRule


class NetworkPolicySpec(Struct):
    """``spec`` of a NetworkPolicy."""

    pod_selector: LabelSelector = LabelSelector()
    ingress: tuple[NetworkPolicyIngressRule, ...] | None = None
    egress: tuple[NetworkPolicyEgressRule, ...] | None = None
    policy_types: tuple[str, ...] | None = None


class NetworkPolicy(Object):
    """A NetworkPolicy; it has no status (VAL-42)."""

    spec: NetworkPolicySpec = NetworkPolicySpec()


class Namespace(Object, Open):
    """A Namespace, as far as policies see it."""


class ContainerPort(Open):
    """One item of a container's ``ports``."""

    name: str = ""
    container_port: int = 0
    protocol: str | None = None


class Container(Open):
    """A container, init container or sidecar."""

    ports: tuple[ContainerPort, ...] | None = None
    restart_policy: str = ""


class PodSpec(Open):
    """``spec`` of a Pod."""

    node_name: str = ""
    host_network: bool = False
    containers: tuple[Container, ...] | None = None
    init_containers: tuple[Container, ...] | None = None


class PodIP(Open):
    """One item of ``podIPs`` or ``hostIPs``."""

    ip: str = ""


class PodStatus(Open):
    """``status`` of a Pod."""

    phase: str = ""
    host_ip: str = field(default="", metadata={"wire": "hostIP"})
    host_ips: tuple[PodIP, ...] | None = field(default=None, metadata={"wire": "hostIPs"})
    pod_ip: str = field(default="", metadata={"wire": "podIP"})
    pod_ips: tuple[PodIP, ...] | None = field(default=None, metadata={"wire": "podIPs"})

    @property
    def own_ips(self) -> tuple[str, ...]:
        """The pod's own addresses, as far as they are told."""
        return self.pod_ip, *(ip.ip for ip in self.pod_ips or ())

    @property
    def node_ips(self) -> tuple[str, ...]:
        """The addresses of its node, as far as they are told."""
        return self.host_ip, *(ip.ip for ip in self.host_ips or ())


class Pod(Object, Open):
    """A Pod, as far as policies see it."""

    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()


class NodeAddress(Open):
    """One item of a Node's ``addresses``."""

    type: str = ""
    address: str = ""


class NodeStatus(Open):
    """``status`` of a Node."""

    addresses: tuple[NodeAddress, ...] | None = None


class Node(Object, Open):
    """A Node: only its addresses matter."""

    status: NodeStatus = NodeStatus()


class ServicePort(Open):
    """One item of a Service's ``ports``."""

    port: int = 0
    target_port: IntOrString | None = None
    protocol: str | None = None


class ServiceSpec(Open):
    """``spec`` of a Service."""

    type: str = ""
    selector: Mapping[str, str] | None = None
    cluster_ip: str = field(default="", metadata={"wire": "clusterIP"})
    cluster_ips: tuple[str, ...] | None = field(default=None, metadata={"wire": "clusterIPs"})
    external_ips: tuple[str, ...] | None = field(default=None, metadata={"wire": "externalIPs"})
    ports: tuple[ServicePort, ...] | None = None


class LoadBalancer(Open):
    """``loadBalancer`` of a Service's status."""

    ingress: tuple[PodIP, ...] | None = None


class ServiceStatus(Open):
    """``status`` of a Service."""

    load_balancer: LoadBalancer = LoadBalancer()


class Service(Object, Open):
    """A Service, as far as policies see it."""

    spec: ServiceSpec = ServiceSpec()
    status: ServiceStatus = ServiceStatus()


class PodTemplate(Open):
    """``template`` of everything that makes pods."""

    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec = PodSpec()


class JobSpec(Open):
    """``spec`` of a Job."""

    parallelism: int | None = None
    completion_mode: str = ""
    template: PodTemplate = PodTemplate()


class JobTemplate(Open):
    """``jobTemplate`` of a CronJob."""

    spec: JobSpec = JobSpec()


class Ordinals(Open):
    """``ordinals`` of a StatefulSet: the number of its first pod."""

    start: int = 0


class WorkloadSpec(JobSpec):
    """``spec`` of a Deployment, StatefulSet, DaemonSet, ReplicaSet, Job or CronJob."""

    replicas: int | None = None
    ordinals: Ordinals = Ordinals()
    suspend: bool = False
    job_template: JobTemplate = JobTemplate()


class Condition(Open):
    """One item of a Job's ``conditions``."""

    type: str = ""
    status: str = ""


class WorkloadStatus(Open):
    """``status`` of a workload."""

    conditions: tuple[Condition, ...] | None = None


class Workload(Object, Open):
    """Anything that makes pods from a template."""

    spec: WorkloadSpec = WorkloadSpec()
    status: WorkloadStatus = WorkloadStatus()
