"""Where a flow arrives: behind the address or the name of a Service, at each place it leads to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from netpol_lab.engine.aliases import by_its_own_name
from netpol_lab.engine.endpoint_rules import is_itself
from netpol_lab.engine.service_targets import (
    Target,
    behind,
    is_only_a_name,
    selected_by,
    targets,
)
from netpol_lab.errors import FlowError
from netpol_lab.model.addresses import Address
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint, Flow, facing
from netpol_lab.model.ports import spoken_port
from netpol_lab.model.services import Service, ServicePort


@dataclass(frozen=True, slots=True)
class FlowPath:
    """A flow as it is asked for and as it arrives, which differ for a Service address.

    Parameters
    ----------
    asked : Flow
        The flow as it leaves the source.
    arriving : Flow
        The flow where the Service leads; the same object where no Service is in between.
    idle : Service, optional
        The Service whose address is asked for on a port where nobody answers.
    missing : str
        What the manifests do not tell of the place where the flow arrives (SEM-74).
    from_outside : bool
        Whether the address that is asked for is one for clients outside: of a load balancer, of a
        node, or an external one.
    """

    asked: Flow
    arriving: Flow
    idle: Service | None = None
    missing: str = ""
    from_outside: bool = False

    @property
    def through_service(self) -> bool:
        """Whether the address that is asked for is rewritten to that of a pod (SEM-53)."""
        return self.asked is not self.arriving

    @property
    def may_hide_client(self) -> bool:
        """Whether a load balancer or a node may stand between the two (SEM-60)."""
        return self.through_service and (self.arriving.source.pod is None or self.from_outside)

    @property
    def reaches_itself(self) -> bool:
        """Whether the flow comes back to the pod that opens it (SEM-49)."""
        return is_itself(self.arriving.source, self.arriving.destination)


def flow_paths(cluster: Cluster, flow: Flow) -> list[FlowPath]:
    """Return the one path of a flow, or one for each place where its Service leads (SEM-53).

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
        When nothing is behind a Service that is called by its name, or no pod is for a client
        outside.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> [path] = flow_paths(shop, Flow.between(shop, "web", "db", 5432))
    >>> path.through_service
    False
    """
    flow = by_its_own_name(cluster, flow)
    end, services = flow.destination, _services(cluster, flow)
    paths = dict.fromkeys(
        FlowPath(
            to if is_only_a_name(step.service) else flow, to, None, step.target.missing, step.outer
        )
        for step in _steps(cluster, flow, services)
        for to in [_arriving(flow, step.target)]
    )
    # By name something has to be there; and from outside nobody is judged but the pods behind it.
    judged = flow.source.pod or any(p.missing or p.arriving.destination.pod for p in paths)
    if services and not (judged and paths) and (end.service or not flow.source.pod):
        raise FlowError(leads_nowhere(cluster, _meant(services, flow), flow))
    return [*paths] or [FlowPath(flow, flow, without_answer(cluster, flow))]


class _Step(NamedTuple):
    """The way from a Service to one place behind it."""

    service: Service
    target: Target
    outer: bool


def _services(cluster: Cluster, flow: Flow) -> list[Service]:
    """Return the Services that a flow goes to: by name, by an address, or by a port of nodes."""
    end = flow.destination
    if end.pod is not None:
        return []
    if end.service is not None:
        return [end.service]
    return cluster.services_at(end.address, flow.port, flow.protocol)


def _steps(cluster: Cluster, flow: Flow, services: Iterable[Service]) -> list[_Step]:
    """Return the ways to everything behind some Services, as far as their addresses meet."""
    found = [
        step
        for service in services
        for step in (*_inner(cluster, flow, service), *_outer(cluster, flow, service))
    ]
    same = [step for step in found if _meets(flow, step.target)]
    return same if same or flow.destination.address else found


def _inner(cluster: Cluster, flow: Flow, service: Service) -> Iterator[_Step]:
    """Yield the ways through a Service by its name, or by an address of its own."""
    end = flow.destination
    if end.service is None and end.address not in service.addresses:
        return
    outer = end.address in service.outer_addresses
    node = flow.source.pod.node if flow.source.pod and service.stays_on_node and not outer else None
    for target in targets(cluster, service, flow.port, flow.protocol):
        if node is None or target.node in (None, node):
            yield _Step(service, target, outer)


def _outer(cluster: Cluster, flow: Flow, service: Service) -> Iterator[_Step]:
    """Yield the ways through a Service by its port at a node."""
    if flow.destination.address in cluster.node_names:
        for offered in service.ports:
            if (offered.node_port, offered.protocol) == (flow.port, flow.protocol):
                yield from (
                    _Step(service, target, True) for target in behind(cluster, service, offered)
                )


def _meets(flow: Flow, target: Target) -> bool:
    """Say whether a place has an address of the family in use: rewriting keeps the family."""
    asked, known = flow.destination, target.end.known_addresses
    families = {address.version for address in asked.known_addresses or flow.source.known_addresses}
    return not known or not families or any(own.version in families for own in known)


def _arriving(flow: Flow, target: Target) -> Flow:
    asked = flow.destination.address
    there = target.end.at(target.end.address or _of_family(asked, target.end))
    return Flow(*facing(flow.source, there), target.port, flow.protocol)


def _of_family(address: Address | None, end: Endpoint) -> Address | None:
    """Return the pod's address that a Service address becomes: rewriting keeps the family."""
    same = (own for own in end.known_addresses if address and own.version == address.version)
    return next(same, None)


# ---------------------------------------------------------------- Services that lead nowhere


def without_answer(cluster: Cluster, flow: Flow) -> Service | None:
    """Return the Service whose address a flow goes to, on a port where nobody answers.

    Parameters
    ----------
    cluster : Cluster
    flow : Flow
        A flow to an address; to what is behind a Service it is rewritten.

    Returns
    -------
    Service or None
        None for any other flow.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> without_answer(shop, lab.evaluate(shop, "web", "192.0.2.1", port=443).flow) is None
    True
    """
    flow = by_its_own_name(cluster, flow)
    services = _services(cluster, flow) if flow.port is not None else []
    if not services or _steps(cluster, flow, services):
        return None
    return _meant(services, flow)


def _meant(services: Sequence[Service], flow: Flow) -> Service:
    """Return the Service that has the port of a flow, or else the first of those at an address."""
    return next((service for service in services if offered_port(service, flow)), services[0])


def offered_port(service: Service, flow: Flow) -> ServicePort | None:
    """Return the port of a Service that a flow asks for: outside by its number at nodes, too."""
    end = flow.destination
    inside = end.service is not None or end.address in service.inner_addresses
    for offered in service.ports:
        numbers = {offered.port} if inside else {offered.port, offered.node_port}
        if flow.port in numbers and offered.protocol == flow.protocol:
            return offered
    return None


def leads_nowhere(cluster: Cluster, service: Service, flow: Flow) -> str:
    """Return why nothing is behind a Service on the port of a flow, in words.

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
    >>> leads_nowhere(shop, Service("shop", "db", ports=(ServicePort(81, 81),)), flow)
    'Service shop/db leads nowhere on TCP 80: its ports are TCP 81.'
    """
    asked = spoken_port(flow.port, flow.protocol)
    ports = ", ".join(spoken_port(port.port, port.protocol) for port in service.ports) or "none"
    said = f"Service {service} leads nowhere on {asked}: "
    offered = offered_port(service, flow)
    if offered is not None:
        return f"{said}{_nobody(cluster, service, flow, offered)}"
    said += f"its ports are {ports}"
    return (
        f"{said}, and {_nobody(cluster, service, flow, None)}" if service.headless else f"{said}."
    )


def _nobody(cluster: Cluster, service: Service, flow: Flow, offered: ServicePort | None) -> str:
    """Return why nobody is behind a port that a Service has; a headless one has them all."""
    port = flow.port if offered is None else offered.port
    if found := [*targets(cluster, service, port, flow.protocol)]:
        if not any(target.end.pod for target in found) and flow.source.pod is None:
            return "only addresses outside the cluster are behind it: policies judge only pods."
        if service.stays_on_node and flow.source.pod is not None:
            return f"none of its endpoints is on the node of {flow.source}, where it keeps traffic."
        return "nothing behind it has an address of that family."
    if service.selector is None and service.endpoints:
        called = offered.name if offered and offered.name else "nothing"
        listed = dict.fromkeys(port for one in service.endpoints for port in one.ports)
        names = ", ".join(f"{port.protocol} {port.name or 'without a name'}" for port in listed)
        return f"no endpoint of it has a port called {called}, but {names or 'none at all'}."
    if service.selector is None:
        return "none of the endpoints that are listed for it is ready."
    if offered and any(selected_by(service, cluster)):
        return (
            f"no running container of its pods names a port {offered.target}. Declare the name "
            "there, or write a number as targetPort."
        )
    return f"it selects {service.selector}. Is a running pod among them?"
