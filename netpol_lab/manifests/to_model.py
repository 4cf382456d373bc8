"""Defaults: from the API's objects, as they are written, to the model, as the server stores them.

Every default of Kubernetes that matters to policies is applied here, once (DEF rows).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.cluster_wide.definitions import VERSIONS
from netpol_lab.manifests.cluster_wide.policies import cluster_policy
from netpol_lab.manifests.pods.asked_labels import AskedLabels
from netpol_lab.manifests.pods.workloads import Workloads, is_finished
from netpol_lab.manifests.rules.cidrs import parse_cidr
from netpol_lab.manifests.services.endpoints import ListedEndpoints
from netpol_lab.model import objects as model
from netpol_lab.model.addresses import Address, parse_address
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Direction
from netpol_lab.model.ports import Protocol
from netpol_lab.model.replicas import Replicas
from netpol_lab.model.selectors import NAME_LABEL, Operator, Requirement, Selector
from netpol_lab.model.services import Service, ServicePort

DEFAULT_NAMESPACE = "default"  # where kubectl puts what names no namespace (DEF-11)


def build(objects: Mapping[str, Iterable[Any]]) -> Cluster:
    """Return the cluster that valid API objects describe.

    Parameters
    ----------
    objects : mapping of str to iterable
        Objects of `netpol_lab.manifests.api_types` by kind.

    Returns
    -------
    Cluster

    Examples
    --------
    >>> pod = api.Pod(metadata=api.ObjectMeta(name="web"))
    >>> build({"Pod": [pod]}).pods[0].namespace
    'default'
    """
    objects = {kind: [_placed(thing) for thing in alike] for kind, alike in objects.items()}
    nodes = _nodes(objects.get("Node", ()), objects.get("Pod", ()))
    running, asked = objects.get("Pod", []), AskedLabels(objects)

    def made_by_workloads(asked: AskedLabels) -> tuple[model.Pod, ...]:
        made_by = Workloads(objects, asked)
        made = made_by.missing_pods(running)
        return tuple(
            _pod(one.pod, nodes, made_by.of(one.pod), one.supposed, one.replica) for one in made
        )

    workloads, made = Workloads(objects, asked), made_by_workloads(asked)
    listed_pods = (_pod(pod, nodes, workloads.of(pod)) for pod in running)
    pods = (*listed_pods, *made)
    replicas = Replicas(asked, made_by_workloads) if made else None
    policies = tuple(_policy(policy) for policy in objects.get("NetworkPolicy", ()))
    listed = ListedEndpoints(objects)
    services = tuple(_service(service, listed) for service in objects.get("Service", ()))
    written = {ns.metadata.name: ns.metadata.labels or {} for ns in objects.get("Namespace", ())}
    things: tuple[model.Pod | model.Policy | Service, ...] = (*pods, *policies, *services)
    names = dict.fromkeys([*(thing.namespace for thing in things), *written])  # DEF-09
    namespaces = {  # SEM-25
        name: model.Namespace(
            name, {**written.get(name, {}), NAME_LABEL: name}, listed=name in written
        )
        for name in names
    }
    running_now = {(pod.namespace, pod.workload) for pod in pods if not pod.finished}
    makers = tuple(workloads.at_rest(running_now))
    cluster_wide = (cluster_policy(one) for kind in VERSIONS for one in objects.get(kind, ()))
    return Cluster(
        namespaces,
        pods,
        policies,
        services,
        nodes,
        {node.metadata.name: dict(node.metadata.labels or {}) for node in objects.get("Node", ())},
        (*cluster_wide,),
        replicas=replicas,
        pod_makers=makers,
    )


def _placed(thing: Any) -> Any:
    """Return an object with its namespace filled in (DEF-11, SEM-64)."""
    meta = thing.metadata
    return replace(thing, metadata=replace(meta, namespace=meta.namespace or DEFAULT_NAMESPACE))


def _pod(
    pod: api.Pod,
    nodes: Mapping[str, tuple[Address, ...]],
    workload: model.Workload | None,
    supposed: bool = False,
    replica: int = 0,
) -> model.Pod:
    spec, meta = pod.spec, pod.metadata
    own = _addresses(pod.status.own_ips)
    known = (*(own if spec.host_network else ()), *_addresses(pod.status.node_ips))
    return model.Pod(
        namespace=meta.namespace,
        name=meta.name,
        labels=dict(meta.labels or {}),
        addresses=own,
        ports=(*_ports(spec.containers or (), False), *_ports(spec.init_containers or (), True)),
        node=spec.node_name or None,
        node_addresses=tuple(dict.fromkeys((*known, *nodes.get(spec.node_name, ())))),
        host_network=spec.host_network,
        finished=is_finished(pod),
        workload=workload,
        supposed=supposed,
        replica=replica,
        all_declare=all(container.ports for container in spec.containers or ()),
    )


def _ports(containers: Iterable[api.Container], is_init: bool) -> Iterator[model.ContainerPort]:
    for container in containers:
        for port in container.ports or ():
            number, stays = port.container_port, is_init and container.restart_policy == "Always"
            yield model.ContainerPort(port.name, number, _protocol(port), is_init, stays)


def _addresses(texts: Iterable[str]) -> tuple[Address, ...]:
    found = (parse_address(text) for text in texts)
    return tuple(dict.fromkeys(address for address in found if address is not None))


def _nodes(nodes: Iterable[api.Node], pods: Iterable[api.Pod]) -> dict[str, tuple[Address, ...]]:
    """Return the addresses of each node: its own word, and what its pods give away."""
    texts = {node.metadata.name: [a.address for a in node.status.addresses or ()] for node in nodes}
    for pod in pods:
        if pod.spec.node_name:
            known = texts.setdefault(pod.spec.node_name, [])
            known += pod.status.node_ips
            known += pod.status.own_ips if pod.spec.host_network else ()
    return {name: _addresses(found) for name, found in texts.items()}


def _service(service: api.Service, listed: ListedEndpoints) -> Service:
    spec, meta = service.spec, service.metadata
    if spec.type == "ExternalName":  # a name for a name: Kubernetes ignores everything else
        return Service(meta.namespace, meta.name, external_name=spec.external_name or "any")
    labels, headless = spec.selector or {}, spec.cluster_ip == "None"
    balanced = (place.ip for place in service.status.load_balancer.ingress or ())
    outer = _addresses(() if headless else (*(spec.external_ips or ()), *balanced))
    inner = _addresses([spec.cluster_ip, *(spec.cluster_ips or ())])
    return Service(
        namespace=meta.namespace,
        name=meta.name,
        selector=Selector(_label_requirements(labels)) if labels else None,
        addresses=tuple(dict.fromkeys((*inner, *outer))),
        headless=headless,
        ports=tuple(_service_port(port, headless) for port in spec.ports or ()),
        outer_addresses=outer,
        endpoints=listed.of(meta.namespace, meta.name, bool(labels)),
        stays_on_node=spec.internal_traffic_policy == "Local",
        keeps_client=spec.external_traffic_policy == "Local",
        exposed_by="" if headless else _exposure(spec),
    )


def _exposure(spec: api.ServiceSpec) -> str:
    """Return what opens a Service to clients outside; nothing for most."""
    if spec.type in ("NodePort", "LoadBalancer"):
        return spec.type
    return "externalIPs" if spec.external_ips else ""


def _service_port(port: api.ServicePort, headless: bool) -> ServicePort:
    target, on_nodes = port.target_port or port.port, port.node_port or None
    on_nodes = None if headless else on_nodes  # SEM-76
    return ServicePort(port.port, target, _protocol(port), port.name, on_nodes)


def _protocol(port: api.ContainerPort | api.ServicePort | api.NetworkPolicyPort) -> Protocol:
    return Protocol(port.protocol or Protocol.TCP)  # SEM-35, DEF-05, DEF-10


# ---------------------------------------------------------------- policies and their defaults


def _policy(policy: api.NetworkPolicy) -> model.Policy:
    spec, meta = policy.spec, policy.metadata
    return model.Policy(
        namespace=meta.namespace,
        name=meta.name,
        pod_selector=selector_of(spec.pod_selector),
        policy_types=stored_types(spec.policy_types, spec.egress),
        ingress=_rules(Direction.INGRESS, spec.ingress),
        egress=_rules(Direction.EGRESS, spec.egress),
        types_written=bool(spec.policy_types),
    )


def stored_types(
    policy_types: Sequence[str] | None, egress: Sequence[Any] | None
) -> tuple[Direction, ...]:
    """Return the directions a policy isolates, defaulted as the server does (DEF-01 to DEF-06).

    "If policyTypes has length 0: set [Ingress]; then, if egress has length > 0, append Egress."

    Parameters
    ----------
    policy_types, egress : sequence or None
        The two fields of a spec as they are written; None where they are missing.

    Returns
    -------
    tuple of Direction

    Examples
    --------
    >>> [str(direction) for direction in stored_types(None, [{}])]
    ['ingress', 'egress']
    """
    if policy_types:
        return tuple(dict.fromkeys(map(Direction, policy_types)))
    return (Direction.INGRESS, Direction.EGRESS) if egress else (Direction.INGRESS,)


def _rules(direction: Direction, rules: Sequence[api.Rule] | None) -> tuple[model.Rule, ...] | None:
    return None if rules is None else tuple(_rule(direction, i, r) for i, r in enumerate(rules))


def _rule(direction: Direction, index: int, rule: api.Rule) -> model.Rule:
    ports = (model.PolicyPort(_protocol(p), p.port, p.end_port) for p in rule.ports or ())
    return model.Rule(direction, index, tuple(map(_peer, rule.peers or ())), tuple(ports))


def _peer(peer: api.NetworkPolicyPeer) -> model.Peer:
    pods, namespaces = peer.pod_selector, peer.namespace_selector
    return model.Peer(
        pod_selector=selector_of(pods) if pods else None,
        namespace_selector=selector_of(namespaces) if namespaces else None,
        ip_block=_ip_block(peer.ip_block) if peer.ip_block else None,
    )


def _ip_block(block: api.IPBlock) -> model.IPBlock:
    cidrs = (parse_cidr(text) for text in (block.cidr, *(block.excepts or ())))
    cidr, *excepts = (cidr for cidr in cidrs if cidr is not None)
    return model.IPBlock(cidr, tuple(excepts))


def selector_of(selector: api.LabelSelector) -> Selector:
    """Return what a valid label selector asks for.

    Parameters
    ----------
    selector : api.LabelSelector

    Returns
    -------
    Selector

    Examples
    --------
    >>> print(selector_of(api.LabelSelector({"role": "db"})))
    role=db
    """
    expressions = (
        Requirement(item.key, Operator(item.operator), tuple(item.values or ()))
        for item in selector.match_expressions or ()
    )
    return Selector((*_label_requirements(selector.match_labels or {}), *expressions))


def _label_requirements(labels: Mapping[str, str]) -> tuple[Requirement, ...]:
    return tuple(Requirement(key, Operator.IN, (value,)) for key, value in labels.items())
