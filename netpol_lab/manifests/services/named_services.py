"""Who names a Service: backends of an Ingress, settings of containers; read without checks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from netpol_lab.errors import visible
from netpol_lab.manifests.field_paths import get, get_list, get_text
from netpol_lab.manifests.passed_over import group_of
from netpol_lab.model.named_services import Backend, Mention

# ---------------------------------------------------------------- Ingresses

_GROUPS = ("networking.k8s.io", "extensions")


def backends_in(value: dict[str, Any], usual: str) -> Iterator[Backend]:
    """Yield the ports of Services that an object leads to, if it is an Ingress.

    Parameters
    ----------
    value : dict
        An object with a kind and an apiVersion that are text.
    usual : str
        The namespace of objects that name none.

    Yields
    ------
    Backend

    Examples
    --------
    >>> service = {"name": "web", "port": {"number": 80}}
    >>> value = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress"}
    >>> spec = {"defaultBackend": {"service": service}}
    >>> [found.service for found in backends_in({**value, "spec": spec}, "shop")]
    ['shop/web']
    """
    if value["kind"] != "Ingress" or group_of(value) not in _GROUPS:
        return
    name, namespace = get_text(value, "metadata", "name"), get_text(value, "metadata", "namespace")
    home = visible(namespace or usual)
    for backend in _backends_of(value.get("spec")):
        service = get(backend, "service", "name") or get(backend, "serviceName")
        port = get(backend, "service", "port", "number") or get(backend, "service", "port", "name")
        port = port or get(backend, "servicePort")  # of v1beta1
        if isinstance(service, str) and isinstance(port, int | str):
            yield Backend(f"{home}/{visible(name)}", f"{namespace or usual}/{service}", port)


def _backends_of(spec: Any) -> Iterator[Any]:
    yield get(spec, "defaultBackend")
    yield get(spec, "backend")  # of v1beta1
    for rule in get_list(spec, "rules"):
        for path in get_list(rule, "http", "paths"):
            yield get(path, "backend")


# ---------------------------------------------------------------- settings of containers

_LONGEST = 1000  # a longer text is no address
_ADDRESS = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.:-]*)://(?:[^@/\s]*@)?)?"
    r"(?P<host>[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)"
    r"(?::(?P<port>[0-9]{1,5}))?(?:[/?#].*)?"
)
_USUAL_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_HOST = re.compile(r"[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?")

# What such a variable names is told to others, or compared with what they say, and not called.
_FOR_OTHERS = re.compile(
    r"ORIGIN|CORS|ALLOW|REDIRECT|CALLBACK|PUBLIC|EXTERNAL|ADVERTI[SZ]E|ISSUER|AUDIENCE|NO_PROXY"
    r"|LISTEN|BIND|REACT_APP|VITE_|NG_APP|VUE_APP|BROWSER|FRONTEND_UR[IL]"
)


def mentions_in(value: dict[str, Any], kind: str, namespace: str, name: str) -> Iterator[Mention]:
    """Yield the hosts and ports that the environment of an object's containers names.

    Only what the containers say themselves counts: a ConfigMap may serve several of them, each of
    which needs a part of it.

    Parameters
    ----------
    value : dict
        An object; nothing comes of one that makes no pods.
    kind, namespace, name : str
        What it is called.

    Yields
    ------
    Mention

    Examples
    --------
    >>> container = {"env": [{"name": "DB", "value": "postgres://db:5432/shop"}]}
    >>> value = {"spec": {"containers": [container]}}
    >>> [(found.host, found.port) for found in mentions_in(value, "Pod", "shop", "web")]
    [('db', 5432)]
    """
    spec = value.get("spec")
    jobs = get(spec, "jobTemplate", "spec")
    pods = spec if kind == "Pod" else get(jobs or spec, "template", "spec")
    for container in chain(get_list(pods, "containers"), get_list(pods, "initContainers")):
        told = dict(_variables(container))
        for variable, text in told.items():
            if not _FOR_OTHERS.search(variable.upper()):
                found = {*_addresses_in(text), *_of_two_variables(variable, told)}
                for host, port in sorted(found):
                    yield Mention(namespace, kind, name, visible(variable), host, port)


def _variables(container: Any) -> Iterator[tuple[str, str]]:
    for variable in get_list(container, "env"):
        name, text = get(variable, "name"), get(variable, "value")
        if isinstance(name, str) and isinstance(text, str):
            yield name, text


def _addresses_in(text: str) -> Iterator[tuple[str, int]]:
    """Yield the hosts with a port in a text: URLs and pairs such as db:5432."""
    for part in re.split(r"[,;\s]+", text) if len(text) <= _LONGEST else ():
        if found := _ADDRESS.fullmatch(part):
            port = found["port"] or _USUAL_PORTS.get(found["scheme"] or "")
            if port is not None:
                yield found["host"], int(port)


def _of_two_variables(variable: str, told: dict[str, str]) -> Iterator[tuple[str, int]]:
    """Yield the host in a variable such as DB_HOST with the port in DB_PORT."""
    stem, _, last = variable.rpartition("_")
    host, port = told[variable], told.get(f"{stem}_PORT", "")
    if last == "HOST" and re.fullmatch(r"[0-9]{1,5}", port) and _HOST.fullmatch(host):
        yield host, int(port)
