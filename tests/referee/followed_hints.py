"""What people do who follow a hint of lint: the documents with the change that it proposes.

The words of the hint are read, and the parts of manifests that they spell are written as they are;
nothing is asked of the package. `changes(documents, finding)` yields every alternative.
"""

import copy
import re
from typing import NamedTuple

import yaml

from tests.referee.random_parts import namespace_of

NAME_LABEL = "kubernetes.io/metadata.name"
BOTH = ["Ingress", "Egress"]


class Change(NamedTuple):
    """What one alternative of a hint leads to, and what is promised of it."""

    documents: list
    proves: bool = False  # the witness of the finding comes true
    keeps: bool = False  # no connection changes
    gone: bool = True  # nothing of this code is left to say of this part


class Edit:
    """A copy of documents, in which the parts of one finding are at hand."""

    def __init__(self, documents, finding):
        self.documents, self.finding = copy.deepcopy(documents), finding
        self.hint = finding.hint
        self.policy = next(filter(self.is_meant, self.documents), None)
        self.spec = self.policy["spec"] if self.policy else None
        steps = re.findall(r"(\w+)|\[(\d+)\]", finding.path)
        self.path = [name or int(number) for name, number in steps]

    def is_meant(self, document):
        name = f"{namespace_of(document)}/{document['metadata'].get('name')}"
        return document["kind"] == "NetworkPolicy" and name == self.finding.policy

    def at(self, length=None):
        """What is written at the path, or at so many steps of it."""
        found = self.policy
        for step in self.path[:length]:
            found = found[step]
        return found

    @property
    def rules(self):
        return self.spec[self.path[1]]

    @property
    def rule(self):
        return self.at(3)

    @property
    def peers(self):
        return "from" if self.path[1] == "ingress" else "to"

    def said(self, pattern):
        """What the words of the hint say in place of a group, read as YAML."""
        found = re.search(pattern, self.hint)
        return yaml.safe_load(found[1]) if found else None

    def remove_rule(self):
        """Remove the rule of the path, and write what the hint says of policyTypes."""
        del self.rules[self.path[2]]
        if types := self.said(r"write policyTypes: (\[[^]]*\])"):
            self.spec["policyTypes"] = types

    def named(self, namespace, name):
        """The policy of a name."""
        documents = (d for d in self.documents if d["kind"] == "NetworkPolicy")
        return next(
            d for d in documents if (namespace_of(d), d["metadata"]["name"]) == (namespace, name)
        )


def changes(documents, finding):
    """Yield what each alternative of a hint leads to; nothing where it only asks to look."""
    return CODES[finding.code](lambda: Edit(documents, finding)) if finding.code in CODES else ()


def listed(edit):  # NP101
    one, section = edit(), edit().path[1]
    one.spec["policyTypes"] = [*one.spec["policyTypes"], section.capitalize()]
    assert f"add {section.capitalize()} to policyTypes" in one.hint
    yield Change(one.documents, proves=True)
    other = edit()
    del other.spec[section]
    yield Change(other.documents, keeps=True)


def types_written(edit):  # NP102
    for types, proves in re.findall(r"(\[[^]]*\])( if that is meant)?", edit().hint):
        one = edit()
        one.spec["policyTypes"] = yaml.safe_load(types)
        yield Change(one.documents, proves=not proves, keeps=bool(proves))


def empty_egress(edit):  # NP103
    one = edit()
    one.spec["policyTypes"] = one.said(r"write policyTypes: (\[.*?\])")
    yield Change(one.documents, proves=True)
    other = edit()
    del other.spec["egress"]
    yield Change(other.documents, keeps=True)


def without_rules(edit):  # NP104
    one = edit()
    section = one.said(r"write (\w+): \[\]")
    one.spec[section] = []
    yield Change(one.documents, keeps=True)
    other = edit()
    other.spec["policyTypes"].remove(section.capitalize())
    yield Change(other.documents, proves=True)


def default_deny(edit):  # NP105, NP106
    one = edit()
    metadata = {"name": "default-deny", "namespace": one.finding.namespace}
    one.documents.append(policy(metadata, {"podSelector": {}}))
    yield Change(one.documents, proves=True)


def policy(metadata, spec):
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata,
        "spec": spec,
    }


def off_the_host(edit):  # NP108
    one = edit()
    for document in one.documents:
        spec = document.get("spec", {})
        spec.get("template", {}).get("spec", spec).pop("hostNetwork", None)
    yield Change(one.documents)


def one_requirement(edit):  # NP201
    one = edit()
    key = one.said(r"values together: (\S+) in")
    selector = one.at()
    kept = next(t for t in selector["matchExpressions"] if t["key"] == key)
    selector["matchExpressions"] = [
        t for t in selector["matchExpressions"] if t is kept or t["key"] != key
    ]
    yield Change(one.documents)


def meant_label(edit):  # NP202, NP203
    one = edit()
    if found := re.search(r"did you mean ([^=]+)=(.*)\?", one.hint):
        part = one.at()
        is_selector = part.keys() & {"matchLabels", "matchExpressions"}
        selectors = [part] if is_selector else [*filter(None, part.values())]
        key, value = found.groups()
        listed = [e for s in selectors for e in s.get("matchExpressions") or ()]
        if own := [e for e in listed if e["key"] == key and e["operator"] == "In"]:
            own[0]["values"] = [value]
            yield Change(one.documents)
            return
        labels = [s["matchLabels"] for s in selectors if "matchLabels" in s]
        for own in labels:
            if key in own or len(labels) == 1:
                own.pop(next(iter(own)) if key not in own else key)
                own[key] = value
                yield Change(one.documents)
                return


def with_namespace(edit):  # NP204
    one = edit()
    written = yaml.safe_load("{" + one.hint.partition("dash: ")[2] + "}")
    one.at().update(written)
    yield Change(one.documents, proves=True)


def right_name(edit):  # NP205
    one = edit()
    if found := re.search(r"^write (\S+)=(\S+)$", one.hint):
        peer = one.at(5)
        peer["namespaceSelector"] = {"matchLabels": {found[1]: found[2]}}
        yield Change(one.documents, proves=True)
    elif one.hint.startswith("remove it") and len(one.at(4)) > 1:
        del one.at(4)[one.path[4]]
        yield Change(one.documents, keeps=True)


def one_item(edit):  # NP206
    one = edit()
    assert one.hint.startswith("remove this dash")
    items, place = one.at(4), one.path[4]
    items[place - 1 : place + 1] = [items[place - 1] | items[place]]
    yield Change(one.documents, proves=True)


def has_to_exist(edit):  # NP207
    one = edit()
    one.at()["matchExpressions"].append(one.said(r"add (\{.*?\})"))
    yield Change(one.documents, proves=True)


def one_namespace(edit):  # NP208
    one = edit()
    if "remove namespaceSelector: {}" in one.hint:
        del one.at()["namespaceSelector"]
        yield Change(one.documents, proves=True)
    else:
        named = one.said(r"namespaceSelector: (\{.*\})$")
        named["matchLabels"][NAME_LABEL] = re.search(r"in each of (\w+)", one.finding.message)[1]
        one.at()["namespaceSelector"] = named
        yield Change(one.documents, proves=True)


def all_of_them(edit):  # NP209
    one = edit()
    part = one.at(len(one.path) - 1)
    part.clear()
    yield Change(one.documents, keeps=True)


def excluded_there(edit):  # NP210
    own = edit()
    where = re.search(r"or remove (?:item (\d+) of )?(?:rule (\d+)(?: of (\S+)/(\S+))?)?", own.hint)
    item, number, *name = where.groups()

    def there(one):
        theirs = one.named(*name)["spec"] if name[0] else one.spec
        rules = theirs[own.path[1]]
        return rules, int(number or own.path[2] + 1) - 1, int(item or 1) - 1

    one, field = edit(), own.path[5]
    rules, at, place = there(one)
    key = re.match(r"ask for (\S+)", one.hint)[1]
    asked = [e for e in one.at()["matchExpressions"] if e["key"] == key]
    selector = rules[at][own.peers][place].setdefault(field, {})
    selector["matchExpressions"] = [*selector.get("matchExpressions", []), *asked]
    yield Change(one.documents, proves=True, gone=False)
    other = edit()
    rules, at, place = there(other)
    del rules[at][own.peers][place]
    if not rules[at][own.peers]:
        del rules[at]
    yield Change(other.documents, proves=True, gone=False)


def less_or_meant(edit):  # NP211
    found = re.search(r" has (\S+)=(.*)\.$", edit().finding.message)
    meant = re.search(r"did you mean ([^=]+)=(.*)\?", edit().hint)
    for other in {None, meant[2] if meant and meant[1] == found[1] else None}:
        one = edit()
        for asked in one.at()["matchExpressions"]:
            if asked["key"] == found[1]:
                asked["values"].remove(found[2])
                asked["values"] += [other] if other is not None else []
        yield Change(one.documents, keeps=other is None, gone=False)


def one_rule(edit):  # NP301
    one = edit()
    rules, place = one.rules, one.path[2]
    rules[place - 1 : place + 1] = [rules[place - 1] | rules[place]]
    yield Change(one.documents, proves=True)


def other_port(edit):  # NP302
    spelt = edit().hint.removeprefix("write port: ")
    for written in spelt.split(" or "):
        one = edit()
        one.at()["port"] = yaml.safe_load(written)
        yield Change(one.documents, proves="both ends" not in one.finding.witness.change)


def other_name(edit):  # NP303
    one = edit()
    if found := re.search(r"did you mean (\w+) (\S+)\?", one.hint):
        one.at().update(protocol=found[1], port=found[2])
        yield Change(one.documents, proves=not_at_both(one))


def number_of_name(edit):  # NP315
    one = edit()
    one.at().update(port=int(re.search(r"write port: (\d+)", one.hint)[1]))
    yield Change(one.documents, proves=True)


def not_at_both(one):
    """Whether a witness speaks of one end only."""
    return one.finding.witness is not None and "both ends" not in one.finding.witness.change


def rule_for_names(edit):  # NP304
    for without_to in (True, False):
        one = edit()
        if without_to and "without to" not in one.hint and "leave to out" not in one.hint:
            continue
        shown = one.finding.witness.change if one.finding.witness else ""
        proves = without_to == ("without to" in shown)
        if "add an egress rule" in one.hint:
            number = int(re.search(r"UDP and TCP (\d+)", one.hint)[1])
            rule = {"ports": [{"port": number, "protocol": p} for p in ("UDP", "TCP")]}
            rule |= {} if without_to else {"to": one.said(r"with to: (\[.*?\}\}\}\])")}
            one.spec["egress"].append(rule)
        elif without_to:
            del one.rule["to"]
        else:
            one.rule["to"].append(one.said(r"add (\{.*?\}\}\})"))
        yield Change(one.documents, proves=proves)


def port_for_names(edit):  # NP305, NP306
    one = edit()
    one.rule["ports"].append(one.said(r"add (\{.*\})"))
    yield Change(one.documents, proves=True)


def answered(edit):  # NP307, NP309
    other = edit()
    theirs, homes = ("Egress", "to"), {}
    if other.path[1] == "egress":
        theirs = ("Ingress", "from")
    ports = {"ports": other.rule["ports"]} if other.rule.get("ports") else {}
    home = re.search(r"if (\S+) allowed", other.finding.witness.change)[1]
    answer = {theirs[1]: [{"namespaceSelector": {}}], **ports}
    spec = {"podSelector": {}, "policyTypes": [theirs[0]], theirs[0].lower(): [answer]}
    homes[home] = policy({"name": "answer", "namespace": home}, spec)
    other.documents += homes.values()
    yield Change(other.documents, proves=True)


def with_from(edit):  # NP308
    one = edit()
    one.rule["from"] = copy.deepcopy(next(r["from"] for r in one.rules if r.get("from")))
    yield Change(one.documents, gone=True)
    other = edit()
    other.remove_rule()
    yield Change(other.documents, proves=True)


def declared_port(edit):  # NP310
    one = edit()
    protocol, number = re.search(r"they declare (\w+) (\d+)", one.hint).groups()
    one.at().clear()
    one.at().update(protocol=protocol, port=int(number))
    yield Change(one.documents, proves=not_at_both(one))


def without_rule(edit):  # NP311
    one = edit()
    one.remove_rule()
    yield Change(one.documents, proves=True)


def from_or_less(edit):  # NP312
    one = edit()
    number = int(re.search(r"that rule (\d+)", one.finding.message)[1]) - 1
    one.rule["from"] = copy.deepcopy(one.rules[number]["from"])
    yield Change(one.documents)
    other = edit()
    other.remove_rule()
    yield Change(other.documents, proves=True)
    third = edit()
    rules = [*third.rules]
    for whole, taken, part in re.findall(
        r"remove rule (\d+)|take ([^;]*?) out of rule (\d+)", third.hint
    ):
        rule = rules[int(whole or part) - 1]
        if whole:
            third.rules[:] = [kept for kept in third.rules if kept is not rule]
        else:
            rule["ports"] = [p for p in rule["ports"] if spelt(p) not in taken.split(", ")]
            assert rule["ports"], "the last port is taken out"
    yield Change(third.documents, keeps=True)


def spelt(port):
    """A port as lint spells it."""
    number, last = port.get("port"), port.get("endPort")
    return f"{port.get('protocol', 'TCP')} {number}" + (f"-{last}" if last else "")


def for_the_api_server(edit):  # NP313
    one = edit()
    number = int(re.search(r"with TCP (\d+) and no from", one.hint)[1])
    one.spec["ingress"] = [*(one.spec.get("ingress") or []), {"ports": [{"port": number}]}]
    yield Change(one.documents, proves=True)


def without_from(edit):  # NP601, NP602
    one = edit()
    said = re.search(r"add an ingress rule with (.*?) and ", one.hint)[1]
    ports = [{"port": int(n), "protocol": p} for p, n in re.findall(r"(\w+) (\d+)", said)]
    one.spec["ingress"] = [*(one.spec.get("ingress") or []), {"ports": ports}]
    yield Change(one.documents, proves=True, gone=False)  # the same part may shut another Service


def rule_for_callers(edit):  # NP603
    one = edit()
    way, said = re.search(r"add an (\w+) rule with (.*?) for whoever", one.hint).groups()
    ports = [{"port": int(n), "protocol": p} for p, n in re.findall(r"(\w+) (\d+)", said)]
    if way == "ingress":
        one.spec["ingress"] = [*(one.spec.get("ingress") or []), {"ports": ports}]
    else:
        home = one.finding.witness.source.partition("/")[0]
        spec = {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"ports": ports}]}
        one.documents.append(policy({"name": "for-callers", "namespace": home}, spec))
    proves = "with an ingress rule" in one.finding.witness.change
    yield Change(one.documents, proves=proves, gone=not proves)


def rule_outward(edit):  # NP605
    one = edit()
    said, cidr = re.search(r"with (.*?) to \{ipBlock: \{cidr: (\S+?)\}\}", one.hint).groups()
    ports = [{"port": int(n), "protocol": p} for p, n in re.findall(r"(\w+) (\d+)", said)]
    one.spec["egress"].append({"to": [{"ipBlock": {"cidr": cidr}}], "ports": ports})
    yield Change(one.documents, proves=True)


def with_tunnel(edit):  # NP314
    one = edit()
    port = one.said(r"add (\{.*?\})")
    one.rule["ports"].append(port)
    others = re.findall(r"and of (\w+) rule (\d+) of (\S+?)/([^\s,]+)", one.hint)
    for section, number, namespace, name in others:
        their = one.named(namespace, name)["spec"][section][int(number) - 1]
        their["ports"].append(port)
    yield Change(one.documents, proves=True)


def pods_instead(edit):  # NP401
    one = edit()
    remove_peer(one)
    yield Change(one.documents, proves=True)
    other = edit()
    peers, place = other.at(4), other.path[4]
    peers[place] = {"namespaceSelector": {}, "podSelector": {}}
    yield Change(other.documents)


def remove_peer(one):
    """Remove the peer of the path, and with the last one the rule."""
    peers = one.at(4)
    del peers[one.path[4]]
    if not peers:
        one.remove_rule()


def behind_service(edit):  # NP402
    one = edit()
    if "with selectors" not in one.hint:
        return
    namespace, name = re.search(r"of Service (\S+?)/([^\s,]+)", one.finding.message).groups()
    service = next(
        d
        for d in one.documents
        if d["kind"] == "Service" and (namespace_of(d), d["metadata"]["name"]) == (namespace, name)
    )
    target = {
        "podSelector": {"matchLabels": service["spec"]["selector"]},
        "namespaceSelector": {"matchLabels": {NAME_LABEL: namespace}},
    }
    ports = one.hint.partition("their port: ")[2].split(", ")
    words = (port.split() for port in ports)
    entries = [{"protocol": protocol, "port": int(number)} for protocol, number in words]
    one.rules.append({"to": [target], "ports": entries})
    if one.finding.witness.then is None:  # the Service's own port is missing as well
        yield Change(one.documents, proves=True, gone=False)
        return
    yield Change(one.documents, proves=True, gone=False)
    other = copy.deepcopy(one)
    remove_peer(other)
    yield Change(other.documents)


def other_family(edit):  # NP403
    one = edit()
    one.at()["cidr"] = "192.0.2.0/24"
    assert "IPv4" in one.hint
    one.at().pop("except", None)
    yield Change(one.documents)


def no_leak(edit):  # NP404
    other = edit()
    block = other.at(6)
    del block["except"][other.path[-1]]
    yield Change(other.documents)


def needless_policy(edit):  # NP501, NP502
    one = edit()
    one.documents.remove(one.policy)
    yield Change(one.documents, proves=True, keeps=True)


def needless_rule(edit):  # NP503
    one = edit()
    one.remove_rule()
    yield Change(one.documents, proves=True, keeps=True)


def needless_item(edit):  # NP504
    one = edit()
    del one.at(len(one.path) - 1)[one.path[-1]]
    yield Change(one.documents, proves=True, keeps=True)


def empty_rule(edit):  # NP505
    one = edit()
    one.remove_rule()
    yield Change(one.documents, proves=True)
    other = edit()
    other.rules[:] = [{}]
    yield Change(other.documents, keeps=True)
    if found := re.search(r"write to: \[\{ipBlock: \{cidr: (\S+?)\}\}\] in it", one.hint):
        third = edit()
        third.rule["to"] = [{"ipBlock": {"cidr": found[1]}}]
        yield Change(third.documents)


def empty_peers(edit):  # NP506
    one = edit()
    one.remove_rule()
    yield Change(one.documents, proves=True)
    other = edit()
    del other.rule[other.peers]
    yield Change(other.documents, keeps=True)


def ban(edit):  # NP507
    one = edit()
    if found := re.search(r"write (\w+): \[\], with (\w+) in policyTypes", one.hint):
        one.spec[found[1]] = []
        types = one.spec.get("policyTypes") or []
        one.spec["policyTypes"] = [*types, *([found[2]] if found[2] not in types else [])]
    else:
        one.remove_rule()
    yield Change(one.documents, proves=True)


def right_field(edit):  # NP508
    one = edit()
    if found := re.search(r"did you mean (\w+)\?|write (\w+)", one.hint):
        wrong = one.finding.message.split()[0]
        part = one.at()
        part[found[1] or found[2]] = part.pop(wrong)
        yield Change(one.documents)


CODES = {
    "NP101": listed,
    "NP102": types_written,
    "NP103": empty_egress,
    "NP104": without_rules,
    "NP105": default_deny,
    "NP106": default_deny,
    "NP108": off_the_host,
    "NP201": one_requirement,
    "NP202": meant_label,
    "NP203": meant_label,
    "NP204": with_namespace,
    "NP205": right_name,
    "NP206": one_item,
    "NP207": has_to_exist,
    "NP208": one_namespace,
    "NP209": all_of_them,
    "NP210": excluded_there,
    "NP211": less_or_meant,
    "NP301": one_rule,
    "NP302": other_port,
    "NP303": other_name,
    "NP304": rule_for_names,
    "NP305": port_for_names,
    "NP306": port_for_names,
    "NP307": answered,
    "NP308": with_from,
    "NP309": answered,
    "NP310": declared_port,
    "NP311": without_rule,
    "NP312": from_or_less,
    "NP313": for_the_api_server,
    "NP314": with_tunnel,
    "NP315": number_of_name,
    "NP401": pods_instead,
    "NP402": behind_service,
    "NP403": other_family,
    "NP404": no_leak,
    "NP501": needless_policy,
    "NP502": needless_policy,
    "NP503": needless_rule,
    "NP504": needless_item,
    "NP505": empty_rule,
    "NP506": empty_peers,
    "NP507": ban,
    "NP508": right_field,
    "NP601": without_from,
    "NP602": without_from,
    "NP603": rule_for_callers,
    "NP605": rule_outward,
}
