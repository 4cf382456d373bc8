"""Who is in a picture: pods and addresses outside, in their order, and how pods are isolated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import chain, islice

from netpol_lab.engine.endpoint_rules import counts_as_pod
from netpol_lab.engine.resolution import Resolution, resolution_of
from netpol_lab.engine.tiers import about
from netpol_lab.errors import FlowError, UnknownNameError, did_you_mean, visible
from netpol_lab.model.addresses import Address, parse_address
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.cluster_policies import Tier
from netpol_lab.model.objects import Direction, Pod
from netpol_lab.pictures.traffic_words import telling_labels

MOST_SHOWN = 40  # endpoints; a grid of more is not readable

Outside = str | tuple[str, str]  # an address, or a name for it and the address


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
    tiers : tuple of tuple of Tier
        For ingress and for egress, the tiers of cluster-wide policies that have rules for it.
    role : str
        What an address is that belongs to no pod: ``outside the cluster``, ``node n1``, ...
    """

    name: str
    caption: str
    pod: Pod | None = None
    notes: tuple[str, ...] = ()
    isolation: tuple[Isolation, ...] = ()
    tiers: tuple[tuple[Tier, ...], ...] = ((), ())
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
        """``ingress A·isolated``, ``egress open``: the lanes of each direction of a pod."""
        ways = zip(Direction, self.isolation, self._asked, strict=bool(self.pod))
        return tuple(
            f"{way} {''.join(f'{tier.value[0]}·' for tier in tiers)}{state}"
            for way, state, tiers in ways
        )

    @property
    def is_ruled(self) -> bool:
        """Whether cluster-wide policies have rules for it."""
        return any(self.tiers)

    @property
    def _asked(self) -> tuple[tuple[Tier, ...], ...]:
        """The tiers that are asked: Baseline only where no NetworkPolicy answers (ANP-09)."""
        return tuple(
            tuple(t for t in found if t is Tier.ADMIN or state is not Isolation.ISOLATED)
            for found, state in zip(self.tiers, self.isolation, strict=bool(self.pod))
        )

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
        return ", ".join([*(parts or ["not isolated"]), *self._ruled()])

    def _ruled(self) -> Iterator[str]:
        """Yield the tiers that are asked as well, in words."""
        for way, tiers in zip(Direction, self._asked, strict=True):
            if tiers:
                named = " and ".join(f"tier {tier}" for tier in tiers)
                yield f"for {way} {named} {'is' if len(tiers) == 1 else 'are'} asked"


def nodes_of(
    cluster: Cluster, outside: Iterable[Outside], order: Sequence[str], assumptions: Assumptions
) -> tuple[tuple[Node, ...], int]:
    """Return the endpoints of a picture, and how many more there are than it can show."""
    running = [pod for pod in cluster.pods if not pod.finished]
    outsiders = _outsiders(cluster, outside)
    insiders = _insiders(cluster, running, assumptions)
    every = [*outsiders, *insiders]
    order = _known(cluster, every, [order] if isinstance(order, str) else order)
    nodes = tuple(islice(_ordered(every, order), MOST_SHOWN))
    return nodes, len(outsiders) + len(running) - len(nodes)


def _known(cluster: Cluster, nodes: Sequence[Node], order: Sequence[str]) -> Sequence[str]:
    """Return the names in an order; who is not drawn may be named, who is not there may not."""
    drawn = {name for node in nodes for name in (node.name, node.caption)}
    there = {name for pod in cluster.pods for name in (str(pod), pod.name)}
    for name in order:
        if name not in drawn | there and parse_address(name) is None:
            near = did_you_mean(name, [node.name for node in nodes])
            raise UnknownNameError(f'there is no "{visible(name)}" to draw. {near}')
    return order


def end_named(cluster: Cluster, nodes: Iterable[Node], name: str) -> str:
    """Return the full name of an endpoint, given its name, its address or its caption.

    Raises
    ------
    UnknownNameError, AmbiguousNameError, FlowError
        When there is none, or more than one, or it is a Service, which no picture shows.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> drawn, _ = nodes_of(shop, [("internet", "203.0.113.7")], (), Assumptions())
    >>> end_named(shop, drawn, "internet"), end_named(shop, drawn, "db")
    ('203.0.113.7', 'shop/db')
    """
    captions = {node.caption: node.name for node in nodes if node.pod is None}
    end = cluster.endpoint(captions.get(name, name))
    if end.service is not None:
        raise FlowError(f"{name} is a Service: name one of its pods.")
    return end.name


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
    name, role = str(address), _role(cluster, address)
    if caption == text:
        return _node(name, name, notes=(role,), role=role)
    return _node(name, caption, notes=(name,), role=role)


_node = lru_cache(maxsize=1024)(Node)


def _role(cluster: Cluster, address: Address) -> str:
    """Say what an address that belongs to no pod is, according to the manifests."""
    nodes = (f"node {pod.node}" for pod in cluster.pods if address in pod.node_addresses)
    services = (
        f"Service {service}" for service in cluster.services if address in service.addresses
    )
    return next(chain(nodes, services), "outside the cluster")


def _insiders(cluster: Cluster, pods: Sequence[Pod], assumptions: Assumptions) -> Iterator[Node]:
    """Yield the pods namespace by namespace, each where its first pod stands."""
    order = {pod.namespace: i for i, pod in reversed(list(enumerate(pods)))}
    telling = telling_labels(pods)
    resolution = resolution_of(cluster)
    isolating = resolution.isolating
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
            tiers=tuple(_tiers(resolution, pod, way, assumptions) for way in Direction),
        )


def _isolation(pod: Pod, selected: bool, assumptions: Assumptions) -> Isolation:
    if not assumptions.enforced:  # SEM-58
        return Isolation.OPEN
    counts = selected and counts_as_pod(pod, assumptions)
    if counts is None:
        return Isolation.UNDEFINED
    return Isolation.ISOLATED if counts else Isolation.OPEN


def _tiers(
    resolution: Resolution, pod: Pod, way: Direction, assumptions: Assumptions
) -> tuple[Tier, ...]:
    """Return the tiers that have rules for a pod, in the order in which they are asked."""
    found = {policy.tier for policy in about(resolution, pod, way) if assumptions.enforced}
    return tuple(tier for tier in Tier if tier in found)


def _ordered(nodes: Iterable[Node], order: Sequence[str]) -> Iterable[Node]:
    """Return the nodes in the wanted order, each namespace whole; those not named come last."""
    if not order:
        return nodes
    nodes = list(nodes)
    rank: dict[Node, int] = {}
    first: dict[str, int] = {}
    for node in nodes:
        places = (order.index(name) for name in (node.name, node.caption) if name in order)
        rank[node] = next(places, len(order))
        group = node.namespace or node.key
        first[group] = min(rank[node], first.get(group, len(order)))
    return sorted(nodes, key=lambda node: (first[node.namespace or node.key], rank[node]))
