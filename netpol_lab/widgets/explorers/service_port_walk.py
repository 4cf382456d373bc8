"""The walk of a connection through a Service: to which pods, at which port, and what allows it.

In words, and as boxes and arrows; the answers are the engine's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

from netpol_lab.engine.nearest import nearest
from netpol_lab.engine.service_targets import selected_by
from netpol_lab.engine.verdict import Verdict, judge
from netpol_lab.errors import AmbiguousNameError, FlowError, counted
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint, Flow
from netpol_lab.model.objects import ContainerPort, Pod
from netpol_lab.model.ports import PortSet, spoken_port
from netpol_lab.model.services import Service, ServicePort
from netpol_lab.pictures.legend import COLOURS, MARGIN, sign
from netpol_lab.pictures.palette import EDGE, MIST, MUTED, tinted
from netpol_lab.pictures.shapes import Box, Group, Path, Rect, Shape, Sheet, Style, Text
from netpol_lab.pictures.text_width import clipped, shortened
from netpol_lab.pictures.traffic import State
from netpol_lab.pictures.traffic_words import reason
from netpol_lab.widgets.explorers.drawing import WIDTH, Page, column, fitting, part, pill, wrapped

GAP, TALL, PAD = 44.0, 128.0, 10.0
HEADS = ("client", "Service", "pod", "policies see")
WIDTHS = (142.0, 176.0, 178.0, 184.0)
LEFTS = tuple(accumulate(WIDTHS[:-1], lambda x, width: x + width + GAP, initial=MARGIN))


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
        return "no endpoint" if self.verdict is None else State.of(self.verdict.allowed)

    @property
    def key(self) -> str:
        """What a redraw knows this pod by."""
        return f"pod:{self.pod}"

    @property
    def seen(self) -> str:
        """The port that the policies see, in words."""
        return spoken_port(self.port, self.protocol)

    @property
    def listening(self) -> str:
        """What the pod declares about this port, in words: only its name matters to policies."""
        asked, ports = (self.port, self.protocol), self.pod.ports
        names = [p.name for p in ports if p.listens and (p.port, p.protocol) == asked]
        if not names:
            return f"no container declares {self.seen}: does one listen there?"
        return f"a container declares it{f' as {names[0]}' if names[0] else ''}"


def ask(cluster: Cluster, inputs: ServicePortInput) -> ServiceWalk:
    """Return the walk; FlowError where the question cannot be asked."""
    service, client = service_of(cluster, inputs.service), caller(cluster, inputs.client)
    return ServiceWalk(cluster, inputs, service, client, tuple(_stops(cluster, inputs, service)))


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
    ports: list[ServicePort | ContainerPort] = [*service.ports]
    if service.headless:
        pods = selected_by(service, cluster)
        ports += (port for pod in pods for port in pod.ports if port.listens)
    return tuple(dict.fromkeys((port.port, str(port.protocol)) for port in ports))


@dataclass(frozen=True)
class ServiceWalk:
    """A connection through a Service, to each pod behind it; made by `ask`.

    Parameters
    ----------
    cluster : Cluster
    inputs : ServicePortInput
    service : Service
    client : Endpoint
        Who calls.
    stops : tuple of Stop
    """

    cluster: Cluster
    inputs: ServicePortInput
    service: Service
    client: Endpoint
    stops: tuple[Stop, ...]

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
        target = self.offered.target if self.offered else self.inputs.port
        if stop.port is None:
            return f"has no port called {target}"
        if self.service.headless:
            return f"asked for {stop.port}, which is not rewritten"
        if self._by_name:
            return f"{target} is {stop.port} in this pod"
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
            yield f"  pod      {stop.pod}  {'; '.join(self.arriving(stop))}"
            if stop.verdict is not None:
                why = "; ".join(self.reasons(stop.verdict))
                yield f"           policies see {stop.seen}: {stop.state}, {why}"

    @property
    def brief(self) -> str:
        """The walk, step by step."""
        return self.text

    def why(self, key: str) -> str:
        """Return the reasons at one pod; nothing for anything else."""
        for stop in self.stops:
            if stop.key == key:
                found = f"{stop.pod} {self.resolved(stop)}."
                return found if stop.verdict is None else str(stop.verdict)
        return ""

    @cached_property
    def sheet(self) -> Sheet:
        """The picture."""
        return _drawn(self)

    def arriving(self, stop: Stop) -> Iterator[str]:
        """Yield how the pod's port was found, and whether a container declares it."""
        yield self.resolved(stop)
        if stop.port is not None and (self.service.headless or not self._by_name):
            yield stop.listening

    def reasons(self, verdict: Verdict) -> Iterator[str]:
        """Yield what the policies say at one pod, and the ports that their rules want."""
        yield reason(verdict)
        for side in verdict.sides:
            if miss := nearest(self.cluster, side):
                ports = [unmet.wants for unmet in miss.unmet if isinstance(unmet.wants, PortSet)]
                yield from (f"rule {miss.rule.number} wants {wanted}" for wanted in ports)


# ---------------------------------------------------------------- the picture


def _drawn(walk: ServiceWalk) -> Sheet:
    """Return the walk as boxes and arrows."""
    page = Page(walk.title, [walk.counted])
    first = page.top + 44
    height = max(1, len(walk.stops)) * (TALL + 12) - 12
    middle = first + height / 2 - TALL / 2
    here = [Box(x, middle, width, TALL) for x, width in zip(LEFTS, WIDTHS, strict=True)]
    client, service, pod, _ = here
    shapes: list[Shape] = [
        Text((box.middle[0], page.top + 24), words, 13, "middle", MUTED)
        for box, words in zip(here, HEADS, strict=True)
    ]
    words = [*_own_address(walk.client), f"calls {walk.service.name} on {walk.asked}"]
    shapes += [*_arrow(client, service), *_box(client, walk.client.name, "", words)]
    shapes += _box(service, walk.service.name, walk.asked, [walk.address, walk.leads])
    for i, stop in enumerate(walk.stops):
        shapes.append(_stop(walk, stop, here, first + i * (TALL + 12)))
    if not walk.stops:
        wide = pod._replace(width=WIDTH - MARGIN - pod.x)
        shapes += _arrow(service, wide, dashed=True)
        shapes += _box(wide, "nowhere", "", [walk.nowhere], dashed=True)
    return page.sheet(first + height + MARGIN, *shapes)


def _own_address(client: Endpoint) -> Iterator[str]:
    """Yield the address of who calls, if it is known and not its name."""
    known = client.pod.known_addresses if client.pod else ()
    own = client.address or next(iter(known), None)
    if own is not None and str(own) != client.name:
        yield str(own)


def _stop(walk: ServiceWalk, stop: Stop, here: Sequence[Box], y: float) -> Group:
    """Return one pod behind the Service, and what the policies make of it."""
    pod, seen = here[2]._replace(y=y), here[3]._replace(y=y)
    alone = stop.verdict is None
    whole = pod if alone else pod._replace(width=seen.right - pod.x)
    address = next(iter(stop.pod.known_addresses), "port")
    number = "" if stop.port is None else f"{address}:{stop.port}"
    shapes: list[Shape] = [Rect(whole, Style(catches="all"))]  # between the boxes, too
    shapes += _arrow(here[1], pod, dashed=alone)
    shapes += _box(pod, stop.pod.name, number, walk.arriving(stop), dashed=alone)
    if stop.verdict is not None:
        state = State.of(stop.verdict.allowed)
        shapes += _arrow(pod, seen, COLOURS[state])
        if state is not State.ALLOWED:
            shapes.append(sign(state, ((pod.right + seen.x) / 2 - 5, pod.middle[1]), 9))
        shapes += _box(seen, "", stop.seen, walk.reasons(stop.verdict), COLOURS[state])
        shapes += pill(state, Box(seen.right - 84, seen.y + 8, 76, 19), state is not State.ALLOWED)
    data = {"pod": str(stop.pod), "verdict": stop.state, "label": walk.label(stop)}
    return part("nl-pod", shapes, key=stop.key, **data)


def _box(
    box: Box, name: str, number: str, words: Iterable[str], colour: str = EDGE, dashed: bool = False
) -> Iterator[Shape]:
    """Yield a box with a name, a line that stands out, and more words."""
    plain = colour == EDGE
    fill, width = (MIST, 1.5) if plain else (tinted(colour, 0.1), 2)
    look = Style(fill, colour, width, (5.0, 4.0) if dashed else ())
    yield Rect(box, look, 10, kind="nl-card" if plain else "nl-line")
    room, x, y = box.width - 2 * PAD, box.x + PAD, box.y + 22
    cut = shortened(name, room, 14, bold=True), clipped(number, room, 14, bold=True)
    heads = list(filter(None, cut))
    yield from column(heads, (x, y), 22, size=14, bold=True)
    y += 22 * len(heads)
    lines = [line for sentence in words for line in wrapped(sentence, room)]
    shown = fitting(lines, int((box.bottom - y) // 16) + 1, room)
    yield from column(shown, (x, y), colour=MUTED)


def _arrow(start: Box, end: Box, colour: str = EDGE, dashed: bool = False) -> Iterator[Shape]:
    (x, y), (far, there) = (start.right, start.middle[1]), (end.x, end.middle[1])
    half = (far - x) / 2
    curve = ("C", x + half, y, far - half, there, far - 11, there)
    pen = Style("none", colour, 2.5, (4.0, 4.0) if dashed else ())
    yield Path((("M", x + 1, y), curve), pen, kind="nl-line")
    head = (("M", far - 3, there), ("L", far - 13, there - 6), ("L", far - 13, there + 6), ("Z",))
    yield Path(head, Style(colour), kind="nl-head")
