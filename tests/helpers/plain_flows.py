"""Pods with addresses and nothing else, and flows between them."""

from ipaddress import ip_address

from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Flow
from netpol_lab.model.objects import Pod


def pod(name, *addresses, **more):
    """A pod by its name, in the namespace shop unless told, with its addresses."""
    namespace, _, short = name.rpartition("/")
    return Pod(namespace or "shop", short, addresses=tuple(map(ip_address, addresses)), **more)


def flow(*pods_and_ends, port=80, **more):
    """A flow between the last two names or addresses, in a cluster of the pods before them."""
    *pods, source, destination = pods_and_ends
    return Flow.between(Cluster(pods=tuple(pods)), source, destination, port, **more)


WEB, DB = pod("shop/web", "10.0.0.1"), pod("shop/db", "10.0.0.2")
