"""From a Service's port to a pod's port: which number the policies see, and what they say."""

from __future__ import annotations

from netpol_lab.cluster import Cluster, checked_cluster
from netpol_lab.errors import UnknownNameError, did_you_mean
from netpol_lab.explorers.explorer import Explorer, Field, choice
from netpol_lab.explorers.walk import Question, Walk, ask, offers
from netpol_lab.model import Service
from netpol_lab.resolve import selected_by
from netpol_lab.traffic import spoken_port


def explore_ports(
    cluster: Cluster, service: str | None = None, port: int | None = None, client: str | None = None
) -> PortWalk:
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

    Returns
    -------
    PortWalk

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
    return PortWalk(cluster, _question(cluster, service or str(cluster.services[0]), port, client))


def _question(cluster: Cluster, name: str, port: int | None, client: str | None) -> Question:
    """Return a full question, with what is left out filled in."""
    service = _service(cluster, name)
    number, protocol = _offered(cluster, service, port)
    end = cluster.endpoint(client).name if client else _stranger(cluster, service)
    return Question(str(service), number, protocol, end)


def _service(cluster: Cluster, name: str) -> Service:
    service = cluster.endpoint(f"service:{name}").service
    assert service is not None
    return service


def _offered(cluster: Cluster, service: Service, port: int | None) -> tuple[int, str]:
    known = offers(cluster, service)
    if port is None and known:
        return known[0]
    found = [(number, protocol) for number, protocol in known if number == port]
    if found:
        return found[0]
    spoken = [str(number) for number, _ in known]
    raise UnknownNameError(
        f'Service {service} has no port "{port}". {did_you_mean(str(port), spoken)}'
    )


def _stranger(cluster: Cluster, service: Service) -> str:
    behind = set(map(str, selected_by(service, cluster)))
    running = [str(pod) for pod in cluster.pods if not pod.finished]
    if not running:
        raise UnknownNameError("there is no pod in this cluster that could call the Service.")
    return next((name for name in running if name not in behind), running[0])


class PortWalk(Explorer):
    """Client, Service, pods and the port that the policies see; made by `explore_ports`.

    Parameters
    ----------
    cluster : Cluster
    question : Question
    """

    def __init__(self, cluster: Cluster, question: Question) -> None:
        self._cluster = cluster
        clients = dict.fromkeys([question.client, *_callers(cluster)])
        self._client = choice("Client", clients)
        self._service = choice("Service", map(str, cluster.services))
        self._port = choice("Port of the Service", [])
        fields = {"client": self._client, "service": self._service, "port": self._port}
        super().__init__({name: Field(made) for name, made in fields.items()}, question)

    def set(
        self,
        *,
        service: str | None = None,
        port: int | None = None,
        client: str | None = None,
    ) -> None:
        """Take another walk; what is not mentioned stays.

        Parameters
        ----------
        service : str, optional
            With another Service and no port, its first port is asked for.
        port : int, optional
        client : str, optional

        Raises
        ------
        UnknownNameError, AmbiguousNameError, FlowError
            And then nothing has changed.
        """
        now = self._question
        if port is None and service is None:
            port = now.port
        self._ask(_question(self._cluster, service or now.service, port, client or now.client))

    @property
    def walk(self) -> Walk:
        """The facts."""
        return self._shown  # type: ignore[return-value]

    def _view(self, question: Question) -> Walk:
        return ask(self._cluster, question)

    def _typed(self, edited: str) -> Question:
        if edited == "service":
            return _question(self._cluster, self._service.value, None, self._client.value)
        port, protocol = self._port.value
        return Question(self._service.value, port, protocol, self._client.value)

    def _fill(self) -> None:
        question = self._question
        if question.client not in self._client.options:
            self._client.options = (*self._client.options, question.client)
        self._client.value, self._service.value = question.client, question.service
        known = offers(self._cluster, _service(self._cluster, question.service))
        options = [(spoken_port(*offer), offer) for offer in known]
        if list(self._port.options) != options:
            self._port.options = options
        self._port.value = (question.port, question.protocol)


def _callers(cluster: Cluster) -> list[str]:
    return [str(pod) for pod in cluster.pods if not pod.finished]
