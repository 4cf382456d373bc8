"""Where a flow arrives: behind the address or the name of a Service, at each of its pods."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from netpol_lab.engine.endpoint_rules import is_itself
from netpol_lab.engine.semantics import selected_by, targets
from netpol_lab.errors import FlowError
from netpol_lab.model.addresses import Address
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint, Flow, facing
from netpol_lab.model.objects import Pod, Service
from netpol_lab.model.ports import spoken_port


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
    """Return the one path of a flow, or one for each pod behind the Service it goes to."""
    service = flow.destination.service
    direct = service is not None and service.headless  # its name means the pods' own addresses
    backends = _backends(cluster, flow)
    paths = [FlowPath(arriving if direct else flow, arriving) for arriving in backends]
    return paths or [FlowPath(flow, flow, without_port(cluster, flow))]


def without_port(cluster: Cluster, flow: Flow) -> Service | None:
    """Return the Service whose address a flow goes to, on a port that it does not offer.

    Parameters
    ----------
    cluster : Cluster
    flow : Flow
        A flow to an address; to the pods behind a Service it is rewritten.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> without_port(shop, lab.evaluate(shop, "web", "192.0.2.1", port=443).flow) is None
    True
    """
    end, asked = flow.destination, (flow.port, flow.protocol)
    if end.pod is not None or end.address is None or flow.port is None:
        return None
    here = [service for service in cluster.services if end.address in service.addresses]
    ports = [service.ports for service in here]
    offered = {(port.port, port.protocol) for port in chain.from_iterable(ports)}
    return None if asked in offered or not all(ports) else next(iter(here), None)


def _backends(cluster: Cluster, flow: Flow) -> Iterator[Flow]:
    """Yield the flow rewritten for each pod behind the Service it goes to (SEM-53)."""
    end = flow.destination
    if end.service is not None:
        services = [end.service]
    elif end.pod is None:
        services = [service for service in cluster.services if end.address in service.addresses]
    else:
        return
    backends = [path for service in services for path in _rewritten(cluster, service, flow)]
    # By name it has to be a pod; and from outside nobody is judged but the pods behind a Service.
    if services and not backends and (end.service is not None or flow.source.pod is None):
        raise FlowError(leads_nowhere(cluster, services[0], flow))
    yield from backends


def _rewritten(cluster: Cluster, service: Service, flow: Flow) -> Iterator[Flow]:
    for pod, number in targets(cluster, service, flow.port, flow.protocol):
        backend = Endpoint(pod, _of_family(flow.destination.address, pod))
        yield Flow(*facing(flow.source, backend), number, flow.protocol)


def leads_nowhere(cluster: Cluster, service: Service, flow: Flow) -> str:
    """Return why no pod is behind a Service on the port of a flow, in words."""
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
