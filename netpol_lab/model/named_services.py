"""Who names a Service: an Ingress as its backend, a container in its settings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backend:
    """A port of a Service that an Ingress leads to.

    Parameters
    ----------
    ingress : str
        ``namespace/name`` of the Ingress.
    service : str
        ``namespace/name``.
    port : int or str
        The number or the name of the Service's port.

    Examples
    --------
    >>> print(Backend("shop/front", "shop/web", "http"))
    Ingress shop/front
    """

    ingress: str
    service: str
    port: int | str

    def __str__(self) -> str:
        return f"Ingress {self.ingress}"


@dataclass(frozen=True, slots=True)
class Mention:
    """A host and a port that a container's own environment names.

    Parameters
    ----------
    namespace, kind, name : str
        The pod or workload whose container it is.
    variable : str
        The environment variable.
    host : str
        As it is written: perhaps a Service, perhaps not.
    port : int

    Examples
    --------
    >>> print(Mention("shop", "Deployment", "web", "DB_URL", "db", 5432))
    DB_URL of Deployment web
    """

    namespace: str
    kind: str
    name: str
    variable: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.variable} of {self.kind} {self.name}"
