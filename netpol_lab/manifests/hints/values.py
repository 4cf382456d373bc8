"""What to write instead of a value of the wrong type."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

from netpol_lab.errors import visible
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.field_paths import Path
from netpol_lab.manifests.hints.meant import (
    EVERYTHING,
    MOST_PARTS,
    blocks_meant,
    directions_meant,
    flow,
    peers_meant,
    ports_meant,
    selector_meant,
)
from netpol_lab.manifests.rules.cidrs import cidr_hint, fault_of, likely_cidr
from netpol_lab.manifests.rules.naming_rules import (
    DNS_LABEL,
    SUBDOMAIN,
    check_value,
    name_faults,
    name_hint,
)
from netpol_lab.manifests.rules.object_rules import check_protocol, is_port, operator_hint
from netpol_lab.manifests.text.times import time_fault
from netpol_lab.manifests.text.yaml_reader import quoted
from netpol_lab.model.ports import MAX_PORT, MIN_PORT
from netpol_lab.model.selectors import NAME_LABEL as NAME
from netpol_lab.model.selectors import Operator

# ---------------------------------------------------------------- a list is wanted

_RULES = "write [] for no rule (nothing is admitted), or [{}] for one that admits everything"
_LISTS = {
    api.NetworkPolicyIngressRule: _RULES,
    api.NetworkPolicyEgressRule: _RULES,
    api.NetworkPolicyPeer: "leave it out to mean everybody, or list peers: - podSelector: {}",
    api.NetworkPolicyPort: "leave it out to mean every port, or list them: - port: 80",
}


def list_of(kind: Any, value: Any, path: Path) -> str:
    """Return how to write a list of some kind of items.

    Examples
    --------
    >>> list_of(str, "ingress", ("spec", "policyTypes"))
    'write it as a list: [Ingress]'
    >>> list_of(api.NetworkPolicyPort, "80-90", ())
    'write it as a list: [{port: 80, endPort: 90}]'
    """
    if meant := _items_meant(kind, value, path):
        return f"write it as a list: {flow(meant)}"
    if value and isinstance(value, dict):
        return 'put a dash before it: "- " starts an item of the list'
    return _LISTS.get(kind, 'each item of a list begins with a dash: "- "')


def _items_meant(kind: Any, value: Any, path: Path) -> list[Any]:
    if kind is api.NetworkPolicyPort:
        return ports_meant(value)
    if kind is api.NetworkPolicyPeer:
        return peers_meant(value)
    if kind is api.LabelSelectorRequirement:
        return [one] if (one := _requirement_meant(value)) else []
    if path[-1:] == ("policyTypes",):
        return directions_meant(value)
    if path[-1:] == ("except",):
        return blocks_meant(value)
    if path[-1:] == ("values",):
        several = re.split(r"\s*[,|]\s*", _spelt(value).strip())[:MOST_PARTS]
        return several if selector_meant({"app": several}) else []
    return [value] if kind is str and isinstance(value, str) else []


def _requirement_meant(value: Any) -> dict[str, Any]:
    """Return an item of `matchExpressions` that a text or a label spells."""
    if isinstance(value, dict) and value.keys() & {"key", "operator", "values"}:
        return {}
    selector = selector_meant(value)
    expressions = [
        *selector.get("matchExpressions", []),
        *(
            {"key": key, "operator": "In", "values": [label]}
            for key, label in selector.get("matchLabels", {}).items()
        ),
    ]
    return expressions[0] if len(expressions) == 1 else {}


# ---------------------------------------------------------------- a mapping is wanted

_STRUCTS = {
    api.NetworkPolicyIngressRule: "write {} for a rule that admits everything; to admit nothing "
    "leave it out",
    api.NetworkPolicyPort: "write for instance {port: 80}",
    api.NetworkPolicyPeer: "pods are chosen by their labels: for instance "
    "{podSelector: {matchLabels: {app: web}}}",
    api.LabelSelectorRequirement: "write for instance {key: app, operator: In, values: [web]}",
}
_STRUCTS[api.NetworkPolicyEgressRule] = _STRUCTS[api.NetworkPolicyIngressRule]


def struct(cls: type, value: Any, path: Path) -> str:
    """Return how to write a mapping, where somebody wrote only what is to be in it.

    Examples
    --------
    >>> struct(api.IPBlock, "10.0.0.0/8", ("spec",))
    'write {cidr: 10.0.0.0/8}'
    """
    if cls is api.LabelSelector:
        return _selector(value, path)
    found = _structs_meant(cls, value)
    if len(found) == 1:
        return f"write {flow(found[0])}"
    if found and cls is api.IPBlock:
        return f"each block is a peer of its own: {_listed({'ipBlock': one} for one in found)}"
    if found:
        return f"write an item for each: {_listed(found)}"
    if cls is api.IPBlock and isinstance(value, str) and value:
        return f"its cidr goes here, as {{cidr: ...}}; {cidr_hint(value)}"
    if _is_everybody(cls, value):
        return "for anyone leave the whole list out"
    if cls in _STRUCTS and not isinstance(value, list):
        return _STRUCTS[cls]
    known = {api.wire_name(field) for field in fields(cls)}
    is_field = isinstance(value, str) and re.split(r"\s*[:=]", value)[0] in known
    return pair(value) if is_field or not isinstance(value, str) else FIELDS


def _structs_meant(cls: type, value: Any) -> list[dict[str, Any]]:
    if cls is api.NetworkPolicyPort:
        return ports_meant(value)
    if cls is api.IPBlock:
        only = likely_cidr(value) if isinstance(value, str) else ""
        return [{"cidr": block} for block in blocks_meant(value) or filter(None, [only])]
    if cls is api.NetworkPolicyPeer:
        return peers_meant(value)
    if cls is api.LabelSelectorRequirement:
        return [one] if (one := _requirement_meant(value)) else []
    if cls is api.ObjectMeta and isinstance(value, str):
        return [] if [*name_faults(SUBDOMAIN, value)] else [{"name": value}]
    return []


def _listed(items: Any) -> str:
    return ", ".join(map(flow, items))


def _is_everybody(cls: type, value: Any) -> bool:
    is_word = isinstance(value, str) and value.strip().lower() in EVERYTHING
    return cls is api.NetworkPolicyPeer and is_word


def _selector(value: Any, path: Path) -> str:
    """Return how to select by a label, or everything, where somebody wrote a word."""
    items = [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []
    if any({"matchLabels", "matchExpressions"} & item.keys() for item in items):
        several = "es, and write its labels as one" if len(value) > 1 else ""
        return f"this is no list: leave out the dash{several}"
    if selector := selector_meant(value):
        return f"write {flow(selector)}"
    of_namespaces = path[-1:] == ("namespaceSelector",)
    named = selector_meant({NAME: value}) if of_namespaces and value else {}
    if named and not (isinstance(value, str) and value.lower() in EVERYTHING):
        return f"namespaces are selected by their labels: write {flow(named)}"
    if value == [] or str(value).strip().lower() in {*EVERYTHING, "", "{}"}:
        return "write {} to select all"
    return "write {} to select all, or for instance {matchLabels: {app: web}}"


FIELDS = "write its fields below it, indented by two, as name: value"


def pair(value: Any) -> str:
    """Return how to write `key: value`, where somebody wrote `key:value` or `key = value`.

    Examples
    --------
    >>> pair("app=web")
    'write app: web, with a space after the colon'
    >>> pair([{"app": "web"}])
    'these are fields, and no list: leave out the dash'
    """
    labels = selector_meant(value).get("matchLabels", {}) if isinstance(value, str) else {}
    if len(labels) == 1:
        return f"write {flow(labels)[1:-1]}, with a space after the colon"
    if isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
        return f"these are fields, and no list: leave out the dash{'es' if value[1:] else ''}"
    return FIELDS


# ---------------------------------------------------------------- one value is wanted

_PORT, _TEXT, _TIME = "a port number or name", "text", "a time, as text"
_ONE = {
    _TEXT: "write one text, on the same line",
    _PORT: "such as 80 or http",
    _TIME: "such as 2026-11-30T12:00:00Z",
}
_BESIDE_LABELS = {
    "matchExpressions": "matchLabels",
    "namespaceSelector": "podSelector",
    "podSelector": "namespaceSelector",
    "policyTypes": "podSelector",
    "ingress": "podSelector",
    "egress": "podSelector",
}


def scalar(wanted: str, value: Any, path: Path) -> str:
    """Return how to write one value of a type, which is named in words.

    Examples
    --------
    >>> scalar("text", 1, ("spec", "podSelector", "matchLabels", "tier"))
    'a bare number is not text: put it in quotes'
    >>> scalar("a port number or name", [80, 443], ("port",))
    'an item of ports has one port: write an item for each: {port: 80}, {port: 443}'
    """
    name = path[-1] if path else ""
    if isinstance(value, list | dict) and (hint := _one_for_each(name, value, path)):
        return hint
    if isinstance(value, list | dict) and len(value) == 1:
        (only,) = value.values() if isinstance(value, dict) else value
        if isinstance(only, str | int) and not isinstance(only, bool):
            how = "without brackets or a dash" if isinstance(value, list) else "without its name"
            fits = isinstance(only, str) is (wanted == _TEXT) or wanted == _PORT
            better = "" if fits else scalar(wanted, only, path)
            if wanted == _TEXT and isinstance(only, str):
                better = _refused(only, path)
            if wanted == _PORT and ports_meant(only) != [{"port": only}]:
                better = _ONE[_PORT]
            return better or f"only one goes here: {_quoted(only)}, {how}"
    if wanted == _TEXT and isinstance(value, bool | int | float):
        if hint := _refused(_spelt(value), path):
            return hint
        if isinstance(value, bool):
            return "yes, no, on, off, y, n, true and false are booleans in YAML: put it in quotes"
        return "a bare number is not text: put it in quotes"
    if isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value):
        if name != "endPort" or is_port(value):
            return f"remove the quotes: write {int(value)}"
        return f"a port is a number from {MIN_PORT} to {MAX_PORT}"
    return _ONE.get(wanted, f"write {wanted}")


def _spelt(value: Any) -> str:
    """Return a plain value as it is spelt in YAML."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _refused(text: str, path: Path) -> str:
    """Return what to write where a text is refused as well; nothing where it would be taken."""
    name, holder = path[-1:], path[-2:-1]
    if holder in (("matchLabels",), ("labels",), ("values",)):
        return next((problem.hint for problem in check_value(text, ())), "")
    if name == ("protocol",):
        return next((problem.hint for problem in check_protocol(text, ())), "")
    if name == ("operator",):
        return "" if text in tuple(Operator) else operator_hint(text, has_values=True)
    if name == ("cidr",) or holder == ("except",):
        return cidr_hint(text) if fault_of(text, strict=True) else ""
    if holder == ("policyTypes",):
        return "" if text in ("Ingress", "Egress") else "write Ingress or Egress"
    if name in (("name",), ("namespace",)):
        form = SUBDOMAIN if name == ("name",) else DNS_LABEL
        return name_hint(form, text) if [*name_faults(form, text)] else ""
    return ""


def _one_for_each(name: str | int, value: Any, path: Path) -> str:
    """Return how to write several values, where only one may stand."""
    if "matchLabels" in path[-2:-1] and name in _BESIDE_LABELS:
        return f"{name} belongs beside {_BESIDE_LABELS[str(name)]}: indent it less"
    if not isinstance(value, list) or len(value) == 1:
        return ""
    if name == "port" and (ports := ports_meant(value)):
        return f"an item of ports has one port: write an item for each: {_listed(ports)}"
    if name == "protocol" and value:
        return "an item of ports has one protocol: write an item of ports for each"
    if name == "cidr" and (blocks := peers_meant(value)):
        return f"each block is a peer of its own: {_listed(blocks)}"
    if "matchLabels" in path[-2:-1] and (selector := selector_meant({str(name): value})):
        (expressions,) = selector.values()
        return f"for one of several values write matchExpressions: {flow(expressions)}"
    return "a label has one value" if "labels" in path[-2:-1] else ""


def _quoted(value: str | int) -> str:
    return quoted(_shown(value)) if isinstance(value, str) else str(value)


def time(value: Any) -> str:
    """Return how to write a time, where somebody wrote a date, or left the zone out.

    Examples
    --------
    >>> time("2026-11-30"), time("2026-11-30 12:00:00")
    ('write 2026-11-30T00:00:00Z', 'write 2026-11-30T12:00:00Z')
    """
    text = str(value).strip().replace(" ", "T", 1)
    likely = (text, f"{text}Z", f"{text}T00:00:00Z")
    fitting = next((time for time in likely if not time_fault(time)), "")
    return f"write {fitting}" if fitting else "leave it out: the server writes it"


def _shown(value: Any) -> str:
    return visible(str(value), 40)
