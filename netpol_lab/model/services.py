"""Services: addresses of their own that lead to pods."""

from __future__ import annotations

from dataclasses import dataclass

from netpol_lab.model.addresses import Address
from netpol_lab.model.objects import Namespaced, Selector
from netpol_lab.model.ports import Protocol


@dataclass(frozen=True, slots=True)
class ServicePort:
    """One port of a Service and the pod port it leads to.

    Parameters
    ----------
    port : int
    target : int or str
        The port at the pod: a number, or the name of a container port.
    protocol : Protocol
    """

    port: int
    target: int | str
    protocol: Protocol = Protocol.TCP


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
    """

    selector: Selector | None = None
    addresses: tuple[Address, ...] = ()
    ports: tuple[ServicePort, ...] = ()
    headless: bool = False
