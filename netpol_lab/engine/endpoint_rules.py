"""How policies see the ends of a flow: as a pod or as its node, by which address and port names."""

from __future__ import annotations

from netpol_lab.model.assumptions import Assumptions
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
    return Endpoint(None, end.address, end.pod.node)


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


def is_own_node(pod: Pod, peer: Endpoint) -> bool:
    """Say whether the peer is the node that the pod runs on (SEM-50).

    Parameters
    ----------
    pod : Pod
    peer : Endpoint
        As the policies see it: a hostNetwork pod may be its node.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_own_node(Pod("shop", "web", node="n1"), Endpoint(node="n1"))
    True
    """
    if peer.pod is not None:
        return False
    return peer.address in pod.node_addresses or (peer.node is not None and peer.node == pod.node)


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
    if source.pod is None or destination.pod is None:
        return source.pod is not None and destination.address in source.pod.known_addresses
    return str(source.pod) == str(destination.pod)


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
