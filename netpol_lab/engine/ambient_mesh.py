"""Pods of an ambient mesh, between which connections arrive on the mesh's own port.

Istio's ambient mode carries TCP between such pods through a tunnel (HBONE). Policies are applied
outside the pods, so they see the tunnel's port at the destination and not the one inside (SEM-77).
"""

from __future__ import annotations

from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Flow
from netpol_lab.model.objects import Pod
from netpol_lab.model.ports import Protocol

TUNNEL_PORT = 15008
MODE = "istio.io/dataplane-mode"
_SIDECAR = "sidecar.istio.io/inject"


def in_ambient_mesh(cluster: Cluster, pod: Pod) -> bool:
    """Say whether a pod's traffic is carried by Istio's ambient mode.

    Parameters
    ----------
    cluster : Cluster
    pod : Pod
        One of its pods. Its own label counts more than that of its namespace; pods on the host
        network and pods with a sidecar stay out.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> in_ambient_mesh(shop, shop.pod("web"))
    False
    """
    if pod.host_network or pod.labels.get(_SIDECAR) == "true":
        return False
    namespace = cluster.namespaces.get(pod.namespace)
    usual = namespace.labels.get(MODE) if namespace else None
    return pod.labels.get(MODE, usual) == "ambient"


def tunnelled(cluster: Cluster, flow: Flow) -> Flow | None:
    """Return a flow as the mesh carries it, or None if it does not carry it.

    Parameters
    ----------
    cluster : Cluster
    flow : Flow
        As it arrives at a pod.
    """
    source, destination = flow.source.pod, flow.destination.pod
    if source is None or destination is None or source == destination:
        return None
    if flow.protocol != Protocol.TCP or flow.port in (None, TUNNEL_PORT):
        return None
    if not in_ambient_mesh(cluster, source) or not in_ambient_mesh(cluster, destination):
        return None
    return Flow(flow.source, flow.destination, TUNNEL_PORT, flow.protocol)
