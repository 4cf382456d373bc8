"""NP2xx: what keeps these checks quiet, and what they suggest."""

import pytest

from netpol_lab.checks.lint.peers import is_contradictory
from netpol_lab.model.selectors import Operator, Requirement, Selector
from tests.helpers.linted import codes, findings, pod, policy

OPS = "namespaceSelector: {matchLabels: {team: ops}}"


def ingress(peers, ports=""):
    return policy(f"ingress: [{{from: {peers}{ports}}}]")


@pytest.mark.parametrize(
    ("operator", "values", "contradictory"),
    [
        (Operator.IN, ("x", "z"), False),
        (Operator.IN, ("z",), True),
        (Operator.NOT_IN, ("x",), False),
        (Operator.NOT_IN, ("x", "y"), True),
        (Operator.EXISTS, (), False),
        (Operator.DOES_NOT_EXIST, (), True),
    ],
)
def test_a_selector_contradicts_itself_if_no_value_will_do(operator, values, contradictory):
    wanted = Requirement("app", Operator.IN, ("x", "y")), Requirement("app", operator, values)
    assert is_contradictory(None, Selector(wanted)) is contradictory


def test_two_items_are_no_finding_where_one_would_match_nothing():
    peers = f"[{{{OPS}}}, {{podSelector: {{matchLabels: {{app: web}}}}}}]"
    assert codes(ingress(peers)) == []


def test_two_items_are_no_finding_where_all_pods_at_home_are_meant():
    peers = f"[{{{OPS}}}, {{podSelector: {{}}}}]"
    assert codes(ingress(peers)) == []


def test_not_in_is_no_finding_where_nothing_lacks_the_label():
    peers = "[{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [db]}]}}]"
    assert codes(ingress(peers)) == []
    assert codes(ingress(peers), pod("bare")) == ["NP207"]


def test_everything_outside_of_a_namespace_by_name_is_no_surprise():
    peers = ("[{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, "
             "operator: NotIn, values: [shop]}]}}]")  # fmt: skip
    assert codes(ingress(peers)) == []


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ("{podSelector: {matchLabels: }, ingress: []}", "spec.podSelector.matchLabels"),
        ("{podSelector: {matchExpressions: }, ingress: []}", "spec.podSelector.matchExpressions"),
        (
            "ingress: [{from: [{namespaceSelector: {matchLabels: }}]}]",
            "spec.ingress[0].from[0].namespaceSelector.matchLabels",
        ),
    ],
)
def test_nothing_below_a_field_of_a_selector_is_told(spec, path):
    assert ("NP209", path) in {(f.code, f.path) for f in findings(policy(spec))}


@pytest.mark.parametrize(
    "spec",
    [
        "{podSelector: , ingress: []}",
        "{podSelector: {}, ingress: []}",
        "{podSelector: {matchLabels: {app: db}, matchExpressions: }, ingress: []}",
    ],
)
def test_a_selector_that_says_enough_is_fine(spec):
    assert "NP209" not in codes(policy(spec))
