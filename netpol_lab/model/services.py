"""Services: addresses of their own that lead to pods, or to endpoints that somebody has listed."""

from __future__ import annotations

from dataclasses import dataclass

from netpol_lab.model.addresses import Address
from netpol_lab.model.objects import Namespaced
from netpol_lab.model.ports import Protocol
from netpol_lab.model.selectors import Selector


@dataclass(frozen=True, slots=True)
class ServicePort:
    """One port of a Service and the pod port it leads to.

    Parameters
    ----------
    port : int
    target : int or str
        The port at the pod: a number, or the name of a container port.
    protocol : Protocol
    name : str
        What endpoints call the same port; empty for the only port of a Service.
    node_port : int, optional
        The port at every node that leads to the same pods.
    """

    port: int
    target: int | str
    protocol: Protocol = Protocol.TCP
    name: str = ""
    node_port: int | None = None


@dataclass(frozen=True, slots=True)
class EndpointPort:
    """One port of an endpoint.

    Parameters
    ----------
    name : str
        That of the Service port that leads here.
    port : int, optional
        None where none is written: any port, for those who understand that.
    protocol : Protocol
    """

    name: str = ""
    port: int | None = None
    protocol: Protocol = Protocol.TCP


@dataclass(frozen=True, slots=True)
class ServiceEndpoint:
    """A place that Endpoints or an EndpointSlice name for a Service (SEM-74).

    Parameters
    ----------
    address : IPv4Address or IPv6Address, optional
        None where a host name is written instead.
    ports : tuple of EndpointPort
    pod : str
        The pod that has the address, where that is written: ``namespace/name``.
    node : str, optional
        The node it is on.
    """

    address: Address | None
    ports: tuple[EndpointPort, ...] = ()
    pod: str = ""
    node: str | None = None


@dataclass(frozen=True, slots=True)
class Service(Namespaced):
    """A Service: addresses that are rewritten to those of the pods it selects.

    A headless one has no address: its name means the pods' own addresses and ports (SEM-53).

    Parameters
    ----------
    namespace, name : str
    selector : Selector, optional
        The pods behind it, in its namespace; None where it selects none.
    addresses : tuple of IPv4Address or IPv6Address
        Cluster, external and load balancer addresses.
    ports : tuple of ServicePort
    headless : bool
    external_name : str
        The name outside the cluster that a Service of type ExternalName stands for.
    outer_addresses : tuple of IPv4Address or IPv6Address
        Those of its addresses by which clients come from outside: external and load balancer ones.
    endpoints : tuple of ServiceEndpoint, optional
        Where it leads beside the pods that it selects; None where the manifests say nothing.
    stays_on_node : bool
        Whether its cluster address leads only to the node where the connection begins
        (internalTrafficPolicy Local).
    keeps_client : bool
        Whether a node hands clients outside on with their own address (externalTrafficPolicy
        Local); what stands before the node may still have another one (SEM-60).
    exposed_by : str
        What opens it to clients outside: NodePort, LoadBalancer or externalIPs; empty if nothing.
    """

    selector: Selector | None = None
    addresses: tuple[Address, ...] = ()
    ports: tuple[ServicePort, ...] = ()
    headless: bool = False
    external_name: str = ""
    outer_addresses: tuple[Address, ...] = ()
    endpoints: tuple[ServiceEndpoint, ...] | None = None
    stays_on_node: bool = False
    keeps_client: bool = False
    exposed_by: str = ""

    @property
    def inner_addresses(self) -> tuple[Address, ...]:
        """Its addresses inside the cluster, which its name stands for."""
        return tuple(one for one in self.addresses if one not in self.outer_addresses)

    @property
    def node_ports(self) -> frozenset[tuple[int, str]]:
        """The ports of nodes that lead to it, each with its protocol."""
        ports = ((port.node_port, port.protocol) for port in self.ports)
        return frozenset((number, protocol) for number, protocol in ports if number)
