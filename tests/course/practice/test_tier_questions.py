"""Which lane decides: every gate is the right one somewhere, and the reasons name it."""

from random import Random

from netpol_lab.course.practice.chapters import ask
from netpol_lab.course.practice.tier_questions import ADMIN, BASELINE, GATES, OPEN, deciding_gate

REASONS = {ADMIN: "(Admin, priority", BASELINE: "(Baseline, priority", OPEN: "is not isolated"}


def asked():
    return [ask(deciding_gate, "12", "medium", Random(f"gate/{seed}")) for seed in range(16)]


def test_every_gate_is_right_somewhere_and_the_reasons_say_so():
    found = asked()
    assert {question.right for question in found} == {*GATES}
    for question in found:
        assert question.choices == GATES
        ingress = question.because.partition("\n  ingress")[2]
        assert REASONS.get(question.right, "is isolated by") in ingress.splitlines()[0]


def test_a_wrong_gate_has_its_confusion():
    assert any(question.confusions for question in asked())
