"""Where a flow arrives: behind the address or the name of a Service, at each of its pods."""

from __future__ import annotations

from dataclasses import dataclass

from netpol_lab.engine.endpoint_rules import is_itself
from netpol_lab.engine.semantics import selected_by, targets
from netpol_lab.errors import FlowError
from netpol_lab.model.addresses import Address
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint, Flow, facing
from netpol_lab.model.objects import Pod
from netpol_lab.model.ports import spoken_port
from netpol_lab.model.services import Service


@dataclass(frozen=True, slots=True)
class FlowPath:
    """A flow as it is asked for and as it arrives, which differ for a Service address.

    Parameters
    ----------
    asked : Flow
        The flow as it leaves the source.
    arriving : Flow
        The flow at the pod behind the Service; the same object where no Service is in between.
    unknown_port_of : Service, optional
        The Service whose address is asked for on a port that it does not offer.
    """

    asked: Flow
    arriving: Flow
    unknown_port_of: Service | None = None

    @property
    def through_service(self) -> bool:
        """Whether the address that is asked for is rewritten to that of a pod (SEM-53)."""
        return self.asked is not self.arriving

    @property
    def may_hide_client(self) -> bool:
        """Whether a load balancer or a node may stand between the two (SEM-60)."""
        return self.through_service and self.arriving.source.pod is None

    @property
    def reaches_itself(self) -> bool:
        """Whether the flow comes back to the pod that opens it (SEM-49)."""
        return is_itself(self.arriving.source, self.arriving.destination)


def flow_paths(cluster: Cluster, flow: Flow) -> list[FlowPath]:
    """Return the one path of a flow, or one for each pod behind the Service it goes to (SEM-53).

    Parameters
    ----------
    cluster : Cluster
    flow : Flow

    Returns
    -------
    list of FlowPath

    Raises
    ------
    FlowError
        When no pod is behind a Service that is called by its name, or from outside.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> [path] = flow_paths(shop, Flow.between(shop, "web", "db", 5432))
    >>> path.through_service
    False
    """
    service = flow.destination.service
    direct = service is not None and service.headless  # its name stands for the pods' addresses
    paths = [FlowPath(to if direct else flow, to) for to in _backends(cluster, flow)]
    return paths or [FlowPath(flow, flow, without_port(cluster, flow))]


def without_port(cluster: Cluster, flow: Flow) -> Service | None:
    """Return the Service whose address a flow goes to, on a port that it does not offer.

    Parameters
    ----------
    cluster : Cluster
    flow : Flow
        A flow to an address; to the pods behind a Service it is rewritten.

    Returns
    -------
    Service or None
        None for any other flow, and where a Service at that address lists no ports at all.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> without_port(shop, lab.evaluate(shop, "web", "192.0.2.1", port=443).flow) is None
    True
    """
    if flow.destination.pod is not None or flow.port is None:
        return None
    here = cluster.services_at(flow.destination.address)
    offered = {(port.port, port.protocol) for service in here for port in service.ports}
    known = (flow.port, flow.protocol) in offered or not all(service.ports for service in here)
    return None if known else next(iter(here), None)


def _backends(cluster: Cluster, flow: Flow) -> list[Flow]:
    """Return the flow rewritten for each pod behind the Service it goes to (SEM-53)."""
    end = flow.destination
    if end.pod is not None:
        return []
    services = [end.service] if end.service else cluster.services_at(end.address)
    backends = [
        Flow(*facing(flow.source, Endpoint(pod, _of_family(end.address, pod))), port, flow.protocol)
        for service in services
        for pod, port in targets(cluster, service, flow.port, flow.protocol)
    ]
    # By name it has to be a pod; and from outside nobody is judged but the pods behind a Service.
    if services and not backends and (end.service is not None or flow.source.pod is None):
        raise FlowError(leads_nowhere(cluster, services[0], flow))
    return backends


def leads_nowhere(cluster: Cluster, service: Service, flow: Flow) -> str:
    """Return why no pod is behind a Service on the port of a flow, in words.

    Parameters
    ----------
    cluster : Cluster
    service : Service
    flow : Flow

    Returns
    -------
    str

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> flow = Flow.between(shop, "web", "192.0.2.1", 80)
    >>> leads_nowhere(shop, Service("shop", "db", headless=True), flow)
    'Service shop/db selects no pods: ask about the address that it leads to.'
    """
    if not (service.selector or service.addresses or service.ports or service.headless):
        return (
            f"Service {service} leads to a name outside the cluster (type ExternalName), and to no "
            "pods: ask about an address of that name."
        )
    if service.selector is None:
        return f"Service {service} selects no pods: ask about the address that it leads to."
    asked = spoken_port(flow.port, flow.protocol)
    ports = ", ".join(spoken_port(port.port, port.protocol) for port in service.ports) or "none"
    said = f"Service {service} leads nowhere on {asked}: its ports are {ports}"
    for port in service.ports:
        if (port.port, port.protocol) == (flow.port, flow.protocol):
            if any(selected_by(service, cluster)):
                return f"{said}, and no running container of its pods names a port {port.target}."
            return f"{said}, and it selects {service.selector}. Is a running pod among them?"
    return f"{said}."


def _of_family(address: Address | None, pod: Pod) -> Address | None:
    """Return the pod's address that a Service address becomes: rewriting keeps the family."""
    same = (own for own in pod.known_addresses if address and own.version == address.version)
    return next(same, None)
