"""How policies see the ends of a flow: as a pod or as its node, by which address and port names."""

from __future__ import annotations

from itertools import product

from netpol_lab.model.addresses import Address, Network
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.flows import Endpoint
from netpol_lab.model.objects import ContainerPort, Pod


def as_node(end: Endpoint) -> Endpoint:
    """Return a hostNetwork pod as the address of its node; any other end as it is (SEM-54).

    Parameters
    ----------
    end : Endpoint

    Returns
    -------
    Endpoint

    Examples
    --------
    >>> as_node(Endpoint(Pod("shop", "agent", node="n1", host_network=True))).node
    'n1'
    """
    if end.pod is None or not end.pod.host_network:
        return end
    return Endpoint(None, end.address, end.pod.node, is_node=True)


def as_read(end: Endpoint, assumptions: Assumptions) -> Endpoint:
    """Return an end as the policies see it: hostNetwork pods may count as their node (SEM-54).

    Parameters
    ----------
    end : Endpoint
    assumptions : Assumptions

    Returns
    -------
    Endpoint

    Examples
    --------
    >>> agent = Endpoint(Pod("shop", "agent", host_network=True))
    >>> as_read(agent, Assumptions(host_network_as_pods=True)) is agent
    True
    """
    return end if assumptions.host_network_as_pods else as_node(end)


def counts_as_pod(pod: Pod, assumptions: Assumptions) -> bool | None:
    """Say whether policies select this pod as they do others; None where that is open (SEM-54).

    Parameters
    ----------
    pod : Pod
    assumptions : Assumptions

    Returns
    -------
    bool or None

    Examples
    --------
    >>> agent = Pod("shop", "agent", host_network=True)
    >>> print(counts_as_pod(agent, Assumptions()))
    None
    >>> counts_as_pod(agent, Assumptions(host_network_as_pods=False))
    False
    """
    return assumptions.host_network_as_pods if pod.host_network else True


def is_own_node(pod: Pod, peer: Endpoint, assumptions: Assumptions = DEFAULTS) -> bool | None:
    """Say whether the peer is the node that the pod runs on (SEM-50).

    Parameters
    ----------
    pod : Pod
    peer : Endpoint
        As the policies see it: a hostNetwork pod may be its node.
    assumptions : Assumptions

    Returns
    -------
    bool or None
        Where the manifests do not tell, what the assumptions say; None if they leave it open.

    Examples
    --------
    >>> is_own_node(Pod("shop", "web", node="n1"), Endpoint(node="n1"))
    True
    >>> print(is_own_node(Pod("shop", "web"), Endpoint(node="n1", is_node=True)))
    None
    """
    if peer.pod is not None:
        return False
    if peer.address in pod.node_addresses or (peer.node is not None and peer.node == pod.node):
        return True
    if not may_be_node(peer, assumptions) or _known_apart(pod, peer):
        return False
    return assumptions.unknown_node_is_own


PERHAPS_A_NODE = "?"  # no node has this name


def node_behind(end: Endpoint, assumptions: Assumptions) -> str | Address | None:
    """Return the node whose address an end has: its name, or else the address; or empty.

    Parameters
    ----------
    end : Endpoint
    assumptions : Assumptions
        With the ranges of the nodes' addresses.

    Returns
    -------
    str, IPv4Address, IPv6Address or None
        None where it is not the address of a node, `PERHAPS_A_NODE` where it may be that of one.

    Examples
    --------
    >>> agent, web = Pod("shop", "agent", node="n1", host_network=True), Pod("shop", "web")
    >>> node_behind(Endpoint(agent), Assumptions()), node_behind(Endpoint(web), Assumptions())
    ('n1', None)
    """
    seen = as_node(end)
    if seen.is_node:
        return seen.node or seen.address or ""
    return PERHAPS_A_NODE if may_be_node(seen, assumptions) else None


def may_be_node(end: Endpoint, assumptions: Assumptions) -> bool:
    """Say whether an end that is seen as no pod is a node's address, as far as is known (SEM-50).

    Parameters
    ----------
    end : Endpoint
    assumptions : Assumptions
        With the ranges of the nodes' addresses.

    Returns
    -------
    bool

    Examples
    --------
    >>> from ipaddress import ip_address
    >>> may_be_node(Endpoint(address=ip_address("10.0.0.7")), Assumptions(node_cidrs="10.0.0.0/24"))
    True
    """
    if end.pod is not None or end.address is None:
        return end.is_node
    return end.is_node or any(end.address in cidr for cidr in assumptions.node_cidrs)


def _known_apart(pod: Pod, node: Endpoint) -> bool:
    """Say whether a pod runs on another node, as both are known by name or by address."""
    if node.node is not None and pod.node is not None:
        return node.node != pod.node
    version = node.address.version if node.address is not None else None
    return any(address.version == version for address in pod.node_addresses)


def ranges_of_unknown(
    end: Endpoint, other: Address | None, assumptions: Assumptions
) -> tuple[Network, ...]:
    """Return where the address of an end lies, if the manifests do not give it (SEM-44).

    Parameters
    ----------
    end : Endpoint
        A pod, or a node.
    other : IPv4Address, IPv6Address or None
        The other end's address: both are of one family.
    assumptions : Assumptions

    Returns
    -------
    tuple of IPv4Network or IPv6Network
        Empty where nobody has said.

    Examples
    --------
    >>> ranges_of_unknown(Endpoint(Pod("a", "b")), None, Assumptions(pod_cidrs=["10.0.0.0/8"]))
    (IPv4Network('10.0.0.0/8'),)
    """
    if end.is_node or (end.pod is not None and end.pod.host_network):
        found = assumptions.node_cidrs
    else:
        found = assumptions.pod_cidrs if end.pod is not None else ()
    told = tuple(cidr for cidr in found if other is None or cidr.version == other.version)
    for part in assumptions.unknown_within:
        if suiting := _inside(part, told, other):
            return suiting
    return told


def _inside(
    part: tuple[Network, ...], told: tuple[Network, ...], other: Address | None
) -> tuple[Network, ...]:
    """Return what of a part of all addresses lies in the ranges that are told, if any are."""
    suiting = tuple(cidr for cidr in part if other is None or cidr.version == other.version)
    if not told:
        return suiting
    both = ((one, whole) for one, whole in product(suiting, told) if one.overlaps(whole))
    return tuple(map(max, both))  # of two that overlap the one inside the other is greater


def is_itself(source: Endpoint, destination: Endpoint) -> bool:
    """Say whether a pod calls itself, by name or by an address it shares with its node (SEM-49).

    Parameters
    ----------
    source, destination : Endpoint

    Returns
    -------
    bool

    Examples
    --------
    >>> web = Endpoint(Pod("shop", "web"))
    >>> is_itself(web, web)
    True
    """
    if source.pod is None:
        return False
    if destination.pod is not None:
        return str(source.pod) == str(destination.pod)
    shared = source.pod.host_network and is_own_node(source.pod, destination) is True
    return shared or destination.address in source.pod.known_addresses


def sees_address(peer: Endpoint, assumptions: Assumptions) -> bool:
    """Say whether ipBlocks look at the address of this end (SEM-47, SEM-54).

    "ipBlock on the node address always works", so hostNetwork pods are no exception.

    Parameters
    ----------
    peer : Endpoint
    assumptions : Assumptions

    Returns
    -------
    bool

    Examples
    --------
    >>> sees_address(Endpoint(Pod("shop", "web")), Assumptions(ip_block_matches_pods=False))
    False
    """
    return peer.pod is None or peer.pod.host_network or assumptions.ip_block_matches_pods


def named_ports(endpoint: Endpoint, assumptions: Assumptions) -> tuple[ContainerPort, ...]:
    """Return the named ports that count at a destination (SEM-41, SEM-56).

    Parameters
    ----------
    endpoint : Endpoint
    assumptions : Assumptions

    Returns
    -------
    tuple of ContainerPort
        Empty where the destination is not a pod.

    Examples
    --------
    >>> pod = Pod("shop", "web", ports=(ContainerPort("http", 80),))
    >>> [port.name for port in named_ports(Endpoint(pod), Assumptions())]
    ['http']
    """
    if endpoint.pod is None:
        return ()
    return tuple(
        port
        for port in endpoint.pod.ports
        if assumptions.init_port_names or not port.in_init_container
    )
