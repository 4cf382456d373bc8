"""One flow with its reasons: who is isolated by what, and which rule admits.

The law, in both directions alike: a side allows a flow when its pod is not isolated, or some rule
of an isolating policy admits the flow. A flow passes when both sides allow it (SEM-04).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache
from itertools import chain

from netpol_lab.engine.endpoint_rules import as_node, as_read, is_itself, is_own_node
from netpol_lab.engine.resolution import Resolution
from netpol_lab.engine.semantics import query_of, selected_by, targets
from netpol_lab.errors import FlowError
from netpol_lab.model.addresses import Address
from netpol_lab.model.assumptions import DEFAULTS, Assumptions, is_usual, readings
from netpol_lab.model.cluster import Cluster, checked_cluster
from netpol_lab.model.flows import Endpoint, Flow, facing
from netpol_lab.model.objects import Direction, Pod, Policy, Rule, Service
from netpol_lab.model.ports import is_governed


class Exemption(Enum):
    """Why a side allows a flow whatever the policies say."""

    OUTSIDE = "an address outside the cluster has no policy"  # SEM-05
    NO_SUCH_PORT = "the address of a Service that has no such port, so nothing answers"  # SEM-53
    ITSELF = "a pod cannot be cut off from itself"  # SEM-49
    OWN_NODE = "its own node can always open connections to it"  # SEM-50
    NOT_ENFORCED = "no plugin enforces policies here"  # SEM-58
    NOT_FILTERED = "this protocol is not filtered"  # SEM-57


@dataclass(frozen=True, slots=True)
class Side:
    """One direction's half of a verdict.

    Parameters
    ----------
    direction : Direction
        Egress is asked of the source, ingress of the destination.
    flow : Flow
        The flow as this side sees it, that is after Service addresses are rewritten.
    isolated_by : tuple of Policy
        The policies that isolate the subject in this direction.
    admitted_by : tuple of (Policy, Rule)
        The rules that admit the flow.
    exemption : Exemption, optional
        Why the policies do not matter, if they do not.
    """

    direction: Direction
    flow: Flow
    isolated_by: tuple[Policy, ...] = ()
    admitted_by: tuple[tuple[Policy, Rule], ...] = ()
    exemption: Exemption | None = None

    @property
    def subject(self) -> Endpoint:
        """The end whose side this is."""
        return self.flow.source if self.direction is Direction.EGRESS else self.flow.destination

    @property
    def peer(self) -> Endpoint:
        """The other end, as the rules see it."""
        return self.flow.destination if self.direction is Direction.EGRESS else self.flow.source

    @property
    def isolated(self) -> bool:
        """Whether any policy isolates the subject in this direction."""
        return bool(self.isolated_by)

    @property
    def allowed(self) -> bool:
        """The law of the module."""
        return self.exemption is not None or not self.isolated or bool(self.admitted_by)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happens to a flow under one reading of what Kubernetes leaves open.

    Parameters
    ----------
    assumptions : Assumptions
    arriving : Flow
        The flow as it arrives: behind a Service address, at one of the Service's pods.
    egress, ingress : Side
    """

    assumptions: Assumptions
    arriving: Flow
    egress: Side
    ingress: Side

    @property
    def allowed(self) -> bool:
        """Whether both sides allow the flow."""
        return self.egress.allowed and self.ingress.allowed


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a flow is allowed, and why.

    Parameters
    ----------
    flow : Flow
        The flow that was asked about.
    outcomes : tuple of Outcome
        One for each permitted reading and each pod that is meant; the first is the usual one.
        Nearly always there is one.
    cluster : Cluster
    assumptions : Assumptions

    Examples
    --------
    >>> import netpol_lab as lab
    >>> verdict = lab.evaluate(lab.load("three-tier"), "web", "db", port=5432)
    >>> verdict.allowed, verdict.egress.isolated, verdict.ingress.isolated
    (False, False, True)
    """

    flow: Flow
    outcomes: tuple[Outcome, ...]
    cluster: Cluster = field(repr=False)
    assumptions: Assumptions = DEFAULTS

    @property
    def allowed(self) -> bool | None:
        """True, False, or None where Kubernetes or the manifests leave the result open."""
        return _unanimous(outcome.allowed for outcome in self.outcomes)

    @property
    def common(self) -> bool | None:
        """What most plugins do; None where they differ too. Equals `allowed` if defined."""
        return _unanimous(
            outcome.allowed
            for outcome in self.outcomes
            if is_usual(outcome.assumptions, self.assumptions)
        )

    @property
    def egress(self) -> Side:
        """The source's side, in the usual reading."""
        return self.outcomes[0].egress

    @property
    def ingress(self) -> Side:
        """The destination's side, in the usual reading."""
        return self.outcomes[0].ingress

    @property
    def sides(self) -> tuple[Side, Side]:
        """Egress, then ingress, in the usual reading."""
        return self.egress, self.ingress

    def __bool__(self) -> bool:
        raise TypeError("a verdict can also be undefined: ask verdict.allowed (True, False, None)")

    def __str__(self) -> str:
        from netpol_lab.engine.explain import explain

        return explain(self)

    def __repr__(self) -> str:
        return f"<Verdict {str(self).splitlines()[0]}>"


def evaluate(
    cluster: Cluster,
    source: str,
    destination: str,
    port: int | None = None,
    protocol: str = "TCP",
    assumptions: Assumptions = DEFAULTS,
) -> Verdict:
    """Say whether a connection is allowed, and why.

    Parameters
    ----------
    cluster : Cluster
    source, destination : str
        ``namespace/name`` of a pod, a workload or a Service, the name alone where it is unique,
        or an IP address; at least one end is a pod. A workload means any of its pods: where they
        differ, the verdict is undefined.
    port : int, optional
        The port at the destination pod; left out for protocols without ports.
    protocol : str
        ``TCP``, ``UDP``, ``SCTP``, or another such as ``ICMP``.
    assumptions : Assumptions
        What to take for granted where plugins differ.

    Returns
    -------
    Verdict

    Raises
    ------
    UnknownNameError, AmbiguousNameError, FlowError
        When the question cannot be asked; the text says what to write instead.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> lab.evaluate(lab.load("three-tier"), "backend", "db", port=5432).allowed
    True
    """
    flow = Flow.between(checked_cluster(cluster), source, destination, port, protocol)
    return judge(cluster, flow, assumptions)


def judge(
    cluster: Cluster,
    flow: Flow,
    assumptions: Assumptions = DEFAULTS,
) -> Verdict:
    """Return the verdict on a flow; `evaluate` for flows that are already made."""
    resolution = resolution_of(cluster)
    outcomes = tuple(
        _outcome(resolution, path, answered)
        for meant in flow.each
        for path in _paths(cluster, meant)
        for answered in readings(assumptions, _open_questions(path))
    )
    return Verdict(flow, outcomes, cluster, assumptions)


@lru_cache(maxsize=16)
def resolution_of(cluster: Cluster) -> Resolution:
    """Return the resolved sets of a cluster; clusters are compared by identity."""
    return Resolution(cluster)


# ---------------------------------------------------------------- paths


@dataclass(frozen=True, slots=True)
class _Path:
    """A flow as it is asked for and as it arrives, which differ for a Service address."""

    asked: Flow
    arriving: Flow
    unknown_port_of: Service | None = None

    @property
    def through_service(self) -> bool:
        return self.asked is not self.arriving

    @property
    def may_hide_client(self) -> bool:
        """Whether a load balancer or a node may stand between the two (SEM-60)."""
        return self.through_service and self.arriving.source.pod is None

    @property
    def reaches_itself(self) -> bool:
        return is_itself(self.arriving.source, self.arriving.destination)


def _paths(cluster: Cluster, flow: Flow) -> list[_Path]:
    """Return the one path of a flow, or one for each pod behind the Service it goes to."""
    service = flow.destination.service
    direct = service is not None and service.headless  # its name means the pods' own addresses
    backends = _backends(cluster, flow)
    paths = [_Path(arriving if direct else flow, arriving) for arriving in backends]
    return paths or [_Path(flow, flow, without_port(cluster, flow))]


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
    asked = flow.protocol if flow.port is None else f"{flow.protocol} {flow.port}"
    ports = ", ".join(f"{port.protocol} {port.port}" for port in service.ports) or "none"
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


def _open_questions(path: _Path) -> list[str]:
    """Return the choices that Kubernetes leaves open and that could matter to this flow."""
    source, destination = path.arriving.source.pod, path.arriving.destination.pod
    pods = [pod for pod in (source, destination) if pod is not None]
    ends = (path.asked.destination, path.arriving.destination)
    relevant = {
        "host_network_as_pods": any(pod.host_network for pod in pods),
        "own_node_egress": source is not None
        and any(is_own_node(source, as_node(end)) for end in ends),
        "init_port_names": destination is not None
        and any(port.in_init_container for port in destination.ports),
        "unknown_addresses_in_blocks": any(
            end.address is None for end in (path.arriving.source, *ends)
        ),
        "service_rewritten_first": path.through_service,
        "client_address_kept": path.may_hide_client,
        "service_loopback": path.through_service and path.reaches_itself,
        "icmp_filtered": not is_governed(path.asked.protocol),
    }
    return [name for name, matters in relevant.items() if matters]


# ---------------------------------------------------------------- one reading


def _outcome(resolution: Resolution, path: _Path, assumptions: Assumptions) -> Outcome:
    asked = path.arriving if assumptions.service_rewritten_first else path.asked
    egress = _side(resolution, path, Direction.EGRESS, _as_read(asked, assumptions), assumptions)
    ingress = _side(
        resolution, path, Direction.INGRESS, _as_read(path.arriving, assumptions), assumptions
    )
    if path.may_hide_client and assumptions.client_address_kept is False:
        ingress = _with_another_address(resolution, path, ingress, assumptions)
    return Outcome(assumptions, path.arriving, egress, ingress)


def _with_another_address(
    resolution: Resolution, path: _Path, kept: Side, assumptions: Assumptions
) -> Side:
    """Return the side of a pod for a client that arrives with another address than its own.

    "The source IP that the NetworkPolicy acts on may be the IP of a LoadBalancer or of the Pod's
    node": of these two, the one that changes the answer. The pod's own node always gets in.
    """
    if not kept.allowed:
        return replace(kept, exemption=Exemption.OWN_NODE)
    nobody_knows = Flow(Endpoint(), kept.flow.destination, kept.flow.port, kept.flow.protocol)
    outside_blocks = replace(assumptions, unknown_addresses_in_blocks=False)
    return _side(resolution, path, Direction.INGRESS, nobody_knows, outside_blocks)


def _as_read(flow: Flow, assumptions: Assumptions) -> Flow:
    """Return the flow with hostNetwork pods as their node's address, if read so (SEM-54)."""
    ends = as_read(flow.source, assumptions), as_read(flow.destination, assumptions)
    return Flow(*ends, flow.port, flow.protocol)


def _side(
    resolution: Resolution, path: _Path, direction: Direction, flow: Flow, assumptions: Assumptions
) -> Side:
    side = Side(direction, flow)
    pod = side.subject.pod
    if pod is None:
        unknown = direction is Direction.INGRESS and path.unknown_port_of is not None
        why = Exemption.NO_SUCH_PORT if unknown else Exemption.OUTSIDE
        return Side(direction, flow, exemption=why)
    side = Side(direction, flow, resolution.isolating(pod, direction))
    query = query_of(flow)
    admitted_by = tuple(
        (policy, rule)
        for policy in side.isolated_by
        for rule in policy.rules(direction)
        if resolution.admits(policy, rule, side.peer, query, assumptions)
    )
    exemption = _exemption(path, side, pod, assumptions)
    return Side(direction, flow, side.isolated_by, admitted_by, exemption)


def _exemption(path: _Path, side: Side, pod: Pod, assumptions: Assumptions) -> Exemption | None:
    if not assumptions.enforced:
        return Exemption.NOT_ENFORCED
    if path.reaches_itself and (not path.through_service or assumptions.service_loopback):
        return Exemption.ITSELF
    open_here = side.direction is Direction.EGRESS and side.isolated
    always = assumptions.own_node_egress if open_here else side.direction is Direction.INGRESS
    if always and is_own_node(pod, side.peer):
        return Exemption.OWN_NODE
    if side.isolated and not is_governed(side.flow.protocol) and not assumptions.icmp_filtered:
        return Exemption.NOT_FILTERED
    return None


def _unanimous(answers: Iterable[bool]) -> bool | None:
    distinct = set(answers)
    return distinct.pop() if len(distinct) == 1 else None
