"""What a hint proposes, done word for word: the complaint is gone, and there is no new one."""

import json
import re
from copy import deepcopy
from itertools import accumulate

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import netpol_lab as lab
from netpol_lab.errors import ManifestError, Reason
from netpol_lab.manifests.field_paths import parse_path
from netpol_lab.manifests.writer import as_yaml

POLICY = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "p", "namespace": "shop"},
    "spec": {
        "podSelector": {"matchLabels": {"app": "web"}},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [
            {
                "from": [
                    {
                        "podSelector": {
                            "matchExpressions": [
                                {"key": "app", "operator": "In", "values": ["api"]}
                            ]
                        },
                        "namespaceSelector": {},
                    },
                    {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}},
                ],
                "ports": [{"port": 80, "endPort": 90, "protocol": "TCP"}, {"port": "http"}],
            }
        ],
        "egress": [{"to": [{"podSelector": {}}]}, {}],
    },
}


def complaints(policy):
    """What is wrong with a policy: where, and in which words."""
    try:
        lab.load(as_yaml(policy))
    except ManifestError as error:
        return error.complaints
    return ()


def held(policy, path):
    for step in path:
        policy = policy[step]
    return policy


def literal(hint):
    """What a hint says to write, if it says so word for word: a value, or some fields."""
    said = re.split(r"\bwrite (?:it as a list: )?", hint, maxsplit=1)[1:]
    said = said[0].removesuffix(", with a space after the colon") if said else ""
    key = re.match(r"[\w.-]+: ", said)
    value = said[key.end() :] if key else said
    if value[:1] in ("{", "["):
        depths = accumulate((c in "{[") - (c in "}]") for c in value)
        end = next((i for i, depth in enumerate(depths, 1) if not depth), 0)
        return (key[0] if key else "") + value[:end]
    if key:
        is_said = re.fullmatch(r"(\"[^\"]*\"|\S+)( and \w+: \S+)*", value)
    else:
        is_said = re.fullmatch(r"\"[^\"]*\"|[^\s,]+", value)
    return said if is_said else ""


def mended(policy, complaint):
    """The policy with the hint of a complaint done; None where that is not for a machine to do."""
    policy, (*above, last) = deepcopy(policy), parse_path(complaint.path)
    hint = re.split(r"; |(?<=\?) Then ", complaint.hint)[0]
    if held(policy, above) is None:
        held(policy, above[:-1])[above[-1]] = {}
    parent = held(policy, above)
    if complaint.reason is Reason.INVALID and last in ("matchLabels", "labels"):
        return of_a_label(policy, parent[last], hint, complaint)
    if found := re.match(r"did you mean (\w+)(?:\.(\w+)\? Indent.*|\?)$", hint):
        into, inner = found.groups()
        if complaint.reason is not Reason.UNKNOWN:
            parent[last] = into
        elif inner:
            value = parent.pop(last)
            assert inner not in (parent.get(into) or {})
            parent[into] = {**(parent.get(into) or {}), inner: value}
        else:
            assert into not in parent
            parent[into] = parent.pop(last)
    elif re.search(rf"(^|: )leave ({last}|it) out(,|$)", hint):
        del parent[last]
    elif found := re.match(r"add operator: (\w+)", hint):
        parent["operator"] = found[1]
    elif hint.startswith("remove the quotes"):
        parent[last] = int(parent[last])
    elif hint.endswith("put it in quotes"):
        parent[last] = str(parent[last]).lower()
    elif found := re.match("only one goes here: (.*), without", hint):
        parent[last] = yaml.safe_load(found[1])
    elif found := re.match(r"a range is written as (.*)", hint):
        set_fields(parent, last, found[1])
    elif not (said := literal(hint)):
        return None
    elif above and said.startswith(f"{above[-1]}: "):
        held(policy, above[:-1]).update(yaml.safe_load(said))
    elif said.startswith('"') and ": " in said:
        parent[last] = yaml.safe_load(said[1:-1])
    elif not re.match(r"[\w.-]+: ", said):
        parent[last] = yaml.safe_load(said)
    elif above[-1:] == ["matchLabels"]:
        parent.pop(last)
        set_fields(held(policy, above[:-1]), "", said)
    elif complaint.reason is Reason.TYPE and "space after" in hint:
        parent[last] = yaml.safe_load(said)
    elif complaint.reason is not Reason.TYPE or last == "matchLabels":
        set_fields(parent, last, said)
    else:
        return None
    return policy


def set_fields(parent, last, said):
    """Do what is written as port: 80 and endPort: 90, or as ports: [{port: 80}]."""
    parent.pop(last, None)
    for part in re.split(r" and (?=[a-z]\w*: )", said):
        parent.update(yaml.safe_load(part))


def of_a_label(policy, labels, hint, complaint):
    """The same for a label: its path is that of all labels, its key or value in the message."""
    wrong, _ = json.JSONDecoder().raw_decode(complaint.message)
    (key,) = [key for key, value in labels.items() if wrong in (key, value)]
    said = literal(hint)
    if not said:
        return None
    value = labels.pop(key)
    if said.startswith("matchExpressions: "):
        held(policy, parse_path(complaint.path)[:-1]).update(yaml.safe_load(said))
    elif ": " in said:
        labels.update(yaml.safe_load(said))
    elif wrong == key:
        labels[str(yaml.safe_load(said))] = value
    else:
        labels[key] = str(yaml.safe_load(said))
    return policy


def is_apart(complaint):
    """Whether it is about an exception and its block, which no hint about one of them can mend."""
    return "strict subset" in complaint.message


def check_that_the_hints_do(policy):
    """Do each hint that can be done; the complaint has to go, and none may come."""
    before = complaints(policy)
    for complaint in before:
        better = mended(policy, complaint)
        if better is None:
            continue
        hint = complaint.hint
        was = {(one.path, one.message) for one in before}
        after = complaints(better)
        assert (complaint.path, complaint.message) not in {(o.path, o.message) for o in after}, hint
        if complaint.reason is Reason.UNKNOWN:  # until this was gone the server looked no further
            was |= {(one.path, one.message) for one in complaints(without(policy, complaint.path))}
        new = [one for one in after if (one.path, one.message) not in was and not is_apart(one)]
        if complaint.reason is Reason.TYPE:
            new = [one for one in new if one.path.startswith(complaint.path)]
        assert not new or re.search("[Tt]hen ", hint), (complaint, *new)


def without(policy, path):
    policy, (*above, last) = deepcopy(policy), parse_path(path)
    del held(policy, above)[last]
    return policy


# ---------------------------------------------------------------- random slips

PLACES = [
    (),
    ("metadata",),
    ("spec",),
    ("spec", "podSelector"),
    ("spec", "podSelector", "matchLabels"),
    ("spec", "podSelector", "matchLabels", "app"),
    ("spec", "policyTypes"),
    ("spec", "policyTypes", 0),
    ("spec", "ingress"),
    ("spec", "ingress", 0),
    ("spec", "ingress", 0, "from"),
    ("spec", "ingress", 0, "from", 0),
    ("spec", "ingress", 0, "from", 0, "podSelector"),
    ("spec", "ingress", 0, "from", 0, "podSelector", "matchExpressions"),
    ("spec", "ingress", 0, "from", 0, "podSelector", "matchExpressions", 0),
    ("spec", "ingress", 0, "from", 0, "podSelector", "matchExpressions", 0, "operator"),
    ("spec", "ingress", 0, "from", 0, "podSelector", "matchExpressions", 0, "values"),
    ("spec", "ingress", 0, "from", 0, "podSelector", "matchExpressions", 0, "values", 0),
    ("spec", "ingress", 0, "from", 0, "namespaceSelector"),
    ("spec", "ingress", 0, "from", 1),
    ("spec", "ingress", 0, "from", 1, "ipBlock"),
    ("spec", "ingress", 0, "from", 1, "ipBlock", "cidr"),
    ("spec", "ingress", 0, "from", 1, "ipBlock", "except"),
    ("spec", "ingress", 0, "from", 1, "ipBlock", "except", 0),
    ("spec", "ingress", 0, "ports"),
    ("spec", "ingress", 0, "ports", 0),
    ("spec", "ingress", 0, "ports", 0, "port"),
    ("spec", "ingress", 0, "ports", 0, "endPort"),
    ("spec", "ingress", 0, "ports", 0, "protocol"),
    ("spec", "ingress", 0, "ports", 1),
    ("spec", "ingress", 0, "ports", 1, "port"),
    ("spec", "egress", 0),
    ("spec", "egress", 0, "to"),
    ("spec", "egress", 1),
]
TEXTS = [
    80, 0, 70000, -1, 1.5, 6, 17, True, False,
    "80", "0", "080", "80-90", "90-80", "80:90", "80,443", "80/TCP", "tcp/53", "http", "HTTP",
    "web_api", "*", "all", "any", "10.0.0.0/8", "10.0.0.1", "10.1.2.3/16", "10.1.0.0", "fd00::/8",
    "::1", "10.0.0.1:80", "10.0.0.0/8, 10.1.0.0/16", "10.0", "app=web", "app==web", "app!=web",
    "app in (a, b)", "!app", "app: web", "web", "web,api", "web*", "!web", "a b", "", "ingress",
    "Ingress", "both", "Ingress,Egress", "egress", "TCP", "tcp", "icmp", "HTTPS", "TCP/UDP", "in",
    "=", "==", "!=", "notin", "exists", "DoesNotExists", "Gt", "${PORT}", "<name>", "example.com",
    "My_App", "default",
]  # fmt: skip
NAMES = [
    "action", "order", "status", "description", "name", "namespace", "namespaces", "labels",
    "app", "tier", "port", "ports", "protocol", "endPort", "portRange", "targetPort", "from",
    "to", "podSelector", "podSelectors", "pod_selector", "selector", "matchLabels",
    "matchLabel", "matchExpressions", "matchExpression", "key", "operator", "op", "values",
    "value", "cidr", "cidrs", "except", "excepts", "ipBlock", "ipBlocks", "IPBlock",
    "policyTypes", "policyType", "types", "ingress", "egress", "Ingress", "toPorts",
    "fromEndpoints", "toFQDNs", "fqdn", "serviceSelector", "service", "namespaceSelector",
    "spec", "metadata", "source", "destination", "matchNames",
]  # fmt: skip
PLAIN = st.sampled_from(TEXTS)
VALUES = st.recursive(
    PLAIN | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def slips(draw):
    """A policy with one to three slips: a value somewhere, or a field that is too many."""
    policy = deepcopy(POLICY)
    for _ in range(draw(st.integers(1, 3))):
        place, value = draw(st.sampled_from(PLACES)), draw(VALUES)
        try:
            there = held(policy, place)
            if isinstance(there, dict) and draw(st.booleans()):
                there[draw(st.sampled_from(NAMES))] = value
            elif place:
                held(policy, place[:-1])[place[-1]] = value
        except (KeyError, IndexError, TypeError):  # gone by an earlier slip
            continue
    return policy


@settings(max_examples=200, deadline=None)
@given(slips())
def test_what_a_hint_proposes_is_taken(policy):
    check_that_the_hints_do(policy)


@pytest.mark.parametrize("place", PLACES[1:], ids=lambda place: ".".join(map(str, place)))
def test_each_word_in_each_place_has_a_hint_that_does(place):
    for word in TEXTS:
        policy = deepcopy(POLICY)
        held(policy, place[:-1])[place[-1]] = word
        check_that_the_hints_do(policy)


@pytest.mark.parametrize("name", NAMES)
def test_each_field_too_many_has_a_hint_that_does(name):
    for place in PLACES:
        for value in (80, "web", ["web", "api"], "10.0.0.0/8", {}, [{"podSelector": {}}], None):
            policy = deepcopy(POLICY)
            there = held(policy, place)
            if isinstance(there, dict) and name not in there:
                there[name] = value
                check_that_the_hints_do(policy)
