"""How policies see the ends of a flow: as a pod or as its node, by which address and port names."""

from __future__ import annotations

from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.flows import Endpoint
from netpol_lab.model.objects import ContainerPort, Pod


def as_node(end: Endpoint) -> Endpoint:
    """Return a hostNetwork pod as the address of its node; any other end as it is."""
    if end.pod is None or not end.pod.host_network:
        return end
    return Endpoint(None, end.address, end.pod.node)


def as_read(end: Endpoint, assumptions: Assumptions) -> Endpoint:
    """Return an end as the policies see it: hostNetwork pods may count as their node (SEM-54)."""
    return end if assumptions.host_network_as_pods else as_node(end)


def counts_as_pod(pod: Pod, assumptions: Assumptions) -> bool | None:
    """Say whether policies select this pod as they do others; None where that is open (SEM-54).

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
    """Say whether the peer is the node that the pod runs on (SEM-50)."""
    if peer.pod is not None:
        return False
    return peer.address in pod.node_addresses or (peer.node is not None and peer.node == pod.node)


def is_itself(source: Endpoint, destination: Endpoint) -> bool:
    """Say whether a pod calls itself, by name or by an address it shares with its node (SEM-49)."""
    if source.pod is None or destination.pod is None:
        return source.pod is not None and destination.address in source.pod.known_addresses
    return str(source.pod) == str(destination.pod)


def sees_address(peer: Endpoint, assumptions: Assumptions) -> bool:
    """Say whether ipBlocks look at this end; "ipBlock on the node address always works"."""
    return peer.pod is None or peer.pod.host_network or assumptions.ip_block_matches_pods


def named_ports(endpoint: Endpoint, assumptions: Assumptions) -> tuple[ContainerPort, ...]:
    """Return the port names that count at a destination (SEM-41, SEM-56)."""
    if endpoint.pod is None:
        return ()
    return tuple(
        port
        for port in endpoint.pod.ports
        if assumptions.init_port_names or not port.in_init_container
    )
