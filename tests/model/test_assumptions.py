"""What Kubernetes leaves open is explicit, and each reading answers it."""

import dataclasses

from netpol_lab.model.assumptions import DEFAULTS, OPEN_QUESTIONS, Assumptions, is_usual, readings


def test_every_open_question_is_a_field_that_is_open_by_default():
    fields = {field.name for field in dataclasses.fields(Assumptions)}
    assert set(OPEN_QUESTIONS) <= fields
    assert all(getattr(DEFAULTS, name) is None for name in OPEN_QUESTIONS)


def test_the_first_reading_is_the_usual_one():
    first = next(readings(DEFAULTS, ["host_network_as_pods", "service_rewritten_first"]))
    assert first.host_network_as_pods is False
    assert first.service_rewritten_first is True
    assert is_usual(first, DEFAULTS)


def test_a_pinned_answer_leaves_one_reading():
    pinned = Assumptions(own_node_egress=False)
    assert list(readings(pinned, ["own_node_egress"])) == [pinned]


def test_two_open_questions_give_four_readings():
    assert len(set(readings(DEFAULTS, ["own_node_egress", "init_port_names"]))) == 4


def test_a_pinned_unusual_answer_counts_as_usual():
    pinned = Assumptions(host_network_as_pods=True)
    assert is_usual(pinned, pinned)
    assert not is_usual(pinned, DEFAULTS)
