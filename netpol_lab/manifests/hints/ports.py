"""What to write instead of a port of a policy that the server refuses."""

from __future__ import annotations

import re

from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.hints.meant import EVERYTHING, flow, ports_meant
from netpol_lab.model.ports import MAX_PORT, MIN_PORT


def port_name_hint(port: api.NetworkPolicyPort) -> str:
    """Return how to write the port that a text means; nothing where it may be a name.

    Examples
    --------
    >>> port_name_hint(api.NetworkPolicyPort(port="80-90"))
    'a range is written as port: 80 and endPort: 90'
    >>> port_name_hint(api.NetworkPolicyPort(port="80, 443"))
    'an item of ports has one port: write an item for each: {port: 80}, {port: 443}'
    """
    if str(port.port).strip().lower() in EVERYTHING:
        return "for every port leave port out"
    meant = ports_meant(port.port)
    if len(meant) > 1:
        listed = ", ".join(map(flow, meant))
        return f"an item of ports has one port: write an item for each: {listed}"
    if re.fullmatch("[0-9]+", str(port.port)) and not meant:
        return f"a port is a number from {MIN_PORT} to {MAX_PORT}"
    if not meant or isinstance(meant[0]["port"], str):
        return ""
    (item,) = meant
    if "protocol" in item and port.protocol not in (None, item["protocol"]):
        return f"write one protocol: {item['protocol']} or {port.protocol}"
    if port.protocol is not None:
        item.pop("protocol", None)
    written = " and ".join(f"{name}: {part}" for name, part in item.items())
    if "endPort" in item:
        return f"a range is written as {written}"
    if str(port.port) == str(item["port"]):
        return "remove the quotes: in quotes it is a name"
    return f"write {written}"


def port_number_hint(number: int) -> str:
    """Return what to do about a number that no port has.

    Examples
    --------
    >>> port_number_hint(0), port_number_hint(65536)
    ('for every port leave port out', 'the last port is 65535')
    """
    return "for every port leave port out" if number < MIN_PORT else f"the last port is {MAX_PORT}"


def end_port_hint(port: int, end: int) -> str:
    """Return what to do about the end of a range that lies before its beginning.

    Examples
    --------
    >>> end_port_hint(90, 80), end_port_hint(80, 0)
    ('write port: 80 and endPort: 90', 'leave endPort out')
    """
    if end >= MIN_PORT and port <= MAX_PORT:
        return f"write port: {end} and endPort: {port}"
    return "leave endPort out"
