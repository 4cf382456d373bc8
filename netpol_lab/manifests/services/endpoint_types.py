"""Endpoints and EndpointSlices as manifests write them: where a Service leads (SEM-74).

The wire form, as in `api_types`; `endpoints` makes the endpoints of a Service of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from netpol_lab.manifests.api_types import Object, Open


@dataclass(frozen=True, slots=True)
class ObjectReference(Open):
    """What has an address: ``targetRef``."""

    kind: str = ""
    namespace: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class ListedPort(Open):
    """One item of the ``ports`` of a subset or an EndpointSlice."""

    name: str = ""
    port: int | None = None
    protocol: str | None = None


@dataclass(frozen=True, slots=True)
class EndpointAddress(Open):
    """One item of the ``addresses`` of a subset."""

    ip: str = ""
    node_name: str = ""
    target_ref: ObjectReference = ObjectReference()


@dataclass(frozen=True, slots=True)
class EndpointSubset(Open):
    """One item of ``subsets``: each address with each port."""

    addresses: tuple[EndpointAddress, ...] | None = None
    not_ready_addresses: tuple[EndpointAddress, ...] | None = None
    ports: tuple[ListedPort, ...] | None = None


@dataclass(frozen=True, slots=True)
class Endpoints(Object, Open):
    """The endpoints of the Service of the same name."""

    subsets: tuple[EndpointSubset, ...] | None = None


@dataclass(frozen=True, slots=True)
class EndpointConditions(Open):
    """``conditions`` of an endpoint: what is not written is not known, and taken for good."""

    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


@dataclass(frozen=True, slots=True)
class SliceEndpoint(Open):
    """One item of ``endpoints``."""

    addresses: tuple[str, ...] | None = None
    conditions: EndpointConditions = EndpointConditions()
    node_name: str = ""
    target_ref: ObjectReference = ObjectReference()


@dataclass(frozen=True, slots=True)
class EndpointSlice(Object, Open):
    """Some endpoints of a Service, which a label names."""

    address_type: str = ""
    endpoints: tuple[SliceEndpoint, ...] | None = None
    ports: tuple[ListedPort, ...] | None = None
