"""What people take policies for: each confusion as a way to read them, judged by the engine.

A confusion rewrites the policies into what somebody with that confusion believes they say, or
looks at a verdict as they would. What they would answer is then computed, not guessed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from ipaddress import ip_network
from typing import Any

from netpol_lab.course.practice.situation import Object, Pair, Situation, full_name, policy
from netpol_lab.engine.verdict import Exemption, Side, Verdict, evaluate
from netpol_lab.manifests.loader import load
from netpol_lab.manifests.to_model import stored_types
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import NAME_LABEL

Rewrite = Callable[[Situation], Iterable[Object]]
Judge = Callable[[Verdict], bool | None]


def _as_written(situation: Situation) -> Iterable[Object]:
    return situation.policies


def _as_judged(verdict: Verdict) -> bool | None:
    return verdict.allowed


@dataclass(frozen=True)
class Misreading:
    """One way to misread policies.

    Parameters
    ----------
    number : str
        The confusion's number in the course.
    words : str
        What would have to be so, to follow "if".
    rewrite : function
        From a situation to the policies as they are believed to be.
    judge : function
        From a verdict to what is believed to happen.
    """

    number: str
    words: str
    rewrite: Rewrite = _as_written
    judge: Judge = _as_judged

    def believed(self, situation: Situation) -> Cluster:
        """Return the cluster that somebody with this confusion sees."""
        meant = self.meant(situation)
        if meant == situation.policies:
            return situation.cluster
        texts = "\n---\n".join(map(json.dumps, meant))
        return situation.cluster.with_policies(load(f"{texts}\n").policies)

    def sees_the_same(self, situation: Situation) -> bool:
        """Say whether this confusion changes nothing here, without asking the engine."""
        return self.judge is _as_judged and self.meant(situation) == situation.policies

    def meant(self, situation: Situation) -> tuple[Object, ...]:
        """Return the policies that somebody with this confusion reads."""
        copies = deepcopy(situation.policies)
        return tuple(self.rewrite(Situation(situation.things, copies)))

    def answers(self, situation: Situation, pairs: Iterable[Pair]) -> dict[Pair, bool | None]:
        """Return what somebody with this confusion answers for each pair."""
        cluster, asked = self.believed(situation), (situation.port, situation.protocol)
        if cluster is situation.cluster:
            return {pair: self.judge(situation.verdict(*pair)) for pair in pairs}
        return {pair: self.judge(evaluate(cluster, *pair, *asked)) for pair in pairs}


# ---------------------------------------------------------------- ways to rewrite


def _each(change: Callable[[Object], Any]) -> Rewrite:
    """Return a rewriting that changes each spec in place."""

    def rewrite(situation: Situation) -> Iterator[Object]:
        for one in situation.policies:
            change(one["spec"])
            yield one

    return rewrite


def _rules(change: Callable[[Object], Iterable[Object]]) -> Rewrite:
    """Return a rewriting that makes any number of rules of each rule."""

    def rewritten(spec: Object) -> None:
        for section in ("ingress", "egress"):
            if spec.get(section):
                spec[section] = [new for rule in spec[section] for new in change(rule or {})]

    return _each(rewritten)


def _items(change: Callable[[list[Object]], Iterable[Object]]) -> Rewrite:
    """Return a rewriting of each list of peers; a list that loses all its items admits nobody."""

    def rewritten(rule: Object) -> Iterator[Object]:
        field = next((name for name in ("from", "to") if rule.get(name)), None)
        if field is None:
            yield rule
        elif items := list(change([*map(_without_nulls, rule[field])])):
            yield {**rule, field: items}

    return _rules(rewritten)


def _without_nulls(item: Object) -> Object:
    return {name: value for name, value in item.items() if value is not None}


def _each_item(change: Callable[[Object], Iterable[Object]]) -> Rewrite:
    return _items(lambda items: (new for item in items for new in change(item)))


def _ports(change: Callable[[Object], Iterable[Object]]) -> Rewrite:
    """Return a rewriting of each item of `ports`."""

    def rewritten(rule: Object) -> Iterator[Object]:
        written = rule.get("ports")
        if not written:
            yield rule
        elif ports := [new for port in written for new in change(port or {})]:
            yield {**rule, "ports": ports}

    return _rules(rewritten)


def _selectors(change: Callable[[Object], Any]) -> Rewrite:
    """Return a rewriting of every selector of a peer, in place."""

    def rewritten(item: Object) -> Iterator[Object]:
        for name in ("podSelector", "namespaceSelector"):
            if item.get(name):
                change(item[name])
        yield item

    return _each_item(rewritten)


def _peer_field(section: str) -> str:
    return {"ingress": "from", "egress": "to"}[section]


def _types(spec: Object) -> list[str]:
    """Return the policyTypes as stored, to write them out."""
    return [way.value for way in stored_types(spec.get("policyTypes"), spec.get("egress"))]


# ---------------------------------------------------------------- whole policies


def _last(situation: Situation) -> Iterator[Object]:
    yield from situation.policies[-1:]


def _first(situation: Situation) -> Iterator[Object]:
    yield from situation.policies[:1]


def _nothing(situation: Situation) -> Iterator[Object]:
    return iter(())


def _everywhere(situation: Situation) -> Iterator[Object]:
    homes = dict.fromkeys(full_name(thing).partition("/")[0] for thing in situation.of_kind("Pod"))
    for number, one in enumerate(situation.policies):
        yield from (policy(home, f"p{number}", one["spec"]) for home in homes)


def _all_pods(situation: Situation) -> Iterator[Object]:
    for number, one in enumerate(situation.policies):
        yield one
        home, types = one["metadata"]["namespace"], _types(one["spec"])
        yield policy(home, f"all-{number}", {"policyTypes": types})


def _not_null(situation: Situation) -> Iterator[Object]:
    selectors = ((one, one["spec"].get("podSelector", {})) for one in situation.policies)
    yield from (one for one, selector in selectors if selector is not None)


def _not_missing(situation: Situation) -> Iterator[Object]:
    yield from (one for one in situation.policies if "podSelector" in one["spec"])


def _both_ways(spec: Object) -> None:
    spec["policyTypes"] = ["Ingress", "Egress"]


def _egress_alone(spec: Object) -> None:
    if not spec.get("policyTypes") and spec.get("egress") and not spec.get("ingress"):
        spec["policyTypes"] = ["Egress"]


def _sections_decide(spec: Object) -> None:
    present = [name.title() for name in ("ingress", "egress") if name in spec]
    spec["policyTypes"] = present or _types(spec)


def _rules_count(spec: Object) -> None:
    filled = [name.title() for name in ("ingress", "egress") if spec.get(name)]
    spec["policyTypes"] = [*dict.fromkeys([*_types(spec), *filled])]


def _only_with_rules(situation: Situation) -> Iterator[Object]:
    for one in situation.policies:
        spec = one["spec"]
        kept = [way for way in _types(spec) if spec.get(way.lower())]
        if kept:
            spec["policyTypes"] = kept
            yield one


def _empty_is_all(spec: Object) -> None:
    for section in ("ingress", "egress"):
        if section in spec and not spec[section]:
            spec[section] = [{}]


def _empty_rule_is_none(spec: Object) -> None:
    for section in ("ingress", "egress"):
        if section in spec:
            spec[section] = [rule for rule in spec[section] or () if rule]


def _one_rule(spec: Object) -> None:
    """Merge a rule with only peers and the rule with only ports after it."""
    for section in ("ingress", "egress"):
        merged: list[Object] = []
        for rule in spec.get(section) or ():
            if merged and set(merged[-1]) == {_peer_field(section)} and set(rule) == {"ports"}:
                merged[-1] = {**merged[-1], **rule}
            else:
                merged.append(rule)
        if section in spec:
            spec[section] = merged


# ---------------------------------------------------------------- peers


def _reaches_all(item: Object) -> Iterator[Object]:
    local = set(item) == {"podSelector"}
    yield {"namespaceSelector": {}, **item} if local else item


def _apart(item: Object) -> Iterator[Object]:
    if len(item) == 2:
        yield from ({name: value} for name, value in item.items())
    else:
        yield item


def _together(items: list[Object]) -> Iterator[Object]:
    kinds = [*map(list, items)]
    if kinds == [["namespaceSelector"], ["podSelector"]]:
        yield {**items[0], **items[1]}
    else:
        yield from items


def _by_name(item: Object) -> Iterator[Object]:
    selector = item.get("namespaceSelector") or {}
    labels = selector.get("matchLabels") or {}
    if "name" in labels:
        named = {NAME_LABEL if key == "name" else key: value for key, value in labels.items()}
        item["namespaceSelector"] = {**selector, "matchLabels": named}
    yield item


def _key_needed(*operators: str) -> Callable[[Object], None]:
    def change(selector: Object) -> None:
        terms = selector.get("matchExpressions") or []
        keys = [term["key"] for term in terms if term["operator"] in operators]
        if keys:
            needed = [{"key": key, "operator": "Exists"} for key in keys]
            selector["matchExpressions"] = [*terms, *needed]

    return change


def _empty_matches_nobody(item: Object) -> Iterator[Object]:
    if not any(value == {} for value in item.values()):
        yield item


def _anyone_is_pods(peers: Object) -> Rewrite:
    """Return the reading in which a rule without peers means some pods."""

    def change(spec: Object) -> None:
        for section in ("ingress", "egress"):
            field = _peer_field(section)
            if spec.get(section):
                spec[section] = [
                    rule if rule.get(field) else {field: [peers], **_ports_of(rule)}
                    for rule in spec[section]
                ]

    return _each(change)


def _ports_of(rule: Object) -> Object:
    return {"ports": rule["ports"]} if "ports" in rule else {}


def _empty_list_is_nobody(rule: Object) -> Iterator[Object]:
    if rule.get("from") != [] and rule.get("to") != []:
        yield rule


def _outside_too(rule: Object) -> Iterator[Object]:
    items = [*(rule.get("from") or ()), *(rule.get("to") or ())]
    everywhere = any(item.get("namespaceSelector") == {} for item in items)
    yield _ports_of(rule) if everywhere else rule  # without peers a rule is for everybody


# ---------------------------------------------------------------- ports and addresses


def _no_ports(rule: Object) -> Iterator[Object]:
    yield {name: value for name, value in rule.items() if name != "ports"}


def _any_protocol(port: Object) -> Iterator[Object]:
    if port.get("protocol"):
        yield port
    else:
        yield from ({**port, "protocol": protocol} for protocol in ("TCP", "UDP", "SCTP"))


def _start_only(port: Object) -> Iterator[Object]:
    yield {name: value for name, value in port.items() if name != "endPort"}


def _end_left_out(port: Object) -> Iterator[Object]:
    longer = "endPort" in port and port["endPort"] > port["port"]
    yield {**port, "endPort": port["endPort"] - 1} if longer else port


def _service_ports(situation: Situation) -> Iterable[Object]:
    """Read a number as a Service's port, where there is such a Service."""
    served = {
        one["port"]: one["targetPort"]
        for service in situation.of_kind("Service")
        for one in service["spec"]["ports"]
    }
    return _ports(lambda port: [_renumbered(port, served)])(situation)


def _renumbered(port: Object, numbers: Mapping[Any, int]) -> Object:
    known = port.get("port") in numbers and "endPort" not in port
    return {**port, "port": numbers[port["port"]]} if known else port


def _one_number_per_name(situation: Situation) -> Iterable[Object]:
    """Read a port's name as the number that the first pod gives it."""
    numbers: dict[Any, int] = {}
    for pod in situation.of_kind("Pod"):
        for port in pod["spec"]["containers"][0]["ports"]:
            numbers.setdefault(port["name"], port["containerPort"])
    return _ports(lambda port: [_renumbered(port, numbers)])(situation)


def _except_denies(situation: Situation) -> Iterable[Object]:
    """Take what any block excepts away from all blocks."""
    excepted = [
        ip_network(text) for block in _blocks(situation) for text in block.get("except", ())
    ]
    return _each_item(partial(_without, excepted))(situation)


def _without(excepted: Sequence[Any], item: Object) -> Iterator[Object]:
    block = item.get("ipBlock")
    if block is None:
        yield item
        return
    cidr = ip_network(block["cidr"])
    inside = [str(part) for part in excepted if part != cidr and part.subnet_of(cidr)]
    if not any(cidr.subnet_of(part) for part in excepted):
        yield {"ipBlock": {"cidr": block["cidr"], **({"except": inside} if inside else {})}}


def _blocks(situation: Situation) -> Iterator[Object]:
    for one in situation.policies:
        for section in ("ingress", "egress"):
            for rule in one["spec"].get(section) or ():
                for item in (rule or {}).get(_peer_field(section)) or ():
                    if "ipBlock" in item:
                        yield item["ipBlock"]


def _no_except(item: Object) -> Iterator[Object]:
    block = item.get("ipBlock")
    yield {"ipBlock": {"cidr": block["cidr"]}} if block else item


# ---------------------------------------------------------------- verdicts


def _by_rules(side: Side) -> bool:
    return replace(side, exemption=None).allowed


def _all_agree(verdict: Verdict) -> bool:
    return all(
        side.exemption is not None or set(side.isolated_by) == {one for one, _ in side.admitted_by}
        for side in verdict.sides
    )


def _replies_too(verdict: Verdict) -> bool | None:
    flow = verdict.flow
    ends = flow.destination.name, flow.source.name
    back = evaluate(verdict.cluster, *ends, flow.port, flow.protocol)
    return verdict.allowed and back.allowed


def _destination_alone(verdict: Verdict) -> bool:
    return verdict.ingress.allowed


def _source_alone(verdict: Verdict) -> bool:
    return verdict.egress.allowed


def _without_exemptions(verdict: Verdict) -> bool:
    exempt = Exemption.OUTSIDE
    return all(side.exemption is exempt or _by_rules(side) for side in verdict.sides)


def _anything_goes(verdict: Verdict) -> bool | None:
    flow, nobody = verdict.flow, Assumptions(enforced=False)
    ends = flow.source.name, flow.destination.name
    return evaluate(verdict.cluster, *ends, flow.port, flow.protocol, nobody).allowed


# ---------------------------------------------------------------- the confusions

ONE_SIDE = Misreading(
    "08", "it were enough that the destination lets the connection in", judge=_destination_alone
)
OTHER_SIDE = Misreading("08", "it were enough that the source may open it", judge=_source_alone)
REPLIES = Misreading("20", "the replies needed a rule as well", judge=_replies_too)
ALL_AGREE = Misreading("13", "every policy had to allow it, not just one", judge=_all_agree)
LAST = Misreading("13", "the last policy replaced those before it", _last)
FIRST = Misreading("13", "only the first policy counted", _first)
NO_DENY = Misreading("13", "everything stayed open unless a rule forbade it", _nothing)
EVERYWHERE = Misreading("16", "a policy covered pods of other namespaces as well", _everywhere)
ALL_PODS = Misreading("17", "a policy also isolated the pods that it does not select", _all_pods)
BOTH_WAYS = Misreading("17", "a policy always isolated in both directions", _each(_both_ways))
EGRESS_ALONE = Misreading(
    "11", "egress rules without policyTypes isolated for egress only", _each(_egress_alone)
)
SECTIONS = Misreading(
    "12", "what is written under ingress and egress decided the directions", _each(_sections_decide)
)
RULES_COUNT = Misreading(
    "12", "rules counted even where policyTypes does not list their direction", _each(_rules_count)
)
ONLY_WITH_RULES = Misreading("12", "a direction without rules stayed open", _only_with_rules)
REACHES_ALL = Misreading(
    "06", "a podSelector alone looked into other namespaces as well", _each_item(_reaches_all)
)
APART = Misreading("03", "two selectors in one item were alternatives", _each_item(_apart))
TOGETHER = Misreading("03", "both items of the list had to match", _items(_together))
BY_NAME = Misreading("07", "the label name held the name of the namespace", _each_item(_by_name))
NULL = Misreading("18", "a podSelector with nothing after the colon selected no pod", _not_null)
MISSING = Misreading("18", "a policy without podSelector selected no pod", _not_missing)
NOT_IN = Misreading("25", "NotIn needed the key to be there", _selectors(_key_needed("NotIn")))
ABSENT = Misreading(
    "25", "DoesNotExist matched nothing that lacks the key", _selectors(_key_needed("DoesNotExist"))
)
EMPTY = Misreading("10", "{} matched nothing", _each_item(_empty_matches_nobody))
OUTSIDE_TOO = Misreading(
    "10", "a selector of all pods admitted outside addresses as well", _rules(_outside_too)
)
PODS_ONLY = Misreading(
    "10",
    "a rule without from or to meant all pods and nothing else",
    _anyone_is_pods({"namespaceSelector": {}}),
)
PORTS_ONLY = Misreading(
    "36",
    "a rule without from or to meant the pods of its own namespace",
    _anyone_is_pods({"podSelector": {}}),
)
ONE_RULE = Misreading(
    "04", "a rule with only ports belonged to the rule above it", _each(_one_rule)
)
NO_PORTS = Misreading("04", "the peers of a rule were admitted on every port", _rules(_no_ports))
EMPTY_IS_ALL = Misreading("09", "an empty list of rules allowed everything", _each(_empty_is_all))
EMPTY_RULE_IS_NONE = Misreading("09", "an empty rule allowed nothing", _each(_empty_rule_is_none))
EMPTY_FROM_IS_NOBODY = Misreading(
    "09", "an empty from or to admitted nobody", _rules(_empty_list_is_nobody)
)
ANY_PROTOCOL = Misreading(
    "26", "a port without protocol meant every protocol", _ports(_any_protocol)
)
SERVICE_PORT = Misreading("05", "policies spoke of the port of the Service", _service_ports)
ONE_NUMBER = Misreading(
    "28", "the name of a port meant the same number on every pod", _one_number_per_name
)
START_ONLY = Misreading("29", "endPort did not count", _ports(_start_only))
END_LEFT_OUT = Misreading("29", "endPort were not part of the range", _ports(_end_left_out))
EXCEPT_DENIES = Misreading("14", "except took the range away from other rules too", _except_denies)
NO_EXCEPT = Misreading("14", "except did not count", _each_item(_no_except))
OWN_NODE = Misreading("22", "a pod's own node needed a rule as well", judge=_without_exemptions)
NOT_ENFORCED = Misreading("01", "no plugin enforced policies", judge=_anything_goes)
