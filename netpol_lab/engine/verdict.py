"""One flow with its reasons: which policies isolate an end, and which rule admits the flow.

Both sides of a flow are judged by one law (`sides`); a flow passes when both allow it (SEM-04).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from netpol_lab.engine import other_policies as others
from netpol_lab.engine.endpoint_rules import as_node, as_read, is_own_node
from netpol_lab.engine.open_tiers import open_questions_of, parts_of_unknown
from netpol_lab.engine.resolution import Resolution, resolution_of
from netpol_lab.engine.service_paths import FlowPath, flow_paths, offered_port
from netpol_lab.engine.sides import Exemption, Side, exemption_of, with_tiers
from netpol_lab.model.assumptions import DEFAULTS, Assumptions, is_usual, readings
from netpol_lab.model.cluster import Cluster, checked_cluster
from netpol_lab.model.flows import Endpoint, Flow
from netpol_lab.model.objects import Direction, Pod
from netpol_lab.model.other_policies import OtherPolicy
from netpol_lab.model.ports import is_governed


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happens to a flow under one reading of what Kubernetes leaves open.

    Parameters
    ----------
    assumptions : Assumptions
    arriving : Flow
        The flow as it arrives: behind a Service address, at one of the Service's pods.
    egress, ingress : Side
    missing : str
        What the manifests do not tell of the place where it arrives (SEM-74).
    """

    assumptions: Assumptions
    arriving: Flow
    egress: Side
    ingress: Side
    missing: str = ""

    @property
    def sides(self) -> tuple[Side, Side]:
        """Egress, then ingress."""
        return self.egress, self.ingress

    @property
    def allowed(self) -> bool:
        """Whether both sides allow the flow (SEM-04)."""
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
        return self.outcomes[0].sides

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


def judge(cluster: Cluster, flow: Flow, assumptions: Assumptions = DEFAULTS) -> Verdict:
    """Return the verdict on a flow; `evaluate` for flows that are already made.

    Parameters
    ----------
    cluster : Cluster
    flow : Flow
        Of this cluster.
    assumptions : Assumptions
        What to take for granted where plugins differ.

    Returns
    -------
    Verdict

    Raises
    ------
    FlowError
        When the flow goes to a Service that has no pods behind this port.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> judge(shop, Flow.between(shop, "backend", "db", 5432)).allowed
    True
    """
    resolution = resolution_of(cluster)
    if assumptions.only_network_policies is False:  # what they decide instead is open all the same
        assumptions = replace(assumptions, only_network_policies=None)
    outcomes = tuple(
        _Judge(resolution, path, answered, beside).outcome()
        for meant in flow.each
        for path in flow_paths(cluster, meant)
        for beside in [{d: others.deciding(resolution, path, d, assumptions) for d in Direction}]
        for answered in _readings(resolution, path, assumptions, any(beside.values()))
    )
    return Verdict(flow, outcomes, cluster, assumptions)


def _readings(
    resolution: Resolution, path: FlowPath, assumptions: Assumptions, others_could_decide: bool
) -> Iterator[Assumptions]:
    """Yield every permitted reading of what is left open and could matter to a path."""
    questions = _open_questions(path, assumptions, others_could_decide)
    if not resolution.cluster_policies:
        yield from readings(assumptions, questions)
        return
    questions += [n for n, matters in open_questions_of(resolution, path).items() if matters]
    for part in parts_of_unknown(resolution, path, assumptions):
        yield from readings(replace(assumptions, unknown_within=part), questions)


def _open_questions(
    path: FlowPath, assumptions: Assumptions, others_could_decide: bool
) -> list[str]:
    """Return the choices that are left open and that could matter to this flow."""
    source, destination = path.arriving.source.pod, path.arriving.destination.pod
    pods = [pod for pod in (source, destination) if pod is not None]
    ends = (path.asked.destination, path.arriving.destination)

    def own_node(pod: Pod | None, *peers: Endpoint) -> set[bool | None]:
        if pod is None:
            return set()
        return {is_own_node(pod, as_node(peer), assumptions) for peer in peers}

    out, into = own_node(source, *ends), own_node(destination, path.arriving.source)
    relevant = {
        "host_network_as_pods": any(pod.host_network for pod in pods),
        "own_node_egress": out - {False},
        "init_port_names": destination is not None
        and any(port.in_init_container for port in destination.ports),
        "unknown_addresses_in_blocks": any(
            end.address is None for end in (path.arriving.source, *ends)
        ),
        "unknown_node_is_own": None in out | into,
        "service_rewritten_first": path.through_service,
        "client_address_kept": path.may_hide_client,
        "service_loopback": path.through_service and path.reaches_itself,
        "unknown_endpoints_admit": bool(path.missing),
        "icmp_filtered": not is_governed(path.asked.protocol),
        "only_network_policies": others_could_decide,
    }
    return [name for name, matters in relevant.items() if matters]


# ---------------------------------------------------------------- one path, one reading


@dataclass(frozen=True, slots=True)
class _Judge:
    """One path of a flow, with every question that Kubernetes leaves open answered."""

    resolution: Resolution
    path: FlowPath
    assumptions: Assumptions
    beside: Mapping[Direction, tuple[OtherPolicy, ...]]

    def outcome(self) -> Outcome:
        path, assumptions = self.path, self.assumptions
        asked = path.arriving if assumptions.service_rewritten_first else path.asked
        egress = self.side(Direction.EGRESS, asked)
        of_clients = self.anywhere()
        ingress = of_clients.side(Direction.INGRESS, path.arriving)
        if path.may_hide_client and assumptions.client_address_kept is False:
            ingress = of_clients.with_another_address(ingress)
        egress, ingress = self.with_other_policies(egress, ingress)
        return Outcome(assumptions, path.arriving, egress, ingress, path.missing)

    def anywhere(self) -> _Judge:
        """Return the same reading for ingress: cluster-wide rules ask no client for its address."""
        if not self.assumptions.unknown_within:
            return self
        return replace(self, assumptions=replace(self.assumptions, unknown_within=()))

    def with_other_policies(self, *sides: Side) -> Iterator[Side]:
        """Yield both sides with the policies of other kinds that could decide them (SEM-70).

        Where those are not left out, they decide so that the answer changes, if they can.
        """
        beside = {} if others.stays_within(self.path, self.assumptions) else self.beside
        sides = tuple(replace(s, other_policies=beside.get(s.direction, ())) for s in sides)
        answer = not all(side.allowed for side in sides)
        overrule = self.assumptions.only_network_policies is False
        for side in sides:
            yield replace(side, overruled=answer) if overrule and side.other_policies else side

    def with_another_address(self, kept: Side) -> Side:
        """Return the side of a pod for a client that arrives with another address than its own.

        "The source IP that the NetworkPolicy acts on may be the IP of a LoadBalancer or of the
        Pod's node": of these two, the one that changes the answer. The pod's own node always
        gets in.
        """
        if not kept.allowed:
            return replace(kept, exemption=Exemption.OWN_NODE, above=None, below=None)
        nobody_knows = replace(kept.flow, source=Endpoint())
        outside_blocks = replace(self.assumptions, unknown_addresses_in_blocks=False)
        return replace(self, assumptions=outside_blocks).side(Direction.INGRESS, nobody_knows)

    def side(self, direction: Direction, flow: Flow) -> Side:
        at_unknown = bool(self.path.missing) and flow is self.path.arriving
        source, destination = (as_read(end, self.assumptions) for end in flow.ends)
        flow = Flow(source, destination, flow.port, flow.protocol)
        if at_unknown and direction is Direction.INGRESS:
            return self.assumed(Side(direction, flow))
        pod = flow.subject(direction).pod
        if pod is None:
            return Side(direction, flow, exemption=self.of_no_pod(direction))
        isolated_by = self.resolution.isolating(pod, direction)
        admitted_by = tuple(
            (policy, rule)
            for policy in isolated_by
            for rule in policy.rules(direction)
            if not at_unknown and self.resolution.admits(policy, rule, flow, self.assumptions)
        )
        side = with_tiers(
            self.resolution, Side(direction, flow, isolated_by, admitted_by), self.assumptions
        )
        if at_unknown and (side.isolated or side.above or side.below):
            return self.assumed(side)
        exemption = exemption_of(self.path, side, self.assumptions)
        return side if exemption is None else replace(side, exemption=exemption)

    def assumed(self, side: Side) -> Side:
        """Return a side that depends on an end which the manifests do not tell (SEM-74)."""
        if not self.assumptions.enforced:
            return replace(side, exemption=Exemption.NOT_ENFORCED)
        return replace(side, assumed=self.assumptions.unknown_endpoints_admit)

    def of_no_pod(self, direction: Direction) -> Exemption:
        """Return why the side of an end that is no pod allows everything."""
        idle = self.path.idle if direction is Direction.INGRESS else None
        if idle is None:
            return Exemption.OUTSIDE
        offered = offered_port(idle, self.path.asked)
        return Exemption.NO_SUCH_PORT if offered is None else Exemption.NO_ENDPOINT


def _unanimous(answers: Iterable[bool]) -> bool | None:
    distinct = set(answers)
    return distinct.pop() if len(distinct) == 1 else None
