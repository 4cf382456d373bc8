"""Services that the API server calls: webhooks, and APIs that others serve."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Callback:
    """One object that makes the API server call a Service.

    Parameters
    ----------
    kind, name : str
        The object, such as a ValidatingWebhookConfiguration.
    service : str
        ``namespace/name``.
    port : int
        The port of the Service.

    Examples
    --------
    >>> print(Callback("APIService", "v1beta1.metrics.k8s.io", "kube-system/metrics-server"))
    APIService v1beta1.metrics.k8s.io
    """

    kind: str
    name: str
    service: str
    port: int = 443

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
