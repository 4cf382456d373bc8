"""Where a port of a Service leads: the pods that it selects, and the endpoints listed for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from netpol_lab.engine.aliases import untold_name
from netpol_lab.engine.semantics import matches
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint, Flow
from netpol_lab.model.objects import Pod
from netpol_lab.model.ports import PortSet
from netpol_lab.model.services import Service, ServiceEndpoint, ServicePort


class Target(NamedTuple):
    """One place that a port of a Service leads to.

    Parameters
    ----------
    end : Endpoint
        A pod or an address outside; neither where that is not known.
    port : int or None
        The port there.
    missing : str
        What the manifests do not tell of this place, in words (SEM-74).
    node : str, optional
        The node it is on, where that is known.
    """

    end: Endpoint
    port: int | None
    missing: str = ""
    node: str | None = None


def targets(
    cluster: Cluster, service: Service, port: int | None, protocol: str
) -> Iterator[Target]:
    """Yield where one port of a Service leads (SEM-53, SEM-74).

    Parameters
    ----------
    cluster : Cluster
    service : Service
    port : int or None
        A port of the Service; of a headless Service a port of its pods.
    protocol : str

    Yields
    ------
    Target

    Examples
    --------
    >>> import netpol_lab as lab
    >>> from netpol_lab.model.selectors import Selector
    >>> service = Service("shop", "all", Selector(), ports=(ServicePort(80, 8080),))
    >>> found = targets(lab.load("three-tier"), service, 80, "TCP")
    >>> [f"{target.end.name} {target.port}" for target in found]
    ['shop/web 8080', 'shop/backend 8080', 'shop/db 8080']
    """
    if is_only_a_name(service):  # it stands for the addresses themselves, whatever the port
        yield from _direct(cluster, service, port)
        return
    for offered in service.ports:
        if (offered.port, offered.protocol) == (port, protocol):
            yield from behind(cluster, service, offered)


def behind(cluster: Cluster, service: Service, offered: ServicePort) -> Iterator[Target]:
    """Yield where one port of a Service leads that has an address.

    Parameters
    ----------
    cluster : Cluster
    service : Service
    offered : ServicePort
        One of its ports.

    Yields
    ------
    Target

    Examples
    --------
    >>> import netpol_lab as lab
    >>> [target] = behind(lab.load("three-tier"), Service("shop", "db"), ServicePort(80, 5432))
    >>> print(target.missing)
    Service shop/db has no selector, and no Endpoints or EndpointSlice says where it leads
    """
    for pod in selected_by(service, cluster):
        number = target_port(offered, pod)
        if number is not None:
            yield Target(Endpoint(pod), number, node=pod.node)
    if _is_unknown(service):
        yield Target(Endpoint(service=service), None, _no_endpoints(service))
    for listed in service.endpoints or ():
        for port in listed.ports:  # told by name: the number of the target port plays no part
            if (port.name, port.protocol) == (offered.name, offered.protocol):
                yield from _listed(cluster, service, listed, port.port, needs_port=True)


def _direct(cluster: Cluster, service: Service, port: int | None) -> Iterator[Target]:
    yield from (Target(Endpoint(pod), port, node=pod.node) for pod in selected_by(service, cluster))
    if _is_unknown(service):
        yield Target(Endpoint(service=service), port, _no_endpoints(service))
    for listed in service.endpoints or ():
        yield from _listed(cluster, service, listed, port, needs_port=False)


def _is_unknown(service: Service) -> bool:
    """Say whether nothing at all says where a Service leads."""
    return service.selector is None and service.endpoints is None


def is_only_a_name(service: Service) -> bool:
    """Say whether a Service has no address of its own that is rewritten: headless, or an alias.

    Examples
    --------
    >>> [is_only_a_name(Service("shop", "db", headless=headless)) for headless in (True, False)]
    [True, False]
    """
    return service.headless or bool(service.external_name)


def _no_endpoints(service: Service) -> str:
    if service.external_name:
        return untold_name(service)
    return (
        f"Service {service} has no selector, and no Endpoints or EndpointSlice says where it leads"
    )


def _listed(
    cluster: Cluster,
    service: Service,
    listed: ServiceEndpoint,
    port: int | None,
    needs_port: bool,
) -> Iterator[Target]:
    """Yield the place that an endpoint stands for; nothing for a pod that has finished."""
    missing = ""
    if listed.address is None:
        missing = f"an EndpointSlice of Service {service} gives a host name instead of an address"
    elif needs_port and port is None:
        missing = f"an endpoint of Service {service}, {listed.address}, has no port number"
    pod = cluster.owner(listed.address) if listed.address else None
    if pod is None and listed.pod:
        pod = cluster.pods_by_name.get(listed.pod)
        if pod is None:
            missing = f"pod {listed.pod}, where Service {service} leads, is not in the manifests"
        elif pod.finished:
            return
    if missing:
        yield Target(Endpoint(service=service), port, missing, listed.node)
    else:
        end = Endpoint(pod, listed.address) if pod else cluster.endpoint(str(listed.address))
        yield Target(end, port, node=listed.node or (pod.node if pod else None))


# ---------------------------------------------------------------- the pods of a selector


def selected_by(service: Service, cluster: Cluster) -> Iterator[Pod]:
    """Yield the running pods that a Service selects; none when it has no selector (SEM-53).

    Parameters
    ----------
    service : Service
    cluster : Cluster

    Yields
    ------
    Pod

    Examples
    --------
    >>> import netpol_lab as lab
    >>> list(selected_by(Service("shop", "alias"), lab.load("three-tier")))
    []
    """
    if service.selector is not None:
        for pod in cluster.pods:
            here = pod.namespace == service.namespace and not pod.finished
            if here and matches(service.selector, pod.labels):
                yield pod


def leading_to(
    cluster: Cluster, flow: Flow, called: PortSet
) -> Iterator[tuple[Service, ServicePort]]:
    """Yield the Services that lead to where a flow goes, if one of some ports is called (SEM-53).

    Parameters
    ----------
    cluster : Cluster
    flow : Flow
        As it arrives.
    called : PortSet

    Yields
    ------
    (Service, ServicePort)
        With the port that is called.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> flow = Flow.between(shop, "backend", "db", 5432)
    >>> [*leading_to(shop, flow, PortSet.every())]  # it has no Services
    []
    """
    here = flow.destination.name, flow.port
    for service in cluster.services:
        for offered in service.ports:
            if offered.protocol != flow.protocol or (offered.protocol, offered.port) not in called:
                continue
            leads = targets(cluster, service, offered.port, offered.protocol)
            if any((target.end.name, target.port) == here for target in leads):
                yield service, offered


def target_port(port: ServicePort, pod: Pod) -> int | None:
    """Return the pod port that a Service port leads to, or None if the pod lacks its name.

    Parameters
    ----------
    port : ServicePort
    pod : Pod

    Returns
    -------
    int or None

    Examples
    --------
    >>> target_port(ServicePort(80, "http"), Pod("shop", "web")) is None
    True
    """
    if isinstance(port.target, int):
        return port.target
    listening = (p for p in pod.ports if p.listens)
    named = (p.port for p in listening if (p.name, p.protocol) == (port.target, port.protocol))
    return next(named, None)
