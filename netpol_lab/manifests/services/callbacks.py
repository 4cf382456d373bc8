"""Which Services the API server calls: what webhooks and API services say, read without checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netpol_lab.errors import visible
from netpol_lab.manifests.field_paths import get, get_list
from netpol_lab.manifests.passed_over import group_of
from netpol_lab.model.callbacks import Callback

_WEBHOOKS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")


def callbacks_in(value: dict[str, Any]) -> Iterator[Callback]:
    """Yield the Services that the API server calls because of an object.

    Parameters
    ----------
    value : dict
        An object with a kind and an apiVersion that are text.

    Yields
    ------
    Callback
        None for a webhook that is given by its URL.

    Examples
    --------
    >>> service = {"name": "metrics-server", "namespace": "kube-system"}
    >>> value = {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService"}
    >>> [found.service for found in callbacks_in({**value, "spec": {"service": service}})]
    ['kube-system/metrics-server']
    """
    name = get(value, "metadata", "name")
    for service in _services(value):
        namespace, called = get(service, "namespace"), get(service, "name")
        port = get(service, "port")
        port = 443 if port is None else port
        if isinstance(namespace, str) and isinstance(called, str) and isinstance(port, int):
            who = visible(name) if isinstance(name, str) else ""
            yield Callback(value["kind"], who, f"{namespace}/{called}", port)


def _services(value: dict[str, Any]) -> Iterator[Any]:
    kind, group = value["kind"], group_of(value)
    if group == "admissionregistration.k8s.io" and kind in _WEBHOOKS:
        for webhook in get_list(value, "webhooks"):
            yield get(webhook, "clientConfig", "service")
    elif group == "apiregistration.k8s.io" and kind == "APIService":
        yield get(value, "spec", "service")
    elif group == "apiextensions.k8s.io" and kind == "CustomResourceDefinition":
        conversion = get(value, "spec", "conversion")
        yield get(conversion, "webhook", "clientConfig", "service")
        yield get(conversion, "webhookClientConfig", "service")  # of v1beta1
