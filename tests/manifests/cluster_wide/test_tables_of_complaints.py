"""What is said of any value in any place of a cluster-wide policy, and of any unknown field.

The tables are in `../complaints/`. After a change of words, write them anew by
`python -m tests.manifests.cluster_wide.test_tables_of_complaints`, and read what has changed before
you commit it.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import pytest

from netpol_lab.manifests.cluster_wide.channels import Channel
from netpol_lab.manifests.cluster_wide.definitions import VERSIONS
from netpol_lab.manifests.cluster_wide.stored import stored
from netpol_lab.manifests.cluster_wide.warnings import policy_warnings
from netpol_lab.manifests.field_paths import format_path, parse_path
from tests.helpers.places import ROOT
from tests.helpers.tables import lines_of, write_lines

FOLDER = ROOT / "tests" / "manifests" / "complaints"
PODS = {"namespaceSelector": {}, "podSelector": {}}
RULE = {"action": "Deny", "from": [{"namespaces": {}}]}
TCP = {"tcp": {"destinationPort": {"number": 80}}}
UDP = {"udp": {"destinationPort": {"range": {"start": 53, "end": 54}}}}
NUMBER = {"portNumber": {"port": 80, "protocol": "TCP"}}
SPAN = {"portRange": {"start": 53, "end": 54, "protocol": "UDP"}}
SPECS = {
    "ClusterNetworkPolicy": {
        "tier": "Admin",
        "priority": 1,
        "subject": {"namespaces": {}},
        "ingress": [RULE | {"name": "a", "protocols": [TCP, UDP]}],
        "egress": [{"action": "Deny", "to": [{"networks": ["10.0.0.0/8"]}]}],
    },
    "AdminNetworkPolicy": {
        "priority": 1,
        "subject": {"pods": PODS},
        "ingress": [RULE | {"ports": [NUMBER, SPAN]}],
        "egress": [{"action": "Deny", "to": [{"networks": ["10.0.0.0/8"]}]}],
    },
    "BaselineAdminNetworkPolicy": {
        "subject": {"namespaces": {"matchLabels": {"a": "b"}}},
        "ingress": [RULE | {"ports": [NUMBER, SPAN]}],
        "egress": [{"action": "Deny", "to": [{"networks": ["10.0.0.0/8"]}]}],
    },
}
SHORT = {kind: "".join(re.findall("[A-Z]", kind)) for kind in SPECS}
# Values by where they stand, each for all kinds that have such a place.
VALUES = {
    "metadata": [
        None,
        {},
        {"name": "a"},
        {"name": "A"},
        {"generateName": "a-"},
        1,
        [],
        {"name": "default", "namespace": "shop"},
        {"name": 1},
        {"labels": {"a": 1}},
        {"labels": 1},
        {"generation": "a"},
        {"ownerReferences": 1},
        {"finalizers": 1},
        {"ownerReferences": [{"controller": 1}]},
        {"creationTimestamp": 1},
        {"name": "default", "nam": "b", "Labels": {}},
        {"finalizers": [1]},
    ],
    "spec": [
        None,
        {},
        [],
        "a",
        {"teir": "Admin"},
        {"tier": "Admin", "teir": "Admin", "priority": 1, "subject": {"namespaces": {}}},
    ],
    "spec.tier": [None, 1, "", "admin", "NetworkPolicy", "Foo", "Baseline"],
    "spec.priority": [None, -1, 0, 1000, 1001, 1.5, 1.0, "5", "a", True, 2**31, 2**32, 2**63],
    "spec.subject": [
        None,
        {},
        [],
        "a",
        {"namespaces": None},
        {"namespaces": {}, "pods": PODS},
        {"pods": {}},
        {"pods": {"podSelector": {}}},
        {"pods": {"namespaceSelector": {}}},
        {"podSelector": {}},
        {"namespaceSelector": {"matchLabels": {"a": "b"}}},
        {"matchLabels": {"a": "b"}},
        {"matchExpressions": []},
        {"networks": []},
        {"nodes": {}},
        {"namespaces": {}, "nodes": {}},
        {"namespaces": {"matchLabels": 1}},
        {"namespaces": {"matchExpressions": [{"key": "a", "operator": "Foo"}]}},
        {"namespaces": {"matchExpressions": [{"key": "a"}, {"operator": "In"}]}},
        {"namespaces": {"matchlabels": {}}},
        {"pods": PODS | {"x": 1}},
        {"pods": {"podSelector": {"matchLabels": {"a": "-"}}, "namespaceSelector": {}}},
    ],
    "spec.ingress": [
        None,
        {},
        [None],
        ["a"],
        [{}],
        [RULE] * 25,
        [RULE] * 26,
        [RULE] * 101,
        RULE,
        [RULE | {"action": "Accept"}],
        [RULE, {"from": []}],
    ],
    "spec.ingress[0].action": [
        None,
        1,
        "Allow",
        "Accept",
        "accept",
        "allow",
        "Pass",
        "pass",
        "DENY",
        "Reject",
        "drop",
        "block",
        "x",
    ],
    "spec.ingress[0].name": [None, 1, "a" * 100, "a" * 101],
    "spec.ingress[0].from": [
        None,
        [],
        {},
        [None],
        [{}],
        ["a"],
        [{"namespaces": {}}] * 25,
        [{"namespaces": {}}] * 26,
        [{"namespaces": {}}] * 101,
        {"namespaces": {}},
        [{"namespaces": {}, "pods": PODS}],
        [{"namespaces": {}, "pods": {"podSelector": {}}}],
    ],
    "spec.ingress[0].from[0]": [
        {"networks": ["10.0.0.0/8"]},
        {"nodes": {}},
        {"domainNames": ["a.example"]},
        {"fqdns": []},
        {"ipBlock": {}},
        {"cidr": "10.0.0.0/8"},
        {"podSelector": {}},
        {"namespaceSelector": {}},
        {"podSelector": {"matchLabels": {"a": "b"}}, "namespaceSelector": {}},
        {"matchLabels": {}},
        {"matchExpressions": []},
        {"ports": []},
        {"protocols": []},
        {"namespace": {}},
        {"pod": {}},
        {"pods": None},
        {"pods": {"podSelector": None}},
        {"namespaces": {}, "x": None},
        {"Pods": {}},
        {"action": "Deny"},
        {"pods": []},
        {"namespaces": []},
    ],
    "spec.ingress[0].protocols": [
        None,
        [],
        {},
        "TCP",
        80,
        [None],
        [{}],
        ["tcp"],
        ["TCP", "udp"],
        ["icmp"],
        [80],
        [TCP, TCP],
        [TCP] * 25,
        [TCP] * 26,
        [TCP | UDP],
        [{"TCP": {}}],
        [{"icmp": {}}],
        [{"all": {}}],
        [{"tcp": None}],
        [{"tcp": {}}],
        [{"sctp": {}}],
        [{"tcp": 80}],
        [{"tcp": {"port": 80}}],
        [{"tcp": {"number": 80}}],
        [{"tcp": {"destinationPorts": []}}],
        [{"udp": {"range": {}}}],
        [{"tcp": {"destinationNamedPort": "web"}}],
        [{"namedPort": "web"}],
        [{"name": "web"}],
        [{"destinationNamedPort": "web"}],
        [{"destinationNamedPort": "A B"}],
        [{"port": 80}],
        [{"port": "web"}],
        [{"protocol": "UDP"}],
        [{"protocol": "x"}],
        [{"portNumber": {"port": 80}}],
        [{"portRange": {"start": 1, "end": 2}}],
        [{"portRange": {"start": 1}}],
        [{"x": 1}],
        [TCP, 1],
        [TCP | {"port": 80}],
    ],
    "spec.ingress[0].protocols[0].tcp.destinationPort": [
        None,
        {},
        80,
        "80",
        True,
        [],
        {"number": 0},
        {"number": 1},
        {"number": 65535},
        {"number": 65536},
        {"number": "80"},
        {"number": "web"},
        {"number": "²"},
        {"number": None},
        {"number": 80, "range": {"start": 1, "end": 2}},
        {"port": 80},
        {"namedPort": "a"},
        {"name": "a"},
        {"start": 1},
        {"end": 2},
        {"endPort": 2},
        {"range": None},
        {"range": {}},
        {"range": {"start": 2, "end": 1}},
        {"range": {"start": 2, "end": 2}},
        {"range": {"start": 1}},
        {"range": {"end": 1}},
        {"range": {"start": "a", "end": 2}},
        {"range": {"start": 0, "end": 0}},
        {"range": "1-2"},
        {"Number": 80},
        {"numbr": 80},
    ],
    "spec.ingress[0].ports": [
        None,
        [],
        {},
        80,
        [None],
        [{}],
        ["tcp"],
        [80],
        [{"port": 80}],
        [{"port": 80, "endPort": 90}],
        [{"port": "web"}],
        [{"protocol": "UDP"}],
        [NUMBER] * 100,
        [NUMBER] * 101,
        [NUMBER | SPAN],
        [{"portNumber": {}}],
        [{"portNumber": {"port": 80}}],
        [{"portNumber": {"protocol": "x", "port": 1}}],
        [{"portNumber": {"port": 0}}],
        [{"portNumber": {"port": "80"}}],
        [{"portNumber": 80}],
        [{"portRange": {"start": 2, "end": 1}}],
        [{"portRange": {"start": 1}}],
        [{"namedPort": "web"}],
        [{"portRange": {"end": 1, "start": 1, "protocol": None}}],
        [{"namedPort": "A"}],
        [TCP],
        [UDP],
        [{"tcp": {}}],
        [{"destinationNamedPort": "web"}],
        [{"sctp": {"destinationPort": {"number": 1}}}],
    ],
    "spec.egress": [
        [{"action": "Deny", "from": []}],
        [{"action": "Deny", "podSelector": {}}],
        [{"action": "Deny", "namespaceSelector": {}}],
        [{"action": "Deny", "namespaces": {}}],
        [{"action": "Deny", "pods": PODS}],
        [{"action": "Deny", "networks": ["::/0"]}],
        [{"action": "Deny", "priority": 1, "to": [{"namespaces": {}}]}],
        [
            {
                "action": "Deny",
                "to": [{"networks": ["::/0"]}],
                "protocols": [{"destinationNamedPort": "a"}],
            }
        ],
        [{"action": "Deny", "to": [{"networks": ["::/0"]}], "ports": [{"namedPort": "a"}]}],
        [{"action": "Deny", "to": [{"nodes": {}}], "ports": [NUMBER, {"namedPort": "a"}]}],
        [
            {
                "action": "Deny",
                "to": [{"namespaces": {}}, {"domainNames": ["a.b"]}],
                "ports": [{"namedPort": "a"}],
            }
        ],
        [
            {
                "action": "Deny",
                "to": [{"domainNames": ["a.b"]}],
                "protocols": [TCP, {"destinationNamedPort": "a"}],
            }
        ],
        [
            {
                "action": "Deny",
                "to": [{"namespaces": {}}],
                "protocols": [{"destinationNamedPort": "a"}],
            }
        ],
        [{"action": "Deny", "to": [{"networks": ["::/0"]}], "protocols": [TCP], "ports": [NUMBER]}],
    ],
    "spec.egress[0].to": [
        [],
        [{"ipBlock": {"cidr": "10.0.0.0/8"}}],
        [{"ipBlock": {}}],
        [{"ipBlock": 1}],
        [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}],
        [{"cidr": "10.0.0.0/8"}],
        [{"fqdns": ["a.b"]}],
        [{"nodes": {}}],
        [{"nodes": {"matchExpressions": [{"key": "a", "operator": "Foo"}]}}],
        [{"networks": ["::/0"], "namespaces": {}}],
        [{"networks": None}],
    ],
    "spec.egress[0].to[0].networks": [
        None,
        [],
        "10.0.0.0/8",
        [None],
        [1],
        ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", 1],
        ["a"],
        ["10.0.0.0/8", "10.0.0.0/8"],
        [f"10.0.{i}.0/24" for i in range(25)],
        [f"10.0.{i}.0/24" for i in range(26)],
        ["10.0.0.1"],
        ["10.0.0.1/8"],
        ["10.0.0.0/33"],
        ["10.0.0.0/08"],
        ["10.0.0.0/0008"],
        ["10.0/16"],
        ["fd00::1/8"],
        ["FD00::/8"],
        ["fd00::%eth0/64"],
        ["::ffff:10.0.0.0/104"],
        ["10.0.0.0/8 "],
        ["0000:0000:0000:0000:0000:0000:0000:0000/000"],
        ["0000:0000:0000:0000:0000:0000:0000:0000/0000"],
        ["a" * 44],
        ["10.0.0.0/+8"],
        ["\u0661.0.0.0/8"],
        ["10.0.0.1/8", "x"],
        ["any"],
        ["::/128"],
    ],
    "spec.egress[0].to[0]": [
        {"domainNames": names}
        for names in (
            None,
            [],
            [1],
            ["example.com"],
            ["*.example.com"],
            ["*"],
            ["com"],
            ["com."],
            ["*.com"],
            ["a.*.com"],
            ["www.*"],
            ["a b.com"],
            ["a.example.com."],
            ["_a.example.com"],
            ["-a.com"],
            ["m\u00fcnchen.de"],
            ["a.com", "a.com"],
            ["a_b.com"],
            ["a..com"],
            ["A.COM"],
            ["[.com"],
        )
    ],
    "status": [
        None,
        {},
        {"conditions": []},
        {"conditions": [{}]},
        {"phase": "x"},
        {"conditions": 1},
        {"conditions": [{"type": 1, "observedGeneration": "a"}]},
    ],
}
FIELDS = """
    podSelector namespaceSelector namespaces pods policyTypes rules action default matchLabels
    matchExpressions networks nodes ports protocols cidr fqdns priority port namedPort name start
    end endPort number destinationPorts range destinationNamedPort destinationPort tier subject
    ingress egress from to ipBlock domainNames tcp TCP udp icmp portNumber portRange Action spcc
    prioritie key operator values conditions kind metadata unheard
"""
HOLDERS = """
    spec spec.subject spec.ingress[0] spec.ingress[0].from[0] spec.egress[0] spec.egress[0].to[0]
    spec.ingress[0].protocols[0] spec.ingress[0].protocols[0].tcp spec.ingress[0].ports[0]
    spec.ingress[0].protocols[0].tcp.destinationPort
    spec.ingress[0].protocols[1].udp.destinationPort.range spec.ingress[0].ports[0].portNumber
    spec.ingress[0].ports[1].portRange spec.subject.pods
"""


def has(whole, path):
    """Whether there is such a place."""
    for step in path:
        if not (step in whole if isinstance(whole, dict) else step < len(whole)):
            return False
        whole = whole[step]
    return True


def with_value(whole, path, value):
    """A policy with a value in one place."""
    if not path:
        return value
    changed = whole.copy()
    held = whole.get(path[0]) if isinstance(whole, dict) else whole[path[0]]
    changed[path[0]] = with_value({} if held is None else held, path[1:], value)
    return changed


def policy_of(kind):
    head = {"apiVersion": f"policy.networking.k8s.io/{VERSIONS[kind][0]}", "kind": kind}
    return {**head, "metadata": {"name": "default"}, "spec": SPECS[kind]}


def said(policy, channel) -> Iterator[str]:
    """What is said of a policy: unknown fields, faults, and if there are none, warnings."""
    found = stored(policy, channel)
    problems = [*found.unknown, *found.refused] or policy_warnings(found.policy, policy)
    for each in problems:
        words = ": ".join(filter(None, (each.reason.words, each.message)))
        at = f" (at {format_path(each.written_at)})" if each.written_at else ""
        yield f"{format_path(each.path)}{at}: {words} | {each.hint}"


def short(value):
    """A value as JSON, where items that are repeated are counted."""
    if isinstance(value, list) and len(value) > 9:
        return f"{len(value)} times {json.dumps(value[0])}"
    return json.dumps(value)


def told(of: Callable[[dict, Channel], Iterable[str]], path, kinds=(*SPECS,)) -> Iterator[str]:
    """What a function says of a policy of each kind in each channel, what is alike as one."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for kind in kinds:
        if path == ("status",) or has(policy_of(kind), path):
            for channel in Channel:
                lines = tuple(of(policy_of(kind), channel))
                alike.setdefault(lines, []).append(f"{SHORT[kind]} {channel}")
    for lines, those in alike.items():
        yield f"  {', '.join(those) if len(alike) > 1 else 'all'}:{'' if lines else ' taken'}"
        yield from (f"    {line}" for line in lines)


def of_values() -> Iterator[str]:
    """What is said of each value in each place."""
    for place, values in VALUES.items():
        path = parse_path(place)
        for value in values:
            yield f"{place}: {short(value)}"
            yield from told(partial(with_value_said, path, value), path)


def with_value_said(path, value, policy, channel) -> Iterator[str]:
    return said(with_value(policy, path, value), channel)


def unknown(path, policy, channel) -> list[str]:
    """What is proposed for each field that is unknown there."""
    holder, hints = policy, {}
    for step in path:
        holder = holder[step]
    for key in FIELDS.split():
        if key not in holder:
            changed = with_value(policy, path, holder | {key: {"a": "b"}})
            for each in stored(changed, channel).unknown:
                said = re.sub(rf"^{key} ", "KEY ", each.hint.partition("; once this")[0])
                hints.setdefault(said, []).append(key)
    return [f"{hint}  <-  {' '.join(keys)}" for hint, keys in hints.items()]


def of_fields() -> Iterator[str]:
    """What is proposed for each unknown field in each mapping."""
    for place in HOLDERS.split():
        path = parse_path(place)
        yield f"{place}:"
        yield from told(partial(unknown, path), path, [*SPECS][:2])  # the third is like the second


TABLES = {"cluster_wide_values": of_values, "cluster_wide_fields": of_fields}


@pytest.mark.parametrize("table", TABLES)
def test_this_is_said(table):
    assert [*TABLES[table]()] == lines_of(FOLDER / f"{table}.txt")


if __name__ == "__main__":
    for name, lines in TABLES.items():
        write_lines(FOLDER / f"{name}.txt", lines())
