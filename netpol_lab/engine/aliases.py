"""Services of type ExternalName: a name that stands for another name (SEM-79)."""

from __future__ import annotations

import re

from netpol_lab.errors import visible
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint, Flow, facing
from netpol_lab.model.services import Service

_OF_A_SERVICE = re.compile(r"([^.]+)\.([^.]+)\.svc(\.cluster\.local)?\.?")


def meant_by(cluster: Cluster, service: Service) -> Service:
    """Return the Service whose name another one stands for, the last of a chain of such names.

    Parameters
    ----------
    cluster : Cluster
    service : Service

    Returns
    -------
    Service
        The same one where it is no alias; an alias where that leads out of the manifests, or
        round in a circle.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> alias = Service("shop", "data", external_name="db.example.com")
    >>> meant_by(lab.load("three-tier"), alias) is alias
    True
    """
    seen = [service]
    while name := _service_named(seen[-1]):
        known = next((one for one in cluster.services if str(one) == name), None)
        if known is None or known in seen:
            break
        seen.append(known)
    return seen[-1]


def by_its_own_name(cluster: Cluster, flow: Flow) -> Flow:
    """Return a flow to the Service that is meant, where it goes to another name of it.

    Parameters
    ----------
    cluster : Cluster
    flow : Flow

    Returns
    -------
    Flow
        The same one where it goes anywhere else.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> flow = Flow.between(shop, "web", "db", 5432)
    >>> by_its_own_name(shop, flow) is flow
    True
    """
    asked = flow.destination.service
    if asked is None:
        return flow
    meant = meant_by(cluster, asked)
    if meant is asked:
        return flow
    there = Endpoint(address=next(iter(meant.inner_addresses), None), service=meant)
    return Flow(*facing(flow.source, there), flow.port, flow.protocol)


def untold_name(alias: Service) -> str:
    """Return what the manifests do not tell of an alias, in words.

    Parameters
    ----------
    alias : Service
        One that stands for no Service of the manifests.

    Returns
    -------
    str

    Examples
    --------
    >>> print(untold_name(Service("shop", "data", external_name="db.data.svc.cluster.local")))
    Service shop/data is another name (type ExternalName) for Service data/db, which is not in \
the manifests
    """
    said = f"Service {alias} is another name (type ExternalName)"
    if named := _service_named(alias):
        return f"{said} for Service {named}, which is not in the manifests"
    name = visible(alias.external_name)
    return f"{said} for {name}, and the manifests do not say which address that has"


def what_to_do(alias: Service) -> str:
    """Return how to get an answer for an alias that stands for no Service of the manifests.

    Parameters
    ----------
    alias : Service

    Returns
    -------
    str

    Examples
    --------
    >>> what_to_do(Service("shop", "data", external_name="db.data.svc"))
    'add Service data/db and its pods to the manifests'
    """
    if named := _service_named(alias):
        return f"add Service {named} and its pods to the manifests"
    return (
        "ask about the address behind the name: outside the cluster no selector matches it, only "
        "an ipBlock or a rule without to"
    )


def _service_named(alias: Service) -> str:
    """Return the ``namespace/name`` that an alias stands for; empty where that is no Service."""
    found = _OF_A_SERVICE.fullmatch(alias.external_name)
    return f"{found[2]}/{found[1]}" if found else ""
