"""Which labels may have been meant."""

import pytest
from linted import findings, policy


@pytest.mark.parametrize(
    ("selector", "hint"),
    [
        ("{app: dbb}", "did you mean app=db?"),
        ("{role: db}", "did you mean app=db?"),
        ("{appp: x}", "did you mean the key app?"),
        ("{app: prometheus}", "pods with app=prometheus run in namespace monitoring"),
        ("{zone: north}", "the pods there have app=web, app=db"),
    ],
)
def test_labels_that_are_near_are_suggested(selector, hint):
    found = findings(policy(f"{{podSelector: {{matchLabels: {selector}}}}}"))
    assert [(f.code, f.hint) for f in found] == [("NP202", hint)]
