"""The objects as the Kubernetes API defines them, with the fields that policies depend on.

Policies are closed types: any other field is unknown (VAL-08). Pods, Services and the like have
many more fields than are listed here; they are marked OPEN and let the others pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar


class IntOrString:
    """The type of `port`: a number or a name."""


# ---------------------------------------------------------------- the API's types


@dataclass(frozen=True, slots=True)
class OwnerReference:
    """One item of ``ownerReferences``."""

    OPEN: ClassVar = True
    kind: str = ""
    name: str = ""
    controller: bool = False


@dataclass(frozen=True, slots=True)
class ObjectMeta:
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
    restart_policy: str = ""


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
    type: str = ""
    selector: Mapping[str, str] | None = None
    cluster_ip: str = field(default="", metadata={"wire": "clusterIP"})
    cluster_ips: tuple[str, ...] | None = field(default=None, metadata={"wire": "clusterIPs"})
    external_ips: tuple[str, ...] | None = field(default=None, metadata={"wire": "externalIPs"})
    ports: tuple[ServicePort, ...] | None = None


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    """``loadBalancer`` of a Service's status."""

    OPEN: ClassVar = True
    ingress: tuple[PodIP, ...] | None = None


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """``status`` of a Service."""

    OPEN: ClassVar = True
    load_balancer: LoadBalancer = LoadBalancer()


@dataclass(frozen=True, slots=True)
class Service:
    """A Service, as far as policies see it."""

    OPEN: ClassVar = True
    metadata: ObjectMeta = ObjectMeta()
    spec: ServiceSpec = ServiceSpec()
    status: ServiceStatus = ServiceStatus()


@dataclass(frozen=True, slots=True)
class PodTemplate:
    """``template`` of everything that makes pods."""

    OPEN: ClassVar = True
    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec = PodSpec()


@dataclass(frozen=True, slots=True)
class JobSpec:
    """``spec`` of a Job."""

    OPEN: ClassVar = True
    parallelism: int | None = None
    completion_mode: str = ""
    template: PodTemplate = PodTemplate()


@dataclass(frozen=True, slots=True)
class JobTemplate:
    """``jobTemplate`` of a CronJob."""

    OPEN: ClassVar = True
    spec: JobSpec = JobSpec()


@dataclass(frozen=True, slots=True)
class Ordinals:
    """``ordinals`` of a StatefulSet: the number of its first pod."""

    OPEN: ClassVar = True
    start: int = 0


@dataclass(frozen=True, slots=True)
class WorkloadSpec:
    """``spec`` of a Deployment, StatefulSet, DaemonSet, ReplicaSet, Job or CronJob."""

    OPEN: ClassVar = True
    replicas: int | None = None
    ordinals: Ordinals = Ordinals()
    suspend: bool = False
    parallelism: int | None = None
    completion_mode: str = ""
    template: PodTemplate = PodTemplate()
    job_template: JobTemplate = JobTemplate()


@dataclass(frozen=True, slots=True)
class Condition:
    """One item of a Job's ``conditions``."""

    OPEN: ClassVar = True
    type: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class WorkloadStatus:
    """``status`` of a workload."""

    OPEN: ClassVar = True
    conditions: tuple[Condition, ...] | None = None


@dataclass(frozen=True, slots=True)
class Workload:
    """Anything that makes pods from a template."""

    OPEN: ClassVar = True
    kind: str = ""
    metadata: ObjectMeta = ObjectMeta()
    spec: WorkloadSpec = WorkloadSpec()
    status: WorkloadStatus = WorkloadStatus()
