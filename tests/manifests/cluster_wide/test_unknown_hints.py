"""What to write in place of fields of other versions and of a NetworkPolicy."""

import pytest

from netpol_lab import ManifestError, load
from netpol_lab.manifests.cluster_wide.unknown_hints import place_of

HEAD = """\
apiVersion: policy.networking.k8s.io/%s
kind: %s
metadata: {name: default}
spec:
"""


def hint(spec, kind="ClusterNetworkPolicy", **how):
    """The first hint about a spec, whatever else is wrong with it."""
    version = "v1beta1" if kind == "ClusterNetworkPolicy" else "v1alpha1"
    with pytest.raises(ManifestError) as refused:
        load(f"{HEAD % (version, kind)}  {spec}", **how)
    return refused.value.complaints[0].hint


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("podSelector: {a: b}", "write subject: {pods: {podSelector: {a: b}}}"),
        ("policyTypes: [Ingress]", "leave it out: a direction without rules is left alone"),
        ("subject: {podSelector: {}}", "write pods: {podSelector: {}}"),
        ("subject: {namespaceSelector: {}}", "write namespaces: {}"),
        ("ingress: [{from: [{namespaceSelector: {a: b}}]}]", "write namespaces: {a: b}; together"),
        (
            "ingress: [{from: [{namespaceSelector: {}, podSelector: {a: b}}]}]",
            "write pods: {namespaceSelector: {}, podSelector: {a: b}}",
        ),
        ("ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]", "rules of ingress match pods only"),
        ("ingress: [{from: [{networks: []}]}]", "rules of ingress match pods only"),
        ("egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]", "write networks: [10.0.0.0/8]"),
        ("egress: [{to: [{ipBlock: {cidr: a, except: [b]}}]}]", "there is no except"),
        ("ingress: [{ports: [{port: 80}]}]", "protocols: [{tcp: {destinationPort: {number: 80}}}]"),
        ("ingress: [{ports: web}]", "write protocols, such as [{tcp:"),
        ("ingress: [{to: []}]", "rules of ingress have from"),
        ("egress: [{from: []}]", "rules of egress have to"),
        ("ingress: [{namespaces: {}}]", "write from: [{namespaces: {}}]"),
        ("ingress: [{protocols: [{TCP: {}}]}]", "write tcp, in lower case"),
        ("ingress: [{protocols: [{icmp: {}}]}]", "without protocols one covers everything"),
        ("ingress: [{protocols: [{port: 80}]}]", "write {tcp: {destinationPort: {number: 80}}}"),
        ("ingress: [{protocols: [{namedPort: web}]}]", "write destinationNamedPort: web"),
        ("ingress: [{protocols: [{tcp: {port: 80}}]}]", "write destinationPort: {number: 80}"),
        ("ingress: [{protocols: [{tcp: {destinationPort: {port: 8}}}]}]", "write number: 8"),
        ("ingress: {from: []}", "put a dash before its first line"),
        ("Subject: {}", "write subject: upper and lower case matter"),
        ("prioritty: 1", "Did you mean priority?"),
        ("protocols: []", "protocols is a field of spec.egress[]: check the indentation"),
        ("foo: 1", "spec has egress, ingress, priority, subject, tier"),
        ("ingress: [{protocols: [{destinationNamedPort: a}]}]", "--channel experimental"),
        ("egress: [{to: [{nodes: {}}]}]", "--channel experimental"),
    ],
)
def test_a_field_that_is_unknown_has_another_way_to_be_written(spec, words):
    assert words in hint(spec)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (
            "ingress: [{protocols: [{tcp: {destinationPort: {number: 80}}}]}]",
            "v1alpha1 writes ports: [{portNumber: {protocol: TCP, port: 80}}]",
        ),
        ("ingress: [{protocols: x}]", "v1alpha1 writes ports: [{portNumber: {port: 80}}]"),
        ("ingress: [{ports: [{namedPort: web}]}]", "--channel experimental"),
        ("tier: Admin", "spec has egress, ingress, priority, subject"),
    ],
)
def test_the_first_version_has_ports(spec, words):
    assert words in hint(spec, "AdminNetworkPolicy")


def test_in_the_experimental_channel_nothing_is_said_of_it():
    assert "channel" not in hint("foo: 1", channel="experimental")


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ((), "object"),
        (("spec",), "spec"),
        (("spec", "subject"), "subject"),
        (("spec", "ingress", 0), "rule"),
        (("spec", "ingress", 0, "from", 0), "peer"),
        (("spec", "egress", 0, "ports", 0), "protocol"),
        (("spec", "egress", 0, "protocols", 0, "sctp"), "tcp"),
        (("spec", "egress", 0, "protocols", 0, "tcp", "destinationPort"), "destinationPort"),
        (("status", "conditions", 0), "item"),
    ],
)
def test_each_part_of_a_policy_has_a_name(path, place):
    assert place_of(path) == place
