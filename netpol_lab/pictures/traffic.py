"""Who may talk to whom on one port: every connection of a picture, allowed or not.

No geometry and no colours here, only facts; `traffic_words` has the words for them, and `scene`
makes a picture. Which connections are allowed comes from one reachability of the cluster; a
verdict is computed when somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import chain, islice, permutations
from typing import NamedTuple

from netpol_lab.engine.endpoint_rules import counts_as_pod
from netpol_lab.engine.explain import describe_pod
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.verdict import Exemption, Verdict
from netpol_lab.errors import FlowError, UnknownNameError, counted
from netpol_lab.model.addresses import Address, parse_address
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import checked_port
from netpol_lab.model.objects import Direction, Pod
from netpol_lab.model.ports import is_governed, spoken_port
from netpol_lab.pictures.answers import Answers, answers_to
from netpol_lab.pictures.traffic_words import SINCE, Wording, telling_labels

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

    @classmethod
    def between(cls, before: bool | None, now: bool | None) -> Change:
        """Return what became of a connection; undefined lies between blocked and allowed."""
        if before == now:
            return cls.NONE
        return cls.OPENED if before is False or now is True else cls.CLOSED


class Isolation(StrEnum):
    """What a picture says about one direction of a pod."""

    OPEN = "open"
    ISOLATED = "isolated"
    UNDEFINED = "undefined"


@dataclass(frozen=True, eq=False)
class Node:
    """One endpoint of a picture. The same endpoint in the same state is the same object.

    Parameters
    ----------
    name : str
        ``namespace/pod``, or the address.
    caption : str
        The short name: the pod's own, or what an outside address is called.
    pod : Pod, optional
        None outside the cluster.
    notes : tuple of str
        The labels that tell this pod from the others; for an outside node its address.
    isolation : tuple of Isolation
        For ingress and for egress; empty outside the cluster.
    role : str
        What an address is that belongs to no pod: ``outside the cluster``, ``node n1``, ...
    """

    name: str
    caption: str
    pod: Pod | None = None
    notes: tuple[str, ...] = ()
    isolation: tuple[Isolation, ...] = ()
    role: str = ""

    @property
    def namespace(self) -> str | None:
        """The pod's namespace, or None outside the cluster."""
        return self.pod.namespace if self.pod else None

    @property
    def key(self) -> str:
        """What a redraw knows this endpoint by."""
        return f"pod:{self.name}"

    @property
    def badges(self) -> tuple[str, ...]:
        """``ingress isolated``, ``egress open``: one for each direction of a pod."""
        states = zip(Direction, self.isolation, strict=bool(self.pod))
        return tuple(f"{direction} {state}" for direction, state in states)

    @cached_property
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


@dataclass(frozen=True, eq=False)
class Arc:
    """One connection of a picture: a direction between two endpoints, allowed or not.

    The same connection in the same state is the same object, so that painters can remember it.
    """

    source: Node
    destination: Node
    asked: str  # the port in words
    state: State = State.BLOCKED
    change: Change = Change.NONE
    remark: str = ""  # on the change, in words

    @cached_property
    def key(self) -> str:
        """What a redraw knows this connection by."""
        return f"flow:{self.source.name}>{self.destination.name}"

    @cached_property
    def label(self) -> str:
        """The connection in words."""
        remark = f", {self.remark}" if self.remark else ""
        return f"{self.source.name} to {self.destination.name}, {self.asked}, {self.state}{remark}"


class FlowRow(NamedTuple):
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
    answers : Answers
        Where the reasons come from.
    """

    nodes: tuple[Node, ...]
    arcs: tuple[Arc, ...]
    port: int | None
    protocol: str
    policies: tuple[str, ...]
    enforced: bool
    finished: int
    left_out: int
    wording: Wording
    answers: Answers = field(repr=False)

    @property
    def pods(self) -> tuple[Node, ...]:
        """The nodes that are pods."""
        return tuple(node for node in self.nodes if node.pod is not None)

    @cached_property
    def arcs_by_key(self) -> Mapping[str, Arc]:
        """The connections, by their keys."""
        return {arc.key: arc for arc in self.arcs}

    @cached_property
    def nodes_by_key(self) -> Mapping[str, Node]:
        """The endpoints, by their keys."""
        return {node.key: node for node in self.nodes}

    def verdict(self, arc: Arc) -> Verdict:
        """Return why a connection is as it is."""
        return self.answers.verdict(arc.source.name, arc.destination.name)

    def why(self, cluster: Cluster, key: str) -> str:
        """Return the reasons behind a part of the picture: a verdict, or what isolates a pod.

        Parameters
        ----------
        cluster : Cluster
            The one that the picture shows.
        key : str
            The key of an arc or a node; anything else has no reasons.
        """
        if key.startswith("flow:"):
            arc = self.arcs_by_key.get(key)
            return str(self.verdict(arc)) if arc else ""
        node = self.nodes_by_key.get(key)
        if node is None:
            return ""
        if node.pod is None:
            return f"{node.label}\n  {Exemption.OUTSIDE.value}"
        return describe_pod(cluster, node.pod)

    @cached_property
    def states(self) -> Mapping[State, int]:
        """How many connections are in which state."""
        found = [arc.state for arc in self.arcs]
        return {state: found.count(state) for state in State}

    @cached_property
    def changes(self) -> Mapping[Change, int]:
        """How many connections were opened and closed."""
        found = [arc.change for arc in self.arcs]
        return {change: found.count(change) for change in Change}

    @property
    def asked(self) -> str:
        """The port in words, as ``TCP 5432``."""
        return spoken_port(self.port, self.protocol)

    @cached_property
    def counted(self) -> list[str]:
        """The numbers in words: allowed, blocked, and what else there is to count."""
        states, changed = self.states, self.changes[Change.OPENED] + self.changes[Change.CLOSED]
        rest = (
            (states[State.BLOCKED], "blocked"),
            (states[State.UNDEFINED], "undefined"),
            (changed, self.wording.one if changed == 1 else self.wording.several),
            (self.left_out, "endpoints too many to show" if self.left_out > 1 else "not shown"),
        )
        first = f"{states[State.ALLOWED]} of {counted(len(self.arcs), 'connection')} allowed"
        tail = [] if self.enforced else ["no plugin enforces policies here"]
        return [first, *(f"{n} {words}" for n, words in rest if n), *tail]

    @cached_property
    def rows(self) -> tuple[FlowRow, ...]:
        """The connections as rows of a table, in the picture's order; of very many without why."""
        explained = len(self.arcs) <= MOST_EXPLAINED
        return tuple(
            FlowRow(
                arc.source.name,
                arc.destination.name,
                str(arc.state),
                arc.remark,
                self.answers.reason(arc.source.name, arc.destination.name) if explained else "",
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
    nodes = tuple(islice(_ordered(chain(outsiders, insiders), order), MOST_SHOWN))
    answers, past = answers_to(cluster, port, protocol, assumptions), None
    if before is not None or earlier is not None:
        past = answers_to(before or cluster, port, protocol, earlier or assumptions)
    return Traffic(
        nodes=nodes,
        arcs=tuple(_arcs(nodes, spoken_port(port, protocol), answers, past, wording)),
        port=port,
        protocol=protocol,
        policies=_policy_names(cluster),
        enforced=assumptions.enforced,
        finished=len(cluster.pods) - len(running),
        left_out=len(outsiders) + len(running) - len(nodes),
        wording=wording,
        answers=answers,
    )


def _arcs(
    nodes: Sequence[Node], asked: str, answers: Answers, past: Answers | None, wording: Wording
) -> Iterator[Arc]:
    allowed = answers.allowed
    for source, destination in permutations(nodes, 2):
        if source.pod or destination.pod:
            ends = source.name, destination.name
            now = allowed(*ends)
            before = _earlier(past, ends, now) if past else now
            yield _arc(source, destination, asked, before, now, wording)


def _earlier(past: Answers, ends: tuple[str, str], now: bool | None) -> bool | None:
    """Return what was the answer before; what was not there has not changed."""
    try:
        return past.allowed(*ends)
    except (UnknownNameError, FlowError):
        return now


@lru_cache(maxsize=16384)  # a switched policy leaves most connections as they were
def _arc(
    source: Node,
    destination: Node,
    asked: str,
    before: bool | None,
    now: bool | None,
    wording: Wording,
) -> Arc:
    state, change = State.of(now), Change.between(before, now)
    changed = change is not Change.NONE
    remark = wording.remark.format(change=change, state=state) if changed else ""
    return Arc(source, destination, asked, state, change, remark)


def _policy_names(cluster: Cluster) -> tuple[str, ...]:
    """Return the sorted names; without the namespace where there is only one."""
    namespaces = {pod.namespace for pod in cluster.pods} | {p.namespace for p in cluster.policies}
    several = len(namespaces) > 1
    return tuple(sorted(str(p) if several else p.name for p in cluster.policies))


# ---------------------------------------------------------------- endpoints


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
    if caption == text:
        return _node(str(address), str(address), notes=(role,), role=role)
    return _node(str(address), caption, notes=(str(address),), role=role)


_node = lru_cache(maxsize=1024)(Node)


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
    isolating = resolution_of(cluster).isolating
    for pod in sorted(pods, key=lambda pod: order[pod.namespace]):
        labels = (f"{key}={value}" for key, value in pod.labels.items() if key in telling)
        yield _node(
            str(pod),
            pod.name,
            pod,
            notes=(*(["hostNetwork"] if pod.host_network else []), *labels),
            isolation=tuple(
                _isolation(pod, bool(isolating(pod, way)), assumptions) for way in Direction
            ),
        )


def _isolation(pod: Pod, selected: bool, assumptions: Assumptions) -> Isolation:
    if not assumptions.enforced:  # SEM-58
        return Isolation.OPEN
    counts = selected and counts_as_pod(pod, assumptions)
    if counts is None:
        return Isolation.UNDEFINED
    return Isolation.ISOLATED if counts else Isolation.OPEN


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
