"""Comments that explain a rule."""

import pytest

from netpol_lab.checks.lint.comments import are_explained
from tests.helpers.linted import context

POLICY = """---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: p, namespace: shop}}
spec:
  podSelector: {{}}
  ingress:
{}"""


def explained(rules):
    seen = context(POLICY.format(rules))
    (policy,) = seen.cluster.policies
    return are_explained(seen, policy, *policy.ingress)


@pytest.mark.parametrize(
    "rules",
    [
        "  # from web\n  - ports: [{port: 1}]\n  # for all\n  - ports: [{port: 2}]\n",
        "  - ports: [{port: 1}]  # from web\n  - ports: [{port: 2}]  # for all\n",
        "  # see https://example.com\n  - ports: [{port: 1}]\n  - ports: [{port: 2}]  # all\n",
    ],
)
def test_a_comment_above_or_beside_each_rule_explains_them(rules):
    assert explained(rules)


@pytest.mark.parametrize(
    "rules",
    [
        "  # two rules\n  - ports: [{port: 1}]\n  - ports: [{port: 2}]\n",
        "  # one line\n    [{ports: [{port: 1}]}, {ports: [{port: 2}]}]\n",
        "  # from:\n  - ports: [{port: 1}]\n  # ports: [3]\n  - ports: [{port: 2}]\n",
        "  #\n  - ports: [{port: 1}]\n  # ---\n  - ports: [{port: 2}]\n",
        "  # web\n\n  - ports: [{port: 1}]\n  # all\n\n  - ports: [{port: 2}]\n",
    ],
)
def test_other_comments_explain_nothing(rules):
    assert not explained(rules)


def test_a_policy_without_a_text_of_its_own_has_no_comments():
    seen = context(POLICY.format("  # web\n  - {}\n"))
    (policy,) = seen.cluster.policies
    seen.cluster.texts.clear()
    assert not are_explained(seen, policy, *policy.ingress)
