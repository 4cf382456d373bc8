"""Which labels may have been meant."""

import pytest

from tests.helpers.linted import findings, policy


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


def test_labels_that_controllers_add_are_not_what_was_meant():
    made = "".join(
        f"---\napiVersion: {version}\nkind: {kind}\n"
        f"metadata: {{name: x, namespace: monitoring}}\n{spec}"
        for kind, version, spec in [
            ("StatefulSet", "apps/v1", "spec: {template: {metadata: {labels: {app: store}}}}\n"),
            ("Job", "batch/v1", "spec: {template: {metadata: {labels: {app: task}}}}\n"),
        ]
    )
    text = policy("{podSelector: {matchLabels: {zone: north}}}", namespace="monitoring")
    (found,) = [f for f in findings(made, text) if f.code == "NP202"]
    assert found.hint == "the pods there have app=prometheus, app=store, app=task"
