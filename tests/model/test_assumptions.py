"""What Kubernetes leaves open is explicit, and each reading answers it."""

import dataclasses

import pytest

from netpol_lab.errors import NetpolError
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


def test_ranges_may_be_given_as_text_and_stay_in_every_reading():
    said = Assumptions(pod_cidrs=["10.244.0.0/16", "fd00::/48"], node_cidrs="192.0.2.0/24")
    assert [*map(str, said.pod_cidrs)] == ["10.244.0.0/16", "fd00::/48"]
    assert [*map(str, said.node_cidrs)] == ["192.0.2.0/24"]
    assert {one.pod_cidrs for one in readings(said, OPEN_QUESTIONS)} == {said.pod_cidrs}
    with pytest.raises(NetpolError, match="write it as a CIDR"):
        Assumptions(pod_cidrs=["10.244.0.0"])
