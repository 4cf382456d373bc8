"""From clusters to matrices: what is granted in each reading, combined to who reaches whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain, product
from typing import Any

from netpol_lab.engine.cluster_peers import parts_told_apart
from netpol_lab.engine.open_tiers import in_turn, open_questions
from netpol_lab.engine.resolution import Resolution, resolution_of
from netpol_lab.model.addresses import Network
from netpol_lab.model.assumptions import Assumptions, readings
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Direction
from netpol_lab.reach.certainty import ReachMatrix
from netpol_lab.reach.connectivity import combine
from netpol_lab.reach.endpoint_index import EndpointIndex
from netpol_lab.reach.grants import grants
from netpol_lab.reach.peer_views import PeerViews
from netpol_lab.reach.port_classes import PortClasses
from netpol_lab.reach.service_ends import ServiceEnds, Sides


def build_matrices(
    clusters: Sequence[Cluster], index: EndpointIndex, assumptions: Assumptions
) -> list[ReachMatrix]:
    """Return the matrix of each cluster, all with the same port classes.

    Parameters
    ----------
    clusters : sequence of Cluster
    index : EndpointIndex
        Of all these clusters.
    assumptions : Assumptions
    """
    alone = len(clusters) == 1
    granted = [[*_granted(cluster, index, assumptions, alone)] for cluster in clusters]
    classes = PortClasses(
        grant.ports for readings in granted for sides in readings for grant in chain(*sides)
    )
    size = len(index.names)
    return [
        ReachMatrix(classes, [combine(size, index.pod_bits, *sides, classes) for sides in readings])
        for readings in granted
    ]


def _granted(
    cluster: Cluster, index: EndpointIndex, assumptions: Assumptions, alone: bool
) -> Iterator[Sides]:
    """Yield what both sides grant in each reading."""
    resolution = resolution_of(cluster) if alone else Resolution(cluster, index.pods)
    doors = ServiceEnds(cluster, index, resolution) if assumptions.enforced else None
    for reading, others in extremes(cluster, assumptions, resolution):
        sides = _sides(cluster, index, resolution, reading, others)
        egress, ingress = sides(None)
        for leaving in doors.readings(sides, assumptions) if doors else [egress]:
            yield leaving, ingress


def _sides(
    cluster: Cluster,
    index: EndpointIndex,
    resolution: Resolution,
    reading: Assumptions,
    others: bool | None,
) -> Callable[[int | None], Sides]:
    """Return a function that gives what is granted where pods use one family, or any (None)."""

    @cache
    def sides(family: int | None) -> Sides:
        out = into = PeerViews(cluster, index, reading, family)
        if reading.unknown_within:  # cluster-wide rules ask no client for its address
            into = PeerViews(cluster, index, replace(reading, unknown_within=()), family)
        egress = [*grants(resolution, out, Direction.EGRESS, others)]
        return egress, [*grants(resolution, into, Direction.INGRESS, others)]

    return sides


def extremes(
    cluster: Cluster, assumptions: Assumptions, resolution: Resolution
) -> Iterator[tuple[Assumptions, bool | None]]:
    """Yield the readings between which every other permitted one lies, as far as pods go.

    Nearly all open questions can only add flows when answered with yes, so answering all with no,
    then all with yes, gives the least and the most there can be. The same holds for what policies
    of other kinds decide, which each reading comes with: all or nothing, or None where they are
    left out. Others are asked in every way: hostNetwork pods; and where a cluster-wide rule may
    deny, names of ports and addresses that nobody gives.
    """
    pods = [pod for pod in cluster.pods if not pod.finished]
    hosts = any(pod.host_network for pod in pods)
    nodes = bool(cluster.node_names or assumptions.node_cidrs or hosts)
    inits = any(port.in_init_container for pod in pods for port in pod.ports)
    relevant = {
        "own_node_egress": nodes,
        "init_port_names": inits,
        "unknown_addresses_in_blocks": not all(pod.known_addresses for pod in pods),
        "unknown_node_is_own": nodes,
    }
    tiers = bool(cluster.cluster_policies)
    relevant |= open_questions(resolution) if tiers else {}
    asked = _left_open(
        {"host_network_as_pods": hosts, "init_port_names": tiers and inits}, assumptions
    )
    names = [name for name in _left_open(relevant, assumptions) if name not in asked]
    parts: tuple[tuple[tuple[Network, ...], ...], ...] = ((),)
    if "unknown_addresses_in_blocks" in names:
        parts = tuple(in_turn(parts_told_apart(cluster.cluster_policies)))
    beside = assumptions.only_network_policies is not True and assumptions.enforced
    others = bool(cluster.other_policies) and beside
    for part, reading in product(parts, readings(assumptions, asked)):
        for answer in (False, True) if names or others else (False,):
            answers: dict[str, Any] = dict.fromkeys(names, answer)
            yield (
                replace(reading, unknown_within=part, **answers),
                answer if others else None,
            )


def _left_open(relevant: Mapping[str, bool], assumptions: Assumptions) -> list[str]:
    """Return the questions that matter and that nobody has answered."""
    return [n for n, matters in relevant.items() if matters and getattr(assumptions, n) is None]
