"""What somebody probably meant who wrote a value of the wrong type, or a field that is unknown.

Only for the words of a complaint. Nothing in here decides whether a value is taken.
"""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cache
from typing import Any, get_args, get_type_hints

from netpol_lab.errors import near, visible
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.cidrs import cidr_hint, fault_of
from netpol_lab.manifests.field_paths import Path, format_path
from netpol_lab.manifests.text.times import time_fault
from netpol_lab.manifests.text.yaml_reader import quoted

# ---------------------------------------------------------------- a value of the wrong type

_RULES = "write [] for no rule (nothing is admitted), or [{}] for one that admits everything"
_LISTS = {
    api.NetworkPolicyIngressRule: _RULES,
    api.NetworkPolicyEgressRule: _RULES,
    api.NetworkPolicyPeer: "leave it out to mean everybody, or list peers: - podSelector: {}",
    api.NetworkPolicyPort: "leave it out to mean every port, or list them: - port: 80",
}
_PAIR = re.compile(r"([\w./-]+?)\s*[:=]\s*(\S+)")


def list_of(kind: Any, value: Any) -> str:
    """Return how to write a list of some kind of items.

    Examples
    --------
    >>> list_of(str, "Ingress")
    'write it as a list: [Ingress]'
    """
    if value and isinstance(value, dict):
        return 'put a dash before it: "- " starts an item of the list'
    shown = _shown(value)
    if kind is str and isinstance(value, str):
        return f"write it as a list: [{shown}]"
    if kind is api.NetworkPolicyPort and (isinstance(value, str) or api.is_int32(value)):
        return f"write it as a list: [{{port: {shown}}}]"
    return _LISTS.get(kind, 'each item of a list begins with a dash: "- "')


def struct(cls: type, value: Any, path: Path) -> str:
    """Return how to write a mapping, where somebody wrote only what is to be in it.

    Examples
    --------
    >>> struct(api.IPBlock, "10.0.0.0/8", ("spec",))
    'write {cidr: 10.0.0.0/8}'
    """
    if cls is api.LabelSelector:
        return _selector(value, path)
    text = value if isinstance(value, str) else ""
    is_port = api.is_int32(value) or re.fullmatch(r"[a-z0-9-]+", text)
    if cls is api.NetworkPolicyPort and is_port:
        return f"write {{port: {_shown(value)}}}"
    if cls is api.IPBlock and text and not fault_of(text, strict=True):
        return f"write {{cidr: {_shown(value)}}}"
    if cls is api.IPBlock and text:
        return f"write {{cidr: ...}}; {cidr_hint(text)}"
    return pair(value)


def _selector(value: Any, path: Path) -> str:
    """Return how to select by a label, or everything, where somebody wrote a word."""
    if not isinstance(value, str):
        return "write {} to select all"
    if found := _PAIR.fullmatch(value.strip()):
        key, value = quoted(_shown(found[1]), as_key=True), quoted(_shown(found[2]))
        return f"write {{matchLabels: {{{key}: {value}}}}}"
    if path[-1:] == ("namespaceSelector",) and value not in ("all", "any", "*"):
        name = f"kubernetes.io/metadata.name: {quoted(_shown(value))}"
        return f"namespaces are selected by their labels: {{matchLabels: {{{name}}}}}"
    return "write {} to select all, or for instance {matchLabels: {app: web}}"


def pair(value: Any) -> str:
    """Return how to write `key: value`, where somebody wrote `key:value` or `key = value`.

    Examples
    --------
    >>> pair("app=web")
    'write "app: web", with a space after the colon'
    """
    if isinstance(value, str) and (found := _PAIR.fullmatch(value.strip())):
        return f'write "{_shown(found[1])}: {_shown(found[2])}", with a space after the colon'
    return "write its fields below it, indented by two, as name: value"


def scalar(wanted: str, value: Any) -> str:
    """Return how to write one value of a type, which is named in words.

    Examples
    --------
    >>> scalar("text", 1)
    'a bare number is not text: put it in quotes'
    """
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str | int):
        return f"only one goes here: {_shown(value[0])}, without brackets or a dash"
    if wanted == "text" and isinstance(value, bool):
        return "yes, no, on, off, y, n, true and false are booleans in YAML: put it in quotes"
    if wanted == "text" and isinstance(value, int | float):
        return "a bare number is not text: put it in quotes"
    if isinstance(value, str) and value.isdigit():
        return "remove the quotes"
    return _ONE.get(wanted, f"write {wanted}")


_ONE = {
    "text": "write one text, on the same line",
    "a port number or name": "such as 80 or http",
    "a time, as text": "such as 2026-11-30T12:00:00Z",
}


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


# ---------------------------------------------------------------- a field that is unknown

_TITLES: dict[type, str] = {
    api.LabelSelector: "a selector",
    api.LabelSelectorRequirement: "an item of matchExpressions",
    api.IPBlock: "ipBlock",
    api.NetworkPolicyPeer: "a peer (an item of from or to)",
    api.NetworkPolicyPort: "an item of ports",
    api.NetworkPolicyIngressRule: "an ingress rule",
    api.NetworkPolicyEgressRule: "an egress rule",
    api.NetworkPolicySpec: "spec",
    api.ObjectMeta: "metadata",
    api.NetworkPolicy: "the object itself",
}

_LISTS_OF_PEERS = {api.NetworkPolicyIngressRule: "from", api.NetworkPolicyEgressRule: "to"}


def unknown_field(cls: type, key: str, value: Any, path: Path) -> str:
    """Return where a field belongs that a type doesn't know, or what it is called there.

    Examples
    --------
    >>> unknown_field(api.NetworkPolicyPort, "containerPort", 80, ())
    'did you mean port?'
    """
    known = [api.wire_name(f) for f in fields(cls)]
    if cls is api.NetworkPolicyPort and (hint := _field_of_a_port(key, value)):
        return hint
    if close := near(key, known, most=1):
        return f"did you mean {close[0]}?"
    if key.lower() in (name.lower() for name in known):
        return "names are case-sensitive"
    in_expressions = key in ("key", "operator", "values")
    if cls is api.LabelSelector and isinstance(value, str) and not in_expressions:
        label = f"{_shown(key)}: {_shown(value)}"
        return f"labels go under matchLabels: {{matchLabels: {{{label}}}}}"
    where = format_path(path) or "the top level"
    if homes := _homes().get(key):
        if cls in _LISTS_OF_PEERS and api.NetworkPolicyPeer in homes:
            peers = _LISTS_OF_PEERS[cls]
            return f"{key} belongs to a peer: write {peers}: above it, and a dash before it"
        owners = " or ".join(dict.fromkeys(_TITLES[home] for home in homes))
        return f"{key} is a field of {owners}, not of {where}: check the indentation"
    return f"{where} knows {', '.join(known)}"


def _field_of_a_port(key: str, value: Any) -> str:
    """Return how a policy says what pods and Services call by another name."""
    if key in ("containerPort", "name", "number"):
        return "did you mean port?"
    if key in ("targetPort", "nodePort", "hostPort"):
        return f"there is no {key} here: a policy names the port of the pod, as port"
    if key in ("portRange", "range"):
        ends = re.fullmatch(r"(\d+)\s*[-:]\s*(\d+)", _shown(value))
        first, last = ends.groups() if ends else ("80", "90")
        return f"a range is written as port: {first} and endPort: {last}"
    return ""


def nested_home(cls: type, key: str) -> tuple[str, type] | None:
    """Return the field of a type, and that field's own type, that an unknown field belongs in.

    Examples
    --------
    >>> nested_home(api.NetworkPolicy, "ingress")
    ('spec', <class 'netpol_lab.manifests.api_types.NetworkPolicySpec'>)
    """
    homes, kinds = _homes().get(key, ()), get_type_hints(cls)
    for f in fields(cls):
        for kind in (kinds[f.name], *get_args(kinds[f.name])):
            if kind in homes:
                return api.wire_name(f), kind
    return None


@cache
def _homes() -> dict[str, list[type]]:
    """Return the policy types that have a field of each name."""
    homes: dict[str, list[type]] = {}
    for cls in _TITLES:
        for f in fields(cls):
            homes.setdefault(api.wire_name(f), []).append(cls)
    return homes
