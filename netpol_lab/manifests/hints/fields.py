"""Where a field belongs that is unknown where it stands, or what it is called there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from netpol_lab.errors import near, visible
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.field_paths import Path, format_path
from netpol_lab.manifests.hints.foreign import words_of
from netpol_lab.manifests.hints.meant import flow, peers_meant, ports_meant, selector_meant
from netpol_lab.model.selectors import NAME_LABEL as NAME

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
# What fields are called elsewhere, where that is not like their names.
_ALIASES = {
    api.NetworkPolicyPort: {
        "containerPort": "port", "name": "port", "number": "port", "start": "port",
        "end": "endPort",
    },
    api.NetworkPolicySpec: {
        "selector": "podSelector", "types": "policyTypes", "inbound": "ingress",
        "outbound": "egress", "directions": "policyTypes",
    },
    api.NetworkPolicyIngressRule: {"sources": "from", "peers": "from"},
    api.NetworkPolicyEgressRule: {"destinations": "to", "peers": "to"},
    api.LabelSelectorRequirement: {"name": "key", "label": "key", "op": "operator"},
    api.LabelSelector: {"labels": "matchLabels", "expressions": "matchExpressions"},
    api.NetworkPolicyPeer: {"selector": "podSelector"},
}  # fmt: skip
_LIKE = 0.6
_RULES = (api.NetworkPolicyIngressRule, api.NetworkPolicyEgressRule)


class Home(NamedTuple):
    """Where a field belongs.

    Parameters
    ----------
    words : str
        What to do with it.
    kind : object
        Its type there, by which its value can be read; None where that is of no use.
    path : tuple of str and int
        Where it is then.
    """

    words: str
    kind: Any = None
    path: Path = ()


def unknown_field(cls: type, key: str, beside: Mapping[str, Any], path: Path) -> Home:
    """Return where a field belongs that a type doesn't know, or what it is called there.

    Parameters
    ----------
    cls : type
        One of `api_types`.
    key : str
        The field.
    beside : dict
        The mapping that it stands in: nothing is proposed that is there already.
    path : tuple of str and int
        Of that mapping.

    Returns
    -------
    Home

    Examples
    --------
    >>> unknown_field(api.NetworkPolicyPort, "containerPort", {"containerPort": 80}, ()).words
    'did you mean port?'
    >>> unknown_field(api.NetworkPolicy, "ingress", {"ingress": []}, ()).words
    'did you mean spec.ingress? Indent it by two, under spec'
    """
    value = beside[key]
    if words := _literal(cls, key, value, beside) or words_of(cls, key):
        return Home(words)
    ways = (_rule_among_peers, _renamed, _inside, _in_a_list, _outside)
    homes = (way(cls, key, beside, path) for way in ways)
    if home := next(filter(None, homes), None):
        return home
    where = format_path(path) or "the top level"
    if owners := list(dict.fromkeys(_TITLES[home] for home in _homes().get(key, ()))):
        belongs = " or ".join(owners)
        return Home(f"{key} is a field of {belongs}, not of {where}: check the indentation")
    return Home(f"{where} knows {', '.join(_kinds(cls))}")


# ---------------------------------------------------------------- written out


def _literal(cls: type, key: str, value: Any, beside: Mapping[str, Any]) -> str:
    """Return the lines to write instead, where these are plain to see."""
    if cls is api.NetworkPolicyPort:
        return _range(key, value)
    if cls in _RULES:
        return _of_a_rule(cls, key, value, beside)
    if cls is api.NetworkPolicyPeer:
        return _of_a_peer(key, value, beside)
    if cls is api.LabelSelector:
        return _of_a_selector(key, value, beside)
    if cls is api.LabelSelectorRequirement and not beside.keys() & {"key", "operator", "values"}:
        values = value if isinstance(value, list) else [str(value)]
        if _is_label(cls, key) and selector_meant({key: value}):
            return f"write {flow({'key': key, 'operator': 'In', 'values': values})}"
    return ""


def _is_label(cls: type, key: str) -> bool:
    """Say whether an unknown field may well be a label: nothing else has this name."""
    others = {home for home in _homes().get(key, ()) if home is not api.ObjectMeta}
    like = near(key, _kinds(cls), most=1, cutoff=_LIKE) or key in _ALIASES.get(cls, {})
    return not (others or like or words_of(cls, key))


def _of_a_selector(key: str, value: Any, beside: Mapping[str, Any]) -> str:
    if key == "any":  # as monitors choose namespaces
        return "leave any out: a selector that wants nothing selects all"
    if key == "matchNames":  # of namespaces, as monitors choose them
        words, meant = "namespaces are chosen by their labels", selector_meant({NAME: value})
    elif _is_label(api.LabelSelector, key):
        several = isinstance(value, list) and len(value) > 1
        words = "one of several values is chosen" if several else "labels go under matchLabels"
        meant = selector_meant({key: value})
    else:
        return ""
    for name, part in meant.items():
        if name in beside:
            return f"{words}: add {flow(part)[1:-1]} to {name}"
        return f"{words}: write {name}: {flow(part)}"
    return ""


def _range(key: str, value: Any) -> str:
    if key.lower() not in ("portrange", "range"):
        return ""
    ends = (
        value.values() if isinstance(value, dict) else re.findall(r"\d+", visible(str(value), 40))
    )
    ports = ports_meant("-".join(map(str, ends)))
    ends = [*ports[0].values()] if len(ports) == 1 and "endPort" in ports[0] else [80, 90]
    return f"a range is written as port: {ends[0]} and endPort: {ends[1]}"


def _of_a_rule(cls: type, key: str, value: Any, beside: Mapping[str, Any]) -> str:
    own, other = ("to", "from") if cls is api.NetworkPolicyEgressRule else ("from", "to")
    direction = "ingress" if other == "from" else "egress"
    if key == other:
        does = "leads out" if other == "to" else "comes in"
        instead = "" if own in beside else f"write {own} here, or "
        return f"{instead}move it to a rule under {direction}: what {does} is listed there"
    if key in ("port", "ports_", "protocol", "endPort") and "ports" not in beside:
        ports = ports_meant(value) if key == "port" else []
        protocol = beside.get("protocol")
        if len(ports) == 1 and protocol in ("TCP", "UDP", "SCTP") and "protocol" not in ports[0]:
            ports[0]["protocol"] = protocol
        return f"write ports: {flow(ports)}" if ports and "endPort" not in beside else ""
    if key == "cidr" and own not in beside and (peers := peers_meant(value)):
        return f"write {own}: {flow(peers)}"
    return ""


def _of_a_peer(key: str, value: Any, beside: Mapping[str, Any]) -> str:
    if key in ("namespace", "namespaces"):
        by_labels = "namespaces are chosen by their labels, in namespaceSelector"
        if "namespaceSelector" in beside:
            return f"{by_labels}: leave {key} out"
        if "ipBlock" in beside:
            return f"{by_labels}: in an item of its own, not beside ipBlock"
        named = selector_meant({NAME: value})
        return f"{by_labels}: write namespaceSelector: {flow(named)}" if named else ""
    if key in ("pod", "podName", "pods") and not isinstance(value, dict):
        example = "for instance podSelector: {matchLabels: {app: web}}"
        there = "podSelector" in beside
        return f"pods are chosen by their labels: {f'leave {key} out' if there else example}"
    meant = selector_meant(value) if key == "labels" else {}
    if _is_label(api.NetworkPolicyPeer, key):
        meant = meant or selector_meant({key: value})
    if meant and "podSelector" in beside:
        return "labels go under matchLabels, under podSelector"
    if meant and "ipBlock" not in beside:
        return f"labels go under podSelector: write podSelector: {flow(meant)}"
    return ""


# ---------------------------------------------------------------- elsewhere


def _rule_among_peers(cls: type, key: str, beside: Mapping[str, Any], path: Path) -> Home | None:
    """Return where a whole rule belongs that stands in the list of peers of another one."""
    there = beside.keys() & {"from", "to", "ports"}
    is_rule = key in there and "ports" in there and len(there) > 1
    if cls is not api.NetworkPolicyPeer or not is_rule or beside.keys() & _kinds(cls).keys():
        return None
    around = path[-2] if len(path) > 1 else "from"
    direction = "egress" if around == "to" else "ingress"
    return Home(f"this is a rule of its own: move it out of {around}, to the items of {direction}")


def _renamed(cls: type, key: str, beside: Mapping[str, Any], path: Path) -> Home | None:
    """Return the field of this type that is like the unknown one."""
    kinds = _kinds(cls)
    alias = _ALIASES.get(cls, {}).get(key)
    cased = [name for name in kinds if name.lower() == key.lower()]
    other = [] if key in _homes() else near(key, kinds, most=1, cutoff=_LIKE)
    for name in (alias, *cased, *other):
        if name and (clash := _clash(cls, name, beside)):
            return clash
        if name in beside:
            return Home(f"{name} is there already: leave {key} out, or write both as one")
        if name:
            return Home(f"did you mean {name}?", kinds[name], (*path, name))
    return None


def _clash(cls: type, name: str, beside: Mapping[str, Any]) -> Home | None:
    """Say so where a field may not stand beside those that are there."""
    others = beside.keys() & (
        {"podSelector", "namespaceSelector"} if name == "ipBlock" else {"ipBlock"}
    )
    if cls is not api.NetworkPolicyPeer or not others:
        return None
    return Home(f"{name} belongs into an item of its own, with a dash: not beside {min(others)}")


def _inside(cls: type, key: str, beside: Mapping[str, Any], path: Path) -> Home | None:
    """Return the mapping of this type in which the unknown field belongs."""
    found = [
        (name, kind) for name, (kind, is_list) in _parts(cls).items()
        if not is_list and key in _kinds(kind)
    ]  # fmt: skip
    if not found:
        return None

    def distance(named: tuple[str, type]) -> int:
        there = beside.get(named[0])
        if named[0] not in beside:
            return 2
        return 0 if not there else 3 if isinstance(there, dict) and key in there else 1

    name, kind = min(found, key=distance)
    if clash := _clash(cls, name, beside):
        return clash
    if distance((name, kind)) == 3:
        return Home(f"{name}.{key} is there already: leave one out, or write both as one")
    words = f"did you mean {name}.{key}? Indent it by two, under {name}"
    return Home(words, _kinds(kind)[key], (*path, name, key))


def _in_a_list(cls: type, key: str, beside: Mapping[str, Any], path: Path) -> Home | None:
    """Return the list of this type in an item of which the unknown field belongs."""
    names = [
        name for name, (kind, is_list) in _parts(cls).items() if is_list and key in _kinds(kind)
    ]
    if not names:
        return None
    there = [name for name in names if name in beside]
    title = _TITLES[_parts(cls)[(there or names)[0]][0]].partition(" (")[0]
    if there:
        how = "write a dash before it, and indent it by two"
        return Home(f"{key} belongs to {title}: {how}, under {there[0]}")
    above = " or ".join(f"{name}:" for name in names)
    return Home(f"{key} belongs to {title}: write {above} above it, and a dash before it")


def _outside(cls: type, key: str, beside: Mapping[str, Any], path: Path) -> Home | None:
    """Return the mapping around this one to which the unknown field belongs."""
    for length in range(len(path) - 1, -1, -1):
        kind, is_item = _type_at(path[:length]), isinstance(path[length], int)
        if path[length] == key:
            return Home(f"{key} is there already, around this one: leave one of the two out")
        if kind is not None and not is_item and key in _kinds(kind):
            title, child = _TITLES[kind], path[length]
            return Home(f"{key} is a field of {title}: write it beside {child}, not under it")
    return None


# ---------------------------------------------------------------- types and their fields


@cache
def _kinds(cls: type) -> dict[str, Any]:
    """Return the types of the fields of a type, by their names in manifests."""
    kinds = get_type_hints(cls)
    return {api.wire_name(f): kinds[f.name] for f in fields(cls)}


@cache
def _parts(cls: type) -> dict[str, tuple[type, bool]]:
    """Return those fields of a type that hold other types, and whether in a list."""
    found: dict[str, tuple[type, bool]] = {}
    for name, kind in _kinds(cls).items():
        for one in (kind, *get_args(kind)):
            is_list = get_origin(one) is tuple
            inner = get_args(one)[0] if is_list else one
            if inner in _TITLES:
                found[name] = inner, is_list
    return found


def _type_at(path: Path) -> type | None:
    """Return the type that stands at a path of a NetworkPolicy."""
    kind: type = api.NetworkPolicy
    for step in path:
        if isinstance(step, str):
            if step not in _parts(kind):
                return None
            kind = _parts(kind)[step][0]
    return kind


@cache
def _homes() -> dict[str, list[type]]:
    """Return the policy types that have a field of each name."""
    homes: dict[str, list[type]] = {}
    for cls in _TITLES:
        for name in _kinds(cls):
            homes.setdefault(name, []).append(cls)
    return homes
