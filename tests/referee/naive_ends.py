"""The ends of a connection as the referee's policies see them, and by which address."""

from tests.referee.naive_objects import addresses, on_host_network
from tests.referee.naive_services import End


def seen(end, reading):
    """The end as policies see it in this reading."""
    if end.pod is not None and on_host_network(end.pod) and "hosts are nodes" in reading:
        node = end.pod["spec"].get("nodeName")
        return End(None, end.address, node, really=end.pod, is_node=True)
    return end


def addressed(source, destination, asked=None):
    """Both ends with an address: the destination's first that the source has a family for.

    Behind the address of a Service that is asked for, a pod is met by the same family.
    """
    if asked is not None and asked.address is not None and destination.address is None:
        destination = destination._replace(address=nearest(destination.pod, asked.address))
    if source.address is None and destination.address is None:
        families = [address.version for address in addresses(source.pod)]
        shared = [address for address in addresses(destination.pod) if address.version in families]
        destination = destination._replace(
            address=shared[0] if shared else nearest(destination.pod, None)
        )
    source = source._replace(address=source.address or nearest(source.pod, destination.address))
    return source, destination._replace(
        address=destination.address or nearest(destination.pod, source.address)
    )


def nearest(pod, address):
    """The pod's first address of the family of `address`, else its first, else None."""
    family = address.version if address is not None else None
    return min(addresses(pod), key=lambda own: own.version != family, default=None)
