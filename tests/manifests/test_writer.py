"""Policies written as manifests: what is written can be loaded again, and says the same."""

import pytest
import yaml
from hypothesis import given

import netpol_lab as lab
from netpol_lab.manifests.writer import as_yaml, manifest_of
from tests.referee.random_clusters import clusters
from tests.referee.soak import as_text


def rewritten(policies):
    return lab.load("\n---\n".join(as_yaml(manifest_of(policy)) for policy in policies) + "\n")


@given(clusters())
def test_what_is_written_is_loaded_as_the_same_policies(documents):
    policies = lab.load(as_text(documents)).policies
    assert rewritten(policies).policies == policies


def policy(spec):
    return lab.load(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
        f"metadata: {{name: p, namespace: shop}}\nspec: {spec}\n"
    ).policies[0]


@pytest.mark.parametrize(
    "spec",
    [
        "{podSelector: {}}",
        "{podSelector: {}, ingress: []}",
        "{podSelector: {}, policyTypes: [Egress, Ingress], egress: [{}]}",
        "{podSelector: {matchLabels: {a: b}, matchExpressions: [{key: a, operator: Exists}]}}",
    ],
)
def test_what_is_absent_stays_absent_and_what_is_empty_stays_empty(spec):
    assert manifest_of(policy(spec))["spec"] == yaml.safe_load(spec)


def test_requirements_keep_their_order():
    one, other = "{key: b, operator: Exists}", "{key: a, operator: In, values: [x]}"
    found = policy(f"{{podSelector: {{matchExpressions: [{one}, {other}]}}}}")
    assert rewritten([found]).policies == (found,)


@pytest.mark.parametrize("text", ["y", "on", "1e3", "0x1F", "12", "~", "", "1_000", "true"])
def test_text_that_yaml_would_take_for_something_else_is_quoted(text):
    assert as_yaml({"a": text}) == f"a: '{text}'"


def test_compact_yaml_of_several_documents_is_read_back():
    documents = [{"a": None, "b": [{"c": 1, "d": "on"}]}, {"e": {"f": None}}]
    text = as_yaml(*documents, compact=True)
    assert list(yaml.safe_load_all(text)) == documents
    assert "null" not in text
