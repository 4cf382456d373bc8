"""What hints say of changes."""

import pytest

from netpol_lab.checks.lint.hints import removing, without
from netpol_lab.model.objects import Direction, Policy, Rule

OUT, IN = Rule(Direction.EGRESS, 0), Rule(Direction.INGRESS, 0)
BOTH = (Direction.INGRESS, Direction.EGRESS)


@pytest.mark.parametrize(
    "policy",
    [
        Policy("shop", "p", policy_types=BOTH, egress=(OUT,)),
        Policy("shop", "p", egress=(OUT, Rule(Direction.EGRESS, 1)), types_written=False),
    ],
)
def test_a_rule_goes_alone_where_its_direction_stays(policy):
    assert removing(policy, OUT) == "remove this rule"
    assert without(policy, OUT) == "without this rule"


def test_ingress_is_isolated_without_any_rule():
    policy = Policy("shop", "p", ingress=(IN,), types_written=False)
    assert removing(policy, IN) == "remove this rule"


def test_with_the_last_egress_rule_the_direction_would_go():
    policy = Policy("shop", "p", policy_types=BOTH, egress=(OUT,), types_written=False)
    assert "write policyTypes: [Ingress, Egress]" in removing(policy, OUT)
    assert without(policy, OUT).endswith("with policyTypes: [Ingress, Egress]")
