"""What is proposed for any value in any place, and for any field in any mapping: as tables.

The tables are in `complaints/`. After a change of words, write them anew by
`python -m tests.manifests.test_tables_of_hints`, and read what has changed before you commit it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import fields

import pytest

from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.decoding import decoder
from netpol_lab.manifests.field_paths import format_path, parse_path
from netpol_lab.manifests.hints.fields import unknown_field
from netpol_lab.manifests.hints.foreign import TABLE
from netpol_lab.manifests.validation.objects import check_object
from tests.helpers.places import ROOT
from tests.helpers.tables import lines_of, write_lines

FOLDER = ROOT / "tests" / "manifests" / "complaints"
SELECTOR = {"matchLabels": {"app": "web"}}
RULE = {"from": [{"podSelector": {}}], "ports": [{"port": 80, "endPort": 90, "protocol": "TCP"}]}
POLICY = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "p", "namespace": "shop", "labels": {"a": "b"}, "creationTimestamp": None},
    "spec": {
        "podSelector": {
            "matchLabels": {"app": "web"},
            "matchExpressions": [{"key": "app", "operator": "In", "values": ["api"]}],
        },
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [RULE],
        "egress": [
            {
                "to": [
                    {"namespaceSelector": {}},
                    {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}},
                ],
                "ports": [{"port": 53}],
            }
        ],
    },
}
PLACES = """
    metadata metadata.name metadata.labels.a metadata.creationTimestamp spec spec.podSelector
    spec.podSelector.matchLabels spec.podSelector.matchLabels.app
    spec.podSelector.matchExpressions spec.podSelector.matchExpressions[0]
    spec.podSelector.matchExpressions[0].key spec.podSelector.matchExpressions[0].operator
    spec.podSelector.matchExpressions[0].values spec.podSelector.matchExpressions[0].values[0]
    spec.policyTypes spec.policyTypes[0] spec.ingress spec.ingress[0] spec.ingress[0].from
    spec.ingress[0].from[0] spec.ingress[0].ports spec.ingress[0].ports[0]
    spec.ingress[0].ports[0].port spec.ingress[0].ports[0].endPort
    spec.ingress[0].ports[0].protocol spec.egress[0].to[0].namespaceSelector
    spec.egress[0].to[1].ipBlock spec.egress[0].to[1].ipBlock.cidr
    spec.egress[0].to[1].ipBlock.except spec.egress[0].to[1].ipBlock.except[0]
"""
VALUES = [
    None, True, False, 0, 1, 80, 65535, 65536, -1, 1.5, 2**31, 2**63, "", " ", "x", "a b", "team-a",
    "80", "0", "65536", "0080", "1234567890", "80-90", "90-80", "80 - 90", "80,443", "80;http",
    "tcp/80", "80/UDP", "tcp/80-90/udp", "UDP", "icmp", "http", "all", "Any", "*", "None", "{}",
    "app=web", "app==web", "app: web", "app:web", "app=", 'app=""', "app!=web", "!app",
    "app in (a, b)", "app notin (a)", "app=web,tier=db", "app=web,x", "key: app",
    "cidr: 10.0.0.0/8", "10.0.0.0/8", "10.0.0.1", "10.0.0.1/8", "10.0.0.0/8, 192.168.0.0/16",
    "10.0.0.0/33", "10.0.0.0/255.0.0.0", "10.0", "10.0/16", "10.*", "10.0.0.1-10.0.0.2",
    "10.0.0.2-10.0.0.3", "10.0.0.1:80", "10.0.0.0/8:80", "010.0.0.0/8", "::", "fd00::1/8", "0/0",
    "10.0.0.0\\8", "www.example.com", "ingress", "Ingress,Egress", "ingress and egress", "both",
    "Ingress/x", "2026-01-01", "2026-01-01 12:00:00", "2026-13-01T00:00:00Z",
    [], [[]], [None], ["x"], ["80"], [80], [80, 443], [80, "x y"], ["80-90", "http"], ["a", "b"],
    [True], ["app=web"], ["app=web", "tier=db"], ["10.0.0.0/8"], ["10.0.0.0/8", "fd00::/8"],
    ["10.0.0.0/8", "app=web"], ["Ingress"], ["Ingress", "egress"], ["TCP", "UDP"], [{}],
    [{"app": "web"}], [{"app": "web"}, {"tier": "db"}], [{"app": "web"}, "x"], "name: a",
    "labels = b", [SELECTOR], [SELECTOR, SELECTOR],
    [{"cidr": "10.0.0.0/8"}], [{"cidr": "10.0.0.0/8"}, {"cidr": "10.1.0.0/8"}],
    {}, {"app": "web"}, {"app": ["a", "b"]}, {"app": ["a"]}, {"app": []}, {"app": 1}, {"app": True},
    {"key": "app"}, {"number": 80}, {"name": "http"}, {"cidr": "10.0.0.0/8"}, {"x": "a b"},
    {"Ingress": None}, {"Ingress": True, "egress": None}, {"Ingress": False}, SELECTOR,
]  # fmt: skip


def with_value(whole, path, value):
    """A policy with a value in one place."""
    if not path:
        return value
    changed = whole.copy()
    changed[path[0]] = with_value(whole[path[0]], path[1:], value)
    return changed


def proposed(path, value) -> list[str]:
    """What is said where a value stands at a path: first of types, else by the rules."""
    policy = with_value(POLICY, path, value)
    problems = []
    found = decoder(api.NetworkPolicy)(policy, (), problems)
    problems = problems or [*check_object(found)]
    return [
        f"{'' if p.path[: len(path)] == path else format_path(p.path) + ': '}{p.hint or p.message}"
        for p in problems
    ]


def of_values() -> Iterator[str]:
    """What is proposed for each value in each place, where it is not taken."""
    for place in PLACES.split():
        by_hint: dict[str, list[str]] = {}
        for value in VALUES:
            for hint in dict.fromkeys(proposed(parse_path(place), value)):
                by_hint.setdefault(hint, []).append(json.dumps(value))
        yield f"{place}:"
        yield from (f"  {hint}  <-  {'  '.join(values)}" for hint, values in by_hint.items())


HOLDERS = {
    "": api.NetworkPolicy,
    "metadata": api.ObjectMeta,
    "spec": api.NetworkPolicySpec,
    "spec.podSelector": api.LabelSelector,
    "spec.podSelector.matchExpressions[0]": api.LabelSelectorRequirement,
    "spec.ingress[0]": api.NetworkPolicyIngressRule,
    "spec.egress[0]": api.NetworkPolicyEgressRule,
    "spec.ingress[0].from[0]": api.NetworkPolicyPeer,
    "spec.egress[0].to[0].ipBlock": api.IPBlock,
    "spec.ingress[0].ports[0]": api.NetworkPolicyPort,
}
OWN = """
    apiVersion kind metadata spec name namespace labels podSelector ingress egress policyTypes
    matchLabels matchExpressions key operator values from to ports namespaceSelector ipBlock cidr
    except port endPort protocol
"""
MADE_UP = """
    podselector podSelectors PodSelector matchLabel matchExpression match_labels ingres egresss
    policyType policytypes selector types inbound outbound directions sources destinations peers
    label op expressions containerPort number start end portRange range any matchNames team
    namespaces pod podName pods cidrs ipblock excepts portocol endport ports_ From TO froms
"""
FOREIGN = [name for row in TABLE for name in row.names.split()]
BESIDE = [
    ("spec.podSelector", {"app": ["a", "b"]}), ("spec.podSelector", {"app": ["a"]}),
    ("spec.podSelector", {"app": "a b"}), ("spec.podSelector", {"matchNames": ["a"]}),
    ("spec.podSelector", {"matchNames": ["a", "b"], "matchLabels": {}}),
    ("spec.podSelector", {"app": "web", "matchLabels": {"a": "b"}}),
    ("spec.podSelector", {"app": ["a", "b"], "matchExpressions": []}),
    ("spec.podSelector.matchExpressions[0]", {"app": "web", "key": "a"}),
    ("spec.podSelector.matchExpressions[0]", {"app": ["a", "b"]}),
    ("spec.podSelector.matchExpressions[0]", {"app": 1}),
    ("spec.podSelector.matchExpressions[0]", {"name": "a", "key": "b"}),
    ("spec.ingress[0].ports[0]", {"portRange": "80-90"}),
    ("spec.ingress[0].ports[0]", {"range": "from 80 to 90"}),
    ("spec.ingress[0].ports[0]", {"Range": {"start": 1, "end": 2}}),
    ("spec.ingress[0].ports[0]", {"range": [1, 2]}), ("spec.ingress[0].ports[0]", {"range": 80}),
    ("spec.ingress[0].ports[0]", {"containerPort": 80, "port": 80}),
    ("spec.ingress[0].ports[0]", {"containerPort": "a b"}),
    ("spec.ingress[0]", {"to": [], "from": []}), ("spec.egress[0]", {"from": [], "to": []}),
    ("spec.ingress[0]", {"port": 80}), ("spec.ingress[0]", {"port": 80, "protocol": "UDP"}),
    ("spec.ingress[0]", {"port": "80/TCP", "protocol": "UDP"}),
    ("spec.ingress[0]", {"port": 80, "endPort": 90}),
    ("spec.ingress[0]", {"port": 80, "ports": []}),
    ("spec.ingress[0]", {"port": [80, 90], "protocol": "UDP"}),
    ("spec.ingress[0]", {"port": 80, "protocol": "x"}), ("spec.ingress[0]", {"cidr": "a"}),
    ("spec.egress[0]", {"cidr": "10.0.0.1"}), ("spec.egress[0]", {"cidr": "10.0.0.1", "to": []}),
    ("spec.ingress[0].from[0]", {"namespace": "a", "namespaceSelector": {}}),
    ("spec.ingress[0].from[0]", {"namespace": "a", "ipBlock": {}}),
    ("spec.ingress[0].from[0]", {"namespace": "a b"}), ("spec.ingress[0].from[0]", {"pod": {}}),
    ("spec.ingress[0].from[0]", {"namespaces": ["a", "b"]}),
    ("spec.ingress[0].from[0]", {"pod": "a", "podSelector": {}}),
    ("spec.ingress[0].from[0]", {"labels": {"app": "web"}}),
    ("spec.ingress[0].from[0]", {"labels": {"app": "web"}, "podSelector": {}}),
    ("spec.ingress[0].from[0]", {"app": "web", "ipBlock": {}}),
    ("spec.ingress[0].from[0]", {"app": "web", "podSelector": {}}),
    ("spec.ingress[0].from[0]", {"from": [], "ports": []}),
    ("spec.ingress[0].from[0]", {"to": [], "ports": []}), ("spec.ingress[0].from[0]", {"to": []}),
    ("spec.egress[0].to[0]", {"to": [], "ports": []}),
    ("spec.egress[0].to[0]", {"to": [], "ports": [], "podSelector": {}}),
    ("spec.ingress[0].from[0]", {"matchLabels": {}, "podSelector": None}),
    ("spec.ingress[0].from[0]", {"matchLabels": {}, "podSelector": {"matchLabels": {}}}),
    ("spec.ingress[0].from[0]", {"matchLabels": {}, "namespaceSelector": {}}),
    ("spec.ingress[0].from[0]", {"matchLabels": {}, "namespaceSelector": {"matchLabels": {}}}),
    ("spec.ingress[0].from[0]", {"matchLabels": {}, "ipBlock": {}}),
    ("spec.ingress[0].from[0]", {"cidr": "a", "podSelector": {}, "namespaceSelector": {}}),
    ("spec.ingress[0].from[0]", {"ipblock": {}, "podSelector": {}}),
    ("spec.ingress[0].from[0]", {"PodSelector": {}, "ipBlock": {}}),
    ("spec.ingress[0].from[0]", {"PodSelector": {}, "podSelector": {}}),
    ("spec", {"matchLabels": {"a": 1, "b": True, "c": 2, "d": 3, "e": 4, "f": 5}}),
    ("spec", {"Ingress": [{"from": 1}]}), ("spec", {"from": [], "ingress": []}),
    ("spec", {"to": [], "ingress": []}), ("spec", {"ports": [], "egress": []}),
    ("spec", {"ports": []}),
    ("", {"podSelector": {}, "spec": {}}), ("", {"podSelector": {}, "spec": {"podSelector": {}}}),
    ("", {"Spec": {}, "spec": {}}), ("", {"ingress": {}}), ("", {"name": "a", "metadata": {}}),
]  # fmt: skip
KINDS = HOLDERS | {"spec.egress[0].to[0]": api.NetworkPolicyPeer}


def of_fields() -> Iterator[str]:
    """What is said of each unknown field of each mapping, and of some beside others."""
    for place, kind in HOLDERS.items():
        by_hint: dict[str, list[str]] = {}
        for key in dict.fromkeys([*OWN.split(), *MADE_UP.split(), *FOREIGN]):
            if key not in {api.wire_name(field) for field in fields(kind)}:
                said = unknown_field(kind, key, {key: "a"}, parse_path(place)).words
                alike = re.sub(rf"\b{key}\b", "KEY", said) if len(key) > 4 else said
                by_hint.setdefault(alike, []).append(key)
        yield f"{place or 'the top level'}:"
        yield from (f"  {hint}  <-  {' '.join(keys)}" for hint, keys in by_hint.items())
    for place, beside in BESIDE:
        problems = []
        decoder(KINDS[place])(beside, parse_path(place), problems)
        yield f"{place or 'the top level'}: {json.dumps(beside)}"
        yield from (f"  {format_path(each.path)}: {each.hint}" for each in problems)


TABLES = {"values": of_values, "fields": of_fields}


@pytest.mark.parametrize("table", TABLES)
def test_this_is_proposed(table):
    assert [*TABLES[table]()] == lines_of(FOLDER / f"{table}.txt")


if __name__ == "__main__":
    for name, lines in TABLES.items():
        write_lines(FOLDER / f"{name}.txt", lines())
