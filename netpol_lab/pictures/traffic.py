"""Every connection of a picture on one port: allowed, blocked or undefined, and what changed.

No geometry and no colours here, only facts; `traffic_words` has the words for them, and `scene`
makes a picture. Which connections are allowed is read from one reachability of the cluster; a
verdict is computed only on request.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import permutations
from typing import NamedTuple

from netpol_lab.engine.explain import describe_pod
from netpol_lab.engine.sides import Exemption
from netpol_lab.engine.verdict import Verdict
from netpol_lab.errors import FlowError, UnknownNameError, counted
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster, checked_cluster
from netpol_lab.model.flows import checked_port
from netpol_lab.model.ports import is_governed, spoken_port
from netpol_lab.pictures.answers import Answers, answers_to
from netpol_lab.pictures.nodes import Node, Outside, nodes_of
from netpol_lab.pictures.traffic_words import SINCE, Wording

USUAL_PORT = 80  # when no port is given
MOST_EXPLAINED = 240  # connections; more reasons than that are not readable at once


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
    port : int, optional
        At the destination; None for protocols without ports.
    protocol : str
    policies : tuple of str
        The names of the policies in force, sorted; those that are cluster-wide first.
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
    finished: int
    left_out: int
    wording: Wording
    answers: Answers = field(repr=False)

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

    def why(self, key: str) -> str:
        """Explain a part of the picture: a verdict, or what isolates a pod.

        Parameters
        ----------
        key : str
            The key of an arc or a node; anything else has no reasons.
        """
        if arc := self.arcs_by_key.get(key):
            return str(self.verdict(arc))
        node = self.nodes_by_key.get(key)
        if node is None:
            return ""
        if node.pod is None:
            return f"{node.label}\n  {Exemption.OUTSIDE.value}"
        return describe_pod(self.answers.cluster, node.pod)

    @cached_property
    def states(self) -> Mapping[State, int]:
        """How many connections are in which state."""
        found = [arc.state for arc in self.arcs]
        return {state: found.count(state) for state in State}

    @cached_property
    def changed(self) -> int:
        """How many connections were opened or closed."""
        return len(self.arcs) - [arc.change for arc in self.arcs].count(Change.NONE)

    @property
    def asked(self) -> str:
        """The port in words, as ``TCP 5432``."""
        return spoken_port(self.port, self.protocol)

    @cached_property
    def counted(self) -> list[str]:
        """The numbers in words: allowed, blocked, and what else there is to count."""
        states, changed = self.states, self.changed
        rest = (
            (states[State.BLOCKED], "blocked"),
            (states[State.UNDEFINED], "undefined"),
            (changed, self.wording.one if changed == 1 else self.wording.several),
            (self.left_out, "endpoints too many to show" if self.left_out > 1 else "not shown"),
        )
        first = f"{states[State.ALLOWED]} of {counted(len(self.arcs), 'connection')} allowed"
        enforced = self.answers.assumptions.enforced
        tail = [] if enforced else ["no plugin enforces policies here"]
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
    """Return every connection between the endpoints of a cluster, on one port.

    Parameters
    ----------
    cluster : Cluster
        Pods that are completed are left out: they own no address any more.
    port : int, optional
        The port at the destination; 80 when left out.
    protocol : str
        ``TCP``, ``UDP``, ``SCTP``, or another such as ``ICMP``, which has no port.
    outside : iterable of str or (str, str)
        Addresses outside the cluster to show as well: ``"203.0.113.7"``, or with a name
        ``("internet", "203.0.113.7")``.
    before : Cluster, optional
        The cluster before a change. What was opened or closed since then is marked.
    wording : Wording
        How to speak of what is marked.
    assumptions : Assumptions
        What to take for granted where plugins differ.
    order : sequence of str
        Names of pods, addresses and their captions, in the order in which to draw them. Each
        namespace stays together; endpoints that are not named come last.
    earlier : Assumptions, optional
        What was taken for granted before, if that is what changed.

    Returns
    -------
    Traffic
        Of at most forty endpoints; `left_out` says how many more there are.

    Raises
    ------
    FlowError
        For a port that is none, or an `outside` that is not an address outside the cluster.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> gather(lab.load("three-tier"), 5432).counted
    ['4 of 6 connections allowed', '2 blocked']
    """
    cluster, protocol = checked_cluster(cluster), str(protocol).upper()
    port, protocol = checked_port(
        USUAL_PORT if port is None and is_governed(protocol) else port, protocol
    )
    nodes, left_out = nodes_of(cluster, outside, order, assumptions)
    answers, past = answers_to(cluster, port, protocol, assumptions), None
    if before is not None or earlier is not None:
        past = answers_to(before or cluster, port, protocol, earlier or assumptions)
    return Traffic(
        nodes=nodes,
        arcs=tuple(_arcs(nodes, spoken_port(port, protocol), answers, past, wording)),
        port=port,
        protocol=protocol,
        policies=all_policy_names(cluster),
        finished=sum(pod.finished for pod in cluster.pods),
        left_out=left_out,
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


def policy_names(cluster: Cluster) -> tuple[str, ...]:
    """Return the sorted names of NetworkPolicies; the namespace only where there are several."""
    namespaces = {pod.namespace for pod in cluster.pods} | {p.namespace for p in cluster.policies}
    several = len(namespaces) > 1
    return tuple(sorted(str(p) if several else p.name for p in cluster.policies))


def all_policy_names(cluster: Cluster) -> tuple[str, ...]:
    """Return the names of all policies: the cluster-wide ones, with their kinds, come first."""
    return (*sorted(map(str, cluster.cluster_policies)), *policy_names(cluster))
