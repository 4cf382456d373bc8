"""From a Service's port to a pod's port: which number the policies see, and what they say."""

from __future__ import annotations

from netpol_lab.engine.service_targets import selected_by
from netpol_lab.errors import UnknownNameError, did_you_mean
from netpol_lab.model.cluster import Cluster, checked_cluster
from netpol_lab.model.ports import spoken_port
from netpol_lab.model.services import Service
from netpol_lab.widgets.explorers.base import Explorer, Field, choice
from netpol_lab.widgets.explorers.service_port_walk import (
    ServicePortInput,
    ServiceWalk,
    ask,
    caller,
    offers,
    service_of,
)


def explore_ports(
    cluster: Cluster,
    service: str | None = None,
    port: int | None = None,
    client: str | None = None,
    protocol: str | None = None,
) -> ServicePortExplorer:
    """Return the walk of a connection through a Service, and lists to choose another one.

    Parameters
    ----------
    cluster : Cluster
    service : str, optional
        ``namespace/name``, or the name alone where it is unique; the first one when left out.
    port : int, optional
        A port of the Service; its first one when left out.
    client : str, optional
        A pod or an address; the first pod that is not behind the Service when left out.
    protocol : str, optional
        For a Service that offers a port over several; the first one when left out.

    Returns
    -------
    ServicePortExplorer

    Raises
    ------
    UnknownNameError, AmbiguousNameError, FlowError
        When the question cannot be asked.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> print(lab.explore_ports(lab.load("market"), "cart/store", client="cart/api-1").summary)
    cart/api-1 calls cart/store on TCP 6379; 1 pod behind it: 1 allowed.
      Service  cart/store  10.96.4.20  TCP 6379
               targetPort redis: the name redis of each pod
      pod      cart/store  redis is 6379 in this pod
               policies see TCP 6379: allowed, neither end is isolated
    """
    if not checked_cluster(cluster).services:
        raise UnknownNameError("there is no Service in this cluster.")
    name = service or str(cluster.services[0])
    return ServicePortExplorer(cluster, _completed(cluster, name, client, port, protocol))


def _completed(
    cluster: Cluster, name: str, client: str | None, port: int | None, protocol: str | None
) -> ServicePortInput:
    """Return full inputs, with what is left out filled in."""
    service = service_of(cluster, name)
    offer = _offered(cluster, service, port, protocol and protocol.upper())
    end = caller(cluster, client).name if client else _stranger(cluster, service)
    return ServicePortInput(str(service), *offer, end)


def _offered(
    cluster: Cluster, service: Service, port: int | None, protocol: str | None
) -> tuple[int, str]:
    """Return the first port that a Service offers, of those that are asked for."""
    known = offers(cluster, service)
    if not known:
        raise UnknownNameError(f"Service {service} offers no port: choose another Service.")
    for offer in known:
        if port in (None, offer[0]) and protocol in (None, offer[1]):
            return offer
    asked = " ".join(str(part) for part in (protocol, port) if part is not None)
    spoken = [spoken_port(*offer) if protocol else str(offer[0]) for offer in known]
    raise UnknownNameError(
        f'Service {service} has no port "{asked}". {did_you_mean(asked, spoken)}'
    )


def _stranger(cluster: Cluster, service: Service) -> str:
    behind = set(map(str, selected_by(service, cluster)))
    running = [str(pod) for pod in cluster.pods if not pod.finished]
    if not running:
        raise UnknownNameError("there is no pod in this cluster that could call the Service.")
    return next((name for name in running if name not in behind), running[0])


class ServicePortExplorer(Explorer[ServicePortInput, ServiceWalk]):
    """Client, Service, pods and the port that the policies see; made by `explore_ports`.

    Parameters
    ----------
    cluster : Cluster
    inputs : ServicePortInput

    Examples
    --------
    >>> import netpol_lab as lab
    >>> explorer = lab.explore_ports(lab.load("market"), "cart/store", client="cart/api-1")
    >>> explorer.walk.title
    'cart/api-1 calls cart/store on TCP 6379'
    """

    def __init__(self, cluster: Cluster, inputs: ServicePortInput) -> None:
        self._cluster = cluster
        running = (str(pod) for pod in cluster.pods if not pod.finished)
        self._client = choice("Client", dict.fromkeys([inputs.client, *running]))
        self._service = choice("Service", map(str, cluster.services))
        self._port = choice("Port of the Service", [])
        fields = {"client": self._client, "service": self._service, "port": self._port}
        super().__init__({name: Field(made) for name, made in fields.items()}, inputs)

    def set(
        self,
        *,
        service: str | None = None,
        port: int | None = None,
        client: str | None = None,
        protocol: str | None = None,
    ) -> None:
        """Take another walk; what is not mentioned stays.

        Parameters
        ----------
        service : str, optional
            With another Service and no port, its first port is asked for.
        port : int, optional
            With another port and no protocol, the first protocol that it is offered over.
        client : str, optional
        protocol : str, optional

        Raises
        ------
        UnknownNameError, AmbiguousNameError, FlowError
            And then nothing has changed.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> explorer = lab.explore_ports(lab.load("market"), "cart/store", client="cart/api-1")
        >>> explorer.set(client="front/web-1")
        >>> explorer.walk.title
        'front/web-1 calls cart/store on TCP 6379'
        """
        now = self._inputs
        if port is None and service is None:
            port, protocol = now.port, protocol or now.protocol
        ends = service or now.service, client or now.client
        self._ask(_completed(self._cluster, *ends, port, protocol))

    @property
    def walk(self) -> ServiceWalk:
        """The facts."""
        return self._shown

    def _view(self, inputs: ServicePortInput) -> ServiceWalk:
        return ask(self._cluster, inputs)

    def _typed(self, edited: str) -> ServicePortInput:
        service, client = self._service.value, self._client.value
        # While a Service that cannot be walked stands in its list, the ports are still another's.
        if edited == "service" or service != self._inputs.service:
            return _completed(self._cluster, service, client, None, None)
        port, protocol = self._port.value
        return ServicePortInput(service, port, protocol, client)

    def _fill(self) -> None:
        inputs = self._inputs
        if inputs.client not in self._client.options:
            self._client.options = (*self._client.options, inputs.client)
        self._client.value, self._service.value = inputs.client, inputs.service
        known = offers(self._cluster, service_of(self._cluster, inputs.service))
        options = [(spoken_port(*offer), offer) for offer in known]
        if list(self._port.options) != options:
            self._port.options = options
        self._port.value = (inputs.port, inputs.protocol)
