"""Ports as one version writes them, for a text that is written in another: only for hints."""

from __future__ import annotations

from typing import Any

_PROTOCOLS = ("TCP", "UDP", "SCTP")


def ports_as_protocols(ports: Any) -> list[dict[str, Any]]:
    """Return `ports` of v1alpha1 or of a NetworkPolicy as `protocols`; nothing if not all can be.

    Examples
    --------
    >>> ports_as_protocols([{"portNumber": {"protocol": "UDP", "port": 53}}])
    [{'udp': {'destinationPort': {'number': 53}}}]
    >>> ports_as_protocols([{"port": 80, "endPort": 90}])
    [{'tcp': {'destinationPort': {'range': {'start': 80, 'end': 90}}}}]
    """
    items = ports if isinstance(ports, list) else [ports]
    meant = [_as_protocol(item) for item in items]
    return meant if all(meant) else []


def _as_protocol(item: Any) -> dict[str, Any]:
    match item:
        case int() if not isinstance(item, bool):
            return _protocol("TCP", item, None)
        case {"namedPort": str(name)}:
            return {"destinationNamedPort": name}
        case {"portNumber": {"port": int(port), **more}}:
            return _protocol(more.get("protocol", "TCP"), port, None)
        case {"portRange": {"start": int(start), "end": int(end), **more}}:
            return _protocol(more.get("protocol", "TCP"), start, end)
        case {"port": int(port), **more}:
            return _protocol(more.get("protocol", "TCP"), port, more.get("endPort"))
        case {"port": str(name)}:
            return {"destinationNamedPort": name}
        case {"protocol": str(protocol)}:
            return _protocol(protocol, 1, 65535)
    return {}


def _protocol(protocol: Any, start: int, end: Any) -> dict[str, Any]:
    if str(protocol).upper() not in _PROTOCOLS:
        return {}
    port = {"number": start} if end in (None, start) else {"range": {"start": start, "end": end}}
    return {str(protocol).lower(): {"destinationPort": port}}


def protocols_as_ports(protocols: Any) -> list[dict[str, Any]]:
    """Return `protocols` as v1alpha1 writes them; nothing if not all can be.

    Examples
    --------
    >>> protocols_as_ports([{"udp": {"destinationPort": {"number": 53}}}])
    [{'portNumber': {'protocol': 'UDP', 'port': 53}}]
    """
    items = protocols if isinstance(protocols, list) else [protocols]
    meant = [_as_port(item) for item in items]
    return meant if all(meant) else []


def _as_port(item: Any) -> dict[str, Any]:
    match item:
        case {"destinationNamedPort": str(name)}:
            return {"namedPort": name}
        case {"tcp": {"destinationPort": port}}:
            return _number_or_range("TCP", port)
        case {"udp": {"destinationPort": port}}:
            return _number_or_range("UDP", port)
        case {"sctp": {"destinationPort": port}}:
            return _number_or_range("SCTP", port)
    return {}


def _number_or_range(protocol: str, port: Any) -> dict[str, Any]:
    match port:
        case {"number": int(number)}:
            return {"portNumber": {"protocol": protocol, "port": number}}
        case {"range": {"start": int(start), "end": int(end)}}:
            return {"portRange": {"protocol": protocol, "start": start, "end": end}}
    return {}
