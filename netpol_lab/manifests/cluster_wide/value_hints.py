"""What to write in place of a value that the definition of a cluster-wide policy refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from netpol_lab.errors import Reason
from netpol_lab.manifests.cluster_wide.cel_rules import NOT_A_CIDR, NOT_GROWING, network_of
from netpol_lab.manifests.cluster_wide.channels import Channel
from netpol_lab.manifests.cluster_wide.ports_meant import ports_as_protocols
from netpol_lab.manifests.cluster_wide.unknown_hints import place_of, unknown_hint
from netpol_lab.manifests.field_paths import Path
from netpol_lab.manifests.hints.meant import flow
from netpol_lab.manifests.rules.cidrs import cidr_hint, likely_cidr
from netpol_lab.manifests.rules.server_words import Problem, unsupported

_EVERYBODY = "for the pods of every namespace write {key}: [{{namespaces: {{}}}}]"
_ALL_OF_TCP = (
    "for every port of {} write {}: {{destinationPort: {{range: {{start: 1, end: 65535}}}}}}"
)
_SPLIT = "split it: what comes first in a tier is said by priority"
_PODS = "for every pod of the namespaces write podSelector: {}"

_REQUIRED = {
    "spec": "write spec:, with tier, priority, subject and rules",
    "tier": "write tier: Admin, before every NetworkPolicy, or tier: Baseline, after them",
    "priority": "write a number from 0, which goes first, to 1000",
    "subject": "for all pods of the cluster write subject: {namespaces: {}}",
    "podSelector": _PODS,
    "namespaceSelector": "for every namespace write namespaceSelector: {}",
    "operator": "write In, NotIn, Exists or DoesNotExist",
    "key": "write key: with the name of a label",
    "start": "write the first port of the range, as start",
    "end": "write the last port of the range, as end; one port alone is number",
    "port": "write port: with a number; a range is portRange",
}


_HintOf = Callable[[Problem, Path, Any, dict[str, Any]], str]


def hinted(problem: Problem, value: dict[str, Any]) -> Problem:
    """Return a problem with what to write instead, where that can be said.

    Examples
    --------
    >>> problem = Problem(("spec", "tier"), Reason.REQUIRED, "")
    >>> hinted(problem, {"kind": "ClusterNetworkPolicy", "spec": {}}).hint
    'write tier: Admin, before every NetworkPolicy, or tier: Baseline, after them'
    """
    path = problem.written_at or problem.path
    found = _found(value, path)
    hint_of: _HintOf = _BY_REASON.get(problem.reason, _nothing)
    hint = hint_of(problem, path, found, value)
    return problem._replace(hint="; ".join(filter(None, (hint, problem.hint))))


def _found(value: Any, path: Path) -> Any:
    """Return what is written at a path; None where nothing is."""
    for step in path:
        is_there = isinstance(value, dict) and step in value
        is_there |= isinstance(value, list) and isinstance(step, int) and step < len(value)
        value = value[step] if is_there else None
    return value


def _nothing(problem: Problem, path: Path, found: Any, value: Any) -> str:
    return ""


def _required(problem: Problem, path: Path, found: Any, value: dict[str, Any]) -> str:
    key = str(path[-1])
    if key in ("from", "to"):
        return f"every rule needs peers: {_EVERYBODY.format(key=key)}"
    if key == "action":
        return f"write action: {', '.join(_actions(value)[:-1])} or {_actions(value)[-1]}"
    return _REQUIRED.get(key, "")


def _actions(value: dict[str, Any]) -> tuple[str, ...]:
    kind = value["kind"]
    allow = "Accept" if kind == "ClusterNetworkPolicy" else "Allow"
    return (allow, "Deny") if kind.startswith("Baseline") else (allow, "Deny", "Pass")


def _unsupported(problem: Problem, path: Path, found: Any, value: dict[str, Any]) -> str:
    key, text = path[-1], str(found).lower()
    if key == "action" and text in ("allow", "accept"):
        allow = _actions(value)[0]
        if allow.lower() == text:
            return f"write {allow}: upper and lower case matter"
        return f"{value['kind']} calls it {allow}: write action: {allow}"
    if key == "action" and text == "pass" and "Pass" not in _actions(value):
        return "a baseline has nothing to pass to: what no rule matches is allowed"
    if key == "action" and text in ("reject", "drop", "block"):
        return "write action: Deny"
    if key == "tier" and text == "networkpolicy":
        return "no policy of this kind is among NetworkPolicies: write Admin or Baseline"
    known = _actions(value) if key == "action" else ("Admin", "Baseline")
    return unsupported(path, found, known).hint


def _invalid(problem: Problem, path: Path, found: Any, value: dict[str, Any]) -> str:
    key = str(path[-1]) if path else ""
    if problem.message.endswith(NOT_A_CIDR):
        return _cidr(found)
    if problem.message.endswith(NOT_GROWING):
        return _range(found)
    if "namedPorts" in problem.message:
        return "give the peers by address a rule of their own, with numbers as ports"
    if not path or "can be created in the cluster" in problem.message:
        return "write metadata: {name: default}"
    if "should match" in problem.message:
        return _domain_name(str(found))
    if key == "priority":
        return _REQUIRED[key]
    if isinstance(found, dict | list) and not problem.message.startswith("Checked"):
        return _dropped(path, found, value) or _too_few(path, key)
    return "a port is a number from 1 to 65535" if key in ("number", "start", "end", "port") else ""


def _cidr(found: Any) -> str:
    text = str(found)
    if (network := network_of(text)) is not None:
        return f"write {network}: the address has to be the first one of the range"
    likely = likely_cidr(text)
    return cidr_hint(text) if likely else "write the first address and a length: 10.0.0.0/8"


def _range(found: Any) -> str:
    first, last = (found or {}).get("start"), (found or {}).get("end")
    if first == last:
        return f"one port is written number: {first}" if first else ""
    return f"write range: {{start: {last}, end: {first}}}"


def _domain_name(text: str) -> str:
    if text.strip("*.") and "." not in text.strip("*."):
        return "a name of one label is refused: write the whole name, such as www.example.com"
    if "*" in text.removeprefix("*."):
        return "an asterisk stands only in front, as *.example.com, for one label or more"
    return "write letters, digits, dashes and dots, such as www.example.com or *.example.com"


def _dropped(path: Path, found: Any, value: dict[str, Any]) -> str:
    """Return what to write for the field that was all there was, where nobody knows it."""
    given = [key for key, part in found.items() if part is not None] if found else []
    if not given or place_of(path) not in ("peer", "protocol", "subject", "destinationPort", "tcp"):
        return ""
    return f"{given[0]} is dropped, and nothing is left: " + unknown_hint(
        value, (*path, given[0]), Channel.STANDARD
    )


def _too_few(path: Path, key: str) -> str:
    """Return what an empty list or mapping was probably meant to be."""
    if key in ("from", "to"):
        return f"an empty list is refused here: {_EVERYBODY.format(key=key)}"
    if key in ("protocols", "ports"):
        return f"for every port leave {key} out"
    if key in ("tcp", "udp", "sctp"):
        return _ALL_OF_TCP.format(key.upper(), key)
    if key == "destinationPort":
        return "write number: 80, for instance, or range: {start: 80, end: 90}"
    if key == "subject":
        return _REQUIRED[key]
    place = place_of(path)
    if place == "peer":
        return "write namespaces: {} for the pods of every namespace; a null is nothing here"
    if place == "protocol":
        return "write tcp: {destinationPort: {number: 80}}, for instance"
    return "leave it out, or list something" if key in ("networks", "domainNames") else ""


def _too_many(problem: Problem, path: Path, found: Any, value: dict[str, Any]) -> str:
    place, key = place_of(path), str(path[-1])
    given = found if isinstance(found, dict) else {}
    if isinstance(given.get("namespaces"), dict) and isinstance(given.get("pods"), dict):
        inside = {"namespaceSelector": given["namespaces"], **given["pods"]}
        either = "; for either put a dash before the second" if place == "peer" else ""
        return f"for both at once write pods: {flow(inside)}{either}"
    if place in ("peer", "protocol"):
        return "put a dash before the second: two items are alternatives"
    if place in ("subject", "destinationPort"):
        return "write one of the two"
    if key in ("ingress", "egress"):
        return f"{_SPLIT}; rules of a second policy with a higher number come later"
    return "put the rest into another rule, right after this one"


def _too_long(problem: Problem, path: Path, found: Any, value: dict[str, Any]) -> str:
    if path[-1] == "name":
        return "the name of a rule has no effect: shorten it"
    network = network_of(str(found)) if str(found).isascii() else None
    return f"write {network}" if network else _cidr(found)


def _duplicate(problem: Problem, path: Path, found: Any, value: dict[str, Any]) -> str:
    return "remove one of the two"


# ---------------------------------------------------------------- wrong types


def _type(problem: Problem, path: Path, found: Any, value: dict[str, Any]) -> str:
    key, place = str(path[-1]), place_of(path)
    if found is None:
        return "an item is empty: fill it in, or remove its dash"
    if key == "destinationPort" and isinstance(found, int) and not isinstance(found, bool):
        return f"write destinationPort: {{number: {found}}}"
    if key in ("number", "start", "end", "port", "priority") and isinstance(found, str):
        return _number(key, found)
    if place == "protocol" and isinstance(found, str):
        meant = ports_as_protocols([{"protocol": found}])
        return f"for every port of {found.upper()} write {flow(meant[0])}" if meant else ""
    if key == "priority":
        return _REQUIRED[key]
    if "must be of type array" in problem.message:
        return f"write it as a list: {key}: {flow([found])}"
    if "must be of type string" in problem.message and not isinstance(found, dict | list):
        return f'write "{flow(found).lower()}", in quotation marks'
    return ""


def _number(key: str, text: str) -> str:
    if text.isascii() and text.isdigit():
        return f"write {text} without quotation marks"
    if key == "number":
        return f"a name stands alone: the item is destinationNamedPort: {flow(text)} (experimental)"
    return "write a number"


_BY_REASON: dict[Reason, _HintOf] = {
    Reason.REQUIRED: _required,
    Reason.UNSUPPORTED: _unsupported,
    Reason.INVALID: _invalid,
    Reason.TOO_MANY: _too_many,
    Reason.TOO_LONG: _too_long,
    Reason.DUPLICATE_VALUE: _duplicate,
    Reason.TYPE: _type,
}
