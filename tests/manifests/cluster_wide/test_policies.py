"""Cluster-wide policies of every version become one form."""

from ipaddress import ip_network

import pytest

from netpol_lab import load
from netpol_lab.model.cluster_policies import Action, ClusterPolicy, Tier
from netpol_lab.model.objects import Direction, Peer, PolicyPort
from netpol_lab.model.ports import Protocol
from netpol_lab.model.selectors import Operator, Requirement, Selector

HEAD = "apiVersion: policy.networking.k8s.io/%s\nkind: %s\nmetadata: {name: %s}\nspec:\n"
EVERY_POD = Peer(Selector(), Selector())


def labelled(**labels):
    return Selector(tuple(Requirement(k, Operator.IN, (v,)) for k, v in labels.items()))


def policy(spec="", version="v1beta1", kind="ClusterNetworkPolicy", name="c"):
    """The one policy that is read from the rest of a spec."""
    if kind == "ClusterNetworkPolicy":
        spec = f"  tier: Admin\n{spec}"
    if kind != "BaselineAdminNetworkPolicy":
        spec = f"  priority: 7\n{spec}"
    if "subject" not in spec:
        spec = f"  subject: {{namespaces: {{}}}}\n{spec}"
    (found,) = load(f"{HEAD % (version, kind, name)}{spec}").cluster_policies
    return found


def rule(text, direction="ingress", **of):
    (found,) = policy(f"  {direction}: [{text}]", **of).rules(Direction(direction.title()))
    return found


def test_the_three_kinds_have_their_tiers_and_the_baseline_one_no_priority():
    assert policy() == ClusterPolicy("ClusterNetworkPolicy", "c", Tier.ADMIN, 7)
    old = policy(version="v1alpha1", kind="AdminNetworkPolicy")
    assert (old.tier, old.priority, old.version) == (Tier.ADMIN, 7, "v1alpha1")
    lowest = policy(version="v1alpha1", kind="BaselineAdminNetworkPolicy", name="default")
    assert (lowest.tier, lowest.priority) == (Tier.BASELINE, 0)


def test_v1alpha2_is_read_as_v1beta1_is():
    assert policy(version="v1alpha2").version == "v1alpha2"


@pytest.mark.parametrize(
    ("written", "action"), [("Allow", Action.ACCEPT), ("Deny", Action.DENY), ("Pass", Action.PASS)]
)
def test_allow_of_the_first_version_is_accept(written, action):
    text = f"{{action: {written}, from: [{{namespaces: {{}}}}]}}"
    assert rule(text, version="v1alpha1", kind="AdminNetworkPolicy").action is action


@pytest.mark.parametrize(
    ("written", "subject"),
    [
        ("namespaces: {}", EVERY_POD),
        ("namespaces: {matchLabels: {a: b}}", Peer(Selector(), labelled(a="b"))),
        ("pods: {podSelector: {matchLabels: {a: b}}}", Peer(labelled(a="b"), Selector())),
        (
            "pods: {podSelector: {matchLabels: {a: b}}, namespaceSelector: {matchLabels: {c: d}}}",
            Peer(labelled(a="b"), labelled(c="d")),
        ),
    ],
)
def test_a_subject_has_both_selectors(written, subject):
    assert policy(f"  subject: {{{written}}}").subject == subject


def test_conditions_are_kept_with_their_operators():
    written = "{key: a, operator: NotIn, values: [v, w]}, {key: b, operator: Exists}"
    found = policy(f"  subject: {{namespaces: {{matchExpressions: [{written}]}}}}").subject
    assert str(found.namespace_selector) == "a not in (v, w), b (any value)"


def test_networks_stay_together_so_that_a_peer_has_the_index_of_the_manifest():
    found = rule(
        "{name: out, action: Deny, to: [{networks: [10.0.0.0/8, 'fd00::/8']}, {namespaces: {}}]}",
        "egress",
    )
    assert found.path == "spec.egress[0]"
    assert found.name == "out"
    assert found.peers[0].networks == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
    assert found.peers[0].pod_selector is None
    assert found.peers[1].namespace_selector == Selector()


def test_ports_have_a_protocol_a_number_or_a_range():
    written = "[{tcp: {destinationPort: {number: 80}}}, {udp: {destinationPort: %s}}]"
    text = written % "{range: {start: 5, end: 9}}"
    found = rule(f"{{action: Deny, from: [{{namespaces: {{}}}}], protocols: {text}}}")
    assert found.ports == (PolicyPort(Protocol.TCP, 80), PolicyPort(Protocol.UDP, 5, 9))


def test_ports_of_the_first_version_are_of_tcp_where_they_name_no_protocol():
    ports = "[{portNumber: {port: 80}}, {portRange: {protocol: SCTP, start: 5, end: 9}}]"
    text = f"{{action: Deny, from: [{{namespaces: {{}}}}], ports: {ports}}}"
    found = rule(text, version="v1alpha1", kind="AdminNetworkPolicy")
    assert found.ports == (PolicyPort(Protocol.TCP, 80), PolicyPort(Protocol.SCTP, 5, 9))


def test_a_rule_without_ports_has_none():
    assert rule("{action: Deny, from: [{namespaces: {}}]}").ports == ()


def test_of_two_policies_of_one_kind_and_name_the_last_one_stands():
    one = f"{HEAD % ('v1beta1', 'ClusterNetworkPolicy', 'c')}  tier: Admin\n"
    one += "  priority: %s\n  subject: {namespaces: {}}\n"
    cluster = load(f"{one % 1}---\n{one % 2}")
    assert [found.priority for found in cluster.cluster_policies] == [2]
    assert "the last one replaces the other" in cluster.warnings[0].message


def test_nodes_have_their_labels():
    node = "apiVersion: v1\nkind: Node\nmetadata: {name: n1, labels: {zone: a}}"
    assert load(node).node_labels == {"n1": {"zone": "a"}}
