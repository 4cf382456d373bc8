"""The walk of a connection through a Service: to which pods, at which port, and what allows it.

Facts and words; the answers are the engine's. `service_port_drawing` draws it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

from netpol_lab.engine.near_miss import nearest
from netpol_lab.engine.semantics import selected_by
from netpol_lab.engine.verdict import Verdict, judge
from netpol_lab.errors import AmbiguousNameError, FlowError, counted
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint, Flow
from netpol_lab.model.objects import Pod, Service, ServicePort
from netpol_lab.model.ports import PortSet, spoken_port
from netpol_lab.pictures.shapes import Sheet
from netpol_lab.pictures.traffic import State
from netpol_lab.pictures.traffic_words import reason
from netpol_lab.widgets.explorers.service_port_drawing import Station, StopRow, lay_out


@dataclass(frozen=True)
class ServicePortInput:
    """Who calls which Service, on which of its ports.

    Parameters
    ----------
    service, client : str
        Full names; the client may be an address as well.
    port : int
    protocol : str
    """

    service: str
    port: int
    protocol: str
    client: str


@dataclass(frozen=True)
class Stop:
    """One pod behind the Service, and whether the connection reaches it.

    Parameters
    ----------
    pod : Pod
    port : int, optional
        The pod's port that the Service port leads to; None where the pod lacks its name.
    protocol : str
    verdict : Verdict, optional
        None where the Service does not lead there.
    """

    pod: Pod
    port: int | None
    protocol: str
    verdict: Verdict | None

    @property
    def state(self) -> str:
        """Whether the connection is allowed, in a word or two."""
        if self.verdict is None:
            return "no endpoint"
        return State.of(self.verdict.allowed)

    @property
    def key(self) -> str:
        """What a redraw knows this pod by."""
        return f"pod:{self.pod}"

    @property
    def listening(self) -> str:
        """What the pod declares about this port, in words: only its name matters to policies."""
        asked = (self.port, self.protocol)
        declared = ((p.name, (p.port, p.protocol)) for p in self.pod.ports if p.listens)
        names = [name for name, port in declared if port == asked]
        if not names:
            return f"no container declares {spoken_port(*asked)}: does one listen there?"
        return f"a container declares it{f' as {names[0]}' if names[0] else ''}"


def ask(cluster: Cluster, inputs: ServicePortInput) -> ServiceWalk:
    """Return the walk; FlowError where the question cannot be asked."""
    service = service_of(cluster, inputs.service)
    caller(cluster, inputs.client)
    return ServiceWalk(cluster, inputs, service, tuple(_stops(cluster, inputs, service)))


def service_of(cluster: Cluster, name: str) -> Service:
    """Return a Service by its name."""
    service = cluster.endpoint(f"service:{name}").service
    assert service is not None
    return service


def caller(cluster: Cluster, name: str) -> Endpoint:
    """Return the one pod or address that calls; a workload with a single pod means that pod."""
    end = cluster.endpoint(name)
    if end.service is not None:
        raise FlowError(f"{end} is a Service, which opens no connections: name a pod.")
    if end.among:
        pods = len(end.each)
        raise AmbiguousNameError(f"{name} has {pods} pods: name the one that calls, such as {end}.")
    return end


def _stops(cluster: Cluster, inputs: ServicePortInput, service: Service) -> Iterator[Stop]:
    ends = inputs.client, f"service:{service}"
    flow = Flow.between(cluster, *ends, inputs.port, inputs.protocol)
    verdict: Verdict | None = None
    with suppress(FlowError):  # no pod has this port: `ServiceWalk.nowhere` says what that means
        verdict = judge(cluster, flow)
    outcomes = () if verdict is None else verdict.outcomes
    for pod in selected_by(service, cluster):
        here = tuple(one for one in outcomes if one.arriving.destination.pod is pod)
        port = next((one.arriving.port for one in here), None)
        own = replace(verdict, outcomes=here) if verdict is not None and here else None
        yield Stop(pod, port, inputs.protocol, own)


def offers(cluster: Cluster, service: Service) -> tuple[tuple[int, str], ...]:
    """Return the ports that a Service can be asked for: its own, or of a headless one its pods'."""
    own = [(port.port, str(port.protocol)) for port in service.ports]
    if service.headless:
        pods = selected_by(service, cluster)
        declared = (port for pod in pods for port in pod.ports if port.listens)
        own += [(port.port, str(port.protocol)) for port in declared]
    return tuple(dict.fromkeys(own))


@dataclass(frozen=True)
class ServiceWalk:
    """A connection through a Service, to each pod behind it; made by `ask`.

    Parameters
    ----------
    cluster : Cluster
    inputs : ServicePortInput
    service : Service
    stops : tuple of Stop
    """

    cluster: Cluster
    inputs: ServicePortInput
    service: Service
    stops: tuple[Stop, ...]

    @property
    def client(self) -> Endpoint:
        """Who calls."""
        return self.cluster.endpoint(self.inputs.client)

    @property
    def asked(self) -> str:
        """The Service's port in words."""
        return spoken_port(self.inputs.port, self.inputs.protocol)

    @property
    def offered(self) -> ServicePort | None:
        """The port of the Service that is asked for; a headless one is not asked for its own."""
        wanted = (self.inputs.port, self.inputs.protocol)
        return next((p for p in self.service.ports if (p.port, p.protocol) == wanted), None)

    @property
    def _by_name(self) -> bool:
        return self.offered is not None and isinstance(self.offered.target, str)

    @property
    def address(self) -> str:
        """What the Service's name stands for."""
        if self.service.headless:
            return "no address: headless"
        return str(next(iter(self.service.addresses), "its address is not given"))

    @property
    def leads(self) -> str:
        """Where the Service's port leads, as the manifest says it."""
        if self.service.headless:
            return "its name stands for the pods' own addresses: nothing is rewritten"
        if self.offered is None:
            return "the Service has no such port"
        kind = "the name" if self._by_name else "port"
        return f"targetPort {self.offered.target}: {kind} {self.offered.target} of each pod"

    @property
    def nowhere(self) -> str:
        """Why no pod is reached; nothing if one is."""
        if any(stop.verdict is not None for stop in self.stops):
            return ""
        if self.service.selector is None:
            return "The Service has no selector: it leads only to endpoints listed by hand."
        if not self.stops:
            return f"No running pod has {self.service.selector}: the Service has no endpoints."
        if self.offered is None:
            return f"The Service has no port {self.asked}."
        return f"No pod has a {self.offered.protocol} port called {self.offered.target}."

    def resolved(self, stop: Stop) -> str:
        """Return how the pod's port was found, in words."""
        if stop.port is None:
            target = self.offered.target if self.offered else self.inputs.port
            return f"has no port called {target}"
        if self.service.headless:
            return f"asked for {stop.port}, which is not rewritten"
        if self.offered and self._by_name:
            return f"{self.offered.target} is {stop.port} in this pod"
        return f"targetPort {stop.port}"

    # ------------------------------------------------------------ in words

    @property
    def state(self) -> str:
        """What is shown, for programs that wait for it."""
        return f"{self.client}|{self.service}|{self.asked}"

    @property
    def title(self) -> str:
        """The walk in one line."""
        return f"{self.client} calls {self.service} on {self.asked}"

    @property
    def counted(self) -> str:
        """How many pods are reached, in words."""
        states = [stop.state for stop in self.stops]
        parts = [f"{states.count(state)} {state}" for state in dict.fromkeys(states)]
        pods = f"{counted(len(self.stops), 'pod')} behind it"
        return f"{pods}: {', '.join(parts)}" if parts else pods

    @property
    def desc(self) -> str:
        """The picture in sentences."""
        service = f"Service {self.service}, {self.address}; {self.leads}."
        pods = (f"{self.label(stop)}." for stop in self.stops)
        return " ".join(filter(None, [service, self.nowhere, *pods]))

    def label(self, stop: Stop) -> str:
        """Return one pod's part in words."""
        if stop.verdict is None:
            return f"pod {stop.pod} {self.resolved(stop)}, no endpoint"
        return f"pod {stop.pod} port {stop.port}, {stop.state}: {reason(stop.verdict)}"

    @property
    def text(self) -> str:
        """The walk, step by step."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.title}; {self.counted}."
        yield f"  Service  {self.service}  {self.address}  {self.asked}"
        yield f"           {self.leads}"
        if self.nowhere:
            yield f"  {self.nowhere}"
        for stop in self.stops:
            yield f"  pod      {stop.pod}  {'; '.join(self._arriving(stop))}"
            if stop.verdict is not None:
                seen, why = self._seen(stop), "; ".join(self._reasons(stop.verdict))
                yield f"           policies see {seen}: {stop.state}, {why}"

    def _seen(self, stop: Stop) -> str:
        return spoken_port(stop.port, self.inputs.protocol)

    @property
    def brief(self) -> str:
        """The walk, step by step."""
        return self.text

    def why(self, key: str) -> str:
        """Return the reasons at one pod; nothing for anything else."""
        stop = next((stop for stop in self.stops if stop.key == key), None)
        if stop is None:
            return ""
        found = f"{stop.pod} {self.resolved(stop)}."
        return found if stop.verdict is None else str(stop.verdict)

    @cached_property
    def sheet(self) -> Sheet:
        """The picture."""
        name, pod = self.client.name, self.client.pod
        own = self.client.address or next(iter(pod.known_addresses if pod else ()), None)
        address = (str(own),) if own is not None and str(own) != name else ()
        client = Station(name, "", (*address, f"calls {self.service.name} on {self.asked}"))
        service = Station(self.service.name, self.asked, (self.address, self.leads))
        rows = [self._row(stop) for stop in self.stops]
        return lay_out(self.title, self.counted, client, service, rows, self.nowhere)

    def _row(self, stop: Stop) -> StopRow:
        address = next(iter(stop.pod.known_addresses), "port")
        number = "" if stop.port is None else f"{address}:{stop.port}"
        pod = Station(stop.pod.name, number, tuple(self._arriving(stop)))
        words = () if stop.verdict is None else tuple(self._reasons(stop.verdict))
        return StopRow(
            stop.key, self.label(stop), stop.state, pod, Station("", self._seen(stop), words)
        )

    def _arriving(self, stop: Stop) -> Iterator[str]:
        yield self.resolved(stop)
        if stop.port is not None and (self.service.headless or not self._by_name):
            yield stop.listening

    def _reasons(self, verdict: Verdict) -> Iterator[str]:
        yield reason(verdict)
        for side in verdict.sides:
            if miss := nearest(self.cluster, side):
                ports = [unmet.wants for unmet in miss.unmet if isinstance(unmet.wants, PortSet)]
                yield from (f"rule {miss.rule.number} wants {wanted}" for wanted in ports)
