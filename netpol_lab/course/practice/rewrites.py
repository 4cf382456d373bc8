"""Policies rewritten into what somebody with a misconception believes they say.

A rewrite turns a situation into other policies; it may change the policies in place, since a
misconception hands it copies. The decorators make one of a function that changes a smaller part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from netpol_lab.course.practice.objects import PEERS_OF, Object, full_name, policy, present
from netpol_lab.course.practice.situation import Situation
from netpol_lab.manifests.to_model import stored_types
from netpol_lab.model.selectors import NAME_LABEL

Rewrite = Callable[[Situation], Iterable[Object]]

# ---------------------------------------------------------------- decorators


def each_spec(change: Callable[[Object], Any]) -> Rewrite:
    """Return a rewrite that changes each spec in place."""

    def rewrite(situation: Situation) -> Iterator[Object]:
        for one in situation.policies:
            change(one["spec"])
            yield one

    return rewrite


def each_rule(change: Callable[[Object, str], Iterable[Object]]) -> Rewrite:
    """Return a rewrite that makes any number of rules of each rule and the field of its peers."""

    def rewritten(spec: Object) -> None:
        for section, field in PEERS_OF.items():
            if spec.get(section):
                spec[section] = [new for rule in spec[section] for new in change(rule or {}, field)]

    return each_spec(rewritten)


def all_peers(change: Callable[[list[Object]], Iterable[Object]]) -> Rewrite:
    """Return a rewrite of each list of peers; a rule whose peers are all gone goes too."""

    def rewritten(rule: Object, field: str) -> Iterator[Object]:
        if not rule.get(field):
            yield rule
        elif peers := [*change([*map(present, rule[field])])]:
            yield {**rule, field: peers}

    return each_rule(rewritten)


def each_peer(change: Callable[[Object], Iterable[Object]]) -> Rewrite:
    """Return a rewrite that makes any number of peers of each peer."""
    return all_peers(lambda peers: (new for peer in peers for new in change(peer)))


def each_port(change: Callable[[Object], Iterable[Object]]) -> Rewrite:
    """Return a rewrite that makes any number of entries of each entry of `ports`."""

    def rewritten(rule: Object, field: str) -> Iterator[Object]:
        if not rule.get("ports"):
            yield rule
        elif ports := [new for port in rule["ports"] for new in change(port or {})]:
            yield {**rule, "ports": ports}

    return each_rule(rewritten)


# ---------------------------------------------------------------- whole policies


def everywhere(situation: Situation) -> Iterator[Object]:
    """Repeat each policy in every namespace that has pods."""
    homes = dict.fromkeys(full_name(thing).partition("/")[0] for thing in situation.of_kind("Pod"))
    for number, one in enumerate(situation.policies):
        yield from (policy(home, f"p{number}", one["spec"]) for home in homes)


def all_pods(situation: Situation) -> Iterator[Object]:
    """Isolate all pods of the namespace beside each policy."""
    for number, one in enumerate(situation.policies):
        yield one
        home, types = one["metadata"]["namespace"], _types(one["spec"])
        yield policy(home, f"all-{number}", {"policyTypes": types})


def _types(spec: Object) -> list[str]:
    """Return the policyTypes as stored, to write them out."""
    return [way.value for way in stored_types(spec.get("policyTypes"), spec.get("egress"))]


def not_null(situation: Situation) -> Iterable[Object]:
    """Drop the policies whose podSelector is null."""
    return (one for one in situation.policies if one["spec"].get("podSelector", {}) is not None)


def not_missing(situation: Situation) -> Iterable[Object]:
    """Drop the policies without a podSelector."""
    return (one for one in situation.policies if "podSelector" in one["spec"])


@each_spec
def both_ways(spec: Object) -> None:
    """Isolate in both directions."""
    spec["policyTypes"] = ["Ingress", "Egress"]


@each_spec
def egress_alone(spec: Object) -> None:
    """Isolate for egress only, where only egress is written."""
    if not spec.get("policyTypes") and spec.get("egress") and not spec.get("ingress"):
        spec["policyTypes"] = ["Egress"]


@each_spec
def sections_decide(spec: Object) -> None:
    """Isolate in the directions that are written."""
    present = [name.title() for name in PEERS_OF if name in spec]
    spec["policyTypes"] = present or _types(spec)


@each_spec
def rules_count(spec: Object) -> None:
    """Isolate in the directions that have rules, too."""
    filled = [name.title() for name in PEERS_OF if spec.get(name)]
    spec["policyTypes"] = [*dict.fromkeys([*_types(spec), *filled])]


def only_with_rules(situation: Situation) -> Iterator[Object]:
    """Isolate only in directions that have rules."""
    for one in situation.policies:
        spec = one["spec"]
        if kept := [way for way in _types(spec) if spec.get(way.lower())]:
            spec["policyTypes"] = kept
            yield one


# ---------------------------------------------------------------- rules


@each_spec
def empty_is_all(spec: Object) -> None:
    """Take an empty list of rules for one that allows everything."""
    spec.update({name: [{}] for name in PEERS_OF if name in spec and not spec[name]})


@each_rule
def empty_rule_is_none(rule: Object, field: str) -> Iterable[Object]:
    """Drop empty rules."""
    return [rule] if rule else ()


@each_spec
def one_rule(spec: Object) -> None:
    """Merge a rule with only peers and the rule with only ports after it."""
    for section, field in PEERS_OF.items():
        merged: list[Object] = []
        for rule in spec.get(section) or ():
            if merged and set(merged[-1]) == {field} and set(rule) == {"ports"}:
                merged[-1] = {**merged[-1], **rule}
            else:
                merged.append(rule)
        if section in spec:
            spec[section] = merged


def anyone_is(peer: Object) -> Rewrite:
    """Return a rewrite that gives rules without peers this one."""

    @each_rule
    def rewrite(rule: Object, field: str) -> Iterator[Object]:
        yield rule if rule.get(field) else {field: [peer], **_ports_of(rule)}

    return rewrite


def _ports_of(rule: Object) -> Object:
    return {"ports": rule["ports"]} if "ports" in rule else {}


@each_rule
def empty_list_is_nobody(rule: Object, field: str) -> Iterable[Object]:
    """Drop rules whose list of peers is empty."""
    return () if rule.get(field) == [] else [rule]


@each_rule
def outside_too(rule: Object, field: str) -> Iterator[Object]:
    """Let a rule for all pods admit everybody, as one without peers does."""
    everywhere = any(peer.get("namespaceSelector") == {} for peer in rule.get(field) or ())
    yield _ports_of(rule) if everywhere else rule


# ---------------------------------------------------------------- peers


@each_peer
def reaches_all(peer: Object) -> Iterator[Object]:
    """Let a podSelector alone look into every namespace."""
    yield {"namespaceSelector": {}, **peer} if set(peer) == {"podSelector"} else peer


@each_peer
def apart(peer: Object) -> Iterator[Object]:
    """Make two peers of one with two selectors."""
    yield from ({name: value} for name, value in peer.items())


@all_peers
def together(peers: list[Object]) -> Iterable[Object]:
    """Make one peer of two with a selector each."""
    if [*map(list, peers)] == [["namespaceSelector"], ["podSelector"]]:
        return [{**peers[0], **peers[1]}]
    return peers


@each_peer
def by_name(peer: Object) -> Iterator[Object]:
    """Take the label `name` of a namespace for its name."""
    selector = peer.get("namespaceSelector") or {}
    labels = selector.get("matchLabels") or {}
    if "name" in labels:
        named = {NAME_LABEL if key == "name" else key: value for key, value in labels.items()}
        peer["namespaceSelector"] = {**selector, "matchLabels": named}
    yield peer


def key_needed(operator: str) -> Rewrite:
    """Return a rewrite by which expressions with this operator need the key to be there."""

    @each_peer
    def rewrite(peer: Object) -> Iterator[Object]:
        for name in ("podSelector", "namespaceSelector"):
            terms = (peer.get(name) or {}).get("matchExpressions") or []
            keys = [term["key"] for term in terms if term["operator"] == operator]
            if keys:
                needed = [{"key": key, "operator": "Exists"} for key in keys]
                peer[name]["matchExpressions"] = [*terms, *needed]
        yield peer

    return rewrite


@each_peer
def empty_matches_nobody(peer: Object) -> Iterable[Object]:
    """Drop peers with an empty selector."""
    return () if {} in peer.values() else [peer]


# ---------------------------------------------------------------- ports


@each_rule
def no_ports(rule: Object, field: str) -> Iterator[Object]:
    """Admit peers on every port."""
    yield present({**rule, "ports": None})


@each_port
def any_protocol(port: Object) -> Iterator[Object]:
    """Take a port without protocol for one of every protocol."""
    protocols = [port["protocol"]] if port.get("protocol") else ("TCP", "UDP", "SCTP")
    yield from ({**port, "protocol": protocol} for protocol in protocols)


@each_port
def start_only(port: Object) -> Iterator[Object]:
    """Ignore endPort."""
    yield present({**port, "endPort": None})


@each_port
def end_left_out(port: Object) -> Iterator[Object]:
    """Take the port before endPort for the last one."""
    longer = "endPort" in port and port["endPort"] > port["port"]
    yield {**port, "endPort": port["endPort"] - 1} if longer else port


def service_ports(situation: Situation) -> Iterable[Object]:
    """Read a number as a Service's port, where there is such a Service."""
    served = {
        one["port"]: one["targetPort"]
        for service in situation.of_kind("Service")
        for one in service["spec"]["ports"]
    }
    return _renumbered(situation, served)


def one_number_per_name(situation: Situation) -> Iterable[Object]:
    """Read a port's name as the number that the first pod gives it."""
    numbers: dict[Any, int] = {}
    for pod in situation.of_kind("Pod"):
        for port in pod["spec"]["containers"][0]["ports"]:
            numbers.setdefault(port["name"], port["containerPort"])
    return _renumbered(situation, numbers)


def _renumbered(situation: Situation, numbers: Mapping[Any, int]) -> Iterable[Object]:
    def change(port: Object) -> Iterator[Object]:
        known = port.get("port") in numbers and "endPort" not in port
        yield {**port, "port": numbers[port["port"]]} if known else port

    return each_port(change)(situation)


# ---------------------------------------------------------------- addresses


def except_denies(situation: Situation) -> Iterable[Object]:
    """Take what any block excepts away from all blocks."""
    excepted: list[Any] = [
        ip_network(text)
        for one in situation.policies
        for section, field in PEERS_OF.items()
        for rule in one["spec"].get(section) or ()
        for peer in (rule or {}).get(field) or ()
        for text in peer.get("ipBlock", {}).get("except", ())
    ]

    def without(peer: Object) -> Iterator[Object]:
        if "ipBlock" not in peer:
            yield peer
            return
        cidr: Any = ip_network(peer["ipBlock"]["cidr"])
        inside = [str(part) for part in excepted if part != cidr and part.subnet_of(cidr)]
        if not any(cidr.subnet_of(part) for part in excepted):
            yield {"ipBlock": present({"cidr": str(cidr), "except": inside or None})}

    return each_peer(without)(situation)


@each_peer
def no_except(peer: Object) -> Iterator[Object]:
    """Ignore what blocks except."""
    block = peer.get("ipBlock")
    yield {"ipBlock": {"cidr": block["cidr"]}} if block else peer
