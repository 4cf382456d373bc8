"""What a server takes of a cluster-wide policy with a word about it."""

import pytest

from netpol_lab import load

HEAD = "apiVersion: policy.networking.k8s.io/v1beta1\nkind: ClusterNetworkPolicy\n"
SPEC = "spec:\n  tier: Admin\n  priority: 1\n  subject: {namespaces: {}}\n"


def warned(rest="", metadata="{name: c}", **how):
    return [
        (w.path, w.message)
        for w in load(f"{HEAD}metadata: {metadata}\n{SPEC}{rest}", **how).warnings
    ]


def test_a_plain_policy_is_taken_without_a_word():
    assert warned("  egress: [{action: Deny, to: [{networks: [10.0.0.0/8]}]}]") == []


def test_a_namespace_has_no_effect():
    ((path, message),) = warned(metadata="{name: c, namespace: shop}")
    assert (path, message.partition(":")[0]) == ("metadata.namespace", "has no effect")


def test_kubectl_apply_does_not_make_up_names():
    assert "cannot use generate name with apply" in warned(metadata="{generateName: c-}")[0][1]


@pytest.mark.parametrize(
    ("name", "number"), [("web", 0), ('""', 1), ("THIS_is_no_name", 1), ("far-too-long-for-it", 1)]
)
def test_a_name_that_no_port_can_have_matches_nothing(name, number):
    port = f"protocols: [{{destinationNamedPort: {name}}}]"
    rest = f"  ingress: [{{action: Deny, from: [{{namespaces: {{}}}}], {port}}}]"
    found = warned(rest, channel="experimental")
    assert len(found) == number
    assert all("no port can have this name" in message for _, message in found)
