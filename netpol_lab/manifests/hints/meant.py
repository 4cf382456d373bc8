"""What policies could hold in the place of a value that they cannot: ports, peers, labels, blocks.

Each function returns plain values that the server takes, or nothing where none is likely.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain, islice
from typing import Any

from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.rules.cidrs import likely_cidr
from netpol_lab.manifests.rules.naming_rules import check_port_name
from netpol_lab.manifests.rules.object_rules import check_port_number, check_selector
from netpol_lab.manifests.text.yaml_reader import quoted
from netpol_lab.model.objects import Direction

EVERYTHING = frozenset(["*", "all", "any", "every", "everyone", "everybody", "everything"])
MOST_PARTS = 20  # of one value that are looked at

_PORT = re.compile(
    r"(?i)((?P<before>tcp|udp|sctp)[/:])?(?P<port>\d{1,5})([-:](?P<end>\d{1,5}))?"
    r"(/(?P<behind>tcp|udp|sctp))?"
)
_COMMAS = re.compile(r"\s*[,;|]\s*|\s+")
_DIRECTIONS = {
    "ingress": [Direction.INGRESS],
    "inbound": [Direction.INGRESS],
    "egress": [Direction.EGRESS],
    "outbound": [Direction.EGRESS],
    "both": [*Direction],
    **{word: [*Direction] for word in EVERYTHING},
}


def flow(value: Any) -> str:
    """Return a plain value as YAML in one line.

    Examples
    --------
    >>> flow({"matchLabels": {"app": "1"}}), flow([80, "http"])
    ('{matchLabels: {app: "1"}}', '[80, http]')
    """
    if isinstance(value, dict):
        inside = (f"{quoted(key, as_key=True)}: {flow(part)}" for key, part in value.items())
        return f"{{{', '.join(inside)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    return quoted(value) if isinstance(value, str) else str(value)


def _each(meant: Iterable[list[Any]]) -> list[Any]:
    """Return what all parts of a value mean, or nothing if one of them means nothing."""
    parts = [*islice(meant, MOST_PARTS + 1)]
    return [*chain.from_iterable(parts)] if all(parts) and len(parts) <= MOST_PARTS else []


def ports_meant(value: Any) -> list[dict[str, Any]]:
    """Return items of `ports`.

    Examples
    --------
    >>> ports_meant("80, 8000-8080/udp")
    [{'port': 80}, {'port': 8000, 'endPort': 8080, 'protocol': 'UDP'}]
    >>> ports_meant([80, "http"]), ports_meant(70000)
    ([{'port': 80}, {'port': 'http'}], [])
    """
    if isinstance(value, list):
        return _each(map(ports_meant, value))
    if api.is_int32(value):
        return [] if [*check_port_number(int(value), ())] else [{"port": int(value)}]
    if not isinstance(value, str):
        return []
    spaced = re.sub(r"\s*([-:/])\s*", r"\1", value[:400].strip())
    return _each(map(_port_meant, _COMMAS.split(spaced)))


def _port_meant(text: str) -> list[dict[str, Any]]:
    found = _PORT.fullmatch(text)
    if found is None:
        is_name = text.lower() not in EVERYTHING and not [*check_port_name(text, ())]
        return [{"port": text}] if is_name else []
    ends = [int(end) for end in found.group("port", "end") if end]
    if any([*check_port_number(end, ())] for end in ends) or ends != sorted(ends):
        return []
    item: dict[str, Any] = dict(zip(("port", "endPort"), ends, strict=False))
    protocol = found["before"] or found["behind"]
    return [item | ({"protocol": protocol.upper()} if protocol else {})]


def selector_meant(value: Any) -> dict[str, Any]:
    """Return a selector of labels, where they are written as kubectl takes them, or as a list.

    Examples
    --------
    >>> selector_meant("app=web"), selector_meant({"app": ["web", "api"]})
    ({'matchLabels': {'app': 'web'}}, {'matchExpressions': [{'key': 'app', 'operator': 'In', \
'values': ['web', 'api']}]})
    >>> selector_meant("web")
    {}
    """
    if isinstance(value, list):
        found = [selector_meant(part) for part in value[: MOST_PARTS + 1]]
    elif isinstance(value, dict):
        found = [_label(key, part) for key, part in islice(value.items(), MOST_PARTS + 1)]
    elif isinstance(value, str):
        parts = re.split(r",(?![^()]*\))", value[:400])
        found = [_requirement(part.strip()) for part in parts[: MOST_PARTS + 1]]
    else:
        return {}
    labels = {k: v for one in found for k, v in one.get("matchLabels", {}).items()}
    expressions = [each for one in found for each in one.get("matchExpressions", [])]
    selector = {"matchLabels": labels, "matchExpressions": expressions}
    selector = {name: part for name, part in selector.items() if part}
    return selector if all(found) and len(found) <= MOST_PARTS and _is_taken(selector) else {}


def _label(key: str, value: Any) -> dict[str, Any]:
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return _expression(key, "In", value) if value[1:] else _label(key, value[0])
    is_plain = isinstance(value, str | int) and not isinstance(value, bool)
    return {"matchLabels": {key: str(value)}} if is_plain else {}


def _expression(key: str, operator: str, values: list[str] | None = None) -> dict[str, Any]:
    listed = {} if values is None else {"values": values}
    return {"matchExpressions": [{"key": key, "operator": operator, **listed}]}


def _requirement(text: str) -> dict[str, Any]:
    if found := re.fullmatch(r"(?i)([\w./-]+)\s+(in|notin)\s*\(([^()]*)\)", text):
        operator = "In" if found[2].lower() == "in" else "NotIn"
        return _expression(found[1], operator, [one.strip() for one in found[3].split(",")])
    if found := re.fullmatch(r"([\w./-]+)\s*!=\s*([\w.-]+)", text):
        return _expression(found[1], "NotIn", [found[2]])
    if found := re.fullmatch(r"!\s*([\w./-]+)", text):
        return _expression(found[1], "DoesNotExist")
    found = re.fullmatch(r"([\w./-]+)\s*(?:==?|:)\s*(?:([\w.-]+)|\"\"|'')", text)
    if found and found[2] is None:
        return {"matchLabels": {found[1]: ""}}
    return {"matchLabels": {found[1]: found[2]}} if found else {}


def _is_taken(selector: dict[str, Any]) -> bool:
    expressions = (
        api.LabelSelectorRequirement(one["key"], one["operator"], tuple(one.get("values", ())))
        for one in selector.get("matchExpressions", ())
    )
    thing = api.LabelSelector(selector.get("matchLabels"), tuple(expressions))
    return bool(selector) and not [*check_selector(thing, ())]


def blocks_meant(value: Any) -> list[str]:
    """Return CIDRs.

    Examples
    --------
    >>> blocks_meant("10.0.0.0/8, 192.168.0.1"), blocks_meant("web")
    (['10.0.0.0/8', '192.168.0.1/32'], [])
    """
    if isinstance(value, list):
        return _each(map(blocks_meant, value))
    if isinstance(value, dict):
        return blocks_meant(value["cidr"]) if [*value] == ["cidr"] else []
    if not isinstance(value, str) or not re.search("[.:/]", value):
        return []
    parts = (likely_cidr(part) for part in _COMMAS.split(value[:800].strip()))
    return _each([part] if part else [] for part in parts)


def peers_meant(value: Any) -> list[dict[str, Any]]:
    """Return items of `from` or `to`.

    Examples
    --------
    >>> peers_meant(["10.0.0.0/8", "app=web"])
    [{'ipBlock': {'cidr': '10.0.0.0/8'}}, {'podSelector': {'matchLabels': {'app': 'web'}}}]
    """
    if isinstance(value, list):
        return _each(map(peers_meant, value))
    if blocks := blocks_meant(value) if isinstance(value, str) else []:
        return [{"ipBlock": {"cidr": block}} for block in blocks]
    selector = selector_meant(value) if isinstance(value, str) else {}
    return [{"podSelector": selector}] if selector else []


def directions_meant(value: Any) -> list[str]:
    """Return a list of `policyTypes`.

    Examples
    --------
    >>> directions_meant("ingress"), directions_meant("both"), directions_meant({"Egress": True})
    (['Ingress'], ['Ingress', 'Egress'], ['Egress'])
    """
    if isinstance(value, dict):
        are_marked = all(part in (None, True) for part in value.values())
        value = [*value] if are_marked else []
    if isinstance(value, str):
        value = _COMMAS.split(value[:100].strip().replace("/", ",").replace(" and ", ","))
    if not isinstance(value, list):
        return []
    found = _each(_DIRECTIONS.get(str(word).lower(), []) for word in value)
    return [direction.value for direction in Direction if direction in found]
