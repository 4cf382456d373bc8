"""Where Services lead beside the pods that they select: what Endpoints and EndpointSlices say.

The controllers of Kubernetes write both, too: what repeats the pods of a selector, or the Endpoints
of the same name, is told by its label and left out (SEM-75).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from netpol_lab.manifests.services import endpoint_types as api
from netpol_lab.model.addresses import parse_address
from netpol_lab.model.ports import Protocol
from netpol_lab.model.services import EndpointPort, ServiceEndpoint

OF_SERVICE = "kubernetes.io/service-name"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
OF_SELECTOR = "endpointslice-controller.k8s.io"
MIRROR = "endpointslicemirroring-controller.k8s.io"
NO_MIRROR = "endpointslice.kubernetes.io/skip-mirror"

Name = tuple[str, str]  # namespace and name
Listed = tuple[ServiceEndpoint, ...]


class ListedEndpoints:
    """What the manifests say of the endpoints of each Service.

    Parameters
    ----------
    objects : mapping of str to iterable
        Objects by kind, each with its namespace filled in.
    """

    def __init__(self, objects: Mapping[str, Iterable[Any]]) -> None:
        self._objects: dict[Name, api.Endpoints] = {
            (one.metadata.namespace, one.metadata.name): one for one in objects.get("Endpoints", ())
        }
        self._slices: dict[Name, list[api.EndpointSlice]] = defaultdict(list)
        for one in objects.get("EndpointSlice", ()):
            service = _labels(one).get(OF_SERVICE, "")
            self._slices[one.metadata.namespace, service].append(one)

    def of(self, namespace: str, name: str, has_selector: bool) -> Listed | None:
        """Return the endpoints of a Service; None where nothing is said about them.

        Parameters
        ----------
        namespace, name : str
        has_selector : bool
            Whether the Service selects pods: only what is listed by hand comes on top of them.

        Returns
        -------
        tuple of ServiceEndpoint, or None
        """
        slices = self._slices.get((namespace, name), [])
        found = None if has_selector else self._objects.get((namespace, name))
        if found is not None and _labels(found).get(NO_MIRROR) == "true" and slices:
            found = None
        repeated = {OF_SELECTOR, MIRROR} if has_selector else {MIRROR} if found else set()
        slices = [one for one in slices if _labels(one).get(MANAGED_BY) not in repeated]
        if found is None and not slices:
            return None
        return _usable([*_of_subsets(found), *(end for one in slices for end in _of_slice(one))])


Condition = tuple[bool, bool]  # ready; on its way out, and still serving
Place = tuple[ServiceEndpoint, Condition]


def _usable(found: Sequence[Place]) -> Listed:
    """Return the endpoints that are ready; where none is, those that end but still serve."""
    ready = [end for end, (is_ready, _) in found if is_ready]
    return tuple(dict.fromkeys(ready or (end for end, (_, ending) in found if ending)))


def _of_subsets(endpoints: api.Endpoints | None) -> Iterator[Place]:
    for subset in (endpoints.subsets if endpoints else None) or ():
        ports = _ports(subset.ports)
        home = endpoints.metadata.namespace if endpoints else ""
        for address in subset.addresses or ():
            place = _place(address.ip, ports, address.target_ref, home, address.node_name)
            yield place, (True, False)


def _of_slice(found: api.EndpointSlice) -> Iterator[Place]:
    ports = _ports(found.ports)
    for end in found.endpoints or ():
        state = end.conditions
        ending = state.terminating is True and state.serving is not False
        for address in (end.addresses or ())[:1]:  # the others are never used
            text = "" if found.address_type == "FQDN" else address
            place = _place(text, ports, end.target_ref, found.metadata.namespace, end.node_name)
            yield place, (state.ready is not False, ending)


def _place(
    address: str, ports: tuple[EndpointPort, ...], ref: api.ObjectReference, home: str, node: str
) -> ServiceEndpoint:
    pod = f"{ref.namespace or home}/{ref.name}" if ref.kind == "Pod" and ref.name else ""
    return ServiceEndpoint(parse_address(address), ports, pod, node or None)


def _ports(ports: Iterable[api.ListedPort] | None) -> tuple[EndpointPort, ...]:
    return tuple(
        EndpointPort(port.name, port.port or None, Protocol(port.protocol or Protocol.TCP))
        for port in ports or ()
    )


def _labels(thing: api.Endpoints | api.EndpointSlice) -> Mapping[str, str]:
    return thing.metadata.labels or {}
