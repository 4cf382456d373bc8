"""Whom the peers of a cluster-wide rule mean: pods, networks, nodes, names (ANP-10 to ANP-12)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_network, summarize_address_range
from itertools import chain
from typing import NamedTuple

from netpol_lab.engine.endpoint_rules import PERHAPS_A_NODE
from netpol_lab.engine.resolution import Peers, Resolution
from netpol_lab.engine.semantics import matches, surely_covers
from netpol_lab.model.addresses import Address, AddressRange, Network
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.bitsets import union
from netpol_lab.model.cluster_policies import ClusterPolicy, ClusterRule
from netpol_lab.model.intervals import cut
from netpol_lab.model.objects import Direction, IPBlock
from netpol_lab.model.selectors import Labels, Selector


class Matched(NamedTuple):
    """The ends that the peers of a rule match for sure, and others that they may, as bits."""

    surely: int
    perhaps: int


def matched_peers(
    resolution: Resolution,
    rule: ClusterRule,
    ends: Peers,
    assumptions: Assumptions,
    closed: bool = False,
) -> Matched:
    """Return the ends that the peer part of a rule matches (ANP-10 to ANP-12, ANP-17).

    What nobody can use matches nobody surely (ANP-20).

    Parameters
    ----------
    resolution : Resolution
    rule : ClusterRule
    ends : Peers
    assumptions : Assumptions
        A reading: an address that nobody gives lies in the part that it says.
    closed : bool
        Whether it fails closed: then it is about whomever a rule of its direction can mean.

    Returns
    -------
    Matched

    Examples
    --------
    >>> import netpol_lab as lab
    >>> from netpol_lab.engine.resolution import SinglePeer
    >>> from netpol_lab.model.cluster_policies import EVERY_POD, ClusterPeer
    >>> from netpol_lab.model.flows import Endpoint
    >>> shop = lab.load("three-tier")
    >>> every = ClusterPeer(EVERY_POD.pod_selector, EVERY_POD.namespace_selector)
    >>> rule, web = (
    ...     ClusterRule(Direction.INGRESS, 0, (every,)),
    ...     SinglePeer(Endpoint(shop.pod("web"))),
    ... )
    >>> matched_peers(Resolution(shop), rule, web, Assumptions())
    Matched(surely=1, perhaps=0)
    """
    if closed:
        outward = rule.direction is Direction.EGRESS
        return Matched(0, ends.everyone if outward else ends.among(resolution.off_hosts))
    surely = ends.among(resolution.cluster_pods(rule.peers))
    perhaps = 0
    for peer in rule.peers:
        for found in (
            _in_networks(peer.networks, ends, assumptions),
            _on_nodes(peer.nodes, ends, resolution.node_labels, assumptions),
            _by_name(peer.domain_names, ends, assumptions),
        ):
            surely |= found.surely
            perhaps |= found.perhaps
    if rule.unusable:
        return Matched(0, surely | perhaps)
    return Matched(surely, perhaps & ~surely)


def _in_networks(networks: tuple[Network, ...], ends: Peers, assumptions: Assumptions) -> Matched:
    """Return the ends with an address in some networks, pods included (ANP-12)."""
    if not networks:
        return Matched(0, 0)
    blocks = tuple(map(IPBlock, networks))
    surely, perhaps = union(map(ends.inside, blocks)), 0
    for ranges, unknown in ends.unaddressed(assumptions).items():
        covered = surely_covers(blocks, ranges)
        if covered is None:
            covered = assumptions.unknown_addresses_in_blocks
        surely |= unknown if covered else 0
        perhaps |= unknown if covered is None else 0
    return Matched(surely, perhaps)


def _on_nodes(
    wanted: Selector | None,
    ends: Peers,
    node_labels: Mapping[str | Address, Labels],
    assumptions: Assumptions,
) -> Matched:
    """Return the ends that have the address of a node with some labels."""
    if wanted is None:
        return Matched(0, 0)
    surely, perhaps = 0, 0
    for name, found in ends.on_nodes(assumptions).items():
        if name in node_labels:
            surely |= found if matches(wanted, node_labels[name]) else 0
        elif name != PERHAPS_A_NODE and not wanted.requirements:  # every node
            surely |= found
        else:
            perhaps |= found
    return Matched(surely, perhaps)


def _by_name(names: tuple[str, ...], ends: Peers, assumptions: Assumptions) -> Matched:
    """Return the ends whose address some names have, pods included (ANP-17).

    Where nobody gives the addresses of a name, it may stand for any.
    """
    surely, perhaps = 0, 0
    for name in names:
        told = assumptions.domain_names
        given = [a for one, its in told.items() if stands_for(name, one) for a in its]
        surely |= union(ends.inside(IPBlock(ip_network(address))) for address in given)
        if name not in told:
            perhaps |= ends.everyone
        elif given:  # one of these may be the address of an end that the manifests do not tell
            perhaps |= union(ends.unaddressed(assumptions).values())
    return Matched(surely, perhaps)


def stands_for(pattern: str, name: str) -> bool:
    """Say whether a name of a rule stands for a name: itself, or all below ``*.`` (ANP-17).

    Parameters
    ----------
    pattern, name : str
        In lower case, without a dot at the end.

    Returns
    -------
    bool

    Examples
    --------
    >>> [stands_for("*.example.com", name) for name in ("a.b.example.com", "example.com")]
    [True, False]
    """
    if pattern == name:
        return True
    return pattern.startswith("*.") and name.endswith(pattern[1:])


# ---------------------------------------------------------------- addresses that nobody gives


@lru_cache(maxsize=64)
def parts_told_apart(policies: tuple[ClusterPolicy, ...]) -> tuple[tuple[Network, ...], ...]:
    """Return the parts of all addresses that the networks of some policies tell apart.

    Parameters
    ----------
    policies : tuple of ClusterPolicy

    Returns
    -------
    tuple of tuple of IPv4Network or IPv6Network
        Together all addresses of both families; empty where no policy mentions networks.

    Examples
    --------
    >>> parts_told_apart(())
    ()
    """
    rules = chain.from_iterable(policy.rules(Direction.EGRESS) for policy in policies)
    networks = {n for rule in rules for peer in rule.peers for n in peer.networks}
    parts: dict[object, list[Network]] = {}
    for whole in _ALL if networks else ():
        mine = [AddressRange.of(n).numbers for n in networks if n.version == whole.version]
        ends = chain.from_iterable((first, last + 1) for first, last in mine)
        for first, last in cut((0, int(whole.broadcast_address)), ends):
            held = frozenset(pair for pair in mine if pair[0] <= first <= pair[1])
            piece = AddressRange.between(whole.version, first, last)
            inside = parts.setdefault((whole.version, held), [])
            inside += summarize_address_range(piece.first, piece.last)
    return tuple(map(tuple, parts.values()))


_ALL: tuple[Network, ...] = (ip_network("0.0.0.0/0"), ip_network("::/0"))
