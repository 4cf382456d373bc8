"""NP210: an exclusion that something wider voids, and what is there on purpose."""

import pytest

from tests.helpers.linted import codes, findings, policy

NAME = "kubernetes.io/metadata.name"
NOT_IN = f"{{key: {NAME}, operator: NotIn, values: [monitoring]}}"
OUT = f"namespaceSelector: {{matchExpressions: [{NOT_IN}]}}"
ALL = "namespaceSelector: {}"
BAN = policy(f"ingress: [{{from: [{{{OUT}}}]}}]")


def beside(rule, name="q"):
    return policy(f"ingress: [{rule}]", name)


def test_a_wider_rule_of_another_policy_is_told_by_its_name():
    (found,) = findings(BAN, beside(f"{{from: [{{{ALL}}}]}}"))
    assert (found.code, found.path) == ("NP210", "spec.ingress[0].from[0].namespaceSelector")
    assert "leaves out monitoring/prometheus here, and rule 1 of shop/q admits" in found.message
    assert found.witness.source == "monitoring/prometheus"


@pytest.mark.parametrize(
    "rule",
    [
        f"{{from: [{{{ALL}}}], ports: [{{port: 9187}}]}}",
        f"{{from: [{{namespaceSelector: {{matchLabels: {{{NAME}: monitoring}}}}}}]}}",
        f"{{from: [{{{OUT}}}, {{podSelector: {{}}}}]}}",
    ],
)
def test_some_of_the_excluded_may_be_let_in_on_purpose(rule):
    assert "NP210" not in codes(BAN, beside(rule))


def test_a_wider_rule_for_fewer_pods_is_there_on_purpose():
    broad = BAN.replace("matchLabels: {app: db}", "")
    assert codes(broad, beside(f"{{from: [{{{ALL}}}]}}")) == []


def test_a_label_that_must_not_exist_excludes_as_well():
    own = "podSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}"
    rules = f"[{{from: [{{{own}}}]}}, {{from: [{{podSelector: {{}}}}]}}]"
    (found,) = findings(policy(f"{{podSelector: {{}}, ingress: {rules}}}"))
    assert (found.code, "or remove rule 2" in found.hint) == ("NP210", True)
