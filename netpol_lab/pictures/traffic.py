"""Who may talk to whom on one port: every connection of a picture, with its verdict.

No geometry and no colours here, only facts and the words for them; `scene` makes a picture of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, partial
from itertools import chain, islice, permutations
from typing import NamedTuple

from netpol_lab.engine.endpoint_rules import counts_as_pod
from netpol_lab.engine.explain import describe_pod, left_open
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.verdict import Exemption, Side, Verdict, evaluate
from netpol_lab.errors import FlowError, NetpolError, UnknownNameError
from netpol_lab.model.addresses import Address, parse_address
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint, checked_port
from netpol_lab.model.objects import ADDED_LABELS, Direction, Pod, Policy
from netpol_lab.model.ports import is_governed, spoken_port
from netpol_lab.reach.port_matrix import PortMatrix
from netpol_lab.reach.reachability import Reachability, reachability_of

USUAL_PORT = 80  # asked about when nobody names a port
MOST_SHOWN = 40  # endpoints; a grid of more is not readable
MOST_EXPLAINED = 240  # connections; nobody reads more reasons at once, and each takes its time

Outside = str | tuple[str, str]  # an address, or a name for it and the address


class State(StrEnum):
    """What a picture says about a connection."""

    ALLOWED = "allowed"
    BLOCKED = "blocked"
    UNDEFINED = "undefined"

    @classmethod
    def of(cls, allowed: bool | None) -> State:
        """Return how a verdict looks in a picture."""
        return cls.UNDEFINED if allowed is None else cls.ALLOWED if allowed else cls.BLOCKED


class Change(StrEnum):
    """What became of a connection since the picture before."""

    NONE = "none"
    OPENED = "opened"
    CLOSED = "closed"


class Wording(NamedTuple):
    """How a picture speaks of what differs from another one.

    Parameters
    ----------
    remark : str
        On one connection; with ``{change}`` and ``{state}``.
    legend : str
        On what the two halos mean.
    one, several : str
        Behind the number of connections that differ.
    """

    remark: str
    legend: str
    one: str
    several: str


SINCE = Wording("just {change}", "just opened, just closed", "changed", "changed")
BESIDE = Wording("{state} only here", "allowed only here, blocked only here", "differs", "differ")


class Isolation(StrEnum):
    """What a picture says about one direction of a pod."""

    OPEN = "open"
    ISOLATED = "isolated"
    UNDEFINED = "undefined"


@dataclass(frozen=True)
class Node:
    """One endpoint of a picture.

    Parameters
    ----------
    endpoint : Endpoint
    caption : str
        The short name: the pod's own, or what an outside address is called.
    notes : tuple of str
        The labels that tell this pod from the others; for an outside node its address.
    isolation : tuple of Isolation
        For ingress and for egress; empty outside the cluster.
    isolated_by : tuple of Policy
        The policies that isolate the pod, in either direction.
    role : str
        What an address is that belongs to no pod: ``outside the cluster``, ``node n1``, ...
    """

    endpoint: Endpoint
    caption: str
    notes: tuple[str, ...] = ()
    isolation: tuple[Isolation, ...] = ()
    isolated_by: tuple[Policy, ...] = ()
    role: str = ""

    @cached_property
    def name(self) -> str:
        """``namespace/pod``, or the address."""
        return self.endpoint.name

    @property
    def pod(self) -> Pod | None:
        """The pod, or None outside the cluster."""
        return self.endpoint.pod

    @property
    def namespace(self) -> str | None:
        """The pod's namespace, or None outside the cluster."""
        return self.endpoint.pod.namespace if self.endpoint.pod else None

    @property
    def key(self) -> str:
        """What a redraw knows this endpoint by."""
        return f"pod:{self.name}"

    @property
    def badges(self) -> tuple[str, ...]:
        """``ingress isolated``, ``egress open``: one for each direction of a pod."""
        states = zip(Direction, self.isolation, strict=bool(self.pod))
        return tuple(f"{direction} {state}" for direction, state in states)

    @property
    def label(self) -> str:
        """The endpoint in words."""
        if self.pod is None:
            named = "" if self.caption == self.name else f"{self.caption}, "
            return f"{named}{self.name}, {self.role}"
        host = ", on its node's network" if self.pod.host_network else ""
        return f"pod {self.pod.name} in namespace {self.pod.namespace}{host}, {self._isolated()}"

    def _isolated(self) -> str:
        states = list(zip(Direction, self.isolation, strict=True))
        isolated = [str(way) for way, state in states if state is Isolation.ISOLATED]
        undefined = [str(way) for way, state in states if state is Isolation.UNDEFINED]
        parts = [f"isolated for {' and '.join(isolated)}"] if isolated else []
        parts += [f"isolation undefined for {' and '.join(undefined)}"] if undefined else []
        return ", ".join(parts) or "not isolated"


@dataclass(frozen=True, slots=True)
class Arc:
    """One connection of a picture: a direction between two endpoints, with its verdict."""

    source: Node
    destination: Node
    asked: str  # the port in words
    ask: Callable[[], Verdict] = field(repr=False, compare=False)
    state: State = State.BLOCKED
    change: Change = Change.NONE
    remark: str = ""  # on the change, in words

    @property
    def verdict(self) -> Verdict:
        """Why it is as it is."""
        return self.ask()

    @property
    def key(self) -> str:
        """What a redraw knows this connection by."""
        return f"flow:{self.source.name}>{self.destination.name}"

    @property
    def label(self) -> str:
        """The connection in words."""
        remark = f", {self.remark}" if self.remark else ""
        return f"{self.source.name} to {self.destination.name}, {self.asked}, {self.state}{remark}"


class Row(NamedTuple):
    """One connection as a row of a table: plain words."""

    source: str
    destination: str
    verdict: str
    change: str
    reason: str


@dataclass(frozen=True)
class Traffic:
    """Every connection between the endpoints of a picture, on one port.

    Parameters
    ----------
    nodes : tuple of Node
        Outside addresses first, then the pods, namespace by namespace.
    arcs : tuple of Arc
        Every ordered pair with a pod at one end at least, in the order of the nodes.
    port, protocol
        What was asked about.
    policies : tuple of str
        The names of the policies in force, sorted.
    enforced : bool
        Whether a plugin enforces policies here.
    finished, left_out : int
        How many pods take no part because they are completed, and how many endpoints were too
        many to show.
    wording : Wording
        How to speak of what changed.
    """

    nodes: tuple[Node, ...]
    arcs: tuple[Arc, ...]
    port: int | None
    protocol: str
    policies: tuple[str, ...] = ()
    enforced: bool = True
    finished: int = 0
    left_out: int = 0
    wording: Wording = SINCE

    @property
    def pods(self) -> tuple[Node, ...]:
        """The nodes that are pods."""
        return tuple(node for node in self.nodes if node.pod is not None)

    def why(self, cluster: Cluster, key: str) -> str:
        """Return the reasons behind a part of the picture: a verdict, or what isolates a pod.

        Parameters
        ----------
        cluster : Cluster
            The one that the picture shows.
        key : str
            The key of an arc or a node; anything else has no reasons.
        """
        for arc in self.arcs:
            if arc.key == key:
                return str(arc.verdict)
        node = next((node for node in self.nodes if node.key == key), None)
        if node is None:
            return ""
        if node.pod is None:
            return f"{node.label}\n  {Exemption.OUTSIDE.value}"
        return describe_pod(cluster, node.pod)

    @cached_property
    def states(self) -> Counter[State]:
        """How many connections are in which state."""
        return Counter(arc.state for arc in self.arcs)

    @cached_property
    def changes(self) -> Counter[Change]:
        """How many connections were opened and closed."""
        return Counter(arc.change for arc in self.arcs)

    @property
    def asked(self) -> str:
        """The port in words, as ``TCP 5432``."""
        return spoken_port(self.port, self.protocol)

    @property
    def counted(self) -> list[str]:
        """The numbers in words: allowed, blocked, and what else there is to count."""
        states, changed = self.states, self.changes[Change.OPENED] + self.changes[Change.CLOSED]
        rest = (
            (states[State.BLOCKED], "blocked"),
            (states[State.UNDEFINED], "undefined"),
            (changed, self.wording.one if changed == 1 else self.wording.several),
            (self.left_out, "endpoints too many to show" if self.left_out > 1 else "not shown"),
        )
        connections = "connection" if len(self.arcs) == 1 else "connections"
        first = f"{states[State.ALLOWED]} of {len(self.arcs)} {connections} allowed"
        tail = [] if self.enforced else ["no plugin enforces policies here"]
        return [first, *(f"{n} {words}" for n, words in rest if n), *tail]

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The connections as rows of a table, in the picture's order; of very many without why."""
        return tuple(
            Row(
                arc.source.name,
                arc.destination.name,
                str(arc.state),
                arc.remark,
                reason(arc.verdict) if len(self.arcs) <= MOST_EXPLAINED else "",
            )
            for arc in self.arcs
        )


def end_named(cluster: Cluster, nodes: Iterable[Node], name: str) -> str:
    """Return the full name of what somebody calls by its name, its address or its caption.

    Raises
    ------
    UnknownNameError, AmbiguousNameError, FlowError
        When there is none, or more than one, or it is a Service, which no picture shows.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> drawn = gather(shop, 80, outside=[("internet", "203.0.113.7")]).nodes
    >>> end_named(shop, drawn, "internet"), end_named(shop, drawn, "db")
    ('203.0.113.7', 'shop/db')
    """
    captions = {node.caption: node.name for node in nodes if node.pod is None}
    end = cluster.endpoint(captions.get(name, name))
    if end.service is not None:
        raise FlowError(f"{name} is a Service: name one of its pods.")
    return end.name


# ---------------------------------------------------------------- gathering


def gather(
    cluster: Cluster,
    port: int | None = None,
    protocol: str = "TCP",
    *,
    outside: Iterable[Outside] = (),
    before: Cluster | None = None,
    wording: Wording = SINCE,
    assumptions: Assumptions = DEFAULTS,
    order: Sequence[str] = (),
    earlier: Assumptions | None = None,
) -> Traffic:
    """Return every connection between the endpoints of a cluster; see `scene.compose`.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> gather(lab.load("three-tier"), 5432).counted
    ['4 of 6 connections allowed', '2 blocked']
    """
    protocol = str(protocol).upper()
    port, protocol = checked_port(
        USUAL_PORT if port is None and is_governed(protocol) else port, protocol
    )
    running = [pod for pod in cluster.pods if not pod.finished]
    outsiders = _outsiders(cluster, outside)
    insiders = _insiders(cluster, running, assumptions)
    nodes = [*islice(_ordered(chain(outsiders, insiders), order), MOST_SHOWN)]
    question = Question(port, protocol, assumptions)
    if earlier is not None:
        before = before or cluster
    past = question._replace(assumptions=earlier or assumptions)
    return Traffic(
        nodes=tuple(nodes),
        arcs=tuple(_arcs(cluster, before, nodes, question, past, wording)),
        port=port,
        protocol=protocol,
        policies=_policy_names(cluster),
        enforced=assumptions.enforced,
        finished=len(cluster.pods) - len(running),
        left_out=len(outsiders) + len(running) - len(nodes),
        wording=wording,
    )


class Question(NamedTuple):
    """What is asked about every pair of ends."""

    port: int | None
    protocol: str
    assumptions: Assumptions

    def judge(self, cluster: Cluster, source: str, destination: str) -> Verdict:
        """Return the answer for one pair, with its reasons."""
        return evaluate(cluster, source, destination, *self)

    def answers(self, cluster: Cluster, names: Iterable[str]) -> Answers:
        """Return the answers for all pairs of some ends."""
        if self.port is None:
            return Answers(cluster, self)
        reach = reachability_of(cluster, self.assumptions)
        known = {name: found for name in names if (found := _name_in(reach, name))}
        return Answers(cluster, self, reach.at(self.port, self.protocol), known)


class Answers(NamedTuple):
    """Whether flows are allowed: read from reachability where it speaks of both ends."""

    cluster: Cluster
    question: Question
    grid: PortMatrix | None = None
    known: Mapping[str, str] = {}

    def allowed(self, source: str, destination: str) -> bool | None:
        """Return the same as the verdict would say."""
        if self.grid is not None and source in self.known and destination in self.known:
            return self.grid.cell(self.known[source], self.known[destination])
        return self.question.judge(self.cluster, source, destination).allowed


def _name_in(reach: Reachability, name: str) -> str | None:
    """Return what reachability calls an end; None for the address of a Service, and the like."""
    try:
        return reach.names_of(name)[0]
    except NetpolError:
        return None


def _policy_names(cluster: Cluster) -> tuple[str, ...]:
    """Return the sorted names; without the namespace where there is only one."""
    namespaces = {pod.namespace for pod in cluster.pods} | {p.namespace for p in cluster.policies}
    several = len(namespaces) > 1
    return tuple(sorted(str(p) if several else p.name for p in cluster.policies))


def _outsiders(cluster: Cluster, outside: Iterable[Outside]) -> list[Node]:
    pairs = ((item, item) if isinstance(item, str) else item for item in outside)
    nodes = (_outsider(cluster, caption, text) for caption, text in pairs)
    return list({node.key: node for node in nodes}.values())


def _outsider(cluster: Cluster, caption: str, text: str) -> Node:
    address = parse_address(text)
    if address is None:
        raise FlowError(
            f'"{text}" is not an IP address. `outside` takes addresses such as "203.0.113.7", '
            'or pairs such as ("internet", "203.0.113.7").'
        )
    if (pod := cluster.owner(address)) is not None:
        raise FlowError(f"{address} is not outside: it is the address of {pod}.")
    role = _role(cluster, address)
    named = caption != text
    return Node(
        endpoint=Endpoint(None, address),
        caption=caption if named else str(address),
        notes=(str(address) if named else role,),
        role=role,
    )


def _role(cluster: Cluster, address: Address) -> str:
    """Say what an address is that belongs to no pod, as far as the manifests tell."""
    nodes = (f"node {pod.node}" for pod in cluster.pods if address in pod.node_addresses)
    services = (
        f"Service {service}" for service in cluster.services if address in service.addresses
    )
    return next(chain(nodes, services), "outside the cluster")


def _insiders(cluster: Cluster, pods: Sequence[Pod], assumptions: Assumptions) -> Iterator[Node]:
    """Yield the pods namespace by namespace, each where its first pod stands."""
    order = {pod.namespace: i for i, pod in reversed(list(enumerate(pods)))}
    telling = telling_labels(pods)
    for pod in sorted(pods, key=lambda pod: order[pod.namespace]):
        yield _insider(cluster, pod, telling, assumptions)


def _ordered(nodes: Iterable[Node], order: Sequence[str]) -> Iterable[Node]:
    """Return the nodes in the wanted order, each namespace whole; those not named come last."""
    if not order:
        return nodes
    nodes = list(nodes)
    rank = {node.key: _rank(node, order) for node in nodes}
    first: dict[str, int] = {}
    for node in nodes:
        group = node.namespace or node.key
        first[group] = min(rank[node.key], first.get(group, len(order)))
    return sorted(nodes, key=lambda node: (first[node.namespace or node.key], rank[node.key]))


def _rank(node: Node, order: Sequence[str]) -> int:
    names = [name for name in (node.name, node.caption) if name in order]
    return order.index(names[0]) if names else len(order)


def _insider(cluster: Cluster, pod: Pod, telling: set[str], assumptions: Assumptions) -> Node:
    by = {way: resolution_of(cluster).isolating(pod, way) for way in Direction}
    labels = (f"{key}={value}" for key, value in pod.labels.items() if key in telling)
    return Node(
        endpoint=Endpoint(pod),
        caption=pod.name,
        notes=(*(["hostNetwork"] if pod.host_network else []), *labels),
        isolation=tuple(_isolation(pod, bool(by[way]), assumptions) for way in Direction),
        isolated_by=tuple({str(p): p for way in Direction for p in by[way]}.values()),
    )


def telling_labels(pods: Sequence[Pod]) -> set[str]:
    """Return the label keys that tell pods apart; all keys where none does.

    What controllers add to each pod tells nobody anything: the name is on the card.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> telling_labels(lab.load("three-tier").pods)  # app=myapp is on all of them
    {'role'}
    """
    written = (key for pod in pods for key in pod.labels if key not in ADDED_LABELS)
    keys = dict.fromkeys(written)
    return {key for key in keys if len({pod.labels.get(key) for pod in pods}) > 1} or set(keys)


def _isolation(pod: Pod, selected: bool, assumptions: Assumptions) -> Isolation:
    if not assumptions.enforced:  # SEM-58
        return Isolation.OPEN
    counts = selected and counts_as_pod(pod, assumptions)
    if counts is None:
        return Isolation.UNDEFINED
    return Isolation.ISOLATED if counts else Isolation.OPEN


def _arcs(
    cluster: Cluster,
    before: Cluster | None,
    nodes: Sequence[Node],
    question: Question,
    past: Question,
    wording: Wording,
) -> Iterator[Arc]:
    asked = spoken_port(question.port, question.protocol)
    names = [node.name for node in nodes]
    answers = question.answers(cluster, names)
    earlier = past.answers(before, names) if before else None
    for source, destination in permutations(nodes, 2):
        if source.pod or destination.pod:
            ends = source.name, destination.name
            now = answers.allowed(*ends)
            state, change = State.of(now), _change(_earlier(earlier, ends) if earlier else now, now)
            changed = change is not Change.NONE
            remark = wording.remark.format(change=change, state=state) if changed else ""
            ask = partial(question.judge, cluster, *ends)
            yield Arc(source, destination, asked, ask, state, change, remark)


def _earlier(answers: Answers, ends: tuple[str, str]) -> bool | str | None:
    try:
        return answers.allowed(*ends)
    except (UnknownNameError, FlowError):
        return "there was no such connection"


def _change(earlier: bool | str | None, now: bool | None) -> Change:
    """Say what became of a connection; undefined lies between blocked and allowed."""
    if earlier == now or isinstance(earlier, str):
        return Change.NONE
    return Change.OPENED if earlier is False or now is True else Change.CLOSED


# ---------------------------------------------------------------- in words


def reason(verdict: Verdict) -> str:
    """Return why, in one line.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> reason(lab.evaluate(lab.load("three-tier"), "web", "db", port=5432))
    'ingress: isolated by db-access-ingress'
    """
    if verdict.allowed is None:
        return _left_open(verdict)
    tell = _admission if verdict.allowed else _refusal
    return "; ".join(filter(None, map(tell, verdict.sides))) or "neither end is isolated"


def _refusal(side: Side) -> str:
    by = ", ".join(policy.name for policy in side.isolated_by)
    return "" if side.allowed else f"{side.direction}: isolated by {by}"


def _admission(side: Side) -> str:
    if side.exemption is not None:
        return "" if side.exemption is Exemption.OUTSIDE else side.exemption.value
    rules = (f"rule {rule.number} of {policy.name}" for policy, rule in side.admitted_by[:1])
    return "".join(f"{side.direction}: {words}" for words in rules)


def _left_open(verdict: Verdict) -> str:
    return f"left open: {'; '.join(left_open(verdict))}"
