"""What to type instead of a value of the wrong type, or of a field that is unknown."""

import pytest

from netpol_lab.errors import Reason
from netpol_lab.manifests import api_types as api
from tests.helpers.decoded import problem


@pytest.mark.parametrize(
    ("kind", "value", "hint"),
    [
        (api.NetworkPolicySpec, {"matchLabels": {}}, "under podSelector"),
        (api.NetworkPolicyPeer, {"ports": []}, "an ingress rule"),
        (api.NetworkPolicySpec, {"podselector": {}}, "podSelector"),
        (api.NetworkPolicyIngressRule, {"to": []}, "an egress rule"),
        (api.LabelSelector, {"zzzzzzzz": 1}, "matchLabels, matchExpressions"),
        (api.NetworkPolicy, {"ingress": []}, "under spec"),
    ],
)
def test_an_unknown_field_is_sent_home(kind, value, hint):
    found = problem(kind, value)
    assert found.reason is Reason.UNKNOWN
    assert hint in found.hint


def test_a_field_in_the_wrong_place_tells_the_faults_inside_it_as_well():
    rules = [{"from": [{"podSelector": None, "matchLabels": {}}]}]
    found = problem(api.NetworkPolicy, {"ingress": rules})
    assert found.hint == (
        "did you mean spec.ingress? Indent it by two, under spec; then "
        "spec.ingress[0].from[0].matchLabels: did you mean podSelector.matchLabels? "
        "Indent it by two, under podSelector"
    )


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (api.LabelSelector, {"matchLabels": {"a": True}}, "in quotes"),
        (api.LabelSelector, {"matchLabels": {"a": 1.1}}, "in quotes"),
        (api.NetworkPolicyPort, {"endPort": "90"}, "remove the quotes"),
        (api.NetworkPolicySpec, {"policyTypes": "Ingress"}, "[Ingress]"),
        (api.NetworkPolicySpec, {"ingress": {"from": []}}, "put a dash before it"),
        (api.NetworkPolicySpec, {"ingress": {}}, "[] for no rule (nothing is admitted), or [{}]"),
        (api.NetworkPolicySpec, {"egress": "none"}, "[] for no rule"),
        (api.NetworkPolicySpec, {"egress": False}, "[] for no rule"),
        (api.NetworkPolicyIngressRule, {"ports": 80}, "[{port: 80}]"),
        (api.NetworkPolicyIngressRule, {"ports": {}}, "leave it out to mean every port"),
        (api.NetworkPolicyIngressRule, {"from": {}}, "leave it out to mean everybody"),
        (api.NetworkPolicyIngressRule, {"from": "web"}, "- podSelector: {}"),
        (api.NetworkPolicySpec, {"podSelector": "app=web"}, "{matchLabels: {app: web}}"),
        (api.NetworkPolicySpec, {"podSelector": "tier=1"}, '{matchLabels: {tier: "1"}}'),
        (api.NetworkPolicySpec, {"podSelector": "all"}, "{} to select all"),
        (api.NetworkPolicySpec, {"podSelector": []}, "{} to select all"),
        (api.NetworkPolicyPeer, {"namespaceSelector": "cafe"},
         "{matchLabels: {kubernetes.io/metadata.name: cafe}}"),
        (api.NetworkPolicyIngressRule, {"ports": [80]}, "write {port: 80}"),
        (api.NetworkPolicyIngressRule, {"ports": ["http"]}, "write {port: http}"),
        (api.NetworkPolicyPeer, {"ipBlock": "10.0.0.0/8"}, "write {cidr: 10.0.0.0/8}"),
        (api.IPBlock, {"cidr": ["10.0.0.0/8"]}, "10.0.0.0/8, without brackets or a dash"),
        (api.NetworkPolicyPort, {"port": [80]}, "80, without brackets or a dash"),
    ],
)  # fmt: skip
def test_a_wrong_type_says_what_to_type_instead(kind, value, words):
    found = problem(kind, value)
    assert found.reason is Reason.TYPE
    assert words in found.hint


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (api.NetworkPolicyPort, {"containerPort": 80}, "did you mean port?"),
        (api.NetworkPolicyPort, {"name": "http"}, "did you mean port?"),
        (api.NetworkPolicyPort, {"endport": 80}, "did you mean endPort?"),
        (api.NetworkPolicyPort, {"targetPort": 80}, "a policy names the port of the pod, as port"),
        (api.NetworkPolicyPort, {"portRange": "80-90"}, "as port: 80 and endPort: 90"),
        (api.LabelSelector, {"app": "web"}, "{matchLabels: {app: web}}"),
        (api.LabelSelector, {"name": "web"}, "{matchLabels: {name: web}}"),
        (api.LabelSelector, {"key": "app"}, "a field of an item of matchExpressions"),
    ],
)
def test_a_field_of_another_object_says_how_a_policy_writes_it(kind, value, words):
    assert words in problem(kind, value).hint


@pytest.mark.parametrize("text", ["app:ledger", "app = ledger", "app=ledger"])
def test_a_pair_that_is_no_pair_in_yaml_is_written_out(text):
    found = problem(api.LabelSelector, {"matchLabels": text})
    assert found.hint == 'write "app: ledger", with a space after the colon'
