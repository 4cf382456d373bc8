"""What to write in place of values that are refused."""

import pytest

from netpol_lab import ManifestError, load

HEAD = """\
apiVersion: policy.networking.k8s.io/%s
kind: %s
metadata: {name: default}
spec: {%s, subject: {namespaces: {}}, %s}
"""


def hints(rest, kind="ClusterNetworkPolicy", head="tier: Admin, priority: 1"):
    version = "v1beta1" if kind == "ClusterNetworkPolicy" else "v1alpha1"
    with pytest.raises(ManifestError) as refused:
        load(HEAD % (version, kind, head, rest), channel="experimental")
    return " / ".join(found.hint for found in refused.value.complaints)


PEER = "from: [{namespaces: {}}]"
PORT = "ingress: [{action: Deny, from: [{namespaces: {}}], protocols: %s}]"


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        (f"ingress: [{{action: Allow, {PEER}}}]", "ClusterNetworkPolicy calls it Accept"),
        (f"ingress: [{{action: accept, {PEER}}}]", "write Accept: upper and lower case matter"),
        (f"ingress: [{{action: Reject, {PEER}}}]", "write action: Deny"),
        (f"ingress: [{{{PEER}}}]", "write action: Accept, Deny or Pass"),
        ("ingress: [{action: Deny}]", "write from: [{namespaces: {}}]"),
        ("egress: [{action: Deny, to: []}]", "write to: [{namespaces: {}}]"),
        ("ingress: [{action: Deny, from: [{}]}]", "write namespaces: {} for the pods of every"),
        ("ingress: [{action: Deny, from: [{pods: {}}]}]", "write podSelector: {}"),
        (
            "ingress: [{action: Deny, from: [{namespaces: {}, pods: {podSelector: {}}}]}]",
            "for both at once write pods: {namespaceSelector: {}, podSelector: {}}",
        ),
        ("egress: [{action: Deny, to: [{networks: [10.1.2.3/8]}]}]", "write 10.0.0.0/8: the"),
        ("egress: [{action: Deny, to: [{networks: [10.1.2.3]}]}]", "write 10.1.2.3/32"),
        ("egress: [{action: Deny, to: [{networks: [web]}]}]", "write the first address"),
        ("egress: [{action: Deny, to: [{networks: [10]}]}]", 'write "10", in quotation marks'),
        ("egress: [{action: Accept, to: [{domainNames: [com]}]}]", "a name of one label"),
        ("egress: [{action: Accept, to: [{domainNames: ['a.*.b']}]}]", "stands only in front"),
        (PORT % "[]", "for every port leave protocols out"),
        (PORT % "[{}]", "write tcp: {destinationPort: {number: 80}}"),
        (PORT % "[{udp: {}}]", "for every port of UDP write udp: {destinationPort: {range:"),
        (PORT % "[TCP]", "for every port of TCP write {tcp:"),
        (PORT % "[{tcp: {destinationPort: 80}}]", "write destinationPort: {number: 80}"),
        (PORT % "[{tcp: {destinationPort: {number: '80'}}}]", "write 80 without quotation marks"),
        (
            PORT % "[{tcp: {destinationPort: {number: web}}}]",
            "the item is destinationNamedPort: web",
        ),
        (PORT % "[{tcp: {destinationPort: {range: {start: 9, end: 1}}}}]", "{start: 1, end: 9}"),
        (PORT % "[{tcp: {destinationPort: {range: {start: 9, end: 9}}}}]", "is written number: 9"),
        (PORT % "[{tcp: {destinationPort: {number: 0}}}]", "a number from 1 to 65535"),
        (
            "egress: [{action: Deny, to: [{nodes: {}}], protocols: [{destinationNamedPort: a}]}]",
            "give the peers by address a rule of their own",
        ),
        ("ingress: [null]", "an item is empty"),
    ],
)
def test_a_value_that_is_refused_has_another_way_to_be_written(rest, words):
    assert words in hints(rest)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("priority: 1", "tier: Admin, before every NetworkPolicy, or tier: Baseline, after"),
        ("tier: NetworkPolicy, priority: 1", "among NetworkPolicies: write Admin or Baseline"),
        ("tier: Admin, priority: -1", "from 0, which goes first, to 1000"),
        ("tier: Admin, priority: '1'", "write 1 without quotation marks"),
    ],
)
def test_where_and_when_a_policy_is_asked_is_said(head, words):
    assert words in hints("ingress: []", head=head)


def test_the_first_version_allows_and_a_baseline_passes_nothing_on():
    rule = f"ingress: [{{action: %s, {PEER}}}]"
    assert "AdminNetworkPolicy calls it Allow" in hints(
        rule % "Accept", "AdminNetworkPolicy", "priority: 1"
    )
    baseline = ("BaselineAdminNetworkPolicy", "ingress: []")
    with pytest.raises(ManifestError, match="nothing to pass to"):
        load(HEAD % ("v1alpha1", baseline[0], "egress: []", rule % "Pass"))


def test_a_baseline_has_one_name():
    text = HEAD % ("v1alpha1", "BaselineAdminNetworkPolicy", "egress: []", "ingress: []")
    with pytest.raises(ManifestError, match=r"write metadata: \{name: default\}"):
        load(text.replace("name: default", "name: other"))


def test_a_lenient_server_that_drops_all_of_a_peer_is_told_what_was_meant():
    text = HEAD % ("v1beta1", "ClusterNetworkPolicy", "tier: Admin, priority: 1", "%s")
    rule = "ingress: [{action: Deny, from: [{namespaceSelector: {a: b}}]}]"
    with pytest.raises(
        ManifestError, match="namespaceSelector is dropped, and nothing is left: write namespaces"
    ):
        load(text % rule, strict=False)
