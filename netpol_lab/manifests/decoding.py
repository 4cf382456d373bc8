"""One decoder for every object, driven by the types of `api`.

Decoding follows Go's JSON rules: null equals absent, and inside a list or a label map it is an
empty value (DEF-07, DEF-12).
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from netpol_lab.errors import Reason, near, visible
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.field_paths import Path, format_path
from netpol_lab.manifests.yaml_reader import quoted

MOST_HINTS = 200  # looking for near names takes time; nobody reads more


class Problem(NamedTuple):
    """Something wrong at a path of a document; `of_key` points at the key, not its value."""

    path: Path
    reason: Reason
    message: str
    hint: str = ""
    of_key: bool = False


Decode = Callable[[Any, Path, list[Problem]], Any]


class Decoder(NamedTuple):
    """How to read one type: what null gives, and what any other value gives."""

    zero: Callable[[], Any]
    read: Decode

    def __call__(self, value: Any, path: Path, problems: list[Problem]) -> Any:
        """Return the decoded value; what is wrong with it is added to `problems`."""
        return self.zero() if value is None else self.read(value, path, problems)


@cache
def decoder(annotation: Any) -> Decoder:
    """Return the decoder of a type annotation.

    Examples
    --------
    >>> problems = []
    >>> decoder(api.LabelSelector)({"matchLabels": {"role": None}}, (), problems)
    LabelSelector(match_labels={'role': ''}, match_expressions=None)
    >>> _ = decoder(api.LabelSelector)({"matchLabel": {}}, ("spec",), problems)
    >>> print(problems[0].message)
    unknown field "spec.matchLabel"
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return Decoder(_none, decoder(arguments[0]).read)
    if origin is tuple:
        return Decoder(_none, _list_of(decoder(arguments[0]), arguments[0]))
    if origin is not None and issubclass(origin, Mapping):
        return Decoder(_none, _map_of(decoder(arguments[1])))
    if isinstance(annotation, type) and is_dataclass(annotation):
        return Decoder(annotation, _struct(annotation))
    return _SCALARS[annotation]


def _none() -> None:
    return None


def _list_of(item: Decoder, kind: Any) -> Decode:
    def read(value: Any, path: Path, problems: list[Problem]) -> Any:
        if not isinstance(value, list):
            problems.append(_wrong_type(value, "a list", path, _list_hint(value, kind)))
            return None
        return tuple(item(part, (*path, i), problems) for i, part in enumerate(value))

    return read


def _map_of(item: Decoder) -> Decode:
    def read(value: Any, path: Path, problems: list[Problem]) -> Any:
        if not isinstance(value, dict):
            problems.append(_wrong_type(value, "a mapping", path, _pair_hint(value)))
            return None
        return {key: item(part, (*path, key), problems) for key, part in value.items()}

    return read


def _struct(cls: type) -> Decode:
    hints = get_type_hints(cls)
    members = {_wire(f.name, f.metadata): (f.name, decoder(hints[f.name])) for f in fields(cls)}
    is_open = getattr(cls, "OPEN", False)

    def read(value: Any, path: Path, problems: list[Problem]) -> Any:
        if not isinstance(value, dict):
            hint = _mapping_hint(cls, value, path)
            problems.append(_wrong_type(value, "a mapping", path, hint))
            return cls()
        given = {}
        for key, part in value.items():
            if key in members:
                name, decode = members[key]
                given[name] = decode(part, (*path, key), problems)
            elif not is_open:
                hint = ""
                if len(problems) < MOST_HINTS:
                    hint = _unknown_hint(cls, {key: part}, path, list(members))
                problems.append(_unknown((*path, key), hint))
        return cls(**given)

    return read


def _wire(name: str, metadata: Mapping[str, str]) -> str:
    """Return a field's name in manifests: pod_selector is podSelector."""
    first, *rest = name.rstrip("_").split("_")
    return metadata.get("wire") or first + "".join(map(str.title, rest))


def _scalar(wanted: str, accepts: Callable[[Any], bool], zero: Any) -> Decoder:
    def read(value: Any, path: Path, problems: list[Problem]) -> Any:
        if accepts(value):
            return int(value) if isinstance(value, float) else value
        problems.append(_wrong_type(value, wanted, path, _scalar_hint(value, wanted)))
        return zero

    return Decoder(lambda: zero, read)


def _is_int32(value: Any) -> bool:
    whole = isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0
    return whole and -(2**31) <= value < 2**31


_SCALARS: dict[Any, Decoder] = {
    Any: Decoder(_none, lambda value, path, problems: value),
    str: _scalar("text", lambda value: isinstance(value, str), ""),
    bool: _scalar("true or false", lambda value: isinstance(value, bool), False),
    int: _scalar("a whole number of 32 bits", _is_int32, 0),
    api.IntOrString: _scalar(
        "a port number or name", lambda value: isinstance(value, str) or _is_int32(value), None
    ),
}


# ---------------------------------------------------------------- complaints of the decoder


def _wrong_type(value: Any, wanted: str, path: Path, hint: str = "") -> Problem:
    message = f"cannot be {_in_words(value)}: must be {wanted}"
    return Problem(path, Reason.TYPE, message, hint)


def _in_words(value: Any) -> str:
    match value:
        case bool():
            return f"the boolean {str(value).lower()}"
        case int() | float():
            return f"the number {value}"
        case str():
            return f'the text "{visible(value, 40)}"'
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return f"a value of the YAML type {type(value).__name__}"


def _list_hint(value: Any, kind: Any) -> str:
    """Return how to write a list of some kind of items."""
    if value and isinstance(value, dict):
        return 'put a dash before it: "- " starts an item of the list'
    shown = visible(str(value), 40)
    if kind is str and isinstance(value, str):
        return f"write it as a list: [{shown}]"
    if kind is api.NetworkPolicyPort and (isinstance(value, str) or _is_int32(value)):
        return f"write it as a list: [{{port: {shown}}}]"
    return _LISTS.get(kind, "")


_RULES = "write [] for no rule (nothing is admitted), or [{}] for one that admits everything"
_LISTS = {
    api.NetworkPolicyIngressRule: _RULES,
    api.NetworkPolicyEgressRule: _RULES,
    api.NetworkPolicyPeer: "leave it out to mean everybody, or list peers: - podSelector: {}",
    api.NetworkPolicyPort: "leave it out to mean every port, or list them: - port: 80",
}


def _mapping_hint(cls: type, value: Any, path: Path) -> str:
    """Return how to write a mapping, where somebody wrote only what is to be in it."""
    if cls is api.LabelSelector:
        return _selector_hint(value, path)
    shown = visible(str(value), 40)
    if cls is api.NetworkPolicyPort and (_is_int32(value) or _is_port_name(value)):
        return f"write {{port: {shown}}}"
    if cls is api.IPBlock and isinstance(value, str) and _BLOCK.fullmatch(value):
        return f"write {{cidr: {shown}}}"
    return _pair_hint(value)


_BLOCK = re.compile(r"[\da-fA-F.:]+(/\d+)?")


def _is_port_name(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"[a-z0-9-]+", value))


def _selector_hint(value: Any, path: Path) -> str:
    """Return how to select by a label, or everything, where somebody wrote a word."""
    if not isinstance(value, str):
        return "write {} to select all"
    if found := _PAIR.fullmatch(value.strip()):
        key, value = quoted(visible(found[1], 40), as_key=True), quoted(visible(found[2], 40))
        return f"write {{matchLabels: {{{key}: {value}}}}}"
    if path[-1:] == ("namespaceSelector",) and value not in _EVERYTHING:
        name = f"kubernetes.io/metadata.name: {quoted(visible(value, 40))}"
        return f"namespaces are selected by their labels: {{matchLabels: {{{name}}}}}"
    return "write {} to select all, or for instance {matchLabels: {app: web}}"


_EVERYTHING = ("all", "any", "*")


def _pair_hint(value: Any) -> str:
    """Return how to write `key: value`, where somebody wrote `key:value` or `key = value`."""
    if isinstance(value, str) and (found := _PAIR.fullmatch(value.strip())):
        pair = f"{visible(found[1], 40)}: {visible(found[2], 40)}"
        return f'write "{pair}", with a blank after the colon'
    return ""


_PAIR = re.compile(r"([\w./-]+?)\s*[:=]\s*(\S+)")


def _scalar_hint(value: Any, wanted: str) -> str:
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str | int):
        return f"only one goes here: {visible(str(value[0]), 40)}, without brackets or a dash"
    if wanted == "text" and isinstance(value, bool):
        return "yes, no, on, off, y, n, true and false are booleans in YAML: put it in quotes"
    if wanted == "text" and isinstance(value, int | float):
        return "a bare number is not text: put it in quotes"
    if isinstance(value, str) and value.isdigit():
        return "take the quotes away"
    return ""


def _unknown(path: Path, hint: str) -> Problem:
    message = f'unknown field "{format_path(path)}"'
    return Problem(path, Reason.UNKNOWN, message, hint, of_key=True)


def _unknown_hint(cls: type, given: dict[str, Any], path: Path, known: list[str]) -> str:
    (key,) = given
    where = format_path(path) or "the top level"
    homes = _homes().get(key, [])
    if cls is api.NetworkPolicyPort and (hint := _port_field_hint(key, given[key])):
        return hint
    for name, kind in _nested(cls):
        if kind in homes:
            moved = f"did you mean {name}.{key}? Indent it by two, under {name}"
            return moved + _faults_inside(kind, given, (*path, name))
    if close := near(key, known, most=1):
        return f"did you mean {close[0]}?"
    if key.lower() in (name.lower() for name in known):
        return "names are case-sensitive"
    if cls is api.LabelSelector and isinstance(given[key], str) and key not in _IN_EXPRESSIONS:
        label = f"{visible(key, 40)}: {visible(given[key], 40)}"
        return f"labels stand under matchLabels: {{matchLabels: {{{label}}}}}"
    if homes:
        owners = " or ".join(dict.fromkeys(_TITLES[home] for home in homes))
        return f"{key} is a field of {owners}, not of {where}: check the indentation"
    return f"{where} knows {', '.join(known)}"


_IN_EXPRESSIONS = ("key", "operator", "values")


def _port_field_hint(key: str, value: Any) -> str:
    """Return how a policy says what pods and Services call by another name."""
    shown = visible(str(value), 40)
    if key in ("containerPort", "name", "number"):
        return "did you mean port?"
    if key in ("targetPort", "nodePort", "hostPort"):
        return f"there is no {key} here: a policy names the port of the pod, as port"
    if key in ("portRange", "range"):
        ends = re.fullmatch(r"(\d+)\s*[-:]\s*(\d+)", shown)
        first, last = ends.groups() if ends else ("80", "90")
        return f"a range is written as port: {first} and endPort: {last}"
    return ""


def _faults_inside(kind: type, given: dict[str, Any], path: Path) -> str:
    """Return what else would be wrong once a field is moved to where it belongs."""
    faults: list[Problem] = []
    decoder(kind)(given, path, faults)
    return "".join(f"; then {format_path(p.path)}: {p.hint or p.message}" for p in faults[:5])


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


@cache
def _homes() -> dict[str, list[type]]:
    """Return the policy types that have a field of each name."""
    homes: dict[str, list[type]] = {}
    for cls in _TITLES:
        for f in fields(cls):
            homes.setdefault(_wire(f.name, f.metadata), []).append(cls)
    return homes


def _nested(cls: type) -> list[tuple[str, type]]:
    """Return the fields of a type that hold another struct, with that struct's type."""
    hints = get_type_hints(cls)
    kinds = ((f, hints[f.name]) for f in fields(cls))
    return [
        (_wire(f.name, f.metadata), next((k for k in (kind, *get_args(kind)) if k in _TITLES), cls))
        for f, kind in kinds
    ]
