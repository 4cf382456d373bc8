"""The API's types: closed for policies, open for everything else."""

from dataclasses import fields, is_dataclass

import pytest

from netpol_lab.manifests import api_types as api

TYPES = [kind for kind in vars(api).values() if is_dataclass(kind)]


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
def test_every_type_has_a_zero_value_as_in_go(kind):
    assert kind() == kind()
    assert not any(field.init is False for field in fields(kind))


def test_only_policies_and_what_they_are_made_of_are_closed():
    closed = {kind.__name__ for kind in TYPES if not issubclass(kind, api.Open)}
    assert closed == {
        "ObjectMeta", "LabelSelectorRequirement", "LabelSelector", "IPBlock", "NetworkPolicyPeer",
        "NetworkPolicyPort", "NetworkPolicyIngressRule", "NetworkPolicyEgressRule",
        "NetworkPolicySpec", "NetworkPolicy", "Object", "OwnerReference", "ManagedFieldsEntry",
    }  # fmt: skip


def test_fields_are_called_in_manifests_as_the_api_calls_them():
    names = [
        api.wire_name(field) for kind in (api.PodStatus, api.IPBlock) for field in fields(kind)
    ]
    assert names == ["phase", "hostIP", "hostIPs", "podIP", "podIPs", "cidr", "except"]
