"""The number that the name of a port stands for in a test, where the connection goes."""

from __future__ import annotations

from dataclasses import replace

from netpol_lab.engine.endpoint_rules import named_ports
from netpol_lab.engine.semantics import ports_at
from netpol_lab.errors import FlowError, did_you_mean
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint
from netpol_lab.model.objects import PolicyPort
from netpol_lab.model.ports import Protocol, is_governed
from netpol_lab.model.services import Service


def port_number(
    cluster: Cluster, destination: str, name: str, protocol: str, assumptions: Assumptions
) -> int:
    """Return the number of a port that is called by its name.

    At a pod it is looked up as that of a rule; all pods of a workload must agree on it.

    Parameters
    ----------
    cluster : Cluster
    destination, name, protocol : str
    assumptions : Assumptions

    Raises
    ------
    UnknownNameError, AmbiguousNameError, FlowError
        The last where there is no such port, or more than one.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> from netpol_lab.model.assumptions import DEFAULTS
    >>> port_number(lab.load("market"), "catalog/db", "sql", "TCP", DEFAULTS)
    5432
    """
    end = cluster.endpoint(destination)
    service = end.service or next(iter(cluster.services_at(end.address)), None)
    if not is_governed(protocol):
        raise FlowError(f"{protocol} has no ports: leave the port out.")
    if service is not None and end.pod is None:
        return _of_service(service, name, protocol)
    if end.pod is None:
        raise FlowError(f"{destination} is an address, whose ports have no names: write a number.")
    numbers = {each.name: _at(each, name, protocol, assumptions) for each in end.each}
    if len(set(numbers.values())) == 1:
        return next(iter(numbers.values()))
    listed = " and ".join(f"{number} at {pod}" for pod, number in numbers.items())
    raise FlowError(f'"{name}" is port {listed}: name one of these pods, or write a number.')


def _of_service(service: Service, name: str, protocol: str) -> int:
    """Return the number at a Service."""
    found = {port.name: port.port for port in service.ports if port.protocol == protocol}
    if name not in found:
        near = did_you_mean(name, [known for known in found if known])
        raise FlowError(f'{service} has no {protocol} port named "{name}". {near}')
    return found[name]


def _at(end: Endpoint, name: str, protocol: str, assumptions: Assumptions) -> int:
    """Return the number at one pod."""
    wanted = (PolicyPort(Protocol(protocol), name),)
    open_answer = assumptions.init_port_names
    found, also = (
        {number for _, number in ports_at(wanted, named_ports(end, answered), end_port=True)}
        for answered in (
            replace(assumptions, init_port_names=bool(open_answer)),
            replace(assumptions, init_port_names=open_answer is not False),
        )
    )
    if len(also) > 1:
        listed = " and ".join(map(str, sorted(also)))
        raise FlowError(f'"{name}" stands for {listed} at {end.name}: write a number.')
    if also != found:
        raise FlowError(
            f'"{name}" is declared by an init container of {end.name}, and whether that counts is '
            "left open (SEM-56): write a number, or assume init_port_names."
        )
    if not found:
        raise FlowError(_missing(end, name, protocol))
    return found.pop()


def _missing(end: Endpoint, name: str, protocol: str) -> str:
    """Say that a pod has no such port, and what it may be called."""
    ports = end.pod.ports if end.pod else ()
    said = f'{end.name} has no {protocol} port named "{name}".'
    for other in ports:
        if other.name == name:
            return f"{said} It is {other.protocol} there: write protocol: {other.protocol}."
    if not ports:
        return f"{said} Its manifest names no ports: write a number."
    return f"{said} {did_you_mean(name, [port.name for port in ports])}"
