"""NP201 and NP202: what keeps these checks quiet."""

import pytest

from netpol_lab.checks.lint.selectors import is_contradictory
from netpol_lab.model.objects import Operator, Requirement, Selector
from tests.helpers.linted import codes, pod, policy


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


def test_a_selector_need_not_match_where_no_pod_runs():
    spec = "{podSelector: {matchLabels: {app: x}}}"
    assert codes(policy(spec)) == ["NP202"]
    assert codes(policy(spec), pod("x", labels="app: x")) == []
    assert codes(policy(spec, namespace="empty")) == ["NP107"]
