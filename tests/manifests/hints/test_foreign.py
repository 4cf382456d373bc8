"""Fields that a NetworkPolicy does not have: those of other objects, and what people make up."""

from dataclasses import fields

import pytest

from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.hints.foreign import TABLE, words_of
from tests.helpers.decoded import problem


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        (api.NetworkPolicyIngressRule, "action", "has no action, it only admits"),
        (api.NetworkPolicySpec, "order", "have no order"),
        (api.NetworkPolicy, "status", "a NetworkPolicy has no status: leave it out"),
        (api.NetworkPolicyPeer, "fqdn", "not names of hosts"),
        (api.NetworkPolicyPeer, "serviceSelector", "choose the pods behind it, by a podSelector"),
        (api.NetworkPolicyEgressRule, "toFQDNs", "a field of CiliumNetworkPolicy"),
        (api.NetworkPolicyEgressRule, "toCIDR", "write to:, with an ipBlock in each item"),
        (api.NetworkPolicyIngressRule, "fromEndpoints", "write from:, with a podSelector"),
        (api.NetworkPolicyEgressRule, "destination", "a field of Calico's policies"),
        (api.NetworkPolicySpec, "namespaceSelector", "of its own namespace"),
        (api.NetworkPolicyPeer, "port", "which stands beside the list of peers"),
        (api.NetworkPolicyPort, "targetPort", "a policy names the port of the pod, as port"),
    ],
)
def test_a_field_of_another_object_says_how_a_policy_writes_it(kind, name, words):
    assert words in problem(kind, {name: 1}).hint


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.names.split()[0])
def test_no_row_is_about_a_field_that_its_types_have(row):
    for kind in row.types:
        own = {api.wire_name(field) for field in fields(kind)}
        assert not own & set(row.names.split())
        for name in row.names.split():
            assert "{" not in words_of(kind, name)


def test_no_field_is_in_two_rows():
    places = [(kind, name) for row in TABLE for kind in row.types for name in row.names.split()]
    assert len(places) == len(set(places))
