"""The objects as manifests write them: the wire form, with the fields that policies depend on.

`model.objects` has classes of the same names, Pod and Service for instance. Those here are the
same objects one step earlier: as the API defines them, before validation and defaults; `to_model`
turns the one into the other. Policies are closed types: any other field is unknown (VAL-08).
Pods, Services and the like have many more fields than are listed here; they are `Open`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass, field
from typing import Any, NewType

IntOrString = int | str  # the type of `port`: a number or a name; other whole numbers have 32 bits
Int64 = NewType("Int64", int)
Time = NewType("Time", str)


@dataclass(frozen=True, slots=True)
class Open:
    """A type that has more fields than are listed here: any other field is accepted."""


def wire_name(field: Field[Any]) -> str:
    """Return what a field is called in manifests: pod_selector is podSelector."""
    first, *rest = field.name.split("_")
    return field.metadata.get("wire") or first + "".join(map(str.title, rest))


def is_int32(value: Any) -> bool:
    """Say whether Go would take a value for a whole number of 32 bits; 80.0 is one."""
    return _is_whole(value) and -(2**31) <= value < 2**31


def is_int64(value: Any) -> bool:
    """Say whether Go would take a value for a whole number of 64 bits."""
    return _is_whole(value) and -(2**63) <= value < 2**63


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0


# ---------------------------------------------------------------- the API's types


@dataclass(frozen=True, slots=True)
class OwnerReference:
    """One item of ``ownerReferences``."""

    kind: str = ""
    name: str = ""
    controller: bool | None = None
    api_version: str = ""
    uid: str = ""
    block_owner_deletion: bool | None = None


@dataclass(frozen=True, slots=True)
class ManagedFieldsEntry:
    """One item of ``managedFields``."""

    manager: str = ""
    operation: str = ""
    api_version: str = ""
    time: Time | None = None
    fields_type: str = ""
    fields_v1: Any = field(default=None, metadata={"wire": "fieldsV1"})
    subresource: str = ""


@dataclass(frozen=True, slots=True)
class ObjectMeta:
    """``metadata`` of every object."""

    name: str = ""
    generate_name: str = ""
    namespace: str = ""
    labels: Mapping[str, str] | None = None
    annotations: Mapping[str, str] | None = None
    creation_timestamp: Time | None = None
    deletion_grace_period_seconds: Int64 | None = None
    deletion_timestamp: Time | None = None
    finalizers: tuple[str, ...] | None = None
    generation: Int64 | None = None
    managed_fields: tuple[ManagedFieldsEntry, ...] | None = None
    owner_references: tuple[OwnerReference, ...] | None = None
    resource_version: str = ""
    self_link: str = ""
    uid: str = ""


@dataclass(frozen=True, slots=True)
class Object:
    """What every object has."""

    api_version: str = ""
    kind: str = ""
    metadata: ObjectMeta = ObjectMeta()


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
    """``ipBlock``."""

    cidr: str = ""
    excepts: tuple[str, ...] | None = field(default=None, metadata={"wire": "except"})


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
    peers: tuple[NetworkPolicyPeer, ...] | None = field(default=None, metadata={"wire": "from"})


@dataclass(frozen=True, slots=True)
class NetworkPolicyEgressRule:
    """One item of ``egress``."""

    ports: tuple[NetworkPolicyPort, ...] | None = None
    peers: tuple[NetworkPolicyPeer, ...] | None = field(default=None, metadata={"wire": "to"})


Rule = NetworkPolicyIngressRule | NetworkPolicyEgressRule


@dataclass(frozen=True, slots=True)
class NetworkPolicySpec:
    """``spec`` of a NetworkPolicy."""

    pod_selector: LabelSelector = LabelSelector()
    ingress: tuple[NetworkPolicyIngressRule, ...] | None = None
    egress: tuple[NetworkPolicyEgressRule, ...] | None = None
    policy_types: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class NetworkPolicy(Object):
    """A NetworkPolicy; it has no status (VAL-42)."""

    spec: NetworkPolicySpec = NetworkPolicySpec()


@dataclass(frozen=True, slots=True)
class Namespace(Object, Open):
    """A Namespace, as far as policies see it."""


@dataclass(frozen=True, slots=True)
class ContainerPort(Open):
    """One item of a container's ``ports``."""

    name: str = ""
    container_port: int = 0
    protocol: str | None = None


@dataclass(frozen=True, slots=True)
class Container(Open):
    """A container, init container or sidecar."""

    ports: tuple[ContainerPort, ...] | None = None
    restart_policy: str = ""


@dataclass(frozen=True, slots=True)
class PodSpec(Open):
    """``spec`` of a Pod."""

    node_name: str = ""
    service_account_name: str = ""
    host_network: bool = False
    containers: tuple[Container, ...] | None = None
    init_containers: tuple[Container, ...] | None = None


@dataclass(frozen=True, slots=True)
class PodIP(Open):
    """One item of ``podIPs`` or ``hostIPs``."""

    ip: str = ""


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Pod(Object, Open):
    """A Pod, as far as policies see it."""

    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()


@dataclass(frozen=True, slots=True)
class NodeAddress(Open):
    """One item of a Node's ``addresses``."""

    type: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class NodeStatus(Open):
    """``status`` of a Node."""

    addresses: tuple[NodeAddress, ...] | None = None


@dataclass(frozen=True, slots=True)
class Node(Object, Open):
    """A Node: only its addresses matter."""

    status: NodeStatus = NodeStatus()


@dataclass(frozen=True, slots=True)
class ServicePort(Open):
    """One item of a Service's ``ports``."""

    name: str = ""
    port: int = 0
    target_port: IntOrString | None = None
    node_port: int | None = None
    protocol: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceSpec(Open):
    """``spec`` of a Service."""

    type: str = ""
    selector: Mapping[str, str] | None = None
    cluster_ip: str = field(default="", metadata={"wire": "clusterIP"})
    cluster_ips: tuple[str, ...] | None = field(default=None, metadata={"wire": "clusterIPs"})
    external_ips: tuple[str, ...] | None = field(default=None, metadata={"wire": "externalIPs"})
    external_name: str = ""
    internal_traffic_policy: str = ""
    external_traffic_policy: str = ""
    ports: tuple[ServicePort, ...] | None = None


@dataclass(frozen=True, slots=True)
class LoadBalancer(Open):
    """``loadBalancer`` of a Service's status."""

    ingress: tuple[PodIP, ...] | None = None


@dataclass(frozen=True, slots=True)
class ServiceStatus(Open):
    """``status`` of a Service."""

    load_balancer: LoadBalancer = LoadBalancer()


@dataclass(frozen=True, slots=True)
class Service(Object, Open):
    """A Service, as far as policies see it."""

    spec: ServiceSpec = ServiceSpec()
    status: ServiceStatus = ServiceStatus()


@dataclass(frozen=True, slots=True)
class PodTemplate(Open):
    """``template`` of everything that makes pods."""

    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec = PodSpec()


@dataclass(frozen=True, slots=True)
class JobSpec(Open):
    """``spec`` of a Job."""

    parallelism: int | None = None
    completions: int | None = None
    completion_mode: str = ""
    template: PodTemplate = PodTemplate()


@dataclass(frozen=True, slots=True)
class JobTemplate(Open):
    """``jobTemplate`` of a CronJob."""

    metadata: ObjectMeta = ObjectMeta()
    spec: JobSpec = JobSpec()


@dataclass(frozen=True, slots=True)
class Ordinals(Open):
    """``ordinals`` of a StatefulSet: the number of its first pod."""

    start: int = 0


@dataclass(frozen=True, slots=True)
class WorkloadSpec(JobSpec):
    """``spec`` of a Deployment, StatefulSet, DaemonSet, ReplicaSet, Job or CronJob."""

    selector: LabelSelector | None = None
    replicas: int | None = None
    ordinals: Ordinals = Ordinals()
    suspend: bool = False
    job_template: JobTemplate = JobTemplate()


@dataclass(frozen=True, slots=True)
class Condition(Open):
    """One item of a Job's ``conditions``."""

    type: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class WorkloadStatus(Open):
    """``status`` of a workload."""

    conditions: tuple[Condition, ...] | None = None


@dataclass(frozen=True, slots=True)
class Workload(Object, Open):
    """Anything that makes pods from a template."""

    spec: WorkloadSpec = WorkloadSpec()
    status: WorkloadStatus = WorkloadStatus()
